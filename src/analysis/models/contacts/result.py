"""What the analysis of contacts answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.models.contacts.breadth_result import Breadth
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome


@dataclass(frozen=True, kw_only=True)
class LabelShare(ModelPart):
    """How many of the contacts carry a label.

    Parameters
    ----------
    label
        The client's own word; the empty text for all labels that are too rare to be listed.
    contacts
        Contacts with it in the window.
    share
        Their share, 0 to 1, clustered by customer.
    """

    label: str
    contacts: int
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class Frequency(ModelPart):
    """How often the active customers are met, how lately, by which way, and who begins.

    Parameters
    ----------
    contacts, customers, met
        Contacts of the window with active customers, active customers, and how many of these were met in it.
    per_year
        Mean number of contacts a year with an active customer; the indicator ``contact_frequency``.
    silent
        Share of the active customers without any contact in the window, 0 to 1.
    since_last
        Days since the last contact by which half of the active customers were met; who never was is censored.
    channels
        Ways of contact, most used first; empty where the records do not say.
    conversations
        Conversations (threads, or single contacts outside any) begun in the window by a known side.
    started_by_customer
        Share of them that the customer began, 0 to 1.
    """

    contacts: int
    customers: int
    met: int
    per_year: Outcome
    silent: Outcome
    since_last: Outcome
    channels: tuple[LabelShare, ...]
    conversations: int
    started_by_customer: Outcome


@dataclass(frozen=True, kw_only=True)
class ResponseTime(ModelPart):
    """How soon customers who write get an answer on record.

    Parameters
    ----------
    questions, answered
        Times that a customer wrote and waited, and answers on record.
    written_only
        Whether only written ways count (a call or a visit is answered on the spot).
    within_days
        Days of `within`.
    within
        Share answered within so many days, 0 to 1: Kaplan-Meier, open questions censored, clustered by customer.
    median_days
        Days by which half were answered; 0 is the same day.
    """

    questions: int
    answered: int
    written_only: bool
    within_days: int
    within: Outcome
    median_days: Outcome


@dataclass(frozen=True, kw_only=True)
class AccountCoverage(ModelPart):
    """One key account against its planned interval between contacts.

    Parameters
    ----------
    customer_id, name, manager
        The account and who looks after it (empty where unknown).
    last_contact
        ISO date, or None where no contact is on record.
    days_since, planned_days
        Days since the last contact (None without one), and the planned interval.
    overdue_days
        Days beyond the plan, 0 where the plan is kept; None without any contact on record.
    contacts, persons
        Contacts in the window, and distinct contact persons met in it (None where the records name nobody).
    revenue
        Revenue of the last twelve months on record, or None without orders.
    """

    customer_id: str
    name: str
    manager: str
    last_contact: str | None
    days_since: int | None
    planned_days: float
    overdue_days: float | None
    contacts: int
    persons: int | None
    revenue: float | None

    @property
    def is_overdue(self) -> bool:
        """Whether the plan is not kept."""
        return self.overdue_days is None or self.overdue_days > 0


@dataclass(frozen=True, kw_only=True)
class KeyCoverage(ModelPart):
    """The key accounts against their plans.

    Parameters
    ----------
    basis
        ``marked``: the client marks its key accounts; ``revenue``: it does not, and the largest customers stand for
        them.
    coverage
        Share met within the planned interval, 0 to 1; with ``marked`` the indicator ``contact_coverage_key_accounts``.
    others
        The same share among all other active customers.
    accounts
        Every key account, the most overdue first.
    overdue, overdue_revenue
        How many are overdue, and their revenue of the last twelve months (None without orders).
    inactive
        Marked key accounts that are not active and not counted.
    """

    basis: Literal["marked", "revenue"]
    coverage: Outcome
    others: Outcome
    accounts: tuple[AccountCoverage, ...]
    overdue: int
    overdue_revenue: float | None
    inactive: int


@dataclass(frozen=True, kw_only=True)
class LevelReach(ModelPart):
    """A level of contact persons: active customers reached there in the window, and their share, 0 to 1."""

    level: str
    customers: int
    contacts: int
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class SingleThread(ModelPart):
    """A customer known through one person only (`revenue` of the last twelve months; None without orders)."""

    customer_id: str
    name: str
    manager: str
    is_key_account: bool
    contacts: int
    revenue: float | None


@dataclass(frozen=True, kw_only=True)
class PeopleBand(ModelPart):
    """Active customers with so many contact persons (`least` or, in the last band, more), and their revenue."""

    least: int
    or_more: bool
    customers: int
    revenue: float | None


@dataclass(frozen=True, kw_only=True)
class People(ModelPart):
    """Through how many persons customers are known, in the window.

    Parameters
    ----------
    met
        Active customers met with a named contact person.
    per_customer
        Mean number of distinct contact persons of an active customer, who was not met counting as none; the
        indicator ``contacts_per_customer``.
    single_share
        Share of the met customers with one contact person only, 0 to 1; the indicator ``single_thread_share``.
    single, single_key_accounts
        How many these are, and key accounts among them.
    single_revenue, revenue_share
        Their revenue of the last twelve months, and its share of all revenue of the active customers (0 to 1); sums of
        the client's own records, None without orders.
    bands
        Customers by number of contact persons, none first.
    largest
        The single-threaded customers with the most revenue.
    """

    met: int
    per_customer: Outcome
    single_share: Outcome
    single: int
    single_key_accounts: int
    single_revenue: float | None
    revenue_share: float | None
    bands: tuple[PeopleBand, ...]
    largest: tuple[SingleThread, ...]


@dataclass(frozen=True, kw_only=True)
class TenureBand(ModelPart):
    """Active customers of `from_years` to below `to_years` (None: no end), and their revenue (None without orders)."""

    from_years: float
    to_years: float | None
    customers: int
    revenue: float | None


@dataclass(frozen=True, kw_only=True)
class Tenure(ModelPart):
    """For how long the active customers have been customers.

    `basis`: ``joined`` where the customers' list says since when, else ``first_order``: the first order on record, so
    that the years are at least so many. `mean_years` is in years.
    """

    basis: Literal["joined", "first_order"]
    mean_years: Outcome
    bands: tuple[TenureBand, ...]


@dataclass(frozen=True, kw_only=True)
class Contacts(ModelPart):
    """How the client keeps in touch, how deeply it is known, and how broadly it sells.

    Parameters
    ----------
    window
        Days that contacts are counted in, as an ISO interval; None without records of contacts.
    customers
        Active customers.
    frequency, response, key_accounts
        How often, how soon answered, and the key accounts against their plan.
    levels, people, tenure
        Depth: contact levels reached, highest first; contact persons; years of the relationship.
    breadth
        What customers buy, and what they do not yet.
    """

    window: str | None
    customers: int
    frequency: Frequency | NotEstimable
    response: ResponseTime | NotEstimable
    key_accounts: KeyCoverage | NotEstimable
    levels: tuple[LevelReach, ...] | NotEstimable
    people: People | NotEstimable
    tenure: Tenure | NotEstimable
    breadth: Breadth | NotEstimable
