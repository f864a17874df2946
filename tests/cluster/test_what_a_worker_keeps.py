"""Who may build on a machine of a cluster, as far as memory allows, and how long a launcher is kept."""

import contextlib
import threading
import time

import pytest

from analysis.batch.shapes import Memory
from analysis.cluster.fingerprint import differences, own_fingerprint
from analysis.cluster.room import Room, Seat
from analysis.cluster.warm import WarmLauncher

GIGABYTE = 1_000_000_000
LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""


def entering(room, seat):
    """Have a client enter in a thread of its own; return the thread, what it is told and whether it waited."""
    let_in, waited = [], threading.Event()
    thread = threading.Thread(target=lambda: let_in.append(room.enter(seat, waited.set)), daemon=True)
    thread.start()
    return thread, let_in, waited


def clock():
    """Return a clock that ticks whenever it is read."""
    return iter(range(1000)).__next__


def test_a_client_waits_until_there_is_memory_and_is_told_to_once():
    room, first, second = Room(GIGABYTE), Seat(need=600_000_000), Seat(need=500_000_000)
    assert room.enter(first, pytest.fail)
    thread, let_in, waited = entering(room, second)
    assert waited.wait(LONG)
    assert let_in == []
    room.leave(first)
    thread.join(LONG)
    assert let_in == [True]


def test_clients_that_fit_run_beside_each_other():
    room = Room(GIGABYTE)
    for _ in range(3):
        assert room.enter(Seat(need=300_000_000), pytest.fail)
    _, _, waited = entering(room, Seat(need=300_000_000))
    assert waited.wait(LONG)


def test_a_lone_client_always_runs():
    room, seat = Room(1), Seat(need=10**15)
    assert room.enter(seat, pytest.fail)
    room.measured(seat, Memory(held=10**15, peak=10**15))
    assert not seat.stop.is_set()


def test_what_is_held_counts_where_it_is_more_than_expected():
    room, grown = Room(GIGABYTE), Seat(need=1)
    assert room.enter(grown, pytest.fail)
    room.measured(grown, Memory(held=900_000_000, peak=900_000_000))
    _, _, waited = entering(room, Seat(need=200_000_000))
    assert waited.wait(LONG)


def test_the_youngest_is_ended_for_now_and_needs_more_from_then_on():
    room, old, young = Room(GIGABYTE, now=clock()), Seat(need=1), Seat(need=1)
    for seat in (old, young):
        assert room.enter(seat, pytest.fail)
    room.measured(old, Memory(held=700_000_000, peak=700_000_000))
    room.measured(young, Memory(held=600_000_000, peak=650_000_000))
    assert young.stop.is_set()
    assert not young.is_cancelled
    assert not old.stop.is_set()
    room.leave(young)
    assert not young.stop.is_set()
    assert young.need == 780_000_000
    _, _, waited = entering(room, young)
    assert waited.wait(LONG)


def test_a_client_that_is_cancelled_neither_waits_nor_begins():
    room, first, second = Room(1), Seat(need=1), Seat(need=1)
    assert room.enter(first, pytest.fail)
    thread, let_in, waited = entering(room, second)
    assert waited.wait(LONG)
    room.cancel(second)
    thread.join(LONG)
    assert let_in == [False]
    room.cancel(first)
    assert first.stop.is_set()
    room.leave(first)
    assert first.stop.is_set()


class Counting:
    """A launcher that counts how often it was started and ended."""

    def __init__(self):
        self.started = self.ended = 0

    def __enter__(self):
        self.started += 1
        return self

    def __exit__(self, *_error):
        self.ended += 1


def test_a_launcher_stays_warm_from_one_client_to_the_next():
    made = Counting()
    warm = WarmLauncher(lambda: made, idle=LONG)
    with warm.lent() as one, warm.lent() as other:
        assert one is other is made
    with warm.lent():
        assert made.started == 1
    assert made.ended == 0
    warm.close()
    assert made.ended == 1
    warm.close()
    assert made.ended == 1


def test_a_launcher_goes_when_idle_and_not_while_it_is_lent():
    made = Counting()
    warm = WarmLauncher(lambda: made, idle=0.1)
    with warm.lent():
        with warm.lent():
            pass
        time.sleep(0.3)
        assert made.ended == 0
    deadline = time.monotonic() + LONG
    while not made.ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert made.ended == 1
    with warm.lent():
        assert made.started == 2
    warm.close()
    assert made.ended == 2


def test_a_failing_client_gives_the_launcher_back():
    made = Counting()
    warm = WarmLauncher(lambda: made, idle=60)
    with contextlib.suppress(ZeroDivisionError), warm.lent():
        raise ZeroDivisionError
    warm.close()
    assert made.ended == 1


def test_a_fingerprint_names_code_and_libraries_and_what_differs():
    here = own_fingerprint()
    assert differences(here, own_fingerprint()) == []
    assert {"analysis", "relationship_audit.ipynb", "Python", "numpy", "pandas"} <= here.keys()
    assert "distributed" not in here, "a report does not depend on who sends clients around"
    there = here | {"analysis": "0" * 64, "numpy": ""}
    del there["pandas"]
    assert differences(here, there) == [
        f"analysis 000000000000 (here {here['analysis'][:12]})",
        f"numpy missing (here {here['numpy']})",
        f"pandas missing (here {here['pandas']})",
    ]
