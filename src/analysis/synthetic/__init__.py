"""Clients whose truth is known: files as a real client would send them, and the parameters they were drawn from."""
