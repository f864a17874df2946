"""From hypotheses to cards: what is tested, what the data say, and the verdict within its family of tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from analysis.params.base import localized
from analysis.params.study import HypothesisSpec, PropositionKey, StudySpec
from analysis.results import Estimate
from analysis.study.attitudes import loyalty_evidence, shape_evidence
from analysis.study.evidence import Evidence
from analysis.study.moderators import moderation_evidence
from analysis.study.power import plan_power
from analysis.study.prediction import nps_evidence, rank_evidence
from analysis.study.propositions import PROPOSITIONS, Proposition
from analysis.study.purchases import intention_evidence, mediation_evidence
from analysis.study.results import Card, Hypothesis
from analysis.study.timing import timing_evidence
from analysis.study.verdicts import adjust_p_values, at_level, judge_interval, p_value_of
from analysis.study.workbench import Workbench

DEFAULT_ALPHA = 0.05

EVIDENCE: Mapping[PropositionKey, Callable[[Workbench], Evidence]] = {
    "satisfaction_raises_loyalty": loyalty_evidence,
    "intention_is_not_behaviour": intention_evidence,
    "relation_is_nonlinear": shape_evidence,
    "loyalty_mediates": mediation_evidence,
    "rank_beats_level": rank_evidence,
    "nps_beats_satisfaction": nps_evidence,
    "satisfaction_precedes_purchases": timing_evidence,
}
"""What answers each proposition; the moderator of `relation_is_moderated` is the hypothesis's own choice."""


def list_hypotheses(study: StudySpec | None, in_time: bool, language: str) -> tuple[Hypothesis, ...]:
    """Return what a study tests: the declared hypotheses, and for every other proposition an exploratory one.

    Confirmatory ones come first; each group keeps the order of the declaration, then that of the propositions.
    """
    declared = [_declared(spec, in_time, language) for spec in (study.hypotheses if study else ())]
    covered = {each.proposition for each in declared}
    taken = {each.id for each in declared}
    others = [proposition for proposition in PROPOSITIONS.values() if proposition.key not in covered]
    names = (name for name in (f"E{i}" for i in range(1, len(others) + len(taken) + 1)) if name not in taken)
    added = [_undeclared(proposition, name) for proposition, name in zip(others, names, strict=False)]
    return tuple(sorted([*declared, *added], key=lambda each: not each.confirmatory))


def _declared(spec: HypothesisSpec, in_time: bool, language: str) -> Hypothesis:
    return Hypothesis(
        id=spec.id,
        proposition=spec.proposition,
        statement=localized(spec.statement, "zh" if language == "zh" else "en"),
        direction=spec.direction,
        smallest_effect=spec.smallest_effect,
        alpha=spec.alpha,
        moderator=spec.moderator,
        declared=True,
        confirmatory=in_time and not spec.exploratory,
    )


def _undeclared(proposition: Proposition, name: str) -> Hypothesis:
    return Hypothesis(
        id=name,
        proposition=proposition.key,
        statement="",
        direction=proposition.direction,
        smallest_effect=proposition.smallest_effect,
        alpha=DEFAULT_ALPHA,
        moderator=None,
        declared=False,
        confirmatory=False,
    )


def write_card(hypothesis: Hypothesis, bench: Workbench) -> Card:
    """Return a hypothesis with its evidence, interval, p-value and power plan; its verdict needs its family."""
    evidence = gather_evidence(hypothesis, bench)
    estimate = evidence.estimate
    if not isinstance(estimate, Estimate):
        return Card(hypothesis=hypothesis, evidence=evidence, interval=estimate)
    effect = evidence.design_effect
    return Card(
        hypothesis=hypothesis,
        evidence=evidence,
        interval=at_level(estimate, hypothesis.alpha),
        p_value=p_value_of(estimate),
        power=plan_power(estimate, hypothesis.smallest_effect, hypothesis.alpha, effect),
    )


def gather_evidence(hypothesis: Hypothesis, bench: Workbench) -> Evidence:
    """Return what a client's data say about a hypothesis."""
    if hypothesis.proposition == "relation_is_moderated":
        return moderation_evidence(bench, hypothesis.moderator)
    return EVIDENCE[hypothesis.proposition](bench)


def judge_cards(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Return the cards with adjusted p-values and verdicts; confirmatory and exploratory tests are two families."""
    families = {
        kind: [c for c in cards if c.hypothesis.confirmatory == kind and c.p_value is not None]
        for kind in (True, False)
    }
    adjusted: dict[str, tuple[float, int]] = {}
    for family in families.values():
        values = adjust_p_values([card.p_value or 0.0 for card in family])
        adjusted |= {card.hypothesis.id: (value, len(family)) for card, value in zip(family, values, strict=True)}
    return tuple(_judged(card, adjusted) for card in cards)


def _judged(card: Card, adjusted: Mapping[str, tuple[float, int]]) -> Card:
    interval, hypothesis = card.interval, card.hypothesis
    if not isinstance(interval, Estimate):
        return card
    p_adjusted, size = adjusted[hypothesis.id]
    verdict = judge_interval(
        interval.low,
        interval.high,
        smallest_effect=hypothesis.smallest_effect,
        direction=hypothesis.direction,
        stands=p_adjusted <= hypothesis.alpha,
    )
    return replace(card, p_adjusted=p_adjusted, family_size=size, verdict=verdict)
