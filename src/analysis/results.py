"""The shapes in which every number of an audit leaves the analysis: an estimate, or the reason why there is none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.messages import Message

Unit = Literal[
    "proportion",  # 0 to 1, shown as a percentage
    "index",  # 0 to 100 points
    "nps",  # -100 to 100 points
    "score",  # units of the client's own answer scale
    "money",  # the audit's currency
    "count",  # things (may be a mean of counts)
    "per_year",  # events a year
    "days",
    "percentage_points",  # differences of proportions, -100 to 100
    "ratio",  # dimensionless, 1 is neutral or 0 is none, as the definition says
]
Dimension = Literal["satisfaction", "loyalty", "value", "interaction", "depth_breadth"]
Verdict = Literal["rose", "fell", "no_change"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its uncertainty.

    Parameters
    ----------
    value, low, high
        The estimate and its confidence limits, all in `unit`; ``low <= value <= high``.
    level
        Confidence level of the interval, 0 to 1.
    n
        Units the estimate rests on (respondents, accounts or customers, as the indicator's unit of analysis says).
    method
        Key of the interval's method, as listed in ``docs/definitions.md`` (``wilson``, ``cluster-t`` ...).
    unit
        Unit of the three numbers.
    std_error
        Standard error in `unit`, or None where the method has none.
    clusters
        Accounts the observations were clustered by, or None where each observation is its own account.
    p_value
        Two-sided p-value against "no difference", only where the estimate is a difference or an effect.
    df
        Degrees of freedom of its t interval where the method sets them (scores on held-out parts), or None where they
        come from the accounts.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    unit: Unit
    level: float = 0.95
    std_error: float | None = None
    clusters: int | None = None
    p_value: float | None = None
    df: float | None = None

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (self.value, self.low, self.high)):
            raise ValueError(f"an estimate must be finite: {self}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"an estimate must lie within its interval: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; absent fields are left out."""
        return {"estimable": True} | {k: v for k, v in vars(self).items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class NotEstimable:
    """The answer where the data carry no number: the reason, in words a client understands.

    Parameters
    ----------
    reason
        One sentence.
    n
        Units there were, or None where that is beside the point.
    suppressed
        True where a number exists and is withheld to protect respondents.
    """

    reason: Message
    n: int | None = None
    suppressed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; a suppressed cell does not even tell its n."""
        data: dict[str, Any] = {"estimable": False, "reason": self.reason.to_dict(), "suppressed": self.suppressed}
        return data if self.n is None or self.suppressed else data | {"n": self.n}


Outcome = Estimate | NotEstimable


@dataclass(frozen=True, kw_only=True)
class Point:
    """A number without an interval, where no interval tried held the truth as often as it says.

    Parameters
    ----------
    value
        The estimate, in `unit`.
    n
        Units it rests on.
    """

    value: float
    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"a number must be finite: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return dict(vars(self)) | {"estimable": True}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A later period against an earlier one, tested with the panel overlap respected.

    Parameters
    ----------
    earlier, later
        Labels of the two periods.
    difference
        Later minus earlier, with interval and p-value.
    verdict
        ``rose`` or ``fell`` only where the test says so at `alpha`; else ``no_change``.
    smallest_detectable
        The smallest true difference, in the unit of `difference`, found with 80% power at this n.
    overlap
        Units present in both periods.
    alpha
        Level of the test.
    """

    earlier: str
    later: str
    difference: Estimate
    verdict: Verdict
    smallest_detectable: float
    overlap: int
    alpha: float = 0.05

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"difference": self.difference.to_dict()}


@dataclass(frozen=True, kw_only=True)
class TargetAttainment:
    """An estimate held against the client's own target.

    Parameters
    ----------
    target
        The target, in the indicator's unit.
    period
        The period it was set for.
    verdict
        ``met`` or ``missed`` only where the interval lies wholly on one side; else ``open``.
    probability
        Confidence that the true value reaches the target, 0 to 1 (`indicators.attainment`); None where not computed.
    attainment, attainment_low, attainment_high
        Estimate over target, with the estimate's limits, 1 is on target and more is better (target over estimate where
        lower is better); None where target or estimate is not above zero, so that a ratio would say nothing.
    """

    target: float
    period: str
    verdict: Literal["met", "missed", "open"]
    probability: float | None = None
    attainment: float | None = None
    attainment_low: float | None = None
    attainment_high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """An outside value to compare with, and where it comes from (`n` is None where the source gives none).

    `low` and `high` are the ends of a band that counts as usual, or both None.
    """

    value: float
    source: str
    year: int
    n: int | None = None
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; the band only where there is one."""
        return {key: value for key, value in vars(self).items() if key not in ("low", "high") or value is not None}


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributions:
    """What each account does to an estimate: from these the correlation of two estimates can be had.

    Parameters
    ----------
    accounts
        Ids of the accounts (customers, or respondents of an anonymous survey), each once.
    values
        Each account's part in the estimate's deviation (its influence), in any unit; they sum to about 0.
    """

    accounts: NDArray[np.object_]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class IndicatorResult:
    """One indicator of the relationship: whole, by segment, by partner and over time.

    Parameters
    ----------
    key
        Stable name, as in ``docs/definitions.md`` and in the params (``nps``, ``repeat_purchase_rate`` ...).
    name, definition
        What it is called, and what it measures in one sentence.
    dimension
        The dimension of the relationship scale that it belongs to.
    unit
        Unit of `overall` and of every breakdown.
    unit_of_analysis
        What one observation is: ``respondent``, ``account``, ``account_revenue`` or ``customer``.
    overall
        The whole client: the latest wave for survey indicators, the latest full window for behaviour.
    by_segment, by_partner
        Outcome by group; suppressed cells are `NotEstimable` with ``suppressed=True``.
    by_period
        Outcome by wave or period, oldest first.
    change
        The latest period against the one before, or why there is none.
    target, benchmark
        What it is held against, where given.
    segment_targets, partner_targets
        The targets of single groups in the latest period, where given and where the group has an estimate.
    higher_is_better
        Direction of the indicator.
    bounds
        Lowest and highest possible value, or None where unbounded.
    contributions
        What the accounts do to `overall`, where that is known; no part of the JSON.
    """

    key: str
    name: Message
    definition: Message
    dimension: Dimension
    unit: Unit
    unit_of_analysis: str
    overall: Outcome
    by_segment: Mapping[str, Outcome] = field(default_factory=dict)
    by_partner: Mapping[str, Outcome] = field(default_factory=dict)
    by_period: Mapping[str, Outcome] = field(default_factory=dict)
    change: Change | NotEstimable | None = None
    target: TargetAttainment | None = None
    benchmark: Benchmark | None = None
    segment_targets: Mapping[str, TargetAttainment] = field(default_factory=dict)
    partner_targets: Mapping[str, TargetAttainment] = field(default_factory=dict)
    higher_is_better: bool = True
    bounds: tuple[float, float] | None = None
    contributions: Contributions | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        groups = ("by_segment", "by_partner", "by_period", "segment_targets", "partner_targets")
        data: dict[str, Any] = {
            "key": self.key,
            "name": self.name.to_dict(),
            "definition": self.definition.to_dict(),
            "dimension": self.dimension,
            "unit": self.unit,
            "unit_of_analysis": self.unit_of_analysis,
            "higher_is_better": self.higher_is_better,
            "bounds": self.bounds,
            "overall": self.overall.to_dict(),
        }
        data |= {group: {k: v.to_dict() for k, v in getattr(self, group).items()} for group in groups}
        optional = {"change": self.change, "target": self.target, "benchmark": self.benchmark}
        return data | {key: None if value is None else value.to_dict() for key, value in optional.items()}
