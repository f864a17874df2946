"""How numbers of two audits are written: then, now, the difference, and its verdict."""

from collections.abc import Mapping, Sequence

from analysis.document.estimates import estimate_writer, write_limits
from analysis.document.prose import amount_of_change, cell_text
from analysis.document.tables import DASH
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import ITEM, SCORE
from analysis.monitoring.comparison.shapes import Compared
from analysis.results import Estimate, Outcome

LONGEST_NAME = 60
TESTED_ON_RAW = "†"


def verdict_words() -> Mapping[str, Message]:
    """Return what is said of a difference."""
    return {
        "rose": N_("rose"),
        "fell": N_("fell"),
        "no_change": N_("no change"),
    }


def verdict_text(compared: Compared, t: Translator) -> str:
    """Return the verdict; a dash where nothing is compared, and of amounts side by side that they are not tested."""
    if compared.plain is not None:
        return t(N_("not tested"))
    return DASH if compared.verdict == "not_compared" else t(verdict_words()[compared.verdict])


def name_of(compared: Compared, t: Translator) -> str:
    """Return what was compared; a question and a part of the score say what they are."""
    if compared.indicator.startswith(f"{SCORE}."):
        return t(N_("Score: {name:message}", name=compared.name))
    return clean_text(t(compared.name), LONGEST_NAME)


def group_of(compared: Compared) -> str:
    """Return the group's name as a reader bears it."""
    return clean_text(short_id(compared.group_name), LONGEST_NAME)


def outcome_text(outcome: Outcome | None, t: Translator, small_cell: int, peers: Sequence[Outcome | None] = ()) -> str:
    """Return a number with its interval, a dash, or that it is withheld."""
    known = [outcome, *peers] if isinstance(outcome, Estimate) else []
    return cell_text(outcome, t, small_cell, peers=known)


def difference_text(compared: Compared, t: Translator) -> str:
    """Return the difference with its interval; an amount that cannot be tested alone; or a dash."""
    if isinstance(compared.difference, Estimate):
        mark = f" {TESTED_ON_RAW}" if compared.basis == "paired" else ""
        return t.difference(compared.difference) + mark
    return DASH if compared.plain is None else t.signed(compared.plain, "money")


def p_text(compared: Compared, t: Translator) -> str:
    """Return the adjusted p-value, or a dash."""
    return DASH if compared.adjusted_p is None else t.value(compared.adjusted_p, "pvalue")


def sentence(text: str, t: Translator) -> str:
    """Return a clause as a line of its own: with a capital where the language has them."""
    return text if t.language == "zh" else text[:1].upper() + text[1:]


def signed_limits(difference: Estimate, t: Translator) -> str:
    """Return the interval of a difference alone, both limits with their sign: "−4.7 to +8.6"."""
    write = estimate_writer([difference], t.language, t.currency, signed=True)
    return write_limits(difference, write, t.language)


def label_of(compared: Compared, t: Translator) -> str:
    """Return what was compared, a question in quotation marks, where indicators and questions stand together."""
    name = name_of(compared, t)
    return t(N_("“{label:text}”", label=name)) if compared.indicator.startswith(ITEM) else name


def movement(compared: Compared, t: Translator) -> Message:
    """Return one sentence: what rose or fell, by how much, with its interval."""
    difference = compared.difference
    if not isinstance(difference, Estimate):
        raise ValueError("only what was compared has moved")
    values = {
        "name": _full_name(compared, t),
        "size": t(amount_of_change(difference.value, difference.unit, t)),
        "limits": signed_limits(difference, t),
    }
    if difference.value > 0:
        return N_("{name:text} rose by {size:text} (95% interval of the difference {limits:text}).", **values)
    return N_("{name:text} fell by {size:text} (95% interval of the difference {limits:text}).", **values)


def _full_name(compared: Compared, t: Translator) -> str:
    name = name_of(compared, t)
    if compared.indicator.startswith(ITEM):
        return t(N_("Question “{label:text}”", label=name))
    if compared.scope == "whole":
        return name
    return t(N_("{name:text} ({group:text})", name=name, group=group_of(compared)))
