"""What a mediation model answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.mediation.families import Family
from analysis.models.mediation.system import Arrangement, Stage
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class PathEffect(ModelPart):
    """What runs through one path: a mediator alone, or a chain of two.

    Parameters
    ----------
    key
        The mediators' keys, joined by ``>``.
    label
        The path in words.
    effect
        In the result's unit.
    """

    key: str
    label: Message
    effect: Outcome


@dataclass(frozen=True, kw_only=True)
class PathCoefficient(ModelPart):
    """One arrow of the model.

    Parameters
    ----------
    source, target
        In words.
    scale
        What the number is: ``points`` of the target, ``log_odds`` or ``log_count``, per step of the source.
    coefficient
        Per step of the exposure (the contrast's size) or of the mediator (the same number of its own units).
    """

    source: Message
    target: Message
    scale: Literal["points", "log_odds", "log_count", "probit"]
    coefficient: Outcome


@dataclass(frozen=True, kw_only=True)
class SensitivityPoint(ModelPart):
    """What would be left of the indirect effect, were there a hidden trait of this strength.

    Parameters
    ----------
    strength
        Relative to the strongest measured control (1 is as strong), both its links alike.
    mediator_correlation
        Correlation of the trait with the mediator given exposure and controls, -1 to 1.
    outcome_link
        Change of the outcome's linear predictor per standard deviation of the trait (a linear outcome: in its own
        residual standard deviations).
    indirect
        The indirect effect then, in the result's unit.
    """

    strength: float
    mediator_correlation: float
    outcome_link: float
    indirect: float


@dataclass(frozen=True, kw_only=True)
class Sensitivity(ModelPart):
    """How strong a hidden trait behind mediator and outcome would have to be to explain the indirect effect away.

    Parameters
    ----------
    method
        ``rho`` (Imai, Keele and Yamamoto: linear mediator and outcome) or ``latent`` (a normal trait, exact for linear,
        probit and count outcomes, and with the logistic-normal approximation for logits).
    benchmark
        The measured control that is strongest in both links together, or None without controls.
    tipping_strength
        How many times as strong as the benchmark in both links the trait would have to be, or why no number.
    points
        The indirect effect at some strengths; empty without a benchmark.
    moderate_correlation, tipping_link
        A trait of this correlation with the mediator would have to change the outcome's linear predictor by so much per
        standard deviation (a linear outcome: in its residual ones), or why none could.
    rho, product_residual, product_total
        Linear outcomes: the correlation of the two equations' disturbances at which the indirect effect is nil, its
        square (the product of the shares of what is unexplained), and the product of shares of all variance; else
        None.
    rho_curve
        Linear outcomes: pairs of correlation and indirect effect.
    """

    method: Literal["rho", "latent"]
    benchmark: Message | None
    tipping_strength: float | NotEstimable
    points: tuple[SensitivityPoint, ...]
    moderate_correlation: float
    tipping_link: float | NotEstimable
    rho: Outcome | None = None
    product_residual: float | None = None
    product_total: float | None = None
    rho_curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class MediationResult(ModelPart):
    """One mediation model.

    Parameters
    ----------
    n, accounts
        Rows and clusters.
    family, unit
        Of the outcome; effects are in `unit`.
    arrangement, interaction
        Of the mediators; whether their effects may depend on the exposure.
    mediators
        In words, in their order.
    step, mean_step
        By how much the exposure is moved, and by how much on average, the end of its scale considered.
    draws
        Bootstrap draws.
    estimator
        ``ml``, or ``firth`` where a separated outcome needs a penalty.
    total, direct, indirect
        Effects of the step; direct and indirect add up to the total.
    direct_start, direct_end, indirect_start, indirect_end
        The same with the other part held at the exposure's start or end.
    paths
        Each path; together they are the indirect effect.
    proportion
        Indirect over total, only where the total's interval excludes zero.
    coefficients
        The arrows.
    sensitivity
        To a hidden trait; one linear mediator only.
    controls, notes
        Held constant; what a reader must know.
    weighted
        Whether the rows weigh differently.
    """

    n: int
    accounts: int
    family: Family
    unit: Unit
    arrangement: Arrangement
    interaction: bool
    mediators: tuple[Message, ...]
    step: float
    mean_step: float
    draws: int
    estimator: Literal["ml", "firth"]
    total: Outcome
    direct: Outcome
    indirect: Outcome
    direct_start: Outcome
    direct_end: Outcome
    indirect_start: Outcome
    indirect_end: Outcome
    paths: tuple[PathEffect, ...]
    proportion: Outcome
    coefficients: tuple[PathCoefficient, ...]
    sensitivity: Sensitivity | NotEstimable
    controls: tuple[Message, ...]
    weighted: bool
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConditionalEffect(ModelPart):
    """The indirect effect at one value of the moderator; `n` rows have that value (or lie on its side)."""

    label: Message
    value: float
    n: int
    indirect: Outcome


@dataclass(frozen=True, kw_only=True)
class ModeratedMediation(ModelPart):
    """Whether the indirect effect differs with a moderator.

    Parameters
    ----------
    moderator
        In words.
    stages
        Where it acts: ``first`` (exposure to mediator), ``second`` (mediator to outcome).
    conditional
        Indirect effects at two values of the moderator, the lower first.
    difference
        Second minus first conditional effect, in the result's unit.
    index
        Hayes's index: change of the indirect effect per unit of the moderator, per step of the exposure; only where
        the outcome is linear and one stage is moderated, since elsewhere no single number says it.
    n, accounts, draws
        As in `MediationResult`.
    notes
        What a reader must know.
    """

    moderator: Message
    stages: tuple[Stage, ...]
    conditional: tuple[ConditionalEffect, ConditionalEffect]
    difference: Outcome
    index: Outcome
    n: int
    accounts: int
    draws: int
    unit: Unit
    notes: tuple[Message, ...] = ()
