"""Sentences bound to results: each says what one result says, in words that its verdict allows.

A direction is named only where a test or an interval gives one; what cannot be concluded is said by the same result.
"""

from collections.abc import Mapping, Sequence

from analysis.document.formatting import MINUS, TIMES_FROM
from analysis.document.periods import name_period_before
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.results import Benchmark, Change, Estimate, IndicatorResult, NotEstimable, Outcome, Unit

LEVELS: Mapping[str, Message] = {  # what an indicator's number says; interval, n and change are added to it
    "satisfaction_index": N_("Customers rate their satisfaction at {value:text} of 100 points"),
    "loyalty_index": N_("Asked about their loyalty, customers give {value:text} of 100 points"),
    "effort_index": N_("Customers rate the ease of doing business at {value:text} of 100 points"),
    "contact_frequency": N_("An active customer is contacted {value:text} times a year on average"),
    "nps": N_("The Net Promoter Score is {value:text}"),
    "revenue": N_("Revenue of the last twelve months is {value:text}"),
    "repeat_purchase_rate": N_("{value:text} of the customers who bought came back within {days:int} days"),
    "retention_rate": N_("{value:text} of the customers were still customers a year later"),
    "contact_coverage": N_("{value:text} of the active customers have been contacted as often as planned"),
    "categories_bought": N_("An active customer buys {value:text} product categories on average"),
    "contact_level_share": N_("{value:text} of the active customers are known at their highest level"),
}
NOBODY: Mapping[str, Message] = {
    "repeat_purchase_rate": N_("None of the customers who bought came back within {days:int} days"),
    "contact_coverage": N_("None of the active customers has been contacted as often as planned"),
    "contact_level_share": N_("None of the active customers is known at the highest level"),
}


def state_level(result: IndicatorResult, t: Translator, *, change: bool = True) -> str:
    """Return one sentence: how high an indicator is and, with `change`, how it moved; or why it is not known."""
    outcome = result.overall
    if isinstance(outcome, NotEstimable):
        return t(N_("{name:message} is not known: {reason:message}", name=result.name, reason=outcome.reason))
    limits = t.limits(outcome)
    if outcome.value == 0 and result.key in NOBODY:
        limits += "%"  # "none" carries no percent sign
    values = {"statement": _statement(result, outcome, t), "limits": limits, "n": outcome.n}
    if change and isinstance(result.change, Change):
        clause = _change_clause(result.change, t)
        return t(
            N_(
                "{statement:message} (95% interval {limits:text}; n = {n:int}), {change:message}.",
                change=clause,
                **values,
            )
        )
    return t(N_("{statement:message} (95% interval {limits:text}; n = {n:int}).", **values))


def _statement(result: IndicatorResult, outcome: Estimate, t: Translator) -> Message:
    """Return the clause that says an indicator's number; the days are those of its own definition."""
    values = {"value": t.level(outcome)}
    if result.key == "revenue_growth":
        return _growth(outcome, t)
    days = result.definition.values.get("days")
    template = (NOBODY if outcome.value == 0 else LEVELS).get(result.key) or LEVELS.get(result.key)
    if result.key == "retention_rate" and days is not None:
        return N_(
            "{value:text} of the customers who bought within {days:int} days bought again in the next {days:int}",
            days=days, **values,
        )  # fmt: skip
    if template is None or ("{days" in template.msgid and days is None):
        return N_("{name:message}: {value:text}", name=result.name, **values)
    return N_(template.msgid, **values, **({} if days is None else {"days": days}))


def _growth(growth: Estimate, t: Translator) -> Message:
    if growth.low > 0 and growth.value >= TIMES_FROM:
        return N_(
            "Revenue of the last twelve months is {size:text} that of the year before", size=t.growth(growth.value)
        )
    size = t.level(growth).removeprefix(MINUS)
    if growth.low > 0:
        return N_("Revenue of the last twelve months grew by {size:text}", size=size)
    if growth.high < 0:
        return N_("Revenue of the last twelve months shrank by {size:text}", size=size)
    return N_(
        "Revenue of the last twelve months neither grew nor shrank beyond the usual ups and downs of the customers:"
        " {size:text} against the year before",
        size=t.level(growth, signed=True),
    )


def _change_clause(change: Change, t: Translator) -> Message:
    """Return what the test of a change says, as the end of a sentence about the later period."""
    values = {
        "size": t(amount_of_change(change.difference.value, change.difference.unit, t)),
        "before": name_period_before(change.earlier, change.later),
    }
    if change.verdict == "rose":
        return N_("{size:text} more than {before:message}", **values)
    if change.verdict == "fell":
        return N_("{size:text} less than {before:message}", **values)
    return N_("no change against {before:message} that the data can tell from noise", **values)


def amount_of_change(value: float, unit: Unit, t: Translator) -> Message | str:
    """Return a difference without its sign and with its unit: "3.1 points", "4.0 percentage points"."""
    text = t.signed(abs(value), unit).removeprefix("+")
    if unit in ("proportion", "percentage_points"):
        return N_("{value:text} percentage points", value=text)
    if unit in ("index", "nps", "score"):
        return N_("{value:text} points", value=text)
    return text


def state_smallest_change(result: IndicatorResult, t: Translator) -> str:
    """Return how large a change would have had to be to be seen, where none was; else the empty string."""
    change = result.change
    if not isinstance(change, Change) or change.verdict != "no_change":
        return ""
    smallest = t(amount_of_change(change.smallest_detectable, change.difference.unit, t))
    return t(
        N_(
            "{name:message}: a change smaller than {smallest:text} could hardly have been seen with these data.",
            name=result.name,
            smallest=smallest,
        )
    )


def state_target(result: IndicatorResult, t: Translator) -> str:
    """Return whether the client's target is met, as far as the interval says, or the empty string."""
    target = result.target
    if target is None:
        return ""
    values = {
        "name": result.name,
        "target": t.unit(target.target, result.unit),
        "period": t.period(target.period),
    }
    if target.verdict == "met":
        return t(N_("{name:message}: the target of {target:text} for {period:text} is met.", **values))
    if target.verdict == "missed":
        return t(N_("{name:message}: the target of {target:text} for {period:text} is missed.", **values))
    return t(
        N_(
            "{name:message}: whether the target of {target:text} for {period:text} is met stays open, because it lies"
            " within the interval.",
            **values,
        )
    )


def state_benchmark(result: IndicatorResult, t: Translator) -> str:
    """Return the outside value with its source, or the empty string."""
    benchmark = result.benchmark
    if benchmark is None:
        return ""
    if benchmark.low is not None and benchmark.high is not None:
        return t(_against_band(result, benchmark, (benchmark.low, benchmark.high), t))
    values = {"name": result.name, "value": t.unit(benchmark.value, result.unit), "origin": benchmark_origin(benchmark)}
    outcome = result.overall
    if isinstance(outcome, Estimate) and outcome.low > benchmark.value:
        return t(N_("{name:message}: above the benchmark of {value:text} ({origin:message}).", **values))
    if isinstance(outcome, Estimate) and outcome.high < benchmark.value:
        return t(N_("{name:message}: below the benchmark of {value:text} ({origin:message}).", **values))
    if isinstance(outcome, Estimate):
        return t(
            N_("{name:message}: not clearly different from the benchmark of {value:text} ({origin:message}).", **values)
        )
    return t(N_("{name:message}: the benchmark is {value:text} ({origin:message}).", **values))


def _against_band(result: IndicatorResult, benchmark: Benchmark, band: tuple[float, float], t: Translator) -> Message:
    """Return an indicator against the band of an outside value: beyond it only with all of the interval."""
    outcome, (low, high) = result.overall, band
    ends = {"low": t.unit(low, result.unit), "high": t.unit(high, result.unit)}
    values = {"name": result.name, "origin": benchmark_origin(benchmark), **ends}
    if isinstance(outcome, Estimate) and outcome.low > high:
        return N_("{name:message}: above the benchmark band of {low:text} to {high:text} ({origin:message}).", **values)
    if isinstance(outcome, Estimate) and outcome.high < low:
        return N_("{name:message}: below the benchmark band of {low:text} to {high:text} ({origin:message}).", **values)
    if isinstance(outcome, Estimate):
        return N_(
            "{name:message}: not clearly outside the benchmark band of {low:text} to {high:text} ({origin:message}).",
            **values,
        )
    return N_("{name:message}: the benchmark band is {low:text} to {high:text} ({origin:message}).", **values)


def benchmark_origin(benchmark: Benchmark) -> Message:
    """Return where an outside value comes from: source, year and n."""
    values = {"source": clean_text(benchmark.source, 60), "year": str(benchmark.year)}
    if benchmark.n is None:
        return N_("{source:text}, {year:text}", **values)
    return N_("{source:text}, {year:text}, n = {n:int}", n=benchmark.n, **values)


def state_group_spread(outcomes: Mapping[str, Outcome], name: Message, unit: Unit, t: Translator) -> str:
    """Return the highest and the lowest group, and whether their intervals overlap; empty below two estimates.

    Sums of money say how large a group is and nothing about certainty, so they are only named.
    """
    estimates = {label: outcome for label, outcome in outcomes.items() if isinstance(outcome, Estimate)}
    if len(estimates) < 2:
        return ""
    ranked = sorted(estimates, key=lambda label: (-estimates[label].value, label))
    first, last = estimates[ranked[0]], estimates[ranked[-1]]
    values = {
        "name": name,
        "highest": clean_text(ranked[0], 60),
        "high": t.unit(first.value, unit),
        "lowest": clean_text(ranked[-1], 60),
        "low": t.unit(last.value, unit),
    }
    if values["high"] == values["low"]:
        return ""
    if unit == "money":
        return t(
            N_("{name:message} is highest in {highest:text} ({high:text}) and lowest in {lowest:text} ({low:text}).",
               **values)
        )  # fmt: skip
    if first.low > last.high:
        return t(
            N_(
                "{name:message} is highest in {highest:text} ({high:text}) and lowest in {lowest:text} ({low:text});"
                " the two intervals do not overlap.",
                **values,
            )
        )
    return t(
        N_(
            "{name:message} ranges from {low:text} ({lowest:text}) to {high:text} ({highest:text}), but the intervals"
            " overlap: the order of the groups is not certain.",
            **values,
        )
    )


def cell_text(
    outcome: Outcome | None,
    t: Translator,
    small_cell: int,
    *,
    peers: Sequence[Outcome | None] = (),
    full: bool = False,
) -> str:
    """Return a table's cell: the estimate with interval and its column's decimals, a dash, or that it is withheld."""
    if isinstance(outcome, Estimate):
        return t.estimate(outcome, peers=[peer for peer in peers if isinstance(peer, Estimate)], full=full)
    if outcome is not None and outcome.suppressed:
        return t(N_("withheld (fewer than {floor:int} answers)", floor=small_cell))
    return "–"
