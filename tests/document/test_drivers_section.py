"""The board's answer about drivers: what it may say, where it is silent, and that every block can be shown."""

import dataclasses
import types

import pytest

from analysis.actions.finders import FINDERS
from analysis.document.blocks import Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.drivers import drivers_section
from analysis.document.figures.drivers import plot_driver_map, plot_driver_shares
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.drivers.data import Driver
from analysis.models.drivers.result import (
    DriverAnalysis,
    DriverEffect,
    DriverShare,
    DriverShares,
    EffectTable,
    ImportancePerformanceMap,
    MapPosition,
)
from analysis.models.parts import Coefficient, Diagnostic
from analysis.results import Estimate, NotEstimable

HOSTILE = '<script>alert("x")</script> $5 & #set [*]'
NO = NotEstimable(reason=N_("There are no observations."))
NAMES = ({"en": "Delivery", "zh": "交付"}, {"en": HOSTILE, "zh": HOSTILE}, {"en": "Price", "zh": "价格"})


def est(value, half, unit="proportion", n=400, **more):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="bootstrap-se-t", unit=unit, **more)


def share(j, value, low, high, **more):
    return DriverShare(
        driver=Driver(key=f"d{j}", label=NAMES[j]), share=est(value, 0.05), contribution=value / 2, rank=j + 1,
        rank_low=low, rank_high=high, relative_weight=value, **more,
    )  # fmt: skip


def shares_of(limits=((1, 1), (2, 3), (2, 3)), key="satisfaction", **more):
    values = {
        "key": key, "outcome": N_("satisfaction"), "model": "linear", "n": 400, "accounts": 120, "left_out": 12,
        "weighted": False, "r_squared": est(0.6, 0.1), "p_value": 0.0001,
        "shares": tuple(share(j, [0.5, 0.3, 0.2][j], *limits[j]) for j in range(3)),
        "outranks": ((0.0, 0.9, 1.0), (0.1, 0.0, 0.8), (0.0, 0.2, 0.0)), "orders": None, "draws": 400,
        "chance_share": 0.002,
    }  # fmt: skip
    return DriverShares(**(values | more))


def position(j, place):
    value = [0.5, 0.3, 0.2][j]
    rated = [55.0, 70.0, 80.0][j]
    outline = ((rated - 3, value), (rated, value + 0.05), (rated + 3, value), (rated, value - 0.05))
    return MapPosition(
        driver=Driver(key=f"d{j}", label=NAMES[j]), importance=est(value, 0.05), performance=est(rated, 2, "index"),
        place=place, agreement=0.97, region=outline,
    )  # fmt: skip


def map_of(places=("first", "undecided", "enough")):
    return ImportancePerformanceMap(
        importance="share", wave="2025 H2", positions=tuple(position(j, place) for j, place in enumerate(places)),
        importance_border=1 / 3, performance_border=68.3, draws=400,
    )  # fmt: skip


def effects_of(unit):
    rows = tuple(DriverEffect(driver=Driver(key=f"d{j}", label=NAMES[j]), effect=est(2, 1, unit)) for j in range(3))
    coefficient = Coefficient(
        term="driver=d0", label=N_("{driver:text}, per point", driver=HOSTILE), estimate=0.2, std_error=0.05,
        conf_low=0.1, conf_high=0.3, p_value=0.001,
    )  # fmt: skip
    check = Diagnostic(
        key="vif", name=N_("Share"), finding=N_("There are no observations."), verdict="fine", statistic=1.2
    )
    return EffectTable(
        n=400, accounts=120, r_squared=0.6, effects=rows, coefficients=(coefficient,), controls=(N_("Segment"),),
        diagnostics=(check,), notes=(),
    )  # fmt: skip


def analysis(**more):
    values = {
        "drivers": tuple(Driver(key=f"d{j}", label=NAMES[j]) for j in range(3)), "n": 400, "accounts": 120,
        "left_out": 12, "waves": ("2025 H1", "2025 H2"), "weighted": False, "satisfaction": shares_of(),
        "loyalty_item": shares_of(key="loyalty_item", model="ordered", refit_error=0.1), "nps": shares_of(key="nps"),
        "nps_category": NO, "repurchase": shares_of(key="repurchase", model="binary", orders=42, controls=(N_("Recency"),)),
        "satisfaction_effects": effects_of("index"), "nps_effects": effects_of("nps"), "map": map_of(), "draws": 400,
        "notes": (N_("{driver:text} was left out: nearly all answers are the same.", driver="Bills"),),
    }  # fmt: skip
    return DriverAnalysis(**(values | more))


def context(language="en"):
    return ChapterContext(types.SimpleNamespace(small_cell=5), Translator(language), Theme(language))


def blocks_of(section):
    return [block for block in (*section.blocks, *section.appendix) if block is not None]


def test_a_driver_that_is_surely_first_is_named_with_its_interval():
    section = drivers_section(context(), analysis())
    assert section.finding == (
        "Delivery goes with satisfaction most: 50% of the explained differences (95% interval 45 to 55; n\u00a0=\u00a0400)."
    )
    assert section.blocks[0].title == "Matters more than most and is rated below the others: Delivery"
    assert section.answered
    assert [block.kind for block in section.blocks] == ["figure", "table"]
    assert section.blocks[0].anchor == "figure-driver-map"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (((1, 2), (1, 2), (3, 3)), "go with satisfaction most, in an order that is not certain; Delivery has 50%"),
        (((1, 3), (1, 3), (1, 3)), "The data cannot tell which part goes with satisfaction most"),
    ],
)
def test_an_uncertain_order_is_said_to_be_one(limits, words):
    section = drivers_section(context(), analysis(satisfaction=shares_of(limits)))
    assert words in section.finding
    assert "causes" not in section.finding


def test_without_a_place_on_the_map_none_is_named():
    undecided = drivers_section(context(), analysis(map=map_of(("undecided",) * 3)))
    assert "cannot be told from these answers" in undecided.blocks[0].title
    none_first = drivers_section(context(), analysis(map=map_of(("keep", "undecided", "enough"))))
    assert "No part of the service can be told" in none_first.blocks[0].title


def test_without_a_map_the_shares_are_the_figure():
    section = drivers_section(context(), analysis(map=NO))
    assert section.blocks[0].anchor == "figure-driver-shares"
    assert section.blocks[1].rows[0][-2:] == ("–", "–")
    assert any("There are no observations." in note for note in section.appendix[1].paragraphs)


def test_no_answer_is_one_sentence():
    silent = drivers_section(context(), NO)
    assert (silent.answered, silent.finding, silent.blocks) == (False, "There are no observations.", ())
    half = drivers_section(context(), analysis(satisfaction=NO, map=NO))
    assert not half.answered
    assert half.blocks == ()
    assert any(block.anchor == "table-drivers-outcomes" for block in half.appendix if block and block.kind == "table")


def test_the_board_table_holds_share_place_and_rating():
    table = drivers_section(context(), analysis()).blocks[1]
    assert len(table.columns) <= 6
    assert table.rows[0] == ("Delivery", "50% (45 to 55)", "1", "55 (53 to 57)", "look here first")
    assert table.rows[1][2:] == ("2 (2 to 3)", "70 (68 to 72)", "undecided")
    assert table.emphasis == (0,)
    assert "60% of the differences" in table.notes[0]


def test_limits_tell_what_cannot_be_concluded_and_the_appendix_what_was_left_out():
    turned = shares_of()
    turned = dataclasses.replace(
        turned, shares=(dataclasses.replace(turned.shares[0], opposite=True), *turned.shares[1:])
    )
    section = drivers_section(context(), analysis(satisfaction=turned))
    limits = " ".join(section.limits)
    assert len(section.limits) == 2
    assert "less satisfied: Delivery" in limits
    assert "not what acting" in limits
    notes = next(
        block.paragraphs
        for block in section.appendix
        if isinstance(block, Prose) and "12 of 412" in str(block.paragraphs)
    )
    assert any("Bills was left out" in note for note in notes)


def test_the_appendix_holds_the_rest_once():
    blocks = blocks_of(drivers_section(context(), analysis()))
    anchors = [block.anchor for block in blocks if block.kind in ("table", "figure")]
    assert len(anchors) == len(set(anchors)) == 9
    assert all(len(block.columns) <= 6 for block in blocks if block.kind == "table")
    assert all(len(row) == len(block.columns) for block in blocks if block.kind == "table" for row in block.rows)
    text = " ".join(block.paragraphs[0] for block in blocks if block.kind == "prose")
    assert "400 bootstrap draws" in text
    assert "42 sampled orders" in text
    assert "0.10 standard errors" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_show_every_driver_and_no_markup_of_the_client(language):
    for figure in (
        plot_driver_map(map_of(), {"d0": 1, "d1": 2, "d2": 3}, Translator(language), Theme(language)),
        plot_driver_shares(shares_of(), Translator(language), Theme(language)),
    ):
        assert "<script" not in figure.svg
        assert ("Delivery" if language == "en" else "交付") in figure.svg
        assert figure.data
        assert figure.alt.count("55") >= 1


def test_many_drivers_are_numbered_as_in_the_table():
    positions = tuple(
        dataclasses.replace(position(j % 3, "undecided"), driver=Driver(key=f"k{j}", label=f"Part {j}"))
        for j in range(10)
    )
    crowded = dataclasses.replace(map_of(), positions=positions)
    figure = plot_driver_map(crowded, {f"k{j}": j + 1 for j in range(10)}, Translator("en"), Theme("en"))
    assert "Part 3" not in figure.svg
    assert "places by share, as in the table" in figure.caption


@pytest.mark.parametrize("fact", ["drivers_first", "drivers_keep"])
def test_an_action_counts_the_answers_that_the_chapter_counts(fact):
    found = analysis(n=401, map=map_of(("first", "keep", "enough")))  # one answered no question on satisfaction
    book = types.SimpleNamespace(
        evidence=types.SimpleNamespace(
            relations=types.SimpleNamespace(drivers=found), params=types.SimpleNamespace(language="en")
        )
    )
    assert FINDERS[fact](book).values["n"] == found.satisfaction.n == 400
