"""From a client's own files to canonical tables, checked and repaired: the only readers of client data.

Nothing is estimated here; everything later takes `ClientData` and never a file.
"""
