"""One side of a comparison, and how what differs between the two is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import Key, Measure
from analysis.monitoring.comparison.shapes import Divergence, Kind
from analysis.monitoring.earlier import StoredAudit

NOT_RECORDED = N_("not recorded")
NOT_COMPARED = N_("The numbers concerned are not compared.")
SIGNIFICANT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Audited:
    """One side of a comparison: the audit, its numbers, and its manifest ({} where it has none)."""

    stored: StoredAudit
    measures: Mapping[Key, Measure]
    manifest: Mapping[str, Any]

    @property
    def content(self) -> Mapping[str, Any]:
        """What audit.json holds."""
        return self.stored.content

    @property
    def day(self) -> str:
        """Day of the audit."""
        return self.stored.audit.as_of


def because(divergence: Divergence) -> Message:
    """Return why what differs keeps a number from being compared."""
    return N_("Not the same in the two audits: {subject:message}.", subject=divergence.subject)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same but for rounding."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= SIGNIFICANT * max(abs(one), abs(other), 1.0)
    return bool(one == other)


def divergence_of(kind: Kind, subject: Message, then: Message, now: Message) -> Divergence:
    """Return what differs and stops comparing."""
    return Divergence(kind=kind, subject=subject, then=then, now=now, consequence=NOT_COMPARED, stops=True)


def plain(text: str) -> Message:
    """Return a text as a message; that it is not recorded where there is none."""
    return N_("{text:text}", text=text) if text else NOT_RECORDED
