"""The equations of a mediation model as one system: who is regressed on what, and the linear predictors they give.

Everything inside is standardised (mean 0, standard deviation 1, by the weights of the full sample), so that no result
depends on the client's units and no equation is badly conditioned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from analysis.models.clustering import Floats
from analysis.models.mediation.families import Equation, Family, Fits, fit_equation, levels_of

Arrangement = Literal["parallel", "serial"]
Stage = Literal["first", "second"]


@dataclass(frozen=True, kw_only=True)
class Link:
    """One mediator in the system.

    Parameters
    ----------
    family
        Of the mediator itself: ``linear``, ``binary`` or ``ordered``.
    values
        Standardised, shape (n,).
    outcome
        What its own equation explains: the standardised values, or codes from 0.
    levels
        The standardised value of each code; empty for a linear mediator.
    """

    family: Family
    values: Floats
    outcome: Floats
    levels: Floats


@dataclass(frozen=True, kw_only=True)
class System:
    """Exposure, mediators, controls and outcome of one mediation model.

    Parameters
    ----------
    family, outcome
        Of the outcome; a linear one is standardised.
    cut
        Ordered outcomes: the effect is on the probability of a category above this cut point.
    exposure, start, end
        Standardised exposure as observed, and each row's two values that are compared; shape (n,).
    links
        The mediators, in their order.
    arrangement
        ``parallel`` (each on the exposure and the controls) or ``serial`` (the second also on the first).
    controls
        Standardised, shape (n, c).
    interaction
        Whether the mediators' effects may depend on the exposure.
    moderator
        Standardised, shape (n,), or None.
    stages
        Where the moderator acts: on the exposure's effect on the mediators (first), on theirs on the outcome (second).
    penalised
        Firth's penalty in the outcome's equation.
    """

    family: Family
    outcome: Floats
    cut: int
    exposure: Floats
    start: Floats
    end: Floats
    links: tuple[Link, ...]
    arrangement: Arrangement
    controls: Floats
    interaction: bool = False
    moderator: Floats | None = None
    stages: frozenset[Stage] = field(default_factory=frozenset)
    penalised: bool = False

    def arm(self, number: int) -> Floats:
        """Return the exposure of each row in arm 0 (start) or 1 (end)."""
        return self.end if number else self.start

    def mediator_columns(self, number: int) -> dict[str, Floats]:
        """Return the named columns of one mediator's equation, controls aside."""
        columns = {"1": np.ones(len(self.exposure)), "x": self.exposure}
        if self.arrangement == "serial":
            columns |= {f"m{earlier}": self.links[earlier].values for earlier in range(number)}
        if self.moderator is not None:
            columns["w"] = self.moderator
            if "first" in self.stages:
                columns["xw"] = self.exposure * self.moderator
        return columns

    def outcome_columns(self) -> dict[str, Floats]:
        """Return the named columns of the outcome's equation, controls aside."""
        columns = {"1": np.ones(len(self.exposure)), "x": self.exposure}
        columns |= {f"m{number}": link.values for number, link in enumerate(self.links)}
        if self.interaction:
            columns |= {f"xm{number}": self.exposure * link.values for number, link in enumerate(self.links)}
        if self.moderator is not None:
            columns["w"] = self.moderator
            columns["xw"] = self.exposure * self.moderator
            if "second" in self.stages:
                columns |= {f"wm{number}": self.moderator * link.values for number, link in enumerate(self.links)}
        return columns

    def equations(self) -> tuple[Equation, ...]:
        """Return the mediators' equations, then the outcome's."""
        parts = [
            Equation(
                family=link.family,
                outcome=link.outcome,
                design=np.column_stack([*self.mediator_columns(number).values(), self.controls]),
            )
            for number, link in enumerate(self.links)
        ]
        design = np.column_stack([*self.outcome_columns().values(), self.controls])
        parts.append(Equation(family=self.family, outcome=self.outcome, design=design, penalised=self.penalised))
        return tuple(parts)


@dataclass(frozen=True, kw_only=True)
class FittedSystem:
    """The system's equations fitted to each draw of weights, shape (draws, n)."""

    system: System
    weights: Floats
    fits: tuple[Fits, ...]

    @cached_property
    def held(self) -> tuple[Floats, ...]:
        """Return what the controls add to each linear predictor, shape (draws, n): the same in every world."""
        controls = self.system.controls
        count = controls.shape[1]
        return tuple(fit.coefficients[:, fit.coefficients.shape[1] - count :] @ controls.T for fit in self.fits)

    @property
    def outcome_fit(self) -> Fits:
        """Return the outcome's equation."""
        return self.fits[-1]

    @property
    def converged(self) -> np.ndarray:
        """Return which draws have all their equations, shape (draws,)."""
        return np.asarray(np.logical_and.reduce([fit.converged for fit in self.fits]))


def fit_system(
    system: System, equations: Sequence[Equation], weights: Floats, start: FittedSystem | None = None
) -> FittedSystem:
    """Fit all equations to each draw, from the full sample's maximum where that is given."""
    starts = [None] * len(equations) if start is None else list(start.fits)
    fits = tuple(fit_equation(equation, weights, at) for equation, at in zip(equations, starts, strict=True))
    return FittedSystem(system=system, weights=weights, fits=fits)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A linear predictor by draw and row: its level, shape (draws, n), and its slopes on the mediators."""

    level: Floats
    slopes: tuple[Floats, ...]


def mediator_line(fitted: FittedSystem, number: int, exposure: Floats, moderator: Floats | None) -> Line:
    """Return a mediator's linear predictor at given values of exposure and moderator."""
    names = list(fitted.system.mediator_columns(number))
    earlier = number if fitted.system.arrangement == "serial" else 0
    return _line(fitted, number, names, earlier, exposure, moderator)


def outcome_line(fitted: FittedSystem, exposure: Floats, moderator: Floats | None) -> Line:
    """Return the outcome's linear predictor at given values of exposure and moderator."""
    names = list(fitted.system.outcome_columns())
    return _line(fitted, -1, names, len(fitted.system.links), exposure, moderator)


def _line(
    fitted: FittedSystem, equation: int, names: list[str], mediators: int, exposure: Floats, moderator: Floats | None
) -> Line:
    """Return level and slopes; a column that the equation has not counts as zero."""
    coefficients = fitted.fits[equation].coefficients
    at = np.zeros_like(exposure) if moderator is None else moderator

    def weight(name: str) -> Floats | float:
        return coefficients[:, [names.index(name)]] if name in names else 0.0

    level = fitted.held[equation] + weight("1") + weight("x") * exposure
    if moderator is not None:
        level += weight("w") * at + weight("xw") * exposure * at
    slopes = tuple(
        np.asarray(weight(f"m{j}") + weight(f"xm{j}") * exposure + weight(f"wm{j}") * at) for j in range(mediators)
    )
    return Line(level=level, slopes=slopes)


def standardise(values: Floats, weights: Floats) -> tuple[Floats, float, float]:
    """Return values with weighted mean 0 and standard deviation 1, and the two numbers used."""
    mean = float(np.average(values, weights=weights))
    spread = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
    return (values - mean) / spread, mean, spread


def make_link(values: Floats, family: Family, weights: Floats) -> Link:
    """Return a mediator, standardised; the levels of an ordered one are coded in their order."""
    scaled, mean, spread = standardise(values, weights)
    if family == "linear":
        return Link(family=family, values=scaled, outcome=scaled, levels=np.empty(0))
    found, codes = np.unique(values, return_inverse=True)
    return Link(family=family, values=scaled, outcome=codes.astype(float), levels=(found - mean) / spread)


def outcome_levels(system: System) -> int:
    """Return the number of categories of an ordered outcome."""
    return levels_of(system.outcome)
