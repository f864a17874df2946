"""Whom the client keeps, who comes back, and what goes with leaving."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.indicators.retention import compute_retention
from analysis.indicators.survival import survival_at
from analysis.messages import N_, Message
from analysis.models.lifecycle.churn import ChurnModel, fit_churn
from analysis.models.lifecycle.cohorts import CohortTable, tabulate_cohorts
from analysis.models.lifecycle.groups import YEAR, group_codes_of, ledger_of
from analysis.models.lifecycle.money_kept import RevenueRetention, measure_revenue_retention
from analysis.models.lifecycle.tenures import Tenures, collect_tenures
from analysis.models.lifecycle.winback import WinBack, measure_win_back
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

TIMES = (90, 180, YEAR, 2 * YEAR, 3 * YEAR, 5 * YEAR, 10 * YEAR)
"""Days since the beginning at which the curve is printed."""


@dataclass(frozen=True, kw_only=True)
class TenurePoint(ModelPart):
    """Share (0 to 1) of the relationships that last longer than `days`, and how many are watched there."""

    days: int
    share: Outcome
    at_risk: int


@dataclass(frozen=True, kw_only=True)
class TenureCurve(ModelPart):
    """How long customers stay (Kaplan-Meier; who joined before the record enters when it begins).

    Parameters
    ----------
    kind
        ``contractual``: recorded ends; ``activity``: a customer leaves with the last order before a silence longer
        than `window_days`.
    window_days
        That length, None for recorded ends.
    n, entered_late, events
        Customers, those who had begun before they were watched, and those who left.
    points
        The curve, as far as enough customers are watched.
    """

    kind: Literal["contractual", "activity"]
    window_days: int | None
    n: int
    entered_late: int
    events: int
    points: tuple[TenurePoint, ...]


@dataclass(frozen=True, kw_only=True)
class Retention(ModelPart):
    """Whom the client keeps.

    Parameters
    ----------
    logo, logo_definition
        The indicator ``retention_rate`` itself, with its definition.
    revenue
        Gross and net revenue retention.
    cohorts, curve
        Activity by cohort of first order, and how long customers stay.
    churn
        What goes with leaving.
    win_back
        Who came back after a long silence.
    """

    logo: Outcome
    logo_definition: Message
    revenue: RevenueRetention | NotEstimable
    cohorts: CohortTable | NotEstimable
    curve: TenureCurve | NotEstimable
    churn: ChurnModel | NotEstimable
    win_back: WinBack | NotEstimable


def analyse_retention(data: ClientData, params: ClientParams) -> Retention | NotEstimable:
    """Return who stays and who comes back; `NotEstimable` where neither orders nor ends are recorded."""
    ledger = ledger_of(data, params)
    tenures = collect_tenures(data, ledger, params)
    if ledger is None and tenures is None:
        reason = N_("There are neither orders nor recorded ends, so it is not known who stayed.")
        return NotEstimable(reason=reason, n=len(data.customers))
    logo = compute_retention(ledger, data, params)
    return Retention(
        logo=logo.overall,
        logo_definition=logo.definition,
        revenue=measure_revenue_retention(data, ledger, params),
        cohorts=tabulate_cohorts(data, ledger, params),
        curve=_curve(tenures, data, ledger, params),
        churn=fit_churn(tenures, data, ledger, params),
        win_back=measure_win_back(data, ledger, params),
    )


def _curve(
    tenures: Tenures | None, data: ClientData, ledger: Ledger | None, params: ClientParams
) -> TenureCurve | NotEstimable:
    if tenures is None:
        reason = N_("Nobody is known to have left, so it cannot be said how long customers stay.")
        return NotEstimable(reason=reason, n=None if ledger is None else len(ledger.ids))
    spells, groups = tenures.spells(), group_codes_of(tenures.ids, data)
    count = int(np.unique(groups).size)
    least = params.limits.min_clusters
    points = []
    for survival in survival_at(spells, [float(days) for days in TIMES], groups):
        if survival.fewest_at_risk < least or count < least:
            break
        share = Estimate(
            value=survival.share, low=survival.low, high=survival.high, n=len(spells.exit),
            method="kaplan-meier-cluster", unit="proportion", clusters=count,
            std_error=survival.std_error if survival.std_error > 0 else None,
        )  # fmt: skip
        points.append(TenurePoint(days=int(survival.time), share=share, at_risk=survival.at_risk))
    if not points:
        return NotEstimable(reason=N_("Too few relationships were watched from their beginning."), n=len(spells.exit))
    return TenureCurve(
        kind=tenures.kind,
        window_days=params.retention.window_days if tenures.kind == "activity" else None,
        n=len(spells.exit),
        entered_late=int((tenures.entered > tenures.began).sum()),
        events=int(spells.ended.sum()),
        points=tuple(points),
    )
