"""Titles that sheets may have: short, unlike each other, without the characters that Excel refuses."""

import re

from analysis.document.visible import clean_text
from analysis.report.desk.cells import cut_text

LONGEST = 31
"""UTF-16 units."""
_REFUSED = re.compile(r"[\[\]:*?/\\]")
_RESERVED = "history"  # Excel keeps this name for itself


class SheetNames:
    """The sheets of one workbook, by title."""

    def __init__(self) -> None:
        self._taken = {_RESERVED}

    def take(self, title: str) -> str:
        """Return a sheet's name for a title, unlike all that were taken before."""
        base = clean_text(_REFUSED.sub(" ", title.replace(": ", " – "))).strip("' ") or "–"
        name, count = cut_text(base, LONGEST).strip("' "), 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{cut_text(base, LONGEST - 1 - len(str(count))).strip(chr(39) + ' ')} {count}"
        self._taken.add(name.casefold())
        return name
