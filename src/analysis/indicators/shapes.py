"""The shapes of what the indicators return beside single numbers: items, bridges, segments, curves and series."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from analysis.messages import Message
from analysis.params.base import LocalizedText
from analysis.results import IndicatorResult, NotEstimable, Outcome


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Base of the results below: frozen data that turn themselves into JSON-ready dicts."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data, nested results included; data frames are left out."""
        return {key: _plain(value) for key, value in vars(self).items() if not isinstance(value, pd.DataFrame)}


def _plain(value: Any) -> Any:
    """Turn nested results, mappings and tuples into dicts and lists."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


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


@dataclass(frozen=True, kw_only=True)
class TouchpointResult(Shape):
    """Score of one touchpoint, 0 to 100 (answers rescaled from their own scales), latest wave and by wave."""

    touchpoint: str
    score: Outcome
    by_period: Mapping[str, Outcome]


@dataclass(frozen=True, kw_only=True)
class GrowthBridge(Shape):
    """How revenue went from one period to the next, customer by customer, in constant currency.

    ``earlier + new + returned + expanded + contracted + lost + unattributed == later``, exactly as printed to the cent.

    Parameters
    ----------
    earlier_label, later_label
        The two periods, as ISO intervals of days (``2024-01-01/2024-12-31``).
    earlier, later
        Revenue of the two periods, returns deducted.
    new
        Revenue of customers whose first purchase in the data lies in the later period.
    returned
        Revenue of customers without revenue in the earlier period who had bought before it.
    expanded, contracted
        Change of revenue of the customers of both periods who spent more (> 0), who spent less (< 0).
    lost
        Minus the earlier revenue of customers without revenue in the later period (< 0).
    unattributed
        Change of revenue that belongs to no known customer.
    customers
        Number of customers behind each of ``new, returned, expanded, contracted, unchanged, lost``.
    goods_returned
        Value of goods returned (positive) in the earlier and the later period.
    growth
        ``later / earlier - 1``, bootstrapped over customers.
    """

    earlier_label: str
    later_label: str
    earlier: float
    later: float
    new: float
    returned: float
    expanded: float
    contracted: float
    lost: float
    unattributed: float
    customers: Mapping[str, int]
    goods_returned: tuple[float, float]
    growth: Outcome


@dataclass(frozen=True, kw_only=True)
class MonthRevenue(Shape):
    """Revenue of one calendar month (``2025-03``), at the day's and at the latest rates; a running month is partial."""

    month: str
    revenue: float
    revenue_constant: float
    customers: int
    complete: bool


@dataclass(frozen=True, kw_only=True)
class MonthComparison(Shape):
    """One complete month (or January and February together) against the same a year before, constant currency.

    `label` is ``2025-03`` or ``2025-01/02``; `growth` is ``later / earlier - 1``, None where there was no revenue.
    """

    label: str
    earlier: float
    later: float
    growth: float | None


@dataclass(frozen=True, kw_only=True)
class MonthlyRevenue(Shape):
    """Revenue month by month, oldest first, and the comparisons with the year before (the latest twelve months)."""

    months: tuple[MonthRevenue, ...]
    comparisons: tuple[MonthComparison, ...]


@dataclass(frozen=True, kw_only=True)
class RfmSegment(Shape):
    """One RFM segment; revenue of the RFM window, `share` of customers and `revenue_share` 0 to 1."""

    key: str
    name: Message
    customers: int
    share: float
    revenue: float
    revenue_share: float
    mean_recency_days: float
    mean_frequency: float


@dataclass(frozen=True, kw_only=True)
class RfmResult(Shape):
    """Customers by recency, frequency and monetary value; every customer with a purchase in the window is in it.

    Parameters
    ----------
    window
        The window, as an ISO interval of days.
    n
        Customers.
    segments
        The segments, best first, empty ones included.
    scores
        One row a customer (index ``customer_id``): ``recency_days, frequency, monetary, r, f, m, segment``. Not in the
        dict.
    """

    window: str
    n: int
    segments: tuple[RfmSegment, ...]
    scores: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class ConcentrationResult(Shape):
    """How much of the revenue of the window hangs on few customers.

    Parameters
    ----------
    window
        The window, as an ISO interval of days.
    n
        Customers with revenue above 0 in it.
    gini
        Gini coefficient, 0 (all the same) to 1.
    top10, top_decile
        Share of revenue of the ten largest customers, and of the largest tenth, 0 to 1.
    largest
        Share of revenue of the largest customer, 0 to 1.
    lorenz
        Points (share of customers, smallest first; share of revenue), from (0, 0) to (1, 1).
    """

    window: str
    n: int
    gini: Outcome
    top10: Outcome
    top_decile: Outcome
    largest: float
    lorenz: tuple[tuple[float, float], ...]


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
        The same, pulled towards the mean of all partners by as much as its noise deserves (empirical Bayes).
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
    """Partners compared on one indicator, best shrunken estimate first; partners too small to compare are counted."""

    indicator: str
    rows: tuple[PartnerStanding, ...]
    too_small: int
    between_sd: float


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
    items, touchpoints
        Survey items and touchpoints; empty without a survey.
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
