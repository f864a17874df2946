"""Turns columns of text into numbers, dates and flags; each function also says which rows it could not read.

All work is done on the distinct values, so that a column of half a million rows costs what its few hundred values cost.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from analysis.params.sources import FileFormat

DAY: Final = "datetime64[us]"
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "是", "有", "对"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "否", "无", "不是"})
EPOCHS: dict[str, Literal["ms", "s", "D"]] = {"epoch_ms": "ms", "epoch_s": "s", "excel": "D"}
"""Formats that `dates` may name besides strptime codes: Unix time, and the day number of a spreadsheet."""
EPOCH = re.compile(r"(epoch_ms|epoch_s|excel)(?:([+-])(\d\d):(\d\d))?")
"""One of them, with the offset of the clock that days are counted by: midnight in Shanghai is the day before in UTC."""
EXCEL_ORIGIN = "1899-12-30"
CANDIDATE_FORMATS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y年%m月%d日",
    "%Y.%m.%d",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
)
"""Formats that are tried, to name the likely one, when a date cannot be read."""


def on_distinct(column: pd.Series, function: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Return `function` applied to the distinct values of `column` and spread back over its rows."""
    codes, distinct = pd.factorize(column)
    before = pd.Series(distinct).reset_index(drop=True)
    done = function(before)
    if done.dtype == column.dtype and done.equals(before):
        return column  # nothing to do: millions of rows need not be copied
    return pd.Series(pd.api.extensions.take(done.array, codes, allow_fill=True), index=column.index)


def as_text(column: pd.Series) -> pd.Series:
    """Return a column of any type as text: whole numbers without a decimal point, days in ISO form."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = as_text(pd.Series(column.cat.categories)).array
        # by code: a plain astype would make a Python string of every row
        return pd.Series(
            pd.api.extensions.take(texts, column.cat.codes.to_numpy(), allow_fill=True), index=column.index
        )
    if isinstance(column.dtype, pd.StringDtype):
        return column
    return on_distinct(column, _distinct_text)


def _distinct_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_float_dtype(values):
        whole = (values % 1 == 0) & np.isfinite(values)
        integers = values.where(whole, 0).astype("int64").astype("str")
        return integers.where(whole, values.astype("str"))
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").astype("str")
    return values.astype("str")


def plain_numbers(values: pd.Series, spec: "FileFormat") -> pd.Series:
    """Return distinct texts as plain numbers: ASCII digits, no currency sign or thousands mark, decimal point ".".

    Accounting's negatives are understood: -$5.00, $-5.00, ($5.00) and 5.00-.
    """
    text = values.str.normalize("NFKC").str.strip()
    text = text.str.replace(r"^\((.+)\)$", r"-\1", regex=True).str.replace(r"^([^-]+)-$", r"-\1", regex=True)
    text = text.str.replace(r"^([+-]?)\s*[$€£¥]\s*|\s*[$€£¥元]$", r"\1", regex=True)
    if spec.thousands:
        text = text.str.replace(spec.thousands, "", regex=False)
        if spec.thousands == " ":
            text = text.str.replace(r"[\u00a0\u202f]", "", regex=True)
    if spec.decimal == ",":
        # a point is not a thousands mark unless it is declared as one: 1.500 would be read a thousandfold wrong
        text = text.mask(text.str.contains(".", regex=False, na=False), "?").str.replace(",", ".", regex=False)
    return text


def parse_numbers(column: pd.Series, spec: "FileFormat") -> tuple[pd.Series, "pd.Series[bool]"]:
    """Return cleaned text (or numbers) as float64, and which filled rows are no finite number."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = column.astype("float64")
    else:
        numbers = on_distinct(
            as_text(column), lambda values: pd.to_numeric(plain_numbers(values, spec), errors="coerce").astype(float)
        )
    numbers = numbers.where(np.isfinite(numbers))
    return numbers, column.notna() & numbers.isna()


def explain_number(values: pd.Series) -> str:
    """Return the probable cause why texts are no numbers, or the empty string."""
    text = values.dropna().astype("str").str.strip()
    if len(text) and text.str.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?").all():
        return "probably a thousands mark: `thousands: ','`"
    if len(text) and text.str.fullmatch(r"-?[\d.]*\d,\d+").all():
        return "probably a decimal comma: `decimal: ','`"
    if len(text) and text.str.fullmatch(r"-?[\d,]*\d\.\d+").all():
        return "probably a decimal point, or `thousands: '.'`"
    if len(text) and text.str.fullmatch(r"[+(-]?\s*[$€£¥]\s*-?\d{1,3}(,\d{3})+(\.\d+)?\)?").all():
        return "probably a thousands mark: `thousands: ','`"
    if len(text) and text.str.fullmatch(r"([A-Z]{3}\s*)-?[\d.,]+|-?[\d.,]+(\s*[A-Z]{3})").all():
        return "a currency's code beside the number: part them in a query, the code goes into the column `currency`"
    if len(text) and text.str.fullmatch(r"-?\d+(\.\d+)?\s*%").all():
        return "a per cent sign: map the values, or compute in a query"
    return ""


def parse_dates(column: pd.Series, format_: str | None) -> tuple[pd.Series, "pd.Series[bool]"]:
    """Return days (midnight, no zone), and which filled rows are no date in `format_` (default: ISO 8601)."""
    if pd.api.types.is_datetime64_any_dtype(column):
        naive = column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column
        return naive.dt.normalize().astype(DAY), pd.Series(data=False, index=column.index)
    days = on_distinct(as_text(column), lambda values: read_days(values, format_))
    return days, column.notna() & days.isna()


def read_days(texts: pd.Series, format_: str | None) -> pd.Series:
    """Return texts as days in one format, NaT where they are none."""
    if format_ is not None and (epoch := EPOCH.fullmatch(format_)):
        return _since_epoch(pd.to_numeric(texts, errors="coerce").astype("float64"), epoch)
    try:
        days = pd.to_datetime(texts, format=format_ or "ISO8601", errors="coerce")
    except ValueError:
        # several time zones in one column: what counts is the day on the wall clock
        local = texts.str.replace(r"(Z|[+-]\d{2}:?\d{2})$", "", regex=True)
        days = pd.to_datetime(local, format="ISO8601", errors="coerce")
    if getattr(days.dt, "tz", None) is not None:
        days = days.dt.tz_localize(None)
    return days.dt.normalize().astype(DAY)


def _since_epoch(numbers: pd.Series, epoch: re.Match[str]) -> pd.Series:
    kind, sign, hours, minutes = epoch.groups()
    origin = pd.Timestamp(EXCEL_ORIGIN if kind == "excel" else "1970-01-01")
    days = pd.to_datetime(numbers, unit=EPOCHS[kind], origin=origin, errors="coerce")
    if sign:
        days += pd.Timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    return days.dt.normalize().astype(DAY)


def explain_dates(unread: pd.Series, format_: str | None, some_read: bool) -> str:
    """Return which format the unread texts are probably in, or the empty string."""
    text = unread.dropna().astype("str").str.strip().drop_duplicates()
    if text.empty:
        return ""
    if text.str.fullmatch(r"1\d{12}").all():
        return "milliseconds since 1970: `epoch_ms` under `dates`, or `epoch_ms+08:00` for days by China's clock"
    if text.str.fullmatch(r"[2-6]\d{4}(\.\d+)?").all():
        return "day numbers of a spreadsheet: `excel` under `dates`"
    fitting = [
        "ISO 8601" if candidate is None else candidate
        for candidate in (None, *CANDIDATE_FORMATS)
        if candidate != format_ and read_days(text, candidate).notna().all()
    ]
    if not fitting:
        return ""
    named = " or ".join(fitting[:2])
    return f"two formats in one column: these read as {named}" if some_read else f"these read as {named}: see `dates`"


def parse_flags(column: pd.Series) -> tuple[pd.Series, "pd.Series[bool]"]:
    """Return nullable booleans, and which filled rows are neither a yes nor a no."""
    words = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
    lowered = on_distinct(as_text(column), lambda values: values.str.casefold().map(words).astype("boolean"))
    flags = lowered.astype("boolean")
    return flags, column.notna() & flags.isna()
