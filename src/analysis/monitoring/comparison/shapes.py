"""What is told of two audits held against each other."""

from dataclasses import dataclass
from typing import Any, Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.monitoring.comparison.customer_shapes import CustomerMoves, KeyAccountMoves
from analysis.monitoring.control_chart import ControlChart
from analysis.monitoring.earlier import UnreadableAudit
from analysis.monitoring.follow_up import Verdict as EffectVerdict
from analysis.params.base import Language
from analysis.results import Estimate, NotEstimable, Outcome, Unit

Scope = Literal["whole", "question", "segment", "manager", "partner"]
Basis = Literal["paired", "published", "none"]
Judgement = Literal["rose", "fell", "no_change", "not_compared"]
Kind = Literal["definition", "questionnaire", "weights", "parameters", "sources", "software", "protection"]


@dataclass(frozen=True, kw_only=True)
class Compared(ModelPart):
    """One number of both audits.

    Parameters
    ----------
    scope, group, group_name
        Of whom: the whole client, one question, a segment, an account manager or a partner; "" for the whole.
    indicator, name, unit, higher_is_better
        What; ``score`` and ``score.<dimension>`` for the relationship score, ``item.<key>`` for a question.
    earlier, later
        Labels of the two periods.
    before, after
        As either audit printed it; None where it has no such number.
    difference
        After less before, with interval and p-value, of proportions in percentage points; or why there is none.
    plain
        After less before of two amounts of money that no test covers; None otherwise.
    basis
        ``paired``: tested on the raw data of both periods by one of the audits; ``published``: from the two printed
        intervals; ``none``.
    overlap
        Units in both periods where the test knows them.
    shared
        Share of the later period's days that lie in the earlier one too, 0 to 1; None where periods are no spans.
    restated
        What the later audit says of the earlier period where it is no longer what was printed; else None.
    adjusted_p, verdict, good
        After Benjamini-Hochberg over all differences of the comparison; ``not_compared`` where there is none.
    """

    scope: Scope
    group: str
    group_name: str
    indicator: str
    name: Message
    unit: Unit
    higher_is_better: bool
    earlier: str
    later: str
    before: Outcome | None
    after: Outcome | None
    difference: Estimate | NotEstimable
    plain: float | None = None
    basis: Basis = "none"
    overlap: int | None = None
    shared: float | None = None
    restated: float | None = None
    adjusted_p: float | None = None
    verdict: Judgement = "not_compared"
    good: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Divergence(ModelPart):
    """One thing that is not the same in both audits: what, then, now, what follows, and whether it stops comparing."""

    kind: Kind
    subject: Message
    then: Message
    now: Message
    consequence: Message
    stops: bool


@dataclass(frozen=True, kw_only=True)
class ScoreLevels(ModelPart):
    """The levels of the score or of one dimension ("" where there is none): then, now; and the levels each admits."""

    indicator: str
    name: Message
    before: str
    after: str
    admitted_before: tuple[str, ...] = ()
    admitted_after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AlertPair(ModelPart):
    """A declared alert in both audits: ``fired``, ``silent``, ``unknown``, or ``""`` where it was not declared."""

    condition: str
    name: Message
    before: str
    after: str
    found_before: Message | None
    found_after: Message | None


@dataclass(frozen=True, kw_only=True)
class ActionPair(ModelPart):
    """An action that the earlier audit recommended.

    Parameters
    ----------
    key, title
        Which.
    indicator
        Key of the indicator that it aims at; "" where none.
    taken_on, owner
        When it was begun and by whom, as the parameters say; "" where they do not.
    still
        Whether the later audit recommends it again.
    effect
        How those acted on did against others, as the later audit found; None where it did not compare.
    effect_verdict
        Its verdict, or "".
    """

    key: str
    title: Message
    indicator: str
    taken_on: str
    owner: str
    still: bool
    effect: Estimate | None
    effect_verdict: EffectVerdict | Literal[""]


@dataclass(frozen=True, kw_only=True)
class SeriesRow(ModelPart):
    """One number over all audits: an outcome each, None where an audit has none; not comparable ones say why."""

    indicator: str
    name: Message
    unit: Unit
    outcomes: tuple[Outcome | None, ...]


@dataclass(frozen=True, kw_only=True)
class Series(ModelPart):
    """All audits up to the later one: days, rows, the charts that enough of them allow, and how many a chart needs."""

    days: tuple[str, ...]
    rows: tuple[SeriesRow, ...]
    charts: tuple[ControlChart, ...]
    fewest: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two audits of one client, side by side.

    Parameters
    ----------
    client, name, language, currency
        Whose, and how it is written.
    earlier, later
        Days of the two audits; `versions` are those in which they were written.
    small_cell
        Fewest respondents that anything is shown about.
    compared
        Every number of either audit, the whole first; one family of tests of so many (`tested`) at this rate.
    levels
        The score and its dimensions; empty where the levels are not comparable.
    reweighed
        The later score under the earlier weights, where the weights alone changed; else None.
    divergences
        What is not the same in both.
    key_accounts, customers, alerts, actions, new_actions
        As their shapes say; `new_actions` are titles of those that only the later audit recommends.
    alerts_known
        Whether both audits are of a form that records alerts.
    series
        All audits up to the later one.
    unreadable
        Audits that could not be used.
    """

    client: str
    name: str
    language: Language
    currency: str
    earlier: str
    later: str
    versions: tuple[str, str]
    small_cell: int
    compared: tuple[Compared, ...]
    tested: int
    false_discovery_rate: float
    levels: tuple[ScoreLevels, ...]
    reweighed: float | None
    divergences: tuple[Divergence, ...]
    key_accounts: KeyAccountMoves | NotEstimable
    customers: CustomerMoves | NotEstimable
    alerts: tuple[AlertPair, ...]
    alerts_known: bool
    actions: tuple[ActionPair, ...]
    new_actions: tuple[Message, ...]
    series: Series
    unreadable: tuple[UnreadableAudit, ...]

    def of(self, *scopes: Scope) -> tuple[Compared, ...]:
        """Return what was compared in these scopes, in order."""
        return tuple(each for each in self.compared if each.scope in scopes)

    def whole(self, indicator: str) -> Compared | None:
        """Return one indicator of the whole client, or None."""
        return next((each for each in self.of("whole") if each.indicator == indicator), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of comparison.json."""
        days = {"as_of": self.later, "against": self.earlier}
        rest = {key: value for key, value in vars(self).items() if key not in ("later", "earlier")}
        return {"schema_version": SCHEMA_VERSION} | days | rest


SCHEMA_VERSION = "1.0"
