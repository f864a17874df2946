"""What others write into a store is seen at once, whatever was listed before."""

import pytest

from analysis.storage.address import Address
from analysis.storage.store import Store

pytestmark = pytest.mark.cluster


@pytest.fixture
def store(s3):
    return Store.open(Address.parse("s3://bucket/reports"))


@pytest.fixture
def other(s3):
    """Return the bucket as another program sees it."""
    import boto3

    return boto3.resource("s3").Bucket("bucket")


def test_what_is_new_is_found(store, other, tmp_path):
    other.put_object(Key="reports/a/old.txt", Body=b"old")
    assert store.files() == {"a/old.txt": 3}
    assert store.children("a") == {"a/old.txt": 3}
    assert store.read("a/new.txt") is None
    assert store.size("a/new.txt") is None
    other.put_object(Key="reports/a/new.txt", Body=b"newer")
    assert store.read("a/new.txt") == b"newer"
    assert store.size("a/new.txt") == 5
    assert store.files() == {"a/new.txt": 5, "a/old.txt": 3}
    assert store.children("a") == {"a/new.txt": 5, "a/old.txt": 3}
    (tmp_path / "same.txt").write_bytes(b"newer")
    assert store.holds("a/new.txt", tmp_path / "same.txt")
    store.copy("a/new.txt", "b/copy.txt")
    assert store.read("b/copy.txt") == b"newer"


def test_what_is_gone_is_missed_and_what_has_changed_is_read_anew(store, other, tmp_path):
    for name in ("one", "two"):
        other.put_object(Key=f"reports/{name}", Body=b"first")
    assert store.files() == {"one": 5, "two": 5}
    assert store.read("one") == b"first"
    other.Object("reports/one").delete()
    other.put_object(Key="reports/two", Body=b"second!")
    assert store.read("one") is None
    assert store.size("one") is None
    assert store.modified("one") is None
    store.remove("one")
    assert store.read("two") == b"second!"
    assert store.size("two") == 7
    store.download({"two": tmp_path / "two"})
    assert (tmp_path / "two").read_bytes() == b"second!"
    (tmp_path / "first").write_bytes(b"first")
    assert not store.holds("two", tmp_path / "first")
    (tmp_path / "other").write_bytes(b"Second?")
    assert not store.holds("two", tmp_path / "other")


def test_a_tag_that_is_no_digest_is_not_believed(store, s3, tmp_path):
    """As with a file that came in parts, or one that the store keeps encrypted."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 6_000_000)
    with s3.open("bucket/reports/parts", "wb", block_size=5_500_000) as stream:
        stream.write(path.read_bytes())
    assert "-" in s3.info("bucket/reports/parts")["ETag"]
    assert store.holds("parts", path)
