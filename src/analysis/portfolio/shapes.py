"""What a portfolio says: standings, bands, movers, alerts and actions, quality of data, and what cannot be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.monitoring.earlier import StoredAudit
from analysis.params.base import Language
from analysis.results import Estimate, Outcome, Unit, Verdict

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One client with the audits that are read of it.

    Parameters
    ----------
    client, name
        Id and name.
    latest, previous
        Its latest audit, and the one before, if there is one.
    """

    client: str
    name: str
    latest: StoredAudit
    previous: StoredAudit | None

    @property
    def content(self) -> Mapping[str, Any]:
        """All that the latest audit holds."""
        return self.latest.content

    @property
    def as_of(self) -> str:
        """Day of the latest audit."""
        return self.latest.audit.as_of


@dataclass(frozen=True, kw_only=True)
class Unreadable(ModelPart):
    """An audit that cannot be used: of which client, of which day (the folder's name), and why."""

    client: str
    day: str
    reason: Message


@dataclass(frozen=True, kw_only=True)
class PortfolioClient(ModelPart):
    """One client, as its latest audit has it.

    Parameters
    ----------
    client, name, language, industry, audience, currency
        As in audit.json.
    as_of, previous, version
        Days of the latest audit and of the one before (or ""), and the version in which the latest is written.
    score, level, level_range
        The relationship score with its level, and the levels that its interval reaches.
    dimensions
        Dimension -> score and level.
    barrier
        Why its score is not compared with the others', or None.
    """

    client: str
    name: str
    language: str
    industry: str
    audience: str
    currency: str
    as_of: str
    previous: str
    version: str
    score: Outcome
    level: str
    level_range: tuple[str, str]
    dimensions: Mapping[str, tuple[Outcome, str]]
    barrier: Message | None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        dimensions = {
            key: {"score": outcome.to_dict(), "level": level} for key, (outcome, level) in self.dimensions.items()
        }
        return super().to_dict() | {"dimensions": dimensions}


@dataclass(frozen=True, kw_only=True)
class ClientStanding(ModelPart):
    """Where one client stands among those compared: its own number, the shrunken one, and its rank.

    Without enough clients `shrunken`, the rank's limits and the chance of the top quarter are None.
    """

    client: str
    name: str
    own: Estimate
    shrunken: Estimate | None
    rank_low: int | None
    rank_high: int | None
    p_top_quartile: float | None


@dataclass(frozen=True, kw_only=True)
class Standing(ModelPart):
    """The clients on one measure, best first.

    Parameters
    ----------
    measure, name
        ``score`` or a dimension, and what it is called.
    rows
        The clients compared.
    mean, between_sd, p_value
        Mean of the clients, standard deviation between them, and the p-value of all being equal; None below three.
    left_out
        Clients that are not compared, with the reason.
    """

    measure: str
    name: Message
    rows: tuple[ClientStanding, ...]
    mean: float | None
    between_sd: float | None
    p_value: float | None
    left_out: tuple[tuple[str, Message], ...]


@dataclass(frozen=True, kw_only=True)
class BandNumbers(ModelPart):
    """A published band: quantiles over clients, rounded to `step`; from `fewest` to `most` clients (None: or more)."""

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    step: float
    fewest: int
    most: int | None


@dataclass(frozen=True, kw_only=True)
class Band(ModelPart):
    """One measure in one industry (or over all).

    Parameters
    ----------
    industry
        Key of the industry; "" for all clients.
    measure, name, unit
        Indicator, ``score`` or dimension; what it is called, and its unit.
    definition
        What makes numbers of this measure comparable, as one text: a band of another definition is another band.
    numbers
        The band, or why there is none.
    edition
        Day of the edition in which it was first published with these numbers.
    basis
        The clients behind it, with the day of the audit and the value; it stays in the portfolio, no benchmark has it.
    """

    industry: str
    measure: str
    name: Message
    unit: Unit
    definition: str
    numbers: BandNumbers | None
    reason: Message | None
    edition: str
    basis: tuple[tuple[str, str, float], ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What a band of an earlier edition is found by."""
        return self.industry, self.measure, self.definition


@dataclass(frozen=True, kw_only=True)
class Movement(ModelPart):
    """One number of a client against its audit before: as in `monitoring.since`, one family over all clients."""

    client: str
    name: str
    measure: str
    label: Message
    unit: Unit
    earlier: str
    later: str
    before: Estimate
    after: Estimate
    difference: Estimate
    adjusted_p: float
    verdict: Verdict
    good: bool | None


@dataclass(frozen=True, kw_only=True)
class ClientAlert(ModelPart):
    """An alert of a client that fired, or that its data could not answer (`state`)."""

    client: str
    name: str
    state: str
    condition: str
    found: Message | None


@dataclass(frozen=True, kw_only=True)
class OpenActions(ModelPart):
    """What a client's latest audit recommends: how many, the first of them, and what is due by the portfolio's day."""

    client: str
    name: str
    count: int
    first: Message
    due: str
    overdue: int


@dataclass(frozen=True, kw_only=True)
class ClientQuality(ModelPart):
    """What a client's data are worth.

    Parameters
    ----------
    client, name, currency
        Which client.
    rows, repaired, removed
        Rows read, and the shares of them that were repaired or removed.
    revenue_effect, revenue_share
        What the repairs took from or added to revenue, in the client's currency and as a share of the recorded
        revenue; None where the client has no orders.
    tables
        Tables that hold rows.
    responses, response_rate
        Answers to the survey, and the share of the invited who answered.
    data_until, age_days
        Day of the newest record, and its distance from the portfolio's day.
    silent
        Topics that the audit had to be silent about.
    concerns
        What deserves a look, worst first.
    """

    client: str
    name: str
    currency: str
    rows: int
    repaired: float
    removed: float
    revenue_effect: float | None
    revenue_share: float | None
    tables: tuple[str, ...]
    responses: int | None
    response_rate: Outcome | None
    data_until: str
    age_days: int | None
    silent: int
    concerns: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Portfolio(ModelPart):
    """Everything that the documents of a portfolio say.

    Parameters
    ----------
    as_of, language
        Day of the latest audit, and the language of the documents.
    clients
        By name.
    standings
        The score first, then each dimension.
    bands
        Over all clients first, then by industry.
    movements
        The surest first; `tested` of them in one family.
    alerts, actions, quality
        Of all clients: alerts those that fired first, quality best first.
    unreadable
        Audits that could not be used.
    """

    as_of: str
    language: Language
    clients: tuple[PortfolioClient, ...]
    standings: tuple[Standing, ...]
    bands: tuple[Band, ...]
    movements: tuple[Movement, ...]
    alerts: tuple[ClientAlert, ...]
    actions: tuple[OpenActions, ...]
    quality: tuple[ClientQuality, ...]
    unreadable: tuple[Unreadable, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of portfolio.json."""
        return {"schema_version": SCHEMA_VERSION} | super().to_dict()

    @property
    def moved(self) -> tuple[Movement, ...]:
        """Those numbers that rose or fell beyond what chance explains."""
        return tuple(each for each in self.movements if each.verdict != "no_change")

    @property
    def fired(self) -> tuple[ClientAlert, ...]:
        """The alerts that fired."""
        return tuple(each for each in self.alerts if each.state == "fired")

    def named(self, client: str) -> str:
        """Return the name of a client."""
        return next((each.name for each in self.clients if each.client == client), client)
