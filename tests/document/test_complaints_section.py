"""The section on complaints: a direction only where the interval excludes none, protected answers stay hidden."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Figure, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.complaints import complaints_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.complaints.result import (
    Channel,
    ComplaintRate,
    Complaints,
    GroupRate,
    Recovery,
    Resolution,
    SatisfactionAround,
    ServedGroup,
    SeverityResolution,
    Voices,
)
from analysis.results import Change, Estimate, NotEstimable

WHY = NotEstimable(reason=N_("There are no observations."))
HIDDEN = NotEstimable(reason=N_("There are no observations."), suppressed=True)


def est(value, half, unit="proportion", n=200):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="wilson", unit=unit)


def recovery(difference=8.0, half=5.0):
    groups = tuple(
        ServedGroup(key=key, customers=50, bought_again=40, share=est(share, 0.06))
        for key, share in (("well", 0.8), ("badly", 0.72), ("none", 0.79))
    )
    return Recovery(
        landmark_days=30, horizon_days=180, n=150, events=30, accounts=140, groups=groups,
        well_against_badly=est(difference, half, "percentage_points"),
        well_against_none=est(1.0, 5.0, "percentage_points"), badly_against_none=est(-7.0, 6.0, "percentage_points"),
        per_rating=WHY, estimator="firth", controls=("orders", "recency"),
    )  # fmt: skip


def complaints(**changes):
    change = Change(
        earlier="2024", later="2025", difference=est(0.1, 0.05, "per_year"), verdict="rose", smallest_detectable=0.05,
        overlap=100,
    )  # fmt: skip
    base = {
        "rate": ComplaintRate(window="2025-01-01/2025-12-31", complaints=90, customers=200, unattributed=3,
                              exposure_years=190.0, rate=est(0.47, 0.1, "per_year"), complainers=est(0.3, 0.06),
                              by_segment=(GroupRate(label="North", complaints=60, rate=est(0.9, 0.1, "per_year")),
                                          GroupRate(label="<i>South", complaints=30, rate=est(0.2, 0.1, "per_year"))),
                              by_severity=(GroupRate(label="high", complaints=9, rate=WHY),), by_kind=(), change=change),
        "resolution": Resolution(complaints=90, settled=80, within_30=est(0.8, 0.07), median_days=est(9, 2, "days"),
                                 first_response_days=WHY, answered_within_3=WHY, rating=est(3.6, 0.2, "score"),
                                 by_severity=(SeverityResolution(label="high", complaints=9, within_30=WHY),)),
        "recovery": recovery(),
        "satisfaction": SatisfactionAround(complained=None, others=None, change_complained=HIDDEN, change_others=HIDDEN,
                                           difference=HIDDEN),
        "voices": Voices(channels=(Channel(key="survey", label="", pieces=300, customers=150, reach=est(0.7, 0.06),
                                           negative=WHY),
                                   Channel(key="feedback", label="微信", pieces=90, customers=None, reach=WHY,
                                           negative=est(0.6, 0.1))),
                         customers=200, unheard=est(0.2, 0.05), interviewed_satisfaction=est(4, 3, "index")),
    }  # fmt: skip
    return Complaints(**(base | changes))


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language=language))


@pytest.mark.parametrize(
    ("difference", "says", "title"),
    [
        (8.0, "more often within 180 days", "buy again more often"),
        (-8.0, "less often within 180 days", "buy again less often"),
        (2.0, "the data cannot tell", "No difference"),
    ],
)
def test_a_direction_only_where_the_interval_excludes_none(difference, says, title):
    section = complaints_section(context(), complaints(recovery=recovery(difference)))
    assert says in section.finding
    assert "8.0 percentage points" in section.finding or difference == 2.0
    assert "−8.0" not in section.finding
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert title in figure.title
    assert not re.search(r"\bcauses?\b", section.finding)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_board_sees_one_figure_and_one_table(language):
    section = complaints_section(context(language), complaints())
    assert [type(block) for block in section.blocks] == [Figure, Table]
    tables = [block for block in (*section.blocks, *section.appendix) if isinstance(block, Table)]
    anchors = [table.anchor for table in tables]
    assert len(set(anchors)) == len(anchors) == 6
    assert all(
        len(table.columns) <= 6 and all(len(row) == len(table.columns) for row in table.rows) for table in tables
    )
    assert all(isinstance(cell, str) for table in tables for row in table.rows for cell in row)


def test_what_is_protected_stays_hidden():
    section = complaints_section(context(), complaints())
    table = next(block for block in section.appendix if getattr(block, "anchor", "") == "table-complaints-satisfaction")
    assert all("withheld" in row[1] and row[2] == "–" for row in table.rows)


def test_the_caveats_stand_beside_the_comparison():
    section = complaints_section(context(), complaints())
    assert any("past buying equal" in limit for limit in section.limits)
    notes = next(block for block in section.appendix if isinstance(block, Prose))
    assert any("paradox" in paragraph for paragraph in notes.paragraphs)
    assert any("more satisfied than the others" in paragraph for paragraph in notes.paragraphs)
    without = complaints_section(context(), complaints(recovery=WHY))
    assert not any("past buying equal" in limit for limit in without.limits)


def test_without_recovery_the_segments_are_shown():
    section = complaints_section(context(), complaints(recovery=WHY))
    assert "80% of the complaints were settled within 30 days" in section.finding
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.title == "North complains most"
    close = dataclasses.replace(complaints().rate, by_segment=())
    alone = complaints_section(context(), complaints(recovery=WHY, rate=close))
    assert next(block for block in alone.blocks if isinstance(block, Figure)).title == "How often customers complain"


def test_without_numbers_the_section_says_why():
    assert not complaints_section(context(), WHY).answered
    nothing = Complaints(rate=WHY, resolution=WHY, recovery=WHY, satisfaction=WHY, voices=WHY)
    section = complaints_section(context(), nothing)
    assert not section.answered
    assert section.finding == "There are no observations."
