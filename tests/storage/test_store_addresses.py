"""What a URL says, and what needs no library of any store: these tests run in the project's own environment."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.batch.shapes import Outcome
from analysis.batch.store import Entry, LocalHome
from analysis.storage.address import Address, is_plain, is_url, shown
from analysis.storage.errors import StorageError, explained, redacted
from analysis.storage.home import open_home


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://bucket/x", True),
        ("memory://x", True),
        ("params", False),
        ("/s3://x", False),
        ("C:/x", False),
        ("://x", False),
    ],
)
def test_a_url_is_told_from_a_path(text, expected):
    assert is_url(text) is expected


@pytest.mark.parametrize(
    ("url", "again"),
    [
        ("s3://bucket/a/params/", "s3://bucket/a/params"),
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket//a//b/./c/../d", "s3://bucket/a/b/d"),
        ("s3://bucket/../../a", "s3://bucket/a"),
        ("ftp://user:pass@host/a", "ftp://user:pass@host/a"),
        ("file:///a/b", "file:///a/b"),
    ],
)
def test_an_address_is_its_url(url, again):
    assert Address.parse(url).url == again


def test_what_is_no_url_is_no_address():
    with pytest.raises(ValueError, match="not a URL"):
        Address.parse("params")


def test_a_mirror_leads_where_the_store_leads(tmp_path):
    address = Address.parse("s3://user:pass@bucket/clients/params")
    place = address.place(tmp_path)
    assert "pass" not in str(place)
    assert address.seen_from(tmp_path, place.parent / "data" / "acme") == address.parse(
        "s3://user:pass@bucket/clients/data/acme"
    )
    assert address.seen_from(tmp_path, place.parents[1]) == address.parse("s3://user:pass@bucket")
    assert address.seen_from(tmp_path, place.parents[2]) is None


@pytest.mark.parametrize("authority", ["..", "../..", "a..b"])
def test_no_authority_leads_out_of_the_mirror(tmp_path, authority):
    place = Address.parse(f"s3://{authority}/x").place(tmp_path / "root")
    assert ".." not in place.relative_to(tmp_path / "root").parts


@pytest.mark.parametrize("name", ["", ".", "..", "a/../b", "/a", "a//b", "a/", "x" * 256, "文" * 86, "a\0b"])
def test_keys_that_can_be_no_file_are_known(name):
    assert not is_plain(name)


@pytest.mark.parametrize("name", ["a", ".a", "...", "a/b", "文" * 85, "x" * 255, "a b\n", "*?[x]"])
def test_all_others_can_be_files(name):
    assert is_plain(name)


def test_no_password_is_shown():
    assert shown("ftp://user:pa:ss@host/a") == "ftp://host/a"
    assert shown("s3://bucket/a@b/c") == "s3://bucket/a@b/c"
    assert "hush" not in shown("https://host/a?token=hush")


def test_no_key_of_the_environment_is_shown(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    monkeypatch.setenv("FSSPEC_S3_KEY", "AKIAIOSFODNN7")
    text = redacted("denied\n  to AKIAIOSFODNN7 (wJalrXUtnFEMI) at https://me:hush@host/x" + "." * 1000)
    assert text.startswith("denied to ${FSSPEC_S3_KEY} (${AWS_SECRET_ACCESS_KEY}) at https://host/x...")
    assert len(text) <= 300


def test_no_key_of_the_configuration_is_shown(monkeypatch):
    configuration = {"s3": {"secret": "wJalrXUtnFEMI", "anon": True, "endpoint_url": "http://host"}, "odd": None}
    monkeypatch.setitem(sys.modules, "fsspec.config", SimpleNamespace(conf=configuration))
    assert redacted("denied to wJalrXUtnFEMI at http://host") == "denied to ${secret} at http://host"


def test_an_error_of_a_store_names_the_address_without_its_password():
    error = explained(ConnectionRefusedError("refused by ftp://me:hush@host"), "ftp://me:hush@host/x")
    assert error.is_passing
    assert str(error).startswith("ftp://host/x must be reachable: found refused by ftp://host (object store)")


def test_two_folders_of_the_machine_need_no_store(tmp_path):
    with open_home(str(tmp_path / "params"), str(tmp_path / "reports")) as home:
        assert home == LocalHome(params_folder=tmp_path / "params", out=tmp_path / "reports")
        entry = Entry(name="Alpha", language="en", outcome=Outcome(client="alpha", state="failed"))
        home.record({"alpha": entry}, "en")
    assert home.page == str(tmp_path / "reports" / "index.html")
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["index.html", "outcomes.json"]


def test_without_fsspec_the_user_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(StorageError) as caught, open_home(str(tmp_path), "s3://bucket/reports"):
        raise AssertionError("it must not begin")
    (fault,) = caught.value.faults
    assert fault.what == "s3://bucket/reports"
    assert "fsspec" in fault.found
    assert fault.hint == 'pip install "relationship-audit[cluster]"'


def test_nothing_of_a_store_is_loaded_before_there_is_a_url():
    code = (
        "import sys, analysis.storage.build, analysis.storage.home\n"
        "print(sorted(set(sys.modules) & {'fsspec', 's3fs', 'distributed', 'botocore'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert run.stdout.strip() == "[]"
