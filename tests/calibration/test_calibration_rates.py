"""How rates, their errors and their bands are counted, on draws whose coverage is known by hand."""

import numpy as np
import pytest

from analysis.calibration.draws import Draws
from analysis.calibration.rates import Rate, differ, over_the_grid, rates_of
from analysis.calibration.truths import Known

NPS, SHARE, TEST = (
    "indicators/results/nps/overall",
    "indicators/results/satisfaction_top2/overall",
    "loyalty_model/slope",
)
NONE = float("nan")


def drawn(**columns):
    paths = tuple(sorted(columns))
    return Draws(paths=paths, numbers=np.stack([np.array(columns[path], dtype=float) for path in paths], axis=1))


def only(rates, start):
    (found,) = [rate for rate in rates if rate.quantity.startswith(start)]
    return found


def test_coverage_and_its_error_are_counted():
    rows = [[10, 0, 20, NONE, 50]] * 38 + [[10, 12, 20, NONE, 50]] * 2
    rows = [[value + place % 3, *rest] for place, (value, *rest) in enumerate(rows)]
    found = only(
        rates_of(drawn(**{NPS: rows}), {NPS: Known(value=11, std_error=0.1)}, "cell", null="x", times=1), "nps"
    )
    assert (found.quantity, found.kind, found.draws) == ("nps (cell)", "regular", 40)
    assert found.rate == pytest.approx(95.0)
    assert found.mc_error == pytest.approx(100 * np.sqrt(0.95 * 0.05 / 40))


def test_places_of_one_client_are_not_independent():
    """Two waves that always agree carry the error of one."""
    rows = [[10 + place % 3, 0 if place else 12, 20, NONE, 50] for place in range(40)]
    paths = {f"indicators/results/nps/by_period/{wave}": rows for wave in ("a", "b")}
    known = {path: Known(value=11, std_error=0) for path in paths}
    found = only(rates_of(drawn(**paths), known, "cell", null="x", times=1), "nps, by period")
    assert found.places == 2
    assert found.mc_error == pytest.approx(100 * np.sqrt(0.975 * 0.025 / 40), rel=1e-6)


def test_a_small_proportion_is_discrete_and_a_large_one_regular():
    def kind(n):
        rows = [[0.1 + place / 1000, 0.05, 0.2, NONE, n] for place in range(40)]
        return only(
            rates_of(drawn(**{SHARE: rows}), {SHARE: Known(value=0.1, std_error=0)}, "c", null="x", times=1), "sat"
        ).kind

    assert (kind(499), kind(501)) == ("discrete", "regular")


def test_a_test_is_counted_where_its_null_holds():
    rows = [[0.1 * (-1) ** place, -1, 1, 0.04 if place < 4 else 0.5, 90] for place in range(40)]
    draws = drawn(**{TEST: rows})
    nil = rates_of(draws, {TEST: Known(value=0.0, std_error=0)}, "c", null="x", times=1)
    assert only(nil, "loyalty on satisfaction, slope, test").rate == pytest.approx(10.0)
    assert only(nil, "loyalty on satisfaction, slope, test").kind == "test"
    real = rates_of(draws, {TEST: Known(value=0.5, std_error=0)}, "c", null="x", times=1)
    assert [rate.quantity for rate in real] == ["loyalty on satisfaction, slope (c)"]


def test_a_composite_null_is_judged_by_its_test_alone():
    path = "relations/mediation/main/indirect"
    rows = [[0.1 * (-1) ** place, -1, 1, 0.5, 90] for place in range(40)]
    nil = rates_of(drawn(**{path: rows}), {path: Known(value=0.0, std_error=0)}, "c", null="x", times=1)
    assert [(rate.quantity, rate.kind) for rate in nil] == [("mediation, main, indirect, test (c)", "composite")]


def test_a_composite_null_without_an_estimate_is_counted_in_its_cell():
    path = "relations/robustness/loyalty_curve/joint/share_p"
    draws = drawn(**{path: [[NONE, NONE, NONE, 0.04 if place < 2 else 0.5, NONE] for place in range(40)]})
    (nil,) = rates_of(draws, {}, "c", null="nil-400", times=1)
    assert (nil.quantity, nil.kind, nil.rate) == ("whole curve of loyalty, share (c)", "composite", pytest.approx(5.0))
    assert rates_of(draws, {}, "c", null="demo-400", times=1) == []


def test_of_a_gain_that_is_nil_the_claim_is_judged():
    path = "relations/behaviour/count/validation/auc_gain"
    rows = [[0.1 + 0.01 * (place % 3), 0.05 if place < 2 else -0.3, 0.2, NONE, 90] for place in range(40)]
    draws, known = drawn(**{path: rows}), {path: Known(value=0.1, std_error=0)}
    (nil,) = rates_of(draws, known, "c", null="nil-400", times=1)
    assert (nil.quantity, nil.kind) == ("count of purchases, held-out auc_gain, claimed (c)", "composite")
    assert nil.rate == pytest.approx(5.0)
    (real,) = rates_of(draws, known, "c", null="demo-400", times=1)
    assert (real.quantity, real.kind, real.rate) == ("count of purchases, held-out auc_gain (c)", "regular", 100.0)


def test_the_grid_counts_every_interval_of_every_cell_once():
    small, large = (
        rate(quantity=f"nps ({cell})", kind=kind, rate=held, mc_error=error, draws=draws, counted=counted)
        for cell, kind, held, error, draws, counted in (
            ("120 customers", "discrete", 90.0, 2.0, 100, 300),
            ("nil effects, 400 customers", "regular", 96.0, 1.0, 300, 900),
        )
    )
    other = rate(quantity="effort (120 customers)", kind="regular", rate=95.0, mc_error=1.0, draws=9)
    effort, nps = over_the_grid([small, large, other])
    assert (effort.quantity, effort.rate, effort.draws) == ("effort", 95.0, 9)
    assert (nps.quantity, nps.kind, nps.draws, nps.counted) == ("nps", "discrete", 400, 1200)
    assert nps.rate == pytest.approx(94.5)
    assert nps.mc_error == pytest.approx(np.hypot(300 * 2, 900 * 1) / 1200)


def test_what_is_truly_at_its_bound_is_not_judged():
    path = "relations/drivers/satisfaction/shares/price/share"
    rows = [[0.02 + 0.01 * (place % 3), 0.0, 0.06, NONE, 90] for place in range(40)]
    near, far = (
        rates_of(drawn(**{path: rows}), {path: Known(value=value, std_error=0)}, "c", null="x", times=1)
        for value in (0.005, 0.03)
    )
    assert (len(near), len(far)) == (0, 1)


def rate(**fields):
    plain = {"quantity": "q", "kind": "regular", "rate": 95.0, "mc_error": 0.5, "draws": 2000, "places": 1}
    return Rate(**(plain | {"truth_error": 0.0, "is_zero_width": False} | fields))


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [("regular", 92.01, 91.99), ("regular", 97.99, 98.01), ("discrete", 100.0, 90.9), ("test", 7.99, 8.01),
     ("composite", 0.0, 8.01), ("shrunken", 92.01, 98.01), ("bounded", 97.99, 91.99)],
)  # fmt: skip
def test_bands_are_those_of_the_rules_widened_by_two_errors(kind, inside, outside):
    assert rate(kind=kind, rate=inside).is_within
    assert not rate(kind=kind, rate=outside).is_within


def test_an_interval_without_width_is_outside_whatever_it_holds():
    assert not rate(is_zero_width=True).is_within


def test_ranks_are_held_against_the_partners_that_are_compared():
    home = "indicators/partners/nps/rows"
    numbers = np.full((30, 6, 5), np.nan)
    paths = tuple(f"{home}/{partner}/{what}" for partner in "ABC" for what in ("rank", "shrunken"))
    numbers[:, 0::2, 1], numbers[:, 0::2, 2] = 1, 1  # each is said to be the first
    numbers[10:, 0] = np.nan  # A, the best, is compared in ten clients only
    known = {f"{home}/{p}/rank": Known(value=place, std_error=0) for place, p in enumerate("ABC", 1)}
    known |= {f"{home}/{p}/shrunken": Known(value=-place, std_error=0.1) for place, p in enumerate("ABC", 1)}
    found = only(rates_of(Draws(paths=paths, numbers=numbers), known, "c", null="x", times=1), "partner, rank")
    # A right in its ten clients, B in the other twenty, C never: 30 of 70
    assert found.rate == pytest.approx(100 * 30 / 70)


def test_partners_that_hardly_differ_are_not_judged():
    home = "indicators/partners/nps/rows"
    known = {f"{home}/{p}/shrunken": Known(value=v, std_error=1.0) for p, v in zip("ABC", (1, 2, 3), strict=True)}
    assert differ(f"{home}/A/shrunken", known, 2.0)
    assert not differ(f"{home}/A/shrunken", known, 4.0)


def test_intervals_that_hold_together_are_counted_by_client():
    """Of 40 clients, 4 miss in the first zone and 2 others in the second: 34 hold both."""
    first = [[1, 2 if place < 4 else 0, 3, NONE, 90] for place in range(40)]
    second = [[1 + place % 2, 2 if 4 <= place < 6 else 0, 3, NONE, 90] for place in range(40)]
    paths = {f"relations/shape/zones/zones/{zone}/slope": rows for zone, rows in (("30-50", first), ("40-60", second))}
    known = {path: Known(value=1.5, std_error=0) for path in paths}
    found = only(rates_of(drawn(**paths), known, "c", null="x", times=1), "shape of loyalty, slopes")
    assert (found.rate, found.places) == (pytest.approx(85.0), 2)
