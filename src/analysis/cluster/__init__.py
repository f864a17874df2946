"""Builds clients on the workers of a Dask cluster: who they are, what is sent to them, and what is heard from them.

It knows `distributed` and hands each client to the same builds as one machine has; it knows no report, no object store
and no statistics.
"""
