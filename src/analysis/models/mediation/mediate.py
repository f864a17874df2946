"""Direct, indirect and total effects of one exposure through its mediators, with the bootstrap over accounts."""

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from analysis.messages import N_, Message
from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import Floats
from analysis.models.mediation.decomposition import PARTS, decompose
from analysis.models.mediation.families import Family
from analysis.models.mediation.gcomputation import all_worlds, count_paths, mean_outcomes
from analysis.models.mediation.inputs import Exposure, Mediator, Prepared, Question, prepare
from analysis.models.mediation.intervals import excludes_zero, expanded_estimate
from analysis.models.mediation.refusals import UNSOLVED
from analysis.models.mediation.result import MediationResult, PathCoefficient, PathEffect
from analysis.models.mediation.sensitivity import explained_away, linear_rho
from analysis.models.mediation.system import Arrangement, FittedSystem, System, fit_system
from analysis.models.terms import Control
from analysis.params.model import LimitsSpec
from analysis.results import NotEstimable, Outcome, Unit

CELLS = 60_000  # of draws times rows handled at a time, so that the work stays in the processor's cache
FEWEST = 8  # draws handled at a time, since each reads the whole design from memory where it exceeds the cache
SCALES: dict[Family, tuple[float, Unit]] = {
    "linear": (1.0, "index"),
    "binary": (100.0, "percentage_points"),
    "probit": (100.0, "percentage_points"),
    "ordered": (100.0, "percentage_points"),
    "count": (1.0, "count"),
}
WORDS = {"linear": "points", "binary": "log_odds", "ordered": "log_odds", "count": "log_count", "probit": "probit"}
Statistic = Callable[[FittedSystem], Floats]  # (draws, quantities)


def mediate(
    outcome: ArrayLike,
    family: Family,
    exposure: Exposure,
    mediators: Sequence[Mediator],
    controls: Sequence[Control],
    *,
    rng: np.random.Generator,
    draws: int,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    arrangement: Arrangement = "parallel",
    interaction: bool = False,
    top_from: float | None = None,
    scale: float | None = None,
    unit: Unit | None = None,
    outcome_label: Message | None = None,
    limits: LimitsSpec | None = None,
) -> MediationResult | NotEstimable:
    """Return the natural direct and indirect effects of moving the exposure, by g-computation.

    Effects are averaged over the rows' own covariates; intervals are percentiles of a bootstrap over accounts in which
    every equation is fitted anew to each draw.

    Parameters
    ----------
    outcome, family
        Shape (n,): a number, 0/1, an ordered answer (with `top_from`, the smallest answer of the group whose share is
        followed), or a count.
    exposure
        From `inputs.step_up` or `inputs.switch`.
    mediators
        One or more; two for `arrangement` ``serial`` (the first may work through the second).
    controls
        Held constant in every equation; what is redundant is left out with a note.
    rng, draws
        Of the bootstrap.
    weights, clusters
        Survey weights (any scale) and account of each row, or None.
    interaction
        Let the mediators' effects depend on the exposure.
    scale, unit
        What the outcome's mean is multiplied by, and the unit then; by default points, percentage points or counts.
    outcome_label
        What the outcome is called.
    limits
        Where to refuse; the defaults of the parameters without.
    """
    question = Question(
        outcome=outcome,
        family=family,
        exposure=exposure,
        mediators=mediators,
        controls=controls,
        limits=limits or LimitsSpec(),
        weights=weights,
        clusters=clusters,
        arrangement=arrangement,
        interaction=interaction,
        top_from=top_from,
    )
    factor, own_unit = SCALES[family]
    label = outcome_label or N_("Outcome")
    return _answer(question, rng, draws, factor if scale is None else scale, unit or own_unit, label)


def _answer(
    question: Question, rng: np.random.Generator, draws: int, scale: float, unit: Unit, outcome_label: Message
) -> MediationResult | NotEstimable:
    prepared = prepare(question)
    if isinstance(prepared, NotEstimable):
        return prepared
    factor = scale * prepared.outcome_spread
    fitted, point, sampled = resample(prepared, _statistic(prepared, question.exposure, factor), draws, rng)
    if not fitted.converged[0]:
        return NotEstimable(reason=UNSOLVED, n=prepared.n)
    return _result(
        prepared, question.exposure, question.mediators, fitted, point, sampled, unit=unit, draws=draws,
        outcome_label=outcome_label, factor=factor,
    )  # fmt: skip


def resample(
    prepared: Prepared, statistic: Statistic, draws: int, rng: np.random.Generator
) -> tuple[FittedSystem, Floats, Floats]:
    """Return the full sample's fit, its statistic (q,), and that of each bootstrap draw (draws, q), NaN without fit."""
    equations = prepared.system.equations()
    full = fit_system(prepared.system, equations, prepared.weights[None])
    point = statistic(full)[0]
    if not full.converged[0]:
        return full, point, np.full((draws, len(point)), np.nan)
    taken = resampled_accounts(prepared.accounts, draws, rng)
    block = max(FEWEST, CELLS // prepared.n)
    parts = []
    while counts := list(islice(taken, block)):
        fitted = fit_system(prepared.system, equations, prepared.weights * np.array(counts)[:, prepared.codes], full)
        values = statistic(fitted)
        values[~fitted.converged] = np.nan
        parts.append(values)
    return full, point, np.concatenate(parts)


def _statistic(prepared: Prepared, exposure: Exposure, factor: float) -> Statistic:
    """Return what is computed from each draw: the effects, the proportion, the arrows, and for linear models rho."""
    decomposition = decompose(all_worlds(prepared.system))

    def statistic(fitted: FittedSystem) -> Floats:
        effects = factor * decomposition.effects(mean_outcomes(fitted, decomposition.worlds))
        with np.errstate(divide="ignore", invalid="ignore"):  # a total of exactly 0 has no share: NaN is left out
            share = effects[:, [2]] / effects[:, [0]]
        return np.column_stack([effects, share, arrows(fitted, prepared, exposure.step), linear_rho(fitted)])

    return statistic


def arrows(fitted: FittedSystem, prepared: Prepared, step: float) -> Floats:
    """Return the arrows' coefficients in the client's units, per `step` of the source, shape (draws, arrows).

    In this order: exposure to each mediator (and, where serial, the first mediator to the second), exposure to outcome,
    each mediator to outcome.
    """
    system = fitted.system
    spreads = prepared.mediator_spreads
    columns = []
    for number, link in enumerate(system.links):
        target = spreads[number] if link.family == "linear" else 1.0
        names = list(system.mediator_columns(number))
        columns.append(_arrow(fitted, number, names, "x") * step * target / prepared.exposure_spread)
        if "m0" in names:
            columns.append(_arrow(fitted, number, names, "m0") * step * target / spreads[0])
    names = list(system.outcome_columns())
    columns.append(_arrow(fitted, -1, names, "x") * step * prepared.outcome_spread / prepared.exposure_spread)
    columns += [
        _arrow(fitted, -1, names, f"m{number}") * step * prepared.outcome_spread / spreads[number]
        for number in range(len(system.links))
    ]
    return np.column_stack(columns)


def _arrow(fitted: FittedSystem, equation: int, names: list[str], name: str) -> Floats:
    return fitted.fits[equation].coefficients[:, names.index(name)]


def _result(
    prepared: Prepared,
    exposure: Exposure,
    mediators: Sequence[Mediator],
    fitted: FittedSystem,
    point: Floats,
    sampled: Floats,
    *,
    unit: Unit,
    draws: int,
    outcome_label: Message,
    factor: float,
) -> MediationResult:
    system = prepared.system

    def estimate(position: int, own: Unit = unit) -> Outcome:
        return expanded_estimate(
            point[position], sampled[:, position], unit=own, n=prepared.n, clusters=prepared.accounts,
            parameters=prepared.parameters,
        )  # fmt: skip

    parts = {name: estimate(position) for position, name in enumerate(PARTS)}
    after = len(PARTS) + count_paths(system)
    labels = path_labels(system, mediators)
    paths = tuple(
        PathEffect(key=key, label=label, effect=estimate(len(PARTS) + number))
        for number, (key, label) in enumerate(labels)
    )
    proportion: Outcome = NotEstimable(
        reason=N_("The total effect cannot be told from none, so no share of it can be stated."), n=prepared.n
    )
    if excludes_zero(parts["total"]):
        proportion = estimate(after, "proportion")
    described = arrow_words(system, exposure, mediators, outcome_label)
    coefficients = tuple(
        PathCoefficient(source=source, target=target, scale=scale, coefficient=estimate(after + 1 + number, "ratio"))  # type: ignore[arg-type]
        for number, (source, target, scale) in enumerate(described)
    )
    rho = estimate(len(point) - 1, "ratio") if np.isfinite(point[-1]) else None
    return MediationResult(
        n=prepared.n,
        accounts=prepared.accounts,
        family=system.family,
        unit=unit,
        arrangement=system.arrangement,
        interaction=system.interaction,
        mediators=tuple(mediator.label for mediator in mediators),
        step=exposure.step,
        mean_step=prepared.mean_step,
        draws=draws,
        estimator="firth" if system.penalised else "ml",
        paths=paths,
        proportion=proportion,
        coefficients=coefficients,
        sensitivity=explained_away(fitted, prepared, factor, rho),
        controls=prepared.controls,
        weighted=bool(np.ptp(prepared.weights) > 0),
        notes=prepared.notes,
        **parts,
    )


def path_labels(system: System, mediators: Sequence[Mediator]) -> list[tuple[str, Message]]:
    """Return key and words of each path, in the order of `World.paths`."""
    names = [(mediator.key, mediator.label) for mediator in mediators]
    if count_paths(system) == len(mediators):
        return [(key, N_("through {name:message}", name=label)) for key, label in names]
    (first, one), (second, two) = names
    return [
        (first, N_("through {name:message} alone", name=one)),
        (f"{first}>{second}", N_("through {first:message} and then {second:message}", first=one, second=two)),
        (second, N_("through {name:message} alone", name=two)),
    ]


def arrow_words(
    system: System, exposure: Exposure, mediators: Sequence[Mediator], outcome: Message
) -> list[tuple[Message, Message, str]]:
    """Return source, target and scale of each arrow, in the order of `arrows`."""
    words = []
    for number, mediator in enumerate(mediators):
        scale = "points" if mediator.family == "linear" else "log_odds"
        words.append((exposure.label, mediator.label, scale))
        if number and system.arrangement == "serial":
            words.append((mediators[0].label, mediator.label, scale))
    words.append((exposure.label, outcome, WORDS[system.family]))
    return words + [(mediator.label, outcome, WORDS[system.family]) for mediator in mediators]
