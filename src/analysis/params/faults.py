"""Pydantic's errors, said to a person: which key, where it is written, what may stand there, what does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from analysis.errors import Fault
from analysis.params.base import BrokenRule
from analysis.params.model import ClientParams
from analysis.params.secrets import mask_password
from analysis.params.tree import Entry, KeyPath, Place, path_text
from analysis.params.words import Slot, describe, is_model, joined, literals

NOT_IN_FILE = ("client", "params_file", "environment")
"""Fields of the model that the loader fills in and a file may not."""
SHOWN = 60
"""Longest piece of a value that a fault quotes."""


@dataclass(frozen=True)
class Spot:
    """What an error is about: a path in the file and what the model expects there (None: no such key)."""

    path: KeyPath
    slot: Slot | None
    parent: Slot
    is_key: bool = False


def model_faults(error: ValidationError, tree: Entry) -> dict[KeyPath, list[Fault]]:
    """Return the faults of a validation by path, one for each thing that a user has to mend."""
    faults: dict[KeyPath, list[Fault]] = {}
    for detail, spot in _spots(error, tree):
        fault, path = _fault(detail, spot, tree)
        if all(other.rule != fault.rule for other in faults.get(path, [])):
            faults.setdefault(path, []).append(fault)
    return faults


def texts_expected(error: ValidationError, tree: Entry) -> dict[KeyPath, str]:
    """Return, by path, how numbers and dates are written that stand where text is wanted: ``period: 2024``."""
    return {
        spot.path: entry.written
        for detail, spot in _spots(error, tree)
        if spot.slot is not None and not spot.is_key
        for entry in [tree.nearest(spot.path)]
        if detail["type"] == "string_type" and not isinstance(entry.value, str | bool | dict | list | None)
    }


def suggestion(key: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?``, or the empty string."""
    close = get_close_matches(key, list(known), n=1, cutoff=0.6) or get_close_matches(key.lower(), list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


def shown(entry: Entry) -> str:
    """Return a value as a fault quotes it: as it is written (so nothing of the environment), short, no password."""
    if isinstance(entry.value, dict):
        keys = list(entry.value)
        return f"a mapping ({', '.join(map(_short, keys[:4]))}{' ...' if len(keys) > 4 else ''})" if keys else "{}"
    if isinstance(entry.value, list):
        return f"a list of {len(entry.value)}" if entry.value else "an empty list"
    if entry.value is None:
        return "nothing"
    text = mask_password(entry.written)
    return _short(repr(text) if isinstance(entry.value, str) else text)


def _short(text: str) -> str:
    printable = text if text.isprintable() else repr(text)
    return printable if len(printable) <= SHOWN else printable[: SHOWN - 4] + " ..."


def _spots(error: ValidationError, tree: Entry) -> Iterator[tuple[Any, Spot]]:
    for detail in error.errors(include_url=False, include_input=False):
        spot = _follow(detail["loc"], tree)
        if spot is not None:
            yield detail, spot


def _follow(loc: KeyPath, entry: Entry | None) -> Spot | None:
    """Walk pydantic's location down the model; None where it is about an alternative that was not meant.

    Pydantic tries every alternative of a union and puts the alternative's name into the location. What the user
    meant is told by the shape of what stands there: a mapping, a list or a single value.
    """
    slot = parent = Slot.of(ClientParams)
    path: KeyPath = ()
    rest = list(loc)
    while rest:
        if len(slot.members) > 1:
            meant = [member for member in slot.members if entry is not None and member.kind == _kind(entry)]
            if len(meant) != 1:
                return Spot(path, slot, parent)
            if _kind_of_tag(str(rest.pop(0))) != meant[0].kind:
                return None
            if not rest:  # of the right shape and still wrong: all that may stand here is worth saying
                return Spot(path, slot, parent)
            slot = meant[0]
            continue
        head = rest.pop(0)
        path, parent = (*path, head), slot
        below = slot.below(head)
        if rest == ["[key]"] or below is None:
            return Spot(path, None if below is None else slot, parent, is_key=bool(rest))
        slot, entry = below, None if entry is None else entry.child(head)
    return Spot(path, slot, parent)


def _kind(entry: Entry) -> str:
    return "mapping" if isinstance(entry.value, dict) else "list" if isinstance(entry.value, list) else "scalar"


def _kind_of_tag(tag: str) -> str:
    if tag.startswith("list["):
        return "list"
    return "mapping" if tag.startswith(("dict[", "function-after[")) or tag[:1].isupper() else "scalar"


def _fault(detail: Any, spot: Spot, tree: Entry) -> tuple[Fault, KeyPath]:
    entry = tree.nearest(spot.path)
    draft = Fault(what=path_text(spot.path), rule="", found=shown(entry), where=str(entry.place))
    broken = detail.get("ctx", {}).get("error") if detail["type"] == "value_error" else None
    if detail["type"] == "missing":
        field = spot.parent.annotation.model_fields[spot.path[-1]]
        place = entry.place if len(spot.path) > 1 else Place(entry.place.file)
        hint = (field.description or "").split("\n")[0]
        return replace(draft, rule="must be given", found="nothing", where=str(place), hint=hint), spot.path
    if detail["type"] == "extra_forbidden" or spot.is_key:
        known = [key for key in spot.parent.keys if key not in NOT_IN_FILE]
        return replace(draft, rule="is not a known key here", hint=_key_hint(spot, known)), spot.path
    if isinstance(broken, BrokenRule):
        path = (*spot.path, broken.key) if broken.key else spot.path
        where = str(tree.nearest(path).place)
        found = mask_password(broken.found) if isinstance(entry.value, dict) else shown(entry)
        fault = Fault(what=path_text(path), rule=broken.rule, found=found, where=where, hint=broken.hint)
        return fault, path
    if spot.slot is None:
        return replace(draft, rule=str(broken or detail["msg"])), spot.path
    return replace(draft, rule=f"must be {describe(spot.slot)}", hint=_value_hint(spot, entry)), spot.path


def _key_hint(spot: Spot, known: list[str]) -> str:
    key = str(spot.path[-1])
    if meant := suggestion(key, known):
        return meant
    if len(spot.path) == 1:
        groups = [name for name in known if key in Slot.of(ClientParams.model_fields[name].annotation).keys]
        if groups:
            return f"it belongs below {joined(groups)}"
    return "known here: " + ", ".join(known)


def _value_hint(spot: Spot, entry: Entry) -> str:
    slot = spot.slot or spot.parent
    if isinstance(entry.value, str):
        return suggestion(entry.value, [value for member in slot.members for value in literals(member.annotation)])
    if isinstance(entry.value, dict) and slot.kind == "scalar":
        return "text that contains ': ' or begins with { needs quotes"
    if entry.value is None and is_model(spot.parent.annotation):
        return "leave the key out to use the default"
    return ""
