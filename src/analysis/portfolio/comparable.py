"""Which clients' numbers mean the same: the scale of the score, and the definition of each indicator.

A definition is one text that is equal where two numbers may stand in one row. What follows the client's own business by
rule does not count: how many categories there are to buy, and how often a visit is planned, are each client's own 100%.
So do names that clients give (of levels of contacts) and dates. Horizons, weights, anchors, dimensions and units count.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from analysis.messages import N_, Message
from analysis.monitoring.comparison.divergences import COUNTED, OFFERED
from analysis.monitoring.comparison.published import SCORE, mapping_at, read_outcome, rows_at, text_at
from analysis.monitoring.earlier import read_message
from analysis.portfolio.shapes import Reviewed
from analysis.results import Estimate

RELATIVE = ("categories_bought", "contact_frequency")
"""Components whose full mark is the client's own: all that it sells, and as often as it plans to call."""
_COUNTING = ("int", "number", "number1", "number2", "number3", "percent", "percent1")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One number of one client, where the client has it, with the definition that it obeys."""

    client: str
    name: str
    as_of: str
    definition: str
    estimate: Estimate


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The clients whose numbers of one measure mean the same, and those that are left out, with the reason."""

    definition: str
    readings: tuple[Reading, ...]
    left_out: tuple[tuple[str, Message], ...]


def compare_measure(clients: Sequence[Reviewed], measure: str) -> Compared:
    """Return the readings of the definition that most clients share; of several as frequent ones the first by text.

    Parameters
    ----------
    clients
        All of them.
    measure
        ``score``, or a dimension of it.
    """
    return choose_definition([(client, *_score_reading(client, measure)) for client in clients], measure)


def choose_definition(
    found: Sequence[tuple[Reviewed, str, Estimate | None, Message | None]], measure: str = ""
) -> Compared:
    """Return those of one definition, from client, definition, number and the reason why there is none."""
    usable = [(client, definition, each) for client, definition, each, _ in found if each is not None]
    counts = Counter(definition for _, definition, _ in usable)
    chosen = min(counts, key=lambda definition: (-counts[definition], definition), default="")
    readings = tuple(
        Reading(client=client.client, name=client.name, as_of=client.as_of, definition=definition, estimate=each)
        for client, definition, each in usable
        if definition == chosen
    )
    left_out = [
        (client.client, reason if each is None and reason is not None else _difference(definition, chosen, measure))
        for client, definition, each, reason in found
        if each is None or definition != chosen
    ]
    return Compared(definition=chosen, readings=readings, left_out=tuple(left_out))


def _score_reading(client: Reviewed, measure: str) -> tuple[str, Estimate | None, Message | None]:
    score = mapping_at(client.content, "score")
    definition = score_definition(client.content, measure)
    if measure == SCORE:
        outcome = read_outcome(score.get("overall"))
        missing = N_("Its audit has no relationship score.")
    else:
        row = next((row for row in rows_at(score, "dimensions") if text_at(row, "dimension") == measure), {})
        outcome = read_outcome(row.get("score"))
        missing = N_("Its audit has no such dimension.")
    if not isinstance(outcome, Estimate):
        return definition, None, missing if outcome is None else outcome.reason
    if outcome.high <= outcome.low:
        return definition, None, N_("Its interval has no width, so that nothing tells how certain the number is.")
    return definition, outcome, None


def score_definition(content: Mapping[str, Any], measure: str) -> str:
    """Return what makes the score of an audit, or one of its dimensions, comparable with another's."""
    definitions = _dimension_definitions(content)
    if measure != SCORE:
        return _text(definitions.get(measure))
    return _text({"weights": _weights(mapping_at(content, "score")), "dimensions": definitions})


def _weights(score: Mapping[str, Any]) -> dict[str, Any]:
    weights = {text_at(row, "dimension"): row.get("weight") for row in rows_at(score, "dimensions")}
    return {key: round(each, 6) if isinstance(each, int | float) else None for key, each in weights.items()}


def _dimension_definitions(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each dimension is made of: components, anchors, and how the components are defined."""
    results = mapping_at(content, "indicators", "results")
    return {
        text_at(row, "dimension"): [
            [
                (key := text_at(part, "indicator")),
                part.get("zero"),
                None if key in RELATIVE else part.get("full"),
                definition_of(results.get(key)),
            ]
            for part in rows_at(row, "components")
        ]
        for row in rows_at(content, "score", "dimensions")
    }


def definition_of(result: Any) -> list[Any]:
    """Return what makes an indicator's numbers comparable: sentence, counts in it, unit and unit of analysis."""
    message = read_message(mapping_at(result, "definition"))
    said: list[Any] = []
    if message is not None:
        kept = {
            name: message.values.get(name)
            for _, name, spec, _ in Formatter().parse(message.msgid)
            if name is not None and spec in _COUNTING and name not in (*COUNTED, OFFERED)
        }
        said = [message.msgid, kept]
    return [*said, text_at(result, "unit"), text_at(result, "unit_of_analysis")]


def indicator_reading(client: Reviewed, key: str) -> tuple[Reviewed, str, Estimate | None, Message | None]:
    """Return a client's number of one indicator with its definition, or the reason why there is none."""
    result = mapping_at(client.content, "indicators", "results").get(key)
    outcome = read_outcome(mapping_at(result, "overall"))
    definition = _text(definition_of(result))
    if isinstance(outcome, Estimate) and outcome.high > outcome.low:
        return client, definition, outcome, None
    reason = None if outcome is None or isinstance(outcome, Estimate) else outcome.reason
    return client, definition, None, reason or N_("Its audit has no such number.")


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _difference(own: str, chosen: str, measure: str) -> Message:
    """Return in words what keeps a number from those of the chosen definition."""
    if measure != SCORE:
        return N_("It is measured otherwise: other questions' units, another horizon, or other components or anchors.")
    mine, theirs = json.loads(own), json.loads(chosen)
    if mine["dimensions"].keys() != theirs["dimensions"].keys():
        return N_("Its score is made of other dimensions.")
    if mine["weights"] != theirs["weights"]:
        return N_("Its dimensions weigh otherwise in the score.")
    return N_("A dimension of its score is measured otherwise: another horizon, other components or anchors.")
