"""One pair of warm templates for all tests of a process that build real reports."""

import pytest
from batch_project import forking


@pytest.fixture(scope="session")
def launcher():
    """Return what forks workers and kernels; kernels without the statistics, which the small notebook does not need."""
    with forking() as ready:
        yield ready
