"""Many clients side by side, from what their published audits say and nothing else.

Texts of audit.json in, one frozen `Portfolio` out; no client's data, no parameters, no file and no page may be touched
here.
"""
