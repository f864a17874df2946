"""Sets of small clients whose true effects are draws of one normal distribution: what a study of several clients pools.

What is true of a client with a given effect is read from a large simulated population, by formulas of its own, at a few
effects, with a curve through them: so the true effect of any client is known, and its mean over clients like these.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.polynomial import Polynomial
from numpy.polynomial.hermite_e import hermegauss

from analysis.calibration.clients import known_client
from analysis.calibration.scenarios import known_partners
from analysis.data.client import ClientData
from analysis.params.model import ClientParams
from analysis.synthetic.accounts import draw_accounts
from analysis.synthetic.answers import draw_answers
from analysis.synthetic.population import LOYALTY_CONTROLS, respondent_frame, slope
from analysis.synthetic.purchases import draw_purchases
from analysis.synthetic.truth import Truth

SIZES = (80, 90, 100, 110, 120, 140, 170, 210)
"""Customers of each client of a set."""
CUSTOMERS = 30_000  # of the population in which the truth at one effect is read
PLACES = np.arange(-3.0, 4.0)  # effects at which it is read, in spreads from the mean
DEGREE = 3  # of the curve through them
TEN = 10.0  # slopes are told for ten points of satisfaction
NODES, NODE_WEIGHTS = hermegauss(12)


@dataclass(frozen=True, kw_only=True)
class Law:
    """From which the effects of satisfaction on loyalty of a set's clients are drawn.

    Parameters
    ----------
    truth
        All else that is true of them.
    mean, spread
        Mean and standard deviation of the normal distribution of the effect.
    """

    truth: Truth
    mean: float
    spread: float

    def draw(self, rng: np.random.Generator) -> float:
        """Return the effect of one client."""
        return float(rng.normal(self.mean, self.spread))

    def with_effect(self, effect: float) -> Truth:
        """Return what is true of a client with this effect."""
        return replace(self.truth, effect_satisfaction_on_loyalty=effect)


def differing() -> Law:
    """Return clients who differ by so much that two thirds of the variance between their estimates is theirs."""
    return Law(truth=known_partners(Truth()), mean=0.6, spread=0.25)


def nil() -> Law:
    """Return clients who differ, in whom satisfaction and loyalty have nothing to do with each other on average."""
    return replace(differing(), truth=known_partners(Truth().without_effects()), mean=0.0)


def alike() -> Law:
    """Return clients who all have the same effect."""
    return replace(differing(), spread=0.0)


LAWS: dict[str, Callable[[], Law]] = {"differing": differing, "nil": nil, "alike": alike}


def draw_set(law: Law, rng: np.random.Generator, params: ClientParams) -> list[ClientData]:
    """Draw one client of each of `SIZES`, each with an effect of its own."""
    return [
        known_client(int(rng.integers(1, 2**31)), law.with_effect(law.draw(rng)), size, params=params) for size in SIZES
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class TrueCurves:
    """What is true of clients by their effect: slope of loyalty for ten points of satisfaction, and Fisher's z."""

    slope: Polynomial
    fisher_z: Polynomial
    law: Law

    def mean_slope(self) -> float:
        """Return the mean slope over clients like these."""
        return self._mean(self.slope)

    def mean_correlation(self) -> float:
        """Return the mean correlation over clients like these, taken on Fisher's z."""
        return float(np.tanh(self._mean(self.fisher_z)))

    def _mean(self, curve: Polynomial) -> float:
        effects = self.law.mean + self.law.spread * NODES
        return float(NODE_WEIGHTS @ curve(effects) / NODE_WEIGHTS.sum())


@cache
def true_curves(name: str, seed: int) -> TrueCurves:
    """Return the curves of one of `LAWS`, from the populations of a seed (the same at all effects)."""
    law = LAWS[name]()
    effects = law.mean + law.spread * PLACES if law.spread > 0 else np.array([law.mean])
    found = np.array([_true_of(law.with_effect(float(effect)), seed) for effect in effects])
    degree = min(DEGREE, len(effects) - 1)
    slopes, values = (Polynomial.fit(effects, column, degree) if degree else Polynomial([column[0]])
                      for column in found.T)  # fmt: skip
    return TrueCurves(slope=slopes, fisher_z=values, law=law)


def _true_of(truth: Truth, seed: int) -> tuple[float, float]:
    accounts = draw_accounts(truth, CUSTOMERS, seed)
    people = respondent_frame(accounts, draw_answers(truth, accounts, draw_purchases(truth, accounts, seed), seed))
    both = people[["satisfaction_index", "loyalty_index"]].dropna()
    correlation = np.corrcoef(both["satisfaction_index"], both["loyalty_index"])[0, 1]
    return TEN * slope(people, LOYALTY_CONTROLS), float(np.arctanh(correlation))
