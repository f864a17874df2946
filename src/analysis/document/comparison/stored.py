"""Messages that were read back from audit.json, told in the reader's language.

audit.json holds of a sentence that counts something only the form that was used; the catalogs know it by its singular.
"""

from dataclasses import dataclass
from typing import Any

from analysis.document.translate import Translator, singular_forms
from analysis.messages import Message


@dataclass(frozen=True)
class StoredTranslator(Translator):
    """A translator that also finds the sentences of which a file holds the plural alone."""

    def __call__(self, message: Message | str) -> str:
        """Return the finished sentence."""
        return super().__call__(message if isinstance(message, str) else self._restored(message))

    def _restored(self, message: Message) -> Message:
        count: Any = message.values.get("count")
        if message.plural is not None or not isinstance(count, int | float):
            return message
        singular = singular_forms(self.language).get(message.msgid)
        return message if singular is None else Message(singular, message.values, message.msgid, round(count))
