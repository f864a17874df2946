"""Shape and moderation against R (tests/reference/shape.R), on data that follow from formulas.

Tolerances: estimates agree to 1e-6 (R prints 12 digits, its root finder 1e-12), effects from numeric derivatives to
1e-5, and the pooled slopes, whose spread is summed over a grid here and integrated there, to a hundredth of a point.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.messages import N_
from analysis.models.linear import fit_linear
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.moderation.analysis import adjust
from analysis.models.moderation.buying import _effect, fit_binomial
from analysis.models.moderation.designs import Interacted
from analysis.models.moderation.linear import slope_regions
from analysis.models.moderation.pooling import pool
from analysis.models.moderation.result import Interaction
from analysis.models.shape.bends import compare_sides
from analysis.models.shape.spline import restricted_cubic
from analysis.models.terms import numeric_control

REFERENCE = Path(__file__).parents[1] / "reference" / "shape.csv"
ROWS = np.arange(120)
X = 20 + 80 * ((37 * ROWS) % 61) / 60
M = ((17 * ROWS) % 23) / 22
Y = 10 + 0.5 * X + 6 * M + 0.15 * M * (X - 60) + 8 * np.sin(1.7 * ROWS) + 4 * np.cos(0.9 * (ROWS // 2))
BOUGHT = (np.sin(2.3 * ROWS) + 0.02 * (X - 60) + 0.6 * (M - 0.5) > 0).astype(float)
DESIGN = np.column_stack([np.ones(120), X / 10, M, X / 10 * M])


@pytest.fixture(scope="module")
def reference():
    return pd.read_csv(REFERENCE, index_col="quantity")["value"]


def test_the_spline_spans_the_curves_of_rs_natural_spline(reference):
    knots = np.array([25.0, 50.0, 70.0, 95.0])
    fit = fit_linear(Y, np.column_stack([np.ones(120), X, restricted_cubic(X, knots)]))
    at = np.array([40.0, 60.0, 80.0])
    fitted = np.column_stack([np.ones(3), at, restricted_cubic(at, knots)]) @ fit.coefficients
    assert fitted == pytest.approx(reference[["spline_40", "spline_60", "spline_80"]].to_numpy(), rel=1e-8)


def test_interaction_and_johnson_neyman_region(reference):
    fit = fit_linear(Y, DESIGN)
    assert fit.coefficients[3] == pytest.approx(reference["interaction"], rel=1e-8)
    assert np.sqrt(fit.covariance[3, 3]) == pytest.approx(reference["interaction_error"], rel=1e-8)
    places = np.ix_([1, 3], [1, 3])
    found = slope_regions(fit.coefficients[[1, 3]], fit.covariance[places], (-8.0, 8.0), 120)
    assert found == [(pytest.approx(reference["johnson_neyman_1"], abs=1e-8), 8.0, 1)]


def test_a_slope_that_is_never_told_from_zero_has_no_region():
    assert slope_regions(np.array([0.1, 0.0]), np.diag([1.0, 1.0]), (-1.0, 1.0), 50) == []


def test_a_slope_that_turns_has_a_region_on_either_side():
    """Slope m with error 0.1 everywhere: beyond sqrt(2 F(2, 40)) = sqrt(6.4636) tenths on both sides."""
    found = slope_regions(np.array([0.0, 1.0]), np.diag([0.01, 0.0]), (-3.0, 3.0), 41)
    edge = np.sqrt(2 * 3.231727) * 0.1
    assert [(start, stop, sign) for start, stop, sign in found] == [
        (-3.0, pytest.approx(-edge, rel=1e-5), -1),
        (pytest.approx(edge, rel=1e-5), 3.0, 1),
    ]


def test_effects_of_the_logit_at_two_kinds(reference):
    fit = fit_binomial(BOUGHT, DESIGN)
    kinds = np.array([[[0.75], [0.25]]])
    design = Interacted(matrix=DESIGN, rows=ROWS, columns=1, kinds=kinds, words=((N_("Share"), N_("Share")),))
    for name, kind in (("logit_effect_high", kinds[0, 0]), ("logit_effect_low", kinds[0, 1])):
        assert 100 * _effect(fit, design, kind)[0] == pytest.approx(reference[name], rel=1e-5)


def test_slopes_below_and_above_the_mean(reference):
    rows = pd.DataFrame({"satisfaction_index": X})
    control = numeric_control(N_("Share"), "m", N_("Share"), pd.Series(M))
    sample = LoyaltySample(rows=rows, controls=(control,), weights=np.ones(120), clusters=ROWS, dropped=0, notes=())
    sides = compare_sides(sample, sample.design(), Y, "hc3-t")
    assert sides.reference == pytest.approx(X.mean())
    assert sides.below.value == pytest.approx(reference["below"], rel=1e-8)
    assert sides.above.value == pytest.approx(reference["above"], rel=1e-8)
    assert sides.difference.value == pytest.approx(reference["below"] - reference["above"], rel=1e-6)


def test_adjusted_p_values(reference):
    items = [
        Interaction(
            response="loyalty", key=str(p), name=N_("Share"), n=50, accounts=50, contrasts=(), statistic=1.0, df=1,
            p_value=p, adjusted_p=p, differs=False,
        )
        for p in (0.01, 0.02, 0.03, 0.5)
    ]  # fmt: skip
    adjusted = adjust(items)
    assert [item.adjusted_p for item in adjusted] == pytest.approx([reference[f"bh_{k}"] for k in range(1, 5)])
    assert [item.differs for item in adjusted] == [True, True, True, False]
    assert adjust([]) == ()


def test_pooled_slopes(reference):
    estimates, errors = np.array([5.6, 5.4, 5.0, 4.0]), np.array([0.7, 0.55, 0.65, 0.7])
    pooled = pool(estimates, errors, degrees=200)
    for place in (0, 3):
        expected = [reference[f"pooled_{place + 1}_{tail:g}"] for tail in (0.025, 0.5, 0.975)]
        assert pooled.limits[place] == pytest.approx(expected, abs=0.01)
