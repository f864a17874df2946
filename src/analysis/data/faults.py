"""How a fault is worded: the offending values with their counts, and the rows they stand in."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.errors import Fault

SHOWN_VALUES = 4
SHOWN_ROWS = 5
MAX_TEXT = 40
MANY_ALIKE = 3
"""So many faults of one cause are listed one by one."""


def shorten(value: object) -> str:
    """Return a value as it may stand in a message: quoted where it is text, cut to `MAX_TEXT` characters."""
    if isinstance(value, str):
        text = " ".join(value.split())
        return f"'{text[: MAX_TEXT - 1]}…'" if len(text) > MAX_TEXT else f"'{text}'"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, int | float):
        return f"{value:g}"
    return shorten(str(value))


def describe_values(values: pd.Series) -> str:
    """Return the commonest distinct values with their counts: "98 (412 times), 99 (7 times)"."""
    filled = values.dropna()
    if filled.empty:
        return f"no value ({len(values)} times)"
    counts = filled.value_counts()
    order = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    shown = [f"{shorten(value)} ({times(int(count))})" for value, count in order[:SHOWN_VALUES]]
    rest = len(order) - SHOWN_VALUES
    return ", ".join(shown) + (f" and {rest} more values" if rest > 0 else "")


def times(count: int) -> str:
    """Return "once", "2 times" ..."""
    return "once" if count == 1 else f"{count} times"


def describe_rows(frame: pd.DataFrame) -> str:
    """Return where rows stand: "orders.csv, rows 3, 17 and 40 more"; needs the provenance columns."""
    parts: list[str] = []
    left = SHOWN_ROWS
    ordered = frame[[SOURCE, ROW]].sort_values([SOURCE, ROW], kind="stable")
    for source, rows in ordered.groupby(SOURCE, sort=True, observed=True)[ROW]:
        shown = [str(row) for row in rows.head(max(left, 1))]
        more = len(rows) - len(shown)
        left -= len(shown)
        label = "row" if len(rows) == 1 else "rows"
        parts.append(f"{source}, {label} {', '.join(shown)}" + (f" and {more} more" if more else ""))
        if left <= 0:
            break
    return "; ".join(parts)


def row_fault(
    frame: pd.DataFrame, mask: "pd.Series[bool]", *, what: str, rule: str, values: pd.Series, hint: str = ""
) -> Fault:
    """Return the fault of the rows where `mask` holds; `values` (aligned to `frame`) are what was found there."""
    rows = frame.loc[mask]
    return Fault(
        what=what,
        rule=rule,
        found=describe_values(values[mask]),
        where=describe_rows(rows),
        hint=hint,
        count=len(rows),
    )


def merge_alike(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults, each once; where more than `MANY_ALIKE` have one cause, a single one that stands for all.

    One cause means one table, one rule and one remedy: a questionnaire whose thirteen items all hold an undeclared 99
    has one fault, and so have twenty monthly files in another encoding.
    """
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in dict.fromkeys(faults):
        table = re.split(r"[.:, ]", fault.what, maxsplit=1)[0]
        remedy = re.sub(r" \([^()]*, line \d+\)$", "", fault.hint)  # each item's own line is no other remedy
        groups.setdefault((table, fault.rule, remedy), []).append(fault)
    merged: list[Fault] = []
    for alike in groups.values():
        merged += alike if len(alike) <= MANY_ALIKE else [_merged(alike)]
    return merged


def _merged(alike: Sequence[Fault]) -> Fault:
    found = list(dict.fromkeys(fault.found for fault in alike))
    return replace(
        alike[0],
        what=_several([fault.what for fault in alike]),
        found=found[0] + (", and the like in the others" if len(found) > 1 else ""),
        where=_several([fault.where for fault in alike]),
        count=sum(fault.count for fault in alike),
    )


def _several(texts: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    more = len(distinct) - MANY_ALIKE
    return "; ".join(distinct[:MANY_ALIKE]) + (f" and {more} more" if more > 0 else "")


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `name` (letter case, blanks and punctuation aside), or None."""
    plain: dict[str, str] = {}
    for candidate in candidates:
        plain.setdefault(_plain(candidate), candidate)
    found = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.6)
    if found:
        return plain[found[0]]
    parts = [key for key in plain if key and (key in _plain(name) or _plain(name) in key)]
    return plain[min(parts)] if parts else None


def did_you_mean(name: str, candidates: Sequence[str]) -> str:
    """Return a hint that names the likely column, or those that there are."""
    found = nearest(name, candidates)
    if found:
        return f"did you mean '{found}'?"
    return list_columns(candidates)


def list_columns(names: Sequence[str]) -> str:
    """Return a hint that lists the columns there are, or the empty string where there are none."""
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return f"there are {shown}" + (" and more" if len(names) > 8 else "") if names else ""
