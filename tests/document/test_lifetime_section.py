"""The section on what customers are worth: one finding, one figure, one table, and reasons where there is no answer."""

import dataclasses
import re
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Figure, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.lifetime import lifetime_section, state_basis
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.lifetime.result import (
    ChanceBand,
    ContractValue,
    CustomerStanding,
    FittedModel,
    Forecast,
    ForecastComparison,
    LifetimeValue,
    Parameter,
    Potential,
    SegmentValue,
    SpendModel,
)
from analysis.results import Estimate, NotEstimable, Point

WHY = NotEstimable(reason=N_("There are no observations."))


def est(value, half, unit="money", n=200):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="hall-t", unit=unit)


def forecast(used="model", gap=-2000.0, half=1000.0):
    both = {"orders": 90.0, "revenue": 1e6, "orders_bias": -0.1, "revenue_bias": 0.05, "orders_error": 1.5}
    return ForecastComparison(
        cut="2024-12-31", until="2025-12-31", days=365, customers=180, orders=100.0, revenue=950_000.0,
        model=Forecast(**both, revenue_error=9000.0), naive=Forecast(**both, revenue_error=9000.0 - gap),
        orders_difference=est(-0.2, 0.1, "count"), revenue_difference=est(gap, half), used=used,
    )  # fmt: skip


def model(key, aic, *, chosen=False, identified=True):
    return FittedModel(
        key=key, label=N_("BG/NBD") if key == "bg_nbd" else N_("Pareto/NBD"), log_likelihood=-aic / 2 + 4, aic=aic,
        parameters=(Parameter(name="r", value=0.2426, std_error=0.0126 if identified else None),), customers=200,
        identified=identified, chosen=chosen,
    )  # fmt: skip


def result(**more):
    base = {
        "customers": 200, "single_purchase": 30, "source": "model", "horizon_years": 3.0, "discount_rate": 0.1,
        "period_days": 7.0, "margin": 0.33, "margin_basis": "orders", "total": est(9e6, 2e6), "revenue": 4e6,
        "gone": est(0.15, 0.05, "proportion"), "probably_gone": 18, "at_risk": Point(value=4e5, n=120, unit="money"),
        "bands": (
            ChanceBand(low=0.9, high=1.0, customers=150, customers_share=0.75, revenue_share=0.9, value_share=0.93),
            ChanceBand(low=0.5, high=0.9, customers=32, customers_share=0.16, revenue_share=0.08, value_share=0.06),
            ChanceBand(low=0.0, high=0.5, customers=18, customers_share=0.09, revenue_share=0.02, value_share=0.01),
        ),
        "segments": (
            SegmentValue(segment="Trade <b>", customers=120, revenue=3e6, value=est(7e6, 1e6), at_risk=Point(value=3e5, n=120, unit="money"),
                         gone=est(0.1, 0.05, "proportion")),
            SegmentValue(segment="零售", customers=20, revenue=1e6, value=WHY, at_risk=WHY, gone=WHY),
        ),
        "top": (CustomerStanding(customer_id="c1", name="客户一", revenue=1e6, orders=12.34, alive=0.97, value=2e6,
                                 share=0.22),),
        "top_share": 0.6, "models": (model("bg_nbd", 1000.0, chosen=True), model("pareto_nbd", 1004.0)),
        "spend": SpendModel(parameters=(Parameter(name="p", value=6.25, std_error=1.19),), log_likelihood=-4055.9,
                            customers=170, mean_amount=1500.0, reason=None, independence=est(0.1, 0.2, "ratio")),
        "regularity": est(1.2, 0.1, "ratio"), "forecast": forecast(),
        "contracts": ContractValue(customers=80, yearly=1e6, relationships=120, ended=30, retention=0.8,
                                   total=est(2e6, 3e5), observed_months=40),
        "potentials": (
            Potential(basis="share_of_wallet", amount=est(5e5, 1e5), customers=60, customers_below=50),
            Potential(basis="peers", amount=Point(value=7e5, n=90, unit="money"), customers=90, customers_below=70),
        ),
        "notes": (N_("There are no observations."),),
    }  # fmt: skip
    return LifetimeValue(**(base | more))


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language=language))


def shown(section, kind):
    return [block for block in (*section.blocks, *section.appendix) if isinstance(block, kind)]


def test_the_board_sees_a_sentence_a_figure_and_a_table():
    section = lifetime_section(context(), result())
    assert section.answered
    assert "€9.0m of margin" in section.finding
    assert "95% interval €7.0m to €11.0m" in section.finding
    assert "about €400k is expected" in section.finding
    assert not re.search(r"\bcauses?\b", section.finding)
    assert [type(block) for block in section.blocks] == [Figure, Table]
    figure, table = section.blocks
    assert "9% of the customers have probably left; they brought 2%" in figure.title
    assert len(table.columns) <= 6
    assert table.rows[0][0] == "All customers"
    assert table.emphasis == (0,)
    assert table.rows[2][3] == "–"
    assert "too few customers" in table.notes[1]


def test_the_figure_holds_all_shares_and_says_them():
    figure = lifetime_section(context(), result()).blocks[0]
    assert len(figure.data) == 9
    by = {row["Label"]: row["Value"] for row in figure.data}
    assert by["Customers: still there (90% and more)"] == 0.75
    assert by["Value, next 3 years: probably gone (below 50%)"] == 0.01
    assert "uncertain (50% to 90%) 16%" in figure.alt
    assert "200" in figure.caption
    assert figure.anchor == "figure-lifetime"


def test_a_forecast_that_loses_is_not_used_and_the_finding_says_what_is():
    naive = lifetime_section(context(), result(source="naive", forecast=forecast("naive", 1500.0, 500.0)))
    assert naive.finding.startswith("If they went on as in the last twelve months")
    assert "the simpler forecast is used." in naive.limits[0]
    assert lifetime_section(context(), result()).finding.startswith("Over the next 3 years")


@pytest.mark.parametrize(
    ("used", "gap", "half", "words"),
    [
        ("model", -2000.0, 1000.0, "by €11k: the model is used."),
        ("model", -2000.0, 3000.0, "the model is used, though the data cannot tell the two apart."),
        ("naive", 1500.0, 500.0, "the simpler forecast is used."),
        ("naive", 1500.0, 2500.0, "the simpler forecast is used, though the data cannot tell the two apart."),
    ],
)
def test_how_the_forecasts_did_is_said_as_the_interval_allows(used, gap, half, words):
    found = result(source=used, forecast=forecast(used, gap, half))
    assert context().t(state_basis(found)).endswith(words)
    silent = dataclasses.replace(found, forecast=WHY)
    assert "could not be tried" in context().t(state_basis(silent))


def test_the_margin_is_named_only_where_there_is_one():
    bare = lifetime_section(context(), result(margin_basis="none", margin=1.0))
    assert "of revenue in today's money" in bare.finding
    assert "neither the orders nor" in shown(bare, Prose)[0].paragraphs[0]
    stated = lifetime_section(context(), result(margin_basis="stated", margin=0.25))
    assert "25% of revenue, as stated in the parameters" in shown(stated, Prose)[0].paragraphs[0]


def test_the_appendix_has_everything_under_anchors_of_its_own():
    section = lifetime_section(context(), result())
    tables = shown(section, Table)
    anchors = [table.anchor for table in tables]
    assert anchors == [f"table-lifetime-{name}" for name in ("segments", "forecast", "models", "top", "potential")]
    text = " ".join(cell for table in tables for row in table.rows for cell in row)
    for part in ("0.243", "0.013", "客户一", "12.3", "−10", "€700k", "€500k (€400k to €600k)"):
        assert part in text
    prose = " ".join(paragraph for block in shown(section, Prose) for paragraph in block.paragraphs)
    assert "AIC 1,000.0 against 1,004.0 of Pareto/NBD" in prose
    assert "k = 1.20 (1.10 to 1.30)" in prose
    assert "80 customers have contracts in force" in prose
    assert "60% of the value" in prose


def test_a_model_that_the_data_do_not_tell_has_dashes_and_the_other_is_used():
    models = (model("bg_nbd", 1004.0, chosen=True), model("pareto_nbd", 1000.0, identified=False))
    section = lifetime_section(context(), result(models=models))
    table = next(table for table in shown(section, Table) if table.anchor == "table-lifetime-models")
    assert [row[3] for row in table.rows] == ["0.013", "–", "1.190"]
    prose = " ".join(paragraph for block in shown(section, Prose) for paragraph in block.paragraphs)
    assert "BG/NBD is used (AIC 1,004.0 against 1,000.0 of Pareto/NBD, all of whose" in prose


def test_missing_parts_are_said_and_break_nothing():
    found = result(
        total=WHY, at_risk=WHY, gone=WHY, regularity=WHY, forecast=WHY, contracts=WHY, potentials=(), segments=(),
        top_share=None, spend=SpendModel(parameters=(), log_likelihood=None, customers=3, mean_amount=1.0,
                                         reason=N_("all purchases are of the same amount"), independence=WHY),
    )  # fmt: skip
    section = lifetime_section(context(), found)
    assert section.answered
    assert section.finding == "What the 200 customers are worth together cannot be told: There are no observations."
    assert {table.anchor for table in shown(section, Table)} == {
        "table-lifetime-segments", "table-lifetime-models", "table-lifetime-top",
    }  # fmt: skip
    later = dataclasses.replace(found, total=est(9e6, 2e6), bands=())
    assert lifetime_section(context(), later).finding.endswith("€11.0m).")
    assert lifetime_section(context(), later).blocks[0] is None
    none = dataclasses.replace(found.bands[2], customers=0, customers_share=0.0)
    nobody = dataclasses.replace(found, bands=(*found.bands[:2], none))
    assert "No customer is more likely" in lifetime_section(context(), nobody).blocks[0].title


def test_no_answer_is_a_sentence_in_either_language():
    for language in ("en", "zh"):
        section = lifetime_section(context(language), WHY)
        assert not section.answered
        assert section.finding == context(language).t(WHY.reason)
        assert section.blocks == ()
