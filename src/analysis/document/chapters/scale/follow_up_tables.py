"""The tables of the follow-up: actions taken, indicators against the earlier audit, and charted series."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.figures.follow_up import signal_words
from analysis.document.formatting import format_date
from analysis.document.native import marked
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.monitoring import ActionFollowUp, ControlChart, IndicatorChange
from analysis.monitoring.effect import GroupComparison
from analysis.results import Estimate

LONGEST_TITLE, LONGEST_OWNER = 90, 30
MOST_ACTIONS = 14


def verdict_words() -> dict[str, Message]:
    """Return what is said of an action's comparison."""
    return {
        "moved_more": N_("did better than the others"),
        "moved_less": N_("did worse than the others"),
        "no_difference": N_("no difference that the data can tell"),
        "drifting": N_("apart, but already before"),
        "not_comparable": N_("cannot be compared"),
        "not_taken": N_("not reported as taken"),
    }


def tabulate_actions_taken(actions: Sequence[ActionFollowUp], t: Translator) -> Table:
    """Return each recommended action: taken or not, recommended again or not, and how those acted on did."""
    order = sorted(actions, key=lambda action: not action.taken_on)
    rows = [
        (
            clean_text(t(action.title), LONGEST_TITLE),
            _taken(action, t),
            t(N_("yes")) if action.still else t(N_("no")),
            _sizes(action, t),
            t.difference(action.comparison.difference) if isinstance(action.comparison, GroupComparison) else DASH,
            t(verdict_words()[action.verdict]),
        )
        for action in order
    ]
    left = max(len(rows) - MOST_ACTIONS, 0)
    note = t(NP_("One more was recommended.", "{count:int} more were recommended.", left)) if left else ""
    columns = (
        start(t(N_("Action")), 2.2),
        start(t(N_("Taken on, by")), 1.2),
        start(t(N_("Advised again")), 0.8),
        end(t(N_("Acted on / others")), 1.0),
        end(t(N_("Difference (95% interval)")), 1.6),
        start(t(N_("Those acted on")), 1.4),
    )
    notes = [t(N_("{title:text}: {text:message}", title=clean_text(t(a.title), 50), text=_explained(a))) for a in order
             if a.taken_on]  # fmt: skip
    return Table(
        title=t(N_("What was recommended, what was done, and what came of it")),
        columns=columns,
        rows=tuple(rows[:MOST_ACTIONS]),
        notes=notes_of(note, *notes),
        anchor="table-follow-up",
    )


def _taken(action: ActionFollowUp, t: Translator) -> str:
    if not action.taken_on:
        return DASH
    date = format_date(action.taken_on, t.language)
    return f"{date}, {clean_text(action.owner, LONGEST_OWNER)}" if action.owner else date


def _sizes(action: ActionFollowUp, t: Translator) -> str:
    found = action.comparison
    if not isinstance(found, GroupComparison):
        return DASH
    return f"{t.number(found.acted, 0)} / {t.number(found.others, 0)}"


def _explained(action: ActionFollowUp) -> Message:
    """Return what was compared with whom, or why nothing could be."""
    found = action.comparison
    if not isinstance(found, GroupComparison):
        return found.reason
    values = {"outcome": found.outcome, "days": found.days}
    if found.against == "concerned":
        text = N_(
            "{outcome:message} in {days:int} days against a year before, compared with others to whom the same evidence"
            " applied.",
            **values,
        )
    else:
        text = N_(
            "{outcome:message} in {days:int} days against a year before, compared with all other customers: those"
            " picked may have been worse off, and recovered by themselves.",
            **values,
        )
    if not isinstance(found.placebo, Estimate):
        return text
    return N_(
        "{text:message} A year earlier, before anything was done, the difference was {value:number1} (95% interval"
        " {low:number1} to {high:number1}).",
        text=text,
        value=found.placebo.value,
        low=found.placebo.low,
        high=found.placebo.high,
    )


def tabulate_changes_since(changes: Sequence[IndicatorChange], t: Translator) -> Table:
    """Return every indicator that both audits estimate: then, now, and the difference."""
    bases = {"paired": N_("raw data"), "published": N_("printed intervals")}
    rows = [
        (
            t(change.name),
            t.estimate(change.before),
            t.estimate(change.after),
            marked(t.difference(change.difference), "" if change.verdict == "no_change" else " *"),
            t(bases[change.basis]),
            t.value(change.adjusted_p, "pvalue"),
        )
        for change in changes
    ]
    shown, note = cap_rows(rows, t)
    columns = (
        start(t(N_("Indicator")), 1.9),
        end(t(N_("Then (95% interval)")), 1.7),
        end(t(N_("Now (95% interval)")), 1.7),
        end(t(N_("Change")), 1.7),
        start(t(N_("Tested on")), 1.0),
        end(t(N_("Adjusted p")), 0.8),
    )
    return Table(
        title=t(N_("Every indicator against the earlier audit")),
        columns=columns,
        rows=tuple(shown),
        notes=notes_of(
            note,
            t(N_("* a change that the test of all together tells from noise.")),
            t(N_("Changes of shares are in percentage points.")),
        ),
        anchor="table-follow-up-changes",
    )


def tabulate_charts(charts: Sequence[ControlChart], t: Translator) -> Table:
    """Return each charted series: latest value, mean, limits, and what the two rules say."""
    rows = [
        (
            t(chart.name),
            t.number(len(chart.values), 0),
            t.unit(chart.values[-1], chart.unit),
            t.unit(chart.centre, chart.unit),
            f"{t.unit(chart.low, chart.unit)} – {t.unit(chart.high, chart.unit)}",
            t(signal_words(chart)),
        )
        for chart in charts
    ]
    columns = (
        start(t(N_("Series")), 2.0),
        end(t(N_("Periods")), 0.7),
        end(t(N_("Latest")), 0.9),
        end(t(N_("Mean before")), 0.9),
        end(t(N_("Limits")), 1.5),
        start(t(N_("What the rules say")), 1.8),
    )
    note = N_(
        "Two rules, fixed in advance: the latest value lies beyond the limits, or it ends a run of eight on one side of"
        " the mean. Of quiet series with eight to twelve periods before the latest, 2% to 3% ring falsely."
    )
    return Table(
        title=t(N_("Series with their limits of ordinary variation")),
        columns=columns,
        rows=tuple(rows),
        notes=(t(note),),
        anchor="table-control-charts",
    )
