"""What a parameter may be, in plain words: the same words in the faults and in docs/parameters.md."""

import datetime as dt
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from analysis.params.base import Words

_SIMPLE = {
    str: ("text", "texts"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "true or false"),
    dt.date: ("a date such as 2026-01-31", "dates such as 2026-01-31"),
    types.NoneType: ("null", "null"),
}


@dataclass(frozen=True)
class Slot:
    """A place in the model: its type without wrappers, what limits it, and whether it may be null."""

    annotation: Any
    metadata: tuple[Any, ...] = ()
    nullable: bool = False

    @classmethod
    def of(cls, annotation: Any, metadata: Sequence[Any] = ()) -> "Slot":
        """Unwrap `Annotated` and `X | None`."""
        limits, nullable = list(metadata), False
        while True:
            if get_origin(annotation) is Annotated:
                annotation, *more = get_args(annotation)
                for item in more:
                    limits += item.metadata if isinstance(item, FieldInfo) else [item]
                continue
            members = get_args(annotation) if is_union(annotation) else ()
            rest = tuple(member for member in members if member is not types.NoneType)
            if len(rest) < len(members):
                annotation, nullable = Union[rest], True  # noqa: UP007 - built from a tuple
                continue
            return cls(annotation, tuple(limits), nullable)

    @property
    def members(self) -> "tuple[Slot, ...]":
        """The alternatives: those of a union, else the slot itself."""
        if is_union(self.annotation):
            return tuple(Slot.of(member) for member in get_args(self.annotation))
        return (self,)

    @property
    def kind(self) -> Literal["mapping", "list", "scalar"]:
        """The shape a value must have in YAML."""
        if get_origin(self.annotation) is dict or is_model(self.annotation):
            return "mapping"
        return "list" if get_origin(self.annotation) in (list, tuple) else "scalar"

    def below(self, key: str | int) -> "Slot | None":
        """Return the slot under `key`, or None where the model has no such key."""
        if is_model(self.annotation):
            field = self.annotation.model_fields.get(str(key))
            return None if field is None else Slot.of(field.annotation, field.metadata)
        arguments = get_args(self.annotation)
        return Slot.of(arguments[-1]) if self.kind in ("mapping", "list") and arguments else None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys a mapping may have; empty where they are free."""
        if is_model(self.annotation):
            return tuple(self.annotation.model_fields)
        if get_origin(self.annotation) is dict:
            return literals(Slot.of(get_args(self.annotation)[0]).annotation)
        return ()


def is_union(annotation: Any) -> bool:
    """Return whether the type is a union of several."""
    return get_origin(annotation) in (Union, types.UnionType)


def is_model(annotation: Any) -> bool:
    """Return whether the type is a group of parameters."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def literals(annotation: Any) -> tuple[str, ...]:
    """Return the values of a `Literal`, else nothing."""
    return tuple(str(value) for value in get_args(annotation)) if get_origin(annotation) is Literal else ()


def joined(items: Sequence[str], last: str = "or") -> str:
    """Return ``a, b or c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def describe(slot: Slot, *, plural: bool = False) -> str:
    """Return what may stand here, as it follows "must be": ``a number of at least 1``."""
    suffix = ", or null" if slot.nullable else ""
    words = [item for item in slot.metadata if isinstance(item, Words)]
    if words:
        return (words[-1].plural if plural else words[-1].singular) + suffix
    if is_union(slot.annotation):
        return joined([describe(member, plural=plural) for member in slot.members]) + suffix
    return _described(slot, plural) + suffix


def _described(slot: Slot, plural: bool) -> str:
    annotation = slot.annotation
    if values := literals(annotation):
        return "one of " + ", ".join(f'"{v}"' if v.strip(",.'") != v or not v.strip() else v for v in values)
    if slot.kind == "list":
        item = Slot.of(get_args(annotation)[0])
        return ("lists of " if plural else "a list of ") + describe(item, plural=True)
    if is_model(annotation):
        keys = list(annotation.model_fields)
        shown = joined(keys, "and") if len(keys) <= 5 else ", ".join(keys[:4]) + " ..."
        return ("mappings" if plural else "a mapping") + f" with the keys {shown}"
    if slot.kind == "mapping":
        key, value = (Slot.of(argument) for argument in get_args(annotation))
        names = describe(key) if literals(key.annotation) else "a name"
        return ("mappings" if plural else "a mapping") + f" of {names} to {describe(value)}"
    simple = _SIMPLE.get(annotation, (str(annotation), str(annotation)))
    return simple[1 if plural else 0] + _limits(slot.metadata)


def _limits(metadata: Sequence[Any]) -> str:
    bound = {name: getattr(item, name) for item in metadata for name in ("ge", "gt", "le", "lt") if hasattr(item, name)}
    if "ge" in bound and "le" in bound:
        return f" from {bound['ge']} to {bound['le']}"
    phrases = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
    parts = [f"{phrase} {bound[name]}" for name, phrase in phrases.items() if name in bound]
    return " " + " and ".join(parts) if parts else ""
