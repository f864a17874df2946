"""What an action may bring, where a model of the audit carries it; else one short reason why nobody can say.

None of these is what an experiment would find: a simulation holds if the relations are causal, what came back came back
without the action too, and who was served well may differ in other ways. Each is called what it is (`Effect.kind`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from analysis.actions.facts import Fact
from analysis.actions.records import YEAR
from analysis.messages import N_, Message
from analysis.models.complaints.result import Complaints, Recovery
from analysis.models.contacts.breadth import openings_among
from analysis.models.contacts.result import Contacts
from analysis.models.lifecycle.groups import ledger_of
from analysis.models.lifecycle.retention import Retention
from analysis.models.lifecycle.winback import measure_win_back
from analysis.models.repurchase_result import RepurchaseModel
from analysis.models.uplift.result import DriverGain
from analysis.models.uplift.satisfaction import simulate_satisfaction
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

if TYPE_CHECKING:
    from analysis.actions.factbook import FactBook

EffectKind = Literal["simulated", "returned", "opened", "served"]
LOST = ("lost_customers", "lost_key_accounts", "lapsed_complainers")
WHOLE_SATISFACTION = ("satisfaction_index", "satisfaction_repurchase")
NARROW = ("single_category_customers", "categories_bought")
SERVICE = ("open_complaints", "old_complaints", "resolved_within_30", "resolution_days")
KEEPS = N_("It keeps what is good already, so nothing is raised.")
NO_DRIVER = N_("This part of the service is not among those whose relation to buying again could be measured.")
NOT_ASKED = N_("No model of this audit ties it to what customers buy.")
NO_MONEY = N_("What they spend was not compared.")
REASONS: dict[str, Message] = {
    "satisfaction": N_("The relation to buying again is known for all customers together, not for some of them."),
    "loyalty": N_("Recommendation and buying again go together, but no model says what raising the one brings."),
    "retention": N_("The records do not show what such customers did where somebody took care of them."),
    "value": N_("The records do not show what such customers did where somebody took care of them."),
    "interaction": N_("Who is contacted was chosen, so contacts and purchases do not show an effect."),
    "depth_breadth": N_("Who is contacted was chosen, so contacts and purchases do not show an effect."),
    "partners": N_("The relation to buying again is known for all customers together, not for those of one partner."),
    "feedback": N_("Only the time to a solution was compared with buying again."),
    "conversion": N_("The records do not show what was done about opportunities."),
    "data_quality": N_("It completes the data; customers do not notice it."),
}
"""Dimension of an action -> why its effect cannot be estimated, where no model carries one."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an action may bring.

    Parameters
    ----------
    kind
        ``simulated``: better performance of a part of the service, or more satisfaction, if the relations are causal.
        ``returned``: what returns of such customers by experience, without more being done. ``opened``: what customers
        alike spend on what these lack. ``served``: how many more bought again whose complaint was settled soon.
    driver
        Of a simulation: the part of the service that is raised, in the report's language; "" for satisfaction itself.
    points
        Of a simulation: by how many points of 100; else 0.
    repurchase
        Chance to buy again: percentage points more, or (``returned``, ``opened``) the chance itself.
    revenue
        A year, or a share of it where the record of orders is too short.
    days
        Days that `repurchase` looks ahead; 0 where it is the horizon of the audit.
    """

    driver: str
    points: float
    repurchase: Outcome
    revenue: Outcome
    kind: EffectKind = "simulated"
    days: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"repurchase": self.repurchase.to_dict(), "revenue": self.revenue.to_dict()}

    @property
    def is_known(self) -> bool:
        """Whether any of it has an interval."""
        return isinstance(self.repurchase, Estimate) or isinstance(self.revenue, Estimate)


def expected_effect(name: str, subject: Fact, dimension: str, book: "FactBook") -> Effect | Message:
    """Return what an action may bring, or why that cannot be estimated.

    Parameters
    ----------
    name, subject
        The fact that the action rests on.
    dimension
        Of the action; it says what is missing where no model carries an effect.
    book
        The facts of the audit.
    """
    if name == "drivers_keep":
        return KEEPS
    found = _found(name, subject, book)
    if isinstance(found, Effect):
        if found.is_known or not isinstance(found.repurchase, NotEstimable):
            return found
        return found.repurchase.reason
    return found.reason if isinstance(found, NotEstimable) else REASONS.get(dimension, NOT_ASKED)


def _found(name: str, subject: Fact, book: "FactBook") -> Effect | NotEstimable | None:
    evidence = book.evidence
    if subject.driver:
        driver = book.gain(subject.driver)
        return NotEstimable(reason=NO_DRIVER) if driver is None else _simulated(driver, evidence.params)
    if name in WHOLE_SATISFACTION and isinstance(evidence.repurchase, RepurchaseModel):
        gain = simulate_satisfaction(evidence.data, evidence.params)
        return gain if isinstance(gain, NotEstimable) else _simulated(gain, evidence.params)
    if name in LOST and isinstance(evidence.retention, Retention):
        return _returned(subject, book)
    if name in NARROW and isinstance(evidence.contacts, Contacts):
        return _opened(subject, book)
    if name in SERVICE and isinstance(evidence.complaints, Complaints):
        return _served(evidence.complaints.recovery)
    return None


def _simulated(gain: DriverGain, params: ClientParams) -> Effect:
    money = gain.money if isinstance(gain.money, Estimate) else gain.share
    return Effect(driver=gain.label, points=params.uplift_points, repurchase=gain.chance, revenue=money)


def _returned(subject: Fact, book: "FactBook") -> Effect | NotEstimable:
    """Return how many come back after a year of silence, and what of their revenue that is."""
    data, params = book.evidence.data, book.evidence.params
    found = measure_win_back(data, ledger_of(data, params), params, gap=YEAR.days)
    if isinstance(found, NotEstimable):
        return found
    if isinstance(found.share, NotEstimable):
        return found.share
    money: Outcome = NotEstimable(reason=N_("Too few have returned after a year to say what they spend."))
    return Effect(driver="", points=0.0, repurchase=found.share, revenue=money, kind="returned", days=found.within_days)


def _opened(subject: Fact, book: "FactBook") -> Effect | NotEstimable:
    """Return what customers alike spend a year on the category that these lack, times the chance that they buy it."""
    found = openings_among(subject.customers, book.evidence.data, book.evidence.params)
    if isinstance(found, NotEstimable):
        return found
    worths = [each.worth for each in found.openings]
    known = [each for each in worths if isinstance(each, Estimate)]
    if not known or len(known) < len(worths):
        return NotEstimable(
            reason=N_("Too few customers buy what these lack to say what it is worth."), n=found.customers
        )
    chance = (
        found.openings[0].chance if len(found.openings) == 1 else NotEstimable(reason=N_("It differs by category."))
    )
    money = Estimate(
        value=sum(each.value for each in known), low=sum(each.low for each in known),
        high=sum(each.high for each in known), n=sum(each.n for each in known), method="mover", unit="money",
    )  # fmt: skip
    return Effect(driver="", points=0.0, repurchase=chance, revenue=money, kind="opened", days=YEAR.days)


def _served(recovery: Recovery | NotEstimable) -> Effect | NotEstimable:
    """Return how many more bought again where their complaint was settled soon."""
    if isinstance(recovery, NotEstimable):
        return recovery
    if isinstance(recovery.well_against_badly, NotEstimable):
        return recovery.well_against_badly
    money = NotEstimable(reason=NO_MONEY)
    more = recovery.well_against_badly
    return Effect(driver="", points=0.0, repurchase=more, revenue=money, kind="served", days=recovery.horizon_days)
