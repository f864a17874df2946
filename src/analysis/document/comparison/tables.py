"""The tables of a comparison: every number then and now, what differs, levels, alerts and actions."""

from collections.abc import Sequence

from analysis.actions.alerts import describe_condition
from analysis.document.blocks import Table
from analysis.document.comparison.words import (
    TESTED_ON_RAW,
    difference_text,
    group_of,
    label_of,
    name_of,
    outcome_text,
    p_text,
    sentence,
    verdict_text,
)
from analysis.document.estimates import brackets
from analysis.document.formatting import format_date
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.monitoring.comparison.shapes import (
    ActionPair,
    AlertPair,
    Compared,
    Divergence,
    ScoreLevels,
)
from analysis.results import Estimate

LONGEST_TITLE, LONGEST_OWNER = 90, 30


def tabulate_compared(
    compared: Sequence[Compared],
    t: Translator,
    small_cell: int,
    *,
    title: Message | str,
    anchor: str,
    group: Message | None = None,
    brief: bool = False,
) -> Table | None:
    """Return one row a number: then, now, difference with interval, adjusted p and verdict; None without any.

    Parameters
    ----------
    compared
        The numbers; those that neither audit has are left out and counted.
    t, small_cell
        How they are written.
    title, anchor
        Of the table.
    group
        Head of a column with the group's name, where the table holds several.
    brief
        Leave the p-values to comparison.json.
    """
    shown = [each for each in compared if _is_worth_a_row(each)]
    if not shown:
        return None
    rows = tuple(
        (
            *(() if group is None else (group_of(each),)),
            name_of(each, t),
            outcome_text(each.before, t, small_cell, [each.after]),
            outcome_text(each.after, t, small_cell, [each.before]),
            difference_text(each, t),
            *(() if brief else (p_text(each, t),)),
            verdict_text(each, t),
        )
        for each in shown
    )
    columns = (
        *(() if group is None else (start(t(group), 1.3),)),
        start(t(N_("Indicator")), 1.8),
        end(t(N_("Then (95% interval)")), 1.5),
        end(t(N_("Now (95% interval)")), 1.5),
        end(t(N_("Difference (95% interval)")), 1.6),
        *(() if brief else (end(t(N_("Adjusted p")), 0.7),)),
        start(t(N_("Verdict")), 0.9),
    )
    return Table(
        title=t(title), columns=columns, rows=rows, anchor=anchor,
        notes=notes_of(*_notes(shown, len(compared) - len(shown), t, brief=brief)),
        emphasis=tuple(i for i, each in enumerate(shown) if each.verdict in ("rose", "fell")),
    )  # fmt: skip


def _is_worth_a_row(compared: Compared) -> bool:
    return isinstance(compared.before, Estimate) or isinstance(compared.after, Estimate)


def _notes(shown: Sequence[Compared], left: int, t: Translator, *, brief: bool) -> list[str]:
    tested = any(each.adjusted_p is not None for each in shown) and not brief
    paired = any(each.basis == "paired" for each in shown)
    shares = any(each.unit == "proportion" and isinstance(each.difference, Estimate) for each in shown)
    barred = any(each.adjusted_p is None and each.plain is None for each in shown)
    money = any(each.plain is not None for each in shown)
    none = NP_(
        "One more has no number in either audit, mostly for want of observations.",
        "{count:int} more have no number in either audit, mostly for want of observations.",
        left,
    )
    return [
        t(N_("Bold: rose or fell beyond what chance explains, after the correction over all tests."))
        if any(each.verdict in ("rose", "fell") for each in shown) else "",
        t(N_("{mark:text} Tested on the answers or records of both periods; otherwise from the two printed intervals.",
             mark=TESTED_ON_RAW)) if paired else "",
        t(N_("Adjusted p: Benjamini and Hochberg, over all numbers of this comparison as one family."))
        if tested else "",
        t(N_("Differences of shares are in percentage points.")) if shares else "",
        t(N_("Amounts of money: the plain difference, which the two reports do not allow to test.")) if money else "",
        t(N_("A dash in place of a verdict: not compared; the last chapter says why.")) if barred else "",
        t(none) if left else "",
    ]  # fmt: skip


def tabulate_levels(levels: Sequence[ScoreLevels], t: Translator) -> Table | None:
    """Return the levels of the score and its dimensions, then and now; None without any."""
    shown = [each for each in levels if each.before or each.after]
    if not shown:
        return None
    rows = tuple(
        (t(each.name), _level(each.before, each.admitted_before, t), _level(each.after, each.admitted_after, t))
        for each in shown
    )
    columns = (start(t(N_("Dimension")), 2.0), start(t(N_("Level then"))), start(t(N_("Level now"))))
    note = t(N_("In brackets: the levels that the interval of the whole admits."))
    ranged = any(len({*each.admitted_before}) > 1 or len({*each.admitted_after}) > 1 for each in shown)
    return Table(
        title=t(N_("Levels then and now")), columns=columns, rows=rows, notes=notes_of(note if ranged else ""),
        anchor="table-levels",
    )  # fmt: skip


def _level(level: str, admitted: Sequence[str], t: Translator) -> str:
    """Return a level, with those that the interval admits where they are several, the best first."""
    if not level:
        return DASH
    ends = sorted({each for each in admitted if each})
    return brackets("–".join(ends), t.language, level) if len(ends) > 1 else level


def tabulate_divergences(divergences: Sequence[Divergence], t: Translator) -> Table | None:
    """Return what is not the same in both audits, and what follows from it; None where all is the same."""
    if not divergences:
        return None
    order = sorted(divergences, key=lambda each: not each.stops)
    rows = tuple((sentence(t(each.subject), t), t(each.then), t(each.now), t(each.consequence)) for each in order)
    columns = (
        start(t(N_("What")), 1.4),
        start(t(N_("Then")), 1.8),
        start(t(N_("Now")), 1.8),
        start(t(N_("What follows")), 1.8),
    )
    return Table(
        title=t(N_("What is not the same in the two audits")), columns=columns, rows=rows, anchor="table-divergences"
    )


def tabulate_reasons(compared: Sequence[Compared], t: Translator) -> Table | None:
    """Return every number of the whole client and of its questions that is not compared, with the reason."""
    silent: dict[str, list[str]] = {}
    for each in compared:
        if not isinstance(each.difference, Estimate):
            silent.setdefault(t(each.difference.reason), []).append(label_of(each, t))
    if not silent:
        return None
    rows = tuple((t.join(names), reason) for reason, names in silent.items())
    columns = (start(t(N_("Indicator")), 1.6), start(t(N_("Why it is not compared")), 2.4))
    return Table(title=t(N_("What is not compared, and why")), columns=columns, rows=rows, anchor="table-not-compared")


def tabulate_periods(compared: Sequence[Compared], t: Translator) -> Table | None:
    """Return which periods the differences rest on, what these share, and what was tested: one row for all alike."""
    alike: dict[tuple[str, str, str], list[Compared]] = {}
    for each in compared:
        if isinstance(each.difference, Estimate):
            alike.setdefault((each.earlier, each.later, each.basis), []).append(each)
    if not alike:
        return None
    bases = {"paired": N_("raw data"), "published": N_("printed intervals"), "none": N_("not compared")}
    rows = tuple(
        (
            t.join([label_of(each, t) for each in several]),
            t.period(earlier) if earlier else DASH,
            t.period(later) if later else DASH,
            DASH if several[0].shared is None else t.percent(several[0].shared),
            t(bases[basis]),
            _range([each.overlap for each in several if each.overlap], t),
        )
        for (earlier, later, basis), several in alike.items()
    )
    columns = (
        start(t(N_("Indicator")), 3.0),
        start(t(N_("Period then")), 1.3),
        start(t(N_("Period now")), 1.3),
        end(t(N_("Days in both")), 0.8),
        start(t(N_("Tested on")), 1.1),
        end(t(N_("Observed in both")), 0.9),
    )
    return Table(
        title=t(N_("What each difference rests on")), columns=columns, rows=rows, anchor="table-periods",
        notes=(
            t(N_("Days in both: share of the later period's days that belong to the earlier period too.")),
            t(
                N_(
                    "Observed in both: respondents, accounts or customers that are in both periods; a dash: none, or"
                    " not known."
                )
            ),
        ),
    )  # fmt: skip


def _range(counts: Sequence[int], t: Translator) -> str:
    """Return the least and the most of some counts, or the one that they are; a dash without any."""
    ends = [t.number(count, 0) for count in dict.fromkeys((min(counts), max(counts)))] if counts else [DASH]
    return "–".join(ends)


def tabulate_alerts(alerts: Sequence[AlertPair], t: Translator) -> Table | None:
    """Return every declared alert with its state then and now; None without any."""
    if not alerts:
        return None
    states = {
        "fired": N_("fired"),
        "silent": N_("silent"),
        "unknown": N_("no answer"),
        "": N_("not declared"),
    }
    rows = tuple(
        (
            t(describe_condition(alert.condition)),
            t(states.get(alert.before, states["unknown"])),
            DASH if alert.found_before is None else t(alert.found_before),
            t(states.get(alert.after, states["unknown"])),
            DASH if alert.found_after is None else t(alert.found_after),
        )
        for alert in alerts
    )
    columns = (
        start(t(N_("Alert")), 2.0),
        start(t(N_("Then")), 0.8),
        start(t(N_("Found then")), 1.6),
        start(t(N_("Now")), 0.8),
        start(t(N_("Found now")), 1.6),
    )
    return Table(title=t(N_("The client's alerts, then and now")), columns=columns, rows=rows, anchor="table-alerts")


def tabulate_actions(
    actions: Sequence[ActionPair], targets: Sequence[Compared], t: Translator, *, title: Message
) -> Table | None:
    """Return what was recommended then: taken or not, advised again or not, and what it aimed at, then and now.

    Parameters
    ----------
    actions
        The actions.
    targets
        The whole client's indicators.
    t
        How they are written.
    title
        Of the table.
    """
    if not actions:
        return None
    found = {each.indicator: each for each in targets}
    rows = []
    for action in sorted(actions, key=lambda action: not action.taken_on):
        target = found.get(action.indicator)
        rows.append(
            (
                clean_text(t(action.title), LONGEST_TITLE),
                _taken(action, t),
                t(N_("yes")) if action.still else t(N_("no")),
                DASH if target is None else name_of(target, t),
                DASH if target is None else _then_now(target, t),
                DASH if target is None else verdict_text(target, t),
            )
        )
    columns = (
        start(t(N_("Action")), 2.4),
        start(t(N_("Taken on, by")), 1.2),
        start(t(N_("Advised again")), 0.8),
        start(t(N_("What it aims at")), 1.4),
        end(t(N_("Then → now")), 1.1),
        start(t(N_("Verdict")), 0.9),
    )
    note = N_(
        "The verdict is on what the action aims at for the client as a whole. It does not say that the action did it."
    )
    return Table(title=t(title), columns=columns, rows=tuple(rows), notes=(t(note),), anchor="table-actions")


def _taken(action: ActionPair, t: Translator) -> str:
    if not action.taken_on:
        return DASH
    date = format_date(action.taken_on, t.language)
    return f"{date}, {clean_text(action.owner, LONGEST_OWNER)}" if action.owner else date


def _then_now(target: Compared, t: Translator) -> str:
    sides = [
        t.unit(outcome.value, target.unit) if isinstance(outcome, Estimate) else DASH
        for outcome in (target.before, target.after)
    ]
    return " → ".join(sides)
