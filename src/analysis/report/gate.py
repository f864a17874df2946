"""The one gate that every string passes before it is set: what no font can show never costs the PDF.

PDF/UA-1 refuses a whole document for one character without a glyph, for a skipped heading level, for an image without
alternative text. Here such characters are taken out or replaced, and counted.
"""

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.document.fonts import CHINESE, LATIN
from analysis.document.svg import SVG_NAMESPACE, parse_svg, serialise
from analysis.report.fonts import covered_by, figure_coverage, text_font_files

REPLACEMENT = "\u25a1"  # WHITE SQUARE, in Noto Sans CJK and Noto Sans SC
DRAWN_REPLACEMENT = "\u25ca"  # LOZENGE: Source Sans, which drawings use, has no square
LONGEST_WORD = 28  # letters; longer than any English word, shorter than a table column at 9 points
_PIECE = 12
_ZERO_WIDTH_SPACE = "\u200b"
_JOINERS = frozenset("\u200c\u200d\u200b\u00ad")  # spelling of Persian, Hindi and emoji needs them; soft hyphen
_BREAKS = str.maketrans(dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n") | {"\t": " ", "\r": "\n"})
_LONG_WORD = re.compile(rf"[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u200b]{{{LONGEST_WORD + 1},}}")
MOST_MARKS = 6
"""More marks over one letter than any script needs: a tower of them covers the lines around it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_VERBATIM = frozenset({"kind", "anchor", "anchors", "language", "accent", "date_iso", "logo", "href", "align"})


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """What the gate did: characters replaced because no font shows them, and invisible ones taken out."""

    replaced: int = 0
    stripped: int = 0


class Gate:
    """A gate with its counts; one for each document."""

    def __init__(self) -> None:
        self._replaced = 0
        self._stripped = 0

    @property
    def report(self) -> GateReport:
        """What was done so far."""
        return GateReport(replaced=self._replaced, stripped=self._stripped)

    def text(self, text: str) -> str:
        """Return `text` as the PDF can show it: same words, no character that would abort PDF/UA-1."""
        if text.isascii() and not _CONTROL.search(text):
            return _break_words(text)
        text = _join_surrogates(text).replace("\r\n", "\n").translate(_BREAKS)
        text = unicodedata.normalize("NFC", text)
        return _break_words("".join(map(self._character, self._level_towers(text))))

    def _level_towers(self, text: str) -> str:
        """Take out the marks over a letter that are too many to be any script's."""
        kept: list[str] = []
        marks = 0
        for character in text:
            marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
            if marks > MOST_MARKS:
                self._stripped += 1
            else:
                kept.append(character)
        return "".join(kept)

    def _character(self, character: str) -> str:
        if character == "\n" or character in _JOINERS:
            return character
        if _is_invisible(character):
            self._stripped += 1
            return ""
        if _is_covered(ord(character)):
            return character
        if unicodedata.category(character) == "Zs":
            return " "
        self._replaced += 1
        return REPLACEMENT

    def tree(self, value: Any) -> Any:
        """Return JSON-ready data with every shown string cleaned, drawings included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._field(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item) for item in value]
        return value

    def _field(self, key: str, value: Any) -> Any:
        if key == "svg":
            return self.svg(value)
        return value if key in _VERBATIM else self.tree(value)

    def svg(self, svg: str) -> str:
        """Return a drawing whose texts name the one figure font that shows them, and hold nothing it cannot show.

        Raises
        ------
        xml.etree.ElementTree.ParseError
            Where `svg` is not well-formed.
        """
        root = parse_svg(svg)
        for element in root.iter("text"):
            self._drawn_text(element)
        root.attrib["xmlns"] = SVG_NAMESPACE
        return serialise(root)

    def _drawn_text(self, element: ET.Element) -> None:
        """Clean one text of a drawing and name its font: else the compiler falls back to Japanese glyphs.

        A drawing's text is set by the SVG renderer, whose combining marks and scripts that join their letters (Arabic,
        Hindi) PDF/UA-1 refuses; only what the two figure fonts show letter by letter is left.
        """
        words = "".join(element.itertext())
        latin, chinese = figure_coverage()
        missing = [code for code in map(ord, words) if code not in latin]
        family, covered = (CHINESE, chinese) if any(code in chinese for code in missing) else (LATIN, latin)
        for part in element.iter():
            part.text = self._drawn(part.text or "", covered)
            if part is not element:
                part.tail = self._drawn(part.tail or "", covered)
        style = element.attrib.get("style", "").rstrip("; ")
        # the shorthand `font: 10px 'A', 'B'` ends at its semicolon; a later font-family wins over it
        element.attrib["style"] = f"{style}; font-family: '{family}'".lstrip("; ")

    def _drawn(self, text: str, covered: frozenset[int]) -> str:
        if text.isascii() and not _CONTROL.search(text):
            return text
        cleaned = []
        for character in unicodedata.normalize("NFC", _join_surrogates(text).translate(_BREAKS)):
            if _is_invisible(character) or _joins(character):
                self._stripped += 1
            elif character == "\n" or ord(character) in covered:
                cleaned.append(character)
            else:
                self._replaced += 1
                cleaned.append(REPLACEMENT if ord(REPLACEMENT) in covered else DRAWN_REPLACEMENT)
        return "".join(cleaned)


def _joins(character: str) -> bool:
    """Return whether a character is drawn onto the one before it (the last two are Japanese half-width marks)."""
    return unicodedata.category(character).startswith("M") or character in "\uff9e\uff9f"


def _is_invisible(character: str) -> bool:
    """Return whether a character is a control, a mark of direction, a byte-order mark, a surrogate or a selector."""
    code = ord(character)
    if 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF or 0x180B <= code <= 0x180F:
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _is_covered(code: int) -> bool:
    """Return whether a font of the text has the character; the fonts are opened one after the other, as needed."""
    return any(code in covered_by(index) for index in range(len(text_font_files())))


def _join_surrogates(text: str) -> str:
    """Return `text` with surrogate pairs joined; lone ones stay, and are stripped later."""
    if not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _break_words(text: str) -> str:
    """Allow a line break every few letters of a word too long for any line."""
    if len(text) <= LONGEST_WORD:
        return text
    return _LONG_WORD.sub(lambda match: _pieces(match.group()), text)


def _pieces(word: str) -> str:
    return _ZERO_WIDTH_SPACE.join(word[i : i + _PIECE] for i in range(0, len(word), _PIECE))


def consecutive_level(level: int, before: int) -> int:
    """Return a heading's level such that it is at most one below the heading `before` it (0: there is none)."""
    return max(1, min(level, before + 1))
