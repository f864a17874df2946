"""What the checks of robustness answer with."""

from dataclasses import dataclass
from typing import Any, Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.models.robustness.unseen_factor import Confounding, EValue
from analysis.results import Estimate, NotEstimable, Outcome, Point

Relation = Literal["loyalty", "repurchase"]


@dataclass(frozen=True, kw_only=True)
class Choice(ModelPart):
    """One choice of one specification: the question (``horizon``), the answer taken (``360``), both in words."""

    factor: str
    level: str
    name: Message
    label: Message


@dataclass(frozen=True, kw_only=True)
class Specification(ModelPart):
    """One defensible way to estimate the relation.

    Parameters
    ----------
    key
        Its choices as one stable name: ``horizon=180|controls=all|...``.
    choices
        In the order of the curve's factors.
    declared
        Whether it is the one that the audit reports as its finding.
    effect
        The effect of 10 points of satisfaction, or why this specification has none; without an interval where
        accounts were left out for what they did to it, because the errors cannot know of that choice.
    """

    key: str
    choices: tuple[Choice, ...]
    declared: bool
    effect: Outcome | Point

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; the words of the choices stand with the curve's `choices`, once for all."""
        return {"key": self.key, "declared": self.declared, "effect": self.effect.to_dict()}


@dataclass(frozen=True, kw_only=True)
class ChoiceShare(ModelPart):
    """How much of the estimates' spread goes with one choice (eta squared, 0 to 1), and the mean at each level."""

    factor: str
    name: Message
    share: float
    levels: tuple["LevelMean", ...]


@dataclass(frozen=True, kw_only=True)
class LevelMean(ModelPart):
    """Mean of the estimates with one answer to one choice, in the curve's unit, over `count` specifications."""

    level: str
    label: Message
    mean: float
    count: int


@dataclass(frozen=True, kw_only=True)
class JointTest(ModelPart):
    """Whether the whole curve could arise without any relation (Simonsohn, Simmons and Nelson 2020).

    Parameters
    ----------
    median_p
        Share of draws under the null whose median estimate is at least as far from zero.
    share_p
        Share of draws under the null with at least as many specifications that tell a direction (of the same sign).
    draws
        Bootstrap draws over accounts.
    """

    median_p: float
    share_p: float
    draws: int


@dataclass(frozen=True, kw_only=True)
class SpecificationCurve(ModelPart):
    """The relation under every declared combination of choices.

    Parameters
    ----------
    relation
        ``loyalty`` (points of the index per 10 points of satisfaction) or ``repurchase`` (percentage points).
    specifications
        All of them, in the order of the grid.
    declared
        The estimate that the audit reports.
    repeated
        Combinations left out because they come to the same as another (a control that the data do not have).
    estimated
        How many have an estimate.
    median, lowest, highest
        Of the estimates.
    same_sign
        Share (0-1) of the estimates with the sign of `declared`.
    intervals, clear
        How many of the estimates have an interval, and how many of those intervals lie wholly on that side of zero.
    excludes_zero
        `clear` as a share (0-1) of `intervals`.
    choices
        The choices by how much of the spread goes with them, largest first.
    joint
        The test of the whole curve, or why there is none.
    full
        Whether every combination was estimated (depth full), or those of depth board, which leave out what costs most.
    notes
        What a reader must know.
    """

    relation: Relation
    specifications: tuple[Specification, ...]
    declared: Estimate
    repeated: int
    estimated: int
    median: float
    lowest: float
    highest: float
    same_sign: float
    intervals: int
    clear: int
    excludes_zero: float
    choices: tuple[ChoiceShare, ...]
    joint: JointTest | NotEstimable
    full: bool
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Removal(ModelPart):
    """How many accounts would have to be left out for a conclusion to change, found greedily and verified by refitting.

    Parameters
    ----------
    accounts
        The fewest that were found; a cleverer choice might need fewer still. None where even `tried` do not do it.
    share
        `accounts` as a share of all, 0 to 1, or None.
    tried
        The most that were left out.
    after
        The estimate without them (of the last attempt where `accounts` is None).
    """

    accounts: int | None
    share: float | None
    tried: int
    after: Estimate


@dataclass(frozen=True, kw_only=True)
class InfluenceResult(ModelPart):
    """What single accounts do to one effect.

    Parameters
    ----------
    relation, effect, accounts
        The effect as the audit reports it, and the accounts behind it.
    lowest, highest
        The effect without the one account that holds it up most, and without the one that holds it down most.
    largest_share_of_error
        The farthest that one account moves the effect, as a multiple of its standard error.
    sign
        What it takes to turn the sign.
    significance
        What it takes for the interval to include zero, or why the question does not arise.
    """

    relation: Relation
    effect: Estimate
    accounts: int
    lowest: Estimate
    highest: Estimate
    largest_share_of_error: float
    sign: Removal
    significance: Removal | NotEstimable


@dataclass(frozen=True, kw_only=True)
class WeightComparison(ModelPart):
    """One effect with the survey weights (as reported), without them, and how far the two are apart."""

    relation: Relation
    weighted: Estimate
    unweighted: Estimate
    difference: Estimate


@dataclass(frozen=True, kw_only=True)
class PlaceboComparison(ModelPart):
    """The "effect" on purchases before the answer beside the effect on those after it; a diagnostic, never a verdict.

    `effect` holds past purchases constant, which is what answers the doubt that the placebo raises.
    """

    placebo: Outcome
    effect: Estimate


@dataclass(frozen=True, kw_only=True)
class Robustness(ModelPart):
    """How far the two relations can be trusted: each doubt with what was found, or why it cannot be asked.

    Parameters
    ----------
    loyalty_curve, repurchase_curve
        Other defensible choices.
    loyalty_influence, repurchase_influence
        Single accounts (for buying again: groups of companies).
    confounding, e_value
        An unseen third factor, for loyalty and for buying again.
    loyalty_weights, repurchase_weights
        With and without survey weights.
    placebo
        Purchases before the answer.
    """

    loyalty_curve: SpecificationCurve | NotEstimable
    repurchase_curve: SpecificationCurve | NotEstimable
    loyalty_influence: InfluenceResult | NotEstimable
    repurchase_influence: InfluenceResult | NotEstimable
    confounding: Confounding | NotEstimable
    e_value: EValue | NotEstimable
    loyalty_weights: WeightComparison | NotEstimable
    repurchase_weights: WeightComparison | NotEstimable
    placebo: PlaceboComparison | NotEstimable
