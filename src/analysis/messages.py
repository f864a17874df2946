"""Sentences that are composed here and translated later.

The analysis layers never hold a finished sentence: they hold a `Message`, an English template with typed values,
which `document` turns into the reader's language. Placeholders carry their format, so a number in a sentence is
written as the same number in a table: ``{share:percent}``, ``{n:int}``, ``{amount:money}``, ``{when:date}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Message:
    """An English template, its values and, where the sentence counts something, its plural.

    Parameters
    ----------
    msgid
        The English template, which is also the key in the translation catalogs.
    values
        What the placeholders stand for: numbers, dates, texts of the client, or further messages.
    plural
        The English template for counts other than one, or None.
    count
        The number that chooses between the two, or None.
    """

    msgid: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    plural: str | None = None
    count: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the message as JSON-ready data: the template and its values."""
        template = self.plural if self.plural is not None and self.count != 1 else self.msgid
        values = {key: value.to_dict() if isinstance(value, Message) else value for key, value in self.values.items()}
        return {"message": template, "values": values}


def N_(msgid: str, /, **values: Any) -> Message:  # noqa: N802 - the conventional gettext marker
    """Mark an English template for translation and bind its values."""
    return Message(msgid, MappingProxyType(values))


def NP_(singular: str, plural: str, count: int, /, **values: Any) -> Message:  # noqa: N802 - gettext marker
    """Mark a template whose wording depends on a count (bound to the placeholder ``count``)."""
    return Message(singular, MappingProxyType({"count": count, **values}), plural, count)
