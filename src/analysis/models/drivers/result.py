"""What the driver analysis answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.drivers.data import Driver
from analysis.models.parts import Coefficient, Diagnostic, ModelPart
from analysis.results import Estimate, NotEstimable, Outcome

OutcomeKey = Literal["satisfaction", "loyalty_item", "nps", "nps_category", "repurchase"]
Place = Literal["first", "keep", "later", "enough", "undecided"]


@dataclass(frozen=True, kw_only=True)
class DriverShare(ModelPart):
    """What goes with one driver.

    Parameters
    ----------
    driver
        The driver.
    share
        Share of the explained differences, a proportion; all shares sum to 1.
    contribution
        The same as a part of R squared.
    rank, rank_low, rank_high
        Place by share, 1 the largest, and the places that cannot be ruled out (95%, all comparisons together).
    relative_weight
        Johnson's relative weight as a share, a check; None where the model is not linear.
    monte_carlo_error
        Standard error of `share` over sampled orders; None where it is exact.
    opposite
        Whether better answers about it go with worse outcomes.
    """

    driver: Driver
    share: Estimate
    contribution: float
    rank: int
    rank_low: int
    rank_high: int
    relative_weight: float | None = None
    monte_carlo_error: float | None = None
    opposite: bool = False


@dataclass(frozen=True, kw_only=True)
class DriverShares(ModelPart):
    """How the explained differences of one outcome are shared out among the drivers (LMG, the Shapley value of R²).

    Parameters
    ----------
    key, outcome
        Stable name, and the outcome in words.
    model
        ``linear`` (R squared), ``ordered`` or ``binary`` (McFadden's).
    n, accounts, left_out
        Rows, what they are clustered by, and rows left out for a missing answer.
    weighted
        Whether survey weights differ.
    r_squared
        What all drivers explain together, beyond `controls`, a proportion of all differences, adjusted for chance.
    p_value
        Of all drivers together against none.
    shares
        In the questionnaire's order.
    outranks
        Share of the draws in which driver i's share exceeds driver j's, in the same order.
    orders
        Sampled orders, or None where all subsets were taken.
    draws
        Bootstrap draws.
    chance_share
        What a question unrelated to the outcome would be expected to get, a share: shares are never below zero.
    controls
        What was always in, in words.
    refit_error
        Root mean square distance of the draws from full refits where some were made, in standard errors of the share
        (the largest of the drivers'), or None.
    """

    key: OutcomeKey
    outcome: Message
    model: Literal["linear", "ordered", "binary"]
    n: int
    accounts: int
    left_out: int
    weighted: bool
    r_squared: Outcome
    p_value: float
    shares: tuple[DriverShare, ...]
    outranks: tuple[tuple[float, ...], ...]
    orders: int | None
    draws: int
    chance_share: float
    controls: tuple[Message, ...] = ()
    refit_error: float | None = None

    @property
    def exact(self) -> bool:
        """Return whether all subsets of drivers were taken."""
        return self.orders is None

    def ranked(self) -> tuple[DriverShare, ...]:
        """Return the drivers, the largest share first."""
        return tuple(sorted(self.shares, key=lambda share: share.rank))


@dataclass(frozen=True, kw_only=True)
class DriverEffect(ModelPart):
    """The difference of the outcome that goes with 10 points of one driver, all others and the controls the same."""

    driver: Driver
    effect: Estimate


@dataclass(frozen=True, kw_only=True)
class EffectTable(ModelPart):
    """An outcome on all drivers and the usual controls, by least squares.

    Parameters
    ----------
    n, accounts
        Rows and accounts.
    r_squared
        Of the whole model, 0 to 1.
    effects
        In the questionnaire's order; points of the outcome per 10 points of the driver.
    coefficients
        The table, drivers per point.
    controls
        What was held constant.
    diagnostics
        Collinearity.
    notes
        Drivers and controls that were left out.
    """

    n: int
    accounts: int
    r_squared: float
    effects: tuple[DriverEffect, ...]
    coefficients: tuple[Coefficient, ...]
    controls: tuple[Message, ...]
    diagnostics: tuple[Diagnostic, ...]
    notes: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class MapPosition(ModelPart):
    """Where one driver stands on the map.

    Parameters
    ----------
    driver
        The driver.
    importance
        Its share of the explained differences of satisfaction, a proportion.
    performance
        Its mean answer in the latest wave, 0-100.
    place
        ``first`` (matters more than most, rated lower), ``keep`` (more, higher), ``later`` (less, lower), ``enough``
        (less, higher) or ``undecided``.
    agreement
        Share of the draws in the place that most of them agree on.
    region
        Points (performance, importance) of the 95% joint region, relative to the borders.
    """

    driver: Driver
    importance: Estimate
    performance: Estimate
    place: Place
    agreement: float
    region: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class ImportancePerformanceMap(ModelPart):
    """Importance against performance.

    Parameters
    ----------
    importance
        What importance is: ``share``, the Shapley share in satisfaction.
    wave
        Wave of the performance.
    positions
        In the questionnaire's order.
    importance_border, performance_border
        The means of the drivers, where the quadrants meet.
    draws
        Bootstrap draws.
    notes
        Drivers without a place, and why.
    """

    importance: Literal["share"]
    wave: str
    positions: tuple[MapPosition, ...]
    importance_border: float
    performance_border: float
    draws: int
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DriverAnalysis(ModelPart):
    """Which parts of the service go with satisfaction, loyalty, recommendation and buying again.

    Parameters
    ----------
    drivers
        Those compared.
    n, accounts, left_out
        Responses with every driver, their accounts, and the responses left out for a missing driver.
    waves
        The waves stacked.
    weighted
        Whether survey weights differ.
    satisfaction, loyalty_item, nps, nps_category, repurchase
        Shares, or why there are none: of the satisfaction index, the main loyalty question (ordered), the Net
        Promoter Score (linear), its three groups (ordered), and buying again (binary; recency and frequency always
        in). The last two are answered at ``depth: full``.
    satisfaction_effects, nps_effects
        Points per 10 points of a driver, all else equal.
    map
        Importance against performance, for satisfaction.
    draws
        Bootstrap draws of everything here.
    notes
        Drivers that were left out, and why.
    """

    drivers: tuple[Driver, ...]
    n: int
    accounts: int
    left_out: int
    waves: tuple[str, ...]
    weighted: bool
    satisfaction: DriverShares | NotEstimable
    loyalty_item: DriverShares | NotEstimable
    nps: DriverShares | NotEstimable
    nps_category: DriverShares | NotEstimable
    repurchase: DriverShares | NotEstimable
    satisfaction_effects: EffectTable | NotEstimable
    nps_effects: EffectTable | NotEstimable
    map: ImportancePerformanceMap | NotEstimable
    draws: int
    notes: tuple[Message, ...] = ()
