"""What is told of key accounts, and of customers won and lost, between two audits."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart


@dataclass(frozen=True, kw_only=True)
class AccountMove(ModelPart):
    """A key account in both audits: score and level then and now (None, "" where unknown), and yearly revenue."""

    customer_id: str
    name: str
    manager: str
    before: float | None
    after: float | None
    level_before: str
    level_after: str
    revenue_before: float | None
    revenue_after: float | None


@dataclass(frozen=True, kw_only=True)
class AccountCrossing(ModelPart):
    """A key account that crossed the line between weak and strong on the map: its place then and now, 0 to 100."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class KeyAccountMoves(ModelPart):
    """The key accounts.

    Parameters
    ----------
    moves
        Those with a card in both audits, those whose level changed first.
    crossed
        Those on both maps that crossed the line of a strong relationship.
    only_then, only_now
        Names of those that only one of the audits shows.
    silence
        Why levels are not compared, or None.
    """

    moves: tuple[AccountMove, ...]
    crossed: tuple[AccountCrossing, ...]
    only_then: tuple[str, ...]
    only_now: tuple[str, ...]
    silence: Message | None


@dataclass(frozen=True, kw_only=True)
class StageCount(ModelPart):
    """Customers in a stage of the lifecycle on the days of the two audits."""

    stage: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Flow(ModelPart):
    """A part of the revenue bridge in both audits' years: customers (None where not counted) and amount."""

    key: str
    customers_before: int | None
    customers_after: int | None
    amount_before: float
    amount_after: float


@dataclass(frozen=True, kw_only=True)
class Transition(ModelPart):
    """Customers that were in one stage on the earlier day and in another on the later."""

    start: str
    end: str
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomerMoves(ModelPart):
    """Customers won and lost.

    Parameters
    ----------
    stages
        Counts on both days; empty where an audit has none, or the rule of the stages changed.
    transitions
        From day to day, where the later audit looks back to just the earlier one's day.
    flows
        Won, returned, expanded, contracted and lost in the years to both days.
    year_before, year_after
        Labels of those years.
    silences
        What cannot be said, and why.
    """

    stages: tuple[StageCount, ...]
    transitions: tuple[Transition, ...]
    flows: tuple[Flow, ...]
    year_before: str
    year_after: str
    silences: tuple[Message, ...]
