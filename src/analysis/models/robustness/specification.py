"""The specification curve: one relation under every declared combination of defensible choices, and what it says.

The specifications share their data, so they are no independent tests, and the share of them that tells a direction is
no probability [1]_. What the curve can say is how far the finding hangs on a choice; whether the curve as a whole could
arise without any relation is tested by a bootstrap over accounts in which every estimate has been centred on zero [2]_.

References
----------
.. [1] Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016). Increasing transparency through a multiverse
   analysis. Perspectives on Psychological Science 11, 702-712.
.. [2] Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4,
   1208-1214.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator, resampled_accounts
from analysis.models.clustering import LEVEL, Floats, critical_value
from analysis.models.robustness.choices import FACTORS, Factor, choice, level_label, spec_key
from analysis.models.robustness.moments import Effect
from analysis.models.robustness.result import (
    ChoiceShare,
    JointTest,
    LevelMean,
    Relation,
    Specification,
    SpecificationCurve,
)
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Point, Unit

# Of fewer estimates neither a spread nor a share says anything.
FEWEST = 3
NO_SPREAD = 1e-18
UNITS: dict[Relation, Unit] = {"loyalty": "index", "repurchase": "percentage_points"}

Levels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One specification as it was tried: its choices and its effect (or why it has none), with the interval's method.

    `n` are the observations there were, where there is no effect.
    """

    levels: Levels
    found: Effect | Message
    method: str = ""
    n: int | None = None

    @property
    def is_trimmed(self) -> bool:
        """Return whether accounts were left out for their influence: an error that cannot know of it is too small."""
        return ("outliers", "influential") in self.levels

    def outcome(self, unit: Unit) -> Outcome | Point:
        """Return the effect as a result."""
        if not isinstance(self.found, Effect):
            return NotEstimable(reason=self.found, n=self.n)
        if self.is_trimmed:
            return Point(value=self.found.value, n=self.found.n, unit=unit)
        return self.found.estimate(unit, self.method)


def grid(factors: Sequence[Factor]) -> list[Levels]:
    """Return every combination of the factors' levels, the declared one first."""
    keys = [factor.key for factor in factors]
    return [tuple(zip(keys, levels, strict=True)) for levels in itertools.product(*(f.levels for f in factors))]


def summarise_curve(
    relation: Relation,
    tried: Sequence[Tried],
    declared: Levels,
    params: ClientParams,
    notes: tuple[Message, ...] = (),
) -> SpecificationCurve | NotEstimable:
    """Return the curve of what was tried, or why there is none.

    The declared specification must have an effect; it is the one that the audit reports.
    """
    unit, count = UNITS[relation], len(tried)
    tried = distinct(tried)
    outcomes = [item.outcome(unit) for item in tried]
    effects = [item.found for item in tried if isinstance(item.found, Effect)]
    at = [item.levels for item in tried].index(declared)
    reported = outcomes[at]
    if isinstance(reported, NotEstimable):
        return reported
    if isinstance(reported, Point):
        raise TypeError("the declared specification leaves out nobody for influence")
    if len(effects) < FEWEST:
        return NotEstimable(reason=N_("These data allow too few other ways to estimate the relation."), n=reported.n)
    values = np.array([effect.value for effect in effects])
    estimates = [outcome for outcome in outcomes if isinstance(outcome, Estimate)]
    sign = 1.0 if reported.value >= 0 else -1.0
    beyond = [estimate.low > 0 if sign > 0 else estimate.high < 0 for estimate in estimates]
    return SpecificationCurve(
        relation=relation,
        specifications=tuple(
            Specification(
                key=spec_key(item.levels),
                choices=tuple(choice(factor, level) for factor, level in item.levels),
                declared=position == at,
                effect=outcome,
            )
            for position, (item, outcome) in enumerate(zip(tried, outcomes, strict=True))
        ),
        declared=reported,
        repeated=count - len(tried),
        estimated=len(effects),
        median=float(np.median(values)),
        lowest=float(values.min()),
        highest=float(values.max()),
        same_sign=float(np.mean(values * sign > 0)),
        intervals=len(estimates),
        clear=sum(beyond),
        excludes_zero=float(np.mean(beyond)),
        choices=share_of_choices([item.levels for item in tried if isinstance(item.found, Effect)], values),
        joint=joint_test(
            [item.found for item in tried if isinstance(item.found, Effect) and not item.is_trimmed],
            model_generator(f"specification-curve-{relation}", params),
            model_draws(params),
        ),
        full=params.depth == "full",
        notes=notes,
    )


def distinct(tried: Sequence[Tried]) -> list[Tried]:
    """Return what was tried without what comes to the same rows and columns as something before it."""
    seen: set[tuple[float, float, int]] = set()
    kept = []
    for item in tried:
        if isinstance(item.found, Effect):
            mark = (float(f"{item.found.value:.10g}"), float(f"{item.found.std_error:.10g}"), item.found.n)
            if mark in seen:
                continue
            seen.add(mark)
        kept.append(item)
    return kept


def share_of_choices(levels: Sequence[Levels], values: Floats) -> tuple[ChoiceShare, ...]:
    """Return how much of the spread of the estimates goes with each choice, the largest share first.

    Eta squared of the main effect: the squared distances of the levels' means from the grand mean, over those of the
    estimates. A choice with one level is left out.
    """
    total = float(((values - values.mean()) ** 2).sum())
    shares = []
    for position, (factor, _) in enumerate(levels[0]):
        own = [item[position][1] for item in levels]
        names = list(dict.fromkeys(own))
        if len(names) < 2:
            continue
        groups = [values[[level == name for level in own]] for name in names]
        between = sum(len(group) * (group.mean() - values.mean()) ** 2 for group in groups)
        shares.append(
            ChoiceShare(
                factor=factor,
                name=FACTORS[factor],
                share=float(min(between / total, 1.0)) if total > NO_SPREAD else 0.0,
                levels=tuple(
                    LevelMean(level=name, label=level_label(factor, name), mean=float(group.mean()), count=len(group))
                    for name, group in zip(names, groups, strict=True)
                ),
            )
        )
    return tuple(sorted(shares, key=lambda share: -share.share))


def joint_test(effects: Sequence[Effect], rng: np.random.Generator, draws: int) -> JointTest:
    """Return whether the curve could arise without any relation.

    Accounts are drawn with replacement; each estimate moves by the sum of its accounts' deviations times how much more
    often than once they were drawn (one step from the estimate, which a refit of every specification would only
    refine). Moves are centred on zero, so they are draws of the whole curve under the null of no relation.
    """
    deviations = np.column_stack([effect.deviations for effect in effects])
    errors = np.array([effect.std_error for effect in effects])
    limits = errors * np.array([critical_value(effect.accounts, LEVEL) for effect in effects])
    values = np.array([effect.value for effect in effects])
    middle, most = abs(float(np.median(values))), _most_of_one_sign(values[None, :], limits)[0]
    moves = np.vstack([(taken - 1) @ deviations for taken in resampled_accounts(len(deviations), draws, rng)])
    farther = int((np.abs(np.median(moves, axis=1)) >= middle).sum())
    more = int((_most_of_one_sign(moves, limits) >= most).sum())
    return JointTest(median_p=(farther + 1) / (draws + 1), share_p=(more + 1) / (draws + 1), draws=draws)


def _most_of_one_sign(values: Floats, limits: Floats) -> Floats:
    """Return for each draw how many values lie beyond their limit on the side where more of them do."""
    above, below = (values > limits).sum(axis=1), (values < -limits).sum(axis=1)
    return np.asarray(np.maximum(above, below), dtype=float)
