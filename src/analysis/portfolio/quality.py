"""The data-quality league: how much of each client's data had to be mended, what it lacks, and how old it is.

The league is by the number of concerns, each a threshold that is stated, and within that by the share of rows mended.
There is no index of quality: nothing says how many removed rows an absent survey is worth.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from analysis.messages import N_, NP_, Message
from analysis.monitoring.comparison.published import mapping_at, number_at, read_outcome, rows_at, text_at
from analysis.monitoring.earlier import is_day
from analysis.portfolio.shapes import ClientQuality, Reviewed
from analysis.results import Estimate

MOST_REMOVED = 0.01
MOST_REPAIRED = 0.05
MOST_REVENUE = 0.01
FEWEST_RESPONDING = 0.2
OLDEST = 183
"""Days."""


def judge_quality(clients: Sequence[Reviewed], as_of: str) -> tuple[ClientQuality, ...]:
    """Return the quality of each client's data, best first.

    Parameters
    ----------
    clients
        All of them.
    as_of
        Day of the portfolio, from which the age of the data is counted.
    """
    found = [_quality(client, as_of) for client in clients]
    return tuple(
        sorted(found, key=lambda each: (len(each.concerns), each.removed + each.repaired, each.name, each.client))
    )


def _quality(client: Reviewed, as_of: str) -> ClientQuality:
    content = client.content
    tables = [row for row in rows_at(content, "data_quality", "tables") if (number_at(row, "rows_kept") or 0) > 0]
    kept = {text_at(row, "table"): int(number_at(row, "rows_kept") or 0) for row in tables}
    rows = sum(int(number_at(row, "rows_read") or 0) for row in rows_at(content, "data_quality", "tables"))
    repairs = rows_at(content, "data_quality", "repairs")
    removed, repaired = (
        sum(number_at(repair, "rows") or 0.0 for repair in repairs if (repair.get("removed") is True) is is_removed)
        for is_removed in (True, False)
    )
    recorded = [number_at(row, "revenue") for row in rows_at(content, "indicators", "monthly_revenue", "months")]
    revenue = sum(each for each in recorded if each is not None)
    effect = sum(number_at(repair, "revenue_effect") or 0.0 for repair in repairs) if "transactions" in kept else None
    until = max((day for row in tables if is_day(day := text_at(row, "last"))), default="")
    until = min(until, client.as_of)
    found = ClientQuality(
        client=client.client,
        name=client.name,
        currency=text_at(content, "currency"),
        rows=rows,
        repaired=min(repaired / rows, 1.0) if rows else 0.0,
        removed=min(removed / rows, 1.0) if rows else 0.0,
        revenue_effect=effect,
        revenue_share=effect / revenue if effect is not None and revenue > 0 else None,
        tables=tuple(kept),
        responses=kept.get("survey"),
        response_rate=read_outcome(mapping_at(content, "indicators", "results", "response_rate").get("overall")),
        data_until=until,
        age_days=(dt.date.fromisoformat(as_of) - dt.date.fromisoformat(until)).days if until else None,
        silent=len(mapping_at(content, "indicators", "silences")),
        concerns=(),
    )
    return ClientQuality(**(vars(found) | {"concerns": tuple(_concerns(found))}))


def _concerns(quality: ClientQuality) -> Iterator[Message]:
    if quality.responses is None:
        yield N_("no survey")
    if quality.revenue_effect is None:
        yield N_("no orders")
    if quality.age_days is not None and quality.age_days > OLDEST:
        yield N_("newest record {days:int} days old", days=quality.age_days)
    if quality.revenue_share is not None and abs(quality.revenue_share) > MOST_REVENUE:
        yield N_("repairs changed revenue by {share:percent1}", share=quality.revenue_share)
    if quality.removed > MOST_REMOVED:
        yield N_("{share:percent} of rows removed", share=quality.removed)
    if quality.repaired > MOST_REPAIRED:
        yield N_("{share:percent} of rows repaired", share=quality.repaired)
    rate = quality.response_rate
    if isinstance(rate, Estimate) and rate.high < FEWEST_RESPONDING:
        yield N_("fewer than {share:percent} answer the survey", share=FEWEST_RESPONDING)
    if quality.silent:
        yield NP_("silent on one topic", "silent on {count:int} topics", quality.silent)
