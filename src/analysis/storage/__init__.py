"""Reads parameters and data from an object store and publishes reports into one, through fsspec.

What is built, and how, is the business of `batch` and `report`, which only ever see folders of this machine; fsspec is
imported only once a URL was given.
"""
