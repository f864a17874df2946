"""What a YAML file says, and on which line it says it.

Every value keeps the place it was written at and the characters it was written in, so that a fault found much
later, by a model that has never heard of files, can still be shown to the user where it can be mended.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from analysis.errors import Fault

KeyPath = tuple[str | int, ...]
Scalar = str | int | float | bool | dt.date | None

MAX_DEPTH = 40
"""Far deeper than any parameter; what lies deeper is a mistake or an alias that contains itself."""
MAX_VALUES = 100_000
"""Far more than any questionnaire; aliases of aliases could otherwise grow without end."""

NO_TAGS = "must be plain YAML without tags"
"""The rule that leaves a value unread: nothing else can be said about it."""
LONGEST_KEY = 60
"""Longest key that a fault quotes in full."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(_PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge"))
_HINTS = {
    "mapping values are not allowed here": "text that contains ': ' needs quotes; otherwise look at the indentation",
    "cannot start any token": "text that begins with @, `, %, * or & needs quotes",
    "found unexpected end of stream": "a quotation mark is not closed",
    "but found another document": "one file is one document: remove the line '---' in its middle",
    "found undefined alias": "text that begins with * needs quotes",
    "expected <block end>": "look at the indentation of this line and of the one before",
    "but got": "a bracket or brace is not closed",
    "could not find expected ':'": "a key is followed by ': ' and its value",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A file as the user knows it, and a line counted from 1 (None: the file as a whole)."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, where its key stands, and the characters a scalar was written in."""

    value: "dict[str, Entry] | list[Entry] | Scalar"
    place: Place
    written: str = ""

    def plain(self) -> Any:
        """Return the value as ordinary dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def child(self, key: str | int) -> "Entry | None":
        """Return the entry under `key` (of a mapping) or at that position (of a list), if there is one."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            return self.value[key]
        return None

    def nearest(self, path: KeyPath) -> "Entry":
        """Return the entry at `path`, or the innermost one on the way there."""
        entry = self
        for key in path:
            found = entry.child(key)
            if found is None:
                break
            entry = found
        return entry

    def scalars(self, path: KeyPath = ()) -> "Iterator[tuple[KeyPath, Entry]]":
        """Yield every scalar below, with its path."""
        if isinstance(self.value, dict):
            for key, entry in self.value.items():
                yield from entry.scalars((*path, key))
        elif isinstance(self.value, list):
            for position, entry in enumerate(self.value):
                yield from entry.scalars((*path, position))
        else:
            yield path, self


def path_text(path: KeyPath) -> str:
    """Return a path as a user would write it: ``survey.items.q3.missing[0]``."""
    text = ""
    for key in path:
        if isinstance(key, str) and len(key) > LONGEST_KEY:
            key = key[: LONGEST_KEY - 4] + " ..."  # only what is shown is shortened
        if isinstance(key, int):
            text += f"[{key}]"
        elif re.fullmatch(r"[\w-]+", key):
            text += f".{key}" if text else key
        else:
            text += f"[{key!r}]"
    return text or "the file"


def layered(lower: Entry, upper: Entry) -> Entry:
    """Return `upper` laid over `lower`: mappings merge key by key, everything else is replaced."""
    if not (isinstance(lower.value, dict) and isinstance(upper.value, dict)):
        return upper
    merged = dict(lower.value)
    for key, entry in upper.value.items():
        merged[key] = layered(merged[key], entry) if key in merged else entry
    return replace(upper, value=merged)


def parse_yaml(text: str, file: str) -> tuple[Entry | None, list[Fault]]:
    """Return the mapping that `text` holds (None where it holds none), and the faults of the YAML itself.

    Parameters
    ----------
    text
        Content of the file.
    file
        Its name, as faults should show it.
    """
    yaml = YAML(typ="safe", pure=True)  # YAML 1.2: `no` is text; the C parser would read 1.1
    try:
        node = yaml.compose(text)
    except RecursionError:
        return None, [_too_deep(Place(file))]
    except YAMLError as error:
        return None, [_syntax_fault(error, text, file)]
    if node is None:
        return None, [Fault(what=file, rule="must hold parameters", found="an empty file", where=file)]
    builder = _Builder(yaml, file)
    entry = builder.build(node, (), Place(file))
    if not isinstance(entry.value, dict) and not builder.faults:
        found = "a list" if isinstance(entry.value, list) else "a single value"
        rule = "must be a mapping of keys to values"
        return None, [Fault(what=file, rule=rule, found=found, where=str(Place(file, _line(node))))]
    return (entry if isinstance(entry.value, dict) else None), builder.faults


@dataclass(slots=True)
class _Builder:
    """Turns nodes into entries and gathers what is wrong on the way."""

    yaml: YAML
    file: str
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def build(self, node: Node, path: KeyPath, place: Place) -> Entry:
        self.count += 1
        if len(path) > MAX_DEPTH or self.count > MAX_VALUES:
            if not any(fault.what == "the nesting" for fault in self.faults):
                self.faults.append(_too_deep(place))
            return Entry(None, place)
        if isinstance(node, MappingNode) and node.tag == _PREFIX + "map":
            return Entry(self._mapping(node, path), place)
        if isinstance(node, SequenceNode) and node.tag == _PREFIX + "seq":
            entries = [self.build(item, (*path, i), Place(self.file, _line(item))) for i, item in enumerate(node.value)]
            return Entry(entries, place)
        if isinstance(node, ScalarNode) and node.tag in _SCALAR_TAGS:
            node.value = self._whole(node.value, path, place)
            return Entry(self._scalar(node), place, node.value)
        self.faults.append(Fault(what=path_text(path), rule=NO_TAGS, found=f"the tag {node.tag}", where=str(place)))
        return Entry(None, place)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        inherited: dict[str, Entry] = {}
        lines: dict[str, list[int]] = {}
        for key_node, value_node in node.value:
            place = Place(self.file, _line(key_node))
            if not isinstance(key_node, ScalarNode):
                rule = "must have plain texts as keys"
                self.faults.append(Fault(what=path_text(path), rule=rule, found="a list or mapping", where=str(place)))
            elif key_node.tag == _PREFIX + "merge":
                for source in value_node.value if isinstance(value_node, SequenceNode) else [value_node]:
                    below = self.build(source, (*path, "<<"), place).value
                    inherited = (below if isinstance(below, dict) else {}) | inherited
            else:
                # as written: `2024:` and `01:` are the texts "2024" and "01"
                key = self._whole(key_node.value, path, place)
                lines.setdefault(key, []).append(_line(key_node))
                own[key] = self.build(value_node, (*path, key), place)
        self.faults += [self._duplicate((*path, key), where) for key, where in lines.items() if len(where) > 1]
        return inherited | own

    def _whole(self, text: str, path: KeyPath, place: Place) -> str:
        """Return `text` with the halves of a character joined, as JSON escapes them; a half alone is a fault."""
        if not _SURROGATE.search(text):
            return text
        pairs = text.encode("utf-16-le", "surrogatepass")
        joined = pairs.decode("utf-16-le", "surrogatepass")
        if (half := _SURROGATE.search(joined)) is None:
            return joined
        rule, found = "must hold whole characters", f"half of one, {half.group()!r}"
        hint = "such an escape needs its other half, or the character itself"
        self.faults.append(Fault(what=path_text(path), rule=rule, found=found, where=str(place), hint=hint))
        return pairs.decode("utf-16-le", "replace")

    def _duplicate(self, path: KeyPath, lines: list[int]) -> Fault:
        found = "it on lines " + ", ".join(map(str, lines[:-1])) + f" and {lines[-1]}"
        where = str(Place(self.file, lines[-1]))
        return Fault(what=path_text(path), rule="must be given once", found=found, where=where, count=len(lines))

    def _scalar(self, node: ScalarNode) -> Scalar:
        try:
            return self.yaml.constructor.construct_object(node)
        except (YAMLError, ValueError, ArithmeticError):
            return str(node.value)  # 2026-02-30 looks like a date and is none: the model says what is expected


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _too_deep(place: Place) -> Fault:
    return Fault(
        what="the nesting",
        rule=f"must be at most {MAX_DEPTH} levels deep, with at most {MAX_VALUES} values in all",
        found="more",
        where=str(place),
        hint="an alias (*) may contain itself",
    )


def _syntax_fault(error: YAMLError, text: str, file: str) -> Fault:
    tabbed = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    if isinstance(error, MarkedYAMLError) and tabbed:
        shown = ", ".join(map(str, tabbed[:10])) + (" ..." if len(tabbed) > 10 else "")
        return Fault(
            what="the indentation",
            rule="must be made of spaces",
            found=f"a tab at the beginning of line {shown}",
            where=str(Place(file, tabbed[0])),
            hint="replace each tab by two spaces",
            count=len(tabbed),
        )
    line, found = None, "something YAML cannot read"
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, int(error.position)) + 1
        found = f"the control character {error.character!r}"
    elif isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else min(int(mark.line) + 1, max(1, len(text.splitlines())))
        found = str(error.problem or error.context or found)
        if error.context_mark is not None and error.context:
            found += f" {error.context} that begins on line {int(error.context_mark.line) + 1}"
    hint = next((hint for problem, hint in _HINTS.items() if problem in found), "")
    return Fault(what="the YAML", rule="must be well formed", found=found, where=str(Place(file, line)), hint=hint)
