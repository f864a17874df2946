"""Every number of two audits against its other self: one family of tests, false discoveries controlled.

Where one of the audits has tested the change on the raw data of both periods, that test is taken over: it knows how far
the same customers answered twice. Otherwise only the two printed intervals are in hand, and nothing says how closely
the two numbers move together. The limits then hold for every correlation that is to be reckoned with: for levels,
shares and means from 0 upwards, because the same customers, and days that both periods share, make them go up and down
together; for growth for any at all, because the year between two growths enters one upwards and the other downwards;
for a score as far as its part of growth goes (`opposed_scores`). Amounts of money are not tested so: a few customers
make most of both amounts, and an interval that takes these for other customers would be several times too wide.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping

from scipy.stats import false_discovery_control

from analysis.messages import N_, Message
from analysis.monitoring.comparison.divergences import Barriers
from analysis.monitoring.comparison.published import SCORE, Measure, mapping_at, number_at, rows_at, text_at
from analysis.monitoring.comparison.shapes import Compared, Judgement
from analysis.monitoring.comparison.sides import Audited
from analysis.monitoring.earlier import at, read_estimate
from analysis.monitoring.since import OPPOSED, RATE, SAME, published_difference
from analysis.results import Estimate, NotEstimable, Outcome

SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
UNTESTABLE = NotEstimable(
    reason=N_(
        "It cannot be tested from the two reports: amounts of both periods are largely those of the same customers, and"
        " nothing in the reports says how closely they move together."
    )
)
ORDER = ("whole", "question", "segment", "manager", "partner")


def compare_measures(before: Audited, after: Audited, barriers: Barriers) -> tuple[Compared, ...]:
    """Return every number of either audit with its difference and verdict, or why it has none.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    barriers
        What keeps numbers from being compared.
    """
    keys = sorted({**after.measures, **before.measures}, key=lambda key: ORDER.index(key[0]))
    tested = paired_tests(before, after)
    pairs = ((before.measures.get(key), after.measures.get(key)) for key in keys)
    return judge_all([_compared(then, now, before, after, barriers, tested) for then, now in pairs])


def judge_all(compared: Iterable[Compared], rate: float = RATE) -> tuple[Compared, ...]:
    """Return what was compared with the verdicts of its family, by Benjamini-Hochberg."""
    found = list(compared)
    p_values = [each.difference.p_value for each in found if isinstance(each.difference, Estimate)]
    known = [p_value for p_value in p_values if p_value is not None]
    if not known:
        return tuple(found)
    adjusted = iter(false_discovery_control(known, method="bh"))
    return tuple(
        _judged(each, each.difference, float(next(adjusted)), rate)
        if isinstance(each.difference, Estimate) and each.difference.p_value is not None
        else each
        for each in found
    )


def _judged(compared: Compared, difference: Estimate, adjusted: float, rate: float) -> Compared:
    verdict: Judgement = "no_change"
    if adjusted <= rate:
        verdict = "rose" if difference.value > 0 else "fell"
    good = None if verdict == "no_change" else (verdict == "rose") == compared.higher_is_better
    return dataclasses.replace(compared, adjusted_p=adjusted, verdict=verdict, good=good)


def _compared(
    then: Measure | None,
    now: Measure | None,
    before: Audited,
    after: Audited,
    barriers: Barriers,
    tested: Mapping[str, Compared],
) -> Compared:
    known = now or then
    if known is None:
        raise ValueError("a number must be in one of the two audits")
    found = Compared(
        scope=known.scope,
        group=known.group,
        group_name=known.group_name,
        indicator=known.indicator,
        name=known.name,
        unit=known.unit,
        higher_is_better=known.higher_is_better,
        earlier="" if then is None else then.period,
        later="" if now is None else now.period,
        before=None if then is None else then.outcome,
        after=None if now is None else now.outcome,
        difference=NotEstimable(reason=N_("Only one of the two audits has it.")),
        shared=None if then is None or now is None else shared_days(then.period, now.period),
    )
    if then is None or now is None:
        return found
    reason = _reason(then, now, barriers)
    if reason is not None:
        return dataclasses.replace(found, difference=NotEstimable(reason=reason))
    if known.scope == "whole" and known.indicator in tested:
        test = tested[known.indicator]
        return dataclasses.replace(
            found, difference=test.difference, basis="paired", overlap=test.overlap, restated=_restated(then, now)
        )
    return _published(found, then, now, before, after)


def _published(found: Compared, then: Measure, now: Measure, before: Audited, after: Audited) -> Compared:
    if not isinstance(then.outcome, Estimate) or not isinstance(now.outcome, Estimate):
        return found
    if now.unit == "money":
        plain = now.outcome.value - then.outcome.value
        return dataclasses.replace(found, difference=UNTESTABLE, plain=plain, restated=_restated(then, now))
    opposed = OPPOSED.get(now.indicator, 0.0)
    if now.indicator == SCORE or now.indicator.startswith(f"{SCORE}."):
        opposed = opposed_scores(now, after)
    difference = published_difference(then.outcome, now.outcome, opposed=opposed)
    return dataclasses.replace(found, difference=difference, basis="published", restated=_restated(then, now))


def _reason(then: Measure, now: Measure, barriers: Barriers) -> Message | None:
    """Return why two numbers cannot be compared, or None."""
    barrier = barriers.of(now.indicator)
    if barrier is not None:
        return barrier
    for outcome, missing in (
        (then.outcome, N_("The earlier audit has no number. {reason:message}", reason=_why(then.outcome))),
        (now.outcome, N_("The later audit has no number. {reason:message}", reason=_why(now.outcome))),
    ):
        if isinstance(outcome, NotEstimable):
            return missing
    if then.period and then.period == now.period:
        return N_("Both audits rest on the same wave or period: nothing was measured anew.")
    if isinstance(then.outcome, Estimate) and isinstance(now.outcome, Estimate):
        if then.outcome.level != now.outcome.level:
            return N_("The two intervals are of different confidence levels.")
        if then.unit != now.unit or then.outcome.unit != now.outcome.unit:
            return N_("The two numbers are in different units.")
    return None


def _why(outcome: Outcome) -> Message:
    return outcome.reason if isinstance(outcome, NotEstimable) else Message("")


def _restated(then: Measure, now: Measure) -> float | None:
    """Return what the later audit says of the earlier period, where that is no longer what was printed."""
    again = now.by_period.get(then.period)
    if again is None or not isinstance(then.outcome, Estimate):
        return None
    return again.value if abs(again.value - then.outcome.value) > SAME * max(abs(again.value), 1.0) else None


def paired_tests(before: Audited, after: Audited) -> dict[str, Compared]:
    """Return the tests on raw data that the later audit holds for just these two periods, by indicator.

    Two places have them: its follow-up, where it followed up just this earlier audit, and the change of an indicator
    against the period before, where that is the period of the earlier audit.
    """
    found = {}
    for measure in after.measures.values():
        then = before.measures.get(measure.key)
        if measure.scope != "whole" or then is None:
            continue
        test = _followed_up(measure, then, before, after) or _period_before(measure, then, after)
        if test is not None:
            found[measure.indicator] = test
    return found


def _followed_up(measure: Measure, then: Measure, before: Audited, after: Audited) -> Compared | None:
    if at(after.content, "follow_up", "compared_with") != before.day:
        return None
    for row in rows_at(after.content, "follow_up", "changes"):
        printed = number_at(row, "before", "value")
        if text_at(row, "indicator") != measure.indicator or text_at(row, "basis") != "paired" or printed is None:
            continue
        # the earlier audit may have been built anew since
        if isinstance(then.outcome, Estimate) and abs(printed - then.outcome.value) <= SAME * max(abs(printed), 1.0):
            return _taken_over(measure, then, row)
    return None


def _period_before(measure: Measure, then: Measure, after: Audited) -> Compared | None:
    change = mapping_at(after.content, "indicators", "results", measure.indicator, "change")
    if (text_at(change, "earlier"), text_at(change, "later")) != (then.period, measure.period) or not then.period:
        return None
    return _taken_over(measure, then, change)


def _taken_over(measure: Measure, then: Measure, row: Mapping[str, object]) -> Compared | None:
    difference, overlap = read_estimate(at(row, "difference"), tested=True), number_at(row, "overlap")
    if difference is None or difference.p_value is None:
        return None
    return Compared(
        scope=measure.scope,
        group="",
        group_name="",
        indicator=measure.indicator,
        name=measure.name,
        unit=measure.unit,
        higher_is_better=measure.higher_is_better,
        earlier=then.period,
        later=measure.period,
        before=then.outcome,
        after=measure.outcome,
        difference=difference,
        overlap=None if overlap is None else int(overlap),
    )


def opposed_scores(score: Measure, after: Audited) -> float:
    """Return how closely two scores may move against each other at worst: as far as the later's part of growth goes.

    The dimensions that hold growth may be wholly opposed to the earlier score, the others move with it; the part of the
    former in the standard error of the whole is their weight times the width of their interval over that of the whole.
    """
    content = after.content
    dimensions = rows_at(content, "score", "dimensions")
    holding = {
        text_at(row, "dimension")
        for row in dimensions
        if any(text_at(part, "indicator") in OPPOSED for part in rows_at(row, "components"))
    }
    if score.indicator != SCORE:
        return float(score.indicator.removeprefix(f"{SCORE}.") in holding)
    weights = {text_at(row, "dimension"): number_at(row, "weight") or 0.0 for row in dimensions}
    width = _width(score.outcome)
    parts = (
        weights.get(key, 0.0) * _width(outcome) for key, outcome in _dimensions_of(score, content) if key in holding
    )
    return min(sum(parts) / width, 1.0) if width > 0 else 1.0


def _dimensions_of(score: Measure, content: Mapping[str, object]) -> Iterator[tuple[str, Outcome | None]]:
    rows = rows_at(content, "score", "dimensions")
    if score.scope != "whole":
        groups = rows_at(content, "relationship", "score", f"{score.scope}s")
        rows = next((rows_at(row, "dimensions") for row in groups if text_at(row, "group") == score.group), [])
    for row in rows:
        yield text_at(row, "dimension"), read_estimate(row.get("score"))


def _width(outcome: Outcome | None) -> float:
    return outcome.high - outcome.low if isinstance(outcome, Estimate) else 0.0


def shared_days(earlier: str, later: str) -> float | None:
    """Return the share of the later span's days that lie in the earlier one too; None where one is no span of days.

    >>> shared_days("2024-07-01/2025-06-30", "2025-01-01/2025-12-31")
    0.4958904109589041
    """
    spans = [SPAN.fullmatch(label) for label in (earlier, later)]
    if not all(spans):
        return None
    try:
        first, second = (tuple(dt.date.fromisoformat(day) for day in span.groups()) for span in spans if span)
    except ValueError:
        return None
    common = (min(first[1], second[1]) - max(first[0], second[0])).days + 1
    length = (second[1] - second[0]).days + 1
    return max(common, 0) / length if length > 0 else None
