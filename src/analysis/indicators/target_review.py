"""Every target that the client set, answered: whole, by segment, account manager and partner, latest and past periods.

A group's estimate of a past period is what the audit would have said then: the records are cut at that period's end and
the indicator is computed on what is left, so nothing later enters. The groups are those of today's list of customers.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.data.client import RECORDED_ON, ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.appraisal_shapes import TargetRow
from analysis.indicators.attainment import hold, is_possible
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.ledger import open_ledger
from analysis.indicators.manager_indicators import SURVEY_KEYS, compute_some, label_by_manager
from analysis.indicators.survey import collect_responses
from analysis.indicators.targets import DeclaredTarget, declared_targets, period_of, plain_period
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome

ORDER = {"client": 0, "segment": 1, "partner_id": 2, "account_manager": 3}
NO_PERIOD = N_("No period of this indicator answers to the period of the target.")
NO_GROUP = N_("There is no estimate for this group: it is unknown, or too small.")
PROTECTED = N_("Answers that are not attributed with consent are not broken down by account manager.")


def review_targets(
    results: Mapping[str, IndicatorResult],
    by_manager: Mapping[str, IndicatorResult],
    data: ClientData,
    params: ClientParams,
) -> tuple[TargetRow, ...]:
    """Return every target with its answer, in the order of the indicators, then client, segments, partners, managers.

    Parameters
    ----------
    results
        All indicators.
    by_manager
        The indicators with the account managers in ``by_partner`` (`label_by_manager`); empty for an external audience,
        whose targets of managers are left out.
    data, params
        The client.
    """
    desk = _Desk(results, by_manager, data, params)
    internal = params.audience == "internal"
    targets = [each for each in declared_targets(data, params) if internal or each.group != "account_manager"]
    places = {key: place for place, key in enumerate(CATALOGUE)}
    targets.sort(key=lambda each: (places.get(each.indicator, len(places)), ORDER[each.group]))
    return tuple(_row(target, desk) for target in targets)


@dataclass
class _Desk:
    """What the targets are held against, with the past computed once."""

    results: Mapping[str, IndicatorResult]
    by_manager: Mapping[str, IndicatorResult]
    data: ClientData
    params: ClientParams
    past: dict[tuple[str, str, bool], IndicatorResult | None] = field(default_factory=dict)

    def at(self, key: str, label: str, *, managers: bool) -> IndicatorResult | None:
        """Return an indicator as it stood at the end of one of its past periods, or None where it cannot be had."""
        place = (key, label, managers)
        if place not in self.past:
            self.past[place] = _as_it_stood(key, label, self.data, self.params, managers=managers)
        return self.past[place]


def _row(target: DeclaredTarget, desk: _Desk) -> TargetRow:
    spec = CATALOGUE.get(target.indicator)
    label, outcome = _answer(target, desk)
    higher = spec is None or spec.higher_is_better
    held = (
        hold(outcome, target.value, target.period, higher_is_better=higher) if isinstance(outcome, Estimate) else None
    )
    return TargetRow(
        indicator=target.indicator,
        name=N_("{key:text}", key=target.indicator) if spec is None else spec.name,
        unit="ratio" if spec is None else spec.unit,
        higher_is_better=higher,
        period=target.period,
        measured=label,
        group=target.group,
        label=target.name,
        target=target.value,
        outcome=outcome,
        attained=held,
    )


def _answer(target: DeclaredTarget, desk: _Desk) -> tuple[str, Outcome]:
    """Return the period that answers a target and its estimate, or ("", why there is none)."""
    result = desk.results.get(target.indicator)
    if result is None:
        return "", NotEstimable(reason=N_("There is no indicator of this name."))
    if not is_possible(target.value, result.bounds) and result.bounds is not None:
        reason = N_(
            "The target lies outside the possible values, {low:number} to {high:number}; shares are written from 0"
            " to 1.",
            low=result.bounds[0],
            high=result.bounds[1],
        )
        return "", NotEstimable(reason=reason)
    if not result.by_period:
        return "", result.overall if isinstance(result.overall, NotEstimable) else NotEstimable(reason=NO_PERIOD)
    label = period_of(target.period, list(result.by_period), desk.data, desk.params)
    if label is None:
        return "", NotEstimable(reason=NO_PERIOD)
    if target.group == "client":
        return label, result.by_period[label]
    if target.group == "account_manager" and target.indicator in SURVEY_KEYS and answers_are_protected(desk.params):
        return label, NotEstimable(reason=PROTECTED)
    return label, _group_outcome(target, result, label, desk)


def _group_outcome(target: DeclaredTarget, result: IndicatorResult, label: str, desk: _Desk) -> Outcome:
    managers = target.group == "account_manager"
    found: IndicatorResult | None = desk.by_manager.get(target.indicator) if managers else result
    if label != list(result.by_period)[-1]:
        found = desk.at(target.indicator, label, managers=managers)
    if found is None:
        return NotEstimable(reason=NO_GROUP)
    groups = found.by_segment if target.group == "segment" else found.by_partner
    return groups.get(target.name, NotEstimable(reason=NO_GROUP))


def _as_it_stood(
    key: str, label: str, data: ClientData, params: ClientParams, *, managers: bool
) -> IndicatorResult | None:
    """Return an indicator computed on the records up to the end of a period, if its last period then is that one."""
    then = _until_wave(label, data) if key in SURVEY_KEYS else _until_day(key, label, data, params)
    if then is None:
        return None
    labelled = label_by_manager(then) if managers else then
    responses = collect_responses(labelled, params)
    result = compute_some([key], responses, open_ledger(labelled), labelled, params).get(key)
    if result is None or not result.by_period or plain_period(list(result.by_period)[-1]) != plain_period(label):
        return None
    return result


def _until_wave(wave: str, data: ClientData) -> ClientData | None:
    if wave not in data.waves:
        return None
    kept = data.waves[: data.waves.index(wave) + 1]
    tables = dict(data.tables)
    for name in ("survey", "invitations"):
        if name in tables:
            tables[name] = tables[name][tables[name]["wave"].isin(kept)]
    return dataclasses.replace(data, tables=tables, waves=kept)


def _until_day(key: str, label: str, data: ClientData, params: ClientParams) -> ClientData | None:
    end = _end_of(label, params)
    if end is None:
        return None
    if key == "repeat_purchase_rate":  # its periods end where the horizon of their last customers begins
        end += pd.Timedelta(days=params.repurchase.horizon_days)
    if end > data.as_of:
        return None
    tables = dict(data.tables)
    for name, column in RECORDED_ON.items():
        if name in tables:
            tables[name] = tables[name][tables[name][column] <= end]
    return dataclasses.replace(data, tables=tables, as_of=end)


def _end_of(label: str, params: ClientParams) -> pd.Timestamp | None:
    """Return the last day of a period: of an ISO interval or day, or of a fiscal year (named as it ends)."""
    text = label.split("/")[-1]
    year = plain_period(text)
    if len(year) == 4 and year.isdigit():
        begin = pd.Timestamp(year=int(year), month=params.money.fiscal_year_start, day=1)
        if params.money.fiscal_year_start == 1:
            begin += pd.DateOffset(years=1)
        return begin - pd.Timedelta(days=1)
    try:
        day = np.datetime64(text, "D")
    except ValueError:  # the label of a wave
        return None
    return pd.Timestamp(day)
