"""The shapes of what revenue says beside single numbers: the bridge of growth, months, segments, concentration."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.indicators.shape import Shape
from analysis.messages import Message
from analysis.results import Outcome


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
    """How much of the revenue of the window hangs on few customers: a full count, so that nothing has an interval.

    Parameters
    ----------
    window
        The window, as an ISO interval of days.
    n
        Customers with revenue above 0 in it.
    gini
        Gini coefficient, 0 (all the same) to 1.
    top10, top_decile
        Share of revenue of the ten largest customers (None where there are no more), and of the largest tenth, 0 to 1.
    largest
        Share of revenue of the largest customer, 0 to 1.
    lorenz
        Points (share of customers, smallest first; share of revenue), from (0, 0) to (1, 1).
    """

    window: str
    n: int
    gini: float
    top10: float | None
    top_decile: float
    largest: float
    lorenz: tuple[tuple[float, float], ...]
