"""Who answered, as a reader sees it: the verdict follows the test, weights beside without, reasons where none."""

import dataclasses
import types

import pytest

from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.scale.respondents import respondents_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.respondents.result import (
    Afterwards,
    BalanceTest,
    IdentifiedSet,
    IndicatorBounds,
    Raking,
    RefittedModel,
    Respondents,
    ResponseRate,
    ReweightedIndicator,
    StandardisedDifference,
)
from analysis.results import Estimate, NotEstimable, Point

REASON = NotEstimable(reason=N_("There are no orders, so it is not known who bought again."))
NAME = N_("Satisfaction index")


def est(value, half, unit="index", **more):
    return Estimate(value=value, low=value - half, high=value + half, n=80, method="t", unit=unit, **more)


def result(p=0.001, moved=-2.0, **changes):
    difference = StandardisedDifference(
        key="revenue", label=N_("Revenue of the year before"), unit="money", base=10.0, respondents=14.0,
        difference=est(0.25, 0.1, "ratio"),
    )  # fmt: skip
    whole = IdentifiedSet(departure=None, lower=40.0, upper=80.0, low=37.0, high=83.0)
    values = {
        "wave": "2025 H2", "base": 200, "answered": 80, "coverage": est(0.4, 0.05, "proportion"),
        "rates": (ResponseRate(group="wave", label=N_("{name:text}", name="2025 H2"), invited=300,
                               rate=est(0.3, 0.05, "proportion")),),
        "differences": (difference,),
        "test": BalanceTest(statistic=4.2, df=3, df_residual=196, p_value=p, characteristics=(N_("Segment"),)),
        "weights": Raking(margins=(N_("Segment"),), left_out=(), iterations=4, cap=5.0, trimmed=0, largest=2.0,
                          smallest=0.5, largest_gap=0.0, design_effect=1.2, effective_n=66.0),
        "indicators": (ReweightedIndicator(key="satisfaction_index", name=NAME, answered=est(72, 2),
                                           raked=est(70, 2), difference=Point(value=moved, n=229, unit="index")),),
        "afterwards": Afterwards(wave="2025 H1", horizon_days=180, answered=80, silent=120,
                                 share_answered=est(0.7, 0.1, "proportion"), share_silent=est(0.5, 0.1, "proportion"),
                                 raw=est(20, 8, "percentage_points"), adjusted=est(12, 8, "percentage_points"),
                                 controls=(N_("Tenure"),)),
        "bounds": (IndicatorBounds(key="satisfaction_index", name=NAME, unit="index", sets=(whole,)),),
        "models": (RefittedModel(key="loyalty", name=N_("Loyalty, points per 10 points of satisfaction"),
                                 reported=est(5, 1), raked=est(5.2, 1), difference=est(0.2, 0.3)),),
        "notes": (),
    }  # fmt: skip
    return Respondents(**(values | changes))


def context(language):
    return types.SimpleNamespace(t=Translator(language, "EUR"), theme=Theme(language=language), small_cell=5)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_is_shown_once_in_both_languages(language):
    section = respondents_section(context(language), result())
    kinds = [type(block) for block in section.blocks]
    assert kinds == [Figure, Table, Callout]
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if getattr(block, "anchor", "")]
    assert len(anchors) == len(set(anchors)) == 8
    assert len(section.blocks[1].columns) <= 6
    assert "40" in section.blocks[1].rows[0][4]
    assert "80" in section.blocks[1].rows[0][4]


def test_the_verdict_follows_the_test():
    differ, alike = (respondents_section(context("en"), result(p=p)).finding for p in (0.001, 0.4))
    assert differ.startswith("Not quite. The 80 of 200 customers")
    assert alike.startswith("As far as can be seen, yes")
    unknown = result(test=NotEstimable(reason=N_("Too few customers, or all of them answered.")))
    assert "cannot be told" in respondents_section(context("en"), unknown).finding


def test_what_weighting_moves_is_told_without_an_interval():
    assert "moves by −2.0 points" in respondents_section(context("en"), result(moved=-2.0)).finding
    assert "moves by +0.5 points" in respondents_section(context("en"), result(moved=0.5)).finding


def test_buying_more_after_answering_is_no_effect_of_the_survey():
    limits = respondents_section(context("en"), result()).limits
    assert any("does not mean that the survey made them buy" in limit for limit in limits)
    silent = result(afterwards=REASON)
    assert len(respondents_section(context("en"), silent).limits) == 1


def test_without_weights_the_reason_stands_beside_the_numbers():
    bare = result(
        weights=REASON,
        indicators=(
            ReweightedIndicator(key="nps", name=NAME, answered=est(10, 5, "nps"), raked=REASON, difference=REASON),
        ),
        bounds=(),
        models=(),
        afterwards=REASON,
    )
    section = respondents_section(context("en"), bare)
    assert section.blocks[1].rows[0][2:5] == ("–", "–", "–")
    assert any("No weights" in item for item in section.blocks[2].items)


def test_an_anonymous_survey_has_rates_and_says_so():
    reason = NotEstimable(reason=N_("There are no survey answers."))
    anonymous = result(base=None, answered=None, coverage=reason, differences=(), test=reason, weights=reason,
                       indicators=(), afterwards=reason, bounds=(), models=())  # fmt: skip
    section = respondents_section(context("en"), anonymous)
    assert section.finding.startswith("That cannot be told: the survey is anonymous. Of the latest invitations 30%")


def test_silence_is_said_and_shows_nothing():
    section = respondents_section(context("en"), NotEstimable(reason=N_("There are no survey answers.")))
    assert (section.answered, section.finding, section.blocks) == (False, "There are no survey answers.", ())


def test_trimmed_and_left_out_margins_are_printed():
    raking = dataclasses.replace(result().weights, left_out=(N_("Segment"),), trimmed=3)
    tables = [block for block in respondents_section(context("en"), result(weights=raking)).appendix if block]
    weights = next(block for block in tables if getattr(block, "anchor", "") == "table-respondents-weights")
    assert any("Not weighted by Segment" in note for note in weights.notes)
    assert ("Customers cut to 5 times the mean", "3") in weights.rows
