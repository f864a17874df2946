"""Runs the notebook and turns its blocks into HTML and PDF, published as one folder or not at all.

No statistics here: this folder knows blocks, files and processes.
"""
