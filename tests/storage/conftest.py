"""A store in memory and one that answers as S3 does, both empty; and what builds the small clients of tests/batch."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "batch"))  # small clients, and a notebook that needs no statistics


@pytest.fixture(scope="session")
def launcher():
    """Return what forks workers and kernels, once for all tests of a process."""
    from batch_project import forking

    with forking() as ready:
        yield ready


@pytest.fixture(scope="session")
def s3_server():
    """Start a server that answers as S3 does, and return its address."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """Return the file system of an S3 with one empty bucket, ``s3://bucket``; found by way of the environment alone."""
    import boto3
    import s3fs

    settings = {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ACCESS_KEY_ID": "a-key-of-the-tests",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    bucket = boto3.resource("s3").Bucket("bucket")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield s3fs.S3FileSystem(use_listings_cache=False)
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def forget_clients(s3):
    """Give a function after which the environment is asked anew; what clients have learned is forgotten in the end.

    Otherwise they are kept from test to test: making one takes longer than most tests.
    """
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    yield s3fs.S3FileSystem.clear_instance_cache
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def memory():
    """Return the file system of an empty store in memory."""
    from fsspec.implementations.memory import MemoryFileSystem

    system = MemoryFileSystem()
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]
