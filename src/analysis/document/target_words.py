"""How targets are written: verdicts, attainment, probability, and whom a target is for."""

from collections.abc import Mapping

from analysis.document.estimates import brackets, format_range
from analysis.document.native import with_limits
from analysis.document.tables import DASH
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.indicators.appraisal_shapes import TargetRow
from analysis.messages import N_, Message
from analysis.results import TargetAttainment

SURE = 0.99
"""Beyond this a probability read from two limits says no more than that it is nearly certain."""
LONGEST_NAME = 40
HOW_SURE = N_(
    "Probability met: the confidence that the true value reaches the target, read from the limits of its interval."
)


def verdict_words() -> dict[str, Message]:
    """Return the verdicts in words."""
    return {"met": N_("met"), "missed": N_("missed"), "open": N_("open")}


def probability_text(attained: TargetAttainment | None, t: Translator) -> str:
    """Return the probability that a target was met: "<1%", "78%", ">99%"; a dash where there is none."""
    if attained is None or attained.probability is None:
        return DASH
    if attained.probability > SURE:
        return ">" + t.percent(SURE)
    if attained.probability < 1 - SURE:
        return "<" + t.percent(1 - SURE)
    return t.percent(attained.probability)


def attainment_text(attained: TargetAttainment | None, t: Translator) -> str:
    """Return estimate over target with its limits: "96% (93 to 98)"; a dash where a ratio says nothing."""
    if attained is None or attained.attainment is None:
        return DASH
    low, high = attained.attainment_low, attained.attainment_high
    if low is None or high is None:
        return t.percent(attained.attainment)
    limits = format_range(t.number(100 * low, 0), t.number(100 * high, 0), t.language)
    value = t.percent(attained.attainment)
    text = brackets(limits, t.language, t.number(100 * attained.attainment, 0) + "%")
    return with_limits(text, value, low, high)


def for_whom(row: TargetRow, t: Translator, partners: Mapping[str, str]) -> str:
    """Return whom a target is for: everyone, or the group's name."""
    if row.group == "client":
        return t(N_("All customers"))
    name = partners.get(row.label, row.label) if row.group == "partner_id" else row.label
    return clean_text(short_id(name), LONGEST_NAME)
