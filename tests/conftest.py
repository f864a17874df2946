"""What all tests share: the same draws in every run, and nothing that opens a window."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")
