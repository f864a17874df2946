"""Which language a text is in, decided by its script and, among Latin letters, by its commonest words."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from analysis.text.resources import load_yaml
from analysis.text.segmentation import HAN

Language = Literal["zh", "en", "other", "short", "symbols"]
READ = ("zh", "en")
"""Languages whose texts are read."""
_HAN = re.compile(f"[{HAN}]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af\u1100-\u11ff]")
_LATIN = re.compile("[a-z\u00e0-\u00f6\u00f8-\u024f]+(?:'[a-z]+)?")
FEWEST_LETTERS = 2
HAN_WORTH = 2.5
"""Latin letters that weigh as much as one Chinese character: a product's name does not make a text English."""


def detect_languages(texts: Iterable[str]) -> list[Language]:
    """Return the language of each text, see `detect_language`."""
    return [detect_language(text) for text in texts]


def detect_language(text: str) -> Language:
    """Return a text's language, or why it is not read.

    Returns
    -------
    str
        ``zh`` or ``en``; ``other`` for any further language; ``symbols`` without a letter (emoji, numbers, marks), and
        ``short`` with a single letter or character, which says nothing.

    Examples
    --------
    >>> [detect_language(text) for text in ("送餐很慢", "Too slow", "Sehr gut, aber zu langsam", "👍", "好")]
    ['zh', 'en', 'other', 'symbols', 'short']
    """
    small = text.lower()
    letters = sum(character.isalpha() for character in small)
    if letters == 0:
        return "symbols"
    if letters < FEWEST_LETTERS:
        return "short"
    han = len(_HAN.findall(small))
    if _KANA_HANGUL.search(small) and len(_KANA_HANGUL.findall(small)) * 5 >= han:
        return "other"
    words = _LATIN.findall(small)
    latin = sum(map(len, words))
    if han and han * HAN_WORTH >= latin and han + latin >= letters / 2:
        return "zh"
    if latin < letters / 2:
        return "other"
    return _latin_language(words)


def _latin_language(words: list[str]) -> Language:
    """Return whether Latin words are English: more of its commonest words than of any other language's."""
    hits = {name: sum(word in common for word in words) for name, common in _common_words().items()}
    english = hits.pop("en")
    most = max(hits.values())
    if english != most:
        return "en" if english > most else "other"
    # neither knows the words ("Lieferung mangelhaft", "Machine leaks"): accents are not English
    return "en" if all(word.isascii() for word in words) else "other"


@lru_cache(maxsize=1)
def _common_words() -> dict[str, frozenset[str]]:
    return {str(name): frozenset(str(words).split()) for name, words in load_yaml("common_words.yml").items()}


def comparable(text: str) -> str:
    """Return what two texts must share to be the same text: letters and digits in one width and one case.

    >>> comparable("Too LATE!!") == comparable("too late")
    True
    """
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in normal if character.isalnum())
