"""The numbers that a published audit holds, by scope, group and indicator; what is odd in a file is left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from analysis.messages import N_, Message
from analysis.monitoring.comparison.shapes import Scope
from analysis.monitoring.earlier import StoredAudit, at, read_estimate, read_message
from analysis.results import Estimate, NotEstimable, Outcome, Unit

SCORE = "score"
ITEM = "item."
UNITS: tuple[str, ...] = get_args(Unit)
SURVEYED = ("respondent", "account", "account_revenue")
"""Units of analysis of what customers answered; the rest is the client's own record."""
Key = tuple[Scope, str, str]
"""Scope, group and indicator."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number as an audit printed it; `definition` is None where the file gives none."""

    scope: Scope
    group: str
    group_name: str
    indicator: str
    name: Message
    unit: Unit
    higher_is_better: bool
    analysis_unit: str
    period: str
    outcome: Outcome
    definition: Message | None = None
    by_period: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.scope, self.group, self.indicator

    @property
    def is_answered(self) -> bool:
        """Whether it rests on what customers answered."""
        return self.analysis_unit in SURVEYED


def rows_at(content: Any, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list at a path; whatever else stands there is left out."""
    found = at(content, *path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def mapping_at(content: Any, *path: str) -> dict[str, Any]:
    """Return the object at a path, or an empty one."""
    found = at(content, *path)
    return found if isinstance(found, dict) else {}


def text_at(content: Any, *path: str) -> str:
    """Return the text at a path, or the empty one."""
    found = at(content, *path)
    return found if isinstance(found, str) else ""


def number_at(content: Any, *path: str) -> float | None:
    """Return the number at a path, or None."""
    found = at(content, *path)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def read_outcome(data: Any) -> Outcome | None:
    """Return an outcome as it was printed, or None where it is none."""
    estimate = read_estimate(data)
    if estimate is not None or not isinstance(data, dict):
        return estimate
    reason = read_message(data.get("reason"))
    if data.get("estimable") is not False or reason is None:
        return None
    return NotEstimable(reason=reason, suppressed=data.get("suppressed") is True)


def measures_of(stored: StoredAudit, language: str) -> dict[Key, Measure]:
    """Return every number that two audits can be compared by: score, indicators, questions, and by group.

    Parameters
    ----------
    stored
        The audit.
    language
        Of the questions' labels, where they have it.
    """
    content = stored.content
    found = [*_scores(stored), *_indicators(content), *_questions(content, language), *_managers(content)]
    return {measure.key: measure for measure in found}


def _indicators(content: Mapping[str, Any]) -> Iterator[Measure]:
    partners = partner_names(content)
    for key, data in mapping_at(content, "indicators", "results").items():
        whole = _measure("whole", "", "", key, data)
        if whole is None:
            continue
        yield whole
        for scope, field_, names in (("segment", "by_segment", {}), ("partner", "by_partner", partners)):
            for group, one in mapping_at(data, field_).items():
                outcome = read_outcome(one)
                if outcome is not None:
                    yield _of_group(whole, cast(Scope, scope), group, names.get(group, group), outcome)


def _measure(scope: Scope, group: str, group_name: str, key: str, data: Any) -> Measure | None:
    outcome, unit, name = read_outcome(at(data, "overall")), text_at(data, "unit"), read_message(at(data, "name"))
    if outcome is None or unit not in UNITS or name is None:
        return None
    periods = mapping_at(data, "by_period")
    return Measure(
        scope=scope,
        group=group,
        group_name=group_name,
        indicator=key,
        name=name,
        unit=cast(Unit, unit),
        higher_is_better=at(data, "higher_is_better") is not False,
        analysis_unit=text_at(data, "unit_of_analysis"),
        period=next(reversed(periods), ""),
        outcome=outcome,
        definition=read_message(at(data, "definition")),
        by_period=_estimates(periods),
    )


def _estimates(periods: Mapping[str, Any]) -> dict[str, Estimate]:
    found = ((label, read_estimate(one)) for label, one in periods.items())
    return {label: estimate for label, estimate in found if estimate is not None}


def _of_group(whole: Measure, scope: Scope, group: str, name: str, outcome: Outcome) -> Measure:
    return Measure(
        scope=scope,
        group=group,
        group_name=name,
        indicator=whole.indicator,
        name=whole.name,
        unit=whole.unit,
        higher_is_better=whole.higher_is_better,
        analysis_unit=whole.analysis_unit,
        period=whole.period,
        outcome=outcome,
        definition=whole.definition,
    )


def _questions(content: Mapping[str, Any], language: str) -> Iterator[Measure]:
    for item in rows_at(content, "indicators", "items"):
        key, outcome = text_at(item, "key"), read_outcome(item.get("index"))
        periods = mapping_at(item, "by_period")
        if key and outcome is not None:
            yield Measure(
                scope="question",
                group="",
                group_name="",
                indicator=f"{ITEM}{key}",
                name=N_("{label:text}", label=_label(item.get("label"), language) or key),
                unit="index",
                higher_is_better=True,
                analysis_unit=SURVEYED[0],
                period=next(reversed(periods), ""),
                outcome=outcome,
            )


def _label(label: Any, language: str) -> str:
    if isinstance(label, dict):
        label = label.get(language) or next(iter(label.values()), "")
    return label if isinstance(label, str) else ""


def _managers(content: Mapping[str, Any]) -> Iterator[Measure]:
    wholes = {measure.indicator: measure for measure in _indicators(content) if measure.scope == "whole"}
    for card in rows_at(content, "relationship", "appraisal", "managers"):
        manager = text_at(card, "manager")
        for one in rows_at(card, "indicators"):
            whole, outcome = wholes.get(text_at(one, "key")), read_outcome(one.get("outcome"))
            if manager and whole is not None and outcome is not None:
                yield _of_group(whole, "manager", manager, manager, outcome)


def _scores(stored: StoredAudit) -> Iterator[Measure]:
    content, day = stored.content, stored.audit.as_of
    name = N_("Relationship score")
    overall = read_outcome(at(content, "score", "overall"))
    if overall is not None:
        yield _score("whole", "", "", SCORE, name, overall, day)
    for dimension in rows_at(content, "score", "dimensions"):
        label, outcome = read_message(dimension.get("name")), read_outcome(dimension.get("score"))
        if label is not None and outcome is not None:
            yield _score("whole", "", "", f"{SCORE}.{text_at(dimension, 'dimension')}", label, outcome, day)
    partners = partner_names(content)
    scopes: Iterable[tuple[Scope, str, Mapping[str, str]]] = (
        ("segment", "segments", {}),
        ("partner", "partners", partners),
    )
    for scope, field_, names in scopes:
        for row in rows_at(content, "relationship", "score", field_):
            group, outcome = text_at(row, "group"), read_outcome(row.get("overall"))
            if group and outcome is not None:
                yield _score(scope, group, names.get(group, group), SCORE, name, outcome, day)


def _score(scope: Scope, group: str, group_name: str, key: str, name: Message, outcome: Outcome, day: str) -> Measure:
    return Measure(
        scope=scope,
        group=group,
        group_name=group_name,
        indicator=key,
        name=name,
        unit="index",
        higher_is_better=True,
        analysis_unit=SURVEYED[1],
        period=day,
        outcome=outcome,
    )


def partner_names(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the partners' names by id, as the audit's scorecards and leagues have them."""
    rows = [*rows_at(content, "relationship", "partners", "cards")]
    for league in mapping_at(content, "indicators", "partners").values():
        rows += rows_at(league, "rows")
    return {text_at(row, "partner_id"): text_at(row, "name") or text_at(row, "partner_id") for row in rows}
