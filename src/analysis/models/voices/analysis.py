"""What customers talk about, and how it goes with what they do: the texts read, counted by customer and compared."""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.memory import once_per_client
from analysis.models.voices.comparisons import RATE, adjusted, as_family, change_of, is_spread, segment_p_value
from analysis.models.voices.mentions import (
    Flags,
    Segments,
    Writers,
    segments_of,
    share_of,
    shares_by_period,
    shares_by_segment,
    windows,
    writers_between,
)
from analysis.models.voices.outcomes import Compared, compare_repurchase, compare_satisfaction
from analysis.models.voices.quotes import QuoteSource, choose_quotes, silence_of_comments
from analysis.models.voices.result import Coverage, Need, Quote, ThemeResult, Voices
from analysis.models.voices.texts import VoiceTexts, gather_texts, is_anonymous
from analysis.models.voices.tone import Tones, judge_tones
from analysis.params.base import LocalizedText
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome
from analysis.text.discovery import discover_themes
from analysis.text.themes import Matcher, ThemeWords, theme_dictionary

COMMON_FROM = 0.05
"""A theme is common where the lower limit of the share of customers who raise it is above this ..."""
IN_SEGMENTS, OF_SHARE = 2 / 3, 0.5
"""... and where two thirds of the segments raise it at least half as often as all."""
MOST_THEMES = 20


@once_per_client
def analyse_voices(data: ClientData, params: ClientParams) -> Voices | NotEstimable:
    """Read what customers wrote: themes over customers, their tone, and how they go with satisfaction and buying again.

    Parameters
    ----------
    data
        Texts are those of the table feedback and the comments of the survey, up to `as_of`.
    params
        `themes` adds to the dictionary; limits, audience and the survey's confidentiality say what is shown.

    Returns
    -------
    Voices or NotEstimable
        The reason is a sentence for the client: no texts, none that can be read, too few customers who wrote.
    """
    texts = gather_texts(data, params)
    if isinstance(texts, Message):
        return NotEstimable(reason=texts)
    rows = texts.rows
    if rows.empty:
        return NotEstimable(
            reason=N_("None of the texts can be read: they are in other languages, or hold no words."), n=texts.given
        )
    spans = windows(rows, data.as_of)
    first, last = spans[0]
    least = max(params.limits.min_n, params.limits.min_clusters)
    if _writing(rows, first, last) < least:  # too few lately: all that was ever written counts
        first, spans = rows["written_on"].min(), []
    if (writing := _writing(rows, first, last)) < least:
        return _too_few(writing, least, rows, params)
    seed = zlib.crc32(b"voices") ^ params.seed
    themes, counts = _find_themes(rows, params, seed)
    raised_by = writers_between(rows, counts > 0, first, last).raises.sum(axis=0)
    order = np.argsort(-raised_by, kind="stable")
    shown = [int(place) for place in order if raised_by[place] >= params.limits.small_cell][:MOST_THEMES]
    inside = rows["written_on"].between(first, last).to_numpy()
    silent = int((counts[inside].sum(axis=1) == 0).sum())
    counts = counts[:, shown]
    tones = judge_tones(rows, params, seed)
    source = QuoteSource(rows=rows[inside].reset_index(drop=True), counts=counts[inside], scores=tones.scores[inside])
    now = writers_between(rows, counts > 0, first, last)
    parts = _Parts(
        now=now,
        periods=[writers_between(rows, counts > 0, *span) for span in spans],
        source=source,
        segments=segments_of(source.rows, now, params),
        satisfaction=compare_satisfaction(data, params, rows, counts > 0),
        repurchase=compare_repurchase(data, params, rows, counts > 0),
        quotes=choose_quotes(source, range(len(shown)), data, params),
        without_theme=silent,
        rare=int(((raised_by > 0) & (raised_by < params.limits.small_cell)).sum()),
    )
    return _voices(texts, [themes[place] for place in shown], parts, tones, params)


def _writing(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> int:
    return int(rows.loc[rows["written_on"].between(first, last), "customer"].nunique())


@dataclass(frozen=True, kw_only=True, eq=False)
class _Parts:
    """What the results are made of; all with the same themes."""

    now: Writers
    periods: list[Writers]
    source: QuoteSource
    segments: Segments
    satisfaction: Compared
    repurchase: Compared
    quotes: dict[int, tuple[Quote, ...]]
    without_theme: int
    rare: int


def _voices(texts: VoiceTexts, themes: list[ThemeWords], parts: _Parts, tones: Tones, params: ClientParams) -> Voices:
    rows = texts.rows
    results = _results(themes, parts, params)
    silence = silence_of_comments(params, rows)
    everything = np.ones(len(parts.source.rows), dtype=bool)
    return Voices(
        n=parts.now.n,
        unit="respondent" if is_anonymous(params) and not (rows["source"] == "feedback").any() else "customer",
        window=parts.now.label,
        coverage=_coverage(texts, parts.without_theme),
        themes=results,
        rare=parts.rare,
        negative=_negative(parts.source, everything, params),
        tone=tones.models,
        tone_note=tones.note,
        common_from=COMMON_FROM,
        satisfaction_n=parts.satisfaction.n,
        repurchase_n=parts.repurchase.n,
        repurchase_events=parts.repurchase.events,
        horizon_days=params.repurchase.horizon_days,
        segment_test_n=sum(theme.segment_p is not None for theme in results),
        found=sum(theme.origin == "data" for theme in results),
        notes=(*texts.notes(), *([silence] if silence is not None else [])),
    )


def _too_few(writing: int, least: int, rows: pd.DataFrame, params: ClientParams) -> NotEstimable:
    if writing < params.limits.small_cell and (rows["source"] == "survey").any():
        return NotEstimable(
            reason=N_("Fewer than {least:int} customers wrote something that can be read.", least=least)
        )
    reason = N_(
        "Only {n:int} customers wrote something that can be read; at least {least:int} are needed to say what they talk"
        " about.",
        n=writing,
        least=least,
    )
    return NotEstimable(reason=reason, n=writing)


def _find_themes(rows: pd.DataFrame, params: ClientParams, seed: int) -> tuple[tuple[ThemeWords, ...], np.ndarray]:
    """Return the themes of dictionary and client, those found in what these leave uncovered, and counts by text."""
    own = [
        ThemeWords(key=key, label=_label(spec.label), words=tuple(spec.words), origin="client")
        for key, spec in params.themes.items()
    ]
    known = theme_dictionary(own)
    texts = rows["text"].tolist()
    counts = Matcher(known).count(texts)
    uncovered = rows[counts.sum(axis=1) == 0]
    found: list[ThemeWords] = []
    for language in ("zh", "en"):
        distinct = uncovered.loc[uncovered["language"] == language, "text"].drop_duplicates().tolist()
        found += discover_themes(distinct, language, seed=seed)
    if not found:
        return known, counts
    further = np.zeros((len(rows), len(found)), dtype=counts.dtype)
    further[counts.sum(axis=1) == 0] = Matcher(found).count(uncovered["text"].tolist())
    return (*known, *found), np.hstack([counts, further])


def _results(themes: list[ThemeWords], parts: _Parts, params: ClientParams) -> tuple[ThemeResult, ...]:
    now, periods, source, segments = parts.now, parts.periods, parts.source, parts.segments
    satisfaction, repurchase = (as_family(compared.effects) for compared in (parts.satisfaction, parts.repurchase))
    unknown = NotEstimable(reason=N_("The texts do not reach back over the twelve months before."))
    changes = as_family(
        [
            change_of(periods[0], periods[1], place, params) if len(periods) > 1 else unknown
            for place in range(len(themes))
        ]
    )
    p_values = [segment_p_value(now.raises[:, place], segments, params) for place in range(len(themes))]
    family = adjusted(p_values)
    results = []
    for place, theme in enumerate(themes):
        raises = now.raises[:, place]
        prevalence = share_of(raises, params)
        if not isinstance(prevalence, Estimate):
            raise TypeError("the analysis lets no sample through that has no interval")
        texts = source.counts[:, place] > 0
        p, adjusted_p = p_values[place], family[place]
        results.append(
            ThemeResult(
                key=theme.key,
                label=theme.label,
                words=theme.words if theme.origin == "data" else (),
                origin=theme.origin,
                customers=int(raises.sum()),
                texts=int(texts.sum()),
                prevalence=prevalence,
                need=_need(prevalence, raises, segments, params),
                negative=_negative(source, texts, params),
                segments=shares_by_segment(segments, raises, params),
                segment_p=p,
                segment_adjusted_p=adjusted_p,
                segments_differ=adjusted_p is not None and adjusted_p <= RATE,
                satisfaction=satisfaction[place],
                repurchase=repurchase[place],
                change=changes[place],
                periods=shares_by_period(periods, place, params),
                quotes=parts.quotes.get(place, ()),
            )
        )
    return tuple(results)


def _need(prevalence: Estimate, raises: Flags, segments: Segments, params: ClientParams) -> Need:
    spread = is_spread(raises, segments, params, of_segments=IN_SEGMENTS, of_share=OF_SHARE)
    return "common" if prevalence.low > COMMON_FROM and spread else "individual"


def _negative(source: QuoteSource, texts: np.ndarray, params: ClientParams) -> Outcome:
    """Return the share of the customers behind some texts whose tone in them is negative on the whole."""
    codes, place = np.unique(source.rows["customer"].to_numpy(dtype=np.int64)[texts], return_inverse=True)
    if not len(codes):
        return NotEstimable(reason=N_("There are no observations."), n=0)
    mean = np.bincount(place, source.scores[texts]) / np.bincount(place)
    return share_of(mean < 0, params)


def _coverage(texts: VoiceTexts, without_theme: int) -> Coverage:
    rows = texts.rows
    return Coverage(
        given=texts.given,
        read=len(rows),
        chinese=int((rows["language"] == "zh").sum()),
        english=int((rows["language"] == "en").sum()),
        other_language=texts.left_out.get("other", 0),
        too_short=texts.left_out.get("short", 0),
        symbols=texts.left_out.get("symbols", 0),
        repeated=texts.repeated,
        without_theme=without_theme,
        survey=int((rows["source"] == "survey").sum()),
        feedback=int((rows["source"] == "feedback").sum()),
    )


def _label(label: LocalizedText) -> str | dict[str, str]:
    return label if isinstance(label, str) else {str(language): text for language, text in label.items()}
