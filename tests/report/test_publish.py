import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from analysis.report import publish as module
from analysis.report.publish import can_exchange, client_lock, exchange, publish, staging_folder, sweep

FILES = ("audit.html", "audit.json", "audit.pdf")


def fill(folder, version):
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(version)
    return folder


def read(folder):
    return {(folder / name).read_text() for name in FILES}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def no_exchange(monkeypatch):
    """A file system on which names cannot be exchanged."""
    monkeypatch.setattr(module, "exchange", lambda first, second: False)


def test_exchange_swaps_two_folders_in_one_step(tmp_path):
    first, second = fill(tmp_path / "a", "1"), fill(tmp_path / "b", "2")
    assert exchange(first, second)
    assert (read(first), read(second)) == ({"2"}, {"1"})


def test_exchange_of_a_missing_folder_is_an_error_not_a_missing_feature(tmp_path):
    with pytest.raises(FileNotFoundError):
        exchange(fill(tmp_path / "a", "1"), tmp_path / "missing")


def test_probe_leaves_nothing_behind(tmp_path):
    can_exchange(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_published_folder_is_the_last_one_and_nothing_else_is_left(tmp_path, rounds):
    for number in range(rounds):
        with staging_folder(tmp_path) as staging:
            publish(fill(staging / "report", str(number)), tmp_path / "2026-06-30")
    assert read(tmp_path / "2026-06-30") == {str(rounds - 1)}
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.usefixtures("no_exchange")
def test_without_exchange_the_published_name_is_a_link_to_the_last_version(tmp_path, rounds):
    for number in range(rounds):
        with staging_folder(tmp_path) as staging:
            publish(fill(staging / "report", str(number)), tmp_path / "2026-06-30")
    assert (tmp_path / "2026-06-30").is_symlink()
    assert read(tmp_path / "2026-06-30") == {str(rounds - 1)}
    # the link, its version, and the one before for whoever is reading it
    assert len(list(tmp_path.iterdir())) == min(1 + rounds, 3)


@pytest.mark.usefixtures("no_exchange")
def test_real_folder_is_replaced_even_where_names_cannot_be_exchanged(tmp_path):
    fill(tmp_path / "2026-06-30", "old")
    with staging_folder(tmp_path) as staging:
        publish(fill(staging / "report", "new"), tmp_path / "2026-06-30")
    assert read(tmp_path / "2026-06-30") == {"new"}
    assert names(tmp_path / "2026-06-30") == list(FILES)


@pytest.mark.usefixtures("no_exchange")
def test_run_killed_between_two_renames_is_mended_by_the_next(tmp_path, monkeypatch):
    target = fill(tmp_path / "2026-06-30", "old")
    staging = fill(tmp_path / ".build-1" / "report", "new")
    with monkeypatch.context() as patch:
        patch.setattr(module.shutil, "rmtree", lambda *args, **kwargs: None)
        original = type(target).rename
        patch.setattr(type(target), "rename", lambda path, to: original(path, to) if path == target else _killed())
        with pytest.raises(KeyboardInterrupt):
            publish(staging, target)
    assert not target.exists()
    sweep(tmp_path)
    assert read(target) == {"old"}
    assert names(target) == list(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]


def _killed(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("exchanging", [True, False])
def test_reader_never_sees_half_a_report(tmp_path, monkeypatch, exchanging):
    if not exchanging:
        monkeypatch.setattr(module, "exchange", lambda first, second: False)
    target, done, seen, faults, missing = tmp_path / "2026-06-30", threading.Event(), set(), [], []
    with staging_folder(tmp_path) as staging:
        publish(fill(staging / "report", "0"), target)

    def watch():
        while not done.is_set():
            try:
                folder = os.open(target, os.O_RDONLY)  # a reader holds on to the folder that it has opened
            except FileNotFoundError:
                missing.append(target)
                continue
            try:
                texts = set()
                for name in FILES:
                    descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
                    texts.add(os.read(descriptor, 99))
                    os.close(descriptor)
                seen.update(texts)
                if len(texts) > 1:
                    faults.append(texts)
            except FileNotFoundError:
                pass  # the old report, removed while it was being read: the reader opens the new one
            finally:
                os.close(folder)

    reader = threading.Thread(target=watch)
    reader.start()
    for number in range(1, 60):
        with staging_folder(tmp_path) as staging:
            publish(fill(staging / "report", str(number)), target)
    done.set()
    reader.join()
    assert faults == []
    assert len(seen) > 1
    if exchanging:  # the name is always there; a link may have been followed to what two builds later is swept
        assert missing == []


def test_leftovers_are_swept_and_reports_are_not(tmp_path):
    fill(tmp_path / "2026-06-30", "kept")
    fill(tmp_path / ".build-dead" / "report", "half")
    fill(tmp_path / ".version-2026-03-31-dead", "unlinked")
    fill(tmp_path / ".version-2026-05-31-live", "linked")
    (tmp_path / "2026-05-31").symlink_to(".version-2026-05-31-live")
    (tmp_path / ".build-link-dead").symlink_to(".version-2026-05-31-live")
    sweep(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".version-2026-05-31-live", "2026-05-31", "2026-06-30"]


def test_failing_build_leaves_the_last_report(tmp_path):
    fill(tmp_path / "2026-06-30", "good")
    with pytest.raises(KeyboardInterrupt), staging_folder(tmp_path) as staging:
        _killed(fill(staging / "report", "bad"))
    assert read(tmp_path / "2026-06-30") == {"good"}
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]


def test_lock_leaves_no_file_and_no_empty_folder(tmp_path):
    with client_lock(tmp_path / "acme"):
        assert (tmp_path / "acme").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_lock_keeps_a_folder_with_reports(tmp_path):
    with client_lock(tmp_path / "acme"):
        fill(tmp_path / "acme" / "2026-06-30", "kept")
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["2026-06-30"]


def test_file_where_the_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "acme").touch()
    with pytest.raises(FileExistsError), client_lock(tmp_path / "acme"):
        pytest.fail("locked what is no folder")


def _count_up(folder, rounds):
    counter = folder.parent / "counter"
    for _ in range(rounds):
        with client_lock(folder):
            number = int(counter.read_text())
            time.sleep(0.001)
            counter.write_text(str(number + 1))


def test_only_one_process_at_a_time_holds_the_lock(tmp_path):
    (tmp_path / "counter").write_text("0")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count_up, args=(tmp_path / "acme", 40)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (tmp_path / "counter").read_text() == "120"


def test_waiting_for_another_run_is_told_once_and_ends_when_it_is_killed(tmp_path):
    code = f"""
import pathlib, time
from analysis.report.publish import client_lock
with client_lock(pathlib.Path({str(tmp_path / "acme")!r})):
    print("held", flush=True)
    time.sleep(600)
"""
    told = []
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        killer = threading.Timer(0.3, holder.send_signal, args=(signal.SIGKILL,))
        killer.start()
        with client_lock(tmp_path / "acme", on_wait=lambda: told.append(time.monotonic())):
            assert len(told) == 1
        killer.join()
    assert list(tmp_path.iterdir()) == []
