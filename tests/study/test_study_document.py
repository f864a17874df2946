"""A study in words: statistics as journals want them, one verdict a sentence, cards and tables that agree with it."""

import dataclasses

import pytest
from study_cases import NO_ANSWER, a_card, a_hypothesis, a_study, an_estimate

from analysis.document.blocks import Figure, Table
from analysis.document.html import render_block
from analysis.document.study.compose import CHAPTERS, compose_study
from analysis.document.study.numbers import decimals_of, write_estimate, write_p, write_statistics
from analysis.document.study.paragraphs import results_paragraph
from analysis.document.translate import Translator
from analysis.study.cards import judge_cards
from analysis.study.pooled import pool_clients
from analysis.study.power import plan_power
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Study, StudyLooks
from analysis.study.summary import exported_tables, verdict_numbers

EN, ZH = Translator("en"), Translator("zh")


def plain(text):
    return text.replace("\u00a0", " ")


def test_statistics_are_written_as_apa_wants_them():
    found = plain(write_statistics(an_estimate(3.214, 0.42, clusters=200), "b", None, EN))
    assert found == "b = 3.21, SE = 0.42, t(199) = 7.65, p < .001, 95% CI [2.39, 4.04]"


def test_chinese_journals_keep_the_zero_before_the_point():
    found = plain(write_statistics(an_estimate(-0.9, 0.42), "b", None, ZH))
    assert found == "b = −0.90, SE = 0.42, t(199) = −2.14, p = 0.033, 95% CI [−1.73, −0.07]"


def test_a_bootstrap_interval_names_its_draws_and_has_no_t():
    estimate = an_estimate(3.2, 0.42, method="bootstrap-percentile", p_value=0.0312)
    assert plain(write_statistics(estimate, "ab", 2000, EN)) == (
        "ab = 3.20, SE = 0.42, p = .031, 95% CI [2.37, 4.03], 2,000 bootstrap draws"
    )


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "< .001"), (0.001, "= .001"), (0.0495, "= .050"), (0.9999, "= .999"), (1.0, "= 1.000")]
)
def test_p_values_have_three_decimals(p, text):
    assert write_p(p, "en") == text


def test_decimals_show_two_digits_of_the_error_and_never_fewer_than_two():
    assert [decimals_of(an_estimate(1, error)) for error in (4.2, 0.42, 0.042, 0.0042)] == [2, 2, 3, 4]
    assert write_estimate(an_estimate(0.01234, 0.0021), "en") == "0.0123 [0.0082, 0.0165]"


def judged(estimate, **hypothesis):
    return judge_cards([a_card(a_hypothesis(**hypothesis), estimate)])[0]


@pytest.mark.parametrize(
    ("value", "error", "direction", "words"),
    [
        (5.0, 0.5, "positive", ["is supported", "expected direction", "at or beyond the smallest effect"]),
        (1.5, 0.5, "positive", ["is supported", "is not settled"]),
        (5.0, 0.5, "negative", ["is contradicted", "opposite"]),
        (0.2, 0.2, "positive", ["too small to matter", "±1"]),
        (0.5, 0.6, "positive", ["cannot be told", "neither zero nor effects beyond ±1"]),
        (5.0, 0.5, "two_sided", ["is supported: the 95% interval excludes zero."]),
    ],
)
def test_the_paragraph_says_the_verdict_and_nothing_stronger(value, error, direction, words):
    text = results_paragraph(judged(an_estimate(value, error), direction=direction), EN)
    assert text.startswith("H1: ")
    assert all(word in text for word in words), text
    assert "caus" not in text


def test_without_an_estimate_the_paragraph_is_the_reason():
    assert results_paragraph(a_card(estimate=NO_ANSWER), EN) == (
        "H1 could not be tested with these data: The survey does not ask about loyalty."
    )


@pytest.mark.parametrize("key", list(PROPOSITIONS))
@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
def test_every_proposition_has_its_paragraph(key, t):
    text = results_paragraph(judged(an_estimate(), proposition=key), t)
    assert "5.00" in text
    assert "[4.01, 5.99]" in text


def a_whole_study(language="en", clients=("one",), **hypothesis):
    def cards():
        first = a_card(a_hypothesis(**hypothesis), an_estimate())
        planned = dataclasses.replace(first, power=plan_power(an_estimate(), 1.0, 0.05, 1.8))
        return judge_cards([planned, a_card(a_hypothesis("E1", confirmatory=False, declared=False,
                                                         proposition="rank_beats_level"), NO_ANSWER)])  # fmt: skip

    studies = tuple(a_study(client, cards()) for client in clients)
    return Study(
        name=" + ".join(clients), language=language, currency="EUR", as_of="2025-12-31", depth="board",
        clients=studies, pooled=pool_clients(studies) if len(studies) > 1 else (), looks=StudyLooks(accent="#1f5a7a"),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _two_propositions(monkeypatch):
    from analysis.study import pooled

    kept = ("satisfaction_raises_loyalty", "rank_beats_level")
    monkeypatch.setattr(pooled, "PROPOSITIONS", {key: pooled.PROPOSITIONS[key] for key in kept})


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("clients", [("one",), ("one", "two")])
def test_every_chapter_is_written_and_no_anchor_is_given_twice(language, clients):
    document = compose_study(a_whole_study(language, clients))
    blocks = [block for key in CHAPTERS for block in document[key].blocks]
    anchors = [anchor for block in blocks if (anchor := getattr(block, "anchor", ""))]
    assert len(anchors) == len(set(anchors))
    html = "".join(render_block(block) for block in (document.cover, *blocks))
    assert "NaN" not in html
    assert "nan" not in html.lower().replace("financial", "")


def table(document, chapter, title):
    return next(b for b in document[chapter].blocks if isinstance(b, Table) and title in b.title)


def test_confirmatory_and_exploratory_are_kept_apart():
    document = compose_study(a_whole_study())
    assert [row[0][:2] for row in table(document, "verdicts", "Confirmatory").rows] == ["H1"]
    assert [row[0][:2] for row in table(document, "verdicts", "Exploratory").rows] == ["E1"]
    assert [b.text for b in document["confirmatory"].blocks if b.kind == "heading"][1:] == [
        "H1 · Satisfaction raises loyalty"
    ]


def test_declaration_prints_hash_and_date():
    blocks = compose_study(a_whole_study())["declaration"].blocks
    text = " ".join(" ".join(block.paragraphs) for block in blocks if block.kind == "prose")
    assert "14 October 2024" in text
    assert "0" * 64 in text.replace(" ", "")


def test_a_late_declaration_is_said():
    study = a_whole_study(confirmatory=False)
    late = dataclasses.replace(study.clients[0].declaration, timing="after", declared_on="2026-01-05")
    study = dataclasses.replace(study, clients=(dataclasses.replace(study.clients[0], declaration=late),))
    document = compose_study(study)
    assert "treated as exploratory" in document["declaration"].blocks[1].paragraphs[0]
    assert "nothing here is confirmatory" in document["confirmatory"].blocks[1].paragraphs[0]


def test_the_figure_draws_each_interval_in_smallest_effects():
    (figure,) = [
        b for b in compose_study(a_whole_study(smallest_effect=2.0))["verdicts"].blocks if isinstance(b, Figure)
    ]
    assert figure.title == "The data settle one of 1 hypotheses"
    assert figure.data[0]["Value"] == 5.0  # the data are those of the estimate, only the drawing is scaled
    assert "5.00 [4.01, 5.99]" in figure.alt


def test_power_is_told_for_the_smallest_effect():
    document = compose_study(a_whole_study())
    (row,) = table(document, "power", "Power").rows
    assert row[:3] == ("H1", "1.80", "200 / 600")
    assert document["power"].blocks[1].items[0].startswith("H1: with 200 accounts, an effect of 1 is found with")


def test_the_exported_verdicts_are_those_of_the_document():
    study = a_whole_study(clients=("one", "two"))
    tables = exported_tables(study)
    assert len({each.key for each in tables}) == len(tables)
    rows = verdict_numbers(study).rows
    assert [(row[0], row[1]) for row in rows] == [("one", "H1"), ("one", "E1"), ("two", "H1"), ("two", "E1")]
    assert rows[0][4] == 5.0
    assert rows[1][4] is None
