"""Formatted texts that still know the number they show, so that a workbook can hold the number itself.

Whatever is done to such a text (joined, cut, put into a sentence) gives a plain text: a table's cell is native exactly
where it shows one number, one date, or one estimate with its interval, and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["number", "percent", "money", "date"]
SIGNIFICANT_DIGITS = 12  # as audit.json has them, so that processors agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """What a formatted text shows.

    Parameters
    ----------
    kind
        ``number``, ``percent`` (the value is the proportion), ``money`` or ``date``.
    value
        The number, the day as ISO 8601, or None where the text is an interval alone.
    low, high
        Limits of the interval in brackets, or None where there is none.
    decimals
        Decimals that the text has; of a percentage, those of the percentage.
    signed
        Whether positive numbers have a plus.
    currency
        ISO 4217 code of an amount.
    mark
        What stands behind the number (an asterisk), or "".
    """

    kind: Kind
    value: float | str | None
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    signed: bool = False
    currency: str = ""
    mark: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; what is absent is left out."""
        data: dict[str, Any] = {"kind": self.kind}
        for key in ("value", "low", "high"):
            number = getattr(self, key)
            if number is not None:
                data[key] = number if isinstance(number, str) else _plain_number(number)
        extras = {"decimals": self.decimals, "signed": self.signed, "currency": self.currency, "mark": self.mark}
        return data | {key: extra for key, extra in extras.items() if extra}


class Shown(str):
    """A text that shows one number, one date or one estimate, which it carries along."""

    __slots__ = ("native",)
    native: Native

    def __new__(cls, text: str, native: Native) -> "Shown":
        """Return `text` with what it shows."""
        shown = super().__new__(cls, text)
        shown.native = native
        return shown

    def __getnewargs__(self) -> tuple[str, Native]:  # type: ignore[override]  # a copy carries the number too
        """Return what a copy is made from."""
        return str(self), self.native


def native_of(text: str) -> Native | None:
    """Return what a text shows, or None where it is words, or words and numbers.

    >>> native_of("about 62%") is None
    True
    """
    return text.native if isinstance(text, Shown) else None


def marked(text: str, mark: str) -> str:
    """Return a text with a mark such as an asterisk behind it, which does not hide the number."""
    native = native_of(text)
    return text + mark if native is None else Shown(text + mark, replace(native, mark=native.mark + mark))


def with_limits(text: str, value: str, low: float, high: float) -> str:
    """Return `text`, which shows the estimate that `value` shows alone, and its interval."""
    native = native_of(value)
    return text if native is None else Shown(text, replace(native, low=float(low), high=float(high)))


def interval_of(text: str, low: str, high: str) -> str:
    """Return `text`, which shows the interval between what `low` and `high` show."""
    first, last = native_of(low), native_of(high)
    if first is None or last is None or not isinstance(first.value, float) or not isinstance(last.value, float):
        return text
    return Shown(text, replace(last, value=None, low=first.value, high=last.value))


def native_cells(rows: Iterable[Sequence[str]]) -> list[dict[str, Any]]:
    """Return what the cells of a table show: row and column (from 0) with the number; a cell of words is left out."""
    return [
        {"row": row, "column": column} | text.native.to_dict()
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if isinstance(text, Shown)
    ]


def _plain_number(value: float) -> float | int:
    """Return a number rounded to what all processors agree on, a whole one as such."""
    rounded = float(f"{float(value):.{SIGNIFICANT_DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded
