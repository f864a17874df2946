"""How much of what is offered becomes an order, how soon, and what the open opportunities are worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import FEWEST_WEIGHTED_AMOUNTS, Measure, Sample, estimate
from analysis.indicators.ledger import year_ending
from analysis.indicators.opportunities import compute_opportunities
from analysis.indicators.survey import group_labels
from analysis.indicators.survival import Spells
from analysis.messages import N_
from analysis.models.lifecycle.groups import YEAR, ledger_of, share_of
from analysis.models.lifecycle.incidence import incidence_estimate
from analysis.models.lifecycle.medians import median_days
from analysis.models.lifecycle.opportunities import (
    LOST,
    WON,
    EnteredStages,
    Opportunities,
    collect_opportunities,
    entered_stages,
)
from analysis.models.lifecycle.pipeline import Pipeline, value_pipeline
from analysis.models.lifecycle.win_model import WinModel, fit_wins
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

TIMES = (30, 90, 180, YEAR)
"""Days since the creation at which the fate of the opportunities is printed."""
_NOT_HALF = N_("Fewer than half of the opportunities are decided, or it is too uncertain when half of them were.")


@dataclass(frozen=True, kw_only=True)
class StageRate(ModelPart):
    """One stage that opportunities enter before they are decided.

    Parameters
    ----------
    stage
        The client's own name for it.
    entered, decided, won
        Opportunities that entered it, those of them decided, and won.
    win_rate
        Won of the decided ones that had entered the stage, 0 to 1.
    """

    stage: str
    entered: int
    decided: int
    won: int
    win_rate: Outcome


@dataclass(frozen=True, kw_only=True)
class Fate(ModelPart):
    """What has become of opportunities `days` after their creation: shares won, lost; the rest is open (0 to 1)."""

    days: int
    won: Outcome
    lost: Outcome
    at_risk: int


@dataclass(frozen=True, kw_only=True)
class SegmentRate(ModelPart):
    """Win rate of the decided opportunities of one segment, on record at any time."""

    segment: str
    decided: int
    won: int
    win_rate: Outcome


@dataclass(frozen=True, kw_only=True)
class Conversion(ModelPart):
    """What becomes of opportunities.

    Parameters
    ----------
    created, won, lost, still_open
        Opportunities on record, and their outcomes so far.
    customers
        Customers they belong to.
    window
        The last twelve months (ISO interval) that `win_rate` is of.
    win_rate
        Of the opportunities closed in `window`: the number of the summary of opportunities.
    win_rate_recorded
        The same of all that were ever decided on record.
    value_win_rate
        The same weighted by amount: the share of the decided amounts that was won.
    fates
        Cumulative incidence of winning and losing by days since the creation, open ones censored.
    stages, segments
        Win rates by stage entered (earliest stage first), and by segment.
    cycle_days
        Days from the creation by which half of the opportunities are decided, open ones censored.
    model, pipeline
        What goes with winning, and what the open opportunities are worth.
    """

    created: int
    won: int
    lost: int
    still_open: int
    customers: int
    window: str
    win_rate: Outcome
    win_rate_recorded: Outcome
    value_win_rate: Outcome
    fates: tuple[Fate, ...]
    stages: tuple[StageRate, ...] | NotEstimable
    segments: tuple[SegmentRate, ...]
    cycle_days: Outcome
    model: WinModel | NotEstimable
    pipeline: Pipeline | NotEstimable


def analyse_conversion(data: ClientData, params: ClientParams) -> Conversion | NotEstimable:
    """Return what becomes of opportunities; `NotEstimable` where there are none with an outcome."""
    if data.has("opportunities", "is_won") and not data.has("opportunities", "closed_on"):
        return NotEstimable(reason=N_("It is not recorded when opportunities were decided."))
    summary = compute_opportunities(data, params)
    if isinstance(summary, NotEstimable):
        return summary
    found = collect_opportunities(data)
    if not found.decided.any():
        return NotEstimable(reason=N_("No opportunity has been decided yet."), n=len(found.days))
    outcome, stages = found.outcome, entered_stages(found, data)
    fitted = fit_wins(found, data, ledger_of(data, params), params)
    model = fitted if isinstance(fitted, NotEstimable) else fitted[0]
    scores = fitted[1] if not isinstance(fitted, NotEstimable) and fitted[0].is_better else None
    won = (outcome[found.decided] == WON).astype(float)
    return Conversion(
        created=len(outcome),
        won=int((outcome == WON).sum()),
        lost=int((outcome == LOST).sum()),
        still_open=int((outcome == 0).sum()),
        customers=int(found.frame["customer_id"].nunique()),
        window=year_ending(data.as_of).label,
        win_rate=summary.win_rate,
        win_rate_recorded=share_of(won, found.groups[found.decided], params),
        value_win_rate=_by_value(found, params),
        fates=_fates(found, params),
        stages=_stages(found, stages, params),
        segments=_segments(found, data, params),
        cycle_days=median_days(
            Spells(entry=np.zeros(len(found.days)), exit=found.days, ended=found.decided), found.groups,
            least=params.limits.min_clusters, absent=_NOT_HALF,
        ),
        model=model,
        pipeline=value_pipeline(found, scores, stages, data, params),
    )  # fmt: skip


def _by_value(found: Opportunities, params: ClientParams) -> Outcome:
    """Return the share of the decided amounts that was won."""
    rows = found.decided & np.isfinite(found.amount) & (found.amount > 0)
    if not rows.any():
        return NotEstimable(reason=N_("No decided opportunity names an amount."), n=0)
    sample = Sample(
        values=(found.outcome[rows] == WON).astype(np.float64), weights=found.amount[rows],
        clusters=found.groups[rows], units=np.flatnonzero(rows).astype(np.int64), effective_degrees=True,
    )  # fmt: skip
    measure = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
    return estimate(
        sample, measure, min_clusters=params.limits.min_clusters, min_effective=min(FEWEST_WEIGHTED_AMOUNTS, 20)
    )


def _fates(found: Opportunities, params: ClientParams) -> tuple[Fate, ...]:
    """Return the incidence of winning and losing as far as enough opportunities are watched."""
    if np.unique(found.groups).size < params.limits.min_clusters:
        return ()
    endings, fates = found.endings(), []
    for days in TIMES:
        if days > found.days.max() or len(found.days) < params.limits.min_n:
            break
        fates.append(
            Fate(
                days=days,
                won=incidence_estimate(endings, WON, float(days), found.groups),
                lost=incidence_estimate(endings, LOST, float(days), found.groups),
                at_risk=int((found.days >= days).sum()),
            )
        )
    return tuple(fates)


def _stages(
    found: Opportunities, stages: EnteredStages | None, params: ClientParams
) -> tuple[StageRate, ...] | NotEstimable:
    """Return the win rate of the decided opportunities by stage that they had entered before their decision."""
    if stages is None:
        return NotEstimable(reason=N_("The stages that opportunities went through are not recorded."))
    rates = []
    for column, name in enumerate(stages.names):
        rows = stages.entered[:, column]
        decided, won, rate = _rate(found, rows & found.decided, params)
        rates.append(StageRate(stage=name, entered=int(rows.sum()), decided=decided, won=won, win_rate=rate))
    return tuple(rates) if rates else NotEstimable(reason=N_("No opportunity entered a stage before it was decided."))


def _segments(found: Opportunities, data: ClientData, params: ClientParams) -> tuple[SegmentRate, ...]:
    labels, _ = group_labels(pd.Index(found.frame["customer_id"]), data, params)
    if len(labels.names) < 2:
        return ()
    outcomes: Mapping[str, tuple[int, int, Outcome]] = {
        name: _rate(found, (labels.codes == code) & found.decided, params)
        for code, name in enumerate(labels.names)
        if ((labels.codes == code) & found.decided).sum() >= params.limits.min_n
    }
    return tuple(
        SegmentRate(segment=name, decided=decided, won=won, win_rate=rate)
        for name, (decided, won, rate) in outcomes.items()
    )


def _rate(found: Opportunities, rows: np.ndarray, params: ClientParams) -> tuple[int, int, Outcome]:
    won = (found.outcome[rows] == WON).astype(float)
    return len(won), int(won.sum()), share_of(won, found.groups[rows], params)
