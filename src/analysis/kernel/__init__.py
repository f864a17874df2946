"""A Jupyter kernel that is forked from a process which has loaded the stack, for whatever runs notebooks.

How kernels are started, and where they listen; what a notebook computes or shows lives elsewhere.
"""
