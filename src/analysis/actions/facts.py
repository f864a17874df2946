"""The facts that alerts and triggers may ask about: what each is called, what kind it is, and how it is found.

Names: every indicator (``nps``), with ``.segments_below`` and ``.partners_below`` for the groups that lie clearly below
the whole; ``score`` and ``score.<dimension>``; ``item.<key>`` for a question (0-100) and ``touchpoint.<name>``; and the
facts of `OWN`, among them the groups of customers of `analysis.actions.groups`.

A group lies clearly below the whole where its interval, widened for the number of groups that were looked at
(Bonferroni), lies wholly on the bad side of the whole's estimate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from scipy import special

from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.shapes import Indicators
from analysis.messages import N_, Message
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable, Outcome, TargetAttainment, Verdict

Kind = Literal["estimate", "count", "number", "flag"]
"""An estimate has an interval; a count or a number is one of the client's own records; a flag is known or missing."""
NAMED = 3  # groups named in a sentence
BELOW = ("segments_below", "partners_below")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact.

    Parameters
    ----------
    kind
        What it is.
    outcome
        Of an estimate: the number with its interval, or why there is none.
    number
        Of a count or number.
    unit_is_share
        Whether a number is a share, shown as a percentage.
    level
        Of a score: its level, "" where there is none.
    change, target, benchmark
        What an indicator is held against.
    higher_is_better
        Its direction.
    values
        What the evidence may quote.
    customers, revenue
        Whom it concerns, and their revenue.
    driver
        Key of the driver that it is about, or "".
    """

    kind: Kind
    outcome: Outcome | None = None
    number: float | None = None
    unit_is_share: bool = False
    level: str = ""
    change: Verdict | None = None
    target: TargetAttainment | None = None
    benchmark: float | None = None
    higher_is_better: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)
    customers: pd.Index | None = None
    revenue: float | None = None
    driver: str = ""

    @property
    def estimate(self) -> Estimate | None:
        """The estimate where there is one."""
        return self.outcome if isinstance(self.outcome, Estimate) else None


OWN: Mapping[str, tuple[Kind, Message]] = {
    "active_customers": ("count", N_("customers who bought in the last twelve months")),
    "overdue_customers": ("count", N_("active customers whose last contact is older than planned")),
    "overdue_key_accounts": ("count", N_("active key accounts whose last contact is older than planned")),
    "lost_customers": ("count", N_("customers of the year before who bought nothing in the last twelve months")),
    "lost_key_accounts": ("count", N_("key accounts of the year before who bought nothing in the last twelve months")),
    "shrinking_customers": ("count", N_("active customers who spent at least 30% less than the year before")),
    "shrinking_key_accounts": ("count", N_("active key accounts who spent at least 30% less than the year before")),
    "growing_customers": ("count", N_("customers who spent at least 30% more than the year before")),
    "late_customers": ("count", N_("active customers silent for 1.5 times their longest pause so far")),
    "single_purchase_customers": ("count", N_("customers whose only purchase is 90 days to a year old")),
    "single_contact_key_accounts": ("count", N_("active key accounts with at most one known contact")),
    "key_accounts_without_top_contact": ("count", N_("active key accounts not met at the two top levels for a year")),
    "single_category_customers": ("count", N_("active customers who buy one of three or more categories")),
    "untapped_customers": ("count", N_("active customers who spend less than a quarter of their potential")),
    "open_complaints": ("count", N_("complaints that are not resolved")),
    "old_complaints": ("count", N_("complaints open for more than 30 days")),
    "repeat_complainers": ("count", N_("customers with three complaints or more in twelve months")),
    "lapsed_complainers": ("count", N_("customers who complained and bought nothing in the last twelve months")),
    "ending_contracts": ("count", N_("customers whose last contract ends within 90 days")),
    "stale_opportunities": ("count", N_("opportunities open for more than 180 days")),
    "customers_without_manager": ("count", N_("active customers without an account manager, where others have one")),
    "customers_without_segment": ("count", N_("active customers without a segment, where others have one")),
    "complaint_rate": ("estimate", N_("share of the active customers who complained in the last twelve months")),
    "resolved_within_30": ("estimate", N_("share of cases resolved within 30 days")),
    "resolution_days": ("estimate", N_("days by which half of the cases are resolved")),
    "win_rate": ("estimate", N_("share of the closed opportunities that were won")),
    "satisfaction_repurchase": ("estimate", N_("percentage points of buying again that go with 10 of satisfaction")),
    "satisfaction_loyalty": ("estimate", N_("points of loyalty that go with one point of satisfaction")),
    "weakest_item": ("count", N_("1 where the lowest-rated aspect lies clearly below the mean of the others")),
    "weakest_touchpoint": (
        "count",
        N_("1 where the lowest-rated touchpoint lies clearly below the mean of the others"),
    ),
    "drivers_first": ("count", N_("parts of the service that matter more than most and are rated lower")),
    "drivers_keep": ("count", N_("parts of the service that matter more than most and are rated higher")),
    "weak_partners": ("count", N_("channel partners whose own interval of satisfaction lies below all customers")),
    "partners_ahead": ("count", N_("channel partners whose customers are clearly more satisfied than all")),
    "top10_share": ("number", N_("share of revenue of the ten largest customers, a full count")),
    "lost_revenue_share": ("number", N_("revenue of the lost customers, a share of the year before, a full count")),
    "unmatched_rows": ("count", N_("orders of customers who are not in the list of customers")),
    "record_gap_days": ("count", N_("days between the end of the record of orders and the date of the audit")),
    "survey": ("flag", N_("answers to a survey")),
    "interactions": ("flag", N_("records of contacts")),
    "contact_persons": ("flag", N_("the person met, in the records of contacts")),
    "feedback": ("flag", N_("records of complaints and other feedback")),
    "resolutions": ("flag", N_("the day of resolution, in the records of feedback")),
    "margins": ("flag", N_("margins of orders")),
    "opportunities": ("flag", N_("records of opportunities")),
    "targets": ("flag", N_("targets of the client")),
}
"""Name -> kind and meaning of the facts that are no indicator, score or question."""


def fact_kind(name: str, *, dimensions: Sequence[str] = (), items: Sequence[str] = ()) -> Kind | None:
    """Return the kind of a fact by its name, or None where there is no such fact.

    Parameters
    ----------
    name
        As it is written in a condition.
    dimensions, items
        The client's dimensions of the score, and its questions.
    """
    stem, _, last = name.rpartition(".")
    if name in CATALOGUE or name == "score":
        return "estimate"
    if stem in CATALOGUE and last in BELOW:
        return "count"
    if stem == "score":
        return "estimate" if last in dimensions else None
    head, _, rest = name.partition(".")
    if head == "item":
        return "estimate" if rest in items else None
    return OWN[name][0] if name in OWN else None


def fact_names(*, dimensions: Sequence[str] = (), items: Sequence[str] = ()) -> tuple[str, ...]:
    """Return every name that a condition may use."""
    below = (f"{key}.{group}" for key in CATALOGUE for group in BELOW)
    scores = (f"score.{dimension}" for dimension in dimensions)
    return (*CATALOGUE, *below, "score", *scores, *(f"item.{key}" for key in items), *OWN)


def indicator_facts(indicators: Indicators, partner_names: Mapping[str, str]) -> Iterator[tuple[str, Fact]]:
    """Yield the facts of each indicator: itself, and the groups that lie clearly on its bad side."""
    for key, result in indicators.results.items():
        yield key, _indicator(result)
        for name, outcomes, names in (
            ("segments_below", result.by_segment, {}),
            ("partners_below", result.by_partner, partner_names),
        ):
            found = clearly_below(result, outcomes)
            if found is not None:
                shown = sorted(names.get(group, group) for group in found)[:NAMED]
                values = {"names": tuple(shown), "name": result.name}
                yield f"{key}.{name}", Fact(kind="count", number=len(found), values=values)


def _indicator(result: IndicatorResult) -> Fact:
    change = result.change.verdict if isinstance(result.change, Change) else None
    values: dict[str, Any] = {"name": result.name}
    values |= estimate_values(result.overall)
    if isinstance(result.change, Change):
        values["change"] = signed(result.change.difference)
    if result.target is not None:
        values["target"] = quantity(result.target.target, result.unit)
        values["period"] = result.target.period
    if result.benchmark is not None:
        values["benchmark"] = quantity(result.benchmark.value, result.unit)
    return Fact(
        kind="estimate",
        outcome=result.overall,
        change=change,
        target=result.target,
        benchmark=None if result.benchmark is None else result.benchmark.value,
        higher_is_better=result.higher_is_better,
        values=values,
    )


def clearly_below(result: IndicatorResult, outcomes: Mapping[str, Outcome], *, above: bool = False) -> list[str] | None:
    """Return the groups that lie clearly on the bad side of the whole (or the good one); None without two groups."""
    groups = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Estimate)}
    if len(groups) < 2 or not isinstance(result.overall, Estimate):
        return None
    factor = float(special.ndtri(1 - 0.025 / len(groups)) / special.ndtri(0.975))
    whole, low = result.overall.value, result.higher_is_better != above
    return [
        name
        for name, each in groups.items()
        if (
            each.value + factor * (each.high - each.value) < whole
            if low
            else each.value - factor * (each.value - each.low) > whole
        )
    ]


def estimate_fact(outcome: Outcome, **values: Any) -> Fact:
    """Return an estimate as a fact, its numbers ready to be quoted."""
    return Fact(kind="estimate", outcome=outcome, values=values | estimate_values(outcome))


def estimate_values(outcome: Outcome) -> dict[str, Any]:
    """Return what a sentence may quote of an estimate."""
    if isinstance(outcome, NotEstimable):
        return {}
    limit = "index" if outcome.unit == "percentage_points" else outcome.unit  # the unit is said once
    numbers = {key: quantity(getattr(outcome, key), limit) for key in ("low", "high")}
    numbers["value"] = quantity(outcome.value, outcome.unit)
    return numbers | {"n": outcome.n}


def quantity(value: float, unit: str) -> Message:
    """Return a level in its unit."""
    if unit == "proportion":
        return N_("{value:percent}", value=value)
    if unit == "money":
        return N_("{value:money}", value=value)
    if unit == "percentage_points":
        return N_("{value:number1} percentage points", value=value)
    return N_("{value:number1}", value=value)


def signed(difference: Estimate) -> Message:
    """Return the size of a change with its interval, in its unit."""
    values = {"value": difference.value, "low": difference.low, "high": difference.high}
    if difference.unit in ("index", "nps", "score"):
        return N_("{value:points} points (95% interval {low:points} to {high:points})", **values)
    if difference.unit in ("percentage_points", "proportion"):
        factor = 100 if difference.unit == "proportion" else 1
        scaled = {key: factor * number for key, number in values.items()}
        return N_("{value:points} percentage points (95% interval {low:points} to {high:points})", **scaled)
    if difference.unit == "money":
        return N_("{value:money} (95% interval {low:money} to {high:money})", **values)
    return N_("{value:number2} (95% interval {low:number2} to {high:number2})", **values)
