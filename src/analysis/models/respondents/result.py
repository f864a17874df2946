"""The shape of the answer to whether those who answered speak for all customers."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome, Point, Unit


@dataclass(frozen=True, kw_only=True)
class ResponseRate(ModelPart):
    """Invitations answered, of one wave or of one group of the latest wave.

    Parameters
    ----------
    group
        ``wave``, ``segment``, ``key_account``, ``level`` or ``channel``.
    label
        Which one, in words.
    invited
        Invitations.
    rate
        Share answered, 0 to 1.
    """

    group: str
    label: Message
    invited: int
    rate: Outcome


@dataclass(frozen=True, kw_only=True)
class StandardisedDifference(ModelPart):
    """Respondents against the customer base in one thing known of both.

    Parameters
    ----------
    key, label
        The characteristic (``segment=Retail``: the share in that segment), and what it is called.
    unit
        Of `base` and `respondents`.
    base, respondents
        Mean over all customers of the base, and over those of them who answered.
    difference
        Respondents less base, in standard deviations of the base (of the logarithm, for revenue, orders and recency).
    """

    key: str
    label: Message
    unit: Unit
    base: float
    respondents: float
    difference: Outcome


@dataclass(frozen=True, kw_only=True)
class BalanceTest(ModelPart):
    """One test of all characteristics together: those who answered are a random part of the base.

    `statistic` is F on (`df`, `df_residual`); `characteristics` says what was compared.
    """

    statistic: float
    df: int
    df_residual: int
    p_value: float
    characteristics: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Raking(ModelPart):
    """Weights that bring those who answered to the customer base's shares.

    Parameters
    ----------
    margins, left_out
        Characteristics whose shares are met, and those that could not be met together with these.
    iterations
        Rounds through all margins.
    cap, trimmed
        The largest weight allowed, in mean weights, and customers cut to it.
    largest, smallest
        Largest and smallest weight, in mean weights.
    largest_gap
        Largest difference left between a weighted share and the base's, 0 to 1; 0 or nearly so without trimming.
    design_effect, effective_n
        Kish's factor by which unequal weights raise the variance, and the customers left after it.
    """

    margins: tuple[Message, ...]
    left_out: tuple[Message, ...]
    iterations: int
    cap: float
    trimmed: int
    largest: float
    smallest: float
    largest_gap: float
    design_effect: float
    effective_n: float


@dataclass(frozen=True, kw_only=True)
class ReweightedIndicator(ModelPart):
    """A survey indicator of the latest wave as answered, with raking weights, and the second less the first."""

    key: str
    name: Message
    answered: Outcome
    raked: Outcome
    difference: Point | NotEstimable


@dataclass(frozen=True, kw_only=True)
class Afterwards(ModelPart):
    """What customers bought after a survey, those who answered it and those who did not.

    Parameters
    ----------
    wave, horizon_days
        The latest wave whose horizon the orders cover, and the horizon, counted from the wave's last answer.
    answered, silent
        Customers of the base who answered, and who did not.
    share_answered, share_silent
        Share of each who bought within the horizon.
    raw, adjusted
        Difference in percentage points (answered less silent): as it is, and with equal past buying.
    controls
        What is held equal in `adjusted`.
    """

    wave: str
    horizon_days: int
    answered: int
    silent: int
    share_answered: Outcome
    share_silent: Outcome
    raw: Outcome
    adjusted: Outcome
    controls: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class IdentifiedSet(ModelPart):
    """Where the mean over all customers lies, under one assumption about those who did not answer.

    Parameters
    ----------
    departure
        Those who did not answer differ from the raked mean by at most so many points; None assumes nothing (worst
        case).
    lower, upper
        Ends of the set.
    low, high
        Limits that hold the true mean with `level` wherever in the set it lies (Imbens and Manski).
    level
        Of confidence.
    """

    departure: float | None
    lower: float
    upper: float
    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, kw_only=True)
class IndicatorBounds(ModelPart):
    """The sets of one indicator, the stated departures first, the worst case last; or why there are none."""

    key: str
    name: Message
    unit: Unit
    sets: tuple[IdentifiedSet, ...] | NotEstimable


@dataclass(frozen=True, kw_only=True)
class RefittedModel(ModelPart):
    """A model's main effect as reported, fitted again with raking weights, and the second less the first.

    `key` is ``loyalty`` (points of loyalty) or ``repurchase`` (percentage points), each per 10 points of satisfaction.
    """

    key: str
    name: Message
    reported: Outcome
    raked: Outcome
    difference: Outcome


@dataclass(frozen=True, kw_only=True)
class Respondents(ModelPart):
    """The answer to whether those who answered speak for all customers.

    Parameters
    ----------
    wave
        The latest wave, of which everything speaks where nothing else is said.
    base, answered
        Customers at the wave's beginning, and those of them who answered; None for an anonymous survey.
    coverage
        The second over the first, 0 to 1.
    rates
        Response rates, where invitations exist; what they are not known for is in `notes`.
    differences, test
        Respondents against the base, characteristic by characteristic and all together.
    weights
        The raking weights, or why there are none.
    indicators
        Headline indicators with and without the weights.
    afterwards
        Behaviour after a survey of those who answered and those who did not.
    bounds
        What can be said without assuming that those who did not answer are like the others.
    models
        The two models with raking weights.
    notes
        What could not be compared, and why.
    """

    wave: str
    base: int | None
    answered: int | None
    coverage: Outcome
    rates: tuple[ResponseRate, ...]
    differences: tuple[StandardisedDifference, ...]
    test: BalanceTest | NotEstimable
    weights: Raking | NotEstimable
    indicators: tuple[ReweightedIndicator, ...]
    afterwards: Afterwards | NotEstimable
    bounds: tuple[IndicatorBounds, ...]
    models: tuple[RefittedModel, ...]
    notes: tuple[Message, ...]
