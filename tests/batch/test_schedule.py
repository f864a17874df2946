import threading
import time

import pytest
from fakes import MEGABYTE, FakeBuild, Recording, plan

from analysis.batch import schedule as schedule_module
from analysis.batch.schedule import Schedule
from analysis.batch.shapes import Memory

LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""


def run(plans, build, *, jobs=2, budget=10_000 * MEGABYTE, watcher=None):
    schedule = Schedule(plans, build, jobs=jobs, budget=budget, watcher=watcher or Recording())
    schedule.run()
    return schedule.outcomes


def states(outcomes):
    return {client: outcome.state for client, outcome in outcomes.items()}


class LettingGo(Recording):
    """Lets a client of a build end as soon as something has happened, so that no test waits for a clock."""

    def __init__(self, build, after):
        super().__init__()
        self._build, self._after = build, after

    def tick(self):
        for what, client in self._after.items():
            if what in {event[:2] for event in self.events}:
                self._build.holds.discard(client)

    def told(self, plan, news):
        super().told(plan, news)
        if isinstance(news, Memory):
            self.events.append(("measured", plan.task.client))


@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_as_many_run_at_a_time_as_there_are_jobs(jobs):
    clients = [f"c{number}" for number in range(12)]
    build = FakeBuild(holds=clients, until=min(jobs, 12))
    outcomes = run([plan(client) for client in clients], build, jobs=jobs)
    assert states(outcomes) == dict.fromkeys(clients, "built")
    assert sorted(build.seen) == sorted(clients)
    assert build.most == min(jobs, 12)


def test_plans_begin_in_their_order():
    build = FakeBuild()
    run([plan(client) for client in ("large", "middle", "small")], build, jobs=1)
    assert build.seen == ["large", "middle", "small"]


def test_a_failing_build_is_that_clients_outcome_alone():
    outcomes = run([plan("bomb"), plan("acme")], FakeBuild())
    assert states(outcomes) == {"bomb": "failed", "acme": "built"}
    assert outcomes["bomb"].detail == "ZeroDivisionError: nobody expects this"


def test_a_client_that_would_exceed_the_memory_waits_and_smaller_ones_go_before():
    build = FakeBuild(holds={"first"})
    watcher = LettingGo(build, {("started", "tiny"): "first"})
    plans = [plan("first", need=600 * MEGABYTE), plan("second", need=500 * MEGABYTE), plan("tiny", need=300 * MEGABYTE)]
    outcomes = run(plans, build, jobs=3, budget=1000 * MEGABYTE, watcher=watcher)
    assert set(states(outcomes).values()) == {"built"}
    assert build.seen == ["first", "tiny", "second"]
    assert frozenset({"first", "second"}) not in build.together


def test_one_client_runs_however_much_it_needs():
    assert states(run([plan("huge", need=10**15), plan("giant", need=10**15)], FakeBuild(), budget=1)) == {
        "huge": "built",
        "giant": "built",
    }


def test_what_is_held_counts_where_it_is_more_than_what_was_expected():
    build = FakeBuild(holds={"grown", "next"}, held={"grown": 900 * MEGABYTE})
    plans = [plan("grown", need=10 * MEGABYTE), plan("next", need=400 * MEGABYTE), plan("last", need=400 * MEGABYTE)]
    # The second runs beside it before anybody knows; the third would have been let in by what was expected of the first.
    watcher = LettingGo(build, {("measured", "grown"): "next", ("finished", "next"): "grown"})
    run(plans, build, jobs=2, budget=1200 * MEGABYTE, watcher=watcher)
    assert build.seen[-1] == "last"
    assert frozenset({"grown", "next"}) in build.together
    assert frozenset({"grown", "last"}) not in build.together


def test_when_memory_runs_short_the_youngest_is_sent_back_and_built_later():
    build = FakeBuild(holds={"old", "young"}, held={"old": 700 * MEGABYTE, "young": 600 * MEGABYTE})
    watcher = LettingGo(build, {("sent back", "young"): "old", ("finished", "old"): "young"})
    plans = [plan("old", need=10 * MEGABYTE), plan("young", need=10 * MEGABYTE)]
    outcomes = run(plans, build, budget=1000 * MEGABYTE, watcher=watcher)
    assert states(outcomes) == {"old": "built", "young": "built"}
    assert watcher.order("sent back") == ["young"]
    assert watcher.order("started") == ["old", "young", "young"]
    assert (
        watcher.events.index(("finished", "old", "built"))
        < [index for index, event in enumerate(watcher.events) if event[:2] == ("started", "young")].pop()
    )


def test_a_lone_client_is_never_sent_back():
    build = FakeBuild(held={"alone": 10**12})
    watcher = Recording()
    assert states(run([plan("alone")], build, budget=1, watcher=watcher)) == {"alone": "built"}
    assert watcher.order("sent back") == []


class Impatient(Recording):
    """Raises what Ctrl-C or a request to end raise, as soon as `number` clients are finished."""

    def __init__(self, number, error):
        super().__init__()
        self._number, self._error = number, error

    def tick(self):
        if len(self.order("finished")) >= self._number:
            raise self._error


def test_a_build_that_does_not_listen_cannot_hold_up_the_end(monkeypatch):
    monkeypatch.setattr(schedule_module, "_PATIENCE", 0.3)
    let_go = threading.Event()

    def deaf(task, listen, stop):
        let_go.wait(LONG)

    schedule = Schedule([plan("deaf")], deaf, jobs=1, budget=10**12, watcher=Impatient(0, KeyboardInterrupt()))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        schedule.run()
    assert time.monotonic() - started < LONG / 2
    assert states(schedule.outcomes) == {"deaf": "stopped"}
    let_go.set()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), RuntimeError("the display broke")])
def test_the_end_of_everything_ends_all_builds_at_once_and_loses_no_outcome(error, monkeypatch):
    build = FakeBuild(holds={"slow", "slower"})
    watcher = Impatient(1, error)
    plans = [plan(client) for client in ("quick", "slow", "slower", "later", "latest")]
    schedule = Schedule(plans, build, jobs=2, budget=10**12, watcher=watcher)
    monkeypatch.setattr(schedule_module, "_PATIENCE", LONG)
    started = time.monotonic()
    with pytest.raises(type(error)):
        schedule.run()
    assert time.monotonic() - started < LONG / 2
    assert states(schedule.outcomes) == {
        "quick": "built",
        "slow": "stopped",
        "slower": "stopped",
        "later": "waiting",
        "latest": "waiting",
    }
    assert build.running == set()
    assert not any(thread.name.startswith("build-") for thread in threading.enumerate())
