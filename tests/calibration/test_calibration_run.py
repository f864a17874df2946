"""Draws are kept in chunks: a run that was broken off goes on where it was, and what is there is not drawn again."""

import numpy as np
import pytest

from analysis.calibration import draws as kept
from analysis.calibration.draws import (
    Chunk,
    chunks_of,
    draw_together,
    group_of,
    load_chunks,
    run_chunks,
    truth_chunks_of,
)
from analysis.calibration.fingerprint import closure, fingerprint
from analysis.calibration.proof import GROUPS, plan_chunks
from analysis.calibration.scenarios import scenarios

LOYALTY = "analysis.calibration.groups.loyalty"


@pytest.fixture
def told():
    class Told(list):
        def __call__(self, done, total, chunk):
            self.append((done, total, chunk.path.name))

    return Told()


def chunk(folder, first, count, **fields):
    path = folder / f"{first}.npz"
    return Chunk(
        **({"group": "loyalty", "scenario": "demo-120", "first": first, "count": count, "path": path} | fields)
    )


def test_a_broken_run_goes_on_where_it_was(tmp_path, monkeypatch, told):
    chunks = [chunk(tmp_path, first, 1) for first in (1, 2, 3)]
    run_chunks(chunks[:1], 1, told)
    (tmp_path / "2.99.part").write_bytes(b"half a chunk")
    drawn = []

    def counted(batch):
        drawn.extend(each.first for each in batch)
        return draw_together(batch)

    monkeypatch.setattr(kept, "draw_together", counted)
    run_chunks(chunks, 1, told)
    assert drawn == [2, 3]
    assert told == [(1, 1, "1.npz"), (1, 2, "2.npz"), (2, 2, "3.npz")]
    assert len(load_chunks(chunks)) == 3


def test_a_chunk_holds_the_same_whoever_draws_it(tmp_path):
    both = draw_together([chunk(tmp_path, 7, 2)])
    single = [*draw_together([chunk(tmp_path / "single", 7, 1)]), *draw_together([chunk(tmp_path / "single", 8, 1)])]
    together, apart = load_chunks(both), load_chunks(single)
    assert together.paths == apart.paths
    assert np.array_equal(together.numbers, apart.numbers, equal_nan=True)


def test_groups_read_one_client_as_if_it_were_theirs_alone(tmp_path, told):
    """Loyalty asks for four tables; beside a group that asks for all it reads the same, and the client is drawn once."""

    def chunks(home):
        return [chunk(home / group, 7, 1, group=group) for group in ("loyalty", "uplift", "drivers")]

    alone, together = chunks(tmp_path / "alone"), chunks(tmp_path / "together")
    for each in alone:
        draw_together([each])
    run_chunks(together, 1, told)
    assert [done for done, *_ in told] == [1, 2, 3]
    for one, beside in zip(alone, together, strict=True):
        first, second = load_chunks([one]), load_chunks([beside])
        assert first.paths == second.paths
        assert np.array_equal(first.numbers, second.numbers, equal_nan=True)


def test_every_group_draws_as_many_clients_as_were_asked_for():
    for group in GROUPS:
        cells = group_of(group).CELLS
        assert set(cells) <= set(scenarios())
        assert sum(cells.values()) >= 1


@pytest.mark.slow
def test_a_broken_run_has_some_of_every_cell(tmp_path):
    """After the truths the cells go forward together: of half the chunks every cell has about half of its own."""
    planned = [each for each in plan_chunks(GROUPS, 2000, tmp_path) if not each.is_truth]
    half = planned[: len(planned) // 2]
    for key in scenarios():
        own = [sum(each.scenario == key for each in chunks) for chunks in (half, planned)]
        assert 0.3 < own[0] / own[1] < 0.7, key


def test_more_draws_keep_the_chunks_of_fewer(tmp_path):
    few, many = chunks_of("loyalty", "demo-400", 40, tmp_path), chunks_of("loyalty", "demo-400", 60, tmp_path)
    assert many[:2] == few
    seeds = [seed for each in many for seed in range(each.first, each.first + each.count)]
    assert len(seeds) == len(set(seeds)) == 60


def test_cells_of_one_population_share_their_truth(tmp_path):
    small, large = (truth_chunks_of("loyalty", scenarios()[key], tmp_path) for key in ("demo-120", "demo-1000"))
    assert [each.path for each in small] == [each.path for each in large]
    planned = [each.path for each in plan_chunks(GROUPS, 20, tmp_path)]
    assert len(planned) == len(set(planned))


def test_what_is_drawn_is_kept_by_the_code_it_depends_on():
    needed = closure(LOYALTY)
    assert {"analysis.models.loyalty", "analysis.models.clustering", "analysis.models.ordered"} <= needed
    assert not {"analysis.indicators.revenue", "analysis.document.html", "analysis.models.repurchase"} & needed
    assert "analysis.synthetic.accounts" in closure("analysis.calibration.clients")
    assert fingerprint((LOYALTY,)) != fingerprint(("analysis.calibration.groups.repurchase",))
    assert fingerprint((LOYALTY,), "one truth") != fingerprint((LOYALTY,), "another truth")


def test_a_change_of_the_truth_or_of_the_questionnaire_asks_for_new_draws(tmp_path):
    folders = {chunks_of("loyalty", key, 20, tmp_path)[0].path.parent.name for key in ("demo-400", "nil-400")}
    truths = {truth_chunks_of("loyalty", each, tmp_path)[0].path.parent.name for each in scenarios().values()}
    assert len(folders) == 2
    assert len(truths) == len({each.population for each in scenarios().values()})
