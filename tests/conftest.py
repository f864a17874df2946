"""What all tests share: the same draws in every run, nothing that opens a window, and files that stay on one worker."""

import gc
import os

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


def pytest_collection_finish():
    """Take what is loaded by now, the stack and all tests, from what the collector looks through again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of a file on one worker: what they share is then made once, and not once a worker.

    `--dist loadgroup` alone spreads them: pytest 9.2 no longer reads the names into which pytest-xdist 3.8 writes groups.
    """
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
