"""All facts of one audit under their names, each found when it is first asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from analysis.actions.facts import (
    Fact,
    estimate_fact,
    indicator_facts,
)
from analysis.actions.finders import FINDERS
from analysis.actions.groups import GROUPS
from analysis.actions.records import Records
from analysis.data.client import ClientData
from analysis.indicators.league import partner_names
from analysis.indicators.shapes import (
    Indicators,
)
from analysis.messages import N_, Message
from analysis.models.complaints.result import Complaints
from analysis.models.contacts.result import Contacts
from analysis.models.lifecycle.retention import Retention
from analysis.models.loyalty_result import LoyaltyModel
from analysis.models.relations import Relations
from analysis.models.repurchase_result import RepurchaseModel
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.params.base import localized
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

FLAGS: Mapping[str, tuple[str, ...]] = {
    "survey": ("survey",),
    "interactions": ("interactions",),
    "contact_persons": ("interactions", "contact_id"),
    "feedback": ("feedback",),
    "resolutions": ("feedback", "resolved_on"),
    "margins": ("transactions", "margin"),
    "opportunities": ("opportunities",),
}
ABSENT = NotEstimable(reason=N_("There is nothing to see."))


class DimensionScored(Protocol):
    """A dimension's score, as in `analysis.scale.DimensionScore`."""

    dimension: str
    name: Message
    score: Outcome


class RelationshipScored(Protocol):
    """The score of the relationship, as in `analysis.scale.RelationshipScore`."""

    overall: Outcome
    dimensions: Sequence[DimensionScored]
    cuts: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an audit has found so far, for facts to be taken from; what is None was not asked.

    Parameters
    ----------
    data, params, indicators
        The client; changes of the indicators carry the family's verdicts.
    loyalty, repurchase, relations
        The models.
    score
        The relationship score (anything of the shape of `RelationshipScored`).
    retention, contacts, complaints
        Who comes back, what customers lack, and whether well-served complainers buy again more: for what actions bring.
    more
        Further outcomes under names of `facts.OWN`, or of an indicator; they win.
    """

    data: ClientData
    params: ClientParams
    indicators: Indicators
    loyalty: LoyaltyModel | NotEstimable | None = None
    repurchase: RepurchaseModel | NotEstimable | None = None
    relations: Relations | None = None
    score: object | None = None
    retention: Retention | NotEstimable | None = None
    contacts: Contacts | NotEstimable | None = None
    complaints: Complaints | NotEstimable | None = None
    more: Mapping[str, Outcome] | None = None


class FactBook:
    """The facts of one audit."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.records = Records(evidence.data, evidence.params)
        self._known: dict[str, Fact | None] = {}

    def get(self, name: str) -> Fact | None:
        """Return a fact, or None where the data cannot say."""
        if name not in self._known:
            more = self.evidence.more or {}
            self._known[name] = estimate_fact(more[name]) if name in more else self._find(name)
        return self._known[name]

    @property
    def revenue_of_last_year(self) -> float:
        """Revenue of the last twelve months."""
        return float(self.records.revenue["now"].sum())

    def gain(self, driver: str) -> DriverGain | None:
        """Return what better performance of a driver would bring, by the simulation."""
        relations = self.evidence.relations
        simulation = None if relations is None else relations.uplift
        if not isinstance(simulation, UpliftSimulation):
            return None
        return next((row for row in simulation.drivers if row.driver == driver), None)

    def _find(self, name: str) -> Fact | None:
        if name in self._indicators:
            return self._indicators[name]
        if name in GROUPS:
            group = GROUPS[name](self.records)
            if group is None:
                return None
            values = {"count": group.count, **group.values}
            if group.revenue is not None:
                values["revenue"] = group.revenue
            return Fact(
                kind="count", number=group.count, values=values, customers=group.customers, revenue=group.revenue
            )
        if name in FLAGS or name == "targets":
            return Fact(kind="flag", number=float(self._has(name)))
        head, _, rest = name.partition(".")
        if head == "item":
            return self._item(rest)
        if head == "score":
            return self._score(rest)
        finder = FINDERS.get(name)
        return None if finder is None else finder(self)

    @cached_property
    def _indicators(self) -> dict[str, Fact]:
        return dict(indicator_facts(self.evidence.indicators, partner_names(self.evidence.data)))

    def _has(self, name: str) -> bool:
        if name == "targets":
            return self.evidence.data.has("targets") or bool(self.evidence.params.targets)
        return self.evidence.data.has(*FLAGS[name])

    def _item(self, key: str) -> Fact | None:
        item = next((item for item in self.evidence.indicators.items if item.key == key), None)
        if item is None:
            return None
        return estimate_fact(item.index, name=localized(item.label, self.evidence.params.language))

    def _score(self, dimension: str) -> Fact | None:
        score = self.evidence.score
        if score is None:
            return None
        scored: RelationshipScored = score  # type: ignore[assignment]
        outcome, named = scored.overall, {}
        if dimension:
            found = next((each for each in scored.dimensions if each.dimension == dimension), None)
            outcome = ABSENT if found is None else found.score
            named = {} if found is None else {"name": N_("Score of: {name:message}", name=found.name)}
        fact = estimate_fact(outcome, **named)
        if not isinstance(outcome, Estimate):
            return fact
        level = _letter(outcome.value, scored.cuts)
        return Fact(kind="estimate", outcome=outcome, level=level, values={**fact.values, "level": level})


def _letter(score: float, cuts: Mapping[str, float]) -> str:
    return next((level for level in "ABCD" if score >= cuts[level]), "E")


def concerned_customers(
    names: Iterable[str], data: ClientData, params: ClientParams, today: pd.Timestamp
) -> Iterator[tuple[str, pd.Index]]:
    """Yield, for each fact about a group, the customers whom it concerned on an earlier day.

    Parameters
    ----------
    names
        Names of facts; those that are no group of customers, or that the data cannot tell, are left out.
    data, params
        The client; nothing after `today` is used.
    today
        The day.
    """
    records = Records(data, params, today)
    for name in dict.fromkeys(names):
        group = GROUPS[name](records) if name in GROUPS else None
        if group is not None:
            yield name, group.customers
