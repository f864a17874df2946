"""The first page of a comparison: the score then and now, what moved for certain, and what cannot be compared."""

from collections.abc import Iterator

from analysis.document.blocks import Block, BulletList, Callout, Scorecard, ScoreCell, Tone
from analysis.document.comparison.context import ComparisonContext, present
from analysis.document.comparison.words import movement, sentence, signed_limits
from analysis.document.estimates import format_range
from analysis.messages import N_, NP_, Message
from analysis.monitoring.comparison.customer_shapes import KeyAccountMoves
from analysis.monitoring.comparison.published import SCORE
from analysis.monitoring.comparison.shapes import Compared
from analysis.results import Estimate, NotEstimable

MOVES_SHOWN = 6
STOPS_SHOWN = 6


def write_summary(context: ComparisonContext) -> tuple[Block, ...]:
    """Return the first page's blocks."""
    return present(
        [
            context.lead(*_finding(context)),
            _scorecard(context),
            context.section(N_("What changed"), "what-changed"),
            BulletList(items=tuple(context.t(item) for item in _bullets(context))),
            _stops(context),
        ]
    )


def moved(context: ComparisonContext) -> list[Compared]:
    """Return what rose or fell beyond what chance explains, the whole client first, then the surest."""
    found = [each for each in context.comparison.compared if each.verdict in ("rose", "fell")]
    return sorted(found, key=lambda each: (each.scope not in ("whole", "question"), each.adjusted_p or 0.0))


def _finding(context: ComparisonContext) -> Iterator[Message]:
    comparison, found = context.comparison, moved(context)
    dates = {"then": context.then, "now": context.now, "tested": comparison.tested}
    if not comparison.tested:
        yield N_(
            "Between {then:text} and {now:text} nothing was measured that can be compared.",
            then=context.then,
            now=context.now,
        )
    elif found:
        better = sum(bool(each.good) for each in found)
        way = N_("{better:int} of them for the better", better=better)
        if better in (0, len(found)):
            way = N_("for the better") if better else N_("for the worse")
        yield NP_(
            "Between {then:text} and {now:text}, one of {tested:int} numbers compared changed beyond what chance"
            " explains, {way:message}.",
            "Between {then:text} and {now:text}, {count:int} of {tested:int} numbers compared changed beyond what"
            " chance explains, {way:message}.",
            len(found),
            way=way,
            **dates,
        )
    else:
        yield N_(
            "Between {then:text} and {now:text}, none of {tested:int} numbers compared changed beyond what chance"
            " explains. That is no proof that nothing changed.",
            **dates,
        )
    yield from score_sentence(context)


def score_sentence(context: ComparisonContext) -> Iterator[Message]:
    """Yield what can be said of the score: how it moved, or why it is not compared."""
    score, t = context.comparison.whole(SCORE), context.t
    if score is None:
        return
    then, now, difference = score.before, score.after, score.difference
    if not isinstance(difference, Estimate):
        yield N_("The relationship score is not compared. {reason:message}", reason=difference.reason)
        return
    if not isinstance(then, Estimate) or not isinstance(now, Estimate):
        return
    values = {
        "then": t.number(then.value, 0),
        "now": t.number(now.value, 0),
        "size": t.signed(difference.value, "index"),
        "limits": signed_limits(difference, t),
    }
    if score.verdict == "no_change":
        yield N_(
            "The relationship score went from {then:text} to {now:text} points ({size:text}, 95% interval"
            " {limits:text}), which chance alone may explain.",
            **values,
        )
    elif score.verdict == "rose":
        yield N_(
            "The relationship score rose from {then:text} to {now:text} points ({size:text}, 95% interval"
            " {limits:text}).",
            **values,
        )
    else:
        yield N_(
            "The relationship score fell from {then:text} to {now:text} points ({size:text}, 95% interval"
            " {limits:text}).",
            **values,
        )


def _scorecard(context: ComparisonContext) -> Scorecard | None:
    comparison, t = context.comparison, context.t
    scores = [each for each in comparison.of("whole") if each.indicator.startswith(SCORE)]
    if not scores:
        return None
    cells = [_cell(context, each) for each in scores if each.indicator != SCORE]
    whole = comparison.whole(SCORE)
    headline = ScoreCell(label=t(N_("Relationship score")), value="–") if whole is None else _cell(context, whole)
    note = N_("Numbers, bars and levels: {now:text}; 95% intervals.", now=context.now)
    return Scorecard(headline=headline, cells=tuple(cells), note=t(note))


def _cell(context: ComparisonContext, score: Compared) -> ScoreCell:
    t, now = context.t, score.after
    levels = {each.indicator: each for each in context.comparison.levels}
    if not isinstance(now, Estimate):
        return ScoreCell(label=t(score.name), value="–", change=_then(context, score))
    change, tone = _change(context, score)
    limits = format_range(t.number(now.low, 0), t.number(now.high, 0), t.language)
    return ScoreCell(
        label=t(score.name),
        value=t.number(now.value, 0),
        detail=t(N_("({limits:text}); {then:text}", limits=limits, then=_then(context, score))),
        position=now.value / 100,
        low=now.low / 100,
        high=now.high / 100,
        level=levels[score.indicator].after if score.indicator in levels else "",
        change=change,
        tone=tone,
    )


def _then(context: ComparisonContext, score: Compared) -> str:
    t = context.t
    if not isinstance(score.before, Estimate):
        return t(N_("then not scored"))
    level = next((each.before for each in context.comparison.levels if each.indicator == score.indicator), "")
    return t(N_("then {value:text} {level:text}", value=t.number(score.before.value, 0), level=level)).strip()


def _change(context: ComparisonContext, score: Compared) -> tuple[str, Tone]:
    t = context.t
    if not isinstance(score.difference, Estimate):
        return t(N_("not compared")), "neutral"
    size = t.signed(score.difference.value, "index")
    if score.verdict == "no_change":
        return t(N_("{size:text}: no clear change", size=size)), "neutral"
    return size, "good" if score.good else "bad"


def _bullets(context: ComparisonContext) -> Iterator[Message | str]:
    comparison, t, found = context.comparison, context.t, moved(context)
    listed = [each for each in found if not each.indicator.startswith(SCORE)]  # those are in the scorecard
    for each in listed[:MOVES_SHOWN]:
        yield movement(each, t)
    if len(listed) > MOVES_SHOWN:
        more = len(listed) - MOVES_SHOWN
        yield NP_("One more change is in the chapters.", "{count:int} more changes are in the chapters.", more)
    if not found:
        tested = [each for each in comparison.of("whole", "question") if isinstance(each.difference, Estimate)]
        nearest = min(tested, key=lambda each: each.adjusted_p or 1.0, default=None)
        if nearest is not None and nearest.adjusted_p is not None and nearest.adjusted_p < 1:
            yield N_(
                "Closest to a clear change, and short of it: {change:message} Adjusted p = {p:pvalue}.",
                change=movement(nearest, t),
                p=nearest.adjusted_p,
            )
    yield from _revenue(context)
    yield from _customers(context)
    yield from _accounts(context)
    yield from _steering(context)


def _revenue(context: ComparisonContext) -> Iterator[Message]:
    """Yield the two years' revenue, side by side: sums that are known, and of which no test is made."""
    revenue, t = context.comparison.whole("revenue"), context.t
    if revenue is None or revenue.plain is None or not isinstance(revenue.after, Estimate):
        return
    values = {"now": t.unit(revenue.after.value, "money"), "change": t.signed(revenue.plain, "money")}
    yield N_(
        "Revenue of the twelve months to either day is now {now:text}, {change:text} against then (not tested).",
        **values,
    )


def _customers(context: ComparisonContext) -> Iterator[Message]:
    customers = context.comparison.customers
    if isinstance(customers, NotEstimable):
        return
    counts = {stage.stage: (stage.before, stage.after) for stage in customers.stages}
    if "active" in counts and "lost" in counts:
        active, lost = counts["active"], counts["lost"]
        yield N_(
            "Active customers: {active_then:int} then, {active_now:int} now; lost ones: {lost_then:int} then,"
            " {lost_now:int} now.",
            active_then=active[0],
            active_now=active[1],
            lost_then=lost[0],
            lost_now=lost[1],
        )


def _steering(context: ComparisonContext) -> Iterator[Message]:
    comparison = context.comparison
    taken = sum(bool(action.taken_on) for action in comparison.actions)
    if comparison.actions and not taken:
        yield N_(
            "Of {recommended:int} actions recommended then, none is reported as taken; {still:int} are advised again.",
            recommended=len(comparison.actions),
            still=sum(action.still for action in comparison.actions),
        )
    elif comparison.actions:
        yield NP_(
            "Of {recommended:int} actions recommended then, one is reported as taken; {still:int} are advised again.",
            "Of {recommended:int} actions recommended then, {count:int} are reported as taken; {still:int} are advised"
            " again.",
            taken,
            recommended=len(comparison.actions),
            still=sum(action.still for action in comparison.actions),
        )
    rung = sum(alert.after == "fired" for alert in comparison.alerts)
    before = sum(alert.before == "fired" for alert in comparison.alerts)
    if comparison.alerts:
        yield N_("Alerts that fired: {before:int} then, {after:int} now.", before=before, after=rung)


def _accounts(context: ComparisonContext) -> Iterator[Message]:
    accounts = context.comparison.key_accounts
    if not isinstance(accounts, KeyAccountMoves) or accounts.silence is not None:
        return
    steps = [(m.level_before, m.level_after) for m in accounts.moves if m.level_before and m.level_after]
    if steps:
        yield N_(
            "Of {all:int} key accounts with a level in both audits, {up:int} stand higher than then and {down:int}"
            " lower.",
            all=len(steps),
            up=sum(after < before for before, after in steps),
            down=sum(after > before for before, after in steps),
        )
    if accounts.crossed:
        up = sum(each.after > each.before for each in accounts.crossed)
        yield N_(
            "On the map of key accounts, {up:int} moved up to a strong relationship and {down:int} down from it.",
            up=up,
            down=len(accounts.crossed) - up,
        )


def _stops(context: ComparisonContext) -> Callout | None:
    t, stops = context.t, [each for each in context.comparison.divergences if each.stops]
    if not stops:
        return None
    items = [sentence(t(each.subject), t) for each in stops[:STOPS_SHOWN]]
    if len(stops) > STOPS_SHOWN:
        items.append(t(NP_("and one more", "and {count:int} more", len(stops) - STOPS_SHOWN)))
    title = N_("Not the same in the two audits, and therefore not compared")
    return Callout(variant="caution", title=t(title), items=tuple(items))
