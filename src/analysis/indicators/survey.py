"""Survey answers as observations of the declared unit: a respondent, an account, or an account weighted by revenue."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.observations import Labels, Observations
from analysis.indicators.samples import Codes, Floats, Sample
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec, SurveySpec


@dataclass(frozen=True, kw_only=True, eq=False)
class Responses:
    """The survey's rows as arrays, one element a response.

    Parameters
    ----------
    frame
        The canonical table, rows with a known wave only.
    spec
        The questionnaire.
    period, periods
        Wave of each response and all waves, oldest first.
    account, respondent
        Codes of the account and the respondent.
    weight, level_weight
        Survey weight, and weight of the respondent's level within its account.
    account_weight
        Weight of the account in its wave (its revenue of the year before), or 1.
    segment, partner
        Groups of the account.
    protected
        Whether the small-cell rule applies.
    account_names
        Ids of the accounts by their codes, or None where they are not known.
    """

    frame: pd.DataFrame
    spec: SurveySpec
    period: Codes
    periods: tuple[str, ...]
    account: Codes
    respondent: Codes
    weight: Floats
    level_weight: Floats
    account_weight: Floats
    segment: Labels
    partner: Labels
    protected: bool
    account_names: NDArray[np.object_] | None = None

    @property
    def unit_of_analysis(self) -> str:
        """What one observation is."""
        return self.spec.unit_of_analysis

    def observe(self, values: Floats, incomparable: frozenset[str] = frozenset()) -> Observations:
        """Return observations of `values` (one for each response, NaN where there is none)."""
        answered = np.isfinite(values) & (self.weight > 0)
        if self.unit_of_analysis == "respondent":
            return self._respondents(values, answered, incomparable)
        return self._accounts(values, answered, incomparable)

    def _respondents(self, values: Floats, answered: NDArray[np.bool_], incomparable: frozenset[str]) -> Observations:
        sample = Sample(
            values=values[answered],
            weights=self.weight[answered],
            clusters=self.account[answered],
            units=self.respondent[answered],
        )
        return Observations(
            sample=sample,
            period=self.period[answered],
            periods=self.periods,
            segment=self.segment.take(answered),
            partner=self.partner.take(answered),
            respondent_count=self.share_of_respondent(answered) if self.protected else None,
            incomparable=incomparable,
            accounts=self.account_names,
        )

    def _accounts(self, values: Floats, answered: NDArray[np.bool_], incomparable: frozenset[str]) -> Observations:
        """Average an account's answers in a wave, by the weights of its respondents' levels."""
        key = self.period[answered] * (int(self.account.max(initial=0)) + 1) + self.account[answered]
        _, first, cell = np.unique(key, return_index=True, return_inverse=True)
        within = self.weight[answered] * self.level_weight[answered]
        share = np.bincount(cell, within)
        people = np.bincount(cell, self.share_of_respondent(answered)).astype(np.float64)
        mean = np.bincount(cell, within * values[answered]) / np.where(share > 0, share, 1.0)
        if len(mean):  # a rounding error must not leave the scale
            mean = np.clip(mean, values[answered].min(), values[answered].max())
        weight = np.bincount(cell, self.weight[answered]) / people * self.account_weight[answered][first]
        kept = (share > 0) & (weight > 0)
        accounts = self.account[answered][first][kept]
        sample = Sample(
            values=mean[kept],
            weights=weight[kept],
            clusters=accounts,
            units=accounts,
            effective_degrees=self.unit_of_analysis == "account_revenue",
        )
        return Observations(
            sample=sample,
            period=self.period[answered][first][kept],
            periods=self.periods,
            segment=self.segment.take(answered).take(first).take(kept),
            partner=self.partner.take(answered).take(first).take(kept),
            respondent_count=people[kept] if self.protected else None,
            incomparable=incomparable,
            accounts=self.account_names,
        )

    def share_of_respondent(self, answered: NDArray[np.bool_]) -> Floats:
        """Return one over the number of a respondent's answers in the wave, so that respondents count once."""
        key = self.period[answered] * (int(self.respondent.max(initial=0)) + 1) + self.respondent[answered]
        _, cell, size = np.unique(key, return_inverse=True, return_counts=True)
        return np.asarray(1.0 / size[cell], dtype=np.float64)


def collect_responses(data: ClientData, params: ClientParams) -> Responses | Message:
    """Return the survey's responses, or why there are none to use."""
    if params.survey is None or not data.has("survey"):
        return N_("There are no survey answers.")
    frame = data.table("survey")
    frame = frame[frame["wave_order"].notna()]
    period, periods = _waves(frame, data)
    account_weight = np.ones(len(frame))
    if params.survey.unit_of_analysis == "account_revenue":
        if not data.has("transactions"):
            return N_("Accounts cannot be weighted by revenue, because there are no transactions.")
        account_weight = _revenue_before(frame, period, data)
    segment, partner = group_labels(_column(frame, "customer_id"), data, params)
    account, account_names = pd.factorize(frame["account_key"])
    return Responses(
        frame=frame,
        spec=params.survey,
        period=period,
        periods=periods,
        account=account.astype(np.int64),
        respondent=_codes(frame["respondent_key"]),
        weight=_weights(frame, params.survey),
        level_weight=_level_weights(frame, params.survey),
        account_weight=account_weight,
        segment=segment,
        partner=partner,
        protected=answers_are_protected(params),
        account_names=np.asarray(account_names, dtype=object),
    )


def items_of(spec: SurveySpec, *roles: str) -> dict[str, ItemSpec]:
    """Return the items of some roles."""
    return {key: item for key, item in spec.items.items() if item.role in roles}


def incomparable_waves(keys: Sequence[str], responses: Responses) -> frozenset[str]:
    """Return the waves that did not ask the same of the items as the last wave.

    An item that a wave asked on another scale without a bridge has no answers there, so it counts as not asked.
    """
    waves = len(responses.periods)
    asked = np.zeros((waves, len(keys)), dtype=bool)
    for position, key in enumerate(keys):
        answered = np.isfinite(answers_of(key, responses))
        asked[:, position] = np.bincount(responses.period[answered], minlength=waves) > 0
    return frozenset(wave for wave, row in zip(responses.periods, asked, strict=True) if (row != asked[-1]).any())


def answers_of(column: str, responses: Responses) -> Floats:
    """Return a column of answers as numbers, NaN where there is none."""
    if column not in responses.frame:
        return np.full(len(responses.frame), np.nan)
    return responses.frame[column].to_numpy(dtype=np.float64, na_value=np.nan)


def group_labels(customer: pd.Series | pd.Index, data: ClientData, params: ClientParams) -> tuple[Labels, Labels]:
    """Return segment and partner of each element of a column of customer ids."""
    customers = data.customers
    segment_column = params.segment if params.segment in customers.columns else "segment"
    position = customers.index.get_indexer(pd.Index(customer))
    labels = []
    for column in (segment_column if params.segment else None, "partner_id"):
        if column is None or column not in customers.columns or len(customers) == 0:
            labels.append(Labels.none(len(customer)))
            continue
        known = Labels.of(customers[column])
        codes = np.where(position >= 0, known.codes[position], -1)
        labels.append(Labels(codes=codes.astype(np.int64), names=known.names))
    return labels[0], labels[1]


def _waves(frame: pd.DataFrame, data: ClientData) -> tuple[Codes, tuple[str, ...]]:
    """Return codes and labels of the waves that have answers, oldest first."""
    order = frame["wave_order"].to_numpy(dtype=np.int64)
    present, period = np.unique(order, return_inverse=True)
    return period.astype(np.int64), tuple(str(data.waves[code]) for code in present)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype="object")


def _codes(keys: pd.Series) -> Codes:
    return pd.factorize(keys)[0].astype(np.int64)


def _weights(frame: pd.DataFrame, spec: SurveySpec) -> Floats:
    if spec.weight_kind == "none" or "weight" not in frame:
        return np.ones(len(frame))
    return np.asarray(frame["weight"].fillna(0.0), dtype=np.float64)


def _level_weights(frame: pd.DataFrame, spec: SurveySpec) -> Floats:
    if "respondent_level" not in frame or not spec.respondent_weights:
        return np.ones(len(frame))
    return np.asarray(frame["respondent_level"].map(spec.respondent_weights).fillna(1.0), dtype=np.float64)


def _revenue_before(frame: pd.DataFrame, period: Codes, data: ClientData) -> Floats:
    """Return the account's revenue in the 365 days before its wave's first answer, 0 where there is none."""
    lines = data.table("transactions")
    weight = np.zeros(len(frame))
    for code in np.unique(period):
        rows = np.flatnonzero(period == code)
        start = frame["responded_on"].iloc[rows].min()
        age = (start - lines["ordered_on"]).dt.days
        spent = lines[(age > 0) & (age <= 365)].groupby("customer_id")["revenue"].sum()
        accounts = frame["account_key"].iloc[rows]
        weight[rows] = accounts.map(spent).fillna(0.0).clip(lower=0.0).to_numpy(dtype=np.float64)
    return weight
