"""How far it can be trusted, in the document: whatever was found or not, one finding, one figure, one table."""

import dataclasses

import pytest

from analysis.document.blocks import Figure, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.robustness import robustness_section
from analysis.document.figures.robustness import MOST_ROWS, MOST_SHOWN, choice_rows, select_specifications
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.imputation.result import ImputationComparison, ImputedEffect, ItemGaps
from analysis.models.robustness.choices import choice, level_label, spec_key
from analysis.models.robustness.result import (
    ChoiceShare,
    InfluenceResult,
    JointTest,
    LevelMean,
    PlaceboComparison,
    Removal,
    Robustness,
    Specification,
    SpecificationCurve,
    WeightComparison,
)
from analysis.models.robustness.unseen_factor import Benchmark, Confounding, EValue
from analysis.results import Estimate, NotEstimable, Point

ABSENT = NotEstimable(reason=N_("There are no orders, so it is not known who bought again."))


def est(value, half=1.0, unit="percentage_points", n=300):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="cr3-t", unit=unit, clusters=n)


def effect_of(value, unit, outliers):
    """Return an effect as a curve has it: without an interval where influential accounts were left out."""
    return Point(value=value, n=400, unit=unit) if outliers == "influential" else est(value, unit=unit)


def curve(relation="repurchase", value=3.0, count=4):
    unit = "index" if relation == "loyalty" else "percentage_points"
    levels = [(f"{180 + 10 * (i // 2)}", "all" if i % 2 else "influential") for i in range(count)]
    specifications = tuple(
        Specification(
            key=spec_key([("horizon", days), ("outliers", outliers)]),
            choices=(choice("horizon", days), choice("outliers", outliers)),
            declared=i == 1,
            effect=effect_of(value + (i - 1) / 10, unit, outliers) if i != 0 else ABSENT,
        )
        for i, (days, outliers) in enumerate(levels)
    )
    shares = tuple(
        ChoiceShare(
            factor=factor,
            name=N_("Waves"),
            share=0.4,
            levels=tuple(
                LevelMean(level=level, label=level_label(factor, level), mean=value, count=2)
                for level in dict.fromkeys(level[place] for level in levels)
            ),
        )
        for place, factor in enumerate(("horizon", "outliers"))
    )
    return SpecificationCurve(
        relation=relation, specifications=specifications, declared=est(value, unit=unit), repeated=2,
        estimated=count - 1, median=value, lowest=value - 0.5, highest=value + 0.5, same_sign=1.0,
        intervals=2, clear=1, excludes_zero=0.5,
        choices=shares, joint=JointTest(median_p=0.002, share_p=0.004, draws=400), full=False,
    )  # fmt: skip


def influence(relation="repurchase", accounts=4):
    removal = Removal(accounts=accounts, share=None if accounts is None else 0.02, tried=accounts or 60, after=est(0.5))
    return InfluenceResult(
        relation=relation, effect=est(3.0), accounts=200, lowest=est(2.7), highest=est(3.4),
        largest_share_of_error=0.4, sign=removal, significance=removal,
    )  # fmt: skip


CONFOUNDING = Confounding(
    effect=est(5, unit="index"), partial_r2=0.29, robustness_value=0.47, robustness_value_alpha=0.42,
    benchmarks=tuple(
        Benchmark(key="tenure", name=N_("Tenure"), multiple=k, with_satisfaction=0.01 * k, with_outcome=0.02 * k,
                  adjusted=Point(value=5 - k / 10, n=400, unit="index") if k < 3 else ABSENT)
        for k in (1, 2, 3)
    ),
)  # fmt: skip
IMPUTATION = ImputationComparison(
    n=300, complete=250, imputations=20, rounds=3, weighted=True,
    items=(ItemGaps(item="q1", label={"en": "Overall", "zh": "总体"}, role="satisfaction", n=300, missing=9, filled=True),
           ItemGaps(item="q2", label="Speed", role="driver", n=300, missing=200, filled=False)),
    effects=(
        ImputedEffect(key="loyalty", label=None, complete=est(5, unit="index"), imputed=est(5.1, unit="index"),
                      difference=0.1, missing_information=0.02, simulation_error=0.004),
        ImputedEffect(key="driver:q2", label="Speed", complete=est(2, unit="index"), imputed=ABSENT,
                      difference=None, missing_information=None, simulation_error=None),
    ),
    notes=(N_("{item:text} has more gaps than answers and was not filled in.", item="q2"),),
)  # fmt: skip


def robustness(**changes):
    weights = WeightComparison(relation="loyalty", weighted=est(5), unweighted=est(4.8), difference=est(0.2, 0.1))
    base = Robustness(
        loyalty_curve=curve("loyalty", 5.0), repurchase_curve=curve(), loyalty_influence=influence("loyalty", None),
        repurchase_influence=influence(), confounding=CONFOUNDING,
        e_value=EValue(risk_ratio=est(1.1, 0.05, "ratio"), value=1.43, limit_value=1.28), loyalty_weights=weights,
        repurchase_weights=ABSENT, placebo=PlaceboComparison(placebo=est(2.0), effect=est(3.0)),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


@pytest.fixture(params=["en", "zh"])
def context(request):
    translator = Translator(request.param, "EUR")
    return ChapterContext(audit=None, t=translator, theme=Theme(language=request.param))


@pytest.fixture
def english():
    return ChapterContext(audit=None, t=Translator("en", "EUR"), theme=Theme())


def test_a_board_gets_one_finding_one_figure_and_one_table(context):
    section = robustness_section(context, robustness(), IMPUTATION)
    assert section.answered
    assert [type(block) for block in section.blocks] == [Figure, Table]
    assert len(section.blocks[1].columns) <= 6
    assert all(len(row) == 3 for row in section.blocks[1].rows)
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if isinstance(block, Figure | Table)]
    assert len(anchors) == len(set(anchors))
    for block in section.appendix:
        assert isinstance(block, Figure | Table | Prose)
        if isinstance(block, Table):
            assert len(block.columns) <= 6
            assert all(len(row) == len(block.columns) for row in block.rows)


def test_the_finding_is_about_buying_again_with_its_interval(english):
    finding = robustness_section(english, robustness(), IMPUTATION).finding
    assert "+3.0, 95% interval +2.0 to +4.0" in finding
    assert "3 defensible ways" in finding
    assert "1 of the 2 that have an interval tell it from noise" in finding
    assert "cause" not in finding


def test_the_finding_says_what_the_ways_differ_in(english):
    finding = robustness_section(english, robustness(), IMPUTATION).finding
    assert "which differ in the time allowed to buy again and the treatment of unusual answers, 10 points" in finding
    assert finding.count(". ") == 0  # one sentence


def test_what_is_left_out_at_a_time_has_its_name(english):
    """Errors of buying again are clustered by group of companies; without such groups a group is a customer."""
    section = robustness_section(english, robustness(), IMPUTATION)
    assert "Without 4 of 200 groups of companies the interval includes zero." in section.blocks[1].rows[1][2]
    assert any("without 4 of 200 groups of companies, chosen" in limit for limit in section.limits)
    alone = dataclasses.replace(influence(), accounts=300)
    section = robustness_section(english, robustness(repurchase_influence=alone), IMPUTATION)
    assert "Without 4 of 300 customers the interval" in section.blocks[1].rows[1][2]


def test_a_relation_that_is_not_clear_is_given_no_direction(english):
    found = robustness(
        repurchase_curve=curve(value=0.3),
        repurchase_influence=dataclasses.replace(influence(), significance=ABSENT),
    )
    section = robustness_section(english, found, IMPUTATION)
    assert "cannot tell from noise" in section.finding
    assert "10 points more satisfaction go with" not in section.finding
    assert "tell the same relation" not in section.blocks[0].title


def test_without_orders_the_curve_is_that_of_loyalty(english):
    found = robustness(repurchase_curve=ABSENT, repurchase_influence=ABSENT, e_value=ABSENT, placebo=ABSENT)
    section = robustness_section(english, found, IMPUTATION)
    assert section.blocks[0].anchor == "figure-specifications-loyalty"
    assert "Not even without 60 of 200 customers does the interval include zero." in section.blocks[1].rows[1][1]
    assert section.blocks[1].rows[0][2] == english.t(ABSENT.reason)


def test_without_any_curve_there_is_the_reason_and_nothing_else(context):
    found = Robustness(**dict.fromkeys([field.name for field in dataclasses.fields(Robustness)], ABSENT))
    section = robustness_section(context, found, ABSENT)
    assert not section.answered
    assert section.finding == context.t(ABSENT.reason)
    assert not section.blocks
    assert not section.appendix


def test_every_doubt_has_its_answer(english):
    rows = {row[0]: row[1:] for row in robustness_section(english, robustness(), IMPUTATION).blocks[1].rows}
    assert "47%" in rows["An unseen third factor"][0]
    assert "1.43 times" in rows["An unseen third factor"][1]
    assert "strongest control (Tenure) would leave +4.9." in rows["An unseen third factor"][0]
    assert rows["Missing answers"][0] == "As answered +5.0 (+4.0 to +6.0); gaps filled in +5.1 (+4.1 to +6.1)."
    assert "difference +0.2 (+0.1 to +0.3)" in rows["Survey weights"][0]
    assert "+2.0 (+1.0 to +3.0) for purchases before" in rows["Purchases before the answer"][1]


def test_the_appendix_prints_the_draws(english):
    section = robustness_section(english, robustness(), IMPUTATION)
    prose = " ".join(text for block in section.appendix if isinstance(block, Prose) for text in block.paragraphs)
    assert "400 bootstrap draws" in prose
    assert "filled 20 times" in prose
    assert "3 rounds" in prose


def test_of_many_specifications_an_even_selection_is_drawn(english):
    shown = select_specifications(curve(count=300))
    assert MOST_SHOWN - 1 <= len(shown) <= MOST_SHOWN
    values = [estimate.value for _, _, estimate in shown]
    assert values == sorted(values)
    assert sum(declared for declared, _, _ in shown) == 1
    assert len(choice_rows(curve(count=300), english.t)) <= MOST_ROWS


def test_the_figure_is_the_same_every_time(english):
    drawn = [robustness_section(english, robustness(), IMPUTATION).blocks[0].svg for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith("<svg")


def test_a_factor_that_would_turn_the_sign_is_stronger_than_one_that_leaves_little(english):
    strong = Benchmark(key="segment", name=N_("Segment"), multiple=1, with_satisfaction=0.3, with_outcome=0.3,
                       adjusted=Point(value=-2.0, n=400, unit="index"))  # fmt: skip
    weak = dataclasses.replace(strong, key="tenure", name=N_("Tenure"), adjusted=Point(value=0.5, n=400, unit="index"))
    doubtful = dataclasses.replace(CONFOUNDING, benchmarks=(weak, strong))
    section = robustness_section(english, robustness(confounding=doubtful), ABSENT)
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert "strongest control (Segment)" in " ".join(cell for row in table.rows for cell in row)
