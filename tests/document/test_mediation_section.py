"""The section on the way through loyalty: a direction only where the interval excludes none, and reasons elsewhere."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.mediation import mediation_section, state_hidden_trait
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.mediation.analysis import SAME_TIME, MediationAnalysis, ModeratedQuestion
from analysis.models.mediation.drivers import DriverChain
from analysis.models.mediation.result import (
    ConditionalEffect,
    MediationResult,
    ModeratedMediation,
    PathCoefficient,
    PathEffect,
    Sensitivity,
    SensitivityPoint,
)
from analysis.results import Estimate, NotEstimable

WHY = NotEstimable(reason=N_("There are no observations."))


def est(value, half, unit="percentage_points"):
    return Estimate(value=value, low=value - half, high=value + half, n=200, method="bootstrap-percentile", unit=unit)


def model(through, past, half=1.0, unit="percentage_points", **more):
    points = tuple(
        SensitivityPoint(strength=s, mediator_correlation=0.1 * s, outcome_link=0.4 * s, indirect=through - 0.5 * s)
        for s in (0.0, 1.0, 2.0)
    )
    parts = {
        "indirect": est(through, half, unit),
        "direct": est(past, half, unit),
        "total": est(through + past, half, unit),
    }
    base = {
        "n": 200, "accounts": 180, "family": "binary", "unit": unit, "arrangement": "parallel", "interaction": False,
        "mediators": (N_("Loyalty"),), "step": 10.0, "mean_step": 8.6, "draws": 400, "estimator": "ml", **parts,
        "direct_start": est(past, half, unit), "direct_end": est(past, half, unit),
        "indirect_start": est(through, half, unit), "indirect_end": est(through, half, unit),
        "paths": (PathEffect(key="loyalty", label=N_("Loyalty"), effect=est(through, half, unit)),), "proportion": WHY,
        "coefficients": (
            PathCoefficient(source=N_("Satisfaction"), target=N_("Loyalty"), scale="points",
                            coefficient=est(5, 1, "ratio")),
        ),
        "sensitivity": Sensitivity(
            method="latent", benchmark=N_("Tenure, years"), tipping_strength=4.25, points=points,
            moderate_correlation=0.3, tipping_link=1.5,
        ),
        "controls": (N_("Tenure, years"),), "weighted": True,
    }  # fmt: skip
    return MediationResult(**(base | more))


def analysis(through=3.0, past=2.0, half=1.0, **more):
    conditional = tuple(
        ConditionalEffect(label=N_("{item:text}", item=name), value=value, n=100, indirect=est(value, 1))
        for name, value in (("young", 1.0), ("old", 4.0))
    )
    moderated = ModeratedMediation(
        moderator=N_("Tenure"), stages=("first", "second"), conditional=conditional, difference=est(3, 1), index=WHY,
        n=200, accounts=180, draws=400, unit="percentage_points",
    )  # fmt: skip
    base = {
        "n": 200, "events": 120, "horizon_days": 180, "weighted": True, "draws": 400,
        "main": model(through, past, half), "parallel": WHY, "serial": model(1, 1),
        "orders": model(0.2, 0.1, 0.05, "per_year"),
        "moderated": (ModeratedQuestion(moderator=N_("Tenure"), answer=moderated),
                      ModeratedQuestion(moderator=N_("Segment"), answer=WHY)),
        "drivers": (DriverChain(key="delivery", label=N_("{item:text}", item="Delivery <b>"), answer=model(1, 1, unit="index")),
                    DriverChain(key="price", label=N_("{item:text}", item="Price"), answer=WHY)),
        "notes": (SAME_TIME,),
    }  # fmt: skip
    return MediationAnalysis(**(base | more))


def context(language="en"):
    audit = SimpleNamespace(small_cell=5)
    return ChapterContext(audit, Translator(language, "EUR"), Theme(language=language))


@pytest.mark.parametrize(
    ("through", "past", "opening", "title"),
    [
        (3.0, 2.0, "Partly.", "and in other ways"),
        (3.0, -2.0, "In part, and against", "the opposite way otherwise"),
        (3.0, 0.5, "Of the two ways, only", "through loyalty"),
        (0.5, 2.0, "Not that the data can tell.", "but not through loyalty"),
        (0.5, 0.5, "The data cannot tell.", "No way"),
        (-3.0, 0.5, "Of the two ways, only", "through loyalty"),
    ],
)
def test_the_finding_claims_no_more_than_the_intervals(through, past, opening, title):
    section = mediation_section(context(), analysis(through, past))
    assert section.answered
    assert section.finding.startswith(opening)
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert title in figure.title
    assert ("noise" in section.finding) is not opening.startswith(("Partly.", "In part"))
    assert not re.search(r"\bcauses?\b|effect", section.finding)


def test_the_board_sees_one_figure_and_one_table_that_add_up():
    section = mediation_section(context(), analysis())
    figures = [block for block in section.blocks if isinstance(block, Figure)]
    tables = [block for block in section.blocks if isinstance(block, Table)]
    assert len(figures) == len(tables) == 1
    assert [row["Value"] for row in figures[0].data] == [3.0, 2.0, 5.0]
    assert [row[0] for row in tables[0].rows] == ["Through loyalty", "Other ways", "Together"]
    assert "+5.0" in tables[0].rows[2][1]
    assert "0.30" in tables[0].rows[2][2]
    assert "400" in tables[0].notes[0]
    assert any("same time" in limit for limit in section.limits)


def test_anchors_are_unique_and_tables_are_whole():
    section = mediation_section(context(), analysis())
    blocks = [block for block in (*section.blocks, *section.appendix) if block is not None]
    anchors = [block.anchor for block in blocks if isinstance(block, Figure | Table)]
    assert len(anchors) == len(set(anchors)) == 7
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in anchors)
    for table in blocks:
        if isinstance(table, Table):
            assert {len(row) for row in table.rows} == {len(table.columns)}
            assert len(table.columns) <= 6
            assert all(isinstance(cell, str) for row in table.rows for cell in row)


def test_what_is_missing_is_said_and_the_rest_is_shown():
    spare = analysis(
        orders=WHY, serial=WHY, moderated=(), drivers=WHY,
        main=model(3, 2, sensitivity=WHY, proportion=est(0.6, 0.1, "proportion")),
    )  # fmt: skip
    section = mediation_section(context(), spare)
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [row[2] for row in table.rows] == ["–"] * 3
    assert "There are no observations." in table.notes[1]
    assert sum(isinstance(block, Table) for block in section.appendix) == 2


def test_a_hidden_trait_is_told_in_terms_of_a_measured_one():
    sensitivity = analysis().main.sensitivity
    text = context().t(state_hidden_trait(sensitivity, est(3, 1), context().t))
    assert "(Tenure)" in text
    assert "2.5 of the 3.0 percentage points" in text
    assert "4.3 times as strong" in text or "4.2 times as strong" in text
    endless = dataclasses.replace(sensitivity, tipping_strength=WHY)
    assert "nothing of its kind" in context().t(state_hidden_trait(endless, est(3, 1), context().t))
    assert state_hidden_trait(dataclasses.replace(sensitivity, benchmark=None), est(3, 1), context().t) is None


def test_a_moderator_is_named_only_where_it_is_told_from_noise():
    found = mediation_section(context(), analysis()).blocks[2].items[1]
    assert found.startswith("The way through loyalty differs: old against young")
    question = analysis().moderated[0]
    unsure = dataclasses.replace(question.answer, difference=est(0.5, 1))
    section = mediation_section(context(), analysis(moderated=(dataclasses.replace(question, answer=unsure),)))
    assert "the data cannot tell" in section.blocks[2].items[1]


@pytest.mark.parametrize("result", [WHY, analysis(main=model(3, 2, indirect=WHY))])
def test_no_answer_gives_its_reason(result):
    section = mediation_section(context(), result)
    assert not section.answered
    assert section.finding == "There are no observations."
    assert section.blocks == ()


def test_both_languages_have_every_word():
    """Every placeholder is filled in either language; translations themselves are tested with the catalog."""
    for language in ("en", "zh"):
        section = mediation_section(context(language), analysis())
        assert "{" not in section.finding
        assert section.finding.strip()
