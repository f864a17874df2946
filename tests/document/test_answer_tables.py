"""What moved behind the indices: the tables of questions, touchpoints and products, and the sentence on page one."""

import dataclasses

import pytest

from analysis.document.answer_changes import state_answer_changes
from analysis.document.answer_tables import tabulate_items, tabulate_products, tabulate_touchpoints
from analysis.document.html import render_block
from analysis.document.translate import Translator
from analysis.indicators.shapes import ItemResult, ProductResult, TouchpointResult
from analysis.messages import N_
from analysis.monitoring import AnswerChange, Changes
from analysis.results import Change, Estimate, NotEstimable

WITHHELD = NotEstimable(reason=N_("There are no observations."), suppressed=True)


def est(value, half=2.0, unit="index"):
    return Estimate(value=value, low=value - half, high=value + half, n=40, method="cluster-t", unit=unit)


def change(value, verdict):
    return Change(earlier="2025 H1", later="2025 H2", difference=est(value), verdict=verdict, smallest_detectable=3.0,
                  overlap=20)  # fmt: skip


TOUCHPOINTS = (
    TouchpointResult(touchpoint="Delivery", score=est(64), by_period={}, change=change(-6.4, "fell")),
    TouchpointResult(touchpoint="Invoice", score=est(66), by_period={}, change=change(0.2, "no_change")),
)
ITEMS = tuple(
    ItemResult(
        key=key, label={"en": key.title(), "zh": "题目"}, role="driver", scale=(1, 10), mean=est(7, 0.2, "score"),
        index=est(64), top2=est(0.4, 0.1, "proportion"), by_period={}, n=40, distribution={}, touchpoint=touchpoint,
        change=moved,
    )
    for key, touchpoint, moved in (
        ("delivery", "Delivery", change(-6.4, "fell")), ("price", None, change(4.0, "rose")), ("speed", None, WITHHELD),
    )
)  # fmt: skip
ANSWERS = (
    AnswerChange(part="item", key="delivery", label=ITEMS[0].label, change=ITEMS[0].change, adjusted_p=0.001,
                 touchpoint="Delivery"),
    AnswerChange(part="touchpoint", key="Delivery", label="Delivery", change=ITEMS[0].change, adjusted_p=0.001),
    AnswerChange(part="item", key="price", label=ITEMS[1].label, change=ITEMS[1].change, adjusted_p=0.01),
    AnswerChange(part="touchpoint", key="Invoice", label="Invoice", change=TOUCHPOINTS[1].change, adjusted_p=0.9),
)  # fmt: skip
CHANGES = Changes(items=(), tested=0, answers=ANSWERS)


@pytest.fixture(params=["en", "zh"])
def t(request):
    return Translator(request.param, "EUR")


def test_the_tables_show_the_change_and_how_it_was_tested(t):
    for table in (tabulate_touchpoints(TOUCHPOINTS, CHANGES, t, 5), tabulate_items(ITEMS, CHANGES, t, 5)):
        place = [column.title for column in table.columns].index(t(N_("Change to the wave before")))
        marked = sum(str(row[place]).endswith("*") for row in table.rows)
        assert marked == (1 if table.anchor == "table-touchpoints" else 2)
        assert any("Benjamini" in note for note in table.notes)
        assert render_block(table)


def test_what_is_withheld_has_no_change(t):
    table = tabulate_products(
        [ProductResult(product="pump", score=est(70), by_period={}, change=change(1.0, "no_change")),
         ProductResult(product="valve", score=WITHHELD, by_period={}, change=WITHHELD)],
        CHANGES, t, 5,
    )  # fmt: skip
    assert [row[0] for row in table.rows] == ["pump", "valve"]
    assert table.rows[1][2:] == ("–", "–")
    hidden = [ProductResult(product="valve", score=dataclasses.replace(WITHHELD, suppressed=False), by_period={})]
    assert tabulate_products(hidden, CHANGES, t, 5) is None


def test_without_a_wave_before_there_is_no_column_of_changes(t):
    alone = [dataclasses.replace(each, change=None) for each in TOUCHPOINTS]
    table = tabulate_touchpoints(alone, Changes(items=(), tested=0), t, 5)
    assert len(table.columns) == 3
    assert not any("Benjamini" in note for note in table.notes)


def test_the_first_page_names_what_moved_once():
    t = Translator("en", "EUR")
    (sentence,) = state_answer_changes(CHANGES, t)
    assert sentence.replace("−", "-") == (
        "Of 4 questions, touchpoints and products, these moved: Delivery (-6.4 points) and Price (+4.0 points)."
    )
    still = [dataclasses.replace(each, change=change(0.2, "no_change")) for each in ANSWERS]
    (sentence,) = state_answer_changes(dataclasses.replace(CHANGES, answers=tuple(still)), t)
    assert sentence.startswith("None of 4 changes of questions")
    many = [dataclasses.replace(ANSWERS[2], key=f"q{place}") for place in range(7)]
    assert "and 3 more." in state_answer_changes(dataclasses.replace(CHANGES, answers=tuple(many)), t)[0]
    assert state_answer_changes(Changes(items=(), tested=0), t) == []
