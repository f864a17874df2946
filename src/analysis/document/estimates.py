"""How estimates are written: value and limits with the same decimals, and a column of them with the same again."""

from collections.abc import Callable, Sequence

from babel.numbers import get_currency_precision

from analysis.document.formatting import (
    COMPACT_EN,
    COMPACT_ZH,
    MINUS,
    currency_name,
    currency_symbol,
    format_money_full,
    format_number,
    format_percent,
    show_money,
)
from analysis.document.native import interval_of, with_limits
from analysis.results import Estimate, Unit

Writer = Callable[[float], str]


def estimate_writer(
    estimates: Sequence[Estimate], language: str, currency: str, *, full: bool = False, signed: bool = False
) -> Writer:
    """Return the function that writes the numbers of some estimates in one unit with the same decimals and magnitude.

    Parameters
    ----------
    estimates
        At least one; all in the unit of the first.
    language, currency
        Of the report.
    full
        Write money in whole units of the currency.
    signed
        Write a plus before positive numbers, as differences have it.
    """
    unit = estimates[0].unit
    signed = signed or unit == "percentage_points"
    if unit == "money":
        if full:
            return lambda value: format_money_full(value, language, currency, signed=signed)
        return _money_writer(estimates, language, currency, signed=signed)
    decimals = _decimals(estimates, unit, signed=signed)
    if unit == "proportion":
        return lambda value: format_percent(value, language, decimals, signed=signed)
    return lambda value: format_number(value, language, decimals, signed=signed)


def _largest(estimates: Sequence[Estimate]) -> float:
    return max(abs(number) for e in estimates for number in (e.value, e.low, e.high))


def _decimals(estimates: Sequence[Estimate], unit: Unit, *, signed: bool) -> int:
    """Return the decimals that the widest intervals need; one more where an interval would collapse to a point."""
    if unit == "percentage_points" or (signed and unit in ("index", "nps", "days")):
        return 1
    if unit in ("nps", "days"):
        return 0
    if unit in ("proportion", "index"):
        size = 100.0 if unit == "proportion" else 1.0
        widths = [size * (e.high - e.low) for e in estimates]
        small = unit == "proportion" and all(0 < e.value < 0.01 for e in estimates)
        collapsed = any(
            width > 0 and round(size * e.low) == round(size * e.high)
            for e, width in zip(estimates, widths, strict=True)
        )
        # Indices below 10 are steps on the scale rather than places on it: "0.6 (0.1 to 1.1)", not "1 (0 to 1)".
        step = unit == "index" and _largest(estimates) < 10
        return 1 if collapsed or small or step or 0 < max(widths) < 2 else 0
    scale = _largest(estimates)
    return 2 if scale < 10 else 1 if scale < 100 else 0


def _money_writer(estimates: Sequence[Estimate], language: str, currency: str, *, signed: bool) -> Writer:
    """Return a writer with three significant digits for the largest amount, and its magnitude for all."""
    largest = _largest(estimates)
    steps = COMPACT_ZH if language == "zh" else COMPACT_EN
    size, word = next(((size, word) for size, word in steps if largest >= size * 0.9995), (1.0, ""))
    scaled = largest / size
    decimals = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
    if size == 1.0 and decimals:
        decimals = get_currency_precision(currency)

    def write(value: float) -> str:
        number = format_number(abs(value) / size, language, decimals)
        sign = "" if not number.strip("0.") else MINUS if value < 0 else "+" if signed else ""
        text = f"{sign}{currency_symbol(currency)}{number}{word}"
        if language == "zh":
            text = f"{sign}{number} {word}{currency_name(currency)}"
        return show_money(text, value, currency, decimals=0 if word else decimals, signed=signed)

    return write


def format_range(low: str, high: str, language: str) -> str:
    """Join two formatted limits: "58 to 66", "58 至 66"."""
    return interval_of(f"{low} 至 {high}" if language == "zh" else f"{low} to {high}", low, high)


def brackets(text: str, language: str, before: str = "") -> str:
    """Put `text` in brackets after `before`: "62% (58 to 66)", "62%（58 至 66）"."""
    if language == "zh":
        return f"{before}（{text}）"
    return f"{before} ({text})" if before else f"({text})"


def write_limits(estimate: Estimate, write: Writer, language: str) -> str:
    """Write the interval of an estimate; a percent sign is left to the estimate, a Chinese unit is said once."""
    low, high = write(estimate.low), write(estimate.high)
    if language == "zh" and low.partition(" ")[2] == high.partition(" ")[2]:
        low = low.partition(" ")[0]  # 110 至 130 万元
    return interval_of(format_range(low.rstrip("%"), high.rstrip("%"), language), write(estimate.low), high)


def format_limits(estimate: Estimate, language: str, currency: str, *, full: bool = False) -> str:
    """Write the interval of an estimate alone: "58 to 66"; the percent sign is left to the estimate itself."""
    return write_limits(estimate, estimate_writer([estimate], language, currency, full=full), language)


def format_estimate(
    estimate: Estimate, language: str, currency: str, *, peers: Sequence[Estimate] = (), full: bool = False
) -> str:
    """Write an estimate with its interval: "62% (58 to 66)", "62%（58 至 66）".

    Parameters
    ----------
    estimate
        The estimate.
    language, currency
        Of the report.
    peers
        The other estimates of its column, so that all have the same decimals.
    full
        Write money in whole units of the currency.
    """
    write = estimate_writer(list(peers) or [estimate], language, currency, full=full)
    return _with_interval(estimate, write, language)


def _with_interval(estimate: Estimate, write: Writer, language: str) -> str:
    value = write(estimate.value)
    text = brackets(write_limits(estimate, write, language), language, value)
    return with_limits(text, value, estimate.low, estimate.high)


def format_difference(difference: Estimate, language: str, currency: str) -> str:
    """Write a difference with its interval, all signed: "+2.0 (−4.7 to +8.6)"."""
    write = estimate_writer([difference], language, currency, signed=True)
    return _with_interval(difference, write, language)
