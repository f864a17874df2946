"""What the question of the relation's shape answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import Curve, ModelPart
from analysis.results import Estimate, NotEstimable, Outcome


@dataclass(frozen=True, kw_only=True)
class Zone(ModelPart):
    """A stretch of the satisfaction scale and how steep the relation is there.

    Parameters
    ----------
    low, high
        Its ends, points of the satisfaction index (0-100).
    slope
        What 10 points more satisfaction go with inside it, as the smooth curve has it: points of the loyalty index, or
        percentage points of the chance to buy again. The limits hold for all zones of the table at once.
    steepest_share
        Share of the bootstrap draws in which this zone is the steepest of all, 0 to 1.
    n
        Respondents (customers) whose satisfaction lies in it, ends included.
    """

    low: float
    high: float
    slope: Estimate
    steepest_share: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Zones(ModelPart):
    """All zones of one width side by side, and whether the steepest can be told from the rest of the scale.

    Parameters
    ----------
    zones
        In rising order; neighbours overlap.
    steepest
        Position of the steepest in `zones`.
    p_value
        Of the hypothesis that the relation is a straight line, against the steepest zone being steeper than the rest of
        the scale: its studentised difference, held against that of the steepest zone of curves that are straight but
        for the noise. So the choice of the steepest is part of the test.
    stands_out
        Whether that hypothesis falls at 5%.
    draws
        Bootstrap draws behind `steepest_share`.
    """

    zones: tuple[Zone, ...]
    steepest: int
    p_value: float
    stands_out: bool
    draws: int

    @property
    def best(self) -> Zone:
        """Return the steepest zone."""
        return self.zones[self.steepest]


@dataclass(frozen=True, kw_only=True)
class Asymmetry(ModelPart):
    """Whether falling short of the average weighs differently from exceeding it.

    Parameters
    ----------
    reference
        The average satisfaction, 0-100, from which deviations are counted.
    below, above
        Points of the loyalty index per 10 points of satisfaction below and above it.
    difference
        `below` minus `above`, with the p-value of no difference.
    """

    reference: float
    below: Estimate
    above: Estimate
    difference: Estimate


@dataclass(frozen=True, kw_only=True)
class ItemForm(ModelPart):
    """One way to write the answers to the main loyalty item, judged on accounts that it has not seen.

    Parameters
    ----------
    key, name
        ``gaussian`` and ``gaussian_spline`` (least squares, the normal distribution cut at the half-way points between
        answers), ``ordered`` and ``ordered_spline`` (ordered logit); and in words.
    log_score
        Mean log probability of the answer given, cross-validated by account; higher is better.
    difference, std_error
        Against ``gaussian``, with its standard error clustered by account; None for ``gaussian`` itself.
    chosen
        True for one: ``gaussian``, unless another beats it by more than a standard error.
    """

    key: Literal["gaussian", "gaussian_spline", "ordered", "ordered_spline"]
    name: Message
    log_score: float
    difference: float | None
    std_error: float | None
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class ItemForms(ModelPart):
    """The forms compared on one item: its key, its answers, and how many parts the accounts were divided into."""

    item: str
    n: int
    folds: int
    forms: tuple[ItemForm, ...]


@dataclass(frozen=True, kw_only=True)
class ParallelLines(ModelPart):
    """The ordered logit of one loyalty item, in short.

    Parameters
    ----------
    item, role, label
        Key, role in the questionnaire, and the client's own words for it by language (or the key).
    n
        Answers.
    top_label, bottom_label
        The groups of answers that are followed ("9-10", "0-6").
    top_effect, bottom_effect
        Average marginal effect of 10 points of satisfaction on the group's share, percentage points.
    statistic, df, p_value
        F test of one effect along the whole scale (parallel lines), or None where too few answers compare it.
    """

    item: str
    role: str
    n: int
    top_label: str
    bottom_label: str
    top_effect: Outcome
    bottom_effect: Outcome
    statistic: float | None
    df: int | None
    p_value: float | None


@dataclass(frozen=True, kw_only=True)
class UnfittedItem(ModelPart):
    """A loyalty item without an ordered logit, and why."""

    item: str
    role: str
    reason: Message


@dataclass(frozen=True, kw_only=True)
class LoyaltyShape(ModelPart):
    """Where a point of satisfaction goes with most loyalty, and in which form the relation is best written.

    Parameters
    ----------
    n, accounts
        Responses used and the accounts they come from: those of `LoyaltyModel`.
    weighted
        Whether survey weights were used.
    inference
        ``cr3-t`` or ``hc3-t``, of every interval that is not simultaneous.
    draws
        Bootstrap draws.
    controls
        What is held constant, in words.
    curve
        The smooth curve with its (pointwise) band; without binned observations, which `LoyaltyModel` has.
    zones
        Steepness along the scale.
    asymmetry
        Below against above the average.
    threshold
        Where a single bend fits best, points of the satisfaction index.
    item_forms
        Line and curve, least squares and ordered logit, on the main loyalty item.
    items
        The ordered logit of the other loyalty items.
    buying
        Steepness of the chance to buy again along the scale, percentage points per 10 points of satisfaction.
    buying_curve
        The smooth curve of that chance (0-1), None where there is none.
    """

    n: int
    accounts: int
    weighted: bool
    inference: Literal["cr3-t", "hc3-t"]
    draws: int
    controls: tuple[Message, ...]
    curve: Curve | NotEstimable
    zones: Zones | NotEstimable
    asymmetry: Asymmetry | NotEstimable
    threshold: Outcome
    item_forms: ItemForms | NotEstimable
    items: tuple[ParallelLines | UnfittedItem, ...]
    buying: Zones | NotEstimable
    buying_curve: Curve | None
