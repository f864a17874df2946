"""Two published audits of one client side by side: what moved, what was done, and what cannot be compared, and why.

Only audit.json and manifest.json are read, as texts; no number is computed anew, and nothing is drawn or written here.
"""
