"""Earlier audits of the same client, read from their audit.json: whatever can be used of them, and why the rest cannot.

An audit of an older version is brought to today's form step by step; one of a version that is not known, or that is no
audit at all, is named with the reason. Nothing in such a file can stop the audit that reads it.
"""

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from analysis.messages import N_, Message
from analysis.models.parts import ModelPart
from analysis.monitoring.versions import bring_up_to_date
from analysis.results import Estimate

TEXTUAL = ("", "text", "list", "message")
"""Formats of placeholders that take any text."""
_ESTIMATE = ("value", "low", "high", "n", "method", "unit", "level", "std_error", "clusters")


@dataclass(frozen=True, kw_only=True)
class EarlierIndicator:
    """An indicator as an earlier audit printed it: its overall estimate, and those of its periods, oldest first."""

    overall: Estimate
    by_period: Mapping[str, Estimate]
    latest: str


@dataclass(frozen=True, kw_only=True)
class RecommendedAction:
    """An action that an earlier audit recommended: its key and title, what it aimed at and what it rested on."""

    key: str
    title: Message
    indicator: str
    fact: str


@dataclass(frozen=True, kw_only=True)
class EarlierAudit:
    """What is used of an earlier audit.

    Parameters
    ----------
    as_of, version, language
        Its date, the version of its form as it was written, and its language.
    indicators
        Key -> estimates; those without are left out.
    score
        The relationship score, or None.
    actions
        What it recommended, best first.
    """

    as_of: str
    version: str
    language: str
    indicators: Mapping[str, EarlierIndicator]
    score: Estimate | None
    actions: tuple[RecommendedAction, ...]


@dataclass(frozen=True, kw_only=True)
class StoredAudit:
    """An earlier audit with all that its file holds, in today's form.

    Parameters
    ----------
    audit
        What is used of every earlier audit.
    content
        The whole of it, migrated; whoever reads on in it takes nothing for granted.
    """

    audit: EarlierAudit
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class UnreadableAudit(ModelPart):
    """An earlier audit that cannot be used: the name of its folder, and why."""

    name: str
    reason: Message


def read_earlier(
    stored: Sequence[tuple[str, str]], *, client: str, as_of: str
) -> tuple[tuple[EarlierAudit, ...], tuple[UnreadableAudit, ...]]:
    """Return the audits of this client that are older than `as_of`, oldest first, and those that cannot be used.

    Parameters
    ----------
    stored
        Name of the folder and text of its audit.json.
    client
        Id of the client; an audit of another one is named and not used.
    as_of
        Date of the audit that asks, ISO 8601; later ones are none of its business.
    """
    found: dict[str, EarlierAudit] = {}
    unreadable = []
    for name, text in stored:
        opened = open_stored(text, client=client)
        if isinstance(opened, Message):
            if name < as_of:
                unreadable.append(UnreadableAudit(name=name, reason=opened))
        elif opened.audit.as_of < as_of:
            found[opened.audit.as_of] = opened.audit
    return tuple(found[day] for day in sorted(found)), tuple(unreadable)


def open_stored(text: str, *, client: str) -> StoredAudit | Message:
    """Return an audit of this client with all that its file holds, or why it cannot be used.

    Parameters
    ----------
    text
        Of its audit.json.
    client
        Id of the client; an audit of another one cannot be used.
    """
    try:
        return _parsed(text, client)
    except _Unusable as error:
        return error.reason


class _Unusable(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: Message) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


def _parsed(text: str, client: str) -> StoredAudit:
    try:
        content = json.loads(text)
    except ValueError:
        raise _Unusable(N_("Its audit.json is no JSON.")) from None
    if not isinstance(content, dict) or not isinstance(content.get("schema_version"), str):
        raise _Unusable(N_("Its audit.json does not say in which version it is written."))
    version = content["schema_version"]
    migrated = bring_up_to_date(content)
    if isinstance(migrated, Message):
        raise _Unusable(migrated)
    content = migrated
    day = content.get("as_of")
    if content.get("client") != client:
        raise _Unusable(N_("It is an audit of another client."))
    if not isinstance(day, str) or not is_day(day):
        raise _Unusable(N_("It does not say of which date it is."))
    audit = EarlierAudit(
        as_of=day,
        version=version,
        language=str(content.get("language", "")),
        indicators=_indicators(at(content, "indicators", "results")),
        score=read_estimate(at(content, "score", "overall")),
        actions=tuple(_actions(content.get("actions"))),
    )
    return StoredAudit(audit=audit, content=content)


def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def at(content: Any, *path: str) -> Any:
    """Return what stands at the end of a path of keys, or None where the path ends before."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _indicators(results: Any) -> dict[str, EarlierIndicator]:
    found = {}
    for key, result in (results if isinstance(results, dict) else {}).items():
        overall, periods = read_estimate(at(result, "overall")), at(result, "by_period")
        periods = periods if isinstance(periods, dict) else {}
        if overall is not None:
            estimates = {label: each for label, one in periods.items() if (each := read_estimate(one)) is not None}
            latest = next(reversed(periods), "")
            found[str(key)] = EarlierIndicator(overall=overall, by_period=estimates, latest=latest)
    return found


def read_estimate(outcome: Any, *, tested: bool = False) -> Estimate | None:
    """Return an estimate as it was printed, or None where there was none or it cannot be one.

    With `tested`, its p-value too: that of a level says nothing.
    """
    if not isinstance(outcome, dict) or outcome.get("estimable") is not True:
        return None
    try:
        fields = (*_ESTIMATE, "p_value") if tested else _ESTIMATE
        return Estimate(**{key: outcome[key] for key in fields if key in outcome})
    except (TypeError, ValueError):
        return None


def _actions(actions: Any) -> list[RecommendedAction]:
    return [
        RecommendedAction(
            key=str(action["key"]),
            title=read_message(action.get("title")) or N_("{text:text}", text=str(action["key"])),
            indicator=str(action.get("indicator") or ""),
            fact=str((action.get("facts") or [""])[0]),
        )
        for action in (actions if isinstance(actions, list) else [])
        if isinstance(action, dict) and "key" in action and isinstance(action.get("facts") or [""], list)
    ]


def read_message(data: Any) -> Message | None:
    """Return a message as it was written, with the messages within it; None where it is none or could not be told."""
    if not isinstance(data, dict) or not isinstance(data.get("message"), str):
        return None
    values = data.get("values")
    bound = {key: _value(value) for key, value in values.items()} if isinstance(values, dict) else {}
    message = Message(data["message"], bound)
    return message if _can_be_told(message) else None


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(item) for item in value]
    return read_message(value) or value


def _can_be_told(message: Message) -> bool:
    """Return whether every placeholder has a value of its kind: the file may be of another hand."""
    try:
        fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(message.msgid) if name is not None]
    except ValueError:
        return False
    return all(name in message.values and _fits(message.values[name], spec) for name, spec in fields)


def _fits(value: Any, spec: str) -> bool:
    if value is None or isinstance(value, Message):
        return value is None or spec in ("", "text", "message")
    if spec == "date":
        return isinstance(value, str) and is_day(value)
    if spec in TEXTUAL:
        return isinstance(value, str | int | float | list)
    return isinstance(value, int | float) and math.isfinite(value)
