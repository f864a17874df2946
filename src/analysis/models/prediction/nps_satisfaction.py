"""Recommendation against satisfaction: which of the two predicts better what customers buy.

Both are asked of the same people at the same time; each stands beside the same recency and frequency, so that what
either adds to past buying is compared. The outcome is what customers did, never the loyalty index: that contains the
recommendation question itself.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.outcomes import count_orders
from analysis.models.binomial import fit_binomial
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.panel.results import Proposition, PublishedFinding
from analysis.models.prediction.heldout import FOLDS, REPEATS, score_held_out
from analysis.models.prediction.results import NpsComparison, OutcomeComparison, VuongTest
from analysis.models.prediction.vuong import Density, binomial_density, normal_density, vuong_test
from analysis.models.repurchase_plan import behaviour_controls, events_reason, missing_data
from analysis.models.repurchase_sample import build_sample, index_means, purchase_days
from analysis.models.separation import detect_separation
from analysis.models.terms import SATISFACTION, Design, Term, build_design, is_redundant
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

DIGITS = 9
PROMOTER, DETRACTOR = 9, 6  # lowest answer of a promoter, highest of a detractor (Reichheld 2003)
NAMES: dict[str, Message] = {
    "baseline": N_("Past buying only"),
    "recommendation": N_("Past buying and recommendation, 0 to 10"),
    "category": N_("Past buying and promoters, detractors"),
    "satisfaction": N_("Past buying and satisfaction"),
    "both": N_("Past buying, recommendation and satisfaction"),
}
SHORT_NAMES: dict[str, Message] = {
    "recommendation": N_("recommendation"),
    "category": N_("promoters and detractors"),
    "satisfaction": N_("satisfaction"),
    "both": N_("both questions"),
}
PAIRS = (
    ("recommendation", "satisfaction"),
    ("category", "satisfaction"),
    ("category", "recommendation"),
    ("both", "recommendation"),
    ("both", "satisfaction"),
)
PROPOSITION = Proposition(
    key="nps_beats_satisfaction",
    hypothesis=N_("The recommendation question predicts what customers buy better than satisfaction does."),
    direction="positive",
    anchors=(
        PublishedFinding(
            finding=N_("Over 21 firms the recommendation question was no better; the claim was not replicated."),
            source="Keiningham, Cooil, Andreassen & Aksoy, A longitudinal examination of net promoter and firm revenue "
            "growth, Journal of Marketing 71",
            year=2007,
        ),
        PublishedFinding(
            finding=N_("Recommendation and satisfaction predict about equally well, and better together."),
            source="De Haan, Verhoef & Wiesel, The predictive ability of different customer feedback metrics for "
            "retention, International Journal of Research in Marketing 32",
            year=2015,
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """Customers with both answers, what they bought, and the designs."""

    rows: pd.DataFrame
    weights: Floats
    clusters: Codes
    designs: dict[str, Design]


def compare_nps_satisfaction(data: ClientData, params: ClientParams) -> NpsComparison | NotEstimable:
    """Compare recommendation and satisfaction as predictors of buying again and of order days.

    One row a customer at its index response, as in the repeat-purchase model: predictors from before or at the answer,
    outcomes strictly after it and within the horizon; customers who cannot be followed that long are left out.
    """
    item = recommendation_item(data, params)
    lacking = missing_data(data, params)
    if lacking is not None:
        return NotEstimable(reason=lacking)
    if item is None:
        return NotEstimable(reason=N_("The survey does not ask whether customers would recommend."))
    answered = build_sample(data, params).rows
    if not (answered["weight"] > 0).all():
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(answered))
    rows = customers_with_both(data, params, item)
    refused = _refuse(rows, params)
    if refused is not None:
        return refused
    sample = _designs(rows)
    events, n = int(rows["bought"].sum()), len(rows)
    return NpsComparison(
        n=n,
        events=events,
        horizon_days=params.repurchase.horizon_days,
        weighted=bool(np.ptp(sample.weights) > 0),
        folds=FOLDS,
        repeats=REPEATS,
        repurchase=_repurchase(sample, params),
        purchases=_purchases(sample, params),
        proposition=PROPOSITION,
        controls=sample.designs["baseline"].controls,
    )


def recommendation_item(data: ClientData, params: ClientParams) -> str | None:
    """Return the first recommendation item that was answered, or None."""
    items = params.survey.items if params.survey is not None else {}
    return next((key for key, item in items.items() if item.role == "recommendation" and data.has("survey", key)), None)


def customers_with_both(data: ClientData, params: ClientParams, item: str) -> pd.DataFrame:
    """Return the repeat-purchase sample with ``recommendation``, ``promoter``, ``detractor`` and ``order_days``.

    The three are means over the customer's respondents in its index wave (shares, for the latter two), as satisfaction
    is. Customers without an answer to the question are left out, as are the few without an order before.
    """
    survey = data.table("survey")
    answer = survey[item]
    scored = survey.assign(
        recommendation=answer,
        promoter=(answer >= PROMOTER).astype(float).where(answer.notna()),
        detractor=(answer <= DETRACTOR).astype(float).where(answer.notna()),
    )
    asked = dataclasses.replace(data, tables={**data.tables, "survey": scored})
    rows = build_sample(data, params).rows
    means = index_means(asked, params, ["recommendation", "promoter", "detractor"])
    rows = rows.join(means, on="customer_id")
    rows = rows[rows["recommendation"].notna()]
    without = int(rows["no_order_before"].sum())
    if 0 < without < params.limits.events_per_parameter:
        rows = rows[~rows["no_order_before"]]
    rows = rows.reset_index(drop=True)
    followed = pd.Series(params.repurchase.horizon_days, index=rows.index, dtype=float)
    return rows.assign(order_days=count_orders(rows, purchase_days(data), followed))


def _refuse(rows: pd.DataFrame, params: ClientParams) -> NotEstimable | None:
    n, days, limits = len(rows), params.repurchase.horizon_days, params.limits
    if n < limits.small_cell:
        return NotEstimable(
            reason=N_(
                "Fewer than {least:int} customers answered and could be followed for {days:int} days.",
                least=limits.small_cell,
                days=days,
            )
        )
    groups = rows["group"].nunique()
    if n < limits.min_n or groups < limits.min_clusters:
        return NotEstimable(
            reason=N_(
                "Only {n:int} customers answered and could be followed for {days:int} days; at least {least:int} are "
                "needed.",
                n=n,
                days=days,
                least=max(limits.min_n, limits.min_clusters),
            ),
            n=n,
        )
    for column, same in (
        ("satisfaction", N_("All but a few of {n:int} customers gave the same satisfaction.", n=n)),
        ("recommendation", N_("All but a few of {n:int} customers gave the same recommendation.", n=n)),
    ):
        # a weighted mean of the same answers may differ in its last digits
        if differing_accounts(np.round(rows[column].to_numpy(dtype=float), DIGITS), np.arange(n)) < FEWEST_DIFFERING:
            return NotEstimable(reason=same, n=n)
    satisfaction = rows["satisfaction"].to_numpy(dtype=float)
    if is_redundant(rows["recommendation"].to_numpy(dtype=float), [np.ones(n), satisfaction]):
        return NotEstimable(
            reason=N_(
                "Recommendation and satisfaction were answered alike by every customer: they cannot be compared."
            ),
            n=n,
        )
    return None


def _designs(rows: pd.DataFrame) -> _Sample:
    """Return every set's design on the same rows; shares that do not vary by themselves are left out."""
    n = len(rows)
    controls = behaviour_controls(rows)
    satisfaction = (SATISFACTION, rows["satisfaction"].to_numpy(dtype=float) / 10)
    recommendation = (
        Term(key="recommendation", label=N_("Recommendation, per point")),
        rows["recommendation"].to_numpy(dtype=float),
    )
    shares: list[tuple[Term, Floats]] = []
    for key, label in (("promoter", N_("Promoter (9 or 10)")), ("detractor", N_("Detractor (0 to 6)"))):
        values = rows[key].to_numpy(dtype=float)
        if not is_redundant(values, [np.ones(n), *(column for _, column in shares)]):
            shares.append((Term(key=key, label=label), values))
    focal = {
        "baseline": [],
        "recommendation": [recommendation],
        "category": shares,
        "satisfaction": [satisfaction],
        "both": [recommendation, satisfaction],
    }
    return _Sample(
        rows=rows,
        weights=checked_weights(rows["weight"].to_numpy(dtype=float), n),
        clusters=cluster_codes(rows["group"], n),
        designs={key: build_design(n, terms, controls) for key, terms in focal.items() if terms or key == "baseline"},
    )


def _repurchase(sample: _Sample, params: ClientParams) -> OutcomeComparison | NotEstimable:
    """Compare the sets on having bought again, by logistic regression."""
    y = sample.rows["bought"].to_numpy(dtype=float)
    n, events = len(y), int(y.sum())
    largest = max(len(design.terms) for design in sample.designs.values())
    needed = params.limits.events_per_parameter * (largest - 1)
    if min(events, n - events) < needed:
        return NotEstimable(reason=events_reason(events, n, params.repurchase.horizon_days, needed), n=n)
    if any(detect_separation(y, design.matrix).kind != "none" for design in sample.designs.values()):
        return NotEstimable(
            reason=N_("The answers split customers who bought again from the others too cleanly to be compared."), n=n
        )
    densities = {}
    for key in PAIRS[0]:
        design = sample.designs[key].matrix
        fit = fit_binomial(y, design, weights=sample.weights, clusters=sample.clusters)
        if not fit.converged:
            return NotEstimable(
                reason=N_("The answers split customers who bought again from the others too cleanly to be compared."),
                n=n,
            )
        densities[key] = binomial_density(y, design, fit.fitted, fit.weights)
    label = N_("Bought again within {days:int} days", days=params.repurchase.horizon_days)
    return _compare("repeat_purchase", label, y, sample, densities, params)


def _purchases(sample: _Sample, params: ClientParams) -> OutcomeComparison | NotEstimable:
    """Compare the sets on the logarithm of 1 + order days, by least squares with normal errors."""
    y = np.log1p(sample.rows["order_days"].to_numpy(dtype=float))
    differing = differing_accounts(y, sample.clusters)
    if differing < max(FEWEST_DIFFERING, params.limits.min_clusters):
        return NotEstimable(
            reason=N_("All but a few customers bought on the same number of days, so nothing can predict them."),
            n=len(y),
        )
    largest = max(len(design.terms) for design in sample.designs.values())
    needed = int(np.ceil(params.limits.events_per_parameter * (largest - 1)))
    if len(y) < needed:
        return NotEstimable(
            reason=N_(
                "Only {n:int} customers answered and could be followed for {days:int} days; at least {least:int} are "
                "needed.",
                n=len(y),
                days=params.repurchase.horizon_days,
                least=needed,
            ),
            n=len(y),
        )
    densities = {key: normal_density(y, sample.designs[key].matrix, sample.weights) for key in PAIRS[0]}
    label = N_("Order days within {days:int} days, logarithm", days=params.repurchase.horizon_days)
    return _compare("order_days", label, y, sample, densities, params)


def _compare(
    key: str, label: Message, y: Floats, sample: _Sample, densities: dict[str, Density], params: ClientParams
) -> OutcomeComparison | NotEstimable:
    held_out = score_held_out(
        y,
        {name: design.matrix for name, design in sample.designs.items()},
        sample.weights,
        sample.clusters,
        model_generator(f"nps-satisfaction-{key}", params),
        "binomial" if key == "repeat_purchase" else "normal",
    )
    if isinstance(held_out, NotEstimable):
        return held_out
    first, second = PAIRS[0]
    vuong: VuongTest | NotEstimable = vuong_test(
        (first, densities[first]),
        (second, densities[second]),
        sample.weights,
        sample.clusters,
        model_generator(f"vuong-{key}", params),
    )
    return OutcomeComparison(
        key=key,
        label=label,
        n=len(y),
        clusters=int(sample.clusters.max()) + 1,
        scores=held_out.summary(NAMES),
        differences=held_out.differences(PAIRS),
        vuong=vuong,
    )
