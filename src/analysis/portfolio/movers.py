"""What moved since each client's audit before: every number that was measured anew, all clients one family of tests.

Only the printed intervals are in hand, so that small changes are missed. The score and its dimensions may rest on the
same months then and now; their difference has the interval that holds for any correlation of the two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scipy.stats import false_discovery_control

from analysis.messages import Message
from analysis.monitoring.comparison.divergences import redefined
from analysis.monitoring.comparison.published import SCORE, Measure, measures_of
from analysis.monitoring.earlier import StoredAudit
from analysis.monitoring.since import OPPOSED, RATE, published_difference
from analysis.portfolio.comparable import score_definition
from analysis.portfolio.shapes import Movement, Reviewed
from analysis.results import Estimate, Verdict

ANY_CORRELATION = 1.0


def find_movements(clients: Sequence[Reviewed]) -> tuple[Movement, ...]:
    """Return every number that both audits of a client have, with its test, the surest first.

    Parameters
    ----------
    clients
        All of them; those with a single audit have no movement.
    """
    found = [each for client in clients for each in _of_client(client)]
    if not found:
        return ()
    adjusted = false_discovery_control([each.difference.p_value or 0.0 for each in found], method="bh")
    pairs = zip(found, adjusted, strict=True)
    judged = [_judged(each, float(p), higher_is_better=each.good is not False) for each, p in pairs]
    return tuple(sorted(judged, key=lambda each: (each.adjusted_p, each.name, each.client, each.measure)))


def _judged(movement: Movement, adjusted: float, *, higher_is_better: bool) -> Movement:
    verdict: Verdict = "no_change"
    if adjusted <= RATE and movement.difference.value:
        verdict = "rose" if movement.difference.value > 0 else "fell"
    good = None if verdict == "no_change" else (verdict == "rose") == higher_is_better
    return replace(movement, adjusted_p=adjusted, verdict=verdict, good=good)


def _of_client(client: Reviewed) -> Iterator[Movement]:
    """Yield a client's numbers then and now; `good` carries the direction until they are judged."""
    if client.previous is None:
        return
    then, now = measures_of(client.previous, "en"), measures_of(client.latest, "en")
    for key, after in now.items():
        before = then.get(key)
        if key[0] != "whole" or before is None or not _may_be_compared(client.previous, client.latest, before, after):
            continue
        one, other = before.outcome, after.outcome
        if not isinstance(one, Estimate) or not isinstance(other, Estimate) or one.level != other.level:
            continue
        is_score = after.indicator.startswith(SCORE)
        opposed = ANY_CORRELATION if is_score else OPPOSED.get(after.indicator, 0.0)
        yield Movement(
            client=client.client,
            name=client.name,
            measure=after.indicator,
            label=after.name,
            unit=after.unit,
            earlier=client.previous.audit.as_of if is_score else before.period or client.previous.audit.as_of,
            later=client.as_of if is_score else after.period or client.as_of,
            before=one,
            after=other,
            difference=published_difference(one, other, opposed=opposed),
            adjusted_p=1.0,
            verdict="no_change",
            good=after.higher_is_better,
        )


def _may_be_compared(previous: StoredAudit, latest: StoredAudit, before: Measure, after: Measure) -> bool:
    """Return whether a number means the same then and now, and was measured anew."""
    if after.unit == "money" or (before.unit, before.analysis_unit) != (after.unit, after.analysis_unit):
        return False
    if after.indicator.startswith(SCORE):
        measure = after.indicator.removeprefix(f"{SCORE}.")
        return score_definition(previous.content, measure) == score_definition(latest.content, measure)
    if before.period and before.period == after.period:
        return False
    return not _redefined(before.definition, after.definition)


def _redefined(then: Message | None, now: Message | None) -> bool:
    return then is not None and now is not None and redefined(then, now)
