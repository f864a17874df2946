"""Hand-made results of the models of behaviour, for the tests of what is written about them."""

from typing import Any

from analysis.messages import N_
from analysis.models import results as models
from analysis.models.behaviour import result as behaviour
from analysis.results import Estimate, NotEstimable, Point

REASON = NotEstimable(reason=N_("There are no observations."))


def est(value: float, half: float, unit: str = "percentage_points", n: int = 300, **more: Any) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="cr3-t", unit=unit, **more)


def coefficient(term: str = "satisfaction_10") -> models.Coefficient:
    return models.Coefficient(
        term=term, label=N_("Satisfaction, per 10 points"), estimate=0.07, std_error=0.03, conf_low=0.01, conf_high=0.13,
        p_value=0.02,
    )  # fmt: skip


def validation(score: str) -> behaviour.BehaviourValidation:
    bins = tuple(
        models.CalibrationBin(predicted=p, observed=p, low=p - 0.05, high=p + 0.05, n=30) for p in (0.2, 0.5, 0.8)
    )
    held = models.HeldOutScore(
        key="satisfaction", auc=est(0.75, 0.05, "ratio"), brier=est(0.16, 0.02, "ratio"), calibration_slope=0.9,
        calibration_intercept=None, deciles=bins,
    )  # fmt: skip
    return behaviour.BehaviourValidation(
        folds=5, repeats=10, baseline=held, full=held, auc_gain=est(0.03, 0.02, "ratio"),
        brier_gain=est(0.004, 0.008, "ratio"), verdict="no_difference", score=score,
        baseline_score=Point(value=-1.7, n=200, unit="ratio"), full_score=Point(value=-1.68, n=200, unit="ratio"),
        score_gain=Point(value=0.02, n=200, unit="ratio"),
    )  # fmt: skip


def fits() -> tuple[behaviour.BehaviourFit, ...]:
    return tuple(
        behaviour.BehaviourFit(key=key, name=N_("Past buying and satisfaction"), coefficients=(coefficient(),),
                               log_likelihood=-540.0)
        for key in ("baseline", "satisfaction_loyalty")
    )  # fmt: skip


CHECK = models.Diagnostic(
    key="dispersion", name=N_("Spread of the orders beyond chance"), finding=N_("There are no observations."),
    verdict="fine",
)  # fmt: skip


def count_model(ratio: Estimate | None = None) -> behaviour.CountModel:
    return behaviour.CountModel(
        n=330, orders=766, buyers=235, partial=23, missing=2, horizon_days=180, mean_days=171.0, weighted=False,
        rate=est(4.9, 0.6, "per_year"), estimator="negative_binomial", dispersion=0.12,
        satisfaction_ratio=ratio or est(1.07, 0.05, "ratio"), satisfaction_orders=est(0.34, 0.25, "per_year"),
        satisfaction_direct_ratio=REASON, loyalty_ratio=REASON, fits=fits(), validation=validation("log_score"),
        diagnostics=(CHECK,), controls=(), notes=(),
    )  # fmt: skip


def duration_model() -> behaviour.DurationModel:
    return behaviour.DurationModel(
        n=330, periods=699, events=453, censored=246, without_order_before=68, missing=0, recorded_until="2025-12-31",
        horizon_days=180, weighted=True, ties="efron", satisfaction_ratio=est(1.01, 0.05, "ratio"),
        satisfaction_chance=est(2.3, 1.4), satisfaction_direct_ratio=est(1.05, 0.06, "ratio"),
        loyalty_ratio=est(1.09, 0.06, "ratio"), fits=fits(), validation=validation("concordance"), diagnostics=(CHECK,),
        controls=(),
    )  # fmt: skip


def said_done() -> behaviour.SaidAndDone:
    shares = tuple(est(value, 0.05, "proportion") for value in (0.64, 0.16, 0.10, 0.10))
    return behaviour.SaidAndDone(
        said_bought=192, said_not=49, silent_bought=30, silent_not=29, shares=shares,
        bought_if_said=est(0.8, 0.05, "proportion", 241), bought_if_silent=est(0.51, 0.13, "proportion", 59),
        difference=est(28.8, 14.0),
    )  # fmt: skip


def intention_model(difference: Any = None, **changed: Any) -> behaviour.IntentionModel:
    fields: dict[str, Any] = {
        "n": 300, "intended": 241, "bought": 222, "missing": 7, "item": "Kauf <b>wieder</b>",
        "threshold": N_("an answer above the middle of the scale"), "horizon_days": 180, "draws": 400, "weighted": False,
        "intention_effect": est(6.6, 2.2), "purchase_effect": est(3.0, 2.2),
        "difference": est(3.6, 2.9, p_value=0.01) if difference is None else difference,
        "intention_correlation": est(0.48, 0.1, "ratio"), "purchase_correlation": est(0.17, 0.1, "ratio"),
        "correlation_difference": est(0.31, 0.1, "ratio"),
        "anchors": (models.PublishedAnchor(value=0.63, source="Curtis & Dion", year=2011),), "table": said_done(),
        "groups": (), "coefficients_intention": (coefficient(),), "coefficients_purchase": (coefficient(),),
        "controls": (),
    }  # fmt: skip
    return behaviour.IntentionModel(**(fields | changed))


def compared(binomial: Any) -> behaviour.BehaviourComparison:
    held = validation("log_score")
    rows = [
        behaviour.ComparedModel(
            key=key, name=N_("Whether they buy again"), effect=effect, auc_gain=held.auc_gain, brier_gain=held.brier_gain,
            verdict="no_difference", n=330,
        )
        for key, effect in (("binomial", binomial), ("count", est(1.07, 0.05, "ratio")),
                            ("duration", est(1.01, 0.05, "ratio")))
    ]  # fmt: skip
    return behaviour.BehaviourComparison(models=tuple(rows))


def behaviour_of(**changed: Any) -> behaviour.Behaviour:
    parts: dict[str, Any] = {
        "count": count_model(), "duration": duration_model(), "intention": intention_model(),
        "comparison": compared(est(3.7, 2.0)),
    }  # fmt: skip
    return behaviour.Behaviour(**(parts | changed))
