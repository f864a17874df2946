"""Draws of earlier code are kept where today's code draws the same, and only there."""

import json
import shutil
import sys
from types import ModuleType

import numpy as np
import pytest

from analysis.calibration import carrying, draws, proof
from analysis.calibration.carrying import COMPARED, carried_chunks, carry_over
from analysis.calibration.draws import (
    chunks_of,
    draw_together,
    load_chunk,
    load_chunks,
    run_chunks,
    truth_chunks_of,
)
from analysis.calibration.proof import collect_rates
from analysis.calibration.readings import Reading
from analysis.calibration.scenarios import FIRST_SEED, TRUTH_SEED, Scenario, scenarios

CELL = "demo-120"
CLIENTS = 50  # chunks of 20, 20 and 10
EFFECT, OTHER, CONTROLLED = (
    "loyalty_model/ordered/top_effect",
    "loyalty_model/correlation",
    "loyalty_model/coefficients/tenure",
)
NEW = "loyalty_model/ordered/bottom_effect"
JOINT, SILENT = "indicators/partners/nps", "relations/drivers/loyalty"
GAIN = {"value": 0.2, "low": 0.1, "high": 0.3}
ENDS = [FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + CLIENTS - 2, FIRST_SEED + CLIENTS - 1]


class MadeUp(ModuleType):
    """A group whose clients are no more than their seeds; `code` is the hash of what reads them, `change` what it does."""

    TABLES = ()
    TRUTH = (3, 6000)

    def __init__(self):
        super().__init__("analysis.calibration.groups.made_up")
        self.CELLS = {CELL: 1.0}
        self.code, self.change, self.seen = "old", lambda seed, found: found, []

    def read(self, seed, params):
        self.seen.append(seed)
        value, p_value = np.random.default_rng(seed).random(2)
        found = {
            path: Reading(value=value, low=value - 0.7, high=value + 0.7, p_value=p_value, n=90.0)
            for path in (EFFECT, OTHER, f"{CONTROLLED} ~0000000a")
        }
        return self.change(seed, found)


@pytest.fixture
def group(monkeypatch):
    made = MadeUp()
    monkeypatch.setitem(sys.modules, made.__name__, made)
    monkeypatch.setattr(draws, "_code_of", lambda group, scenario: made.code)
    monkeypatch.setattr(Scenario, "draw", lambda self, seed, **_: seed)
    return made


def planned(folder, code, group):
    group.code = code
    return chunks_of("made_up", CELL, CLIENTS, folder)


def silent(*_):
    """Tell nobody."""


@pytest.fixture
def old(group, tmp_path):
    """What earlier code drew."""
    chunks = planned(tmp_path, "old", group)
    run_chunks(chunks, 1, silent)
    group.seen.clear()
    return load_chunks(chunks)


def carried(folder, group, code="new", chunks=None):
    lines = []
    chunks = planned(folder, code, group) if chunks is None else chunks
    carry_over(chunks, 1, tell=lines.append, tell_drawn=silent)
    return chunks, lines


def changed(path, **fields):
    """Return a change of code that reads a path otherwise, of some clients."""
    seeds = fields.pop("seeds", None)

    def change(seed, found):
        if seeds is None or seed in seeds:
            found[path] = Reading(**(vars(found[path]) | fields)) if path in found else Reading(**fields)
        return found

    return change


def without(*paths, seeds=None):
    def change(seed, found):
        return {path: each for path, each in found.items() if path not in paths or (seeds and seed not in seeds)}

    return change


def test_draws_that_are_the_same_today_are_kept(group, old, tmp_path):
    chunks, lines = carried(tmp_path, group)
    assert group.seen == ENDS
    assert lines == [f"made_up, {CELL}: 3 chunks of old kept (clients drawn again alike: {COMPARED})"]
    kept = load_chunks(chunks)
    assert kept.carried == len(kept) == CLIENTS
    assert kept.paths == old.paths
    assert np.array_equal(kept.numbers, old.numbers, equal_nan=True)
    record = json.loads((chunks[0].path.parent / "carried.json").read_text(encoding="utf-8"))
    assert record["old"]["clients"] == ENDS
    assert carried_chunks(chunks, is_lacking=True) == []
    assert carried_chunks(chunks) == chunks


def test_what_today_has_drawn_is_nobody_elses(group, old, tmp_path):
    chunks = planned(tmp_path, "new", group)
    draw_together(chunks[:1])
    carried(tmp_path, group)
    assert [load_chunk(chunk.path).carried for chunk in chunks] == ["", "old", "old"]
    assert load_chunks(chunks).carried == CLIENTS - 20
    assert carried(tmp_path, group)[1] == []


def test_of_large_clients_one_is_drawn_again_and_is_todays(group, tmp_path):
    old = truth_chunks_of("made_up", scenarios()[CELL], tmp_path)
    run_chunks(old, 1, silent)
    group.seen.clear()
    group.code = "new"
    chunks, lines = carried(tmp_path, group, chunks=truth_chunks_of("made_up", scenarios()[CELL], tmp_path))
    assert group.seen == [TRUTH_SEED]
    assert [load_chunk(chunk.path).carried for chunk in chunks] == ["", "old", "old"]
    assert lines == [f"made_up, truth of {CELL}: 2 chunks of old kept (clients drawn again alike: 1)"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(EFFECT, value=0.5), f"{EFFECT}: value "),
        (changed(EFFECT, low=-9.0, seeds={ENDS[3]}), f"{EFFECT}: lower limit "),
        (changed(OTHER, p_value=float("nan"), seeds={ENDS[1]}), f"{OTHER}: p-value "),
        (changed(OTHER, n=91.0), f"{OTHER}: n 90, now 91 (client {ENDS[0]})"),
        (changed(SILENT, p_value=0.4), f"{SILENT}: printed only now"),
    ],
)
def test_draws_that_are_others_today_are_not_kept_and_it_is_told_why(group, old, tmp_path, monkeypatch, change, told):
    monkeypatch.setattr(carrying, "MOST", 0.0)
    group.change = change
    chunks, (line,) = carried(tmp_path, group)
    assert line.startswith(f"made_up, {CELL}: draws of old are not today's: ")
    assert told in line
    assert not any(chunk.path.exists() for chunk in chunks)
    group.seen.clear()
    assert carried(tmp_path, group)[1] == [line]
    assert group.seen == []  # what was compared once is not compared again


def test_a_row_that_differs_is_left_out_and_told_where_most_rows_are_the_same(group, tmp_path):
    """Four rows more, so that one that differs is few; it is drawn last."""
    more = [changed(f"score/dimensions/{name}/score", **GAIN) for name in "abcd"]

    def often(seed, found):
        for change in more:
            found = change(seed, found)
        return found

    group.change = often
    run_chunks(planned(tmp_path, "old", group), 1, silent)
    group.change = lambda seed, found: changed(OTHER, value=0.5)(seed, often(seed, found))
    chunks, (line,) = carried(tmp_path, group)
    assert "3 chunks of old kept" in line
    assert f"different: {OTHER}: value " in line
    assert OTHER not in load_chunks(chunks).paths
    assert len(load_chunks(chunks).paths) == 6
    assert carried_chunks(chunks, is_lacking=True) == chunks
    group.change = lambda seed, found: {path: Reading(value=0.5) for path in often(seed, found)}
    shutil.rmtree(chunks[0].path.parent)
    assert "are not today's" in carried(tmp_path, group)[1][0]


def test_numbers_may_differ_by_what_arithmetic_leaves(group, old, tmp_path):
    def shift(by):
        return lambda seed, found: {
            path: Reading(value=each.value + by, low=each.low, high=each.high, p_value=each.p_value, n=each.n)
            for path, each in found.items()
        }

    group.change = shift(1e-12)
    assert "kept" in carried(tmp_path, group)[1][0]
    group.change = shift(1e-8)
    assert "are not today's" in carried(tmp_path, group, "newer")[1][0]


def test_a_path_that_holds_other_controls_is_another(group, old, tmp_path):
    def renamed(seed, found):
        return {path.replace("~0000000a", "~0000000b"): each for path, each in found.items()}

    group.change = renamed
    (line,) = carried(tmp_path, group)[1]
    assert f"{CONTROLLED} ~0000000a: printed no more" in line


def test_what_is_new_is_lacking_until_it_is_drawn_last(group, old, tmp_path):
    group.change = changed(NEW, value=0.2, low=0.1, high=0.3)
    chunks, (line,) = carried(tmp_path, group)
    assert "3 chunks of old kept" in line
    assert 'to be drawn at the end: "ordered logit of loyalty, bottom effect' in line
    assert NEW not in load_chunks(chunks).paths
    assert carried_chunks(chunks, is_lacking=True) == chunks
    run_chunks(carried_chunks(chunks, is_lacking=True)[:1], 1, silent, is_again=True)
    assert carried_chunks(chunks, is_lacking=True) == chunks[1:]
    found = load_chunks(chunks)
    assert found.carried == CLIENTS - 20
    assert np.isfinite(found.numbers[:, found.paths.index(NEW), 0]).sum() == 20
    # later code, which reads the same: what lacks something goes on lacking it
    later, (line,) = carried(tmp_path, group, "newer")
    assert "3 chunks of new kept" in line
    assert carried_chunks(later, is_lacking=True) == later[1:]


FEW = {FIRST_SEED + 5, FIRST_SEED + 30, ENDS[2]}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (changed(NEW, **GAIN, seeds=FEW), changed(NEW, **GAIN)),
        (changed(NEW, **GAIN), changed(NEW, **GAIN, seeds=FEW)),
        # intervals that hold together: one more of them
        (changed(f"{JOINT}_b", p_value=0.4), changed(JOINT, p_value=0.4)),
    ],
)
def test_a_row_of_other_clients_than_before_is_left_out_and_drawn_last(group, tmp_path, before, now):
    group.change = before
    run_chunks(planned(tmp_path, "old", group), 1, silent)
    group.change = now
    chunks, (line,) = carried(tmp_path, group)
    assert "3 chunks of old kept" in line
    found = load_chunks(chunks)
    assert set(found.paths) == {EFFECT, OTHER, f"{CONTROLLED} ~0000000a"}
    assert carried_chunks(chunks, is_lacking=True) == chunks
    run_chunks(carried_chunks(chunks, is_lacking=True), 1, silent, is_again=True)
    assert carried_chunks(chunks) == []


def test_intervals_that_hold_together_may_be_new_together(group, old, tmp_path):
    group.change = changed(JOINT, p_value=0.4)
    assert "3 chunks of old kept" in carried(tmp_path, group)[1][0]


def test_a_truth_that_would_be_lacking_is_drawn_anew(group, tmp_path):
    run_chunks(truth_chunks_of("made_up", scenarios()[CELL], tmp_path), 1, silent)
    group.change, group.code = changed(NEW, value=0.2, low=0.1, high=0.3), "new"
    chunks, (line,) = carried(tmp_path, group, chunks=truth_chunks_of("made_up", scenarios()[CELL], tmp_path))
    assert "its truth is wanted" in line
    assert [chunk.path.exists() for chunk in chunks] == [True, False, False]


def test_what_is_printed_no_more_does_not_come_back(group, tmp_path):
    """Neither what the clients drawn again had, nor what other clients had of the same row."""
    gone, rare = "loyalty_model/curve/points/50", "loyalty_model/curve/points/90"
    often = changed(gone, value=0.2, low=0.1, high=0.3)
    seldom = changed(rare, value=0.2, low=0.1, high=0.3, seeds={FIRST_SEED + 25})
    group.change = lambda seed, found: seldom(seed, often(seed, found))
    run_chunks(planned(tmp_path, "old", group), 1, silent)
    group.change = lambda seed, found: found
    chunks, (line,) = carried(tmp_path, group)
    assert 'printed no more: "loyalty on satisfaction, curve"' in line
    found = load_chunks(chunks)
    assert len(found) == CLIENTS
    assert set(found.paths) == {EFFECT, OTHER, f"{CONTROLLED} ~0000000a"}


def test_a_broken_run_goes_on_without_comparing_again(group, old, tmp_path, monkeypatch):
    def save_one(path, kept):
        if path.name.startswith("000020"):
            raise KeyboardInterrupt
        draws.save_chunk(path, kept)

    with monkeypatch.context() as patch:
        patch.setattr(carrying, "save_chunk", save_one)
        with pytest.raises(KeyboardInterrupt):
            carried(tmp_path, group)
    group.seen.clear()
    chunks, (line,) = carried(tmp_path, group)
    assert "2 chunks of old kept" in line
    assert group.seen == []
    assert load_chunks(chunks).carried == CLIENTS


def test_what_one_folder_lacks_another_may_have(group, old, tmp_path):
    """The folder with most is taken first; a client is drawn again once, however many folders it is compared with."""
    other = planned(tmp_path, "older", group)
    run_chunks(other, 1, silent)
    planned(tmp_path, "old", group)[1].path.unlink()
    group.seen.clear()
    other[2].path.unlink()
    other[0].path.unlink()
    chunks, lines = carried(tmp_path, group)
    assert ["2 chunks of old" in lines[0], "1 chunks of older" in lines[1]] == [True, True]
    assert [load_chunk(chunk.path).carried for chunk in chunks] == ["old", "older", "old"]
    assert len(group.seen) == len(set(group.seen)) == 2 * COMPARED


@pytest.mark.parametrize("content", [b"", b"half a chunk"])
def test_a_chunk_that_cannot_be_read_is_told(group, old, tmp_path, content):
    broken = planned(tmp_path, "old", group)[1].path
    broken.write_bytes(content)
    chunks, (line,) = carried(tmp_path, group)
    assert f"{broken.name} cannot be read" in line
    assert not any(chunk.path.exists() for chunk in chunks)


def test_where_nothing_was_drawn_nothing_is_kept(group, tmp_path):
    chunks, lines = carried(tmp_path, group)
    assert lines == [f"made_up, {CELL}: nothing drawn by earlier code"]
    assert not chunks[0].path.parent.exists()


def test_rows_that_rest_on_earlier_draws_are_counted(group, old, tmp_path):
    def rows():
        return collect_rates(("made_up",), CLIENTS, tmp_path).carried

    run_chunks(truth_chunks_of("made_up", scenarios()[CELL], tmp_path), 1, silent)
    planned(tmp_path, "old", group)
    assert (rows().clients, rows().rows) == (0, frozenset())
    carried(tmp_path, group)
    run_chunks(truth_chunks_of("made_up", scenarios()[CELL], tmp_path), 1, silent)
    assert rows().clients == CLIENTS
    assert {"ordered logit of loyalty, top effect (120 customers)"} <= rows().rows
    group.change = changed(NEW, **GAIN)
    chunks, _ = carried(tmp_path, group, "newer")
    run_chunks(chunks[:2], 1, silent, is_again=True)
    run_chunks(truth_chunks_of("made_up", scenarios()[CELL], tmp_path), 1, silent)
    assert rows().clients == CLIENTS - 40
    assert "ordered logit of loyalty, top effect (120 customers)" in rows().rows
    assert not any("bottom effect" in row for row in rows().rows)  # today's code's alone


def test_the_whole_run_keeps_what_it_can_and_draws_the_rest(group, tmp_path, monkeypatch):
    """First what no code has drawn, then what lacks something new; without carrying all is drawn anew."""
    docs = tmp_path / "docs"
    docs.mkdir()
    monkeypatch.setattr(proof, "GROUPS", ("made_up",))

    def run(code, **options):
        group.code = code
        group.seen.clear()
        lines = []
        proof.calibrate(
            ("made_up",), CLIENTS, 1, folder=tmp_path / "draws", docs=docs, command="make calibrate", date="2026-01-01",
            tell=silent, say=lines.append, **options,
        )  # fmt: skip
        return lines, (docs / "calibration.md").read_text(encoding="utf-8")

    lines, page = run("old")
    assert lines == [
        f"made_up, truth of {CELL}: nothing drawn by earlier code",
        f"made_up, {CELL}: nothing drawn by earlier code",
    ]
    assert len(group.seen) == CLIENTS + 3
    assert "All clients were drawn and read by the code as it is now." in page

    lines, page = run("same")
    assert ["kept" in line for line in lines] == [True, True]
    assert group.seen == [TRUTH_SEED, *ENDS]
    assert f"({CLIENTS} readings of a client by an analysis)" in page

    group.change = changed(NEW, value=0.2, low=0.1, high=0.3)
    lines, page = run("more")
    assert all("its truth is wanted" in line for line in lines[:-1])
    assert "to be drawn at the end" in lines[-1]
    assert len(group.seen) == 3 + COMPARED + CLIENTS
    assert "All clients were drawn and read by the code as it is now." in page

    lines, _ = run("anew", is_carrying=False)
    assert lines == []
    assert len(group.seen) == CLIENTS + 3
    run("kept")
    assert group.seen == [TRUTH_SEED, *ENDS]
    run("kept", is_carrying=False)
    assert len(group.seen) == CLIENTS + 2  # the large client drawn to be compared is its own


def test_a_real_analysis_reads_a_client_twice_alike(tmp_path, monkeypatch):
    """Loyalty, three small clients: what one code drew is what the next draws."""
    for code in ("old", "new"):
        monkeypatch.setattr(draws, "_code_of", lambda group, scenario, code=code: code)
        chunks = chunks_of("loyalty", CELL, 15, tmp_path)
        if code == "old":
            draw_together(chunks)
    lines = []
    carry_over(chunks, 1, tell=lines.append, tell_drawn=silent)
    assert lines == [f"loyalty, {CELL}: 1 chunks of old kept (clients drawn again alike: 3)"]
    assert len(load_chunks(chunks).paths) > 15
