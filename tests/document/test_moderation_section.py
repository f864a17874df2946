"""The section on who differs: only what the adjusted test says is said, withheld segments stay withheld."""

import dataclasses
import json

import pytest

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.moderation import moderation_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.moderation.result import (
    Contrast,
    Interaction,
    JohnsonNeyman,
    Moderation,
    SegmentSlope,
    SegmentSlopes,
    Stretch,
    Untested,
)
from analysis.results import Estimate, NotEstimable, Point

HOSTILE = '<script>alert("x")</script> $5 & #set'


def est(value, half=1.0, unit="index", method="cr3-t", n=90):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method=method, unit=unit)


def interaction(key, name, difference, *, response="loyalty", differs=False, groups=1, **more):
    unit = "index" if response == "loyalty" else "percentage_points"
    contrast = Contrast(
        first=N_("key accounts"), second=N_("other accounts"), first_effect=est(4.0 + difference, unit=unit),
        second_effect=est(4.0, unit=unit), difference=est(difference, unit=unit),
    )  # fmt: skip
    return Interaction(
        response=response, key=key, name=N_(name), n=400, accounts=200, contrasts=(contrast,) * groups, statistic=4.0,
        df=groups, p_value=0.001 if differs else 0.4, adjusted_p=0.004 if differs else 0.5, differs=differs, **more,
    )  # fmt: skip


@pytest.fixture
def result():
    withheld = NotEstimable(
        reason=N_("Fewer than {least:int} respondents: withheld to protect them.", least=5), suppressed=True
    )
    slopes = tuple(
        SegmentSlope(segment=name, own=est(value, 2.0), pooled=est(value / 2 + 2, 1.0, method="hierarchical-bayes"))
        for name, value in ((HOSTILE, 6.0), ("Retail", 5.0), ("Trade", 4.0))
    )
    region = JohnsonNeyman(
        stretches=(Stretch(low=0.0, high=6.5, share=0.8, sign="positive"),), low=0.0, high=12.0, share=0.8
    )  # fmt: skip
    return Moderation(
        n=400, accounts=200, weighted=False, slope=est(5.0, 0.5),
        interactions=(
            interaction("key_account", "Key account", 3.0, differs=True),
            interaction("segment", "Segment", 1.0, groups=3),
            interaction("tenure", "Tenure, years", -0.5, region=region),
            interaction("key_account", "Key account", 2.0, response="repurchase"),
        ),
        tests=4,
        untested=(Untested(response="repurchase", key="segment", name=N_("Segment"), reason=N_("It hardly varies.")),),
        repurchase=None,
        segments=SegmentSlopes(
            segments=(*slopes, SegmentSlope(segment="Tiny", own=withheld, pooled=withheld)),
            spread=Point(value=0.8, n=3, unit="index"),
        ),
    )  # fmt: skip


@pytest.fixture
def context(make_audit):
    return ChapterContext(make_audit(), Translator("en", "EUR"), Theme("en"))


def alike(result):
    items = tuple(dataclasses.replace(item, differs=False, adjusted_p=0.5) for item in result.interactions)
    return dataclasses.replace(result, interactions=items)


def test_the_clearest_difference_is_the_finding(context, result):
    section = moderation_section(context, result)
    assert "A difference shows in 1 of 4 comparisons" in section.finding
    assert "7.0 points of loyalty for key accounts and with 4.0 for other accounts" in section.finding
    assert "a difference of 3.0 (95% interval 2.0 to 4.0, not allowing for the choice among 4" in section.finding
    assert section.blocks[1].rows[0][-2:] == ("0.004", "stronger for key accounts")


def test_a_difference_the_other_way_names_the_others_first(context, result):
    turned = interaction("key_account", "Key account", -3.0, differs=True)
    section = moderation_section(context, dataclasses.replace(result, interactions=(turned,)))
    assert "4.0 points of loyalty for other accounts and with 1.0 for key accounts" in section.finding
    assert section.blocks[1].rows[0][-1] == "stronger for other accounts"


def test_none_is_named_where_no_adjusted_test_tells_one(context, result):
    section = moderation_section(context, alike(result))
    assert section.finding.startswith("None of 4 comparisons")
    assert "5.0 points of loyalty (95% interval 4.5 to 5.5)" in section.finding
    assert all(row[-1] == "no difference told from noise" for row in section.blocks[1].rows)
    assert "does not show that there is none" in section.limits[0]


def test_groups_that_differ_without_one_that_stands_apart(context, result):
    item = interaction("segment", "Segment", 0.5, differs=True, groups=3)
    section = moderation_section(context, dataclasses.replace(result, interactions=(item,)))
    assert "most clearly by Segment." in section.finding
    assert section.blocks[1].rows[0][2:4] == ("4 groups", "–")
    assert "in some segments" in section.blocks[0].title


def test_figure_and_tables(context, result):
    section = moderation_section(context, result)
    figure, table = section.blocks
    assert isinstance(figure, Figure)
    assert len(figure.data) == 3
    assert "<script" not in figure.svg
    tables = [block for block in section.appendix if isinstance(block, Table)]
    assert table.anchor == "table-moderation-tests"
    names = [one.anchor.removeprefix("table-moderation-") for one in tables]
    assert names == ["contrasts", "regions", "segments", "untested"]
    assert all(len(row) == len(one.columns) <= 6 for one in (table, *tables) for row in one.rows)
    assert tables[1].rows[0] == ("Tenure, years", "0 to 12", "positively from 0 to 6.50", "80%")
    assert "standard deviation of 0.8" in section.appendix[0].paragraphs[0]


def test_a_withheld_segment_tells_nothing_but_that(context, result):
    section = moderation_section(context, result)
    segments = next(block for block in section.appendix if getattr(block, "anchor", "") == "table-moderation-segments")
    assert segments.rows[-1] == ("Tiny", "–", "–", "–")
    assert "Fewer than 5 respondents" in segments.notes[-1]


def test_reasons_take_the_place_of_an_answer(context, result):
    reason = NotEstimable(reason=N_("All respondents gave the same loyalty."))
    section = moderation_section(context, reason)
    assert (section.answered, section.finding) == (False, "All respondents gave the same loyalty.")
    nothing = dataclasses.replace(result, interactions=(), tests=0, segments=reason, repurchase=reason)
    section = moderation_section(context, nothing)
    assert not section.answered
    assert "nothing by which" in section.finding
    some = dataclasses.replace(result, segments=reason, repurchase=reason)
    section = moderation_section(context, some)
    assert section.blocks[0] is None
    assert len(section.limits) == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_blocks_are_json_in_both_languages(make_audit, result, language):
    context = ChapterContext(make_audit(language), Translator(language, "EUR"), Theme(language))
    section = moderation_section(context, result)
    for block in (*section.blocks, *section.appendix):
        assert block is None or json.dumps(block.to_dict(), allow_nan=False)
