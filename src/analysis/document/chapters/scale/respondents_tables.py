"""The tables of who answered: indicators with weights, response rates, differences, weights, bounds, models again."""

from analysis.document.blocks import Table
from analysis.document.estimates import format_range
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.respondents.result import Afterwards, IdentifiedSet, IndicatorBounds, Raking, Respondents
from analysis.results import Estimate, NotEstimable, Outcome, Point, Unit

DIMENSIONS: dict[str, Message] = {
    "wave": N_("Wave"),
    "segment": N_("Segment"),
    "key_account": N_("Key account"),
    "level": N_("Respondent level"),
    "channel": N_("Channel"),
}


def signed(outcome: Outcome | Point, t: Translator) -> str:
    """Return a difference with its interval, if it has one, or a dash."""
    if isinstance(outcome, Point):
        return t.signed(outcome.value, outcome.unit)
    return t.difference(outcome) if isinstance(outcome, Estimate) else DASH


def tabulate_reweighted(result: Respondents, t: Translator, small_cell: int) -> Table | None:
    """Return the headline indicators as answered, weighted, the difference, and the worst case; None without any."""
    if not result.indicators:
        return None
    worst = {bounds.key: _worst(bounds) for bounds in result.bounds}
    rows = []
    for row in result.indicators:
        region = worst.get(row.key)
        rows.append(
            (
                t(row.name),
                cell_text(row.answered, t, small_cell),
                cell_text(row.raked, t, small_cell),
                signed(row.difference, t),
                DASH if region is None else _region(region, t),
                DASH if row.answered.n is None else t.number(row.answered.n, 0),
            )
        )
    columns = (
        start(t(N_("Indicator")), 1.8),
        end(t(N_("As answered (95% interval)")), 1.6),
        end(t(N_("Weighted (95% interval)")), 1.6),
        end(t(N_("Difference")), 0.9),
        end(t(N_("At worst, without any weights")), 1.3),
        end(t(N_("n")), 0.5),
    )
    worst_case = N_(
        "At worst: the mean over all customers if everybody who did not answer had given the lowest, or the highest,"
        " answer."
    )
    return Table(
        title=t(N_("The headline indicators, weighted to all customers")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(worst_case) if worst else ""), anchor="table-respondents-weighted",
    )  # fmt: skip


def _worst(bounds: IndicatorBounds) -> IdentifiedSet | None:
    if isinstance(bounds.sets, NotEstimable):
        return None
    return next((each for each in bounds.sets if each.departure is None), None)


def _region(region: IdentifiedSet, t: Translator) -> str:
    return format_range(t.number(region.lower, 0), t.number(region.upper, 0), t.language)


def tabulate_rates(result: Respondents, t: Translator, small_cell: int) -> Table | None:
    """Return the response rates; None without invitations."""
    if not result.rates:
        return None
    rows = tuple(
        (t(DIMENSIONS[row.group]), t(row.label), cell_text(row.rate, t, small_cell), t.number(row.invited, 0))
        for row in result.rates
    )
    columns = (
        start(t(N_("By")), 1.2),
        start(t(N_("Group")), 1.8),
        end(t(N_("Response rate (95% interval)")), 1.6),
        end(t(N_("Invitations")), 0.8),
    )
    note = N_("By group: the invitations to {wave:text} only.", wave=result.wave)
    return Table(
        title=t(N_("How many of the invitations were answered")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-respondents-rates",
    )  # fmt: skip


def tabulate_differences(result: Respondents, t: Translator) -> Table | None:
    """Return respondents against the base, characteristic by characteristic; None without any."""
    if not result.differences:
        return None
    rows = tuple(
        (
            t(row.label),
            _mean(row.base, row.unit, t),
            _mean(row.respondents, row.unit, t),
            t.estimate(row.difference) if isinstance(row.difference, Estimate) else DASH,
        )
        for row in result.differences
    )
    columns = (
        start(t(N_("Characteristic")), 2.2),
        end(t(N_("All customers"))),
        end(t(N_("Those who answered"))),
        end(t(N_("Standard deviations (95% interval)")), 1.7),
    )
    logs = t(N_("Revenue, order days and days since the last order are compared by their logarithm."))
    return Table(
        title=t(N_("Those who answered beside all customers")), columns=columns, rows=rows,
        notes=notes_of(logs, state_test(result, t)), anchor="table-respondents-differences",
    )  # fmt: skip


def _mean(value: float, unit: Unit, t: Translator) -> str:
    return t.number(value, 1) if unit == "count" else t.unit(value, unit)


def state_test(result: Respondents, t: Translator) -> str:
    """Return the test of all characteristics together, or why there is none."""
    test = result.test
    if isinstance(test, NotEstimable):
        return t(test.reason)
    return t(
        N_(
            "All together: F = {f:number2} on {df:int} and {rest:int} degrees of freedom, p = {p:pvalue}"
            " ({what:list}).",
            f=test.statistic,
            df=test.df,
            rest=test.df_residual,
            p=test.p_value,
            what=list(test.characteristics),
        )
    )


def tabulate_weights(raking: Raking, t: Translator) -> Table:
    """Return what the weights are raked to, how they were cut, and what they cost."""
    rows = (
        (t(N_("Shares met")), t.join([t(margin) for margin in raking.margins])),
        (t(N_("Rounds until all shares were met")), t.number(raking.iterations, 0)),
        (t(N_("Smallest and largest weight (mean 1)")),
         format_range(t.number(raking.smallest, 2), t.number(raking.largest, 2), t.language)),
        (t(N_("Customers cut to {cap:number} times the mean", cap=raking.cap)), t.number(raking.trimmed, 0)),
        (t(N_("Largest share still missed, percentage points")), t.number(100 * raking.largest_gap, 2)),
        (t(N_("Design effect (Kish)")), t.number(raking.design_effect, 2)),
        (t(N_("Effective number of customers")), t.number(raking.effective_n, 0)),
    )  # fmt: skip
    left = ""
    if raking.left_out:
        left = t(N_("Not weighted by {what:list}: its shares cannot be met together with the others.",
                    what=list(raking.left_out)))  # fmt: skip
    note = N_("Numbers are cut into thirds of those who answered before raking; groups of few answers count together.")
    return Table(
        title=t(N_("The weights")), columns=(start(t(N_("What")), 1.4), end(t(N_("Value")), 2.6)), rows=rows,
        notes=notes_of(t(note), left), anchor="table-respondents-weights",
    )  # fmt: skip


def tabulate_afterwards(after: Afterwards, t: Translator, small_cell: int) -> Table:
    """Return what those who answered and those who did not bought afterwards."""
    rows = (
        (t(N_("Answered")), cell_text(after.share_answered, t, small_cell), t.number(after.answered, 0)),
        (t(N_("Did not answer")), cell_text(after.share_silent, t, small_cell), t.number(after.silent, 0)),
        (t(N_("Difference, percentage points")), signed(after.raw, t), DASH),
        (t(N_("Difference with equal past buying, percentage points")), signed(after.adjusted, t), DASH),
    )
    note = N_(
        "Wave {wave:text}; equal past buying: average marginal effect in a logit with {controls:list}.",
        wave=after.wave,
        controls=list(after.controls),
    )
    title = N_("Bought again within {days:int} days after the survey", days=after.horizon_days)
    return Table(
        title=t(title),
        columns=(start(t(N_("Customers")), 2.4), end(t(N_("Share (95% interval)")), 1.8), end(t(N_("n")), 0.6)),
        rows=rows, notes=(t(note),), anchor="table-respondents-afterwards",
    )  # fmt: skip


def tabulate_bounds(result: Respondents, t: Translator) -> Table | None:
    """Return the sets of each indicator: within stated departures, and the worst case; None without any."""
    rows = []
    for bounds in result.bounds:
        if isinstance(bounds.sets, NotEstimable):
            continue
        for number, each in enumerate(bounds.sets):
            rows.append(
                (
                    t(bounds.name) if number == 0 else "",
                    t(N_("nothing: the worst case"))
                    if each.departure is None
                    else t(N_("at most {points:number} points apart", points=each.departure)),
                    format_range(t.number(each.lower, 1), t.number(each.upper, 1), t.language),
                    format_range(t.number(each.low, 1), t.number(each.high, 1), t.language),
                )
            )
    if not rows:
        return None
    columns = (
        start(t(N_("Indicator")), 1.6),
        start(t(N_("Assumed of those who did not answer")), 1.8),
        end(t(N_("Mean of all customers")), 1.3),
        end(t(N_("95% limits")), 1.3),
    )
    note = N_("Customers count once each. Limits hold the true mean wherever in its range it lies (Imbens and Manski).")
    return Table(
        title=t(N_("What can be said without trusting the weights")), columns=columns, rows=tuple(rows),
        notes=(t(note),), anchor="table-respondents-bounds",
    )  # fmt: skip


def tabulate_models_again(result: Respondents, t: Translator, small_cell: int) -> Table | None:
    """Return both models as reported and with raking weights; None where neither could be fitted."""
    fitted = [row for row in result.models if isinstance(row.difference, Estimate)]
    notes = [
        t(N_("{name:message}: {reason:message}", name=row.name, reason=row.difference.reason))
        for row in result.models
        if isinstance(row.difference, NotEstimable)
    ]
    if not fitted:
        return None
    rows = tuple(
        (
            t(row.name),
            cell_text(row.reported, t, small_cell),
            cell_text(row.raked, t, small_cell),
            signed(row.difference, t),
            DASH if row.difference.n is None else t.number(row.difference.n, 0),
        )
        for row in fitted
    )
    columns = (
        start(t(N_("Relation")), 2.2),
        end(t(N_("As reported (95% interval)")), 1.6),
        end(t(N_("Weighted (95% interval)")), 1.6),
        end(t(N_("Difference (95% interval)")), 1.6),
        end(t(N_("n")), 0.5),
    )
    taken = t(N_("Each wave's answers have the weights of that wave, which are taken as given."))
    return Table(
        title=t(N_("The two models again, weighted to all customers")), columns=columns, rows=rows,
        notes=notes_of(taken, *notes), anchor="table-respondents-models",
    )  # fmt: skip
