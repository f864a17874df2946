"""Which texts are quoted: typical ones, of different customers, that identify nobody and that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.voices.mentions import Flags
from analysis.models.voices.result import Quote
from analysis.params.model import ClientParams
from analysis.text.masking import MARKS, Masker, is_mostly_marks
from analysis.text.ordinary import OrdinaryWords, common_words
from analysis.text.segmentation import content_words

LENGTHS = {"zh": (8, 90), "en": (25, 260)}
"""Shortest and longest text that is quoted, in characters, by language."""
PER_THEME = 2
OTHER_TONE_FROM = 0.2
"""The second quote is of the other tone where at least this share of a theme's texts is."""
LOOKED_AT = 100  # texts of a theme whose words are weighed
MOST_NAMES = 3_000  # known names that are looked for in every quote; beyond that the writer's own and the staff's
ALIKE = 0.6  # of the shorter text's words
HITS = 2  # words of its theme beyond which a text is not more typical
COMMON = 5  # customers, or the limit of small cells, who use a word that the list of ordinary ones does not hold


@dataclass(frozen=True, kw_only=True, eq=False)
class QuoteSource:
    """What quotes are taken from.

    Parameters
    ----------
    rows, counts, scores
        The texts of the window, how often each names each theme, and their tone (log odds).
    """

    rows: pd.DataFrame
    counts: np.ndarray
    scores: Floats

    @cached_property
    def texts(self) -> np.ndarray:
        """Return the texts."""
        return self.rows["text"].to_numpy(dtype=object)

    @cached_property
    def readable(self) -> np.ndarray:
        """Return which texts are neither too short nor too long to be quoted."""
        length = self.rows["text"].str.len().to_numpy()
        lowest = self.rows["language"].map({key: low for key, (low, _) in LENGTHS.items()}).to_numpy()
        highest = self.rows["language"].map({key: high for key, (_, high) in LENGTHS.items()}).to_numpy()
        return np.asarray((length >= lowest) & (length <= highest))

    @cached_property
    def languages(self) -> np.ndarray:
        """Return the language of each."""
        return self.rows["language"].to_numpy(dtype=object)


def may_quote(rows: pd.DataFrame, raised: Flags, params: ClientParams) -> np.ndarray:
    """Return which texts of a theme may be shown.

    Feedback may. A comment of a survey may be shown to the client itself where answers were given with consent to be
    attributed; else only where at least `small_cell` respondents raise the theme, and never where respondents were
    promised that answers are shown in aggregate.
    """
    allowed = raised.copy()
    of_survey = (rows["source"] == "survey").to_numpy()
    promised = params.survey.confidentiality if params.survey is not None else "aggregate"
    if promised == "attributed" and params.audience == "internal":
        return allowed
    shared = rows.loc[of_survey & raised, "respondent"].nunique() >= params.limits.small_cell
    if promised == "aggregate" or not shared:
        allowed &= ~of_survey
    return allowed


def silence_of_comments(params: ClientParams, rows: pd.DataFrame) -> Message | None:
    """Return why no comment of the survey is quoted, or None."""
    if params.survey is None or not (rows["source"] == "survey").any() or params.survey.confidentiality != "aggregate":
        return None
    return N_("Comments of the survey are counted but not quoted: answers were promised to be shown in aggregate only.")


def choose_quotes(
    source: QuoteSource, order: Sequence[int], data: ClientData, params: ClientParams
) -> dict[int, tuple[Quote, ...]]:
    """Return the quotes of each theme; no customer is quoted twice.

    What is left of a text under its marks must be shown to name nobody (`OrdinaryWords`); else it is not quoted.

    Parameters
    ----------
    order
        Themes, those served first at the front.
    """
    names = _Names(data)
    customers = source.rows["customer"].to_numpy()
    ordinary = OrdinaryWords(common_words(source.texts, customers, max(COMMON, params.limits.small_cell)))
    used: set[int] = set()
    said: list[frozenset[str]] = []
    quotes: dict[int, tuple[Quote, ...]] = {}
    for theme in order:
        raised = source.counts[:, theme] > 0
        ranked = _ranked(source, theme, may_quote(source.rows, raised, params))
        negative = source.scores < 0
        against = float(negative[raised].mean()) if raised.any() else 0.0
        tones = [against >= 0.5]
        tones.append(not tones[0] if min(against, 1 - against) >= OTHER_TONE_FROM else tones[0])
        chosen = []
        for tone in tones[:PER_THEME]:
            for row in ranked:
                if customers[row] in used or bool(negative[row]) != tone:
                    continue
                words = _words(source, row)
                if any(_alike(words, other) for other in said):
                    continue
                quote = _quote(source, row, names, ordinary)
                if quote is not None:
                    used.add(customers[row])
                    said.append(words)
                    chosen.append(quote)
                    break
        quotes[theme] = tuple(chosen)
    return quotes


def _ranked(source: QuoteSource, theme: int, allowed: np.ndarray) -> list[int]:
    """Return the rows that may be quoted for a theme, the most typical first.

    Typical is a text that speaks of this theme rather than of others, in words that many texts of the theme share.
    """
    candidates = np.flatnonzero(allowed & source.readable)
    hits = source.counts[candidates, theme]
    focus = hits / source.counts[candidates].sum(axis=1) * np.minimum(hits, HITS)
    candidates = candidates[np.lexsort((candidates, -focus))][:LOOKED_AT]
    if not len(candidates):
        return []
    words = [_words(source, int(row)) for row in candidates]
    shared: dict[str, int] = {}
    for found in words:
        for word in found:
            shared[word] = shared.get(word, 0) + 1
    common = np.array([np.mean([np.log(shared[word]) for word in found]) if found else 0.0 for found in words])
    hits = source.counts[candidates, theme]
    focus = hits / source.counts[candidates].sum(axis=1) * np.minimum(hits, HITS)
    score = focus * (1 + common)
    texts = source.texts[candidates]
    return [
        int(candidates[place])
        for place in sorted(range(len(candidates)), key=lambda p: (-round(score[p], 9), texts[p]))
    ]


def _words(source: QuoteSource, row: int) -> frozenset[str]:
    return frozenset(content_words(source.texts[row], source.languages[row]))


def _alike(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return whether two texts say so much the same that one of them is enough."""
    return len(first & second) > ALIKE * min(len(first), len(second))


def _quote(source: QuoteSource, row: int, names: "_Names", ordinary: OrdinaryWords) -> Quote | None:
    """Return a text as it may be shown; None where little but marks is left, or a word that may be somebody's name."""
    text = source.rows.iloc[row]
    masked = names.masker(text["customer_id"]).mask(text["text"], text["language"])
    if is_mostly_marks(masked, text["language"]):
        return None
    if not ordinary.name_nobody(masked.text, text["language"], MARKS[text["language"]].values()):
        return None
    return Quote(
        text=masked.text,
        tone="negative" if source.scores[row] < 0 else "positive",
        source=text["source"],
        year=int(text["written_on"].year),
        hidden=masked.hidden,
    )


class _Names:
    """The names and ids that the client's data know."""

    def __init__(self, data: ClientData) -> None:
        customers = data.customers
        self._names = customers["name"] if "name" in customers else pd.Series(dtype="str")
        staff = set(customers["account_manager"].dropna().astype(str)) if "account_manager" in customers else set()
        if data.has("partners", "name"):
            staff |= set(data.table("partners")["name"].dropna().astype(str))
        everybody = set(self._names.dropna().astype(str))
        self._shared = staff | everybody if len(everybody) <= MOST_NAMES else staff
        ids = {str(customer) for customer in customers.index}
        for table, column in (("interactions", "contact_id"), ("survey", "respondent_id"), ("feedback", "feedback_id")):
            if data.has(table, column):
                ids |= set(data.table(table)[column].dropna().astype(str))
        ids = {each for each in ids if any(character.isdigit() for character in each) and not each.isdigit()}
        self._ids = ids if len(ids) <= MOST_NAMES else set()
        self._masker = Masker(self._shared, self._ids)

    def masker(self, customer: object) -> Masker:
        """Return what masks a text of this customer."""
        if len(self._names) <= MOST_NAMES or customer not in self._names.index:
            return self._masker
        own = self._names.get(customer)
        return Masker({*self._shared, str(own)}, {*self._ids, str(customer)})
