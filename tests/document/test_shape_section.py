"""The section on the relation's shape: what is said follows the test, in both languages, and nothing is left out."""

import dataclasses
import json

import pytest

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.shape import shape_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.results import Curve, CurvePoint
from analysis.models.shape.result import Asymmetry, ItemForm, ItemForms, LoyaltyShape, ParallelLines, Zone, Zones
from analysis.results import Estimate, NotEstimable

KEYS = ("gaussian", "gaussian_spline", "ordered", "ordered_spline")


def slope(value, half=1.0, unit="index"):
    return Estimate(
        value=value, low=value - half, high=value + half, n=40, method="max-t-cr3", unit=unit, p_value=0.2
    )  # fmt: skip


def zones(stands_out, best=8.0, unit="index"):
    found = tuple(
        Zone(low=low, high=low + 20, slope=slope(value, unit=unit), steepest_share=share, n=40)
        for low, value, share in ((40.0, 3.0, 0.1), (60.0, best, 0.875), (80.0, 4.0, 0.025))
    )
    return Zones(zones=found, steepest=1, p_value=0.004 if stands_out else 0.3, stands_out=stands_out, draws=400)


@pytest.fixture
def shape():
    points = tuple(CurvePoint(satisfaction=x, fitted=x / 2, low=x / 2 - 2, high=x / 2 + 2) for x in (40.0, 70.0, 100.0))
    forms = tuple(
        ItemForm(
            key=key, name=N_("Straight line"), log_score=-1.9, difference=None if key == "gaussian" else 0.02,
            std_error=None if key == "gaussian" else 0.01, chosen=key == "ordered",
        )
        for key in KEYS
    )  # fmt: skip
    item = ParallelLines(
        item="again", role="repurchase_intention", n=180, top_label="6-7", bottom_label="1-2",
        top_effect=slope(8.0, unit="percentage_points"), bottom_effect=NotEstimable(reason=N_("Share")),
        statistic=2.0, df=4, p_value=0.03,
    )  # fmt: skip
    return LoyaltyShape(
        n=200, accounts=150, weighted=False, inference="cr3-t", draws=400, controls=(),
        curve=Curve(points=points, bins=()), zones=zones(True),
        asymmetry=Asymmetry(reference=72.0, below=slope(7.0), above=slope(4.0), difference=slope(3.0)),
        threshold=slope(65.0, 4.0), item_forms=ItemForms(item="recommend", n=190, folds=10, forms=forms), items=(item,),
        buying=zones(False, unit="percentage_points"), buying_curve=None,
    )  # fmt: skip


@pytest.fixture
def context(make_audit):
    return ChapterContext(make_audit(), Translator("en", "EUR"), Theme("en"))


def test_a_zone_that_stands_out_is_named_with_its_interval(context, loyalty_model, shape):
    section = shape_section(context, loyalty_model, shape)
    assert section.answered
    assert "Between 60 and 80 points" in section.finding
    assert "8.0 points more loyalty (95% interval 7.0 to 9.0)" in section.finding
    figure, table, _ = section.blocks
    assert isinstance(figure, Figure)
    assert "60 and 80" in figure.title
    assert "Shaded" in figure.caption
    assert table.rows[1] == ("60 to 80", "40", "8.0 (7.0 to 9.0)", "88%")
    assert table.emphasis == (1,)
    assert "below the average weighs more" in section.blocks[2].items[-1]


def test_without_such_a_zone_none_is_named(context, loyalty_model, shape):
    section = shape_section(context, loyalty_model, dataclasses.replace(shape, zones=zones(False)))
    assert "No stretch of the scale can be told from the rest: over" in section.finding
    assert "p\u00a0=\u00a00.30" in section.blocks[1].notes[0]
    assert "60" not in section.finding.split("over the whole")[0]
    assert "Shaded" not in section.blocks[0].caption
    assert section.blocks[1].emphasis == ()
    assert "88% of the repetitions" in section.limits[0]


def test_a_zone_whose_slope_may_be_nothing_has_no_direction(context, loyalty_model, shape):
    found = dataclasses.replace(shape, zones=zones(True, best=0.5))
    assert "cannot be told from nothing" in shape_section(context, loyalty_model, found).finding


def test_the_appendix_has_every_table_once(context, loyalty_model, shape):
    section = shape_section(context, loyalty_model, shape)
    tables = [block for block in (*section.blocks, *section.appendix) if isinstance(block, Table)]
    anchors = [table.anchor for table in tables]
    assert anchors == [f"table-shape-{key}" for key in ("zones", "buying", "bends", "item-forms", "items")]
    assert all(len(row) == len(table.columns) <= 6 for table in tables for row in table.rows)
    assert tables[2].rows[2] == ("Below minus above", "3.0 (2.0 to 4.0)", "0.20")
    assert tables[4].rows[-1] == ("again", "180", "6-7: +8.0 (+7.0 to +9.0)", "–", "0.030")
    assert "400 bootstrap draws" in section.appendix[0].paragraphs[0]


def test_reasons_take_the_place_of_an_answer(context, loyalty_model, shape):
    reason = NotEstimable(reason=N_("All respondents gave the same loyalty."))
    for section in (shape_section(context, loyalty_model, reason), shape_section(context, reason, shape)):
        assert (section.answered, section.finding, section.blocks) == (
            False,
            "All respondents gave the same loyalty.",
            (),
        )
    flat = dataclasses.replace(
        shape, zones=reason, asymmetry=reason, threshold=reason, item_forms=reason, buying=reason
    )
    section = shape_section(context, loyalty_model, flat)
    assert not section.answered
    assert section.finding == "All respondents gave the same loyalty."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_blocks_are_json_in_both_languages(make_audit, loyalty_model, shape, language):
    context = ChapterContext(make_audit(language), Translator(language, "EUR"), Theme(language))
    section = shape_section(context, loyalty_model, shape)
    for block in (*section.blocks, *section.appendix):
        assert block is None or json.dumps(block.to_dict(), allow_nan=False)
