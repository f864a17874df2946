"""The words of the data contract in the reader's language, and identifiers that a reader can bear."""

import re
from collections.abc import Mapping

from analysis.messages import N_, Message

LONGEST_ID = 16  # characters; a longer one without a space is a machine's
SHOWN_OF_ID = 8
_MACHINE_ID = re.compile(r"(?=.*\d)[0-9A-Za-z_-]+")
WORDS: Mapping[str, Message] = {
    "complaint": N_("complaint"),
    "praise": N_("praise"),
    "suggestion": N_("suggestion"),
    "question": N_("question"),
    "interview": N_("interview"),
    "low": N_("low"),
    "medium": N_("medium"),
    "high": N_("high"),
    "critical": N_("critical"),
    "email": N_("email"),
    "phone": N_("phone"),
    "web form": N_("web form"),
    "web": N_("web"),
    "chat": N_("chat"),
    "visit": N_("visit"),
    "letter": N_("letter"),
    "meeting": N_("meeting"),
    "prospect": N_("prospect"),
    "active": N_("active"),
    "dormant": N_("dormant"),
    "lost": N_("lost"),
}


def canonical_word(label: str) -> Message | str:
    """Return a label of the data contract (a kind, a severity, a usual channel) as a message, any other as it is."""
    return WORDS.get(" ".join(label.lower().split()), label)


def short_id(name: str) -> str:
    """Return a name as it is, and the beginning of an identifier that only a machine could read.

    >>> short_id("Delta Distribution"), short_id("0015a82c2db000af6aaaf3ae2ecb0532")
    ('Delta Distribution', '0015a82c…')
    """
    is_machine = len(name) > LONGEST_ID and _MACHINE_ID.fullmatch(name)
    return f"{name[:SHOWN_OF_ID]}…" if is_machine else name
