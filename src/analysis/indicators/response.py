"""How many of those who were invited to a survey answered it."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.observations import Observations, build_result, no_result
from analysis.indicators.samples import Floats, Sample
from analysis.indicators.survey import group_labels
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

ANSWERED = frozenset(
    ("responded", "response", "answered", "complete", "completed", "yes", "1", "true", "已回复", "已完成", "完成")
)


def compute_response_rate(data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the share of invitations that were answered, by wave.

    An invitation counts as answered where its ``outcome`` says so (any of `ANSWERED`, case ignored). Without outcomes
    it counts where the survey has an answer of the same wave and respondent (or customer, where respondents have no
    id).
    """
    spec = CATALOGUE["response_rate"]
    if not data.has("invitations"):
        return no_result(spec, N_("There is no list of who was invited."), params, unit_of_analysis="invitation")
    frame = data.table("invitations")
    frame = frame[frame["wave"].notna()]
    answered = _answered(frame, data)
    if answered is None:
        reason = N_("The invitations cannot be matched with the answers.")
        return no_result(spec, reason, params, unit_of_analysis="invitation")
    periods = _periods(frame, data)
    customer = frame["customer_id"] if "customer_id" in frame else pd.Series(pd.NA, index=frame.index, dtype="object")
    segment, partner = group_labels(customer, data, params)
    rows = np.arange(len(frame), dtype=np.int64)
    account = pd.factorize(customer)[0].astype(np.int64)
    clusters = np.where(account >= 0, account, len(frame) + rows)
    observations = Observations(
        sample=Sample(values=answered, weights=np.ones(len(frame)), clusters=clusters, units=rows),
        period=np.asarray(frame["wave"].map({wave: code for code, wave in enumerate(periods)}), dtype=np.int64),
        periods=periods,
        segment=segment,
        partner=partner,
        # a rate of a known number of invitations tells how many answered, which small cells must not
        respondent_count=answered if answers_are_protected(params) else None,
    )
    return build_result(spec, observations, data, params, unit_of_analysis="invitation")


def _periods(frame: pd.DataFrame, data: ClientData) -> tuple[str, ...]:
    """Return the invited waves, those of the survey in its order, before them any others by name."""
    invited = {str(wave) for wave in frame["wave"].unique()}
    return (*sorted(invited - set(data.waves)), *(wave for wave in data.waves if wave in invited))


def _answered(frame: pd.DataFrame, data: ClientData) -> Floats | None:
    if "outcome" in frame and frame["outcome"].notna().any():
        outcome = frame["outcome"].astype("string").str.strip().str.lower()
        if outcome.isin(ANSWERED).any():
            return np.asarray(outcome.isin(ANSWERED).fillna(False), dtype=np.float64)
    for key in ("respondent_id", "customer_id"):
        if key in frame and data.has("survey", key):
            survey = data.table("survey")
            known = pd.MultiIndex.from_arrays([survey["wave"].astype("string"), survey[key].astype("string")])
            asked = pd.MultiIndex.from_arrays([frame["wave"].astype("string"), frame[key].astype("string")])
            return np.asarray(asked.isin(known), dtype=np.float64)
    return None
