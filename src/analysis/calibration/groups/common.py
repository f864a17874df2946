"""What the groups of models share: how many draws their bootstraps take, and how their results are read."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from analysis.calibration.readings import Reading, mark_references, read_result
from analysis.data.client import ClientData
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

BOOTSTRAP_DRAWS = 199
FEWEST_DRAWS = 100  # for the large clients, whose estimates are wanted without their intervals
LARGE = 5000  # customers, above which a client is one that the truth is read from

_CUT: dict[tuple[int, int], tuple[ClientParams, ClientParams]] = {}


class Result(Protocol):
    """What every analysis answers with."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""


def is_large(data: ClientData) -> bool:
    """Return whether a client is one that the truth is read from."""
    return len(data.customers) > LARGE


def with_draws(data: ClientData, params: ClientParams) -> ClientParams:
    """Return the parameters with the bootstrap's draws cut down: an interval's coverage hardly depends on them."""
    draws = FEWEST_DRAWS if is_large(data) else BOOTSTRAP_DRAWS
    key = id(params), draws
    if key not in _CUT:  # the same object for all groups: what they begin with is then computed once a client
        _CUT[key] = params, params.model_copy(update={"bootstrap_draws": draws})
    return _CUT[key][1]


def with_variants(
    read: Callable[[ClientData, ClientParams], dict[str, Reading]], data: ClientData, params: ClientParams
) -> dict[str, Reading]:
    """Return the readings of one client; a large one is read with the segment among the controls and without.

    A client with few buyers leaves the segment out first, and its readings are then another quantity's.
    """
    found = read(data, with_draws(data, params))
    if is_large(data):
        plain = read(data, with_draws(data, params).model_copy(update={"segment": None}))
        found = plain | found
    return found


def given(data: ClientData, params: ClientParams) -> str:
    """Return the names of what the model of repeat purchase can hold constant, and which customers it leaves out."""
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return "nothing"
    terms = {term.key.partition("=")[0] for term in plan.designs["baseline"].terms}
    left_out = ("-without order",) if plan.counts.excluded_without_order else ()
    return " ".join((*sorted(terms), *left_out))


def mark_given(found: Mapping[str, Reading], names: str, given_names: str) -> dict[str, Reading]:
    """Return the readings with those whose path matches the pattern `names` named by what is held constant."""
    return {f"{path} [{given_names}]" if re.search(names, path) else path: reading for path, reading in found.items()}


def read_model(result: Result | NotEstimable, path: str) -> dict[str, Reading]:
    """Return the readings of a model's result; none where there is no estimate."""
    if isinstance(result, NotEstimable):
        return {}
    return mark_references(read_result(result.to_dict(), path))
