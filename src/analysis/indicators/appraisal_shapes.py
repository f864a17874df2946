"""The shapes of the appraisal: every target with its answer, and a card for each account manager."""

from dataclasses import dataclass
from typing import Literal

from analysis.indicators.shape import Shape
from analysis.indicators.shapes import PartnerLeague
from analysis.messages import Message
from analysis.results import NotEstimable, Outcome, TargetAttainment, Unit

Verdict = Literal["better", "worse", "no_difference"]


@dataclass(frozen=True, kw_only=True)
class TargetRow(Shape):
    """One target and what came of it.

    Parameters
    ----------
    indicator, name, unit, higher_is_better
        The indicator.
    period, measured
        The period as the target has it, and the indicator's own period that answers it ("" where none does).
    group, label
        Whom it is for: ``client`` (label ""), ``segment``, ``account_manager`` or ``partner_id``, and which.
    target
        In the indicator's unit.
    outcome
        The estimate that it is held against, or why there is none.
    attained
        Verdict, probability and attainment; None where there is no estimate.
    """

    indicator: str
    name: Message
    unit: Unit
    higher_is_better: bool
    period: str
    measured: str
    group: Literal["client", "segment", "account_manager", "partner_id"]
    label: str
    target: float
    outcome: Outcome
    attained: TargetAttainment | None


@dataclass(frozen=True, kw_only=True)
class ManagerIndicator(Shape):
    """One indicator of one account manager's customers, beside that of all other managers' customers.

    Parameters
    ----------
    key, name, unit, higher_is_better
        The indicator.
    outcome, others
        Of this manager's customers, and of the customers of all the others together.
    difference
        The first less the second (shares in percentage points); its p-value is not corrected.
    verdict
        ``better`` or ``worse`` only where the difference stands after Benjamini-Hochberg over all managers and
        indicators; None where there is no difference to judge.
    target
        The manager's own target for the latest period, held against `outcome`; None without one.
    """

    key: str
    name: Message
    unit: Unit
    higher_is_better: bool
    outcome: Outcome
    others: Outcome
    difference: Outcome
    verdict: Verdict | None
    target: TargetAttainment | None = None


@dataclass(frozen=True, kw_only=True)
class KeyAccountLine(Shape):
    """One key account of a manager, from the client's own records.

    Parameters
    ----------
    customer_id, name
        The account ("" where it has no name).
    revenue, revenue_before
        Of the last twelve months and of the twelve before, in the audit's currency; None without orders.
    days_since_contact, planned_days
        Days since the last contact (None: none on record, or no records), and the planned interval.
    open_complaints
        Complaints without a resolution; None where resolutions are not recorded.
    """

    customer_id: str
    name: str
    revenue: float | None
    revenue_before: float | None
    days_since_contact: int | None
    planned_days: int
    open_complaints: int | None

    @property
    def is_overdue(self) -> bool:
        """Whether the account has waited longer than planned; not known without any contact on record."""
        return self.days_since_contact is not None and self.days_since_contact > self.planned_days


@dataclass(frozen=True, kw_only=True)
class ManagerCard(Shape):
    """One account manager.

    Parameters
    ----------
    manager
        The manager, as the client's list of customers has it.
    customers, active
        Customers (prospects left out), and those who bought in the last twelve months (None without orders).
    revenue, revenue_share
        Revenue of the last twelve months, and its share of all managers' (0 to 1); None without orders.
    open_complaints
        Complaints without a resolution; None where resolutions are not recorded.
    indicators
        What the customers do and, where answers need no protection, say.
    key_accounts
        The key accounts, most revenue first; at most `KEY_ACCOUNTS` of them.
    key_accounts_in_all
        How many key accounts there are.
    """

    manager: str
    customers: int
    active: int | None
    revenue: float | None
    revenue_share: float | None
    open_complaints: int | None
    indicators: tuple[ManagerIndicator, ...]
    key_accounts: tuple[KeyAccountLine, ...]
    key_accounts_in_all: int


@dataclass(frozen=True, kw_only=True)
class Appraisal(Shape):
    """The answer to whether the targets were met, and by whom.

    Parameters
    ----------
    targets
        Every target, in the order of the indicators; those of account managers only for an internal audience.
    managers
        A card each, most revenue first; empty where `silence` says why.
    silence
        Why there are no cards, or None.
    without_manager
        Customers without an account manager (prospects left out).
    compared
        Comparisons of a manager with all the others that were tested as one family.
    false_discovery_rate
        Rate at which Benjamini-Hochberg holds them.
    leagues
        Managers ranked on single indicators, shrunken, with rank intervals; only where at least three can be compared.
    """

    targets: tuple[TargetRow, ...]
    managers: tuple[ManagerCard, ...]
    silence: NotEstimable | None
    without_manager: int
    compared: int
    false_discovery_rate: float
    leagues: tuple[PartnerLeague, ...]
