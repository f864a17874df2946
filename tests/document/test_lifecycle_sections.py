"""The four sections on the customer base: a direction only where an interval names one, reasons elsewhere."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from analysis.calibration import clients
from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.conversion import conversion_section, state_scores
from analysis.document.chapters.scale.growth import growth_section, state_growth, state_parts
from analysis.document.chapters.scale.lifecycle import lifecycle_section
from analysis.document.chapters.scale.retention import retention_section, state_churn
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.lifecycle.conversion import analyse_conversion
from analysis.models.lifecycle.growth import analyse_growth
from analysis.models.lifecycle.retention import analyse_retention
from analysis.models.lifecycle.transitions import analyse_lifecycle
from analysis.results import Estimate, NotEstimable

WHY = NotEstimable(reason=N_("There are no observations."))
SECTIONS = {
    "lifecycle": (analyse_lifecycle, lifecycle_section),
    "retention": (analyse_retention, retention_section),
    "growth": (analyse_growth, growth_section),
    "conversion": (analyse_conversion, conversion_section),
}


def est(value, low, high, unit="proportion"):
    return Estimate(value=value, low=low, high=high, n=200, method="bootstrap-t", unit=unit)


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language))


@pytest.fixture(scope="module")
def results(pytestconfig):
    params = clients.demo_params(pytestconfig.rootpath / "params")
    data = clients.known_client(5, params=params, tables=None)
    return {key: analyse(data, params) for key, (analyse, _) in SECTIONS.items()}


def blocks_of(section, kind):
    return [block for block in (*section.blocks, *section.appendix) if isinstance(block, kind)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_section_has_its_form(results, key, language):
    section = SECTIONS[key][1](context(language), results[key])
    assert section.answered
    assert section.key == key
    assert len([block for block in section.blocks if isinstance(block, Figure)]) == 1
    assert len([block for block in section.blocks if isinstance(block, Table)]) == 1
    assert len([block for block in section.blocks if isinstance(block, Callout)]) == 1
    assert section.limits
    tables = blocks_of(section, Table)
    for table in tables:
        assert 2 <= len(table.columns) <= 6, table.title
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.rows
    anchors = [block.anchor for block in (*tables, *blocks_of(section, Figure))]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"(table|figure)-[a-z-]+", anchor) for anchor in anchors)
    texts = [section.finding, *section.limits, *(text for table in tables for row in table.rows for text in row)]
    assert not any(re.search(r"[{}]|nan|None", text) for text in texts)


@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_figure_describes_itself(results, key):
    (figure,) = blocks_of(SECTIONS[key][1](context(), results[key]), Figure)
    assert figure.svg.startswith("<svg")
    assert len(figure.alt) > 60
    assert figure.title
    assert figure.caption
    assert figure.data


@pytest.mark.parametrize("key", list(SECTIONS))
def test_without_a_result_the_reason_is_the_finding(key):
    section = SECTIONS[key][1](context(), WHY)
    assert not section.answered
    assert section.finding == "There are no observations."
    assert section.blocks == ()


def test_the_findings_carry_their_intervals(results):
    for key in ("lifecycle", "retention", "conversion"):
        assert "95% interval" in SECTIONS[key][1](context(), results[key]).finding


def test_growth_has_a_direction_only_where_the_interval_names_one(results):
    t, result = Translator("en", "EUR"), results["growth"]

    def said(value, low, high):
        return t(state_growth(dataclasses.replace(result, growth=est(value, low, high)), t))

    assert "grew" in said(0.1, 0.02, 0.2)
    assert "shrank" in said(-0.1, -0.2, -0.02)
    assert "within the usual ups and downs" in said(0.1, -0.02, 0.2)
    assert "interval" not in t(state_growth(dataclasses.replace(result, growth=WHY), t))


def test_only_parts_clear_of_zero_are_called_so(results):
    t, result = Translator("en", "EUR"), results["growth"]
    split = result.price_volume

    def with_parts(low, high):
        parts = tuple(
            dataclasses.replace(part, amount=50.0, estimate=est(50.0, low, high, "money")) for part in split.parts
        )
        return dataclasses.replace(result, price_volume=dataclasses.replace(split, parts=parts))

    assert "none of them beyond" in t(state_parts(with_parts(-10.0, 110.0), t))
    assert "could have brought about: Prices" in t(state_parts(with_parts(10.0, 110.0), t))
    assert state_parts(dataclasses.replace(result, price_volume=WHY), t) is None
    untold = tuple(dataclasses.replace(part, amount=50.0, estimate=WHY) for part in split.parts)
    few = dataclasses.replace(result, price_volume=dataclasses.replace(split, parts=untold))
    assert "beyond" not in t(state_parts(few, t))


def test_growth_without_products_shows_the_trend_and_the_bridge(results):
    section = growth_section(context(), dataclasses.replace(results["growth"], price_volume=WHY))
    (figure,) = blocks_of(section, Figure)
    assert "moving twelve months" in figure.alt
    assert [block.anchor for block in section.blocks if isinstance(block, Table)] == ["table-growth-bridge"]
    assert section.limits == ("There are no observations.",)


def test_stages_without_moves_say_so(results):
    result = dataclasses.replace(results["lifecycle"], transitions=WHY, stayed_active=WHY, year_before=None)
    section = lifecycle_section(context(), result)
    assert "is not known" in section.finding
    (figure,) = blocks_of(section, Figure)
    assert "a year ago" not in figure.alt
    assert "There are no observations." in section.limits


def test_moves_without_an_interval_are_not_called_unknown(results):
    few = dataclasses.replace(results["lifecycle"], stayed_active=WHY)
    assert "too few to say how certain" in lifecycle_section(context(), few).finding


def test_leaving_names_only_what_is_beyond_the_uncertainty(results):
    t, churn = Translator("en", "EUR"), results["retention"].churn
    drivers = tuple(
        dataclasses.replace(driver, ratio=est(1.2, 0.8 if place else 1.1, 1.6, "ratio"))
        for place, driver in enumerate(churn.drivers)
    )
    said = t(state_churn(dataclasses.replace(churn, drivers=drivers), t))
    assert "Satisfaction: 1.20 times as likely" in said
    assert said.count("times as likely") == 1
    quiet = tuple(dataclasses.replace(driver, ratio=est(1.2, 0.8, 1.6, "ratio")) for driver in churn.drivers)
    assert "Nothing" in t(state_churn(dataclasses.replace(churn, drivers=quiet), t))
    assert t(state_churn(WHY, t)) == "There are no observations."


def test_retention_says_what_there_is(results):
    result = dataclasses.replace(results["retention"], revenue=WHY, win_back=WHY, cohorts=WHY, curve=WHY, churn=WHY)
    section = retention_section(context(), result)
    assert section.answered
    assert "were kept over a year" in section.finding
    assert not blocks_of(section, Figure)
    silent = retention_section(context(), dataclasses.replace(result, logo=WHY))
    assert not silent.answered
    assert silent.finding == "There are no observations."


def test_scores_are_said_to_be_used_only_where_they_are_better(results):
    t, model = Translator("en", "EUR"), results["conversion"].model
    assert "scored by it" in t(state_scores(dataclasses.replace(model, is_better=True), t))
    assert "scored by the shares won" in t(state_scores(dataclasses.replace(model, is_better=False), t))
    assert t(state_scores(WHY, t)) == "There are no observations."


def test_conversion_without_stages_shows_the_days(results):
    result = dataclasses.replace(results["conversion"], stages=WHY, win_rate=WHY)
    section = conversion_section(context(), result)
    (figure,) = blocks_of(section, Figure)
    assert "days since the creation" in figure.alt
    assert "decided so far" in section.finding
    nothing = dataclasses.replace(result, win_rate_recorded=WHY)
    assert not conversion_section(context(), nothing).answered


def test_a_hostile_stage_stays_text(results):
    result = results["conversion"]
    stages = (dataclasses.replace(result.stages[0], stage="<b>Lead</b> $x$"), *result.stages[1:])
    section = conversion_section(context(), dataclasses.replace(result, stages=stages))
    (figure,) = blocks_of(section, Figure)
    assert "<b>" not in figure.svg
