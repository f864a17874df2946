"""What a mediation model is asked with, and whether the rows can carry it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes
from analysis.models.mediation.families import Family
from analysis.models.mediation.refusals import overlap_reason, refuse_rows, refuse_size, without_scatter
from analysis.models.mediation.system import Arrangement, Stage, System, make_link, standardise
from analysis.models.separation import detect_separation
from analysis.models.terms import Control, Term, build_design, is_redundant
from analysis.params.model import LimitsSpec
from analysis.results import NotEstimable

FEWEST_IN_CATEGORY = 10  # so that next to no bootstrap draw misses an ordered category


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """What is moved: its name, its values by row, and the two values of each row that are compared.

    `step` is the size of the move as asked; near the end of the scale rows move less.
    """

    label: Message
    values: Floats
    start: Floats
    end: Floats
    step: float


@dataclass(frozen=True, kw_only=True)
class Mediator:
    """What the exposure may work through. An ordered mediator enters the outcome's equation by its value."""

    key: str
    label: Message
    values: Floats
    family: Literal["linear", "binary", "ordered"] = "linear"


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """What the indirect effect may differ with: the values of a row, and the two that are compared, in words too."""

    key: str
    label: Message
    values: Floats
    low: float
    high: float
    words: tuple[Message, Message]
    stages: tuple[Stage, ...] = ("first", "second")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A system ready to be fitted, with what is needed to translate its numbers back.

    Parameters
    ----------
    weights, codes
        Survey weights (mean 1) and account codes by row.
    outcome_spread, exposure_spread, mediator_spreads
        Standard deviations that standardised values are in (1 where the variable is no number).
    control_terms
        The columns of `system.controls`.
    mean_step
        Average move of the exposure, in its own units.
    parameters
        Coefficients of the outcome's equation.
    """

    system: System
    weights: Floats
    codes: Codes
    outcome_spread: float
    exposure_spread: float
    mediator_spreads: tuple[float, ...]
    control_terms: tuple[Term, ...]
    controls: tuple[Message, ...]
    mean_step: float
    parameters: int
    notes: tuple[Message, ...]

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.weights)

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return int(self.codes.max()) + 1


def step_up(label: Message, values: ArrayLike, step: float = 10.0, highest: float = 100.0) -> Exposure:
    """Return the contrast "each row's own value against `step` more", no further than the end of the scale."""
    x = np.asarray(values, dtype=float)
    return Exposure(label=label, values=x, start=x, end=np.minimum(x + step, np.maximum(x, highest)), step=step)


def switch(label: Message, values: ArrayLike, low: float = 0.0, high: float = 1.0) -> Exposure:
    """Return the contrast "everyone at `high` against everyone at `low`"."""
    x = np.asarray(values, dtype=float)
    return Exposure(label=label, values=x, start=np.full_like(x, low), end=np.full_like(x, high), step=high - low)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a mediation model is asked; fields as the parameters of `mediate.mediate`, with at most one moderator."""

    outcome: ArrayLike
    family: Family
    exposure: Exposure
    mediators: Sequence[Mediator]
    controls: Sequence[Control]
    limits: LimitsSpec
    weights: ArrayLike | None = None
    clusters: ArrayLike | None = None
    arrangement: Arrangement = "parallel"
    interaction: bool = False
    moderator: Moderator | None = None
    top_from: float | None = None

    def __post_init__(self) -> None:
        if self.arrangement == "serial" and len(self.mediators) != 2:
            raise ValueError("a serial model has two mediators")
        if self.family == "ordered" and self.top_from is None:
            raise ValueError("an ordered outcome needs the value from which its top group begins")

    @property
    def focal(self) -> list[tuple[Term, Floats]]:
        """Return exposure, mediators and moderator, each with its values."""
        found = [(Term(key="exposure", label=self.exposure.label), self.exposure.values)]
        found += [(Term(key=mediator.key, label=mediator.label), mediator.values) for mediator in self.mediators]
        if self.moderator is not None:
            found.append((Term(key=self.moderator.key, label=self.moderator.label), self.moderator.values))
        return found


def prepare(question: Question) -> Prepared | NotEstimable:
    """Return the standardised system, or why the rows cannot carry it."""
    y, exposure, limits = np.asarray(question.outcome, dtype=float), question.exposure, question.limits
    n, codes = len(y), cluster_codes(question.clusters, len(y))
    varying = [(exposure.label, exposure.values), *((each.label, each.values) for each in question.mediators)]
    reason = refuse_rows(y, exposure.start, exposure.end, varying, question.weights, codes, limits)
    if reason is not None:
        return NotEstimable(reason=reason, n=n if n >= limits.small_cell else None)
    w = checked_weights(question.weights, n)
    columns = [np.ones(n)]
    for term, values in question.focal:
        columns.append(values - np.average(values, weights=w))
        if is_redundant(columns[-1], columns[:-1]):
            return NotEstimable(reason=overlap_reason(term.label), n=n)
    design = build_design(n, question.focal, question.controls)
    first_control = 1 + len(question.focal)
    system, outcome_spread, exposure_spread = _system(question, y, w, design.matrix[:, first_control:])
    parameters = system.equations()[-1].design.shape[1]
    reason = refuse_size(y, question.family, question.top_from, parameters, int(codes.max()) + 1, limits)
    reason = reason or without_scatter(system, w)
    if reason is not None:
        return NotEstimable(reason=reason, n=n)
    system, notes = _penalise(system)
    return Prepared(
        system=system,
        weights=w,
        codes=codes,
        outcome_spread=outcome_spread,
        exposure_spread=exposure_spread,
        mediator_spreads=tuple(standardise(mediator.values, w)[2] for mediator in question.mediators),
        control_terms=design.terms[first_control:],
        controls=design.controls,
        mean_step=float(np.average(exposure.end - exposure.start, weights=w)),
        parameters=parameters,
        notes=(*design.notes, *notes, *_shortened(exposure)),
    )


def _system(question: Question, y: Floats, weights: Floats, controls: Floats) -> tuple[System, float, float]:
    """Return the standardised system, and the units of a linear outcome and of the exposure."""
    exposure, moderator = question.exposure, question.moderator
    held = np.empty((len(y), 0))
    if controls.size:
        held = np.column_stack([standardise(column, weights)[0] for column in controls.T])
    _, centre, spread = standardise(exposure.values, weights)
    coded, cut, outcome_spread = _coded_outcome(y, question.family, question.top_from, weights)
    system = System(
        family=question.family,
        outcome=coded,
        cut=cut,
        exposure=(exposure.values - centre) / spread,
        start=(exposure.start - centre) / spread,
        end=(exposure.end - centre) / spread,
        links=tuple(make_link(mediator.values, mediator.family, weights) for mediator in question.mediators),
        arrangement=question.arrangement,
        controls=held,
        interaction=question.interaction,
        moderator=None if moderator is None else standardise(moderator.values, weights)[0],
        stages=frozenset(() if moderator is None else moderator.stages),
    )
    return system, outcome_spread, spread


def _coded_outcome(y: Floats, family: Family, top_from: float | None, weights: Floats) -> tuple[Floats, int, float]:
    """Return the outcome as its equation takes it, the cut point below the top group, and the unit of a linear one."""
    if family == "linear":
        scaled, _, spread = standardise(y, weights)
        return scaled, 0, spread
    if family != "ordered" or top_from is None:
        return y, 0, 1.0
    groups = merged_categories(y, top_from)
    cut = int(groups[y < top_from].max())
    return groups.astype(float), cut, 1.0


def merged_categories(y: Floats, top_from: float) -> Codes:
    """Return codes from 0 of an ordered outcome, rare categories merged with a neighbour on their side of `top_from`.

    >>> import numpy as np
    >>> merged_categories(np.repeat([1.0, 2.0, 3.0, 4.0], [3, 12, 11, 10]), 4.0).max()
    2
    """
    codes = np.empty(len(y), dtype=int)
    following = 0
    for side in (y < top_from, y >= top_from):
        levels, counts = np.unique(y[side], return_counts=True)
        group, size, of_level = following, 0, {}
        for level, count in zip(levels, counts, strict=True):
            if size >= FEWEST_IN_CATEGORY:
                group, size = group + 1, 0
            of_level[level] = group
            size += int(count)
        if size < FEWEST_IN_CATEGORY and group > following:
            of_level = {level: min(code, group - 1) for level, code in of_level.items()}
        codes[side] = [of_level[value] for value in y[side]]
        following = max(of_level.values()) + 1
    return codes


def _penalise(system: System) -> tuple[System, tuple[Message, ...]]:
    """Return the system with Firth's penalty and a note where its binary outcome is separated."""
    if system.family != "binary":
        return system, ()
    if detect_separation(system.outcome, system.equations()[-1].design).kind == "none":
        return system, ()
    note = N_(
        "Some customers are foretold without error, so the equation of the outcome is fitted with Firth's penalty, "
        "which keeps its numbers finite."
    )
    return System(**(vars(system) | {"penalised": True})), (note,)


def _shortened(exposure: Exposure) -> tuple[Message, ...]:
    short = exposure.end - exposure.start < exposure.step - 1e-9
    if not short.any():
        return ()
    return (
        N_(
            "{share:percent} of the answers are within {step:int} points of the end of the scale; for these the step "
            "is only as long as the scale allows.",
            share=float(short.mean()),
            step=exposure.step,
        ),
    )
