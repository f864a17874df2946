"""The stricter promise holds: what one audit could show under a looser rule is not shown beside the other."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.messages import N_
from analysis.monitoring.comparison.published import Key, Measure, number_at, text_at
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable

STRICTNESS = ("", "attributed", "aggregate", "anonymous")
"""Promises to respondents, the loosest first; without a survey nothing was promised."""
INTERNAL = "internal"
WITHHELD = NotEstimable(
    reason=N_("Withheld: the audit was made under a looser promise to respondents than now holds."), suppressed=True
)
"""Where the rule is stricter now, all groups of a survey: one hidden group could be worked out from the rest."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What may be shown: fewest respondents, the promise to respondents, and whether only insiders read it."""

    small_cell: int
    confidentiality: str
    is_internal: bool

    def is_kept_by(self, made: "Promise") -> bool:
        """Return whether an audit made under another promise shows no more of its groups than this one allows."""
        return made.small_cell >= self.small_cell and _rank(made.confidentiality) >= _rank(self.confidentiality)


def promise_of(content: Mapping[str, Any]) -> Promise:
    """Return the promise that an audit was made under."""
    return Promise(
        small_cell=int(number_at(content, "small_cell") or 0),
        confidentiality=text_at(content, "confidentiality"),
        is_internal=text_at(content, "audience") == INTERNAL,
    )


def strictest(contents: Sequence[Mapping[str, Any]], params: ClientParams) -> Promise:
    """Return the strictest of what several audits, and the parameters of today, promise."""
    promises = [promise_of(content) for content in contents]
    today = params.survey.confidentiality if params.survey else ""
    return Promise(
        small_cell=max(params.limits.small_cell, *(promise.small_cell for promise in promises)),
        confidentiality=max([today, *(promise.confidentiality for promise in promises)], key=_rank),
        is_internal=params.audience == INTERNAL and all(promise.is_internal for promise in promises),
    )


def _rank(confidentiality: str) -> int:
    return STRICTNESS.index(confidentiality) if confidentiality in STRICTNESS else len(STRICTNESS)


def protect(measures: Mapping[Key, Measure], made: Promise, rule: Promise) -> dict[Key, Measure]:
    """Return an audit's numbers without what the rule does not allow.

    Parameters
    ----------
    measures
        The numbers.
    made
        The promise under which the audit was made.
    rule
        The promise that holds now.
    """
    keeps = rule.is_kept_by(made)
    return {key: _protected(measure, keeps, rule) for key, measure in measures.items()}


def _protected(measure: Measure, keeps: bool, rule: Promise) -> Measure:
    if not measure.is_answered or keeps:
        return measure
    few = isinstance(measure.outcome, Estimate) and measure.outcome.n < rule.small_cell
    if measure.scope in ("whole", "question") and not few:
        return measure
    return dataclasses.replace(measure, outcome=WITHHELD, by_period={})
