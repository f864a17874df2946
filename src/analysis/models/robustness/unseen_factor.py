"""How strong an unseen third factor would have to be: what the two relations answer with."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Estimate, NotEstimable, Point


@dataclass(frozen=True, kw_only=True)
class Benchmark(ModelPart):
    """An unseen factor `multiple` times as strong as a measured control, at the worst.

    Parameters
    ----------
    key, name
        The control.
    multiple
        How many times as strong, with satisfaction and with the outcome alike.
    with_satisfaction, with_outcome
        Partial R squared that such a factor has with each, 0 to 1.
    adjusted
        What would be left of the effect, or why such a factor cannot exist. Without an interval: one that takes the
        strength for known holds too rarely what a factor as strong as the control would truly leave.
    """

    key: str
    name: Message
    multiple: int
    with_satisfaction: float
    with_outcome: float
    adjusted: Point | NotEstimable


@dataclass(frozen=True, kw_only=True)
class Confounding(ModelPart):
    """How strong an unseen third factor must be to explain the relation of satisfaction and loyalty.

    Parameters
    ----------
    effect
        The slope, points of loyalty per 10 points of satisfaction.
    partial_r2
        Share (0-1) of the variance of loyalty, left by the controls, that goes with satisfaction. A factor that
        explained all the rest of loyalty would have to explain this share of satisfaction to explain the slope away.
    robustness_value
        A factor that explains this share (0-1) of what is left of both satisfaction and loyalty explains the slope
        away; a weaker one does not.
    robustness_value_alpha
        The same for the interval to include zero; 0 where it does so already.
    benchmarks
        What factors as strong as measured controls would leave.
    """

    effect: Estimate
    partial_r2: float
    robustness_value: float
    robustness_value_alpha: float
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True, kw_only=True)
class EValue(ModelPart):
    """How strong an unseen third factor must be to explain the relation of satisfaction and buying again.

    Parameters
    ----------
    risk_ratio
        Chance to buy again were each customer 10 points more satisfied (at most 100), over the chance as it is.
    value
        The least risk ratio that such a factor must have with both, above 1; 1: none is needed.
    limit_value
        The same for the limit of the interval nearest to 1.
    """

    risk_ratio: Estimate
    value: float
    limit_value: float
