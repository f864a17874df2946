"""Order lines, contacts and feedback to one row a customer and one row a month: Narwhals expressions only.

There is no distinct count inside a group, for which an engine would hold all values of all groups: lines are first
grouped by customer and day (or label), and what is left is grouped by customer.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw

Keep = Callable[[nw.LazyFrame], nw.LazyFrame]
Expr = nw.Expr


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days from `first` to `last`, both included, and the short name of its columns."""

    name: str
    first: dt.date
    last: dt.date

    def holds(self, day: Expr) -> Expr:
        """Return which days lie in it."""
        return (day >= self.first) & (day <= self.last)


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """What is left of the order lines.

    Parameters
    ----------
    daily
        One row a customer and day, refunds without a purchase taken out: ``lines, purchases, returns, bought,
        revenue, revenue_constant, returned_constant``.
    unfounded
        One row a customer and day with refunds of customers who had bought nothing until then.
    """

    daily: nw.LazyFrame
    unfounded: nw.LazyFrame


def one(condition: Expr) -> Expr:
    """Return 1 where a condition holds and 0 where it does not or is unknown."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def value_where(condition: Expr, value: Expr) -> Expr:
    """Return a number where a condition holds, else 0."""
    return nw.when(condition).then(value).otherwise(nw.lit(0.0))


def by_day(lines: nw.LazyFrame, keep: Keep) -> Reduced:
    """Group order lines by customer and day, and take out the refunds of customers who had bought nothing until then.

    Parameters
    ----------
    lines
        ``customer_id, ordered_on, amount, revenue, revenue_constant``; every customer and day is given.
    keep
        Computes a frame once, out of core.
    """
    bought, returned = nw.col("amount") > 0, nw.col("amount") < 0
    revenue, constant = nw.col("revenue"), nw.col("revenue_constant")
    grouped = lines.select(
        "customer_id",
        "ordered_on",
        one(bought).alias("purchases"),
        one(returned).alias("returns"),
        value_where(bought, revenue).alias("bought"),
        value_where(bought, constant).alias("bought_constant"),
        value_where(returned, revenue).alias("returned"),
        value_where(returned, constant).alias("returned_constant"),
    )
    sums = ("purchases", "returns", "bought", "bought_constant", "returned", "returned_constant")
    days = keep(
        grouped.group_by("customer_id", "ordered_on").agg(
            nw.len().alias("lines"), *(nw.col(name).sum() for name in sums)
        )
    )
    starts = days.filter(nw.col("purchases") > 0).group_by("customer_id").agg(nw.col("ordered_on").min().alias("start"))
    days = days.join(starts, on="customer_id", how="left")
    early = (nw.col("returns") > 0) & (nw.col("start").is_null() | (nw.col("ordered_on") < nw.col("start")))
    days = days.with_columns(one(early).alias("early"))
    unfounded = days.filter(nw.col("early") == 1)
    founded = nw.col("early") == 0
    kept = days.with_columns(
        (nw.col("lines") - nw.when(founded).then(nw.lit(0)).otherwise(nw.col("returns"))).alias("lines"),
        nw.when(founded).then(nw.col("returns")).otherwise(nw.lit(0)).alias("returns"),
        value_where(founded, nw.col("returned")).alias("returned"),
        value_where(founded, nw.col("returned_constant")).alias("returned_constant"),
    ).filter(nw.col("lines") > 0)
    daily = kept.select(
        "customer_id",
        "ordered_on",
        "lines",
        "purchases",
        "returns",
        "bought",
        (nw.col("bought") + nw.col("returned")).alias("revenue"),
        (nw.col("bought_constant") + nw.col("returned_constant")).alias("revenue_constant"),
        "returned_constant",
    )
    return Reduced(daily=keep(daily), unfounded=unfounded)


def by_customer(daily: nw.LazyFrame, stretches: Sequence[Stretch], keep: Keep) -> nw.LazyFrame:
    """Group days by customer: the whole of what a customer bought, and each stretch of days by itself.

    Returns
    -------
    LazyFrame
        ``customer_id, lines, first_day, first_order, last_order, orders, revenue``, and for each stretch ``s``:
        ``s:revenue, s:constant`` (returns deducted), ``s:orders`` (days with a purchase), ``s:bought`` (revenue of
        purchases), ``s:index`` (first day with a purchase), ``s:latest`` (last one) and ``s:next`` (the first after
        the index, within the stretch or later).
    """
    day, is_purchase = nw.col("ordered_on"), nw.col("purchases") > 0
    whole = [
        nw.col("lines").sum(),
        day.min().alias("first_day"),
        nw.col("order_day").min().alias("first_order"),
        nw.col("order_day").max().alias("last_order"),
        nw.col("is_order").sum().alias("orders"),
        nw.col("revenue").sum(),
    ]
    columns: list[Expr] = [
        nw.when(is_purchase).then(day).otherwise(None).alias("order_day"),
        one(is_purchase).alias("is_order"),
    ]
    parts: list[Expr] = []
    for stretch in stretches:
        inside, name = stretch.holds(day), stretch.name
        columns += [
            value_where(inside, nw.col("revenue")).alias(f"{name}:revenue"),
            value_where(inside, nw.col("revenue_constant")).alias(f"{name}:constant"),
            value_where(inside, nw.col("bought")).alias(f"{name}:bought"),
            one(inside & is_purchase).alias(f"{name}:orders"),
            nw.when(inside & is_purchase).then(day).otherwise(None).alias(f"{name}:index"),
        ]
        parts += [nw.col(f"{name}:{part}").sum() for part in ("revenue", "constant", "bought", "orders")]
        parts += [nw.col(f"{name}:index").max().alias(f"{name}:latest"), nw.col(f"{name}:index").min()]
    customers = keep(daily.with_columns(*columns).group_by("customer_id").agg(*whole, *parts))
    return _with_next(daily, customers, stretches) if stretches else customers


def _with_next(daily: nw.LazyFrame, customers: nw.LazyFrame, stretches: Sequence[Stretch]) -> nw.LazyFrame:
    """Add the first purchase after each stretch's index purchase."""
    index = customers.select("customer_id", *(f"{stretch.name}:index" for stretch in stretches))
    day = nw.col("ordered_on")
    purchases = daily.filter(nw.col("purchases") > 0).select("customer_id", "ordered_on")
    dated = purchases.join(index, on="customer_id", how="left").select(
        "customer_id",
        *(
            nw.when(day > nw.col(f"{stretch.name}:index")).then(day).otherwise(None).alias(f"{stretch.name}:next")
            for stretch in stretches
        ),
    )
    following = dated.group_by("customer_id").agg(*(nw.col(f"{stretch.name}:next").min() for stretch in stretches))
    return customers.join(following, on="customer_id", how="left")


def by_month(daily: nw.LazyFrame, keep: Keep) -> nw.LazyFrame:
    """Group days by month: ``month`` (0 = January 1970), ``revenue, revenue_constant, customers`` (who bought)."""
    month = ((nw.col("ordered_on").dt.year() - 1970) * 12 + nw.col("ordered_on").dt.month() - 1).cast(nw.Int64)
    per_customer = (
        daily.select("customer_id", month.alias("month"), "purchases", "revenue", "revenue_constant")
        .group_by("customer_id", "month")
        .agg(nw.col("purchases").sum(), nw.col("revenue").sum(), nw.col("revenue_constant").sum())
    )
    counted = per_customer.with_columns(one(nw.col("purchases") > 0).alias("customers"))
    return keep(
        counted.group_by("month").agg(
            nw.col("revenue").sum(), nw.col("revenue_constant").sum(), nw.col("customers").sum()
        )
    )


def goods_returned(daily: nw.LazyFrame, stretches: Sequence[Stretch]) -> nw.LazyFrame:
    """Return one row: the returns of each stretch at constant rates, negative."""
    day = nw.col("ordered_on")
    return daily.select(
        *(
            value_where(stretch.holds(day), nw.col("returned_constant")).sum().alias(stretch.name)
            for stretch in stretches
        )
    )


def kinds_by_customer(
    lines: nw.LazyFrame, column: str, stretches: Sequence[Stretch], names: Mapping[str, str]
) -> nw.LazyFrame:
    """Count the distinct kinds (categories, business units) that each customer bought in each stretch: two group-bys.

    Parameters
    ----------
    lines, column
        Order lines, and the column of their kind.
    stretches
        Stretches of days.
    names
        Stretch -> name of the column that is added.
    """
    day, bought = nw.col("ordered_on"), nw.col("amount") > 0
    named = lines.filter(bought & ~nw.col(column).is_null())
    flags = named.select(
        "customer_id", column, *(one(stretch.holds(day)).alias(names[stretch.name]) for stretch in stretches)
    )
    added = [names[stretch.name] for stretch in stretches]
    pairs = flags.group_by("customer_id", column).agg(*(nw.col(name).max() for name in added))
    return pairs.group_by("customer_id").agg(*(nw.col(name).sum() for name in added))


def contacts_by_customer(contacts: nw.LazyFrame, stretches: Sequence[Stretch]) -> nw.LazyFrame:
    """Group contacts by customer: ``contacts, first_contact, last_contact``, and ``s:contacts`` of each stretch."""
    day = nw.col("occurred_on")
    flags = contacts.select(
        "customer_id",
        "occurred_on",
        *(one(stretch.holds(day)).alias(f"{stretch.name}:contacts") for stretch in stretches),
    )
    return flags.group_by("customer_id").agg(
        nw.len().alias("contacts"),
        day.min().alias("first_contact"),
        day.max().alias("last_contact"),
        *(nw.col(f"{stretch.name}:contacts").sum() for stretch in stretches),
    )


def feedback_by_customer(feedback: nw.LazyFrame, *, has_kind: bool, has_end: bool) -> nw.LazyFrame:
    """Group feedback by customer: ``feedback, complaints, open_cases`` (complaints and questions not resolved)."""
    kind = nw.col("kind") if has_kind else nw.lit(None).cast(nw.String)
    is_open = nw.col("resolved_on").is_null() if has_end else nw.lit(value=False)
    flags = feedback.select(
        "customer_id",
        one(kind == "complaint").alias("complaints"),
        one(kind.is_in(["complaint", "question"]) & is_open).alias("open_cases"),
    )
    known = flags.filter(~nw.col("customer_id").is_null())
    return known.group_by("customer_id").agg(
        nw.len().alias("feedback"), nw.col("complaints").sum(), nw.col("open_cases").sum()
    )


def days_recorded(frame: nw.LazyFrame, date: str) -> nw.LazyFrame:
    """Return the distinct days with an entry."""
    return frame.select(date).unique()


def first_rows(rows: nw.LazyFrame, keys: Sequence[str], count: int) -> nw.LazyFrame:
    """Return the first rows in the canonical order: by the keys, missing values first."""
    return rows.sort(*keys).head(count)


def latest_label(lines: nw.LazyFrame, column: str, order: Sequence[str]) -> nw.LazyFrame:
    """Return each customer's `column` on its latest order line that has one.

    Parameters
    ----------
    lines, column
        Order lines, and a column of theirs.
    order
        Columns that order the lines of one customer and day.
    """
    named = lines.filter(~nw.col(column).is_null())
    last = named.group_by("customer_id").agg(nw.col("ordered_on").max().alias("#last"))
    latest = named.join(last, on="customer_id", how="left").filter(nw.col("ordered_on") == nw.col("#last"))
    keys = list(dict.fromkeys([*order, column]))
    # the last of a customer's lines in their order: the one whose place is their number
    counts = latest.group_by("customer_id").agg(nw.len().alias("#lines"))
    placed = latest.with_columns(nw.lit(1).alias("#one")).with_columns(
        nw.col("#one").cum_sum().over("customer_id", order_by=keys).alias("#place")
    )
    return (
        placed.join(counts, on="customer_id", how="left")
        .filter(nw.col("#place") == nw.col("#lines"))
        .select("customer_id", column)
    )
