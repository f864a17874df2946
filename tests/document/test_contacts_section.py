"""The sections on contacts and breadth: what the board reads claims no more than the results, in both languages."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.breadth import breadth_section
from analysis.document.chapters.scale.contacts import contacts_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.contacts.breadth_result import (
    Breadth,
    BreadthBand,
    CategoryCount,
    CategoryOpening,
    CategoryReach,
    CustomerOpening,
    NextBest,
    Opening,
    Spread,
)
from analysis.models.contacts.result import (
    AccountCoverage,
    Contacts,
    Frequency,
    KeyCoverage,
    LabelShare,
    LevelReach,
    People,
    PeopleBand,
    ResponseTime,
    SingleThread,
    Tenure,
    TenureBand,
)
from analysis.results import Estimate, NotEstimable

WHY = NotEstimable(reason=N_("There are no observations."))
HOSTILE = '<b>Hafen</b> & "Söhne" 😀'


def est(value, half, unit="proportion", n=200):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="wilson", unit=unit)


def account(customer_id, overdue, revenue=1000.0):
    return AccountCoverage(
        customer_id=customer_id, name=HOSTILE, manager="AM1", last_contact=None if overdue is None else "2025-06-01",
        days_since=None if overdue is None else 90, planned_days=30.0, overdue_days=overdue, contacts=3, persons=2,
        revenue=revenue,
    )  # fmt: skip


def opening(held="", worth=None):
    return Opening(
        held=held, orders=None if held else (2, 4), missing="Pumps", customers=20, revenue=9000.0, chance=est(0.6, 0.1),
        lift=est(1.4, 0.2, "ratio"), typical_spend=est(300, 50, "money"),
        worth=est(3600, 900, "money") if worth is None else worth,
    )  # fmt: skip


def breadth(**changes):
    parts = (opening(), opening("Valves"))
    base = {
        "window": "2025-01-01/2025-12-31", "customers": 200,
        "spreads": (Spread(kind="category", offered=3, customers=200, mean=est(2.1, 0.1, "count"), several=est(0.7, 0.05),
                           bands=(BreadthBand(kinds=1, or_more=False, customers=80, revenue=1e4),
                                  BreadthBand(kinds=2, or_more=True, customers=120, revenue=3e4))),),
        "categories": tuple(CategoryReach(category=name, customers=100, share=est(0.5, 0.05), revenue=1e4, openings=count)
                            for name, count in (("Valves", 0), (HOSTILE, 0), ("Pumps", 40))),
        "next_best": NextBest(
            pairs=3, related=1, customers=40, counts=(CategoryCount(category="Pumps", customers=40),),
            openings=(CategoryOpening(missing="Pumps", customers=40, revenue=18000.0, chance=est(0.6, 0.08),
                                      worth=est(7200, 1300, "money"), parts=parts),),
            largest=(CustomerOpening(customer_id="C1", name=HOSTILE, manager="", held="Valves", missing="Pumps",
                                     revenue=900.0),)),
    }  # fmt: skip
    return Breadth(**(base | changes))


def contacts(**changes):
    base = {
        "window": "2025-01-01/2025-12-31", "customers": 200,
        "frequency": Frequency(contacts=900, customers=200, met=180, per_year=est(4.5, 0.4, "per_year"),
                               silent=est(0.1, 0.04), since_last=est(60, 9, "days"),
                               channels=(LabelShare(label=HOSTILE, contacts=900, share=est(0.9, 0.05)),),
                               conversations=700, started_by_customer=est(0.4, 0.03)),
        "response": ResponseTime(questions=60, answered=40, written_only=True, within_days=7, within=est(0.5, 0.1),
                                 median_days=WHY),
        "key_accounts": KeyCoverage(basis="marked", coverage=est(0.75, 0.2, n=4), others=est(0.5, 0.1),
                                    accounts=(account("C1", None), account("C2", 60.0), account("C3", 0.0),
                                              account("C4", 0.0)),
                                    overdue=2, overdue_revenue=2000.0, inactive=1),
        "levels": (LevelReach(level="executive", customers=40, contacts=60, share=est(0.2, 0.05)),),
        "people": People(met=180, per_customer=est(1.6, 0.1, "count"), single_share=est(0.4, 0.06), single=72,
                         single_key_accounts=1, single_revenue=5e4, revenue_share=0.3,
                         bands=(PeopleBand(least=0, or_more=False, customers=20, revenue=1.0),
                                PeopleBand(least=1, or_more=True, customers=180, revenue=2.0)),
                         largest=(SingleThread(customer_id="C1", name=HOSTILE, manager="", is_key_account=True, contacts=4,
                                               revenue=900.0),)),
        "tenure": Tenure(basis="first_order", mean_years=est(3.0, 0.4, "count"),
                         bands=(TenureBand(from_years=0.0, to_years=None, customers=200, revenue=3.0),)),
        "breadth": breadth(),
    }  # fmt: skip
    return Contacts(**(base | changes))


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language=language))


SECTIONS = {"contacts": contacts_section, "breadth": breadth_section}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", SECTIONS)
def test_the_board_sees_one_figure_and_one_table(key, language):
    section = SECTIONS[key](context(language), contacts())
    assert section.answered
    blocks = [block for block in section.blocks if block is not None]
    assert [type(block) for block in blocks] == [Figure, Table]
    tables = [block for block in (*blocks, *section.appendix) if isinstance(block, Table)]
    anchors = [table.anchor for table in tables] + [blocks[0].anchor]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(rf"(table|figure)-{key}[a-z0-9-]*", anchor) for anchor in anchors)
    assert all(
        len(table.columns) <= 6 and all(len(row) == len(table.columns) for row in table.rows) for table in tables
    )
    assert blocks[0].alt
    assert "<b>" not in blocks[0].svg


def test_the_finding_names_coverage_overdue_revenue_and_single_threads():
    finding = contacts_section(context(), contacts()).finding
    assert "Of the 4 key accounts, 2 were met" in finding
    assert "95% interval" in finding
    assert "€2k" in finding
    assert "40%" in finding
    assert not re.search(r"\bcauses?\b", finding)


def test_nobody_is_overdue_where_the_plan_is_kept():
    keys = dataclasses.replace(contacts().key_accounts, accounts=(account("C3", 0.0),), overdue=0, coverage=WHY)
    section = contacts_section(context(), contacts(key_accounts=keys))
    assert section.finding.startswith("Of the one key account, 1 were met within the planned interval. 40%")
    assert not any(isinstance(block, Table) for block in section.blocks)
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.title == "Every key account was met as planned"


def test_the_largest_customers_are_not_called_key_accounts():
    keys = dataclasses.replace(contacts().key_accounts, basis="revenue")
    section = contacts_section(context(), contacts(key_accounts=keys))
    texts = [section.finding, *(block.title for block in section.blocks if block is not None)]
    assert not any("key account" in text.lower() for text in texts)


def test_a_customer_never_met_has_no_days():
    table = next(block for block in contacts_section(context(), contacts()).blocks if isinstance(block, Table))
    assert table.rows[0][2:4] == ("never", "–")


def test_the_finding_of_breadth_is_an_opening_and_no_forecast():
    section = breadth_section(context(), contacts())
    assert "Pumps, for 40 customers" in section.finding
    assert "60% of those like them" in section.finding
    assert any("no forecast" in limit for limit in section.limits)
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.title == "Pumps is the next opening for the most customers: 40"


def test_without_an_opening_breadth_still_answers():
    section = breadth_section(context(), contacts(breadth=breadth(next_best=WHY)))
    assert section.answered
    assert "opening" not in section.finding
    assert not any(isinstance(block, Table) for block in section.blocks)


@pytest.mark.parametrize("key", SECTIONS)
def test_without_numbers_the_section_says_why(key):
    silent = SECTIONS[key](context(), WHY)
    assert not silent.answered
    assert silent.finding == "There are no observations."
    nothing = contacts(frequency=WHY, key_accounts=WHY, people=WHY, levels=WHY, tenure=WHY, response=WHY, breadth=WHY)
    section = SECTIONS[key](context("zh"), nothing)
    assert not section.answered
    assert section.finding


def test_one_region_each_is_no_breadth_to_speak_of():
    region = dataclasses.replace(breadth().spreads[0], kind="region", several=est(0.0, 0.0))
    section = breadth_section(context(), contacts(breadth=breadth(spreads=(region,), next_best=WHY)))
    assert not section.answered
    assert section.finding == "There are no observations."
    wider = dataclasses.replace(region, several=est(0.3, 0.1))
    assert breadth_section(context(), contacts(breadth=breadth(spreads=(wider,), next_best=WHY))).answered
