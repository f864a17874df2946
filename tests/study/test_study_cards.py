"""Families of tests, verdicts on cards, and several clients together."""

import dataclasses

import pytest
from study_cases import NO_ANSWER, a_card, a_hypothesis, a_study, an_estimate

from analysis.results import NotEstimable
from analysis.study.cards import judge_cards
from analysis.study.pooled import pool_clients
from analysis.study.pooling import MetaAnalysis
from analysis.study.verdicts import adjust_p_values


def test_confirmatory_and_exploratory_tests_are_two_families():
    cards = [
        a_card(a_hypothesis("H1"), an_estimate(5.0, p_value=0.01)),
        a_card(a_hypothesis("H2"), an_estimate(5.0, p_value=0.04)),
        a_card(a_hypothesis("E1", confirmatory=False, declared=False), an_estimate(5.0, p_value=0.03)),
        a_card(a_hypothesis("E2", confirmatory=False, declared=False), NO_ANSWER),
    ]
    judged = judge_cards(cards)
    assert [card.p_adjusted for card in judged[:2]] == list(adjust_p_values((0.01, 0.04))) == [0.02, 0.04]
    assert (judged[2].p_adjusted, judged[2].family_size) == (0.03, 1)
    assert [card.family_size for card in judged[:2]] == [2, 2]
    assert (judged[3].verdict, judged[3].p_adjusted) == (None, None)
    assert [card.verdict for card in judged[:3]] == ["supported"] * 3


def test_a_test_that_falls_to_the_correction_cannot_be_told():
    weak = an_estimate(1.2, 0.5, p_value=0.017)  # its own interval, 0.21 to 2.19, excludes zero
    many = [a_card(a_hypothesis(f"H{i}"), an_estimate(0.1, 0.9, p_value=0.9)) for i in range(2, 6)]
    assert judge_cards([a_card(estimate=weak)])[0].verdict == "supported"
    assert judge_cards([a_card(estimate=weak), *many])[0].verdict == "cannot_tell"


def test_a_stricter_level_widens_the_interval_that_is_judged():
    card = a_card(a_hypothesis(alpha=0.001), an_estimate(1.2, 0.5))
    assert card.interval.low < 0 < card.evidence.estimate.low
    assert judge_cards([card])[0].verdict == "cannot_tell"


@pytest.fixture
def two():
    return [
        a_study("one", judge_cards([a_card(estimate=an_estimate(5.0, 0.4))])),
        a_study("two", judge_cards([a_card(estimate=an_estimate(5.4, 0.5))])),
    ]


def only(studies):
    """Return the card about satisfaction and loyalty; the others have no client."""
    return next(card for card in pool_clients(studies) if card.hypothesis.proposition == "satisfaction_raises_loyalty")


@pytest.fixture(autouse=True)
def _one_proposition(monkeypatch):
    from analysis.study import pooled

    key = "satisfaction_raises_loyalty"
    monkeypatch.setattr(pooled, "PROPOSITIONS", {key: pooled.PROPOSITIONS[key]})


def test_two_clients_are_pooled_and_what_two_can_carry_is_said(two):
    card = only(two)
    assert isinstance(card.meta, MetaAnalysis)
    assert (card.clients, card.meta.k, card.meta.df) == (("one", "two"), 2, 1)
    assert card.interval.n == 1200
    assert card.hypothesis.confirmatory
    assert "Two clients" in card.notes[0].msgid


def test_a_client_without_an_estimate_is_left_out_with_its_reason(two):
    card = only([*two, a_study("three", [a_card(estimate=NO_ANSWER)])])
    assert card.clients == ("one", "two")
    assert card.left_out == (("three", NO_ANSWER.reason),)


def test_one_estimate_is_not_pooled(two):
    card = only([two[0], a_study("three", [a_card(estimate=NO_ANSWER)])])
    assert isinstance(card.meta, NotEstimable)
    assert card.verdict is None


@pytest.mark.parametrize("field", [{"smallest_effect": 2.0}, {"alpha": 0.01}, {"direction": "two_sided"},
                                   {"confirmatory": False}])  # fmt: skip
def test_pooled_is_confirmatory_only_where_all_declared_the_same_test(two, field):
    other = a_study("two", judge_cards([a_card(a_hypothesis(**field), an_estimate(5.4, 0.5))]))
    assert not only([two[0], other]).hypothesis.confirmatory


def test_what_is_not_comparable_is_not_pooled(two):
    def reason(study):
        return only([two[0], study]).meta.reason.msgid

    assert "units" in reason(a_study("two", [a_card(estimate=an_estimate(unit="percentage_points"))]))
    assert "different things" in reason(a_study("two", [a_card(comparable="loyalty:segment")]))


def test_different_horizons_are_not_pooled_where_they_matter(two, monkeypatch):
    from analysis.study import pooled

    (proposition,) = pooled.PROPOSITIONS.values()
    other = dataclasses.replace(two[1], horizon_days=90)
    assert isinstance(only([two[0], other]).meta, MetaAnalysis)  # loyalty has no horizon
    monkeypatch.setattr(
        pooled, "PROPOSITIONS", {proposition.key: dataclasses.replace(proposition, shares_horizon=True)}
    )
    assert "horizons" in only([two[0], other]).meta.reason.msgid


def test_different_scales_are_said_and_the_correlation_is_pooled_without_any(two):
    relation = an_estimate(0.55, 0.03, unit="ratio")
    studies = [
        a_study(name, judge_cards([a_card(correlation=relation)]), scales=scales)
        for name, scales in (("one", ("1–10",)), ("two", ("1–5",)))
    ]
    card = only(studies)
    assert any("different scales" in note.msgid for note in card.notes)
    assert card.correlation.value == pytest.approx(0.55)
    assert card.correlation.low < 0.55 < card.correlation.high < 1


def test_pooled_tests_are_corrected_as_a_family(monkeypatch):
    from analysis.study import pooled
    from analysis.study.propositions import PROPOSITIONS

    keys = ("satisfaction_raises_loyalty", "relation_is_nonlinear")
    monkeypatch.setattr(pooled, "PROPOSITIONS", {key: PROPOSITIONS[key] for key in keys})
    hypotheses = [a_hypothesis("H1"), a_hypothesis("H2", proposition=keys[1])]
    studies = [
        a_study(name, judge_cards([a_card(h, an_estimate(5.0 + shift, 0.4)) for h in hypotheses]))
        for name, shift in (("one", 0.0), ("two", 0.1), ("three", -0.1))
    ]
    cards = pool_clients(studies)
    assert [card.hypothesis.id for card in cards] == ["H1", "H2"]
    assert [card.family_size for card in cards] == [2, 2]
    assert cards[0].p_adjusted == pytest.approx(cards[0].meta.p_value)  # both alike: the larger rank's p
