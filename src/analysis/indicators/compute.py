"""All indicators of one client, in the order of the report."""

from analysis.data.client import ClientData
from analysis.indicators.attitudes import compute_attitudes, observe_attitude
from analysis.indicators.breadth import compute_breadth
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.census_ledger import open_purchases
from analysis.indicators.concentration import compute_concentration
from analysis.indicators.depth import compute_depth
from analysis.indicators.feedback import compute_feedback
from analysis.indicators.growth import compute_fiscal_growth, compute_growth, compute_monthly_revenue
from analysis.indicators.interaction import compute_interaction
from analysis.indicators.items import compute_items, compute_products, compute_touchpoints
from analysis.indicators.league import compute_leagues
from analysis.indicators.ledger import Ledger, open_ledger
from analysis.indicators.observations import Observations
from analysis.indicators.opportunities import compute_opportunities
from analysis.indicators.purchases import Purchases
from analysis.indicators.repeat_purchase import compute_repeat_purchase, observe_repeat_purchase
from analysis.indicators.response import compute_response_rate
from analysis.indicators.retention import compute_retention
from analysis.indicators.retention_curve import compute_retention_curve
from analysis.indicators.revenue import compute_revenue
from analysis.indicators.rfm import compute_rfm
from analysis.indicators.shapes import (
    ConcentrationResult,
    FeedbackSummary,
    GrowthBridge,
    Indicators,
    ItemResult,
    MonthlyRevenue,
    OpportunitySummary,
    PartnerLeague,
    ProductResult,
    RetentionCurve,
    RfmResult,
    TouchpointResult,
)
from analysis.indicators.silences import explain_silences
from analysis.indicators.survey import Responses, collect_responses
from analysis.indicators.targets import hold_groups
from analysis.messages import Message
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

__all__ = [
    "ConcentrationResult",
    "FeedbackSummary",
    "GrowthBridge",
    "Indicators",
    "ItemResult",
    "MonthlyRevenue",
    "OpportunitySummary",
    "PartnerLeague",
    "ProductResult",
    "RetentionCurve",
    "RfmResult",
    "TouchpointResult",
    "compute_indicators",
]


def compute_indicators(data: ClientData, params: ClientParams) -> Indicators:
    """Compute every indicator; what the data cannot give is `NotEstimable`, with its reason.

    Parameters
    ----------
    data
        The client's canonical tables; nothing in them is changed.
    params
        The client's parameters.
    """
    responses = collect_responses(data, params)
    totals, everyone, drawn = open_purchases(data), data.everyone, data.representative
    ledger = open_ledger(drawn)
    results = _results(responses, totals, ledger, data, params)
    leagues = compute_leagues(results, _league_sources(responses, totals, data, params), everyone, params)
    feedback = compute_feedback(drawn, params)
    answered = isinstance(responses, Responses)
    return Indicators(
        results=results,
        items=compute_items(responses, params) if isinstance(responses, Responses) else (),
        touchpoints=compute_touchpoints(responses, params) if isinstance(responses, Responses) else (),
        products=compute_products(responses, params) if isinstance(responses, Responses) else (),
        growth=compute_growth(totals, everyone, params, results["revenue_growth"].overall),
        monthly_revenue=compute_monthly_revenue(totals, data, params),
        rfm=compute_rfm(totals, params),
        concentration=compute_concentration(totals, data, params),
        retention_curve=compute_retention_curve(ledger, drawn, params),
        partners=leagues,
        feedback=feedback,
        opportunities=compute_opportunities(everyone, params),
        silences=explain_silences(results, leagues, feedback, has_answers=answered),
        fiscal_growth=compute_fiscal_growth(totals, everyone, params),
    )


def _league_sources(
    responses: Responses | Message, totals: Purchases | None, data: ClientData, params: ClientParams
) -> dict[str, Observations]:
    """Return the observations of the indicators that partners are compared on."""
    found: dict[str, Observations | Message | None] = {}
    if isinstance(responses, Responses):
        found = {key: observe_attitude(key, responses) for key in ("satisfaction_index", "nps")}
    if totals is not None:
        found["repeat_purchase_rate"] = observe_repeat_purchase(totals, data.everyone, params)
    return {key: value for key, value in found.items() if isinstance(value, Observations)}


def _results(
    responses: Responses | Message,
    totals: Purchases | None,
    ledger: Ledger | None,
    data: ClientData,
    params: ClientParams,
) -> dict[str, IndicatorResult]:
    """Return the results in the catalogue's order.

    `totals` and what goes with them count all customers; `ledger` holds the order lines of those drawn at random.
    """
    everyone, drawn = data.everyone, data.representative
    found = [
        *compute_attitudes(responses, data, params),
        compute_repeat_purchase(totals, everyone, params),
        compute_retention(totals, everyone, params),
        *compute_revenue(totals, everyone, params),
        *compute_interaction(ledger, drawn, params),
        compute_response_rate(data, params),
        *compute_breadth(ledger, drawn, params),
        *compute_depth(ledger, drawn, params),
    ]
    by_key = {result.key: result for result in found}
    return {key: hold_groups(by_key[key], data, params) for key in CATALOGUE}
