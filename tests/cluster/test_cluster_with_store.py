"""Parameters out of an object store, clients on a cluster, reports into the store: as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from batch_project import OUTPUTS
from distributed import LocalCluster

pytestmark = pytest.mark.cluster
CLIENTS = ("first", "second", "third")


@pytest.fixture
def bucket(monkeypatch):
    """A bucket of a server that answers as S3 does; whoever is started from here on knows the way to it."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key-of-the-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = boto3.resource("s3").Bucket("audits")
    bucket.create()
    yield bucket
    bucket.objects.all().delete()
    server.stop()


@pytest.fixture
def filled(bucket, project):
    """The same bucket, with the parameters and data of three clients."""
    for client in CLIENTS:
        project.add(client, words=f"The words of {client}.")
    for path in project.params.rglob("*"):
        if path.is_file():
            bucket.put_object(Key=path.relative_to(project.folder).as_posix(), Body=path.read_bytes())
    return bucket


def run(project, *arguments):
    """Run the command in a process of its own, in a folder where nothing is."""
    command = [sys.executable, Path(__file__).with_name("cluster_command.py"), project.folder, *arguments]
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    environment = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert list(elsewhere.iterdir()) == []
    return done


def stored(bucket):
    """Return what is in the bucket below the reports, by name."""
    return {
        each.key.removeprefix("reports/"): each.get()["Body"].read()
        for each in bucket.objects.filter(Prefix="reports/")
    }


def test_params_scheduler_and_out_together_are_the_reports_of_one_machine(filled, launcher, project):
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        given = [
            "--params",
            "s3://audits/params",
            "--out",
            "s3://audits/reports",
            "--scheduler",
            cluster.scheduler_address,
        ]
        done = run(project, *given)
        assert done.returncode == 0, done.stderr
        assert "3 clients: 3 built." in done.stdout
        assert done.stdout.rstrip().endswith("s3://audits/reports/index.html")
        assert "a-secret-of-the-tests" not in done.stdout + done.stderr
        again = run(project, *given)
        assert "3 clients: 3 unchanged." in again.stdout, again.stderr
    there = stored(filled)
    assert not project.out.exists()
    project.run(launcher)
    for client in CLIENTS:
        here = project.report(client)
        assert sorted(here) == OUTPUTS
        assert {name for name in here if there.pop(f"{client}/2026-06-30/{name}") != here[name]} == set()
    assert sorted(there) == ["index.html", "outcomes.json"]
    assert set(json.loads(there["outcomes.json"])["clients"]) == set(CLIENTS)


def test_out_alone_needs_no_scheduler(filled, project):
    done = run(project, "first", "--out", "s3://audits/reports")
    assert done.returncode == 0, done.stderr
    assert {f"first/2026-06-30/{name}" for name in OUTPUTS} | {"index.html", "outcomes.json"} == set(stored(filled))


def test_a_scheduler_alone_works_with_folders_that_all_machines_share(cluster, project):
    project.add("first")
    done = run(project, "--scheduler", cluster.scheduler_address)
    assert done.returncode == 0, done.stderr
    assert sorted(project.report("first")) == OUTPUTS


def test_what_cannot_be_reached_is_told_with_2_and_starts_nothing(bucket, project):
    project.add("first")
    done = run(project, "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "The cluster cannot be used: 1 fault" in done.stderr
    assert "Traceback" not in done.stderr
    done = run(project, "--out", "s3://no-such-bucket/reports")
    assert done.returncode == 2
    assert "no-such-bucket" in done.stderr
    assert "Traceback" not in done.stderr
    assert not project.out.exists()
