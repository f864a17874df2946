"""Sentences bound to results: each says what one result says, in words that its verdict allows.

A direction is named only where a test or an interval gives one; what cannot be concluded is said by the same result.
"""

from collections.abc import Iterable, Mapping

from analysis.document.theme import clean_text
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable, Outcome, Unit

LEVELS: Mapping[str, Message] = {
    "satisfaction_index": N_(
        "Customers rate their satisfaction at {value:text} of 100 points (interval {limits:text}; n = {n:int})."
    ),
    "loyalty_index": N_(
        "Customers state a loyalty of {value:text} of 100 points (interval {limits:text}; n = {n:int})."
    ),
    "effort_index": N_(
        "Customers rate the ease of doing business at {value:text} of 100 points (interval {limits:text}; n = {n:int})."
    ),
    "contact_frequency": N_(
        "An active customer is contacted {value:text} times a year on average (interval {limits:text}; n = {n:int})."
    ),
    "nps": N_("The Net Promoter Score is {value:text} (interval {limits:text}; n = {n:int})."),
    "revenue": N_("Revenue of the last twelve months is {value:text} (interval {limits:text}; n = {n:int})."),
    "repeat_purchase_rate": N_(
        "{value:text} of the customers who bought came back within the horizon (interval {limits:text}; n = {n:int})."
    ),
    "retention_rate": N_(
        "{value:text} of the customers were still customers a period later (interval {limits:text}; n = {n:int})."
    ),
    "contact_coverage": N_(
        "{value:text} of the active customers have been contacted as often as planned (interval {limits:text}; n ="
        " {n:int})."
    ),
    "categories_bought": N_(
        "An active customer buys {value:text} product categories on average (interval {limits:text}; n = {n:int})."
    ),
    "contact_level_share": N_(
        "{value:text} of the active customers are known at their highest level (interval {limits:text}; n = {n:int})."
    ),
}


def state_level(result: IndicatorResult, t: Translator) -> str:
    """Return the sentence that says how high an indicator is, or why it is not known."""
    outcome = result.overall
    if isinstance(outcome, NotEstimable):
        return t(N_("{name:message} is not known: {reason:message}", name=result.name, reason=outcome.reason))
    values = {"value": t.unit(outcome.value, result.unit), "limits": t.limits(outcome), "n": outcome.n}
    if result.key == "revenue_growth":
        return t(_growth(outcome, values))
    template = LEVELS.get(result.key)
    if template is not None:
        return t(N_(template.msgid, **values))
    return t(N_("{name:message}: {value:text} (interval {limits:text}; n = {n:int}).", name=result.name, **values))


def _growth(growth: Estimate, values: dict[str, object]) -> Message:
    size = values | {"size": abs(growth.value)}
    if growth.low > 0:
        return N_(
            "Revenue of the last twelve months grew by {size:percent} (interval {limits:text}; n = {n:int}).", **size
        )
    if growth.high < 0:
        return N_(
            "Revenue of the last twelve months shrank by {size:percent} (interval {limits:text}; n = {n:int}).", **size
        )
    return N_(
        "Revenue of the last twelve months differs from the year before by {value:text} (interval {limits:text}; n ="
        " {n:int}): no growth or decline beyond the usual ups and downs of the customers.",
        **values,
    )


def amount_of_change(value: float, unit: Unit, t: Translator) -> Message | str:
    """Return a difference without its sign and with its unit: "3.1 points", "4.0 percentage points"."""
    text = t.signed(abs(value), unit).removeprefix("+")
    if unit in ("proportion", "percentage_points"):
        return N_("{value:text} percentage points", value=text)
    if unit in ("index", "nps", "score"):
        return N_("{value:text} points", value=text)
    return text


def state_change(result: IndicatorResult, t: Translator) -> str:
    """Return what the test of the latest change says, or the empty string where none was due."""
    change = result.change
    if not isinstance(change, Change):
        return ""
    unit = change.difference.unit
    values = {
        "name": result.name,
        "earlier": t.period(change.earlier),
        "later": t.period(change.later),
        "size": t(amount_of_change(change.difference.value, unit, t)),
        "smallest": t(amount_of_change(change.smallest_detectable, unit, t)),
    }
    if change.verdict == "rose":
        return t(N_("{name:message} rose by {size:text} between {earlier:text} and {later:text}.", **values))
    if change.verdict == "fell":
        return t(N_("{name:message} fell by {size:text} between {earlier:text} and {later:text}.", **values))
    return t(
        N_(
            "{name:message} shows no change between {earlier:text} and {later:text} that the data can tell from"
            " noise; a change smaller than {smallest:text} could hardly have been seen.",
            **values,
        )
    )


def state_changes(results: Iterable[IndicatorResult], t: Translator) -> str:
    """Return the changes of several indicators: each that moved in a sentence, the others together in one."""
    tested = [(result, result.change) for result in results if isinstance(result.change, Change)]
    moved = [state_change(result, t) for result, change in tested if change.verdict != "no_change"]
    still = [result.name for result, change in tested if change.verdict == "no_change"]
    rest = N_("No change that the data can tell from noise: {names:list}.", names=still) if still else None
    return t.sentences(*moved, rest)


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
    values = {
        "name": result.name,
        "value": t.unit(benchmark.value, result.unit),
        "source": benchmark.source,
        "year": str(benchmark.year),
    }
    if benchmark.n is None:
        return t(N_("{name:message}: outside value {value:text} ({source:text}, {year:text}).", **values))
    return t(
        N_("{name:message}: outside value {value:text} ({source:text}, {year:text}, n = {n:int}).", n=benchmark.n,
           **values)
    )  # fmt: skip


def state_group_spread(outcomes: Mapping[str, Outcome], name: Message, unit: Unit, t: Translator) -> str:
    """Return the highest and the lowest group, and whether their intervals overlap; empty below two estimates."""
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


def state_gaps(
    results: Iterable[IndicatorResult],
    t: Translator,
    small_cell: int,
    others: Iterable[tuple[Message, NotEstimable]] = (),
) -> list[str]:
    """Return what cannot be concluded: unknown levels, untested changes, withheld groups; each reason is said once.

    Parameters
    ----------
    results
        The indicators of a chapter.
    t
        The report's language.
    small_cell
        Fewest respondents that anything is shown about.
    others
        Names and reasons of further results that are not estimable.
    """
    results = list(results)
    unknown: dict[str, list[Message]] = {}
    untested: dict[str, list[Message]] = {}
    for result in results:
        if isinstance(result.overall, NotEstimable):
            unknown.setdefault(t(result.overall.reason), []).append(result.name)
        elif isinstance(result.change, NotEstimable):
            untested.setdefault(t(result.change.reason), []).append(result.name)
    for name, outcome in others:
        unknown.setdefault(t(outcome.reason), []).append(name)
    gaps = [t(N_("{names:list}: {reason:text}", names=names, reason=reason)) for reason, names in unknown.items()]
    gaps += [
        t(N_("No change over time is stated for {names:list}: {reason:text}", names=names, reason=reason))
        for reason, names in untested.items()
    ]
    return [*gaps, *_withheld(results, t, small_cell)]


def _withheld(results: Iterable[IndicatorResult], t: Translator, small_cell: int) -> list[str]:
    """Return how many cells are withheld, or nothing."""
    withheld = sum(
        isinstance(outcome, NotEstimable) and outcome.suppressed
        for result in results
        for outcomes in (result.by_segment, result.by_partner, result.by_period)
        for outcome in outcomes.values()
    )
    if not withheld:
        return []
    sentence = NP_(
        "One cell is withheld to protect respondents (fewer than {floor:int} answers, or a smaller cell could be worked"
        " out from it).",
        "{count:int} cells are withheld to protect respondents (fewer than {floor:int} answers, or a smaller cell could"
        " be worked out from them).",
        withheld,
        floor=small_cell,
    )
    return [t(sentence)]


def cell_text(outcome: Outcome | None, t: Translator, small_cell: int, *, full: bool = False) -> str:
    """Return a table's cell: the estimate with its interval, a dash, or that it is withheld."""
    if isinstance(outcome, Estimate):
        return t.estimate(outcome, full=full)
    if outcome is not None and outcome.suppressed:
        return t(N_("withheld (fewer than {floor:int} answers)", floor=small_cell))
    return "–"
