"""Reads a catalogue of actions: the client's own file beside its parameters, in the form of the one that is shipped."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.errors import Fault, ParamsError
from analysis.params.base import BrokenRule
from analysis.params.faults import shown, suggestion
from analysis.params.steering import ActionEntrySpec, CatalogueSpec
from analysis.params.tree import Entry, KeyPath, parse_yaml, path_text
from analysis.params.words import Slot, describe

LANGUAGES = ("en", "zh")


def load_own_catalogue(path: str | None, params_file: Path) -> tuple[dict[str, ActionEntrySpec], Entry | None]:
    """Return the client's own entries by key, and the tree that knows where each was written.

    Parameters
    ----------
    path
        File relative to the parameter file, or None.
    params_file
        The client's parameter file.

    Raises
    ------
    ParamsError
        With every fault of the file.
    """
    if path is None:
        return {}, None
    file, name = params_file.parent / path, f"{params_file.parent.name}/{Path(path).name}"
    place = f"{params_file.parent.name}/{params_file.name}"
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or "an error")
        raise ParamsError([Fault(what=f"actions '{path}'", rule="must be a file", found=found, where=place)]) from None
    except UnicodeDecodeError:
        fault = Fault(what=name, rule="must be text in UTF-8", found="other bytes", where=name, hint="save it as UTF-8")
        raise ParamsError([fault]) from None
    entries, tree, faults = parse_catalogue(text, name)
    if faults:
        raise ParamsError(faults)
    return entries, tree


def parse_catalogue(text: str, file: str) -> tuple[dict[str, ActionEntrySpec], Entry | None, list[Fault]]:
    """Return the entries of a catalogue, its tree and all its faults.

    Parameters
    ----------
    text
        YAML: a mapping of keys to entries.
    file
        Its name, as faults should show it.
    """
    tree, faults = parse_yaml(text, file)
    if tree is None or faults:
        return {}, tree, faults
    try:
        catalogue = CatalogueSpec.model_validate({"entries": tree.plain()})
    except ValidationError as error:
        found = [_fault(detail, tree) for detail in error.errors()]
        return {}, tree, list(dict.fromkeys(found))
    return dict(catalogue.entries), tree, []


def _fault(detail: Any, tree: Entry) -> Fault:
    """Return a validation error in words; the location begins with ``entries``."""
    raw = [part for part in detail["loc"][1:] if part != "[key]"]
    path, slot = _walk(raw, tree)
    entry = tree.nearest(path)
    what, where = path_text(path), str(entry.place)
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, BrokenRule):
        at = (*path, error.key) if error.key else path
        where = str(tree.nearest(at).place)
        return Fault(what=path_text(at), rule=error.rule, found=error.found, where=where, hint=error.hint)
    if detail["type"] == "missing":
        at = (*path, str(detail["loc"][-1])) if path[-1:] != (detail["loc"][-1],) else path
        return Fault(what=path_text(at), rule="must be given", found="nothing", where=where)
    if detail["type"] == "extra_forbidden":
        hint = suggestion(str(path[-1]), list(ActionEntrySpec.model_fields))
        return Fault(what=what, rule="is not a known key here", found=shown(entry), where=where, hint=hint)
    if detail["loc"][-1] == "[key]":
        rule = "must be small letters, digits and _, beginning with a letter"
        return Fault(what=what, rule=rule, found=repr(str(path[-1])), where=where)
    rule = f"must be {describe(slot)}" if slot is not None else str(detail["msg"])
    return Fault(what=what, rule=rule, found=shown(entry), where=where)


def _walk(loc: list[Any], tree: Entry) -> tuple[KeyPath, Slot | None]:
    """Return the path in the file and what the form expects there; names of alternatives are no part of a path."""
    path: KeyPath = ()
    slot: Slot | None = Slot.of(dict[str, ActionEntrySpec])
    for part in loc:
        entry = tree.nearest(path)
        below = None if slot is None or len(slot.members) > 1 else slot.below(part)
        if below is None and entry.child(part) is None:
            break  # the name of an alternative: what stands here is neither
        path, slot = (*path, part), below
    return path, slot
