"""One card a proposition over several clients: which of them may be pooled, what they say together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from analysis.messages import N_, Message
from analysis.params.study import PropositionKey
from analysis.results import Estimate, NotEstimable
from analysis.study.pooling import MetaAnalysis, pool_estimates
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, ClientStudy, Hypothesis, PooledCard
from analysis.study.verdicts import adjust_p_values, degrees_of_freedom, judge_interval, standard_error

METHOD = "hartung-knapp-t"
FEW = 5
"""With fewer clients the spread between them is hardly known."""


def pool_clients(studies: Sequence[ClientStudy]) -> tuple[PooledCard, ...]:
    """Return one card for each proposition; the confirmatory ones and the others are corrected as two families."""
    cards = [_pool(key, studies) for key in PROPOSITIONS]
    judged: dict[int, PooledCard] = {}
    for kind in (True, False):
        family = [
            (i, card.meta.p_value)
            for i, card in enumerate(cards)
            if card.hypothesis.confirmatory == kind and isinstance(card.meta, MetaAnalysis)
        ]
        adjusted = adjust_p_values([p for _, p in family])
        judged |= {i: _judged(cards[i], p, len(family)) for (i, _), p in zip(family, adjusted, strict=True)}
    order = [card.hypothesis.id for card in studies[0].cards]
    named = [judged.get(i, card) for i, card in enumerate(cards)]
    return tuple(sorted(named, key=lambda card: (not card.hypothesis.confirmatory, _place(card, order))))


def _place(card: PooledCard, order: Sequence[str]) -> int:
    return order.index(card.hypothesis.id) if card.hypothesis.id in order else len(order)


def _pool(key: PropositionKey, studies: Sequence[ClientStudy]) -> PooledCard:
    cards = [(study, study.card(key)) for study in studies]
    usable = [
        (study, card) for study, card in cards if card is not None and isinstance(card.evidence.estimate, Estimate)
    ]
    left_out = [
        (study.client, card.evidence.estimate.reason)
        for study, card in cards
        if card is not None and isinstance(card.evidence.estimate, NotEstimable)
    ]
    estimates = tuple(card.evidence.estimate for _, card in usable if isinstance(card.evidence.estimate, Estimate))
    hypothesis = shared_hypothesis(key, [card for _, card in usable] or [card for _, card in cards if card is not None])
    different = len({card.evidence.comparable for _, card in usable}) > 1
    meta = _meta(key, [study for study, _ in usable], estimates, hypothesis, different=different)
    return PooledCard(
        hypothesis=hypothesis,
        clients=tuple(study.client for study, _ in usable),
        estimates=estimates,
        left_out=tuple(left_out),
        meta=meta,
        interval=_interval(meta, estimates, hypothesis.alpha),
        correlation=_correlation([card for _, card in usable]),
        notes=_notes([study for study, _ in usable], meta),
    )


def shared_hypothesis(key: PropositionKey, cards: Sequence[Card]) -> Hypothesis:
    """Return the hypothesis of several clients: the first one's; confirmatory only where all declared the same test."""
    tests = {
        (c.hypothesis.direction, c.hypothesis.smallest_effect, c.hypothesis.alpha, c.hypothesis.moderator)
        for c in cards
    }
    first = next((card.hypothesis for card in cards if card.hypothesis.declared), cards[0].hypothesis)
    same = len(tests) == 1 and all(card.hypothesis.confirmatory for card in cards)
    return replace(first, confirmatory=same)


def _meta(
    key: PropositionKey,
    studies: Sequence[ClientStudy],
    estimates: Sequence[Estimate],
    hypothesis: Hypothesis,
    *,
    different: bool,
) -> MetaAnalysis | NotEstimable:
    if len(estimates) < 2:
        reason = N_("Fewer than two clients have an estimate of it.")
        return NotEstimable(reason=reason, n=len(estimates))
    if len({estimate.unit for estimate in estimates}) > 1:
        return NotEstimable(reason=N_("The clients' estimates are in different units."), n=len(estimates))
    if different:
        return NotEstimable(reason=N_("The clients' estimates compare different things."), n=len(estimates))
    horizons = {study.horizon_days for study in studies}
    if PROPOSITIONS[key].shares_horizon and len(horizons) > 1:
        reason = N_("The clients' horizons of repeat purchase differ: {days:list} days.", days=sorted(horizons))
        return NotEstimable(reason=reason, n=len(estimates))
    values = [estimate.value for estimate in estimates]
    return pool_estimates(values, [standard_error(estimate) for estimate in estimates], level=1 - hypothesis.alpha)


def _interval(
    meta: MetaAnalysis | NotEstimable, estimates: Sequence[Estimate], alpha: float
) -> Estimate | NotEstimable:
    if isinstance(meta, NotEstimable):
        return meta
    return Estimate(
        value=meta.value, low=meta.low, high=meta.high, level=1 - alpha, n=sum(each.n for each in estimates),
        method=METHOD, unit=estimates[0].unit, std_error=meta.std_error, clusters=meta.k, p_value=meta.p_value,
    )  # fmt: skip


def _correlation(cards: Sequence[Card]) -> Estimate | None:
    """Return the mean correlation over clients, pooled on Fisher's z; None where fewer than two have one."""
    found = [card.evidence.correlation for card in cards if isinstance(card.evidence.correlation, Estimate)]
    if len(found) < 2:
        return None
    errors = [float(np.arctanh(r.high) - np.arctanh(r.low)) / 2 / _quantile(r) for r in found]
    meta = pool_estimates([float(np.arctanh(r.value)) for r in found], errors)
    return Estimate(
        value=float(np.tanh(meta.value)), low=float(np.tanh(meta.low)), high=float(np.tanh(meta.high)),
        n=sum(r.n for r in found), method=METHOD, unit="ratio", clusters=meta.k, p_value=meta.p_value,
    )  # fmt: skip


def _quantile(estimate: Estimate) -> float:
    return float(stats.t.ppf((1 + estimate.level) / 2, degrees_of_freedom(estimate)))


def _notes(studies: Sequence[ClientStudy], meta: MetaAnalysis | NotEstimable) -> tuple[Message, ...]:
    notes = []
    if isinstance(meta, MetaAnalysis) and meta.k == 2:
        notes.append(
            N_(
                "Two clients: an interval of one degree of freedom is honest and very wide, and how clients differ"
                " cannot be known from two. The clients' own intervals say more."
            )
        )
    elif isinstance(meta, MetaAnalysis) and meta.k < FEW:
        notes.append(
            N_("{k:int} clients: how much clients differ is hardly known, and the interval is wide for it.", k=meta.k)
        )
    scales = {study.scales for study in studies}
    if len(scales) > 1:
        notes.append(
            N_(
                "The satisfaction questions have different scales ({scales:text}); each is put on 0 to 100 before"
                " anything is estimated, and only estimates are pooled.",
                scales="; ".join(f"{study.client}: {', '.join(study.scales)}" for study in studies),
            )
        )
    return tuple(notes)


def _judged(card: PooledCard, p_adjusted: float, size: int) -> PooledCard:
    interval, hypothesis = card.interval, card.hypothesis
    if isinstance(interval, NotEstimable):
        return card
    verdict = judge_interval(
        interval.low,
        interval.high,
        smallest_effect=hypothesis.smallest_effect,
        direction=hypothesis.direction,
        stands=p_adjusted <= hypothesis.alpha,
    )
    return replace(card, p_adjusted=p_adjusted, family_size=size, verdict=verdict)
