"""Every interval and p-value in a result, found by walking through its JSON: nothing printed can be overlooked."""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.calibration.regions import map_reaches

LIMITS = (("low", "high"), ("conf_low", "conf_high"), ("rank_low", "rank_high"))
VALUES = ("value", "estimate", "share", "fitted", "observed")
"""Names under which the estimate stands beside its limits, the first that is there."""
LABELS = (
    "key", "term", "partner_id", "indicator", "dimension", "segment", "driver", "mediator", "item", "touchpoint",
    "product",
)  # fmt: skip
"""Names of the field that tells the elements of a list apart, the first that is there."""
P_VALUES = ("median_p", "share_p", "adjusted_p", "segment_p", "segment_adjusted_p", "p_difference", "p_distinguishable")
"""Names of further p-values of one result, beside `p_value`."""
EDGES = frozenset({"bins", "stretches"})
"""Lists and parts whose `low` and `high` are edges, not limits of an estimate."""
TAGGED = "relations/"
"""Where a part that holds controls constant is named by them: an effect given fewer controls is another quantity."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One estimate as it is printed; NaN for what it has not (a test has a p-value alone)."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    n: float = math.nan

    def numbers(self) -> tuple[float, float, float, float, float]:
        """Return value, low, high, p-value and n."""
        return self.value, self.low, self.high, self.p_value, self.n


def read_result(result: Any, path: str) -> dict[str, Reading]:
    """Return path -> reading of everything in a result's JSON that has limits or a p-value.

    Parameters
    ----------
    result
        What `to_dict` returns, or a part of it.
    path
        Path of the result in audit.json; elements of lists are named by their key (``items/nps``) where they have one,
        else by their position.
    """
    return dict(_walk(result, path))


def _walk(node: Any, path: str) -> Iterator[tuple[str, Reading]]:
    if path.rpartition("/")[2] in EDGES:
        return
    if isinstance(node, Mapping):
        if path.startswith(TAGGED) and _is_list(node.get("controls")):
            path = f"{path}[{_digest(sorted(str(control) for control in node['controls']))}]"
        reading = _read(node)
        if reading is not None:
            yield path, reading
        ranks = _limits(node, LIMITS[2:])
        if ranks is not None:
            yield f"{path}/rank", Reading(low=ranks[0], high=ranks[1])
        yield from _claims(node, path)
        for key, inner in node.items():
            if isinstance(inner, Mapping) or _is_list(inner):
                yield from _walk(inner, f"{path}/{key}")
    elif _is_list(node):
        for position, inner in enumerate(node):
            yield from _walk(inner, f"{path}/{_label(inner, position)}")


def _claims(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Reading]]:
    """Yield what is claimed otherwise than by limits around an estimate: further p-values, stretches, regions."""
    for name in P_VALUES:
        if _is_number(node.get(name)):
            yield f"{path}/{name}", Reading(p_value=float(node[name]))
    if "stretches" in node:  # where a slope differs from nil, if anywhere: a claim or none
        yield path, Reading(p_value=0.0 if node["stretches"] else 1.0)
    if _is_list(node.get("positions")) and _is_number(node.get("performance_border")):
        for place, value, low, high in map_reaches(node["positions"], float(node["performance_border"])):
            yield f"{path}/positions/{place}", Reading(value=value, low=low, high=high)


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


def _label(node: Any, position: int) -> str:
    if not isinstance(node, Mapping):
        return str(position)
    if isinstance(node.get("response"), str) and isinstance(node.get("key"), str):
        return f"{node['response']}:{node['key']}"
    for name in LABELS:
        own = node[name].get("key") if isinstance(node.get(name), Mapping) else node.get(name)
        if isinstance(own, str):
            return own
    if "slope" in node and _limits(node, LIMITS[:1]):
        return f"{node['low']:g}-{node['high']:g}"
    if isinstance(node.get("first"), Mapping) and isinstance(node.get("second"), Mapping):
        # what is compared with what, in words: the most frequent level is the reference, and it may differ
        return f"{_words(node['first'])} against {_words(node['second'])}"
    return str(position)


def _words(message: Mapping[str, Any]) -> str:
    values = message.get("values")
    texts = [str(value) for value in values.values() if isinstance(value, str)] if isinstance(values, Mapping) else []
    return " ".join(texts) or str(message.get("message"))


def _limits(node: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> tuple[float, float] | None:
    for low, high in pairs:
        if _is_number(node.get(low)) and _is_number(node.get(high)):
            return float(node[low]), float(node[high])
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read(node: Mapping[str, Any]) -> Reading | None:
    limits = _limits(node, LIMITS[:2])
    p_value = float(node["p_value"]) if _is_number(node.get("p_value")) else math.nan
    if limits is None:
        return None if math.isnan(p_value) else Reading(p_value=p_value)
    value = next((float(node[name]) for name in VALUES if _is_number(node.get(name))), math.nan)
    n = float(node["n"]) if _is_number(node.get("n")) else math.nan
    if math.isnan(value):  # the edges of a zone; counts of complaints by the labels `low` and `high`
        return None if math.isnan(p_value) else Reading(p_value=p_value)
    return Reading(value=value, low=limits[0], high=limits[1], p_value=p_value, n=n)


PLACES = (40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
"""Satisfactions (0-100) at which bands around curves are read, since each client's curve has a grid of its own."""


def at_fixed_places(found: Mapping[str, Reading], path: str, points: Sequence[Any]) -> dict[str, Reading]:
    """Return the readings with those of a curve's own grid replaced by ones at `PLACES`, where the curve reaches them.

    Parameters
    ----------
    found, path
        The readings, and the path of the curve's points among them.
    points
        The curve: `satisfaction`, `fitted`, `low` and `high`.
    """
    kept = {key: reading for key, reading in found.items() if not key.startswith(f"{path}/")}
    grid = [point.satisfaction for point in points]
    for place in PLACES:
        if grid[0] <= place <= grid[-1]:
            value, low, high = (
                float(np.interp(place, grid, [getattr(point, name) for point in points]))
                for name in ("fitted", "low", "high")
            )
            kept[f"{path}/{place:g}"] = Reading(value=value, low=low, high=high)
    return kept


def mark_references(found: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the readings with the coefficients of categories named by what they are compared with.

    The most frequent category is the reference, and rare ones join it; a coefficient against another reference, and
    an intercept or cut point beside other coefficients, is another quantity.
    """
    blocks: dict[str, list[str]] = {}
    for path in found:
        home, coefficients, own = path.partition("/coefficients/")
        if coefficients:
            blocks.setdefault(home, []).append(own)
    marked = {}
    for path, reading in found.items():
        block = next((block for block in blocks if path.startswith(f"{block}/co") or f"{block}/cut" in path), None)
        term = path.rpartition("/")[2]
        names = [] if block is None else _compared(term, blocks[block])
        marked[path if not names else f"{path} ~{_digest(names)}"] = reading
    return marked


def _compared(term: str, terms: Sequence[str]) -> list[str]:
    if term.startswith(("intercept", "cut=")):
        return sorted(terms)
    control, is_category, _ = term.partition("=")
    return sorted(each for each in terms if each.startswith(f"{control}=")) if is_category else []


def _digest(names: Sequence[str]) -> str:
    return f"{zlib.crc32(' '.join(names).encode()):08x}"
