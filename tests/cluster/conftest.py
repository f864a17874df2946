"""A Dask cluster of two workers on this machine, and small clients to build on it."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "batch"))  # small clients, and a notebook that needs no statistics
# What needs `distributed` runs in an environment of its own: make test-cluster.
collect_ignore_glob = [] if importlib.util.find_spec("distributed") else ["test_cluster_*.py"]


@pytest.fixture(scope="session")
def launcher():
    """Return what forks workers and kernels on this machine, to compare a cluster's reports with."""
    from batch_project import forking

    with forking() as ready:
        yield ready


@pytest.fixture(scope="session")
def cluster():
    """A scheduler and two workers of one thread each, in processes of their own; a client may lose two workers."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as ready,
    ):
        yield ready


@pytest.fixture
def project(tmp_path):
    """A folder with parameters, data, the notebook and the reports."""
    from batch_project import Project

    return Project(tmp_path)
