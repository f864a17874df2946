"""Observations of one indicator with the groups and periods they fall into, and the result that is made of them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.catalogue import IndicatorSpec
from analysis.indicators.comparison import difference
from analysis.indicators.estimation import FEWEST_AMOUNTS, FEWEST_WEIGHTED_AMOUNTS, Measure, estimate
from analysis.indicators.samples import Codes, Sample, moments_of
from analysis.indicators.suppression import hidden_groups
from analysis.indicators.targets import benchmark_of, target_of
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import Change, Contributions, IndicatorResult, NotEstimable, Outcome

MAX_LISTED = 60  # groups; with more, those too small to estimate are left out of the result


@dataclass(frozen=True, kw_only=True, eq=False)
class Labels:
    """Group of each observation: a code into `names`, -1 for none."""

    codes: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: "pd.Series | NDArray[np.object_]") -> "Labels":
        """Return labels from texts, numbered in alphabetical order."""
        codes, names = pd.factorize(np.asarray(values, dtype=object), sort=True)
        return cls(codes=codes.astype(np.int64), names=tuple(str(name) for name in names))

    @classmethod
    def none(cls, length: int) -> "Labels":
        """Return labels that put every observation into no group."""
        return cls(codes=np.full(length, -1, dtype=np.int64), names=())

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Labels":
        """Return the labels of some rows."""
        return Labels(codes=self.codes[rows], names=self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Observations:
    """What an indicator is computed from.

    Parameters
    ----------
    sample
        All observations of all periods.
    period
        Code of each observation's period, into `periods`.
    periods
        The periods, oldest first; the last is the one that `overall` speaks of.
    segment, partner
        Groups of each observation.
    respondent_count
        Where survey answers must be protected: the respondents behind each observation (one that answered twice is
        half behind either), which the small-cell rule adds up; else None.
    incomparable
        Periods that did not ask the same on the same scale as the last one, so that no change can be had.
    accounts
        Ids of the accounts by the sample's cluster codes, or None where they are not known.
    """

    sample: Sample
    period: Codes
    periods: tuple[str, ...]
    segment: Labels
    partner: Labels
    respondent_count: NDArray[np.float64] | None = None
    incomparable: frozenset[str] = frozenset()
    accounts: NDArray[np.object_] | None = None

    def take(self, mask: NDArray[np.bool_], values: NDArray[np.float64]) -> "Observations":
        """Return the observations of `mask` with other values (one for each observation of `self`)."""
        count = self.respondent_count
        return dataclasses.replace(
            self,
            sample=dataclasses.replace(self.sample, values=values).where(mask),
            period=self.period[mask],
            segment=self.segment.take(mask),
            partner=self.partner.take(mask),
            respondent_count=None if count is None else count[mask],
        )


def build_result(
    spec: IndicatorSpec,
    observations: Observations,
    data: ClientData,
    params: ClientParams,
    *,
    unit_of_analysis: str = "customer",
    definition: Message | None = None,
) -> IndicatorResult:
    """Estimate an indicator whole, by group and by period, and hold it against target and benchmark.

    Parameters
    ----------
    spec, observations
        What it is, and what it is made of.
    data, params
        For the targets and benchmarks, and for the limits.
    unit_of_analysis
        As in `IndicatorResult`.
    definition
        The definition with the client's own numbers in it, where the catalogue's says too little.
    """
    last = len(observations.periods) - 1
    by_period = {
        label: estimate_period(spec.measure, observations, code, params)
        for code, label in enumerate(observations.periods)
    }
    overall = by_period[observations.periods[last]]
    hidden = _hidden(observations, overall, params)
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=definition or spec.definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis=unit_of_analysis,
        overall=overall,
        by_segment=_groups(spec, observations, observations.segment, hidden[0], params),
        by_partner=_groups(spec, observations, observations.partner, hidden[1], params),
        by_period=by_period,
        change=change_of(spec.measure, observations, by_period, params),
        target=target_of(spec, by_period, data, params),
        benchmark=benchmark_of(spec, params),
        higher_is_better=spec.higher_is_better,
        bounds=spec.bounds,
        contributions=_contributions(observations, overall),
    )


def no_result(
    spec: IndicatorSpec,
    reason: Message,
    params: ClientParams,
    *,
    unit_of_analysis: str = "customer",
    n: int | None = None,
) -> IndicatorResult:
    """Return the result of an indicator that the data cannot give."""
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=spec.definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis=unit_of_analysis,
        overall=NotEstimable(reason=reason, n=n),
        benchmark=benchmark_of(spec, params),
        higher_is_better=spec.higher_is_better,
        bounds=spec.bounds,
    )


def _contributions(observations: Observations, overall: Outcome) -> Contributions | None:
    """Return what each account does to the estimate of the last period."""
    if observations.accounts is None or isinstance(overall, NotEstimable):
        return None
    moments = moments_of(observations.sample.where(observations.period == len(observations.periods) - 1))
    return Contributions(accounts=observations.accounts[moments.codes], values=moments.contributions)


def withheld() -> NotEstimable:
    """Return the answer for a cell that is hidden to protect respondents."""
    reason = N_("Withheld to protect the respondents: too few answers, or few answers could be had by subtraction.")
    return NotEstimable(reason=reason, suppressed=True)


def estimate_period(measure: Measure, observations: Observations, code: int, params: ClientParams) -> Outcome:
    """Estimate one period as a whole; the small-cell rule applies where answers are protected."""
    mask = observations.period == code
    if not mask.any() and observations.periods[code] in observations.incomparable:
        return NotEstimable(reason=N_("It was not asked then, or on another answer scale."))
    count = observations.respondent_count
    if count is not None and 0 < count[mask].sum() < params.limits.small_cell:
        return withheld()
    return estimate(observations.sample.where(mask), measure, min_clusters=params.limits.min_clusters)


def _hidden(
    observations: Observations, overall: Outcome, params: ClientParams
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the segments and the partners to hide in the last period."""
    if observations.respondent_count is None:
        return frozenset(), frozenset()
    mask = observations.period == len(observations.periods) - 1
    return hidden_groups(
        observations.segment.codes[mask],
        observations.partner.codes[mask],
        observations.respondent_count[mask],
        floor=params.limits.small_cell,
        total_is_shown=not (isinstance(overall, NotEstimable) and overall.suppressed),
    )


def _groups(
    spec: IndicatorSpec, observations: Observations, labels: Labels, hidden: frozenset[int], params: ClientParams
) -> Mapping[str, Outcome]:
    """Estimate each group in the last period that is not hidden."""
    mask = observations.period == len(observations.periods) - 1
    present, codes = np.unique(labels.codes[mask], return_inverse=True)
    present_groups = [(position, code) for position, code in enumerate(present) if code >= 0]
    if len(present_groups) == 0 or (len(present_groups) == 1 and len(present) == 1):
        return {}
    rows = np.flatnonzero(mask)
    pieces = [rows[piece] for piece in rows_by_code(codes, len(present))]
    limits = params.limits
    outcomes: dict[str, Outcome] = {}
    many = len(present_groups) > MAX_LISTED
    for position, code in present_groups:
        if many and len(pieces[position]) < limits.min_n:
            continue  # neither estimable nor listed
        outcome: Outcome = withheld()
        if int(code) not in hidden:
            part = observations.sample.where(pieces[position])
            least = _fewest_amounts(part) if spec.unit == "money" else spec.fewest_in_group
            outcome = estimate(
                part, spec.measure, min_clusters=limits.min_clusters, min_n=limits.min_n, min_effective=least
            )
        if not many or not isinstance(outcome, NotEstimable):
            outcomes[labels.names[code]] = outcome
    return outcomes


def _fewest_amounts(part: Sample) -> float:
    return FEWEST_WEIGHTED_AMOUNTS if len(part.weights) and np.ptp(part.weights) > 0 else FEWEST_AMOUNTS


def rows_by_code(codes: NDArray[np.intp] | Codes, count: int) -> list[NDArray[np.intp]]:
    """Return the positions of each code from 0 to `count` - 1."""
    if count == 0:
        return []
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=count))[:-1])


def change_of(
    measure: Measure, observations: Observations, by_period: Mapping[str, Outcome], params: ClientParams
) -> Change | NotEstimable:
    """Compare the last two periods; where one of them has no estimate, or must not show it, so has the change."""
    if len(observations.periods) < 2:
        return NotEstimable(reason=N_("There is only one period, so there is nothing to compare with."))
    earlier, later = observations.periods[-2:]
    for label in (earlier, later):
        outcome = by_period[label]
        if isinstance(outcome, NotEstimable):
            return outcome
    if earlier in observations.incomparable:
        reason = N_(
            "The questions or their answer scales changed between {earlier:text} and {later:text}.",
            earlier=earlier,
            later=later,
        )
        return NotEstimable(reason=reason)
    last = len(observations.periods) - 1
    return difference(
        observations.sample.where(observations.period == last - 1),
        observations.sample.where(observations.period == last),
        measure,
        labels=(earlier, later),
        min_clusters=params.limits.min_clusters,
    )
