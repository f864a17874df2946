"""What a study answers with: cards, one a hypothesis, for each client and pooled over several."""

from dataclasses import dataclass
from typing import Any

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.params.base import Language
from analysis.params.study import Direction, PropositionKey
from analysis.results import Estimate, NotEstimable
from analysis.study.declaration import Declaration
from analysis.study.evidence import Evidence
from analysis.study.pooling import MetaAnalysis
from analysis.study.power import PowerPlan
from analysis.study.verdicts import StudyVerdict

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class Hypothesis(ModelPart):
    """A hypothesis as it is tested: declared, or put by the study itself.

    Parameters
    ----------
    id
        The declared one, or E1, E2 ... for what was not declared.
    proposition
        Key of the proposition.
    statement
        In the researcher's words and the study's language; "" where nothing was declared.
    direction, smallest_effect, alpha, moderator
        As in `analysis.params.study.HypothesisSpec`; the proposition's own where nothing was declared.
    declared
        Whether it stands in the parameters.
    confirmatory
        Declared, in time, and not marked as exploratory.
    """

    id: str
    proposition: PropositionKey
    statement: str
    direction: Direction
    smallest_effect: float
    alpha: float
    moderator: str | None
    declared: bool
    confirmatory: bool


@dataclass(frozen=True, kw_only=True)
class Card(ModelPart):
    """One hypothesis on one client's data.

    Parameters
    ----------
    hypothesis
        What was tested.
    evidence
        The model, its estimate (95%) and the tables behind it.
    interval
        The estimate with the limits that were judged (1 - alpha), or why there is none.
    p_value
        Two-sided, against zero; None without an estimate.
    p_adjusted
        Corrected (Benjamini-Hochberg) within its family: the confirmatory hypotheses, or the exploratory ones.
    family_size
        Tests in that family.
    verdict
        See `analysis.study.verdicts`; None without an estimate.
    power
        What the next wave needs; None without an estimate.
    """

    hypothesis: Hypothesis
    evidence: Evidence
    interval: Estimate | NotEstimable
    p_value: float | None = None
    p_adjusted: float | None = None
    family_size: int = 0
    verdict: StudyVerdict | None = None
    power: PowerPlan | None = None


@dataclass(frozen=True, kw_only=True)
class ClientStudy(ModelPart):
    """The study of one client.

    Parameters
    ----------
    client, name, as_of
        Id, name in the study's language, date of the data (ISO).
    declaration
        What was declared, and when.
    cards
        Confirmatory first, each group in the order of declaration, then of the propositions.
    waves, answers, accounts, customers
        Survey waves (labels, oldest first), answers and accounts; customers in the data.
    horizon_days
        Horizon of repeat purchase.
    scales
        Answer scales of the satisfaction items ("1-10"), sorted.
    draws
        Bootstrap draws of the models.
    seed
        From which every analysis derives its own.
    notes
        What a reader must know of the data.
    """

    client: str
    name: str
    as_of: str
    declaration: Declaration
    cards: tuple[Card, ...]
    waves: tuple[str, ...]
    answers: int
    accounts: int
    customers: int
    horizon_days: int
    scales: tuple[str, ...]
    draws: int
    seed: int
    notes: tuple[Message, ...] = ()

    def card(self, proposition: PropositionKey) -> Card | None:
        """Return the first card about a proposition, or None."""
        return next((card for card in self.cards if card.hypothesis.proposition == proposition), None)


@dataclass(frozen=True, kw_only=True)
class PooledCard(ModelPart):
    """One proposition over all clients of a study.

    Parameters
    ----------
    hypothesis
        As tested: confirmatory only where every client that is pooled declared the same test in time.
    clients
        Clients that are pooled (ids), in the study's order.
    estimates
        Their estimates, in that order.
    left_out
        Clients that are not, each with the reason.
    meta
        The pooled estimate, or why there is none.
    interval
        The pooled estimate with the limits that were judged (1 - alpha), or why there is none.
    p_adjusted, family_size, verdict
        As in `Card`.
    correlation
        The mean correlation over clients (Fisher's z), where the proposition has one.
    notes
        What a reader must know (two clients, different scales).
    """

    hypothesis: Hypothesis
    clients: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    left_out: tuple[tuple[str, Message], ...]
    meta: MetaAnalysis | NotEstimable
    interval: Estimate | NotEstimable
    p_adjusted: float | None = None
    family_size: int = 0
    verdict: StudyVerdict | None = None
    correlation: Estimate | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StudyLooks:
    """How the document looks, in its language: the first client's branding."""

    accent: str
    confidentiality: str = ""
    disclaimer: str = ""
    prepared_by: str = ""
    logo: str = ""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Everything that a study's documents say.

    Parameters
    ----------
    name
        Names of the clients, joined.
    language, currency
        Of the document.
    as_of
        Latest date of the clients' data (ISO).
    depth
        ``board`` or ``full``.
    clients
        At least one.
    pooled
        One card a proposition; empty with a single client.
    looks
        Branding.
    """

    name: str
    language: Language
    currency: str
    as_of: str
    depth: str
    clients: tuple[ClientStudy, ...]
    pooled: tuple[PooledCard, ...]
    looks: StudyLooks

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the clients' ids."""
        return tuple(each.client for each in self.clients)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of study.json: JSON-ready, without the document's looks."""
        plain = ("name", "language", "currency", "as_of", "depth")
        return {"schema_version": SCHEMA_VERSION} | {key: getattr(self, key) for key in plain} | {
            "clients": [each.to_dict() for each in self.clients],
            "pooled": [each.to_dict() for each in self.pooled],
        }  # fmt: skip
