"""The shapes of what the indicators return beside single numbers: items, curves, leagues, and all of it together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.indicators.shape import Shape
from analysis.indicators.value_shapes import (
    ConcentrationResult,
    GrowthBridge,
    MonthComparison,
    MonthlyRevenue,
    MonthRevenue,
    RfmResult,
    RfmSegment,
)
from analysis.messages import Message
from analysis.params.base import LocalizedText
from analysis.results import Change, IndicatorResult, NotEstimable, Outcome

__all__ = [
    "ConcentrationResult",
    "CurvePoint",
    "FeedbackSummary",
    "GrowthBridge",
    "Indicators",
    "ItemResult",
    "MonthComparison",
    "MonthRevenue",
    "MonthlyRevenue",
    "OpportunitySummary",
    "PartnerLeague",
    "PartnerStanding",
    "ProductResult",
    "RetentionCurve",
    "RfmResult",
    "RfmSegment",
    "Shape",
    "TouchpointResult",
]


@dataclass(frozen=True, kw_only=True)
class ItemResult(Shape):
    """One survey item in the latest wave that asked it.

    Parameters
    ----------
    key, label, role
        The item's key, its short label (the wording where there is none) and what it measures.
    scale
        Lowest and highest code of the answer scale, higher is better.
    mean
        Mean answer, on the item's own scale.
    index
        Mean answer rescaled to 0-100.
    top2
        Share of the answers in the two highest codes, 0 to 1.
    by_period
        Mean by wave, oldest first.
    n
        Respondents who answered in the latest wave; None where withheld.
    distribution
        Share of the answers by code (lowest first), 0 to 1, weighted like the mean; empty where withheld.
    touchpoint
        Touchpoint that the item is about, or None.
    change
        Change of `index` between the last two waves of the survey, or why there is none.
    dimension
        Dimension that an item of role custom measures, or None.
    """

    key: str
    label: LocalizedText
    role: str
    scale: tuple[float, float]
    mean: Outcome
    index: Outcome
    top2: Outcome
    by_period: Mapping[str, Outcome]
    n: int | None
    distribution: Mapping[str, float]
    touchpoint: str | None = None
    change: Change | NotEstimable | None = None
    dimension: str | None = None


@dataclass(frozen=True, kw_only=True)
class TouchpointResult(Shape):
    """Score of one touchpoint, 0 to 100 (answers rescaled from their own scales), latest wave, by wave, and change."""

    touchpoint: str
    score: Outcome
    by_period: Mapping[str, Outcome]
    change: Change | NotEstimable | None = None


@dataclass(frozen=True, kw_only=True)
class ProductResult(Shape):
    """Satisfaction index of the responses about one product, 0 to 100, latest wave, by wave, and change."""

    product: str
    score: Outcome
    by_period: Mapping[str, Outcome]
    change: Change | NotEstimable | None = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint(Shape):
    """Share (0 to 1) still there after `days`, its interval, and the customers at risk."""

    days: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, kw_only=True)
class RetentionCurve(Shape):
    """Retention over time.

    Parameters
    ----------
    kind
        ``contractual``: Kaplan-Meier share of relationships that last longer than `days`. ``activity``: of the
        customers whose first purchase lies far enough back, the share who bought in the
        90 days before `days` were over.
    n, events
        Customers, and relationships that ended (contractual) or 0.
    points
        The curve, by days since the beginning; the first point is (0, 1).
    cohorts
        The same by year of the beginning, where a cohort is large enough.
    """

    kind: Literal["contractual", "activity"]
    n: int
    events: int
    points: tuple[CurvePoint, ...]
    cohorts: Mapping[str, tuple[CurvePoint, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PartnerStanding(Shape):
    """One partner in a league.

    Parameters
    ----------
    partner_id, name
        The partner.
    raw
        Its own estimate.
    shrunken
        The same, pulled towards the mean of all partners by as much as its noise deserves (hierarchical Bayes).
    rank_low, rank_high
        95% interval of its rank (1 is best).
    p_top_quartile
        Probability that it belongs to the best quarter, 0 to 1.
    """

    partner_id: str
    name: str
    raw: Outcome
    shrunken: Outcome
    rank_low: int
    rank_high: int
    p_top_quartile: float


@dataclass(frozen=True, kw_only=True)
class PartnerLeague(Shape):
    """Partners compared on one indicator, best shrunken estimate first.

    Parameters
    ----------
    indicator
        What they are compared on.
    rows
        The partners.
    too_small
        Partners too small to compare.
    between_sd
        Standard deviation of the true values between partners, in the indicator's unit; 0 where the data cannot tell
        the partners from being all alike (`p_value` above 5%).
    p_value
        Of the test that all partners are alike, adjusted over the leagues of the audit.
    """

    indicator: str
    rows: tuple[PartnerStanding, ...]
    too_small: int
    between_sd: float
    p_value: float = 1.0


@dataclass(frozen=True, kw_only=True)
class FeedbackSummary(Shape):
    """Feedback of the last twelve months.

    Parameters
    ----------
    n, customers
        Pieces of feedback, and customers who gave them (None where no customer is named).
    window
        The window, as an ISO interval of days.
    by_kind, by_channel, by_severity
        Pieces by label, most frequent first; missing labels are not counted.
    by_month
        Pieces by calendar month, oldest first.
    resolved_within_30
        Share resolved within 30 days, 0 to 1: Kaplan-Meier, open cases censored.
    median_days
        Days by which half the cases are resolved, open cases censored.
    open_cases
        Cases not resolved at the date of the audit, or None where resolutions are not recorded.
    resolution_rating
        Mean rating of the resolution, in the client's own units.
    """

    n: int
    customers: int | None
    window: str
    by_kind: Mapping[str, int]
    by_channel: Mapping[str, int]
    by_severity: Mapping[str, int]
    by_month: Mapping[str, int]
    resolved_within_30: Outcome
    median_days: Outcome
    open_cases: int | None
    resolution_rating: Outcome


@dataclass(frozen=True, kw_only=True)
class OpportunitySummary(Shape):
    """Opportunities closed in the last twelve months, and those open at the date of the audit.

    `win_rate` is won / closed (0 to 1); `won_amount` and `open_amount` are in the audit's currency, None
    without amounts.
    """

    window: str
    closed: int
    won: int
    win_rate: Outcome
    won_amount: float | None
    open_count: int
    open_amount: float | None


@dataclass(frozen=True, kw_only=True)
class Indicators(Shape):
    """Every indicator of one client.

    Parameters
    ----------
    results
        Indicator key -> result, in the order of the report.
    items, touchpoints, products
        Survey items, touchpoints, and the products that responses are about; empty without a survey.
    fiscal_growth
        The same as `growth` between the last two complete fiscal years; None where the orders do not cover two, or
        where `growth` compares just these.
    growth, monthly_revenue, rfm, concentration, retention_curve
        What the transactions (or contracts) say beyond single numbers.
    partners
        Indicator key -> league of the partners; only where partners can be compared.
    feedback, opportunities
        Complaints and praise; deals.
    silences
        Chapter -> why it has nothing to say; only chapters that are silent.
    """

    results: Mapping[str, IndicatorResult]
    items: tuple[ItemResult, ...]
    touchpoints: tuple[TouchpointResult, ...]
    growth: GrowthBridge | NotEstimable
    monthly_revenue: MonthlyRevenue | NotEstimable
    rfm: RfmResult | NotEstimable
    concentration: ConcentrationResult | NotEstimable
    retention_curve: RetentionCurve | NotEstimable
    partners: Mapping[str, PartnerLeague]
    feedback: FeedbackSummary | NotEstimable
    opportunities: OpportunitySummary | NotEstimable
    silences: Mapping[str, Message]
    fiscal_growth: GrowthBridge | None = None
    products: tuple[ProductResult, ...] = ()
