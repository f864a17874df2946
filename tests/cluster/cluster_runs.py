"""Runs of small clients on a cluster, and a look at the processes of its workers."""

import io
import os
import queue
import time
from contextlib import contextmanager

import psutil
from distributed import Client

from analysis.batch.run import build_reports
from analysis.batch.store import LocalHome
from analysis.cluster.place import on_cluster


def run_on(cluster, project, *clients, stream=None, jobs=None, memory=None, home=None, **options):
    """Build the reports of all clients, or of these, on a cluster."""
    notices = queue.SimpleQueue()
    address = getattr(cluster, "scheduler_address", cluster)
    return build_reports(
        clients,
        home=home or LocalHome(params_folder=project.params, out=project.out),
        place=on_cluster(address, notices.put, jobs=jobs, memory=memory, notebook=project.notebook),
        time_limit=120.0,
        stream=stream or io.StringIO(),
        notebook=project.notebook,
        notices=notices,
        **options,
    )


@contextmanager
def direct(cluster):
    """Give a client of our own, to look at workers."""
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        yield client


def worker_pids(cluster):
    """Return the process of each worker, by address."""
    with direct(cluster) as client:
        return client.run(os.getpid)


def builders_of(pid):
    """Return what a worker has started to build clients with, and still runs."""
    try:
        children = psutil.Process(pid).children(recursive=True)
        return [each for each in children if is_running(each)]
    except psutil.NoSuchProcess:
        return []


def is_running(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def named(pid, name):
    """Return whether a worker has a process of this name at work."""
    return any(name_of(each) == name for each in builders_of(pid))


def name_of(process):
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
