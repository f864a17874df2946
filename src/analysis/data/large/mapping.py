"""One source's own columns and labels onto the canonical ones, as expressions.

What a value means is decided by the functions of the pandas road, on the distinct values that are not in the plain
form; a small table of them is joined back. Numbers and dates in the plain form (1234.50, 2024-12-31, with a time or
without) are read by the engine itself, because of those there may be millions of distinct ones.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw
import pandas as pd

from analysis.data.contract import ROW, SOURCE, Column, Table
from analysis.data.faults import shorten
from analysis.data.large.engine import Engine, Scan
from analysis.data.large.reduce import one
from analysis.data.large.wording import Found, unread_fault
from analysis.data.mapping import Written, canonical_label, check_names, locate_column
from analysis.data.parsing import explain_dates, explain_number, parse_dates, parse_flags, parse_numbers
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.sources import SourceSpec

BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What Python's ``strip`` takes for blanks, the Chinese full-width one included."""
EDGES = f"^[{BLANKS}]|[{BLANKS}]$"
TIME = r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
ISO_DAY = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{TIME}$"
POINT_NUMBER = r"^[+-]?[0-9]{1,15}([.][0-9]{1,15})?$"
COMMA_NUMBER = r"^[+-]?[0-9]{1,15}(,[0-9]{1,15})?$"
INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64, nw.Int128)


@dataclass
class Mapped:
    """Canonical rows of one scan, and what was wrong; `unread` names the columns with values that could not be read.

    Of each of them the frame has a column ``?name`` that says where.
    """

    frame: nw.LazyFrame
    faults: list[Fault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    is_parsed: bool = False


@dataclass(frozen=True, kw_only=True)
class _Place:
    """What the mapping of each column needs to know besides its values."""

    engine: Engine
    spec: "SourceSpec"
    what: str
    scan: Scan


def map_scan(engine: Engine, scan: Scan, spec: "SourceSpec", table: Table, *, what: str, written: Written) -> Mapped:
    """Return the rows of one scan as canonical columns; every fault is gathered, as the pandas road does."""
    place = _Place(engine=engine, spec=spec, what=what, scan=scan)
    mapped = Mapped(scan.frame)
    check_names(spec, table, (), what, mapped.faults, written)
    kept = []
    for column in table.columns:
        frame = _raw_column(mapped.frame, column, place, mapped.faults, written)
        if frame is not None:
            mapped.frame = _read_column(frame, column, place, mapped)
            kept.append(column.name)
    provenance = [nw.col(name) for name in (SOURCE, ROW) if name in scan.frame.collect_schema().names()]
    flags = [nw.col(f"?{name}") for name in mapped.unread]
    mapped.frame = mapped.frame.select(*(nw.col(f"=:{name}").alias(name) for name in kept), *flags, *provenance)
    return mapped


def _raw_column(
    frame: nw.LazyFrame, column: Column, place: _Place, faults: list[Fault], written: Written
) -> nw.LazyFrame | None:
    """Return the frame with a column's own values as ``=:name``, or None where the source has none."""
    scan = place.scan
    found = locate_column(
        place.spec,
        column,
        scan.columns,
        scan.repeated,
        where=scan.label,
        what=place.what,
        faults=faults,
        written=written,
    )
    if found is None:
        return None
    kind, value = found
    own = nw.lit(value) if kind == "constant" else nw.col(scan.alias[value])
    return frame.with_columns(own.alias(f"=:{column.name}"))


def _read_column(frame: nw.LazyFrame, column: Column, place: _Place, mapped: Mapped) -> nw.LazyFrame:
    name, spec = column.name, place.spec
    key = f"=:{name}"
    dtype = frame.collect_schema()[key]
    labels = spec.values.get(name, {})
    is_text = dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Unknown)
    if is_text or labels or column.kind not in ("number", "date"):
        mapped.is_parsed |= bool(labels) or (is_text and column.kind in ("number", "date", "flag"))
        if is_text and not labels and column.kind in ("id", "label", "text"):
            return _text_as_needed(frame, key, column.kind, place)
        frame = _cleaned(frame, key, dtype, place, labels if labels or is_text else {}, strip=is_text or bool(labels))
        if column.kind == "number":
            return _numbers_from_text(frame, name, place, mapped)
        if column.kind == "date":
            return _days_from_text(frame, name, place, mapped)
        if column.kind == "flag":
            return _flags_from_text(frame, name, place, mapped)
        return _plain_ids(frame, key, place) if column.kind == "id" and labels else frame
    if column.kind == "number":
        number = nw.col(key).cast(nw.Float64)
        finite = nw.when(number.is_finite()).then(number).otherwise(None)
        frame = frame.with_columns(finite.alias(key), number.cast(nw.String).alias("=?"))
        return _refuse_infinite(frame, key, name, place, mapped)
    if dtype in (nw.Date, nw.Datetime):
        return frame.with_columns(nw.col(key).cast(nw.Date))
    return _days_from_text(_cleaned(frame, key, dtype, place, {}, strip=False), name, place, mapped)


def text_of(key: str, dtype: object) -> nw.Expr:
    """Return a column of any type as text: whole numbers without a decimal point, days in ISO form."""
    value = nw.col(key)
    if dtype == nw.Boolean:
        return nw.when(value).then(nw.lit("true")).when(~value).then(nw.lit("false")).otherwise(None)
    if dtype in (nw.Float64, nw.Float32, nw.Decimal):
        value = value.cast(nw.Float64)
        is_whole = (value == value.floor()) & (value.abs() < 9e15)
        whole = nw.when(is_whole).then(value).otherwise(None).cast(nw.Int64).cast(nw.String)
        return nw.when(is_whole).then(whole).otherwise(value.cast(nw.String))
    if dtype == nw.Datetime:
        return value.cast(nw.Date).cast(nw.String)
    return value.cast(nw.String)


def _text_as_needed(frame: nw.LazyFrame, key: str, kind: str, place: _Place) -> nw.LazyFrame:
    """Return the frame with a text column cleaned of what is in it: one look, so that later ones cost nothing.

    Most columns of most clients hold no blank at an edge and no text that stands for nothing.
    """
    frame = frame.with_columns(nw.col(key).cast(nw.String))
    text, missing = nw.col(key), _missing_texts(place)
    looked_for = {
        "edges": one(text.str.contains(EDGES)),
        "none": one(_without(key, missing).is_null() & ~text.is_null()),
    }
    found = place.engine.collect(frame.select(*(each.sum().alias(name) for name, each in looked_for.items()))).iloc[0]
    if found["edges"] > 0:
        frame = _cleaned(frame, key, nw.String, place, {}, strip=True)
    elif found["none"] > 0:
        frame = frame.with_columns(_without(key, missing).alias(key))
    return _plain_ids(frame, key, place) if kind == "id" else frame


def _missing_texts(place: _Place) -> list[str]:
    return sorted({label.strip() for label in place.spec.missing} | {""})


def _without(key: str, missing: list[str]) -> nw.Expr:
    """Return a column with some of its texts missing."""
    kept = nw.col(key)
    for label in missing:
        # one by one: of a list, DuckDB makes a join that it cannot leave out where the column is not asked for
        kept = nw.when(nw.col(key) != label).then(kept).otherwise(None)
    return kept


def _cleaned(frame: nw.LazyFrame, key: str, dtype: object, place: _Place, labels: dict, *, strip: bool) -> nw.LazyFrame:
    """Return the frame with a column as text: stripped, missing texts missing, the client's labels replaced."""
    text = text_of(key, dtype)
    if not strip:
        return frame.with_columns(text.alias(key))
    frame = frame.with_columns(text.str.strip_chars(BLANKS).alias(key))
    frame = frame.with_columns(_without(key, _missing_texts(place)).alias(key))
    if not labels:
        return frame
    named = {own.strip(): canonical_label(value) for own, value in labels.items()}
    lookup = pd.DataFrame({"=k": list(named), "=v": list(named.values()), "=h": 1}).astype({"=k": "str", "=v": "str"})
    frame = frame.join(place.engine.small(lookup), left_on=key, right_on="=k", how="left")
    chosen = nw.when(~nw.col("=h").is_null()).then(nw.col("=v")).otherwise(nw.col(key))
    frame = frame.with_columns(chosen.alias(key)).drop("=v", "=h", strict=False)
    return frame.with_columns(nw.when(nw.col(key) != "").then(nw.col(key)).otherwise(None).alias(key))


def _looked_up(
    frame: nw.LazyFrame, key: str, odd: str, place: _Place, function: Callable[[pd.Series], pd.Series]
) -> tuple[nw.LazyFrame, pd.DataFrame]:
    """Return the frame with ``=v``, what `function` makes of the texts of column `odd`; and texts and values.

    Without any odd text there is nothing to join, and no column ``=v``.
    """
    distinct = frame.select(nw.col(odd)).filter(~nw.col(odd).is_null()).unique()
    texts = place.engine.collect(distinct)[odd].astype("str").sort_values().reset_index(drop=True)
    if texts.empty:
        return frame, pd.DataFrame({"=k": texts, "=v": texts})
    table = pd.DataFrame({"=k": texts, "=v": function(texts)})
    good = table[table["=v"].notna()]
    if good.empty:
        return frame, table
    return frame.join(place.engine.small(good), left_on=odd, right_on="=k", how="left"), table


def _refuse_infinite(frame: nw.LazyFrame, key: str, name: str, place: _Place, mapped: Mapped) -> nw.LazyFrame:
    bad = frame.filter(nw.col(key).is_null() & ~nw.col("=?").is_null() & (nw.col("=?").str.to_lowercase() != "nan"))
    counted = place.engine.collect(bad.group_by("=?").agg(nw.len().alias("n")))
    if len(counted):
        found = Found(place.engine, bad, "=?", counted)
        mapped.faults.append(unread_fault(found, what=f"{place.what}.{name}", rule="must be a number", hint=""))
    return frame.drop("=?")


def _numbers_from_text(frame: nw.LazyFrame, name: str, place: _Place, mapped: Mapped) -> nw.LazyFrame:
    key, spec = f"=:{name}", place.spec
    plain = nw.col(key)
    if spec.thousands:
        plain = plain.str.replace_all(spec.thousands, "", literal=True)
    is_plain = plain.str.contains(COMMA_NUMBER if spec.decimal == "," else POINT_NUMBER)
    if spec.decimal == ",":
        plain = plain.str.replace_all(",", ".", literal=True)
    number = nw.when(is_plain).then(plain).otherwise(None).cast(nw.Float64)
    odd = nw.when(~is_plain).then(nw.col(key)).otherwise(None)
    frame = frame.with_columns(number.alias("=n"), odd.alias("=o"))
    frame, table = _looked_up(frame, key, "=o", place, lambda texts: parse_numbers(texts, spec)[0])
    _refuse(frame, table, "=o", name, place, mapped, "must be a number", explain_number)
    return _taken(frame, name, table, nw.Float64())


def _days_from_text(frame: nw.LazyFrame, name: str, place: _Place, mapped: Mapped) -> nw.LazyFrame:
    key, format_ = f"=:{name}", place.spec.dates.get(name)
    text = nw.col(key)
    if format_ is None:
        # of a day with a time, only the day counts: there are thousands of days, and millions of seconds
        text = nw.when(text.str.contains(ISO_DAY)).then(text.str.head(10)).otherwise(text)
    frame = frame.with_columns(text.alias("=o"), nw.lit(None).cast(nw.Date).alias("=n"))

    def days(texts: pd.Series) -> pd.Series:
        parsed = parse_dates(texts, format_)[0]
        return pd.Series([None if pd.isna(day) else _as_date(day) for day in parsed], index=texts.index, dtype=object)

    frame, table = _looked_up(frame, key, "=o", place, days)
    some = bool(table["=v"].notna().any())
    rule = f"must be a date in the form {format_ or 'ISO 8601 (2024-12-31)'}"
    _refuse(
        frame, table, "=o", name, place, mapped, rule, lambda unread: explain_dates(unread, format_, some_read=some)
    )
    return _taken(frame, name, table, nw.Date())


def _as_date(day: pd.Timestamp) -> dt.date:
    return dt.date(day.year, day.month, day.day)


def _flags_from_text(frame: nw.LazyFrame, name: str, place: _Place, mapped: Mapped) -> nw.LazyFrame:
    key = f"=:{name}"
    frame = frame.with_columns(nw.col(key).alias("=o"), nw.lit(None).cast(nw.Boolean).alias("=n"))
    frame, table = _looked_up(frame, key, "=o", place, lambda texts: parse_flags(texts)[0].astype(object))

    def hint(unread: pd.Series) -> str:
        label = shorten(str(unread.iloc[0])).strip("'")
        return f'map the values: `values: {{{name}: {{"{label}": true}}}}`, or "" where there is neither'

    _refuse(frame, table, "=o", name, place, mapped, "must be yes or no (true, false, 1, 0, 是, 否)", hint)
    return _taken(frame, name, table, nw.Boolean())


def _taken(frame: nw.LazyFrame, name: str, table: pd.DataFrame, dtype: nw.dtypes.DType) -> nw.LazyFrame:
    """Return the frame with the value read by the engine or, failing that, the one looked up."""
    value = nw.col("=n")
    if table["=v"].notna().any():
        value = nw.coalesce(nw.col("=n"), nw.col("=v").cast(dtype))
    if table["=v"].isna().any():
        frame = frame.with_columns((~nw.col("=o").is_null() & value.is_null()).alias(f"?{name}"))
    return frame.with_columns(value.alias(f"=:{name}")).drop("=o", "=n", "=v", strict=False)


def _refuse(
    frame: nw.LazyFrame,
    table: pd.DataFrame,
    odd: str,
    name: str,
    place: _Place,
    mapped: Mapped,
    rule: str,
    explain: Callable[[pd.Series], str],
) -> None:
    """Enter the fault of the texts that could not be read."""
    unread = table.loc[table["=v"].isna(), "=k"]
    if unread.empty:
        return
    texts = sorted(unread)
    mapped.unread.append(name)
    lookup = pd.DataFrame({"=b": texts}).astype("str")
    rows = frame.join(place.engine.small(lookup), left_on=odd, right_on="=b", how="semi")
    counted = place.engine.collect(rows.group_by(odd).agg(nw.len().alias("n")))
    found = Found(place.engine, rows, odd, counted)
    mapped.faults.append(unread_fault(found, what=f"{place.what}.{name}", rule=rule, hint=explain(unread)))


def _plain_ids(frame: nw.LazyFrame, key: str, place: _Place) -> nw.LazyFrame:
    """Return ids without a trailing ".0" if all have it: what an export of a number column with gaps leaves behind."""
    given = ~nw.col(key).is_null()
    # the cheap question first: this one is asked of every row
    likely = nw.col(key).str.ends_with(".0")
    ends = nw.when(likely).then(nw.col(key).str.contains(r"^[0-9]+[.]0$")).otherwise(nw.lit(value=False))
    counts = frame.select(
        nw.when(given).then(1).otherwise(0).sum().alias("given"),
        nw.when(given & ends).then(1).otherwise(0).sum().alias("ends"),
    )
    found = place.engine.collect(counts).iloc[0]
    if not found["given"] or found["ends"] < found["given"]:
        return frame
    cut = nw.col(key).str.replace_all(r"[.]0$", "")
    return frame.with_columns(cut.alias(key))
