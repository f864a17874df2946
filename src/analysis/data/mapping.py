"""One source's own columns and labels onto the canonical ones, with every fault of the source gathered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.data.contract import ROW, SOURCE, Column, Kind, Table
from analysis.data.faults import did_you_mean, nearest, row_fault, shorten
from analysis.data.parsing import (
    as_text,
    explain_dates,
    explain_number,
    on_distinct,
    parse_dates,
    parse_flags,
    parse_numbers,
)
from analysis.data.raw import Raw
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.sources import SourceSpec

Written = Callable[[tuple[str, ...]], str]
"""Says where a key below the source is written: ("columns", "amount") -> "params/acme.yml, line 9"."""


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A column beyond the contract, read as text: a survey item, or the client's segment column.

    Parameters
    ----------
    name
        Name in the mapped frame.
    source
        Column of the source.
    values_of
        Name under which `values` of the parameters may map it.
    """

    name: str
    source: str
    values_of: str = ""


@dataclass
class Mapped:
    """Canonical rows of one source, what was wrong with it, and by column the rows whose value could not be read."""

    frame: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    unread: "dict[str, pd.Series[bool]]" = field(default_factory=dict)


def source_columns(table: Table, spec: "SourceSpec", extras: tuple[Extra, ...]) -> tuple[str, ...]:
    """Return the source's columns that the mapping will look for."""
    own = (source_name(spec, column.name) for column in table.columns)
    return tuple(dict.fromkeys([*own, *(extra.source for extra in extras)]))


def source_name(spec: "SourceSpec", column: str) -> str:
    """Return the source's own name of a canonical column, without the blanks around it, as headers are read."""
    return spec.columns.get(column, column).strip()


def _somewhere(_path: tuple[str, ...]) -> str:
    return "parameters"


def map_source(
    raw: Raw,
    spec: "SourceSpec",
    table: Table,
    *,
    what: str,
    extras: tuple[Extra, ...] = (),
    written: Written = _somewhere,
) -> Mapped:
    """Return the rows of one source as canonical columns.

    Faults are gathered, not raised: columns absent or present twice, and values that are no number, date or flag.
    A value that cannot be read is left missing.
    """
    mapped = Mapped(pd.DataFrame(index=raw.frame.index))
    check_names(spec, table, extras, what, mapped.faults, written)
    for column in table.columns:
        values = _column(raw, spec, column, what, mapped.faults, written)
        if values is not None:
            cleaned = _clean(values, spec, column.name)
            parsed = _parse(cleaned, column.kind, column.name, raw, spec, what, mapped.faults)
            mapped.frame[column.name] = parsed
            unread = cleaned.notna() & parsed.isna()
            if unread.any():
                mapped.unread[column.name] = unread
    for extra in extras:
        if extra.name in mapped.frame.columns or extra.source not in raw.frame.columns:
            continue
        if extra.source in raw.repeated:
            mapped.faults.append(_twice(f"{what}.{extra.values_of or extra.name}", extra.source, _where(raw)))
        values = _clean(raw.frame[extra.source], spec, extra.values_of or extra.name)
        # as text whatever the source's type: the answers of one wave may be numbers and those of the next words
        mapped.frame[extra.name] = as_text(values)
    mapped.frame[SOURCE] = raw.frame[SOURCE]
    mapped.frame[ROW] = raw.frame[ROW]
    return mapped


def check_names(
    spec: "SourceSpec", table: Table, extras: tuple[Extra, ...], what: str, faults: list[Fault], written: Written
) -> None:
    """Enter a fault for each key of a source's maps that names no column of the table."""
    known = [*(column.name for column in table.columns), *(extra.values_of or extra.name for extra in extras)]
    maps: Mapping[str, Mapping] = {
        "columns": spec.columns,
        "values": spec.values,
        "constants": spec.constants,
        "dates": spec.dates,
    }
    for key, entries in maps.items():
        for name in entries:
            if name not in known:
                near = nearest(name, known)
                faults.append(
                    Fault(
                        what=f"{what}: {key}",
                        rule=f"must name canonical columns of {table.name}",
                        found=f"'{name}'",
                        where=written((key, name)),
                        hint=f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}",
                    )
                )


def _column(
    raw: Raw, spec: "SourceSpec", column: Column, what: str, faults: list[Fault], written: Written
) -> pd.Series | None:
    found = locate_column(
        spec, column, raw.columns, raw.repeated, where=_where(raw), what=what, faults=faults, written=written
    )
    if found is None:
        return None
    kind, value = found
    return pd.Series(value, index=raw.frame.index, dtype="str") if kind == "constant" else raw.frame[value]


def locate_column(
    spec: "SourceSpec",
    column: Column,
    columns: Sequence[str],
    repeated: Collection[str],
    *,
    where: str,
    what: str,
    faults: list[Fault],
    written: Written,
) -> tuple[Literal["constant", "column"], str] | None:
    """Return the constant or the source's own column that a canonical column comes from, or None; enter faults.

    Parameters
    ----------
    spec, column
        The source, and the canonical column.
    columns, repeated
        The source's own columns, and those that it holds twice.
    where, what, written
        How a fault names the source's files, the table, and a place in the parameters.
    faults
        Where a column that is needed and absent, or present twice, is entered.
    """
    if column.name in spec.constants:
        value = spec.constants[column.name]
        return "constant", str(value).lower() if isinstance(value, bool) else str(value)
    source = source_name(spec, column.name)
    if source in repeated:
        faults.append(_twice(f"{what}.{column.name}", source, where))
    if source in columns:
        return "column", source
    is_mapped = column.name in spec.columns
    if column.required or is_mapped:
        place = f"; {written(('columns', column.name))}" if is_mapped else ""
        near = nearest(source, columns)
        hint = did_you_mean(source, columns)
        if near and not is_mapped:
            hint += f" Then map it: `columns: {{{column.name}: {near}}}`"
        faults.append(
            Fault(
                what=f"{what}.{column.name}",
                rule="needs a column" if column.required else "is mapped to a column that must exist",
                found=f"no column '{source}'",
                where=f"{where}{place}",
                hint=hint,
            )
        )
    return None


def _twice(what: str, source: str, where: str) -> Fault:
    return Fault(
        what=what,
        rule="must come from one column",
        found=f"column '{source}' present twice",
        where=where,
        hint="rename or remove one of them",
    )


def _where(raw: Raw) -> str:
    names = raw.frame[SOURCE].drop_duplicates().tolist()
    return (
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "an empty file"
    )


def _clean(values: pd.Series, spec: "SourceSpec", name: str) -> pd.Series:
    """Return values stripped, with missing texts missing and the client's labels replaced by the canonical ones."""
    replacements = {key.strip(): canonical_label(value) for key, value in spec.values.get(name, {}).items()}
    is_text = isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype) or values.dtype == object
    if not is_text and not replacements:
        return values
    missing = frozenset(text.strip() for text in spec.missing) | {""}

    def clean(distinct: pd.Series) -> pd.Series:
        text = distinct.str.strip()
        text = text.where(~text.isin(missing))
        mapped = text.map(lambda label: replacements.get(label, label), na_action="ignore").astype("str")
        return mapped.where(mapped != "")  # a label that stands for nothing, such as an opportunity still open

    return on_distinct(as_text(values), clean)


def canonical_label(value: str | float | bool) -> str:
    """Return a canonical value of the parameters as the text that takes a label's place."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _parse(
    values: pd.Series, kind: Kind, name: str, raw: Raw, spec: "SourceSpec", what: str, faults: list[Fault]
) -> pd.Series:
    subject = f"{what}.{name}"
    if kind == "number":
        parsed, bad = parse_numbers(values, spec)
        if bad.any():
            hint = explain_number(as_text(values[bad]))
            faults.append(row_fault(raw.frame, bad, what=subject, rule="must be a number", values=values, hint=hint))
        return parsed
    if kind == "date":
        format_ = spec.dates.get(name)
        parsed, bad = parse_dates(values, format_)
        if bad.any():
            hint = explain_dates(as_text(values[bad]), format_, some_read=bool(parsed.notna().any()))
            rule = f"must be a date in the form {format_ or 'ISO 8601 (2024-12-31)'}"
            faults.append(row_fault(raw.frame, bad, what=subject, rule=rule, values=values, hint=hint))
        return parsed
    if kind == "flag":
        parsed, bad = parse_flags(values)
        if bad.any():
            rule = "must be yes or no (true, false, 1, 0, 是, 否)"
            label = shorten(str(values[bad].iloc[0])).strip("'")
            hint = f'map the values: `values: {{{name}: {{"{label}": true}}}}`, or "" where there is neither'
            faults.append(row_fault(raw.frame, bad, what=subject, rule=rule, values=values, hint=hint))
        return parsed
    text = as_text(values)
    return _plain_ids(text) if kind == "id" else text


def _plain_ids(ids: pd.Series) -> pd.Series:
    """Return ids without a trailing ".0" if all have it: what an export of a number column with gaps leaves behind."""
    distinct = ids.dropna().drop_duplicates()
    if len(distinct) and distinct.str.fullmatch(r"\d+\.0").all():
        return on_distinct(ids, lambda values: values.str[:-2])
    return ids
