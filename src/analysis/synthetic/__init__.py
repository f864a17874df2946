"""Clients whose truth is known: files as a real client would send them, and the parameters they were drawn from.

Nothing here reads a client's parameters or data; the layers below are tested against what is drawn here.
"""
