"""The relationship scale beyond its indicators: value, lifecycle, contacts, complaints, voices, respondents."""

from collections.abc import Mapping
from typing import Any

from analysis.calibration.groups.common import with_variants
from analysis.calibration.groups.prospects import HOME, mark_predictors
from analysis.calibration.readings import LABELS, Reading, read_result
from analysis.data.client import ClientData
from analysis.indicators.compute import compute_indicators
from analysis.monitoring import control_false_discoveries
from analysis.params.model import ClientParams
from analysis.relationship import analyse_relationship

TABLES = None
CELLS = {"demo-400": 0.5, "nil-400": 0.5}
TRUTH = (10, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    indicators, _ = control_false_discoveries(compute_indicators(data, params))
    found = analyse_relationship(data, params, indicators)
    return mark_predictors(read_result(named(found.to_dict()), "relationship"), HOME)


def named(node: Any) -> Any:
    """Return the data with the elements of lists named by their words, so that each is the same one in every client."""
    if isinstance(node, Mapping):
        return {key: named(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_named(element) for element in node]
    return node.to_dict() if hasattr(node, "to_dict") else node


def _named(element: Any) -> Any:
    element = named(element)
    if isinstance(element, Mapping) and not any(isinstance(element.get(label), str) for label in LABELS):
        words = [value for value in element.values() if isinstance(value, str)]
        if words:
            return {**element, "key": " ".join(words).replace("/", "-")}
    return element
