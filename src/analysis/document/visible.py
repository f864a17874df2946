"""What a text may hold on a page: no character that nobody sees but that a page, a drawing or a reader's eye obeys."""

import re

# Controls but tab and line ends (a page with a NUL is no HTML), marks that turn the direction of whatever follows (a
# name could turn the sentence around it), byte-order marks, halves of characters, and what Unicode calls no character.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def visible_text(text: str) -> str:
    r"""Return `text` without unseen characters that command, and with every kind of line end as a line feed.

    Examples
    --------
    >>> visible_text("red\x1b[31m, no\x00thing")
    'red[31m, nothing'
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


def clean_text(text: str, width: int = 0) -> str:
    """Return a client's text on one line without control characters, cut with an ellipsis beyond `width`."""
    line = " ".join(visible_text(text).split())
    return line if not width or display_width(line) <= width else _cut(line, width)


def display_width(text: str) -> int:
    """Return the width of a text in Latin characters; a Chinese character counts twice."""
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)


def _cut(text: str, width: int) -> str:
    kept = ""
    for character in text:
        if display_width(kept + character) > width - 1:
            break
        kept += character
    return kept.rstrip() + "…"
