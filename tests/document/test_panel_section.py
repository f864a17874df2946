"""The section on the same customers: a direction only where the interval excludes none, and reasons elsewhere."""

import dataclasses
from types import SimpleNamespace

import pytest

from analysis.document.blocks import BulletList, Prose, Table
from analysis.document.chapters.driving.panel import panel_section, state_purchases, state_within
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.panel.analysis import propositions
from analysis.models.panel.results import (
    ChangeOnChange,
    CrossLagged,
    FixedEffects,
    ModelFit,
    PanelAnalysis,
    Path,
    PurchaseTiming,
    Timing,
    WaveOverlap,
)
from analysis.models.prediction import nps_satisfaction, rank_level
from analysis.models.prediction.results import (
    NpsComparison,
    OutcomeComparison,
    PredictionComparison,
    PredictorScore,
    RankComparison,
    ScoreDifference,
    VuongTest,
)
from analysis.results import Estimate, NotEstimable, Point

WHY = NotEstimable(reason=N_("There are no observations."))
EN = SimpleNamespace(t=Translator("en"))


def est(value, half=1.0, unit="index"):
    return Estimate(
        value=value, low=value - half, high=value + half, n=300, method="cr3-t", unit=unit, p_value=0.04, clusters=150
    )


def pp(value, half=1.0):
    return est(value, half, "percentage_points")


def fixed(value, half=1.0):
    return FixedEffects(
        n=400, accounts=150, within=est(value, half), pooled=est(6), between_minus_within=est(2), within_share=0.4,
        r_squared_within=0.2,
    )  # fmt: skip


def bought(value, half=1.0):
    return PurchaseTiming(
        n=300, accounts=120, groups=110, horizon_days=180, moved_after=40, moved_before=30, after=pp(value, half),
        before=pp(0.2), difference=pp(3), windows_overlap=True,
    )  # fmt: skip


def panel(**more):
    paths = tuple(
        Path(key=key, label=N_("Satisfaction → loyalty in the next wave"), estimate=est(1.5)) for key in ("a", "b")
    )
    fit = ModelFit(chi_square=5.1234, df=5, scaling=1.02, chi_square_unscaled=5.2, rmsea=0.01234, cfi=0.991)
    base = {
        "waves": ("2024 H2", "2025 H1", "2025 H2"), "accounts": 200, "repeated": 150, "weighted": True,
        "overlaps": (WaveOverlap(earlier="2024-H2", later="2025-H1", accounts=90),),
        "fixed_effects": fixed(4.56),
        "changes": ChangeOnChange(n=180, accounts=130, gained=80, lost=90, slope=est(4.8), gain=est(4.1), loss=est(5.5),
                                  asymmetry=est(1.4, 2)),
        "lag": Timing(kind="lag", n=160, accounts=80, same=est(5), neighbour=est(0.7)),
        "lead": Timing(kind="lead", n=160, accounts=80, same=est(5), neighbour=est(-0.3)),
        "purchases": bought(7.7),
        "cross_lagged": CrossLagged(
            n=200, repeated=150, waves=("a", "b", "c"), patterns=7, parameters=22, paths=paths, dominance=est(1),
            lasting_satisfaction=Point(value=0.5, n=200, unit="ratio"), lasting_loyalty=WHY, admissible=False, fit=fit,
        ),
        "propositions": propositions(), "notes": (N_("There are no observations."),),
    }  # fmt: skip
    return PanelAnalysis(**(base | more))


def scores(keys, names, difference):
    found = [
        PredictorScore(key=key, name=names[key], log_score=-48.1 + i, gain=est(0.5 * i, 1, "ratio") if i else None)
        for i, key in enumerate(keys)
    ]
    first, second = ("recommendation", "satisfaction") if "recommendation" in keys else ("rank", "level")
    vuong = VuongTest(
        first=first, second=second, n=300, clusters=150, difference=-1.9, statistic=-1.649, p_difference=0.1004,
        p_distinguishable=0.005, p_value=0.1004, draws=20_000,
    )  # fmt: skip
    return OutcomeComparison(
        key="repeat_purchase" if first == "recommendation" else "share_of_wallet",
        label=N_("Bought again within {days:int} days", days=180),
        n=300,
        clusters=150,
        scores=tuple(found),
        differences=(ScoreDifference(first=first, second=second, difference=difference),),
        vuong=vuong,
    )


def prediction(value=-2.0, half=3.0, rank=WHY):
    keys = ("baseline", "recommendation", "satisfaction")
    nps = NpsComparison(
        n=300, events=200, horizon_days=180, weighted=False, folds=5, repeats=10,
        repurchase=scores(keys, nps_satisfaction.NAMES, est(value, half, "ratio")), purchases=WHY,
        proposition=nps_satisfaction.PROPOSITION, controls=(),
    )  # fmt: skip
    return PredictionComparison(nps=nps, rank=rank)


def ranked():
    comparison = scores(("baseline", "level", "rank"), rank_level.NAMES, est(3, 1, "ratio"))
    return RankComparison(
        n=300, accounts=150, suppliers=2.7, weighted=False, folds=5, repeats=10, level=pp(1), rank=pp(9),
        level_beside_rank=pp(0), rank_beside_level=pp(8), rule=est(0.6, 0.1, "ratio"), between=comparison, within=WHY,
        proposition=rank_level.PROPOSITION, formula=rank_level.FORMULA,
    )  # fmt: skip


def tables(section):
    return {block.anchor: block for block in (*section.blocks, *section.appendix) if isinstance(block, Table)}


def texts(section):
    parts = [section.finding, *section.limits]
    for block in (*section.blocks, *section.appendix):
        if isinstance(block, Prose):
            parts += block.paragraphs
        elif isinstance(block, BulletList):
            parts += block.items
        elif isinstance(block, Table):
            parts += [block.title, *(column.title for column in block.columns), *block.notes]
            parts += [cell for row in block.rows for cell in row]
    return parts


def test_the_finding_tells_level_interval_and_customers():
    section = panel_section(EN, panel(), prediction())
    assert section.answered
    assert section.key == "panel"
    assert section.finding.startswith(
        "Where a customer's satisfaction is 10 points above what is usual for it, its loyalty is 4.6 points above its own"
        " usual level (95% interval 3.6 to 5.6; 150 customers who answered more than once)."
    )
    assert "7.7 percentage points likelier to buy within the next 180 days (95% interval 6.7 to 8.7" in section.finding
    assert "the data do not show" in section.finding  # of recommendation against satisfaction
    assert "cause" not in section.finding


@pytest.mark.parametrize(
    ("value", "half", "words"),
    [(4.0, 1.0, "4.0 points above"), (-4.0, 1.0, "4.0 points below"), (1.0, 2.0, "do not show whether")],
)
def test_a_direction_is_told_only_where_the_interval_excludes_none(value, half, words):
    assert words in EN.t(state_within(fixed(value, half)))


@pytest.mark.parametrize(
    ("value", "half", "words"),
    [(4.0, 1.0, "likelier"), (-4.0, 1.0, "4.0 percentage points less likely"), (1.0, 2.0, "the data do not show")],
)
def test_of_purchases_too(value, half, words):
    assert words in EN.t(state_purchases(bought(value, half)))


@pytest.mark.parametrize(
    ("value", "words"),
    [(2.0, "recommendation question says more than"), (-2.0, "satisfaction says more than"), (0.1, "data do not show")],
)
def test_which_question_says_more(value, words):
    assert words in panel_section(EN, panel(), prediction(value, 1.0)).finding


def test_the_board_has_one_table_and_the_appendix_the_rest():
    section = panel_section(EN, panel(), prediction(rank=ranked()))
    (table,) = section.blocks
    assert table.anchor == "table-panel-movements"
    assert len(table.rows) == 9
    assert table.rows[0] == ("Loyalty of the same customer", "points", "+4.6 (+3.6 to +5.6)", "150")
    assert table.rows[7][:3] == ("Bought within 180 days after", "percentage points", "+7.7 (+6.7 to +8.7)")
    found = tables(section)
    assert set(found) == {
        "table-panel-movements",
        "table-panel-overlap",
        "table-panel-paths",
        "table-panel-repeat-purchase",
        "table-panel-share-of-wallet",
        "table-panel-rank",
    }
    assert all(len(each.columns) <= 6 for each in found.values())
    assert all(len(row) == len(each.columns) for each in found.values() for row in each.rows)
    assert any("20,000 draws" in note for note in found["table-panel-repeat-purchase"].notes)
    assert any("below zero" in note for note in found["table-panel-paths"].notes)
    assert any("Wallet Allocation Rule" in note for note in found["table-panel-rank"].notes)
    assert any("De Haan" in text for text in texts(section))


def test_what_is_missing_is_named_with_its_reason():
    silent = panel(changes=WHY, lag=WHY, lead=WHY, purchases=WHY, cross_lagged=WHY, weighted=False)
    section = panel_section(EN, silent, prediction())
    assert "Rises and falls: There are no observations." in texts(section)
    assert "What carries over: There are no observations." in texts(section)
    assert len(section.blocks[0].rows) == 2
    assert not any("weights" in text for text in texts(section))
    nothing = dataclasses.replace(silent, fixed_effects=WHY)
    section = panel_section(EN, nothing, WHY)
    assert section.blocks == (None,)
    assert section.finding == "There are no observations."


def test_single_outcomes_without_a_number_are_named_too():
    changes = dataclasses.replace(panel().changes, gain=WHY, loss=WHY, asymmetry=WHY)
    purchases = dataclasses.replace(bought(3), after=WHY, difference=WHY)
    section = panel_section(EN, panel(changes=changes, purchases=purchases), WHY)
    assert len(section.blocks[0].rows) == 6
    assert "Buying after the answer: There are no observations." in texts(section)
    assert "likelier" not in section.finding


def test_without_any_answer_only_the_reason_is_left():
    section = panel_section(EN, WHY, WHY)
    assert not section.answered
    assert section.finding == "There are no observations."
    assert section.appendix == ()
    only = panel_section(EN, WHY, prediction())
    assert only.answered
    assert only.finding.startswith("There are no observations.")
    assert "table-panel-repeat-purchase" in tables(only)


def test_no_text_is_left_with_a_placeholder_or_a_bare_number():
    for language in ("en", "zh"):
        section = panel_section(SimpleNamespace(t=Translator(language)), panel(), prediction(rank=ranked()))
        for text in texts(section):
            assert "{" not in text
            assert "nan" not in text.lower().split()
