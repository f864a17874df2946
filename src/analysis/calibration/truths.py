"""What is true of the clients of a cell, path by path, and how well it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis.calibration.draws import Draws
from analysis.calibration.quantities import quantity_of
from analysis.calibration.quantity import Quantity, plain_path
from analysis.calibration.scenarios import Scenario, scenarios
from analysis.synthetic.population import population_truth

VALUE = 0
FEWEST_OF_ITS_KIND = 0.1  # of the draws must hold a path whose truth is its own mean over them
SEED = 1
FULL = "repurchase_model[frequency no_order_before recency segment tenure]"
POPULATION = {
    "loyalty_model/slope": ("slope_loyalty_on_satisfaction_adjusted", 10.0),
    "loyalty_model/slope_unadjusted": ("slope_loyalty_on_satisfaction", 10.0),
    f"{FULL}/satisfaction_effect": ("ame_satisfaction_given_history", 1.0),
    f"{FULL}/satisfaction_direct_effect": ("ame_satisfaction_given_loyalty_and_history", 1.0),
    f"{FULL}/loyalty_effect": ("ame_loyalty_given_satisfaction_and_history", 1.0),
}
"""Path -> the estimand that `analysis.synthetic.population` computes by its own formulas, and what one
of its units is in the model's."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A true value and its Monte-Carlo standard error."""

    value: float
    std_error: float


def truths_of(draws: Draws, large: Draws, scenario: Scenario, large_customers: int) -> dict[str, Known]:
    """Return what is true at each path of the draws, where it is known.

    Parameters
    ----------
    draws
        The clients drawn.
    large
        Large clients of the same population, whose estimates are the truth: they miss it by a Monte-Carlo error
        that their spread tells.
    scenario
        The cell.
    large_customers
        Customers of each large client.
    """
    limits = _means(large)
    own = independent_truths(scenario) if any(path in POPULATION for path in draws.paths) else {}
    known: dict[str, Known] = {}
    for path in draws.paths:
        quantity = quantity_of(path)
        if quantity is None:
            continue
        found = own.get(path) or _truth_of(path, quantity, draws, limits)
        if found is None:
            continue
        # a sum over the draws themselves has their size already
        is_larger = quantity.scale == "customers" and quantity.reference != "draws"
        factor = scenario.customers / large_customers if is_larger else 1.0
        known[path] = Known(value=factor * found.value, std_error=factor * found.std_error)
    return known


def independent_truths(scenario: Scenario) -> dict[str, Known]:
    """Return the estimands that formulas of their own give, by the paths of `POPULATION`; not for weighted cells."""
    return {} if scenario.is_weighted else _independent(scenario.population)


@cache
def _independent(population: str) -> dict[str, Known]:
    scenario = next(each for each in scenarios().values() if each.population == population)
    found = population_truth(scenario.truth, SEED)
    return {
        path: Known(value=factor * found[name]["value"], std_error=factor * found[name]["std_error"])
        for path, (name, factor) in POPULATION.items()
    }


def _means(large: Draws) -> dict[str, Known]:
    found = {}
    for column, path in enumerate(large.paths):
        values = large.numbers[:, column, VALUE]
        values = values[np.isfinite(values)]
        if len(values) > 1:
            error = float(values.std(ddof=1) / np.sqrt(len(values)))
            found[path] = Known(value=float(values.mean()), std_error=error)
    return found


def _truth_of(path: str, quantity: Quantity, draws: Draws, limits: Mapping[str, Known]) -> Known | None:
    if quantity.reference == "draws":
        # which controls a client has follows from its number of buyers, on which the score depends as well: the mean
        # is over all clients, or the spread between them would be taken out of what the interval has to cover
        alike = [place for place, other in enumerate(draws.paths) if plain_path(other) == plain_path(path)]
        values = draws.numbers[:, alike, VALUE].ravel()
        values = values[np.isfinite(values)]
        if len(values) < max(FEWEST_OF_ITS_KIND * len(draws), 2):
            return None
        centre = np.median(values) if quantity.kind == "discrete" else values.mean()  # of whole days: the middle one
        return Known(value=float(centre), std_error=float(values.std(ddof=1) / np.sqrt(len(values))))
    if quantity.reference == "rank":
        return _rank(path, limits)
    if quantity.reference == "partner":
        return limits.get(_partner_mean(path))
    if quantity.reference == "own":
        return limits.get(path.replace("/pooled", "/own"))
    return limits.get(path)


def _partner_mean(path: str) -> str:
    """Return the path of the own mean of a partner in a league."""
    _, _, indicator, _, partner, _ = path.split("/")
    return f"indicators/results/{indicator}/by_partner/{partner}"


def _rank(path: str, limits: Mapping[str, Known]) -> Known | None:
    """Return the true rank (1 is the highest) of a partner in its league, or of a share among those of its whole."""
    own = _partner_mean(path) if "/rows/" in path else path.removesuffix("rank") + "share"
    home, _, _ = own.removesuffix("/share").rpartition("/")
    values = [
        known.value
        for other, known in limits.items()
        if other.startswith(f"{home}/") and other.endswith("/share") == own.endswith("/share")
    ]
    if own not in limits:
        return None
    return Known(value=1.0 + sum(value > limits[own].value for value in values), std_error=0.0)
