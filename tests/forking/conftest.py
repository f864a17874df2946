import os
from pathlib import Path

import pytest

from analysis.forking.client import ForkServer

HERE = str(Path(__file__).parent)
"""Where the entries of the tests are found."""


@pytest.fixture(scope="package")
def server():
    """A server that has loaded the entries and numpy, shared by the tests."""
    environment = {**os.environ, "PYTHONPATH": HERE}
    with ForkServer.start(["forked_entries", "numpy.random"], env=environment) as started:
        yield started


@pytest.fixture
def make_server():
    """Start servers that are gone after the test."""
    started = []

    def start(*preload, **options):
        options.setdefault("env", {**os.environ, "PYTHONPATH": HERE})
        started.append(ForkServer.start(["forked_entries", *preload], **options))
        return started[-1]

    yield start
    for each in started:
        each.close()
