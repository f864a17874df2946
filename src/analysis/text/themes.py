"""Which themes a text mentions, by words that anybody can look up.

A theme is a list of words. A Chinese word is found anywhere in a text, an English one as a whole word; an asterisk at
its end stands for any ending. One pass finds all themes: at each place the longest listed word counts, and with it the
themes of every shorter listed word that it begins with.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.text.resources import load_yaml
from analysis.text.segmentation import LONGEST_READ

Counts = NDArray[np.int32]
Origin = Literal["dictionary", "client", "data"]
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, kw_only=True)
class ThemeWords:
    """A theme and the words by which it is found.

    Parameters
    ----------
    key
        Stable name.
    label
        What it is called: a text, or one a language.
    words
        Its words; those with a Chinese character are Chinese.
    origin
        The built-in dictionary, the client's parameters, or found in the client's own texts.
    """

    key: str
    label: str | Mapping[str, str]
    words: tuple[str, ...]
    origin: Origin = "dictionary"


def theme_dictionary(own: Iterable[ThemeWords] = ()) -> tuple[ThemeWords, ...]:
    """Return the built-in themes with the client's `own`: known keys get further words, new ones come last.

    Parameters
    ----------
    own
        The client's themes. One whose key is built in adds its words; its label, if any, takes the other's place.
    """
    themes = {
        str(key): ThemeWords(
            key=str(key),
            label=dict(entry["label"]),
            words=tuple(" ".join(str(word).split()) for word in entry["words"]),
        )
        for key, entry in load_yaml("themes.yml").items()
    }
    for theme in own:
        known = themes.get(theme.key)
        words = tuple(dict.fromkeys([*(known.words if known else ()), *theme.words]))
        label = theme.label or (known.label if known else theme.key)
        themes[theme.key] = ThemeWords(key=theme.key, label=label, words=words, origin="client")
    return tuple(themes.values())


class Matcher:
    """Counts the words of themes in texts.

    Parameters
    ----------
    themes
        The themes, whose order is that of the columns.
    """

    def __init__(self, themes: Sequence[ThemeWords]) -> None:
        self.themes = tuple(themes)
        chinese: dict[str, set[int]] = {}
        latin: dict[str, set[int]] = {}
        for place, theme in enumerate(self.themes):
            for word in theme.words:
                small = word.strip().lower()
                if small.strip("*"):
                    (latin if small[0].isascii() else chinese).setdefault(small, set()).add(place)
        self._chinese = re.compile(f"(?=({_trie_pattern(chinese)}))") if chinese else None
        stems = sorted(latin, key=lambda word: (-len(word), word))
        self._latin = (
            re.compile(rf"(?<![a-z0-9])(?=((?:{'|'.join(map(_wildcards, stems))}))(?![a-z0-9]))") if latin else None
        )
        self._stems = [(re.compile(_wildcards(word)), place) for word in stems for place in sorted(latin[word])]
        self._places: dict[str, tuple[int, ...]] = {
            word: tuple(sorted(set().union(*(found for short, found in chinese.items() if word.startswith(short)))))
            for word in chinese
        }

    def count(self, texts: Sequence[str]) -> Counts:
        """Return how often each text mentions each theme, shape (texts, themes)."""
        counts = np.zeros((len(texts), len(self.themes)), dtype=np.int32)
        rows: list[int] = []
        columns: list[int] = []
        for row, text in enumerate(texts):
            for word in self._words(text[:LONGEST_READ].lower()):
                places = self._places_of(word)
                columns += places
                rows += [row] * len(places)
        np.add.at(counts, (rows, columns), 1)
        return counts

    def _words(self, text: str) -> list[str]:
        """Return the listed words of a text in small letters."""
        found: list[str] = self._chinese.findall(text) if self._chinese is not None and not text.isascii() else []
        if self._latin is not None and _LATIN.search(text):
            found = found + self._latin.findall(text)
        return found

    def _places_of(self, word: str) -> tuple[int, ...]:
        """Return the themes of a word as it stood in a text."""
        places = self._places.get(word)
        if places is None:
            places = tuple(sorted({place for stem, place in self._stems if stem.fullmatch(word)}))
            self._places[word] = places
        return places


def _wildcards(word: str) -> str:
    return re.escape(word).replace(r"\*", "[a-z]*").replace(r"\ ", r"[\s\-]+")


def _trie_pattern(words: Iterable[str]) -> str:
    """Return a pattern of literal words that tries each beginning once, the longest word first."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    ends = "" in node
    parts = [re.escape(character) + _branch(rest) for character, rest in sorted(node.items()) if character]
    if not parts:
        return ""
    body = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"{body}?" if ends else body
