"""A hand-made audit in both languages: every kind of result once, with hostile names among them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from analysis.actions import Action
from analysis.audit import Branding, ClientAudit
from analysis.data.client import DataQuality, Repair, TableSummary
from analysis.indicators import shapes
from analysis.messages import N_
from analysis.models import results as models
from analysis.models.relations import Relations
from analysis.models.robustness.result import Robustness
from analysis.monitoring import ChangeItem, Changes, FollowUp
from analysis.relationship import Relationship
from analysis.results import Benchmark, Change, Estimate, IndicatorResult, NotEstimable, TargetAttainment
from analysis.scale import Anchor, DimensionScore, RelationshipScore, ScoreComponent
from analysis.scale.analysis import ScoreAnalysis
from analysis.scale.weighting import WeightedScore

HOSTILE = '<script>alert("x")</script> $5 & #set [*] 😀 \u202eabc'


def est(value: float, half: float, n: int = 200, unit: str = "index", **more: Any) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="cluster-t", unit=unit, **more)


def moved(verdict: str, value: float = 4.0, unit: str = "index") -> Change:
    return Change(
        earlier="2024-H2", later="2025-H1", difference=est(value, 2.0, 200, unit, p_value=0.01), verdict=verdict,
        smallest_detectable=3.5, overlap=50,
    )  # fmt: skip


def indicator(key: str, name: str, dimension: str, overall: Any, unit: str = "index", **more: Any) -> IndicatorResult:
    return IndicatorResult(
        key=key, name=N_(name), definition=N_("There are no observations."), dimension=dimension, unit=unit,
        unit_of_analysis="respondent", overall=overall, **more,
    )  # fmt: skip


@pytest.fixture(scope="session")
def satisfaction() -> IndicatorResult:
    return indicator(
        "satisfaction_index", "Satisfaction index", "satisfaction", est(72, 2),
        by_segment={
            "Retail": est(60, 3, 40), HOSTILE: est(80, 3, 50), "Small": NotEstimable(reason=N_("Share"), suppressed=True),
        },
        by_period={"2024-H1": est(69, 2), "2024-H2": est(70, 2), "2025-H1": est(74, 2)},
        change=moved("rose"),
        target=TargetAttainment(target=80, period="2025", verdict="missed"),
        benchmark=Benchmark(value=70, source="Panel", year=2024, n=1200),
    )  # fmt: skip


@pytest.fixture(scope="session")
def nps() -> IndicatorResult:
    return indicator("nps", "Net Promoter Score", "loyalty", est(12, 9, unit="nps"), "nps", change=moved("no_change"))


@pytest.fixture(scope="session")
def recommendation() -> shapes.ItemResult:
    return shapes.ItemResult(
        key="q_rec", label={"en": "Recommendation", "zh": "推荐意愿"}, role="recommendation", scale=(0, 10),
        mean=est(7, 0.2, unit="score"), top2=est(0.4, 0.05, unit="proportion"), index=est(70, 2), by_period={}, n=200,
        distribution={str(code): share for code, share in enumerate([0.02] * 5 + [0.05, 0.1, 0.15, 0.2, 0.2, 0.2])},
    )  # fmt: skip


@pytest.fixture(scope="session")
def bridge() -> shapes.GrowthBridge:
    return shapes.GrowthBridge(
        earlier_label="2024-01-01/2024-12-31", later_label="2025-01-01/2025-12-31", earlier=1_000_000, later=1_100_000,
        new=150_000, returned=0, expanded=100_000, contracted=-90_000, lost=-60_000, unattributed=0,
        customers={"new": 3, "lost": 2}, goods_returned=(0, 0), growth=est(0.1, 0.05, 40, "proportion"),
    )  # fmt: skip


def _curve(top: float) -> models.Curve:
    points = [models.CurvePoint(satisfaction=x, fitted=x / 100 * top, low=x / 110 * top, high=x / 90 * top)
              for x in range(0, 101, 20)]  # fmt: skip
    bins = [models.BinnedMean(low=40, high=60, satisfaction=50, outcome=0.48 * top, n=30)]
    return models.Curve(points=tuple(points), bins=tuple(bins))


def _coefficient(term: str) -> models.Coefficient:
    return models.Coefficient(
        term=term, label=N_("Satisfaction, per 10 points"), estimate=5.1234, std_error=0.5, conf_low=4.1, conf_high=6.1,
        p_value=0.00001,
    )  # fmt: skip


@pytest.fixture(scope="session")
def loyalty_model() -> models.LoyaltyModel:
    return models.LoyaltyModel(
        n=300, accounts=120, dropped=4, waves=("2025-H1",), weighted=False, inference="cr3-t", slope=est(5.4, 0.6),
        slope_unadjusted=est(5.6, 0.6), r_squared=0.34, r_squared_unadjusted=0.31, correlation=est(0.57, 0.05, unit="ratio"),
        anchor=models.PublishedAnchor(value=0.54, source="Curtis et al.", year=2011), controls=(N_("Tenure"),),
        coefficients=(_coefficient("satisfaction_10"),), ordered=NotEstimable(reason=N_("There are no observations.")),
        forms=(models.FunctionalForm(key="linear", name=N_("Straight line"), log_score=-4.1, difference=None,
                                     std_error=None, chosen=True),),
        diagnostics=(models.Diagnostic(key="vif", name=N_("Collinearity (variance inflation)"),
                                       finding=N_("No bend shows (p = {p:pvalue}).", p=0.4), verdict="fine"),),
        curve=_curve(100.0),
    )  # fmt: skip


@pytest.fixture(scope="session")
def repurchase_model() -> models.RepurchaseModel:
    effect = est(3.7, 2.0, 291, "percentage_points")
    fit = models.BinomialFit(
        key="satisfaction", name=N_("Past buying and satisfaction"), estimator="ml", separated=(),
        coefficients=(_coefficient("satisfaction_10"),), log_likelihood=-120.0, mcfadden_r2=0.15,
        events_per_parameter=18.0,
        effects=(
            models.MarginalEffect(term="satisfaction_10", label=N_("Satisfaction, per 10 points"), effect=effect),
            models.MarginalEffect(term="tenure", label=N_("Tenure, years"), effect=est(0.1, 1, 291, "percentage_points")),
        ),
    )  # fmt: skip
    held_out = models.HeldOutScore(
        key="satisfaction", auc=est(0.7, 0.05, unit="ratio"), brier=est(0.2, 0.01, unit="ratio"), calibration_slope=0.9,
        calibration_intercept=0.1,
        deciles=tuple(models.CalibrationBin(predicted=p, observed=p, low=p - 0.05, high=p + 0.05, n=29)
                      for p in (0.2, 0.5, 0.8)),
    )  # fmt: skip
    validation = models.Validation(
        folds=5, repeats=10, baseline=held_out, full=held_out, auc_gain=est(0.01, 0.05, unit="ratio"),
        brier_gain=est(0.001, 0.01, unit="ratio"), verdict="no_difference",
    )  # fmt: skip
    return models.RepurchaseModel(
        n=291, events=219, horizon_days=180, history_days=365, first_response="2024-11-04", last_response="2025-06-01",
        counts=models.RepurchaseCounts(responding=324, censored=33, missing=0, without_order_before=5,
                                       excluded_without_order=0, history_cut=0),
        weighted=False, repeat_rate=est(0.75, 0.05, 291, "proportion"), fits=(fit,), satisfaction_effect=effect,
        satisfaction_direct_effect=NotEstimable(reason=N_("There are no observations.")),
        loyalty_effect=NotEstimable(reason=N_("There are no observations.")), validation=validation, placebo=effect,
        controls=(N_("Tenure"),), diagnostics=(), curve=_curve(1.0),
    )  # fmt: skip


@pytest.fixture(scope="session")
def indicators(satisfaction, nps, recommendation, bridge) -> shapes.Indicators:
    months = tuple(
        shapes.MonthRevenue(month=f"2025-{m:02d}", revenue=1e5, revenue_constant=1e5 + m, customers=40, complete=m < 6)
        for m in range(1, 7)
    )
    segment = shapes.RfmSegment(
        key="champions", name=N_("Champions: bought lately, often and much"), customers=10, share=0.25, revenue=5e5,
        revenue_share=0.6, mean_recency_days=20, mean_frequency=6,
    )  # fmt: skip
    points = tuple(
        shapes.CurvePoint(days=days, share=1 - days / 2000, low=0.9 - days / 2000, high=1.0, at_risk=40)
        for days in (0, 180, 360)
    )
    results = [
        satisfaction,
        nps,
        indicator("repeat_purchase_rate", "Repeat purchase rate", "loyalty", est(0.74, 0.05, unit="proportion"),
                  "proportion"),
        indicator("revenue_growth", "Revenue growth", "value", est(0.1, 0.05, unit="proportion"), "proportion"),
        indicator("contact_coverage", "Contact coverage", "interaction",
                  NotEstimable(reason=N_("There are no records of contacts.")), "proportion"),
    ]  # fmt: skip
    return shapes.Indicators(
        results={result.key: result for result in results},
        items=(recommendation,),
        touchpoints=(shapes.TouchpointResult(touchpoint="Delivery", score=est(63, 3), by_period={}),),
        growth=bridge,
        monthly_revenue=shapes.MonthlyRevenue(
            months=months,
            comparisons=(shapes.MonthComparison(label="2025-01/02", earlier=1e5, later=1.1e5, growth=0.1),),
        ),
        rfm=shapes.RfmResult(window="2025-01-01/2025-12-31", n=40, segments=(segment,), scores=pd.DataFrame()),
        concentration=shapes.ConcentrationResult(
            window="2025-01-01/2025-12-31", n=40, gini=0.6, top10=0.7, top_decile=0.55, largest=0.15, lorenz=((0.0, 0.0), (0.5, 0.1), (1.0, 1.0)),
        ),
        retention_curve=shapes.RetentionCurve(kind="contractual", n=40, events=7, points=points),
        partners={},
        feedback=NotEstimable(reason=N_("There is no feedback.")),
        opportunities=NotEstimable(reason=N_("There are no opportunities with an outcome.")),
        silences={"depth_breadth": N_("There are no transactions.")},
    )  # fmt: skip


def silent_relationship(score: RelationshipScore) -> Relationship:
    """Return the rest of the scale where the data answer nothing but the score."""
    why = NotEstimable(reason=N_("There are no observations."))
    parts = {field.name: why for field in dataclasses.fields(Relationship) if field.name != "score"}
    direct = WeightedScore(
        key="direct", name=N_("Customer value"), weights=(), overall=score.overall, level=score.level,
        level_range=score.level_range, is_chosen=True,
    )  # fmt: skip
    found = ScoreAnalysis(
        score=score, weighting="direct", schemes=(direct,), bootstrap=why, draws=100, segments=(), partners=(),
        consistency_ratio=None, consistency_remark=None, prediction=why,
    )  # fmt: skip
    return Relationship(score=found, **parts)


def no_follow_up() -> FollowUp:
    """Return the follow-up of a first audit."""
    why = NotEstimable(reason=N_("There are no observations."))
    return FollowUp(
        earlier=(), unreadable=(), compared_with=why, changes=(), score_before=None, false_discovery_rate=0.05,
        charts=(), actions=(),
    )  # fmt: skip


def silent_relations() -> Relations:
    """Return relations of which the data answer none."""
    none = NotEstimable(reason=N_("The survey does not ask about loyalty."))
    given = {"depth": "board", "draws": 400}
    given["robustness"] = Robustness(**{field.name: none for field in dataclasses.fields(Robustness)})
    return Relations(**{field.name: given.get(field.name, none) for field in dataclasses.fields(Relations)})


@pytest.fixture(scope="session")
def make_audit(indicators, loyalty_model, repurchase_model) -> Callable[..., ClientAudit]:
    satisfied = indicators.results["satisfaction_index"]
    component = ScoreComponent(
        indicator="satisfaction_index", name=satisfied.name, anchor=Anchor(indicator="x", zero=0, full=100),
        score=satisfied.overall,
    )  # fmt: skip
    dimensions = tuple(
        DimensionScore(dimension=key, name=N_(name), weight=0.2, score=est(60 + i, 4), level="C", components=(component,))
        for i, (key, name) in enumerate(
            [("satisfaction", "Satisfaction"), ("loyalty", "Loyalty"), ("value", "Customer value"),
             ("interaction", "Interaction"), ("depth_breadth", "Depth and breadth")]
        )
    )  # fmt: skip
    change = ChangeItem(
        indicator="satisfaction_index", name=satisfied.name, unit="index", change=satisfied.change, adjusted_p=0.02,
        good=True,
    )  # fmt: skip
    action = Action(
        key="widen_range", title=N_("Customer value"),
        evidence=N_("There is no feedback."), owner=N_("Sales management"), effort="medium", customers=12, revenue=5e5,
    )  # fmt: skip
    quality = DataQuality(
        tables=(TableSummary(table="survey", rows_read=210, rows_kept=200, customers=120, first="2024-01-05",
                             last="2025-06-01"),),
        repairs=(Repair(table="survey", rule="duplicate_key", description=N_(
            "Rows with the same key and the same content were counted once."), rows=10, total=210, removed=True,
            examples=(HOSTILE, "7")),),
        notes=(N_("The survey came without weights of its own."),),
    )  # fmt: skip

    def make(language: str = "en", **changed: Any) -> ClientAudit:
        score = RelationshipScore(
            overall=est(65, 8), level="B", level_range=("C", "B"), dimensions=dimensions,
            cuts={"A": 80, "B": 65, "C": 50, "D": 35},
        )  # fmt: skip
        audit = ClientAudit(
            client="made", name=f"Acme {HOSTILE}" if language == "en" else "华东机械有限公司", language=language,
            industry="machinery", audience="internal", currency="EUR" if language == "en" else "CNY", as_of="2025-12-31",
            confidentiality="aggregate", unit_of_analysis="respondent", waves=("2024-H2", "2025-H1"), horizon_days=180,
            small_cell=5, branding=Branding(accent="#ffcc00"), commentary={"loyalty": "**Ours**"}, data_quality=quality,
            indicators=indicators, changes=Changes(items=(change,), tested=2), loyalty_model=loyalty_model,
            repurchase_model=repurchase_model, relations=silent_relations(), relationship=silent_relationship(score),
            score=score, actions=(action,) * 4, follow_up=no_follow_up(),
        )  # fmt: skip
        return dataclasses.replace(audit, **changed)

    return make
