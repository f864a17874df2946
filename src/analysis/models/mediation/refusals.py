"""Why rows cannot carry a mediation model, in words that a client understands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.mediation.families import Family
from analysis.models.mediation.system import System
from analysis.params.model import LimitsSpec

NO_SCATTER = 1e-9  # share of variance that must be left to explain
UNSOLVED = N_(
    "What is known of these customers tells almost without exception what each of them did, so the paths cannot be "
    "estimated."
)
"""Where an equation has no maximum, which is what separation does to it."""


def refuse_rows(
    y: Floats,
    start: Floats,
    end: Floats,
    varying: Sequence[tuple[Message, Floats]],
    weights: ArrayLike | None,
    codes: Codes,
    limits: LimitsSpec,
) -> Message | None:
    """Return why these rows cannot carry any path, or None; `varying` are the exposure, then the mediators."""
    n = len(y)
    if n < limits.small_cell:
        return N_(
            "Fewer than {least:int} answers hold all that is needed to follow the paths.", least=limits.small_cell
        )
    accounts = int(codes.max()) + 1
    if n < limits.min_n or accounts < limits.min_clusters:
        return N_(
            "Too few answers hold all that is needed to follow the paths: {n:int} from {accounts:int} accounts; at "
            "least {least:int} from {clusters:int} are needed.",
            n=n,
            accounts=accounts,
            least=limits.min_n,
            clusters=limits.min_clusters,
        )
    if weights is not None:
        w = np.asarray(weights, dtype=float)
        if not (np.isfinite(w).all() and (w > 0).all()):
            return N_("Some survey weights are missing or not above zero.")
    for label, values in varying:
        if differing_accounts(values, codes) < FEWEST_DIFFERING:
            return N_("{name:message}: all or all but a few gave the same answer.", name=label)
    if np.ptp(y) == 0:
        return N_("The outcome is the same for everybody, so nothing can be said to go with it.")
    if not (end != start).any():
        return N_("{name:message}: everybody is at the end of the scale, so nothing can rise.", name=varying[0][0])
    return None


def overlap_reason(label: Message) -> Message:
    """Return that a variable is a combination of the others."""
    return N_("{name:message} does not vary apart from the rest of the model, so its path cannot be told.", name=label)


def refuse_size(
    y: Floats, family: Family, top_from: float | None, parameters: int, accounts: int, limits: LimitsSpec
) -> Message | None:
    """Return that there are too few accounts, or too few of the rarer outcome, for the largest equation."""
    if accounts < 2 * parameters:
        return N_(
            "The answers come from {accounts:int} accounts; with this many controls the paths need at least "
            "{least:int}.",
            accounts=accounts,
            least=2 * parameters,
        )
    if family == "linear":
        return None
    rarer = float((y > 0).sum())  # customers, not orders: many orders of one customer are one customer's evidence
    if family != "count":
        high = y >= (1.0 if top_from is None else top_from)
        rarer = float(min(high.sum(), (~high).sum()))
    needed = limits.events_per_parameter * (parameters - 1)
    if rarer >= needed:
        return None
    return N_(
        "The rarer outcome occurs {events:int} times; following the paths needs at least {needed:int}.",
        events=rarer,
        needed=needed,
    )


def without_scatter(system: System, weights: Floats) -> Message | None:
    """Return that a linear equation leaves no scatter, or None."""
    root = np.sqrt(weights)
    for equation in system.equations():
        if equation.family != "linear":
            continue
        design, y = equation.design * root[:, None], equation.outcome * root
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        if float(rest @ rest) < NO_SCATTER * float(y @ y):
            return N_("One answer follows from the others without any scatter: the paths cannot be told apart.")
    return None
