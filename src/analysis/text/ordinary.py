"""Whether a text can be shown to name nobody: every word of it is an ordinary one.

Patterns find the names and numbers that look like such. A name that looks like any other word they do not find, so a
text is quoted only where the contrary is known of all that is left: each English word is one that many write in small
letters, each Chinese one stands in the dictionary as something else than a name, and no number is long enough to be
somebody's.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from analysis.text.names import SURNAMES
from analysis.text.resources import load_yaml, read_resource
from analysis.text.segmentation import HAN, stop_words

SMALL_LETTERS = 2
"""A word is ordinary where at least so many write it small for each who writes it with a capital inside a sentence."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:['’.,:/][^\W_{HAN}]+)*")
_LATIN = re.compile(rf"[^\W\d_{HAN}]")
_STARTS = set('.!?:;"“”‘(（。！？：；，、—–-*•…')
_AMOUNT = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[.:/]\d{1,3}){0,2}(?:[a-z]{1,3})?|(?:19|20)\d\d|[A-Za-z]{1,3}\d{1,3}"
)
"""An amount, a time, a year, a number with its unit (``24V``, ``DN50``): too short to be somebody's number."""
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"), ("ly", ""))
SHORTEST_STEM = 3  # letters of a known word to which an ending is added
_NAMES_AND_PLACES = ("nr", "ns", "nt")  # jieba's tags of persons, places and organisations
_PERSON = ("nr", "zg", "q")  # jieba's tags of single characters that are surnames (刘 is a zg, 张 a measure)
_COUNTED = "一二两三四五六七八九十几多这那每半整张0123456789"


def common_words(texts: Iterable[str], writers: Iterable[object], least: int) -> frozenset[str]:
    """Return the Latin words that at least `least` writers use as ordinary ones.

    Ordinary are words in small letters that hardly anybody writes with a capital inside a sentence, and abbreviations
    in capitals, which are returned in capitals.

    Examples
    --------
    >>> sorted(common_words(["the pump by Weber", "ask weber: the ERP", "the ERP pump"], "abc", 2))
    ['ERP', 'pump', 'the']
    """
    small: dict[str, set[object]] = {}
    named: dict[str, set[object]] = {}
    for text, writer in zip(texts, writers, strict=True):
        for found in _WORD.finditer(text):
            word = found.group()
            if not _LATIN.match(word):
                continue
            if word.islower() or (word.isupper() and len(word) > 1 and not text.isupper()):
                small.setdefault(word, set()).add(writer)
            elif not _starts(text, found.start()):
                named.setdefault(word.lower(), set()).add(writer)
    return frozenset(
        word
        for word, who in small.items()
        if len(who) >= least and len(who) >= SMALL_LETTERS * len(named.get(word, ()))
    )


class OrdinaryWords:
    """What is known to name nobody.

    Parameters
    ----------
    shared
        Words that many of a client's customers use (`common_words`), beside those that are ordinary everywhere.
    """

    def __init__(self, shared: Iterable[str] = ()) -> None:
        self._shared = frozenset(shared)

    def name_nobody(self, text: str, language: str, marks: Iterable[str] = ()) -> bool:
        """Return whether every word and number of a text is known to identify nobody.

        Examples
        --------
        >>> OrdinaryWords().name_nobody("The delivery was late again.", "en")
        True
        >>> OrdinaryWords().name_nobody("Siobhan was rude.", "en")
        False
        """
        for mark in marks:
            text = text.replace(mark, " . ")
        for found in _TOKEN.finditer(text):
            token = found.group()
            if re.match(f"[{HAN}]", token):
                if not _is_ordinary_chinese(token, text[: found.start()]):
                    return False
            elif any(character.isdigit() for character in token):
                if not _AMOUNT.fullmatch(token):
                    return False
            elif not self._is_ordinary(token, starts=language == "zh" or _starts(text, found.start())):
                return False
        return True

    def _is_ordinary(self, token: str, *, starts: bool) -> bool:
        parts = [part for part in re.split(r"[.,:/]", token) if part]
        return all(self._is_word(part, starts=starts and place == 0) for place, part in enumerate(parts))

    def _is_word(self, word: str, *, starts: bool) -> bool:
        lists = _listed()
        word = word.replace("’", "'")
        if word in lists["capitals"] or (word.isupper() and word in self._shared):
            return True
        small = word.lower()
        if word != small and (small in lists["also_names"] or not (starts or (word.isupper() and len(word) > 1))):
            return False
        if word == small and len(word) == 1 and word in "abcdefghijklmnopqrstuvwxyz":
            return True
        return self._knows(small) or (word == small and self._knows_stem(small.removesuffix("'s")))

    def _knows(self, word: str) -> bool:
        return word in _general() or word in self._shared

    def _knows_stem(self, word: str) -> bool:
        """Return whether a word, in small letters, is a known one with an ending; with a capital it may be James."""
        stems = (word[: -len(end)] + instead for end, instead in _ENDINGS if word.endswith(end))
        return self._knows(word) or any(len(stem) >= SHORTEST_STEM and self._knows(stem) for stem in stems)


def _is_ordinary_chinese(run: str, before: str) -> bool:
    """Return whether a run of Chinese characters holds words of the dictionary alone, and no surname with a name."""
    import rjieba  # loads its dictionary

    allowed = _listed()["not_names"]
    if any(tag.startswith("nr") and len(word) > 1 and word not in allowed for word, tag in rjieba.tag(run)):
        return False
    pieces = rjieba.cut(run, False)
    for place, piece in enumerate(pieces):
        if piece in allowed:
            continue
        (_, tag), *_rest = rjieba.tag(piece)
        if len(piece) > 1:
            if tag.startswith(_NAMES_AND_PLACES):
                return False
            continue
        if piece not in SURNAMES:
            continue
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        counted = (pieces[place - 1] if place else before.rstrip())[-1:]
        if tag in _PERSON and not (counted and counted in _COUNTED) and piece not in _everyday():
            return False
        if len(following) == 1 and following not in _everyday() and piece not in _everyday():
            return False
    return True


def _starts(text: str, place: int) -> bool:
    """Return whether a word at this place begins a text, a sentence or a part of one."""
    before = text[:place].rstrip(" \t'‘’")
    return not before or before[-1] in _STARTS or before.endswith("\n")


@lru_cache(maxsize=1)
def _general() -> frozenset[str]:
    """Return the English words that are ordinary everywhere."""
    return frozenset(read_resource("ordinary_en.txt").split()) | stop_words("en") | _listed()["english"]


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    """Return the Chinese characters that are words of their own every day, though some are surnames too."""
    return frozenset("".join(str(load_yaml("names.yml")["everyday_characters"]).split())) | stop_words("zh")


@lru_cache(maxsize=1)
def _listed() -> dict[str, frozenset[str]]:
    lists = {
        name: frozenset(str(load_yaml("names.yml")[name]).split()) for name in ("not_names", "capitals", "also_names")
    }
    themes = load_yaml("themes.yml")
    return {**lists, "english": frozenset(_latin_words(themes))}


def _latin_words(found: object) -> set[str]:
    """Return the Latin words anywhere inside the dictionary of themes."""
    if isinstance(found, dict):
        return set().union(*(_latin_words(value) for value in found.values()))
    if isinstance(found, list):
        return set().union(*(_latin_words(value) for value in found))
    return set(re.findall(r"[a-z]+", str(found).lower()))
