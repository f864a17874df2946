"""Which of the client's own alerts fired, and what each holds against what."""

from collections.abc import Sequence

from analysis.actions import Alert
from analysis.actions.alerts import CHANGES
from analysis.document.blocks import Callout
from analysis.document.chapters.base import ChapterContext
from analysis.document.formatting import format_date
from analysis.document.periods import format_period
from analysis.messages import N_, NP_, Message
from analysis.params.conditions import parse_condition
from analysis.results import Change, NotEstimable


def alerts_callout(context: ChapterContext, alerts: Sequence[Alert]) -> Callout | None:
    """Return the client's own alerts that fired, and those without an answer, for the first page; None without any."""
    t = context.t
    items = [
        t.sentences(
            N_("{condition:text}: {name:message}, {found:message}", condition=a.condition, name=a.name, found=a.found)
            if (compared := _compared(a, context)) is None
            else N_(
                "{condition:text}: {name:message}, {found:message}.", condition=a.condition, name=a.name, found=a.found
            ),
            compared,
        )
        for a in alerts
        if a.state == "fired"
    ]
    items += [
        t(N_("Cannot be answered: {condition:text}. {found:message}", condition=a.condition, found=a.found))
        for a in alerts
        if a.state == "unknown"
    ]
    if not items:
        return None
    fired = sum(alert.state == "fired" for alert in alerts)
    title = (
        NP_("An alert has fired", "{count:int} alerts have fired", fired)
        if fired
        else N_("Alerts that the data cannot answer")
    )
    return Callout(variant="caution", title=t(title), items=tuple(items))


def _compared(alert: Alert, context: ChapterContext) -> Message | None:
    """Return which periods an alert on a change holds against each other; None for one that asks for a level.

    The follow-up has another baseline, so that the two may differ: both say which is theirs.
    """
    condition = parse_condition(alert.condition)
    result = context.result(condition.fact) if condition.verb in CHANGES else None
    if result is None or not isinstance(result.change, Change):
        return None
    language, earlier = context.t.language, context.audit.follow_up.compared_with
    values = {
        "later": format_period(result.change.later, language),
        "earlier": format_period(result.change.earlier, language),
    }
    if isinstance(earlier, NotEstimable):
        return N_("Compared by the data of this audit: {later:text} with {earlier:text}.", **values)
    return N_(
        "Compared by the data of this audit: {later:text} with {earlier:text}; the follow-up compares with the audit of"
        " {date:text} instead.",
        date=format_date(earlier, language),
        **values,
    )
