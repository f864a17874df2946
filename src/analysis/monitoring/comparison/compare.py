"""The comparison of two published audits of one client, from their texts to everything that its document says."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import Fault, InputError
from analysis.messages import N_, Message
from analysis.monitoring.comparison.accounts import compare_customers, compare_key_accounts
from analysis.monitoring.comparison.circumstances import find_circumstances
from analysis.monitoring.comparison.differences import compare_measures
from analysis.monitoring.comparison.divergences import Barriers, find_barriers
from analysis.monitoring.comparison.over_time import series_of
from analysis.monitoring.comparison.protection import Promise, promise_of, protect, strictest
from analysis.monitoring.comparison.published import mapping_at, measures_of, number_at, rows_at, text_at
from analysis.monitoring.comparison.shapes import Comparison, ScoreLevels
from analysis.monitoring.comparison.sides import Audited
from analysis.monitoring.comparison.steering import alerts_are_known, compare_actions, compare_alerts, new_actions
from analysis.monitoring.earlier import StoredAudit, UnreadableAudit, at, open_stored, read_estimate
from analysis.monitoring.follow_up import Titles
from analysis.monitoring.since import RATE
from analysis.params.base import localized
from analysis.params.model import ClientParams

SUM_OF_PARTS = 1e-6  # points: by so little the whole may miss the weighted mean of its dimensions


def compare_audits(
    stored: Sequence[tuple[str, str]],
    params: ClientParams,
    *,
    earlier: str,
    later: str,
    manifests: Mapping[str, Mapping[str, Any]] | None = None,
    titles: Titles | None = None,
) -> Comparison:
    """Return two published audits side by side, with all others up to the later one as a series.

    Parameters
    ----------
    stored
        Day and text of the audit.json of each published audit.
    params
        The client's parameters of today: its language, who reads, and which actions were taken.
    earlier, later
        Days of the two audits.
    manifests
        Day -> what the audit's manifest holds; they say what the audits were made from.
    titles
        What an action is called today, in the reader's language.

    Raises
    ------
    InputError
        One of the two cannot be read; both are named.
    """
    opened = {day: _open(day, text, params.client) for day, text in stored if day <= later}
    faults = [_fault(day, opened.get(day)) for day in (earlier, later) if not isinstance(opened.get(day), StoredAudit)]
    if faults:
        raise InputError(faults)
    usable = {day: each for day, each in sorted(opened.items()) if isinstance(each, StoredAudit)}
    rule = strictest([usable[day].content for day in (earlier, later)], params)
    audits = {day: _audited(each, rule, params, (manifests or {}).get(day, {})) for day, each in usable.items()}
    before, after = audits[earlier], audits[later]
    barriers = find_barriers(before, after)
    compared = compare_measures(before, after, barriers)
    return Comparison(
        client=params.client,
        name=localized(params.name, params.language),
        language=params.language,
        currency=text_at(after.content, "currency") or params.money.currency,
        earlier=earlier,
        later=later,
        versions=(before.stored.audit.version, after.stored.audit.version),
        small_cell=rule.small_cell,
        compared=compared,
        tested=sum(each.adjusted_p is not None for each in compared),
        false_discovery_rate=RATE,
        levels=_levels(before, after, barriers),
        reweighed=_reweighed(before, after, barriers),
        divergences=(*barriers.divergences, *find_circumstances(before, after)),
        key_accounts=compare_key_accounts(before, after, barriers, rule),
        customers=compare_customers(before, after),
        alerts=tuple(compare_alerts(before, after)),
        alerts_known=alerts_are_known(before, after),
        actions=tuple(compare_actions(before, after, params, titles)),
        new_actions=tuple(new_actions(before, after, titles)),
        series=series_of(list(audits.values())),
        unreadable=tuple(
            UnreadableAudit(name=day, reason=each) for day, each in sorted(opened.items()) if isinstance(each, Message)
        ),
    )


def _open(day: str, text: str, client: str) -> StoredAudit | Message:
    """Return a published audit, or why it cannot be used; one that was moved to another day's folder cannot."""
    opened = open_stored(text, client=client)
    if isinstance(opened, StoredAudit) and opened.audit.as_of != day:
        return N_("It is of {day:text}, and not of the day that its folder says.", day=opened.audit.as_of)
    return opened


def _audited(stored: StoredAudit, rule: Promise, params: ClientParams, manifest: Mapping[str, Any]) -> Audited:
    measures = protect(measures_of(stored, params.language), promise_of(stored.content), rule)
    return Audited(stored=stored, measures=measures, manifest=manifest)


def _fault(day: str, found: StoredAudit | Message | None) -> Fault:
    return Fault(
        what=f"the audit of {day}",
        rule="must be an audit of this client in a form that is known",
        found=_english(found) if isinstance(found, Message) else "none",
        where=f"{day}/audit.json",
        hint="build it anew with make report",
    )


def _english(reason: Message) -> str:
    """Return a reason as it reads in English: its templates hold plain texts only."""
    return reason.msgid.replace(":text}", "}").format(**reason.values)


def _levels(before: Audited, after: Audited, barriers: Barriers) -> tuple[ScoreLevels, ...]:
    """Return the levels of the score and its dimensions, where both audits draw them at the same scores."""
    if mapping_at(before.content, "score", "cuts") != mapping_at(after.content, "score", "cuts"):
        return ()
    found = []
    for key, measure in ((key, measure) for key, measure in after.measures.items() if key[0] == "whole"):
        if measure.indicator.startswith("score") and barriers.of(measure.indicator) is None and key in before.measures:
            then, now = (_level(audited, measure.indicator) for audited in (before, after))
            found.append(
                ScoreLevels(
                    indicator=measure.indicator, name=measure.name, before=then[0], after=now[0],
                    admitted_before=then[1], admitted_after=now[1],
                )
            )  # fmt: skip
    return tuple(found)


def _level(audited: Audited, indicator: str) -> tuple[str, tuple[str, ...]]:
    score = mapping_at(audited.content, "score")
    if indicator == "score":
        admitted = at(score, "level_range")
        known = isinstance(admitted, list) and all(isinstance(level, str) for level in admitted)
        return text_at(score, "level"), tuple(admitted) if known else ()
    key = indicator.removeprefix("score.")
    return next((text_at(row, "level") for row in rows_at(score, "dimensions") if row.get("dimension") == key), ""), ()


def _reweighed(before: Audited, after: Audited, barriers: Barriers) -> float | None:
    """Return the later score under the earlier weights, where nothing but the weights keeps the two apart.

    The whole is the weighted mean of its dimensions; where the later audit's own weights do not give its own score, it
    was put together otherwise, and nothing is returned.
    """
    if not barriers.only_weights:
        return None
    then, now = (
        {text_at(row, "dimension"): row for row in rows_at(audited.content, "score", "dimensions")}
        for audited in (before, after)
    )
    scores = {key: read_estimate(row.get("score")) for key, row in now.items()}
    overall = number_at(after.content, "score", "overall", "value")
    values = {key: score.value for key, score in scores.items() if score is not None}
    if overall is None or values.keys() != now.keys() or then.keys() != now.keys():
        return None
    own, other = (sum((number_at(rows[key], "weight") or 0.0) * values[key] for key in values) for rows in (now, then))
    return other if abs(own - overall) <= SUM_OF_PARTS else None
