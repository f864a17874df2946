"""The account of all repairs: what was done to which table, and whether it was too much."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.client import Repair
from analysis.data.contract import ROW, SOURCE
from analysis.data.faults import describe_rows
from analysis.errors import Fault
from analysis.messages import Message

if TYPE_CHECKING:
    from analysis.params.model import LimitsSpec

EXAMPLES = 5
EXAMPLE_IDS = ("response_id", "order_id", "feedback_id", "opportunity_id", "customer_id", "partner_id")
NEVER_STOPS = frozenset({"identical_line", "after_as_of", "survey_missing_code"})
"""Rules that follow from a declaration, or change nothing: no share of theirs stops an audit."""


@dataclass
class Ledger:
    """Repairs and faults in the order in which they were found."""

    limits: "LimitsSpec"
    repairs: list[Repair] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def record(
        self,
        table: str,
        rule: str,
        description: Message,
        *,
        concerned: pd.DataFrame,
        total: int,
        removed: bool,
        revenue_effect: float = 0.0,
    ) -> None:
        """Enter a repair of the `concerned` rows (with provenance); none is entered for no rows.

        A share of rows above the declared limit becomes a fault: the audit stops.
        """
        if concerned.empty:
            return
        self.enter(
            Repair(
                table=table,
                rule=rule,
                description=description,
                rows=len(concerned),
                total=total,
                removed=removed,
                revenue_effect=float(revenue_effect),
                examples=_examples(concerned),
            ),
            where=lambda: describe_rows(concerned),
        )

    def enter(self, repair: Repair, *, where: Callable[[], str]) -> None:
        """Enter a repair that has been counted; `where` says in which rows, should it be too many of them."""
        self.repairs.append(repair)
        limit = self.limits.max_repair_share_by_rule.get(repair.rule, self.limits.max_repair_share)
        share = repair.rows / repair.total
        if repair.rule not in NEVER_STOPS and share > limit:
            self.faults.append(
                Fault(
                    what=f"{repair.table}: repair {repair.rule}",
                    rule=f"must concern at most {limit:.1%} of the rows",
                    found=f"{repair.rows} of {repair.total} rows ({share:.1%})",
                    where=where(),
                    hint=f"mend the data, or allow it: `limits: max_repair_share_by_rule: {{{repair.rule}: ...}}`",
                    count=repair.rows,
                )
            )


def _examples(rows: pd.DataFrame) -> tuple[str, ...]:
    named = next((column for column in EXAMPLE_IDS if column in rows.columns and rows[column].notna().any()), None)
    if named is not None:
        return tuple(rows[named].dropna().drop_duplicates().head(EXAMPLES))
    first = rows[[SOURCE, ROW]].head(EXAMPLES)
    return tuple(f"{source}:{row}" for source, row in first.itertuples(index=False))
