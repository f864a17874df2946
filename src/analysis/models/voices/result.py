"""What the analysis of the texts returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Estimate, Outcome

Need = Literal["common", "individual"]
Tone = Literal["positive", "negative"]
Source = Literal["survey", "feedback"]


@dataclass(frozen=True, kw_only=True)
class Coverage(ModelPart):
    """What became of the texts.

    Parameters
    ----------
    given
        Texts there were, empty ones left aside.
    read
        Texts that were read: of `chinese` and `english`.
    other_language, too_short, symbols, repeated
        Texts left out: in a third language, of one letter, without any letter, or the same again by the same customer.
    without_theme
        Texts read in the window that mention no theme.
    survey, feedback
        Texts read, by source.
    """

    given: int
    read: int
    chinese: int
    english: int
    other_language: int
    too_short: int
    symbols: int
    repeated: int
    without_theme: int
    survey: int
    feedback: int


@dataclass(frozen=True, kw_only=True)
class ToneModel(ModelPart):
    """The model that names the tone of the texts of one language, and how often it is right.

    Parameters
    ----------
    key
        ``own`` (learnt from the client's scores; all languages together) or ``general``.
    learnt_from
        ``kinds`` (complaints and praise, by the client's own word for them), ``scores`` (given beside the texts), or
        ``reviews`` of another origin.
    serves
        Whether its word is taken; a model learnt from the client's scores that is no better than always naming the
        commoner tone is printed and not used.
    language
        ``zh``, ``en``, or ``all`` for the client's own.
    texts
        Texts whose tone it names.
    accuracy
        Share of texts named rightly: of held-out customers, or, of a general model, of texts of another origin.
    auc
        Share of (positive, negative) pairs ranked rightly, or None for a general model.
    known_auc
        The same of a general model on texts of another origin, without interval, or None.
    majority
        Share that always naming the commoner tone would get right.
    general_accuracy
        Of the general models on the same scored texts, or None.
    source
        Texts of another origin that a general model was judged on, or "".
    """

    key: Literal["own", "general"]
    learnt_from: Literal["kinds", "scores", "reviews"]
    serves: bool
    language: Literal["zh", "en", "all"]
    texts: int
    accuracy: Outcome
    auc: Outcome | None = None
    known_auc: float | None = None
    majority: float
    general_accuracy: Outcome | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ThemeEffect(ModelPart):
    """A difference that goes with a theme, tested as one of the family of all themes.

    Parameters
    ----------
    effect
        The difference with its interval, or why there is none.
    adjusted_p
        Benjamini-Hochberg adjusted p-value, or None without an effect.
    differs
        Whether it is told from none at a false discovery rate of 5%.
    """

    effect: Outcome
    adjusted_p: float | None = None
    differs: bool = False


@dataclass(frozen=True, kw_only=True)
class GroupShare(ModelPart):
    """The share of the writing customers of one segment, or of one period, who raise a theme."""

    name: str
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class Quote(ModelPart):
    """A customer's words, verbatim but for marks over whatever identifies somebody."""

    text: str
    tone: Tone
    source: Source
    year: int
    hidden: int


@dataclass(frozen=True, kw_only=True)
class ThemeResult(ModelPart):
    """One theme.

    Parameters
    ----------
    key, label, words, origin
        As in `analysis.text.themes.ThemeWords`; `words` only of themes found in the data.
    customers, texts
        Customers who raise it in the window, and their texts that do.
    prevalence
        Share of the customers who wrote in the window, proportion.
    need
        ``common`` where the lower limit of `prevalence` is above the threshold and the segments share it.
    negative
        Share of the customers who raise it whose texts about it are of a negative tone, proportion.
    segments, segment_p, segment_adjusted_p, segments_differ
        Share by segment; the test of independence (None where it has too few), adjusted over all themes.
    satisfaction
        Difference of the satisfaction index, 0-100, between respondents who raise it and other writers.
    repurchase
        Difference of the chance to buy again, percentage points, beside past buying.
    change
        Share in the window less share in the twelve months before, percentage points.
    periods
        Share by window of twelve months, oldest first.
    quotes
        The most typical texts that may be shown.
    """

    key: str
    label: str | Mapping[str, str]
    words: tuple[str, ...]
    origin: Literal["dictionary", "client", "data"]
    customers: int
    texts: int
    prevalence: Estimate
    need: Need
    negative: Outcome
    segments: tuple[GroupShare, ...]
    segment_p: float | None
    segment_adjusted_p: float | None
    segments_differ: bool
    satisfaction: ThemeEffect
    repurchase: ThemeEffect
    change: ThemeEffect
    periods: tuple[GroupShare, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, kw_only=True)
class Voices(ModelPart):
    """What customers talk about, and how it goes with what they do.

    Parameters
    ----------
    n
        Customers (respondents, where a survey is anonymous) who wrote in the window.
    unit
        What one observation is: ``customer`` or ``respondent``.
    window
        ISO interval of the texts counted.
    themes
        Themes raised by at least `small_cell` customers, the most widespread first.
    rare
        Themes raised by fewer.
    negative
        Share of the writing customers whose texts are negative on the whole, proportion.
    tone
        The models that named it.
    tone_note
        Why the client's own scores were not learnt from, or None.
    common_from
        A theme is common where the lower limit of its prevalence is above this share.
    satisfaction_n, repurchase_n, repurchase_events, horizon_days
        Answers, customers, and customers who bought again, behind the two comparisons (0 where there is none).
    segment_test_n
        Themes that were tested for a difference between segments.
    found
        Themes found in the texts that the dictionary left uncovered.
    notes
        What was left out, and what is not shown, in words.
    """

    n: int
    unit: Literal["customer", "respondent"]
    window: str
    coverage: Coverage
    themes: tuple[ThemeResult, ...]
    rare: int
    negative: Outcome
    tone: tuple[ToneModel, ...]
    tone_note: Message | None
    common_from: float
    satisfaction_n: int
    repurchase_n: int
    repurchase_events: int
    horizon_days: int
    segment_test_n: int
    found: int
    notes: tuple[Message, ...]
