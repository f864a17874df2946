"""Formatted texts carry the number they show, as long as they show nothing else."""

import copy
import json
import pickle

import pytest

from analysis.document import formatting
from analysis.document.blocks import MIME_TYPE, Column, ScoreCell, Table
from analysis.document.native import marked, native_cells, native_of
from analysis.document.prose import cell_text
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import Estimate, NotEstimable

ENGLISH, CHINESE = Translator("en", "EUR"), Translator("zh", "CNY")


def estimate(value, low, high, unit="proportion"):
    return Estimate(value=value, low=low, high=high, n=300, method="wilson", unit=unit)


def shown(text):
    return native_of(text).to_dict()


@pytest.mark.parametrize("t", [ENGLISH, CHINESE])
def test_every_kind_of_number_is_carried(t):
    currency = t.currency
    assert shown(t.number(1234.567, 1)) == {"kind": "number", "value": 1234.567, "decimals": 1}
    assert shown(t.percent(0.6234)) == {"kind": "percent", "value": 0.6234}
    assert shown(t.percent(0.0042)) == {"kind": "percent", "value": 0.0042, "decimals": 1}
    assert shown(t.unit(1_234_567.0, "money")) == {"kind": "money", "value": 1234567, "currency": currency}
    assert shown(t.unit(-12.5, "money", full=True)) == {"kind": "money", "value": -12.5, "currency": currency}
    assert shown(t.signed(0.031, "proportion")) == {"kind": "number", "value": 3.1, "decimals": 1, "signed": True}
    assert shown(formatting.format_date("2026-06-30", t.language)) == {"kind": "date", "value": "2026-06-30"}
    assert shown(t.growth(18.089)) == {"kind": "percent", "value": 18.089, "decimals": 1, "signed": True}
    assert shown(t.value(0.0312, "pvalue")) == {"kind": "number", "value": 0.0312, "decimals": 3}


@pytest.mark.parametrize("t", [ENGLISH, CHINESE])
def test_an_estimate_is_carried_with_its_interval(t):
    assert shown(t.estimate(estimate(0.62, 0.58, 0.66))) == {
        "kind": "percent",
        "value": 0.62,
        "low": 0.58,
        "high": 0.66,
    }
    found = shown(t.estimate(estimate(1_200_000.0, 1_100_000.0, 1_300_000.0, "money")))
    assert found == {"kind": "money", "value": 1200000, "low": 1100000, "high": 1300000, "currency": t.currency}
    difference = marked(t.difference(estimate(2.0, -4.7, 8.6, "percentage_points")), " *")
    assert difference.endswith(" *")
    assert shown(difference) == {
        "kind": "number", "value": 2, "low": -4.7, "high": 8.6, "decimals": 1, "signed": True, "mark": " *",
    }  # fmt: skip
    assert shown(t.limits(estimate(0.62, 0.58, 0.66))) == {"kind": "percent", "low": 0.58, "high": 0.66}


@pytest.mark.parametrize("t", [ENGLISH, CHINESE])
def test_a_message_of_nothing_but_an_estimate_carries_it(t):
    values = {"value": t.number(0.7123, 3), "low": t.number(0.65, 3), "high": t.number(0.78, 3)}
    native = native_of(t(N_("{value:text} ({low:text} to {high:text})", **values)))
    assert (native.value, native.low, native.high, native.decimals) == (0.7123, 0.65, 0.78, 3)
    alone = native_of(t(N_("{low:int} to {high:int}", low=1, high=7)))
    assert (alone.value, alone.low, alone.high) == (None, 1.0, 7.0)
    assert native_of(t(N_("{value:text} ({low:text} to {high:text})", value="A", low="B", high="C"))) is None


@pytest.mark.parametrize("t", [ENGLISH, CHINESE])
def test_words_bounds_and_withheld_cells_carry_nothing(t):
    withheld = cell_text(NotEstimable(reason=N_("few"), n=3, suppressed=True), t, 5)
    texts = ["–", withheld, t.percent(0.0001), t.value(0.00001, "pvalue"), t.number(float("inf"), 0), t.n(412)]
    assert [native_of(text) for text in texts] == [None] * len(texts)


def test_whatever_is_done_to_the_text_drops_the_number():
    text = ENGLISH.percent(0.62)
    assert type(f"{text}") is str
    for changed in (text + "", text.strip(), text.replace("%", ""), "".join([text]), str(text), text.rstrip("%")):
        assert native_of(changed) is None
    assert native_of(marked("about 62%", " *")) is None


def test_a_copy_carries_the_number_too():
    text = ENGLISH.percent(0.62)
    for copied in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert copied == text == "62%"
        assert native_of(copied) == native_of(text)


def test_a_table_lists_its_numbers_by_place_and_its_texts_stay_plain():
    rows = (("North", ENGLISH.percent(0.5), "–"), ("62%", ENGLISH.number(3, 0), ENGLISH.number(2.5, 1)))
    assert [(cell["row"], cell["column"]) for cell in native_cells(rows)] == [(0, 1), (1, 1), (1, 2)]
    columns = tuple(Column(title=title) for title in "abc")
    data = Table(title="T", columns=columns, rows=rows).to_dict()
    assert {type(text) for row in data["rows"] for text in row} == {str}
    assert data["native"][0] == {"row": 0, "column": 1, "kind": "percent", "value": 0.5}
    words = Table(title="T", columns=columns, rows=(("a", "b", "c"),)).to_dict()
    assert "native" not in words


def test_a_score_carries_its_number():
    assert ScoreCell(label="A", value=ENGLISH.number(66.4, 0)).to_dict()["native"] == {"kind": "number", "value": 66.4}
    assert "native" not in ScoreCell(label="A", value="not known").to_dict()


def test_the_page_of_a_table_does_not_depend_on_what_it_carries():
    columns = (Column(title="Share", align="end"),)
    carrying = Table(title="T", columns=columns, rows=((ENGLISH.percent(0.5),),))._repr_mimebundle_()
    plain = Table(title="T", columns=columns, rows=(("50%",),))._repr_mimebundle_()
    assert carrying.pop(MIME_TYPE) != plain.pop(MIME_TYPE)
    assert json.dumps(carrying) == json.dumps(plain)
