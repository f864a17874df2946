"""The section on partners: a best one only beyond doubt, the smallest answered, the hidden hidden."""

import re
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.partners import partners_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.partners.result import CardMeasure, MeasureSpec, PartnerCard, Partners, Standing
from analysis.results import Estimate, NotEstimable, Point, TargetAttainment

WHY = NotEstimable(reason=N_("There are no observations."), n=2)
HIDDEN = NotEstimable(reason=N_("There are no observations."), suppressed=True)


def est(value, half, unit="index", n=20):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="hierarchical-bayes", unit=unit)


def standing(key, score, low, high, top):
    return Standing(
        partner_id=key, name=f"{key} <b> & Co", score=est(score, 0.4, "ratio"), revenue=1e5, rank_low=low, rank_high=high,
        p_top_quartile=top,
    )  # fmt: skip


def card(key, *, own, fair=None, ranked=True, customers=20):
    measure = CardMeasure(
        key="satisfaction_index", own=own, fair=fair, rest=HIDDEN if own.to_dict().get("suppressed") else est(71, 2),
        difference=WHY if fair is None else Point(value=4.0, n=91, unit="index"), rank_low=None if fair is None else 1,
        rank_high=None if fair is None else 2, p_top_quartile=None if fair is None else 0.5,
        target=None if fair is None else TargetAttainment(target=80.0, period="2025", verdict="missed"),
    )  # fmt: skip
    return PartnerCard(
        partner_id=key, name=f"{key} <b> & Co", tier="", region="", customers=customers, active=customers,
        revenue=1e5, revenue_before=None, revenue_share=0.2, measures=(measure,), is_ranked=ranked,
    )  # fmt: skip


def partners(*, p_value=0.01, high=3, standings=None, **changes):
    rows = (standing("P1", 1.0, 1, high, 0.8), standing("P2", 0.0, 1, 3, 0.2), standing("P3", -1.0, 2, 3, 0.0))
    spec = MeasureSpec(
        key="satisfaction_index", name=N_("Satisfaction index"), unit="index", higher_is_better=True, counts=True,
        partners=3, p_value=p_value,
    )  # fmt: skip
    cards = (
        card("P1", own=est(80, 3), fair=est(75, 3)),
        card("P2", own=est(70, 3), fair=est(71, 3)),
        card("P3", own=WHY, fair=est(68, 3)),
        card("P4", own=HIDDEN, ranked=False, customers=4),
        card("P5", own=WHY, ranked=False, customers=2),
    )
    base = {"partners": 5, "measures": (spec,), "standings": rows if standings is None else standings, "unranked": 2, "error_correlation": 0.1,
            "draws": 2000, "cards": cards}  # fmt: skip
    return Partners(**(base | changes))


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language=language))


@pytest.mark.parametrize(
    ("p_value", "high", "says", "title"),
    [
        (0.01, 3, "comes first, with a rank between 1 and 3", "none is the best"),
        (0.01, 1, "leads, beyond doubt of its rank", "leads the partners"),
        (0.6, 3, "On no single measure do partners differ by more than chance", "cannot be told apart"),
    ],
)
def test_a_best_partner_only_beyond_doubt(p_value, high, says, title):
    section = partners_section(context(), partners(p_value=p_value, high=high))
    assert says in section.finding
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert title in figure.title


def spec(key, name, n, *, counts=True):
    return MeasureSpec(
        key=key, name=N_(name), unit="index", higher_is_better=True, counts=counts, partners=n, p_value=0.01
    )


def test_it_is_said_why_fewer_partners_are_compared_over_all_measures_than_on_one():
    measures = (spec("a", "Satisfaction", 4), spec("b", "Complaints", 5), spec("c", "Repeat", 5, counts=False))
    finding = partners_section(context(), partners(measures=measures, cards=())).finding
    assert finding.startswith("Measure by measure, partners differ beyond chance on Satisfaction")
    assert (
        "each measure takes those with at least 5 customers or answers on it (4–5 of 5); over Satisfaction and"
        " Complaints together it is the 3 with enough on every one of them." in finding.replace("\xa0", " ")
    )


def test_nothing_is_explained_where_all_partners_are_compared_on_everything():
    same = partners(measures=(spec("a", "Satisfaction", 3),), partners=3, cards=())
    assert "How many partners" not in partners_section(context(), same).finding


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_league_for_the_board_and_a_card_each_in_the_appendix(language):
    section = partners_section(context(language), partners())
    assert [type(block) for block in section.blocks] == [Figure, Table]
    tables = [block for block in (*section.blocks, *section.appendix) if isinstance(block, Table)]
    anchors = [table.anchor for table in tables]
    assert len(set(anchors)) == len(anchors)
    assert sum(anchor.startswith("table-partners-card-") for anchor in anchors) == 5
    assert all(re.fullmatch(r"table-partners[a-z0-9-]*", anchor) for anchor in anchors)
    assert all(
        len(table.columns) <= 6 and all(len(row) == len(table.columns) for row in table.rows) for table in tables
    )


def test_a_partner_with_two_customers_is_answered_and_a_small_cell_hidden():
    section = partners_section(context(), partners())
    cards = {block.title: block for block in section.appendix if isinstance(block, Table) and "Card" in block.title}
    small = cards["Card: P5 <b> & Co"]
    assert small.rows[0][1:3] == ("–", "2")
    assert "2 customers" in small.notes[0]
    hidden = cards["Card: P4 <b> & Co"]
    assert "withheld" in hidden.rows[0][1]
    assert hidden.rows[0][2] == "–"
    assert "71" not in hidden.rows[0][3]


def test_a_target_stands_on_the_card_with_its_verdict():
    section = partners_section(context(), partners())
    first = next(b for b in section.appendix if isinstance(b, Table) and b.anchor == "table-partners-card-1")
    assert any("target 80: missed" in note for note in first.notes)


def test_without_a_league_the_partners_keep_their_cards():
    section = partners_section(context(), partners(standings=WHY))
    assert section.answered
    assert "cannot be ranked" in section.finding
    assert not [block for block in section.blocks if block is not None]
    assert any(isinstance(block, Table) and block.anchor == "table-partners-card-5" for block in section.appendix)


def test_without_partners_the_section_says_why():
    section = partners_section(context(), WHY)
    assert not section.answered
    assert section.finding == "There are no observations."
