"""Alerts then and now, and what was recommended then: taken or not, recommended again or not, and with what effect."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast, get_args

from analysis.messages import Message
from analysis.monitoring.comparison.published import rows_at, text_at
from analysis.monitoring.comparison.shapes import ActionPair, AlertPair
from analysis.monitoring.comparison.sides import Audited
from analysis.monitoring.earlier import RecommendedAction, at, read_estimate, read_message
from analysis.monitoring.follow_up import Titles, Verdict
from analysis.params.model import ClientParams

VERDICTS: tuple[str, ...] = get_args(Verdict)


def compare_alerts(before: Audited, after: Audited) -> Iterator[AlertPair]:
    """Yield every alert that either audit declares, the later one's order first.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    """
    then, now = (
        {text_at(alert, "condition"): alert for alert in rows_at(audited.content, "alerts")}
        for audited in (before, after)
    )
    for condition in dict.fromkeys([*now, *then]):
        one, other = then.get(condition, {}), now.get(condition, {})
        yield AlertPair(
            condition=condition,
            name=read_message(other.get("name")) or read_message(one.get("name")) or Message(condition),
            before=text_at(one, "state"),
            after=text_at(other, "state"),
            found_before=read_message(one.get("found")),
            found_after=read_message(other.get("found")),
        )


def alerts_are_known(before: Audited, after: Audited) -> bool:
    """Return whether both audits are of a form that records alerts."""
    return all(isinstance(at(audited.content, "alerts"), list) for audited in (before, after))


def compare_actions(
    before: Audited, after: Audited, params: ClientParams, titles: Titles | None
) -> Iterator[ActionPair]:
    """Yield what the earlier audit recommended, in its order.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    params
        The client's parameters, which say what was taken.
    titles
        What an action is called today, in the reader's language.
    """
    still = {action.key for action in after.stored.audit.actions}
    followed = {text_at(row, "key"): row for row in rows_at(after.content, "follow_up", "actions")}
    for action in before.stored.audit.actions:
        spec = params.actions_taken.get(action.key)
        row = followed.get(action.key, {}) if at(after.content, "follow_up", "compared_with") == before.day else {}
        taken = spec is not None and before.day <= spec.taken_on.isoformat() <= after.day
        yield ActionPair(
            key=action.key,
            title=_title(action, before.stored.audit.language, titles),
            indicator=action.indicator,
            taken_on=spec.taken_on.isoformat() if spec is not None and taken else "",
            owner=spec.owner if spec is not None and taken else "",
            still=action.key in still,
            effect=read_estimate(at(row, "comparison", "difference"), tested=True),
            effect_verdict=_verdict(row),
        )


def _verdict(row: Mapping[str, Any]) -> Verdict | Literal[""]:
    verdict = text_at(row, "verdict")
    return cast(Verdict, verdict) if verdict in VERDICTS else ""


def _title(action: RecommendedAction, language: str, titles: Titles | None) -> Message:
    """Return what an action is called today; one that the catalogue no longer holds keeps the title it was given."""
    known = None if titles is None else titles(action.key, action.title.values, language)
    return action.title if known is None else known[0]


def new_actions(before: Audited, after: Audited, titles: Titles | None) -> Iterator[Message]:
    """Yield the titles of what the later audit recommends and the earlier did not, best first."""
    known = {action.key for action in before.stored.audit.actions}
    for action in after.stored.audit.actions:
        if action.key not in known:
            yield _title(action, after.stored.audit.language, titles)
