"""A server that has loaded what its children need and forks them, each a process as good as fresh, for whoever asks.

Only the standard library and `errors` are imported here; nothing in this room may know what the children do.
"""
