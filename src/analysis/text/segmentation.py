"""Words of Chinese and English, and the features that the tone models read.

Chinese is cut by jieba's algorithm and dictionary [1]_ in its maintained implementation in Rust (``rjieba``), which
reads some fifteen times as many characters a second as the original.

References
----------
.. [1] Sun, J. (2012-2020). jieba, Chinese words segmentation utilities, 0.42.1.
"""

import re
from functools import lru_cache
from itertools import pairwise

from analysis.text.resources import load_yaml

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LONGEST_READ = 2000
"""Characters of a text that are read; a review beyond that says nothing new about its themes or its tone."""
_RUNS = re.compile(f"[{HAN}]+|[a-z]+(?:'[a-z]+)?|[!?]+")
_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)?")
_WIDE = str.maketrans("！？’", "!?'")
LONG_WORD = 3  # characters; shorter words are among the pairs of characters already


def cut_chinese(text: str) -> list[str]:
    """Return the words of a Chinese text, punctuation included.

    >>> cut_chinese("送餐慢，味道不错")
    ['送餐', '慢', '，', '味道', '不错']
    """
    import rjieba  # loads its dictionary

    return list(rjieba.cut(text))


def cut_english(text: str) -> list[str]:
    """Return the words of an English text in small letters.

    >>> cut_english("Don't wait - it's LATE.")
    ["don't", 'wait', "it's", 'late']
    """
    return _ENGLISH.findall(text.lower().translate(_WIDE))


def content_words(text: str, language: str) -> list[str]:
    """Return the words that carry a text's matter: no stop words, nothing of one letter, no numbers."""
    words = cut_chinese(text) if language == "zh" else cut_english(text)
    stopped = stop_words(language)
    return [word for word in words if len(word) > 1 and word not in stopped and not word.isdigit() and word.isalpha()]


@lru_cache(maxsize=4)
def stop_words(language: str) -> frozenset[str]:
    """Return the words of a language that carry no matter of their own."""
    return frozenset(str(load_yaml("stopwords.yml")[language]).split())


def tone_features(text: str) -> list[str]:
    """Return what a tone model counts: characters, their pairs, words and pairs of words.

    Chinese counts by characters as well as by words, because a cut that goes wrong ("不好吃" as one word or two) then
    costs nothing; English counts by words. A mark of exclamation or question counts once however often it is repeated.

    >>> tone_features("Too late!!")
    ['too', 'late', 'too_late', '!']
    """
    features: list[str] = []
    last = ""
    for run in _RUNS.findall(text[:LONGEST_READ].lower().translate(_WIDE)):
        if run[0] in "!?":
            features.append(run[0])
            last = ""
        elif run[0].isascii():
            features.append(run)
            if last:
                features.append(f"{last}_{run}")
            last = run
        else:
            features += run
            features += map("".join, pairwise(run))
            words = cut_chinese(run)
            features += [word for word in words if len(word) >= LONG_WORD]
            features += map("_".join, pairwise(words))
            last = ""
    return features
