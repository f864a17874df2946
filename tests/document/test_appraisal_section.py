"""Targets and managers as a reader sees them: numbers in both languages, reasons, hostile names, one anchor each."""

import dataclasses
import types

import pytest

from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.scale.appraisal import appraisal_section, manager_pages
from analysis.document.target_words import attainment_text, probability_text
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.indicators.appraisal_shapes import Appraisal, KeyAccountLine, ManagerCard, ManagerIndicator, TargetRow
from analysis.indicators.attainment import hold
from analysis.messages import N_
from analysis.results import Estimate, NotEstimable, TargetAttainment

HOSTILE = "<b>AM\u202e01</b>" + "x" * 80


def share(value, low, high, n=60, unit="proportion", **more):
    return Estimate(value=value, low=low, high=high, n=n, method="wilson", unit=unit, **more)


def target(group="client", label="", outcome=None, value=0.75, period="2025"):
    outcome = share(0.5, 0.4, 0.6) if outcome is None else outcome
    attained = hold(outcome, value, period, higher_is_better=True) if isinstance(outcome, Estimate) else None
    return TargetRow(
        indicator="contact_coverage", name=N_("Contact coverage"), unit="proportion", higher_is_better=True,
        period=period, measured="2025-12-31", group=group, label=label, target=value, outcome=outcome,
        attained=attained,
    )  # fmt: skip


def manager(name, verdict="no_difference"):
    row = ManagerIndicator(
        key="contact_coverage", name=N_("Contact coverage"), unit="proportion", higher_is_better=True,
        outcome=share(0.5, 0.4, 0.6), others=share(0.7, 0.65, 0.75, 300),
        difference=share(-20.0, -32.0, -8.0, unit="percentage_points", p_value=0.001), verdict=verdict,
        target=hold(share(0.5, 0.4, 0.6), 0.55, "2025", higher_is_better=True),
    )  # fmt: skip
    line = KeyAccountLine(
        customer_id="c1", name=HOSTILE, revenue=1000.0, revenue_before=None, days_since_contact=50, planned_days=30,
        open_complaints=1,
    )  # fmt: skip
    return ManagerCard(
        manager=name, customers=40, active=30, revenue=5000.0, revenue_share=0.25, open_complaints=0,
        indicators=(row,), key_accounts=(line,), key_accounts_in_all=3,
    )  # fmt: skip


RESULT = Appraisal(
    targets=(
        target(),
        target(value=0.45, period="2024"),
        target("segment", HOSTILE),
        target("account_manager", "AM1"),
        target("account_manager", "AM2", NotEstimable(reason=N_("There are no observations."))),
    ),
    managers=(manager(HOSTILE, "worse"), manager("AM2")),
    silence=None,
    without_manager=0,
    compared=2,
    false_discovery_rate=0.05,
    leagues=(),
)


def context(language):
    return types.SimpleNamespace(t=Translator(language, "EUR"), theme=Theme(language=language), small_cell=5)


def texts(blocks):
    return " ".join(str(block.to_dict()) for block in blocks if block is not None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_section_shows_every_target_with_its_probability(language):
    section = appraisal_section(context(language), RESULT)
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert len(table.columns) <= 6
    assert table.rows[0][-1] == "<1%"
    assert "67%" in table.rows[0][4]
    assert len(table.rows) == 4  # the managers' targets share a line
    assert len(figure.data) == 3
    assert any(isinstance(block, Callout) for block in section.blocks)
    assert "\u202e" not in texts(section.blocks) + figure.svg


def test_the_finding_counts_verdicts():
    section = appraisal_section(context("en"), RESULT)
    assert "Of 4 targets that the data can answer, 0 were met and 3 missed; 1 stay open" in section.finding
    assert "Contact coverage (All customers): 50% (40 to 60) against 75%" in section.finding


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_manager_has_a_page_with_anchors_of_its_own(language):
    pages = manager_pages(context(language), RESULT)
    assert len(pages) == 2
    anchors = [block.anchor for page in pages for block in page if getattr(block, "anchor", "")]
    assert len(anchors) == len(set(anchors)) == 6
    first = next(block for block in pages[0] if isinstance(block, Table))
    assert first.rows[0][4].endswith("*")
    assert not next(block for block in pages[1] if isinstance(block, Table)).rows[0][4].endswith("*")
    assert "\u202e" not in texts(pages[0])


def test_the_others_have_an_interval_and_a_dash_a_reason():
    why = NotEstimable(reason=N_("There are no observations."), n=36)
    known = manager("AM01")
    silent = [
        dataclasses.replace(known.indicators[0], key=key, name=N_(name), outcome=why, difference=why, verdict=None)
        for key, name in (("revenue_growth", "Revenue growth"), ("nps", "Net Promoter Score"))
    ]
    card = dataclasses.replace(known, indicators=(*known.indicators, *silent))
    (page,) = manager_pages(context("en"), dataclasses.replace(RESULT, managers=(card,)))
    table = next(block for block in page if isinstance(block, Table))
    assert table.rows[0][3] == "70% (65 to 75)"
    assert table.rows[1][1] == "–"
    assert "Revenue growth and Net Promoter Score: There are no observations." in table.notes
    assert not any("Contact coverage" in note for note in table.notes)


def test_an_account_that_waits_too_long_is_marked():
    table = [block for block in manager_pages(context("en"), RESULT)[0] if isinstance(block, Table)][1]
    assert table.rows[0][3] == "50 †"
    assert any("2 more key accounts" in note for note in table.notes)


def test_silence_is_said_and_shows_nothing():
    silent = NotEstimable(reason=N_("The list of customers does not say who manages which account."))
    section = appraisal_section(context("en"), silent)
    assert (section.answered, section.blocks) == (False, ())
    assert section.finding.startswith("The list of customers")
    assert manager_pages(context("en"), silent) == ()
    outside = dataclasses.replace(RESULT, managers=(), silence=silent)
    assert "The list of customers" in appraisal_section(context("en"), outside).finding


def test_without_targets_managers_are_still_compared():
    section = appraisal_section(context("en"), dataclasses.replace(RESULT, targets=()))
    assert section.finding.startswith("No target was set")
    assert [block for block in section.blocks if block is not None] == []


def test_unanswerable_targets_alone_are_counted():
    lost = dataclasses.replace(RESULT, targets=RESULT.targets[-1:])
    assert "cannot answer the one target" in appraisal_section(context("en"), lost).finding


@pytest.mark.parametrize(("probability", "text"), [(0.9999, ">99%"), (0.0001, "<1%"), (0.414, "41%"), (None, "–")])
def test_probabilities_promise_no_certainty(probability, text):
    attained = TargetAttainment(target=1.0, period="x", verdict="open", probability=probability)
    assert probability_text(attained, Translator("en", "EUR")) == text
    assert attainment_text(attained, Translator("en", "EUR")) == "–"
