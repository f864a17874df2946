"""Groups that draw something beside their client: sets of clients, answers about competitors, linear mediation."""

import numpy as np
import pytest

from analysis.calibration import several
from analysis.calibration.groups import bend, common, moderated, pooled, rank
from analysis.calibration.proof import describe_cells
from analysis.calibration.quantities import quantity_of, unregistered
from analysis.calibration.scenarios import scenarios
from analysis.calibration.several import LAWS, draw_set, true_curves
from analysis.models.loyalty import fit_satisfaction_loyalty

SEED = 500_000
PLACES = np.array([-1.0, 0.0, 1.0])


@pytest.fixture
def quick(monkeypatch):
    """Sets of four clients, and truths from few customers."""
    monkeypatch.setattr(several, "SIZES", (80, 90, 100, 120))
    monkeypatch.setattr(several, "CUSTOMERS", 4_000)
    monkeypatch.setattr(several, "PLACES", PLACES)
    true_curves.cache_clear()
    yield
    true_curves.cache_clear()


def by_law():
    """Return the readings of one set of each law, by its name."""
    cell, found, seed = scenarios()["several"], {}, SEED
    while len(found) < len(LAWS):
        data = cell.draw(seed, tables=pooled.TABLES)
        name = list(LAWS)[round(100 * float(data.table("transactions")["amount"].abs().sum())) % len(LAWS)]
        if name not in found:
            found[name] = pooled.read(data, cell.params)
        seed += 1
    return found


def test_a_set_is_read_for_what_its_law_makes_true(quick):
    found = by_law()
    for name, readings in found.items():
        own = {path.rpartition("/")[2] for path in readings if path.startswith(f"study/pooled/{name}/")}
        assert own == ({"alike"} if name == "alike" else {"mean", "new", "correlation"})
        assert unregistered(readings) == ()
        for path, each in readings.items():
            assert path.endswith("/alike") or each.low < each.value < each.high
    assert found["differing"]["study/pooled/differing/mean"].value > found["nil"]["study/pooled/nil/mean"].value
    new = found["differing"]["study/pooled/differing/new"]
    mean = found["differing"]["study/pooled/differing/mean"]
    assert new.high - new.low > mean.high - mean.low


def test_the_grid_tells_of_the_sets_as_they_are_drawn():
    """The page's words are literal: the sizes and laws that they speak of are those of the code."""
    told = dict(describe_cells())[scenarios()["several"].name]
    law, laws = LAWS["differing"](), [clients for clients, _ in pooled.KNOWN_LAWS]
    assert f"{len(several.SIZES)} clients of {several.SIZES[0]} to {several.SIZES[-1]} customers" in told
    assert f"standard deviation of {law.spread:g} around {law.mean:g}" in told
    assert "sets of {}, {} and {} estimates".format(*laws) in told


def test_what_is_true_of_all_sets_is_told_once(quick, monkeypatch):
    cell = scenarios()["several"]
    monkeypatch.setattr(common, "LARGE", 60)
    truth = pooled.read(cell.draw(SEED, tables=pooled.TABLES), cell.params)
    monkeypatch.undo()
    monkeypatch.setattr(several, "SIZES", (80, 90))
    monkeypatch.setattr(several, "CUSTOMERS", 4_000)
    drawn = {path for readings in by_law().values() for path in readings}
    assert drawn == set(truth) | {"study/pooled/alike/alike"}
    assert truth["study/pooled/nil/mean"].value == pytest.approx(0.0, abs=0.35)
    assert all(each.value == 0.0 for path, each in truth.items() if path.endswith("/new"))


def test_the_true_slope_is_what_a_large_client_shows(quick):
    """The curve comes from the simulation's arrays; the client goes through the data layer and the model."""
    law, params = LAWS["differing"](), scenarios()["several"].params
    effect = law.mean + law.spread
    large = several.known_client(3, law.with_effect(effect), 4_000, params=params)
    slope = fit_satisfaction_loyalty(large, params).slope
    curve = true_curves("differing", 1).slope
    assert slope.value == pytest.approx(float(curve(effect)), abs=4.5 * slope.std_error)
    # one spread of the effect is many errors of that client's slope
    assert float(curve(effect) - curve(law.mean)) > 6 * slope.std_error


def test_clients_of_a_set_have_effects_of_their_own(monkeypatch):
    effects = []
    monkeypatch.setattr(
        several, "known_client", lambda seed, truth, size, params: effects.append(truth.effect_satisfaction_on_loyalty)
    )
    rng = np.random.default_rng(4)
    for _ in range(200):
        draw_set(LAWS["differing"](), rng, scenarios()["several"].params)
    assert len(effects) == 200 * len(several.SIZES)
    assert (np.mean(effects), np.std(effects)) == pytest.approx((0.6, 0.25), abs=0.02)


def test_a_share_of_wallet_follows_rank_and_level_as_it_was_drawn():
    cell = scenarios()["demo-400"]
    found = rank.read(cell.draw(SEED, customers=3_000, tables=rank.TABLES), cell.params)
    assert unregistered(found) == ()
    home = "relations/prediction/rank"
    for name, slope in (("rank_beside_level", 10 * rank.OF_RANK), ("level_beside_rank", 10 * rank.OF_LEVEL)):
        reading = found[f"{home}/{name}"]
        assert reading.value == pytest.approx(slope, rel=0.15)
    # beside nothing the level takes the rank's part as well
    assert found[f"{home}/level"].value > 1.5 * found[f"{home}/level_beside_rank"].value
    unrelated = {path: each for path, each in found.items() if "/unrelated/" in path}
    tests = [each.p_value for path, each in unrelated.items() if quantity_of(path).kind == "test"]
    assert len(tests) == 5
    assert min(tests) > 1e-4
    assert max(abs(unrelated[f"relations/prediction/unrelated/{each}"].value) for each in ("rank", "level")) < 0.5


def test_the_index_is_a_number_where_the_segments_differ(monkeypatch):
    monkeypatch.setattr(common, "BOOTSTRAP_DRAWS", 79)
    found = {}
    for key in ("differing-400", "nil-400"):
        cell = scenarios()[key]
        found[key] = moderated.read(cell.draw(SEED, customers=1_500, tables=moderated.TABLES), cell.params)
        assert unregistered(found[key]) == ()
        for moderator in ("segment", "tenure"):
            home = f"{moderated.HOME}/{moderator}"
            index, difference = found[key][f"{home}/index"], found[key][f"{home}/difference"]
            # the index is the difference for one unit of the moderator
            assert index.value / difference.value == pytest.approx(index.high / difference.high)
            assert {path for path in found[key] if path.startswith(f"{home}/conditional/")}
    segment = f"{moderated.HOME}/segment/index"
    assert found["differing-400"][segment].high < 0
    assert abs(found["nil-400"][segment].value) < abs(found["differing-400"][segment].value) / 3


def test_a_bend_is_placed_where_it_was_drawn(monkeypatch):
    monkeypatch.setattr(common, "BOOTSTRAP_DRAWS", 79)
    cell = scenarios()["specification"]
    found = bend.read(cell.draw(SEED, customers=1_200, tables=bend.TABLES), cell.params)
    assert unregistered(found) == ()
    place = found[bend.PLACED]
    assert place.low < bend.PLACE < place.high
    assert place.high - place.low < 8
    assert found[bend.STRAIGHT].p_value == 1.0
    monkeypatch.setattr(common, "LARGE", 60)
    large = bend.read(cell.draw(SEED, customers=100, tables=bend.TABLES), cell.params)
    assert {path: each.value for path, each in large.items()} == {bend.PLACED: bend.PLACE}
