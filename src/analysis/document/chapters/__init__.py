"""One module per kind of chapter: the audit in, the chapter's blocks out.

A chapter says its finding first, shows it, holds it in a table and ends with what cannot be concluded.
"""
