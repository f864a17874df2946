"""What is told of a key account, and of all of them together."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart


@dataclass(frozen=True, kw_only=True)
class Health(ModelPart):
    """How one account stands on one dimension.

    Parameters
    ----------
    dimension, name
        Which dimension.
    score, level
        0 to 100 by the anchors of the scale, and its level; None and "" where nothing is known, or may be shown.
    known, of
        How many of the components that make up the dimension are known of the account and may be shown.
    components
        Keys of those components: what the score is the mean of.
    reason
        Why there is no score, or None.
    """

    dimension: str
    name: Message
    score: float | None
    level: str
    known: int
    of: int
    components: tuple[str, ...] = ()
    reason: Message | None = None


@dataclass(frozen=True, kw_only=True)
class QuarterRevenue(ModelPart):
    """Revenue of a calendar quarter (``2025-Q3``), constant currency; incomplete where the record covers part of it."""

    quarter: str
    revenue: float
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Contact(ModelPart):
    """Contacts with one account.

    Parameters
    ----------
    last_year
        Contacts in the 365 days to the end of the record.
    last
        Day of the last one, ISO 8601, or None.
    days
        Days since then, or None.
    planned_days
        The interval planned.
    is_overdue
        Whether the last contact is older than planned, or there is none.
    people
        Different contact persons in that year, or None where they are not recorded.
    reaches_top
        Whether one of the two top levels was met in that year, or None where levels are not recorded.
    """

    last_year: int
    last: str | None
    days: int | None
    planned_days: int
    is_overdue: bool
    people: int | None
    reaches_top: bool | None


@dataclass(frozen=True, kw_only=True)
class Complaints(ModelPart):
    """Complaints of one account: all on record, those of the last 365 days, the open ones and the oldest of these."""

    total: int
    last_year: int
    open: int
    oldest_days: int | None


@dataclass(frozen=True, kw_only=True)
class Opportunity(ModelPart):
    """The opportunity created last: its stage, amount and outcome ("" while it is open)."""

    created: str
    stage: str
    amount: float | None
    outcome: str  # won, lost or ""


@dataclass(frozen=True, kw_only=True)
class NextStep(ModelPart):
    """What a rule says to do next, and what it rests on."""

    key: str
    action: Message
    evidence: Message


@dataclass(frozen=True, kw_only=True)
class AccountCard(ModelPart):
    """One key account on one page.

    Parameters
    ----------
    customer_id, name, segment, manager
        Who it is ("" where unknown).
    revenue, revenue_before
        Revenue of the last twelve months and the twelve before, constant currency; None without orders that reach back.
    share
        Share of the client's revenue of the last twelve months, 0 to 1, or None.
    quarters
        Revenue by quarter, oldest first.
    relationship, level
        The whole at the client's weights and its level; None and "" where a dimension is missing.
    health
        The dimensions in their order.
    contact, complaints, opportunity
        None where the client keeps no such record, or (opportunity) none of this account.
    p_alive, value
        Probability that it still is a customer, 0 to 1, and what it is worth from here on, in the audit's currency;
        None where they were not given.
    ended
        Day on which the relationship ended, ISO 8601, or None.
    next_step
        What to do next.
    """

    customer_id: str
    name: str
    segment: str
    manager: str
    revenue: float | None
    revenue_before: float | None
    share: float | None
    quarters: tuple[QuarterRevenue, ...]
    relationship: float | None
    level: str
    health: tuple[Health, ...]
    contact: Contact | None
    complaints: Complaints | None
    opportunity: Opportunity | None
    p_alive: float | None
    value: float | None
    ended: str | None
    next_step: NextStep


@dataclass(frozen=True, kw_only=True)
class PortfolioPoint(ModelPart):
    """One key account on the map: what it is worth (audit's currency) and how the relationship stands (0 to 100)."""

    customer_id: str
    name: str
    value: float
    relationship: float


@dataclass(frozen=True, kw_only=True)
class KeyAccounts(ModelPart):
    """The key accounts.

    Parameters
    ----------
    chosen_by
        ``marked``: the client's list names them; ``revenue``: the customers that make up half of the revenue.
    total
        How many there are.
    share
        Their share in the client's revenue of the last twelve months, 0 to 1, or None without orders.
    cards
        The largest of them, most revenue first.
    portfolio
        All of them that have a place on the map, most valuable first.
    worth
        What `PortfolioPoint.value` is: ``lifetime`` or ``revenue``.
    compared
        Names of the dimensions that the map's second axis is made of: known of most key accounts, and of every one on
        the map; that of value is the other axis.
    middle, strong
        Where the map is parted: the median worth, and the score from which a relationship counts as strong.
    answers_shown
        Whether answers of single accounts are in it (attributed with consent, internal audit).
    """

    chosen_by: str
    total: int
    share: float | None
    cards: tuple[AccountCard, ...]
    portfolio: tuple[PortfolioPoint, ...]
    worth: str
    compared: tuple[Message, ...]
    middle: float | None
    strong: float
    answers_shown: bool
