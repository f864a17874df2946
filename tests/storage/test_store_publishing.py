"""A report in a store is whole or not there, whatever happens to the run that publishes it."""

import contextlib
import datetime as dt
import hashlib
import json
from functools import partial

import pytest
from dying import DAY, PLACE, Killed, Watched, as_published, assert_no_broken_report, client, contents, report

from analysis.storage.errors import StoppedError
from analysis.storage.publish import DEAD_AFTER, publish, publish_failure, recover, remove_failure

pytestmark = pytest.mark.cluster
LATER = dt.datetime.now(dt.UTC) + 2 * DEAD_AFTER
HASH = hashlib.sha256(b"0").hexdigest()
OLD_NAMES = ("audit.html", "audit.json", "audit.pptx")


def go_on():
    pass


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch):
    """Let calls come in the same order each time; and the store in memory has one reader a file, not several."""
    monkeypatch.setattr("analysis.storage.together.AT_A_TIME", 1)


@pytest.fixture
def old(tmp_path):
    return report(tmp_path / "old", "old version", OLD_NAMES)


@pytest.fixture
def new(tmp_path):
    return report(tmp_path / "new", "new")


def put_old(memory, old):
    """Publish an old report, beside another one that nobody touches."""
    memory.store.clear()
    memory.pipe_file(f"{PLACE}/2026-03-31/manifest.json", b"another day's")
    publish(client(memory), old, DAY, go_on)


def tidy(memory, place, system=None, now=LATER):
    store = client(system or memory)
    return recover(store, store.files(), place, now=now)


def final(new):
    return {"2026-03-31/manifest.json": b"another day's", **as_published(new)}


def test_a_report_replaces_the_old_one_and_leaves_nothing_else(memory, old, new):
    put_old(memory, old)
    assert contents(memory) == final(old)
    publish(client(memory), new, DAY, go_on)
    assert contents(memory) == final(new)
    assert not [name for name in memory.pseudo_dirs if ".build-" in name]


def test_the_manifest_is_the_last_file_of_both_places(memory, new):
    written = []
    watched = Watched(memory)
    real_put, real_copy = memory.put_file, memory.cp_file
    watched.put_file = lambda source, target: (written.append(target), real_put(source, target))
    watched.cp_file = lambda source, target: (written.append(target), real_copy(source, target))
    publish(client(watched), new, DAY, go_on)
    staged = [name for name in written if ".build-" in name]
    assert written == [*staged, *(name for name in written if f"/{DAY}/" in name)]
    assert [name.rpartition("/")[2] for name in (staged[-1], written[-1])] == ["manifest.json"] * 2
    assert len(written) == 2 * len(as_published(new))


def test_a_run_killed_at_any_call_is_completed_or_swept_by_the_next(memory, old, new, tmp_path):
    finished = swept = 0
    for at in range(1, 200):
        for is_done in (False, True):
            put_old(memory, old)
            watched = Watched(memory, at, is_done=is_done)
            with contextlib.suppress(Killed):
                publish(client(watched), new, DAY, go_on)
            assert_no_broken_report(memory)
            was_complete = any(".build-" in name and name.endswith("/manifest.json") for name in contents(memory))
            is_published = contents(memory).get(f"{DAY}/manifest.json") == (new / "manifest.json").read_bytes()
            # What is complete needs no patience, neither to be finished nor to be removed.
            tidy(memory, tmp_path / f"{at}-{is_done}", now=None if was_complete or is_published else LATER)
            now = contents(memory)
            assert now in (final(old), final(new)), (at, is_done)
            if was_complete or is_published:
                assert now == final(new), (at, is_done)  # not built twice
            finished, swept = finished + (now == final(new)), swept + (now == final(old))
            publish(client(memory), new, DAY, go_on)
            assert contents(memory) == final(new), (at, is_done)
        if not watched.was_reached:
            break
    assert at > 20
    assert finished > 10
    assert swept > 4


def test_a_recovery_killed_at_any_call_is_completed_by_the_next(memory, old, new, tmp_path):
    def killed_before_anything_was_copied():
        put_old(memory, old)
        watched = Watched(memory, 5)  # four files are put, then the manifest of what is there is looked at
        with pytest.raises(Killed):
            publish(client(watched), new, DAY, go_on)
        staged = [name for name in contents(memory) if ".build-" in name]
        assert len(staged) == 4

    for at in range(1, 200):
        for is_done in (False, True):
            killed_before_anything_was_copied()
            watched = Watched(memory, at, is_done=is_done)
            with contextlib.suppress(Killed):
                tidy(memory, tmp_path / f"{at}-{is_done}-first", watched)
            tidy(memory, tmp_path / f"{at}-{is_done}-second")
            assert contents(memory) == final(new), (at, is_done)
        if not watched.was_reached:
            break
    assert at > 20


def test_two_runs_at_a_time_never_mix_their_files(memory, old, new, tmp_path):
    other = report(tmp_path / "other", "the other run's", ("audit.html", "audit.json", "audit.xlsx"))
    winners = []
    for at in range(1, 200):
        put_old(memory, old)
        watched = Watched(memory, at, crossing=lambda: publish(client(memory), other, DAY, go_on))
        publish(client(watched), new, DAY, go_on)
        if not watched.was_reached:
            break
        now = contents(memory)
        assert now in (final(new), final(other)), at
        winners.append(now == final(new))
    assert at > 20
    assert any(winners)


def test_two_recoveries_at_a_time_lose_nothing(memory, old, new, tmp_path):
    for at in range(1, 200):
        put_old(memory, old)
        with pytest.raises(Killed):
            publish(client(Watched(memory, 5)), new, DAY, go_on)
        watched = Watched(memory, at, crossing=partial(tidy, memory, tmp_path / f"{at}-crossing"))
        tidy(memory, tmp_path / f"{at}-first", watched)
        assert contents(memory) == final(new), at
        if not watched.was_reached:
            break
    assert at > 20


def test_a_recovery_beside_a_run_under_way_mixes_and_loses_nothing(memory, old, new, tmp_path):
    for at in range(1, 200):
        put_old(memory, old)
        watched = Watched(memory, at, crossing=partial(tidy, memory, tmp_path / f"{at}", now=None))
        publish(client(watched), new, DAY, go_on)
        assert contents(memory) == final(new), at
        if not watched.was_reached:
            break
    assert at > 20


def test_a_run_beside_a_recovery_mixes_and_loses_nothing(memory, old, new, tmp_path):
    other = report(tmp_path / "other", "the other run's", ("audit.html", "audit.json", "audit.xlsx"))
    for at in range(1, 200):
        put_old(memory, old)
        with pytest.raises(Killed):
            publish(client(Watched(memory, 5)), new, DAY, go_on)
        watched = Watched(memory, at, crossing=partial(publish, client(memory), other, DAY, go_on))
        tidy(memory, tmp_path / f"{at}", watched)
        assert contents(memory) in (final(new), final(other)), at
        if not watched.was_reached:
            break
    assert at > 20


@pytest.mark.parametrize("at", [3, 6, 11, 17, 20])
def test_an_object_store_of_the_cloud_kind_behaves_as_that_in_memory(s3, old, new, tmp_path, at):
    from analysis.storage.address import Address
    from analysis.storage.store import Store

    address = Address.parse("s3://bucket/acme/reports/tiny")
    store = Store.open(address)
    publish(store, old, DAY, go_on)
    published = {name: s3.cat_file(f"bucket/acme/reports/tiny/{name}") for name in store.files()}
    assert published == as_published(old)
    dying = Store(address, Watched(s3, at), "bucket/acme/reports/tiny")
    with pytest.raises(Killed):
        publish(dying, new, DAY, go_on)
    recover(store, store.files(), tmp_path / "recovered", now=LATER)
    found = {name: s3.cat_file(f"bucket/acme/reports/tiny/{name}") for name in store.files()}
    assert found == as_published(old if at <= 4 else new)


def test_a_build_under_way_is_left_alone_until_it_is_certainly_dead(memory, new, tmp_path):
    with pytest.raises(Killed):
        publish(client(Watched(memory, 3)), new, DAY, go_on)
    left = contents(memory)
    assert len(left) == 2
    soon = dt.datetime.now(dt.UTC) + DEAD_AFTER - dt.timedelta(minutes=1)
    assert not tidy(memory, tmp_path / "soon", now=soon)
    assert contents(memory) == left
    assert tidy(memory, tmp_path / "later")
    assert contents(memory) == {}


def test_a_build_that_is_not_what_its_manifest_says_is_removed_and_never_published(memory, old, new, tmp_path):
    put_old(memory, old)
    with pytest.raises(Killed):
        publish(client(Watched(memory, 5)), new, DAY, go_on)
    (html,) = [name for name in contents(memory) if ".build-" in name and name.endswith("audit.html")]
    memory.pipe_file(f"{PLACE}/{html}", b"of another version")
    tidy(memory, tmp_path / "recovered")
    assert contents(memory) == final(old)


@pytest.mark.parametrize(
    "manifest",
    [
        {"version": 1, "as_of": "../../other/2026-06-30", "outputs": {"audit.html": HASH}},
        {"version": 1, "as_of": DAY, "outputs": {"../../escaped": HASH}},
        {"version": 1, "as_of": DAY, "outputs": {"audit.html": HASH, "audit.json": HASH}},
        {"version": 1, "as_of": DAY, "outputs": {}},
        {"version": 1, "outputs": 7},
        ["no", "manifest"],
    ],
)
def test_a_hostile_manifest_of_a_build_publishes_nothing(memory, old, tmp_path, manifest):
    put_old(memory, old)
    memory.pipe_file(f"{PLACE}/.build-bad/manifest.json", json.dumps(manifest).encode())
    memory.pipe_file(f"{PLACE}/.build-bad/audit.html", b"0")
    (tmp_path / "escaped").write_bytes(b"0")
    tidy(memory, tmp_path / "recovered")
    assert contents(memory) == final(old)
    assert {path.name for path in tmp_path.iterdir()} <= {"old", "escaped", "recovered"}


def test_who_stops_before_anything_is_visible_leaves_the_old_report_alone(memory, old, new):
    put_old(memory, old)
    left = 3

    def stop():
        nonlocal left
        left -= 1
        if left == 0:
            raise StoppedError

    with pytest.raises(StoppedError):
        publish(client(memory), new, DAY, stop)
    assert contents(memory) == final(old)


def test_what_a_failed_run_leaves_is_put_in_place_of_the_last_and_removed_once_mended(memory, tmp_path):
    failed = tmp_path / "failed"
    failed.mkdir()
    (failed / "log.txt").write_text("first")
    (failed / "audit.ipynb").write_text("{}")
    publish_failure(client(memory), failed)
    assert contents(memory) == {"failed/audit.ipynb": b"{}", "failed/log.txt": b"first"}
    (failed / "audit.ipynb").unlink()
    (failed / "log.txt").write_text("second")
    publish_failure(client(memory), failed)
    assert contents(memory) == {"failed/log.txt": b"second"}
    remove_failure(client(memory))
    assert contents(memory) == {}
