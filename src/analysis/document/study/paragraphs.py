"""A results paragraph for each hypothesis, one template a proposition: APA 7, or the Chinese journals' convention."""

from collections.abc import Callable, Mapping
from typing import Any

from analysis.document.formatting import format_number
from analysis.document.study.numbers import decimals_of, sample_words, write_interval, write_level, write_p
from analysis.document.study.numbers import write_statistics as statistics_of
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.params.study import PropositionKey
from analysis.results import Estimate, NotEstimable
from analysis.study.pooling import MetaAnalysis
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, Hypothesis, PooledCard
from analysis.study.verdicts import StudyVerdict

Template = Callable[..., Message]
SYMBOLS: Mapping[PropositionKey, str] = {
    "intention_is_not_behaviour": "Δ",
    "relation_is_nonlinear": "Δ",
    "loyalty_mediates": "ab",
    "rank_beats_level": "Δ",
    "nps_beats_satisfaction": "Δ",
    "satisfaction_precedes_purchases": "Δ",
}


def results_paragraph(card: Card, t: Translator) -> str:
    """Return the results of one hypothesis on one client's data as a paragraph of a manuscript."""
    interval, hypothesis = card.interval, card.hypothesis
    if isinstance(interval, NotEstimable):
        return t(
            N_(
                "{id:text} could not be tested with these data: {reason:message}",
                id=hypothesis.id,
                reason=interval.reason,
            )
        )
    finding = _template(hypothesis.proposition)(
        id=hypothesis.id,
        model=card.evidence.model,
        value=format_number(interval.value, t.language, decimals_of(interval)),
        statistics=statistics_of(interval, _symbol(hypothesis), card.evidence.draws, t),
        sample=sample_words(interval),
    )
    return t.sentences(finding, *verdict_sentences(hypothesis, interval, card.verdict, card.p_adjusted,
                                                   card.family_size, t))  # fmt: skip


def pooled_paragraph(card: PooledCard, t: Translator) -> str:
    """Return the pooled results of one hypothesis as a paragraph of a manuscript."""
    meta, interval, hypothesis = card.meta, card.interval, card.hypothesis
    if not isinstance(meta, MetaAnalysis) or not isinstance(interval, Estimate):
        reason = meta.reason if isinstance(meta, NotEstimable) else N_("There is no interval.")
        return t(N_("{id:text} was not pooled: {reason:message}", id=hypothesis.id, reason=reason))
    places = decimals_of(interval)
    low, high = (format_number(value, t.language, places) for value in (meta.predicted_low, meta.predicted_high))
    finding = N_(
        "{id:text}: over {k:int} clients the mean estimate ({quantity:message}) was {statistics:text}; random effects"
        " (REML, Hartung-Knapp), prediction interval {prediction:text}, τ² = {tau2:text}, I² = {i2:percent},"
        " Q({df:int}) = {q:number2}, p {q_p:text}.",
        id=hypothesis.id,
        k=meta.k,
        quantity=PROPOSITIONS[hypothesis.proposition].quantity,
        statistics=_pooled_statistics(meta, interval, _symbol(hypothesis), t),
        prediction=f"[{low}, {high}]",
        tau2=format_number(meta.tau2, t.language, min(places + 1, 5)),
        i2=meta.i2,
        df=meta.k - 1,
        q=meta.q,
        q_p=write_p(meta.q_p_value, t.language),
    )
    return t.sentences(finding, *verdict_sentences(hypothesis, interval, card.verdict, card.p_adjusted,
                                                   card.family_size, t))  # fmt: skip


def _pooled_statistics(meta: MetaAnalysis, interval: Estimate, symbol: str, t: Translator) -> str:
    places = decimals_of(interval)
    parts = [
        f"{symbol} = {format_number(meta.value, t.language, places)}",
        f"SE = {format_number(meta.std_error, t.language, places)}",
        f"t({meta.df}) = {format_number(meta.value / meta.std_error, t.language, 2)}",
        f"p {write_p(meta.p_value, t.language)}",
        f"{write_level(interval.level)} CI {write_interval(interval, t.language, places)}",
    ]
    return ", ".join(parts).replace(" = ", "\u00a0=\u00a0").replace(" < ", "\u00a0<\u00a0")


def verdict_sentences(
    hypothesis: Hypothesis,
    interval: Estimate,
    verdict: StudyVerdict | None,
    p_adjusted: float | None,
    family_size: int,
    t: Translator,
) -> list[Message]:
    """Return what the interval says about the hypothesis, against zero and the smallest effect of interest."""
    values: dict[str, Any] = {
        "id": hypothesis.id,
        "level": write_level(interval.level),
        "smallest": format_number(hypothesis.smallest_effect, t.language, _places(hypothesis.smallest_effect)),
    }
    excludes_zero = interval.low > 0 or interval.high < 0
    sentences = [_verdict_sentence(verdict, hypothesis, excludes_zero, values)]
    if verdict in ("supported", "contradicted"):
        beyond = min(abs(interval.low), abs(interval.high)) >= hypothesis.smallest_effect
        sentences.append(
            N_("The whole interval lies at or beyond the smallest effect of interest ({smallest:text}).", **values)
            if beyond
            else N_(
                "That the effect reaches the smallest effect of interest ({smallest:text}) is not settled.", **values
            )
        )
    if p_adjusted is not None:
        values["p"] = write_p(p_adjusted, t.language)
        sentences.append(
            NP_(
                "It is the only confirmatory test: p {p:text} needs no correction.",
                "Corrected within the {count:int} confirmatory tests (Benjamini-Hochberg), p {p:text}.",
                family_size,
                **values,
            )
            if hypothesis.confirmatory
            else NP_(
                "It is exploratory, and the only exploratory test: p {p:text} needs no correction.",
                "It is exploratory; corrected within the {count:int} exploratory tests (Benjamini-Hochberg),"
                " p {p:text}.",
                family_size,
                **values,
            )
        )
    return sentences


def _verdict_sentence(
    verdict: StudyVerdict | None, hypothesis: Hypothesis, excludes_zero: bool, values: Mapping[str, Any]
) -> Message:
    if verdict == "supported" and hypothesis.direction == "two_sided":
        return N_("{id:text} is supported: the {level:text} interval excludes zero.", **values)
    if verdict == "supported":
        return N_(
            "{id:text} is supported: the {level:text} interval excludes zero in the expected direction.", **values
        )
    if verdict == "contradicted":
        return N_(
            "{id:text} is contradicted: the {level:text} interval excludes zero in the direction opposite to the"
            " expected one.",
            **values,
        )
    if verdict == "too_small":
        return N_(
            "Whatever effect there is, is too small to matter: the {level:text} interval lies wholly within ±"
            "{smallest:text}.",
            **values,
        )
    if excludes_zero:
        return N_(
            "With this n it cannot be told: the {level:text} interval excludes zero, but not once the number of tests"
            " is allowed for.",
            **values,
        )
    return N_(
        "With this n it cannot be told: neither zero nor effects beyond ±{smallest:text} can be ruled out.", **values
    )


def _places(value: float) -> int:
    """Return the decimals that write `value` as it was declared, at most five."""
    return next((places for places in range(5) if abs(value - round(value, places)) < 1e-9), 5)


def _symbol(hypothesis: Hypothesis) -> str:
    return SYMBOLS.get(hypothesis.proposition, "b")


def _template(key: PropositionKey) -> Template:
    templates: Mapping[PropositionKey, Template] = {
        "satisfaction_raises_loyalty": lambda **v: N_(
            "{id:text}: 10 points more satisfaction went with {value:text} points of the loyalty index,"
            " {statistics:text} ({sample:message}; {model:message}).",
            **v,
        ),
        "intention_is_not_behaviour": lambda **v: N_(
            "{id:text}: on the same customers, what 10 points of satisfaction went with in the intention to buy again,"
            " less what they went with in buying again, was {value:text} percentage points, {statistics:text}"
            " ({sample:message}; {model:message}).",
            **v,
        ),
        "relation_is_nonlinear": lambda **v: N_(
            "{id:text}: the slope of loyalty on satisfaction below the average, less that above it, was {value:text}"
            " points per 10 points, {statistics:text} ({sample:message}; {model:message}).",
            **v,
        ),
        "loyalty_mediates": lambda **v: N_(
            "{id:text}: the indirect effect of 10 points of satisfaction on buying again through loyalty was"
            " {value:text} percentage points, {statistics:text} ({sample:message}; {model:message}).",
            **v,
        ),
        "relation_is_moderated": lambda **v: N_(
            "{id:text}: the interaction was {value:text}, {statistics:text} ({sample:message}; {model:message}).", **v
        ),
        "rank_beats_level": lambda **v: N_(
            "{id:text}: on accounts held back, the mean log score of rank less that of level was {value:text},"
            " {statistics:text} ({sample:message}; {model:message}).",
            **v,
        ),
        "nps_beats_satisfaction": lambda **v: N_(
            "{id:text}: on customers held back, the mean log score of recommendation less that of satisfaction was"
            " {value:text}, {statistics:text} ({sample:message}; {model:message}).",
            **v,
        ),
        "satisfaction_precedes_purchases": lambda **v: N_(
            "{id:text}: within accounts, what 10 points of satisfaction went with in buying after the answer, less what"
            " they went with in buying before it, was {value:text} percentage points, {statistics:text}"
            " ({sample:message}; {model:message}).",
            **v,
        ),
    }
    return templates[key]
