import io
import re

import pytest
from fakes import plan

from analysis.batch.clock import Clock
from analysis.batch.display import Display
from analysis.batch.shapes import Memory, Note, Outcome, Step
from analysis.messages import N_
from analysis.report.terminal import display_width

WIDTH, HEIGHT = 60, 8


class Terminal(io.StringIO):
    """A terminal: what is written, and what is seen of it."""

    def isatty(self):
        return True

    def screen(self):
        """Return the lines that a user sees; none is ever broken by the width, as a test of its own says."""
        lines, row, column = [""], 0, 0
        for piece in re.split(r"(\x1b\[\d*[AKJ]|\r|\n)", self.getvalue()):
            if piece == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
                column = 0
            elif piece == "\r":
                column = 0
            elif piece.endswith("A") and piece.startswith("\x1b"):
                row -= int(piece[2:-1])
                assert row >= 0, "above the first line"
            elif piece == "\x1b[K":
                lines[row] = lines[row][:column]
            elif piece == "\x1b[J":
                lines = [*lines[:row], lines[row][:column]]
            elif piece:
                lines[row] = piece + lines[row][len(piece) :]
                column = len(piece)
        return lines


@pytest.fixture
def clock():
    """A clock that only moves when told."""

    class Now:
        value = 100.0

        def __call__(self):
            return self.value

    return Now()


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("LINES", str(HEIGHT))
    return Terminal()


def test_a_log_gets_one_line_for_each_finished_client_and_no_controls(clock):
    stream, plans = io.StringIO(), [plan("acme", seconds=10), plan("beta", seconds=10), plan("late", seconds=10)]
    display = Display(stream, plans, jobs=1, steps=3, now=clock)
    for each in plans[:2]:
        display.started(each)
        display.told(each, Step(name="data_and_models", seconds=None))
        display.tick()
    clock.value += 12
    display.finished(plans[0], Outcome(client="acme", state="built", seconds=12.0))
    failed = Outcome(client="beta", state="failed", seconds=3.0, cause=N_("There was not enough memory."))
    display.finished(plans[1], failed)
    display.finished(plans[2], Outcome(client="late", state="waiting"))
    display.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"\[1/3\]  acme +Built +12\.0 s  about \d+ s left", lines[0])
    assert re.match(r"\[2/3\]  beta +Failed +3\.0 s  There was not enough memory\.", lines[1])


def test_a_remark_and_what_is_sent_back_are_lines_of_a_log(clock):
    stream, acme = io.StringIO(), plan("acme")
    display = Display(stream, [acme], jobs=1, now=clock)
    display.started(acme)
    display.told(acme, Note(text="another run is building acme: waiting for it"))
    display.told(acme, Memory(held=1_500_000_000, peak=1_500_000_000))
    display.sent_back(acme)
    waits, back = stream.getvalue().splitlines()
    assert waits == "acme: another run is building acme: waiting for it"
    assert back.startswith("acme: ended for now, since memory ran short (1.5 GB held)")


def test_a_terminal_shows_who_is_where_and_keeps_what_is_finished_above(terminal, clock):
    plans = [plan("acme", seconds=10), plan("beta", seconds=10), plan("gamma", seconds=10)]
    display = Display(terminal, plans, jobs=2, steps=17, now=clock)
    display.started(plans[0])
    display.started(plans[1])
    clock.value += 5
    display.told(plans[0], Step(name="data_and_models", seconds=4.0))
    clock.value += 1
    display.told(plans[0], Step(name="depth_breadth", seconds=None))
    lines = terminal.screen()
    assert lines[0] == "0 of 3 done · 2 running"
    assert re.fullmatch(r"  acme +1/17 +6 s  depth breadth", lines[1])
    assert re.fullmatch(r"  beta +0/17 +6 s  starting", lines[2])
    display.finished(plans[1], Outcome(client="beta", state="built", seconds=6.0))
    display.started(plans[2])
    lines = terminal.screen()
    assert re.match(r"\[1/3\]  beta +Built +6\.0 s", lines[0])
    assert lines[1].startswith("1 of 3 done · 2 running · about")
    assert [line.split()[0] for line in lines[2:4]] == ["acme", "gamma"]
    display.close()
    assert [line for line in terminal.screen() if line] == [lines[0]]


def test_live_lines_are_never_broken_nor_more_than_the_screen_has(terminal, clock):
    plans = [plan(f"client-with-quite-a-long-name-{number:02d}-客户" * 2) for number in range(30)]
    display = Display(terminal, plans, jobs=30, steps=17, now=clock)
    for each in plans:
        display.started(each)
        clock.value += 1
        display.told(each, Step(name="a step whose name is long enough to be cut off", seconds=None))
    lines = [line for line in terminal.screen() if line]
    assert len(lines) == HEIGHT - 2
    assert all(display_width(line) < WIDTH for line in lines)


def test_pictures_come_in_one_piece_and_not_too_often(clock, terminal):
    pieces = []
    terminal.write = pieces.append
    acme = plan("acme")
    display = Display(terminal, [acme], jobs=1, now=clock)
    display.started(acme)
    drawn = len(pieces)
    for _ in range(100):
        clock.value += 0.01
        display.told(acme, Step(name="value", seconds=None))
    assert len(pieces) - drawn <= 6
    assert all(piece.endswith("\x1b[J") for piece in pieces)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_without_controls_is_a_log(terminal, clock, monkeypatch, term):
    monkeypatch.setenv("TERM", term)
    acme = plan("acme")
    display = Display(terminal, [acme], jobs=1, now=clock)
    display.started(acme)
    assert terminal.getvalue() == ""


def test_what_a_client_is_called_cannot_command_the_terminal(clock):
    stream, hostile = io.StringIO(), plan("acme")
    display = Display(stream, [hostile], jobs=1, now=clock)
    display.started(hostile)
    display.finished(hostile, Outcome(client="acme", state="failed", detail="\x1b[2J\u202egone"))
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_time_left_follows_what_the_finished_ones_took():
    plans = [plan("a", seconds=10), plan("b", seconds=10), plan("c", seconds=20)]
    clock = Clock(plans, jobs=1)
    assert clock.left({}) is None
    clock.finished(plans[0], seconds=20.0)
    assert clock.left({}) == pytest.approx(60.0)
    assert clock.left({"b": 15.0}) == pytest.approx(45.0)
    assert Clock(plans, jobs=2).done == 0
    clock.finished(plans[1], 20.0)
    clock.finished(plans[2], 40.0)
    assert clock.left({}) is None


def test_no_number_of_jobs_makes_one_client_faster():
    plans = [plan("a", seconds=10), plan("long", seconds=100)]
    clock = Clock(plans, jobs=8)
    clock.finished(plans[0], 10.0)
    assert clock.left({}) == pytest.approx(100.0)
