"""Kernels for notebooks of a few cells: forked, since what a fresh one has to load costs more than what is tested."""

import pytest

from analysis.report.kernel import KernelProcess, start_kernel_server

LOADED = (
    "matplotlib.pyplot",
    "analysis.document.blocks",
    "analysis.report.audit_json",
    "analysis.report.earlier",
    "analysis.report.notebook",
)


@pytest.fixture(scope="session")
def kernel_server(tmp_path_factory):
    """Return what forks kernels, once for all tests of a process; tests/kernel holds them against started ones."""
    with start_kernel_server(tmp_path_factory.mktemp("kernels"), preload=LOADED) as server:
        yield server


@pytest.fixture(scope="session")
def fork_kernels(kernel_server):
    """Return a function that has every kernel of this process forked where it would be started."""

    def fork(folder, *, preload=(), cwd=None):
        return KernelProcess.fork(kernel_server, folder, cwd=cwd)

    return lambda patch: patch.setattr(KernelProcess, "start", staticmethod(fork))


@pytest.fixture
def forked_kernels(fork_kernels, monkeypatch):
    fork_kernels(monkeypatch)
