"""The repairs and refusals of the pandas road, on rows that are not in memory: counted first, told of where found."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import pandas as pd

from analysis.data.client import Repair
from analysis.data.contract import ROW, SOURCE, Table
from analysis.data.cut import OUTCOMES
from analysis.data.duplicates import primary_key
from analysis.data.faults import shorten
from analysis.data.large.engine import Engine
from analysis.data.large.reduce import first_rows, one, value_where
from analysis.data.large.wording import Found, count_rows, describe_places, unread_fault
from analysis.data.ledger import EXAMPLE_IDS, EXAMPLES, Ledger
from analysis.data.repairs import STARTS
from analysis.data.validation import FIRST_YEAR, LAST_YEAR
from analysis.errors import Fault
from analysis.messages import N_, Message

SEARCHED = 200
"""First rows of a repair among which examples are sought: an order may have many lines."""
FIRST_DAY, LAST_DAY = dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31)


@dataclass
class Rows:
    """Rows of one table on their way: the frame, how many there are, and what has been told of them."""

    engine: Engine
    table: Table
    frame: nw.LazyFrame
    ledger: Ledger
    count: int = 0

    @property
    def names(self) -> list[str]:
        """The columns."""
        return self.frame.collect_schema().names()

    def measure(self, measures: Mapping[str, nw.Expr]) -> pd.Series:
        """Return aggregates over all rows."""
        return self.engine.collect(self.frame.select(*(each.alias(name) for name, each in measures.items()))).iloc[0]

    def record(
        self, rule: str, description: Message, rows: nw.LazyFrame, count: int, *, removed: bool, effect: float = 0.0
    ) -> None:
        """Enter a repair of `count` of the rows; none is entered for no rows."""
        if count:
            repair = Repair(
                table=self.table.name,
                rule=rule,
                description=description,
                rows=count,
                total=self.count,
                removed=removed,
                revenue_effect=effect,
                examples=self._examples(rows),
            )
            self.ledger.enter(repair, where=lambda: describe_places(self.engine, rows, count))

    def order(self, frame: nw.LazyFrame) -> list[str]:
        """Return the keys of the canonical order, as `order.in_time_order` has them."""
        names = frame.collect_schema().names()
        own = [name for name in names if name not in (SOURCE, ROW) and not name.startswith(("revenue", "?", "#"))]
        first = [self.table.date or "", *self.table.key, "customer_id"]
        others = sorted(name for name in own if name not in first)
        provenance = [name for name in (SOURCE, ROW) if name in names]
        return [name for name in dict.fromkeys([*first, *others]) if name in own] + provenance

    def _examples(self, rows: nw.LazyFrame) -> tuple[str, ...]:
        """Return ids of a few of the rows, in the canonical order; or where they stand."""
        keys = self.order(rows)
        for name in (each for each in EXAMPLE_IDS if each in self.names):
            given = first_rows(rows.filter(~nw.col(name).is_null()), keys, SEARCHED)
            found = self.engine.collect(given)[name].drop_duplicates().head(EXAMPLES)
            if len(found):
                return tuple(str(value) for value in found)
        first = self.engine.collect(first_rows(rows, keys, EXAMPLES))
        if ROW in first.columns:
            return tuple(f"{source}:{row}" for source, row in zip(first[SOURCE], first[ROW], strict=True))
        return tuple(str(source) for source in first[SOURCE])


def holds(condition: nw.Expr) -> nw.Expr:
    """Return a condition with "unknown" taken for "no"."""
    return one(condition) == 1


def set_future_aside(rows: Rows, as_of: dt.date) -> None:
    """Take out what is dated after the audit's date, and what is known of earlier rows only from after it."""
    date = rows.table.date or ""
    later = nw.col(date) > as_of
    revenue = "revenue" in rows.names
    ends = [name for name in rows.table.later_dates if name in rows.names]
    after = {name: holds(nw.col(name) > as_of) & ~holds(later) for name in ends}
    any_end = nw.any_horizontal(*after.values(), ignore_nulls=True) if after else None
    measures = {"all": nw.len(), "later": one(later).sum()}
    if revenue:
        measures["effect"] = value_where(later, nw.col("revenue")).sum()
    if any_end is not None:
        measures["ends"] = one(any_end).sum()
    found = rows.measure(measures)
    rows.count = int(found["all"])
    description = N_("Rows dated after the audit's date {date:date} were set aside.", date=as_of)
    count = int(found["later"] or 0)
    effect = -float(found["effect"]) if revenue and count else 0.0
    rows.record("after_as_of", description, rows.frame.filter(later), count, removed=True, effect=effect)
    if any_end is not None and int(found["ends"] or 0):
        description = N_("Outcomes dated after the audit's date {date:date} were taken out of their rows.", date=as_of)
        concerned = rows.frame.filter(any_end)
        rows.count -= count
        rows.record("after_as_of", description, concerned, int(found["ends"]), removed=False)
        rows.count += count
        rows.frame = _forget(rows, ends, as_of)
    rows.frame = rows.frame.filter(~holds(later))
    rows.count -= count


def _forget(rows: Rows, ends: list[str], as_of: dt.date) -> nw.LazyFrame:
    frame = rows.frame
    for name in ends:
        known = ~holds(nw.col(name) > as_of)
        masked = [OUTCOMES[name]] if OUTCOMES.get(name) in rows.names else []
        frame = frame.with_columns(*(nw.when(known).then(nw.col(each)).otherwise(None).alias(each) for each in masked))
        frame = frame.with_columns(nw.when(known).then(nw.col(name)).otherwise(None).alias(name))
    return frame


def validate(rows: Rows, faults: list[Fault]) -> None:
    """Enter every fault of the rows against the contract: empty cells, numbers out of range, bad codes, bad years."""
    checks: dict[tuple[str, str], nw.Expr] = {}
    for column in rows.table.columns:
        if column.name not in rows.names:
            continue
        value = nw.col(column.name)
        if column.filled:
            known = holds(nw.col(f"?{column.name}")) if f"?{column.name}" in rows.names else nw.lit(value=False)
            checks[column.name, "must be given in every row"] = value.is_null() & ~known
        if column.rule == "currency":
            rule = "must be an ISO 4217 code of three capital letters"
            checks[column.name, rule] = holds(~value.str.contains("^[A-Z]{3}$"))
        if column.kind == "date" and column.filled:
            rule = f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}"
            checks[column.name, rule] = holds((value < FIRST_DAY) | (value > LAST_DAY))
    counts = rows.measure({f"{name}|{rule}": one(check).sum() for (name, rule), check in checks.items()})
    for (name, rule), check in checks.items():
        if int(counts[f"{name}|{rule}"] or 0):
            faults.append(_broken(rows, name, rule, check))


def _broken(rows: Rows, name: str, rule: str, check: nw.Expr) -> Fault:
    concerned = rows.frame.filter(check)
    counted = rows.engine.collect(concerned.group_by(name).agg(nw.len().alias("n")))
    column = rows.table.column(name)
    is_date = column is not None and column.kind == "date"
    everywhere = is_date and rule.startswith("must be given") and int(counted["n"].sum()) == rows.count
    hint = f"if one date holds for all rows: `constants: {{{name}: 2026-01-31}}`" if everywhere else ""
    return unread_fault(
        Found(rows.engine, concerned, name, counted), what=f"{rows.table.name}.{name}", rule=rule, hint=hint
    )


def mend_impossible_dates(rows: Rows) -> None:
    """Set dates missing that cannot be: an end before its beginning, or in a year such as 9999."""
    starts = {later: earlier for earlier, later in STARTS.get(rows.table.name, ())}
    bad: dict[str, nw.Expr] = {}
    for column in rows.table.columns:
        if column.kind == "date" and not column.filled and column.name in rows.names:
            day = nw.col(column.name)
            wrong = holds((day < FIRST_DAY) | (day > LAST_DAY))
            start = starts.get(column.name)
            bad[column.name] = wrong | holds(day < nw.col(start)) if start in rows.names else wrong
    if not bad:
        return
    concerned = nw.any_horizontal(*bad.values(), ignore_nulls=True)
    count = int(rows.measure({"bad": one(concerned).sum()})["bad"] or 0)
    description = N_("Dates that cannot be (an end before its beginning, a year such as 9999) were set missing.")
    rows.record("impossible_dates", description, rows.frame.filter(concerned), count, removed=False)
    if count:
        mended = [nw.when(~wrong).then(nw.col(name)).otherwise(None).alias(name) for name, wrong in bad.items()]
        rows.frame = rows.frame.with_columns(*mended)


def merge_duplicate_keys(rows: Rows) -> None:
    """Merge rows of one key that agree, and count them; rows that contradict each other are a fault."""
    names = rows.names
    key = list(primary_key(pd.DataFrame(columns=names), rows.table))
    if not key:
        return
    told = key[-1] if rows.table.name == "transactions" else key[0]
    marks = [nw.coalesce(nw.col(name), nw.lit("\x00")).alias(f"#{name}") for name in key]
    marked = rows.frame.with_columns(*marks)
    labels = [f"#{name}" for name in key]
    sizes = marked.filter(~nw.col(told).is_null()).select(*labels).group_by(*labels).agg(nw.len().alias("#n"))
    repeated = rows.engine.keep(sizes.filter(nw.col("#n") > 1))
    found = rows.engine.collect(repeated.select(nw.len().alias("keys"), nw.col("#n").sum())).iloc[0]
    if not int(found["keys"]):
        return
    concerned = rows.engine.keep(marked.join(repeated.select(*labels), on=labels, how="semi"))
    content = [name for name in names if name not in (*key, SOURCE, ROW) and not name.startswith("?")]
    if _contradict(rows, concerned, labels, key, content):
        return
    merged = concerned.group_by(*labels).agg(*(nw.col(name).max() for name in names))
    extra = int(found["#n"]) - int(found["keys"])
    effect = 0.0
    if "revenue" in names:
        total = nw.col("revenue").sum().alias("total")
        before, after = (rows.engine.collect(each.select(total))["total"].sum() for each in (concerned, merged))
        effect = float(after - before)
    description = N_("Rows with the same key and the same content were counted once.")
    rows.record("duplicate_key", description, concerned, extra, removed=True, effect=effect)
    single = marked.join(repeated.select(*labels), on=labels, how="anti").select(*names)
    rows.frame = nw.concat([single, merged.select(*names)], how="vertical")
    rows.count -= extra


def _contradict(rows: Rows, concerned: nw.LazyFrame, labels: list[str], key: list[str], content: list[str]) -> bool:
    """Enter a fault where rows of one key hold two values in one column."""
    lows = [nw.col(name).min().alias(f"<{name}") for name in content]
    highs = [nw.col(name).max().alias(f">{name}") for name in content]
    ranges = concerned.group_by(*labels).agg(*(nw.col(name).max() for name in key), *lows, *highs)
    differs = [holds(nw.col(f"<{name}") != nw.col(f">{name}")) for name in content]
    if not differs:
        return False
    bad = ranges.filter(nw.any_horizontal(*differs, ignore_nulls=True))
    count = count_rows(rows.engine, bad)
    if not count:
        return False
    first = rows.engine.collect(first_rows(bad, key, 1)).iloc[0]
    column = next(name for name in content if _differ(first[f"<{name}"], first[f">{name}"]))
    same = nw.all_horizontal(*(nw.col(label) == first[label] for label in labels), ignore_nulls=True)
    alike = concerned.filter(same)
    shown = (
        rows.engine.collect(first_rows(alike, rows.order(alike), SEARCHED))[column].dropna().drop_duplicates().head(3)
    )
    values = ", ".join(shorten(value) for value in shown)
    named = " / ".join(str(None if pd.isna(first[name]) else first[name]) for name in key)
    rows.ledger.faults.append(
        Fault(
            what=f"{rows.table.name}.{'+'.join(key)}",
            rule="must identify one row",
            found=f"'{named}' with contradicting {column} ({values})"
            + (f", and {count - 1} more" if count > 1 else ""),
            where=describe_places(rows.engine, alike, 1),
            hint="keep one row a key, or add what tells the rows apart",
            count=count,
        )
    )
    return True


def _differ(low: object, high: object) -> bool:
    return not pd.isna(low) and not pd.isna(high) and low != high  # type: ignore[call-overload]


def drop_without_customer(rows: Rows) -> None:
    """Take out the rows that do not say whose they are, where a row without a customer means nothing."""
    if not rows.table.needs_customer:
        return
    empty = nw.col("customer_id").is_null()
    measures = {"empty": one(empty).sum()}
    if "revenue" in rows.names:
        measures["effect"] = value_where(empty, nw.col("revenue")).sum()
    found = rows.measure(measures)
    count = int(found["empty"] or 0)
    effect = -float(found["effect"]) if "effect" in found and count else 0.0
    description = N_("Rows without a customer were left out: nothing about a relationship can be said of them.")
    rows.record("unmatched_customer", description, rows.frame.filter(empty), count, removed=True, effect=effect)
    rows.frame = rows.frame.filter(~empty)
    rows.count -= count


def drop_refunds_without_purchase(rows: Rows, unfounded: nw.LazyFrame) -> None:
    """Take out the refunds of customers who had bought nothing until then.

    Parameters
    ----------
    rows
        Order lines of known customers.
    unfounded
        Customers and days of such refunds (`reduce.by_day`).
    """
    small = rows.engine.keep(unfounded.select("customer_id", "ordered_on", "returns", "returned"))
    found = rows.engine.collect(small.select(nw.col("returns").sum(), nw.col("returned").sum())).iloc[0]
    count = 0 if pd.isna(found["returns"]) else int(found["returns"])
    if not count:
        return
    days = small.select("customer_id", "ordered_on", nw.lit(1).alias("#early"))
    marked = rows.frame.join(days, on=["customer_id", "ordered_on"], how="left")
    early = holds((nw.col("#early") == 1) & (nw.col("amount") < 0))
    description = N_("Refunds of customers without any purchase until then were left out, as were the sales they undo.")
    concerned, effect = marked.filter(early).drop("#early"), -float(found["returned"])
    rows.record("refund_without_purchase", description, concerned, count, removed=True, effect=effect)
    rows.frame = marked.filter(~early).drop("#early")
    rows.count -= count


def count_identical_lines(rows: Rows) -> None:
    """Count order lines equal in every column to another, without a line number; they are kept."""
    content = [name for name in rows.names if name not in (SOURCE, ROW) and not name.startswith(("revenue", "?"))]
    candidates = rows.frame
    if "line_id" in content:
        candidates = candidates.filter(nw.col("line_id").is_null())
        if not count_rows(rows.engine, candidates):
            return
    # few columns first: nearly all lines differ in them, and only the rest is compared in full
    short = [name for name in ("customer_id", "ordered_on", "amount", "product_id") if name in content]
    twins = candidates.select(*short).group_by(*short).agg(nw.len().alias("#n")).filter(nw.col("#n") > 1)
    marks = {name: nw.coalesce(nw.col(name).cast(nw.String), nw.lit("\x00")).alias(f"#{name}") for name in short}
    twins = rows.engine.keep(twins.select(*marks.values()))
    labels = [f"#{name}" for name in short]
    likely = candidates.with_columns(*marks.values()).join(twins, on=labels, how="semi")
    revenue = nw.col("revenue").max().alias("#each")
    groups = likely.group_by(*content).agg(nw.len().alias("#n"), revenue).filter(nw.col("#n") > 1)
    groups = rows.engine.keep(groups)
    extra, worth = nw.col("#n") - 1, nw.col("#each") * (nw.col("#n") - 1)
    found = rows.engine.collect(groups.select(extra.sum().alias("n"), worth.sum().alias("amount"))).iloc[0]
    count = 0 if pd.isna(found["n"]) else int(found["n"])
    description = N_(
        "Order lines equal to another in every column, without a line number, were kept: they may be genuine."
        " Their revenue is {amount:money}.",
        amount=0.0 if pd.isna(found["amount"]) else float(found["amount"]),
    )
    rows.record("identical_line", description, groups, count, removed=False)


def count_unlisted_customers(rows: Rows, known: nw.LazyFrame | None) -> None:
    """Count the rows whose customer the customer list does not have; they are kept."""
    if known is None or "customer_id" not in rows.names:
        return
    unlisted = rows.frame.filter(~nw.col("customer_id").is_null()).join(known, on="customer_id", how="anti")
    count = count_rows(rows.engine, unlisted)
    description = N_("Customers that the customer list does not have were kept, and taken from these rows.")
    rows.record("unmatched_customer", description, unlisted, count, removed=False)
