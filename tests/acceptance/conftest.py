"""The shipped clients, built once by the real command and shared by every test and worker."""

import os

import pytest
from shipped import build_once


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """Return a folder that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "acceptance"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def build(shared_folder):
    """Return a function that builds a shipped client, once in the whole test run."""
    return lambda client: build_once(shared_folder, client)


@pytest.fixture(scope="session", params=["demo", "demo-zh"])
def built(request, build):
    """Return the published report of each synthetic client."""
    return build(request.param)
