"""The words of audit.json and of the files for the desk, in the report's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.document.comparison.stored import StoredTranslator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.report.collect import Content

UNITS: Mapping[str, Message] = {
    "proportion": N_("share, shown in percent"),
    "index": N_("points, 0 to 100"),
    "nps": N_("points, −100 to 100"),
    "score": N_("points of the question's own scale"),
    "count": N_("number"),
    "per_year": N_("times a year"),
    "days": N_("days"),
    "percentage_points": N_("percentage points"),
    "ratio": N_("ratio"),
}
VERDICTS: Mapping[str, Message] = {
    "met": N_("met"),
    "missed": N_("missed"),
    "open": N_("open"),
    "rose": N_("rose"),
    "fell": N_("fell"),
    "no_change": N_("no change"),
}
EFFORTS: Mapping[str, Message] = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
STATES: Mapping[str, Message] = {
    "fired": N_("has fired"),
    "silent": N_("has not fired"),
    "unknown": N_("cannot be told from the data"),
}


@dataclass(frozen=True)
class Words:
    """What audit.json says, as a reader reads it.

    Parameters
    ----------
    content
        The document: its language and interface words.
    audit
        The content of audit.json.
    """

    content: Content
    audit: Mapping[str, Any]

    @cached_property
    def t(self) -> StoredTranslator:
        """Translator into the report's language."""
        chinese = self.content.language.lower().startswith("zh")
        return StoredTranslator("zh" if chinese else "en", self.audit.get("currency") or "EUR")

    def told(self, message: Mapping[str, Any] | str | None) -> str:
        """Return a message of audit.json as a sentence, "" for none."""
        if message is None:
            return ""
        return message if isinstance(message, str) else self.t(restored(message))

    def unit(self, unit: str) -> str:
        """Return the unit of a number in words: the currency's code for money."""
        return self.t.currency if unit == "money" else self.t(UNITS.get(unit, unit))

    def dimension(self, key: str) -> str:
        """Return the name of a dimension of the relationship, as the score has it."""
        return self._dimensions.get(key, key)

    @cached_property
    def _dimensions(self) -> Mapping[str, str]:
        dimensions = (self.audit.get("score") or {}).get("dimensions", ())
        return {each["dimension"]: self.told(each["name"]) for each in dimensions}

    def partner(self, key: str) -> str:
        """Return a partner's name, or its id where the audit has no name."""
        return self._partners.get(key, clean_text(key))

    @cached_property
    def _partners(self) -> Mapping[str, str]:
        cards = at(self.audit, "relationship", "partners", "cards") or ()
        return {card["partner_id"]: clean_text(card["name"]) for card in cards if card.get("name")}


def at(data: Any, *path: str) -> Any:
    """Return what stands at the end of a path of keys, or None where the path ends before."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def restored(data: Mapping[str, Any]) -> Message:
    """Return a message as audit.json holds it, with the messages inside it."""
    return Message(data["message"], {key: _value(value) for key, value in data["values"].items()})


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(item) for item in value]
    return restored(value) if isinstance(value, dict) and "message" in value else value
