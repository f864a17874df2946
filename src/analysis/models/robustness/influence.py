"""What single accounts do to an effect: how far one moves it, and how few must go for the conclusion to change.

The accounts that hold an effect up most are left out first, in the order of their leave-one-out deviations [1]_; how
many are needed is then found by refitting, so the number is a fact about these data, though an upper bound: a cleverer
choice of accounts might need fewer.

References
----------
.. [1] Broderick, T., Giordano, R. and Meager, R. (2020). An automatic finite-sample robustness metric: when can
   dropping a little data make a big difference? arXiv:2011.14999.
"""

from collections.abc import Callable

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import Codes
from analysis.models.robustness.moments import Effect
from analysis.models.robustness.result import InfluenceResult, Relation, Removal
from analysis.results import Estimate, NotEstimable, Unit

MOST_REMOVED = 0.3  # of the accounts; what holds without so many hangs on no handful

# Codes of the accounts to leave out -> the effect without them, or None where it cannot be estimated.
Refit = Callable[[Codes], Effect | None]


def assess_influence(
    relation: Relation, effect: Effect, refit: Refit, unit: Unit, method: str
) -> InfluenceResult | NotEstimable:
    """Return what single accounts do to an effect.

    Parameters
    ----------
    relation, unit, method
        Of the effect.
    effect
        As the audit reports it.
    refit
        Estimates it again without some accounts.
    """
    moves = effect.deviations
    up, down = int(np.argmax(moves)), int(np.argmin(moves))
    without = [refit(np.array([account])) for account in (up, down)]
    if without[0] is None or without[1] is None:
        return NotEstimable(
            reason=N_("Without a single one of the customers the relation cannot be estimated at all."), n=effect.n
        )
    reported = effect.estimate(unit, method)
    sign = 1.0 if effect.value >= 0 else -1.0
    order = np.argsort(-sign * moves, kind="stable")
    clear = reported.low > 0 if sign > 0 else reported.high < 0

    def describe(changed: Callable[[Estimate], bool]) -> Removal:
        return find_removal(order, effect, refit, changed, unit, method)

    return InfluenceResult(
        relation=relation,
        effect=reported,
        accounts=effect.accounts,
        lowest=without[0].estimate(unit, method),
        highest=without[1].estimate(unit, method),
        largest_share_of_error=float(np.abs(moves).max() / effect.std_error),
        sign=describe(lambda estimate: estimate.value * sign <= 0),
        significance=describe(lambda estimate: estimate.low <= 0 <= estimate.high or estimate.value * sign <= 0)
        if clear
        else NotEstimable(
            reason=N_("The interval includes zero with all customers; there is nothing to lose."), n=effect.n
        ),
    )


def find_removal(
    order: Codes, effect: Effect, refit: Refit, changed: Callable[[Estimate], bool], unit: Unit, method: str
) -> Removal:
    """Return the fewest of the accounts, in their order, without which the conclusion is `changed`, by bisection."""
    most = max(1, int(MOST_REMOVED * effect.accounts))
    seen: dict[int, Estimate | None] = {}

    def attempt(count: int) -> Estimate | None:
        if count not in seen:
            found = refit(order[:count])
            seen[count] = None if found is None else found.estimate(unit, method)
        return seen[count]

    def is_changed(count: int) -> bool:
        estimate = attempt(count)
        return estimate is not None and changed(estimate)

    while most > 1 and attempt(most) is None:  # too many for the model: what is tried must be estimable
        most //= 2
    low, high = 0, 1
    while high < most and not is_changed(high):
        low, high = high, min(2 * high, most)
    if not is_changed(high):
        last = attempt(high)
        return Removal(
            accounts=None, share=None, tried=high, after=last if last is not None else effect.estimate(unit, method)
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_changed(middle) else (middle, high)
    after = attempt(high)
    if after is None:
        raise TypeError("a conclusion cannot have changed without an estimate")
    return Removal(accounts=high, share=high / effect.accounts, tried=high, after=after)
