"""Numbers as a journal wants them: APA 7 in English, the convention of Chinese psychology journals in Chinese."""

import math

from analysis.document.formatting import format_number
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.results import Estimate
from analysis.study.verdicts import degrees_of_freedom, p_value_of, standard_error

T_METHODS = frozenset({"cr3-t", "hc3-t", "ame-delta-cr3-t", "delta-cr3-t", "bootstrap-se-t", "hartung-knapp-t",
                       "corrected-resampled-t"})  # fmt: skip
"""Methods whose p-value is that of estimate over standard error on t."""
MOST_DECIMALS = 5


def decimals_of(estimate: Estimate) -> int:
    """Return the decimals that show two digits of the standard error: at least two, as APA has it."""
    digits = 1 - math.floor(math.log10(standard_error(estimate)))
    return min(max(digits, 2), MOST_DECIMALS)


def write_p(p_value: float, language: str) -> str:
    """Return a p-value with its sign of equality: three decimals, in English without the zero before the point.

    >>> write_p(0.0312, "en"), write_p(0.0312, "zh"), write_p(0.0002, "en")
    ('= .031', '= 0.031', '< .001')
    """
    text = "< 0.001" if p_value < 0.001 else f"= {min(p_value, 0.999):.3f}" if p_value < 1 else "= 1.000"
    return text if language == "zh" else text.replace(" 0.", " .")


def write_level(level: float) -> str:
    """Return a confidence level as a percentage: 95, 99.5."""
    return f"{100 * level:g}%"


def write_interval(estimate: Estimate, language: str, decimals: int | None = None) -> str:
    """Return the limits in brackets: [2.38, 4.04]."""
    places = decimals_of(estimate) if decimals is None else decimals
    low, high = (format_number(value, language, places) for value in (estimate.low, estimate.high))
    return f"[{low}, {high}]"


def write_estimate(estimate: Estimate, language: str) -> str:
    """Return an estimate and its limits: 3.21 [2.38, 4.04]."""
    return f"{format_number(estimate.value, language, decimals_of(estimate))} {write_interval(estimate, language)}"


def write_statistics(estimate: Estimate, symbol: str, draws: int | None, t: Translator) -> str:
    """Return the statistics of a results paragraph: b = 3.21, SE = 0.42, t(241) = 7.64, p < .001, 95% CI [2.38, 4.04].

    Parameters
    ----------
    estimate
        With the limits that are reported.
    symbol
        Of the estimate.
    draws
        Bootstrap draws, named where the interval is the bootstrap's.
    t
        The report's language.
    """
    language, places = t.language, decimals_of(estimate)
    error = standard_error(estimate)
    parts = [
        f"{symbol} = {format_number(estimate.value, language, places)}",
        f"SE = {format_number(error, language, places)}",
    ]
    if estimate.method in T_METHODS:
        parts.append(f"t({_degrees_text(estimate)}) = {format_number(estimate.value / error, language, 2)}")
    parts.append(f"p {write_p(p_value_of(estimate), language)}")
    limits, level = write_interval(estimate, language, places), write_level(estimate.level)
    if estimate.method.startswith("bootstrap") and draws:
        values = {"level": level, "limits": limits, "draws": draws}
        parts.append(t(N_("{level:text} CI {limits:text}, {draws:int} bootstrap draws", **values)))
    else:
        parts.append(f"{level} CI {limits}")
    return ", ".join(parts).replace(" = ", "\u00a0=\u00a0").replace(" < ", "\u00a0<\u00a0")


def _degrees_text(estimate: Estimate) -> str:
    df = float(degrees_of_freedom(estimate))
    return f"{df:.0f}" if df.is_integer() else f"{df:.1f}"


def sample_words(estimate: Estimate) -> Message:
    """Return how many observations and accounts an estimate rests on."""
    if estimate.clusters is None or estimate.clusters == estimate.n:
        return N_("n = {n:int}", n=estimate.n)
    return N_("n = {n:int} in {accounts:int} clusters", n=estimate.n, accounts=estimate.clusters)
