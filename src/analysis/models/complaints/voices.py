"""Who is heard, and by which way: the survey, interviews, and every channel of feedback beside each other."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.customer_base import active_customers
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.ledger import to_days, year_ending
from analysis.indicators.observations import Observations, withheld
from analysis.indicators.samples import Codes, moments_of, t_quantile
from analysis.indicators.suppression import hidden_beside, published_codes
from analysis.indicators.survey import Responses, collect_responses
from analysis.messages import N_
from analysis.models.clustering import p_value
from analysis.models.complaints.cases import COMPLAINT, INTERVIEW, PRAISE, accounts_of, customers_behind
from analysis.models.complaints.result import Channel, Voices
from analysis.models.contacts.records import ledger_of
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
INTERVIEWS = {INTERVIEW, "interviews", "访谈", "面谈"}
MOST_CHANNELS = 8
NO_KINDS = N_("The feedback does not say which pieces are complaints.")


def measure_voices(frame: pd.DataFrame | None, data: ClientData, params: ClientParams) -> Voices | NotEstimable:
    """Return volume, reach and share of complaints by channel, in the twelve months to the date of the audit."""
    window = year_ending(data.as_of)
    ids = active_customers(data, ledger_of(data, params), year_ending(data.recorded_until("transactions")))
    rows: list[Channel] = []
    heard = np.zeros(len(ids), dtype=bool)
    survey = data.table("survey") if data.has("survey", "responded_on") else None
    if survey is not None:
        survey = survey[window.holds(to_days(survey["responded_on"]))]
        rows.append(_channel("survey", "", survey, ids, heard, params))
    interviewed = None
    if frame is not None:
        recent = frame[window.holds(to_days(frame["received_on"]))]
        is_interview = _is_interview(recent)
        if is_interview.any():
            interviewed = recent[is_interview]
            rows.append(_channel("interview", "", interviewed, ids, heard, params))
        rows += _feedback_channels(recent[~is_interview], ids, heard, params)
    if not rows or not sum(row.pieces for row in rows):
        return NotEstimable(reason=N_("Nothing was heard from customers in the last twelve months."), n=0)
    unheard: Outcome = NotEstimable(reason=N_("No customer is active."), n=0)
    if len(ids):
        unheard = _share(~heard, params)
    return Voices(
        channels=tuple(rows),
        customers=len(ids),
        unheard=unheard,
        interviewed_satisfaction=_interviewed(interviewed, data, params),
    )


def _is_interview(frame: pd.DataFrame) -> "np.ndarray":
    found = np.zeros(len(frame), dtype=bool)
    for column in ("kind", "channel"):
        if column in frame:
            found |= frame[column].astype("str").str.strip().str.lower().isin(INTERVIEWS).to_numpy(dtype=bool)
    return found


def _feedback_channels(recent: pd.DataFrame, ids: pd.Index, heard: "np.ndarray", params: ClientParams) -> list[Channel]:
    if not len(recent):
        return []
    words = recent["channel"] if "channel" in recent else pd.Series(pd.NA, index=recent.index, dtype="str")
    counts = words.fillna("").astype(str).value_counts()
    order = sorted(counts.items(), key=lambda pair: (str(pair[0]) == "", -int(pair[1]), str(pair[0])))[:MOST_CHANNELS]
    named = words.fillna("").astype(str)
    return [_channel("feedback", str(label), recent[named == str(label)], ids, heard, params) for label, _ in order]


def _channel(
    key: str, label: str, pieces: pd.DataFrame, ids: pd.Index, heard: "np.ndarray", params: ClientParams
) -> Channel:
    """Return one channel, and mark the customers it reaches in `heard`."""
    behind = customers_behind(pieces)
    position = ids.get_indexer(pd.Index(behind.dropna().unique()))
    reached = np.zeros(len(ids), dtype=bool)
    reached[position[position >= 0]] = True
    heard |= reached
    named = bool(behind.notna().any())
    reach: Outcome = NotEstimable(reason=N_("It names no customer."), n=len(pieces))
    if named and len(ids):
        reach = _share(reached, params)
    return Channel(
        key=key,
        label=label,
        pieces=len(pieces),
        customers=int(behind.nunique()) if named else None,
        reach=reach,
        negative=_negative(pieces, params),
    )


def _share(values: "np.ndarray", params: ClientParams) -> Outcome:
    return estimate(Sample.of_units(values.astype(np.float64)), SHARE, min_clusters=params.limits.min_clusters)


def _negative(pieces: pd.DataFrame, params: ClientParams) -> Outcome:
    """Return the share of complaints among complaints and praise, clustered by customer."""
    if "kind" not in pieces:
        return NotEstimable(reason=NO_KINDS)
    told = pieces[pieces["kind"].isin([COMPLAINT, PRAISE])]
    if not len(told):
        return NotEstimable(reason=NO_KINDS, n=0)
    sample = Sample(
        values=(told["kind"] == COMPLAINT).to_numpy().astype(np.float64),
        weights=np.ones(len(told)),
        clusters=accounts_of(told),
        units=np.arange(len(told), dtype=np.int64),
    )
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)


def _interviewed(interviews: pd.DataFrame | None, data: ClientData, params: ClientParams) -> Outcome:
    """Return how much more satisfied the customers interviewed are than the others, in the latest wave."""
    if interviews is None:
        return NotEstimable(reason=N_("There are no notes of interviews."))
    responses = collect_responses(data, params)
    if not isinstance(responses, Responses) or "satisfaction_index" not in responses.frame:
        return NotEstimable(reason=N_("There is no survey answer about satisfaction."))
    observed = responses.observe(responses.frame["satisfaction_index"].to_numpy(dtype=np.float64, na_value=np.nan))
    latest = observed.period == len(observed.periods) - 1
    if observed.accounts is None or not latest.any():
        return NotEstimable(reason=N_("There is no survey answer about satisfaction."))
    met = set(customers_behind(interviews).dropna())
    is_met = np.array([account in met for account in observed.accounts.tolist()])[observed.sample.clusters]
    if _singles_out_few(is_met, latest, observed, params):
        return withheld()
    return _compared(observed.sample, latest & is_met, latest & ~is_met, params)


def _singles_out_few(is_met: "np.ndarray", latest: "np.ndarray", observed: Observations, params: ClientParams) -> bool:
    """Return whether those interviewed, or the others, are few, by themselves or beside segments and partners."""
    if observed.respondent_count is None:
        return False
    people, floor = observed.respondent_count[latest], params.limits.small_cell
    beside = published_codes(observed.segment.codes[latest], observed.partner.codes[latest], people, floor=floor)
    return bool(hidden_beside(is_met[latest].astype(np.int64), beside, people, floor=floor))


def _compared(sample: Sample, first: "np.ndarray", second: "np.ndarray", params: ClientParams) -> Outcome:
    for mask in (first, second):
        count = _clusters(sample, mask)
        if count < params.limits.min_clusters:
            reason = N_(
                "Too few of the customers interviewed, or of the others, answered the survey: {n:int}.", n=count
            )
            return NotEstimable(reason=reason, n=count)
    parts = [moments_of(sample.where(mask)) for mask in (first, second)]
    variance = sum(part.variance for part in parts)
    if variance <= 0:
        return NotEstimable(reason=N_("All customers are alike in it, so the data carry no sign of its uncertainty."))
    degrees = variance**2 / sum(part.variance**2 / max(part.clusters - 1, 1) for part in parts)
    value, error = parts[0].mean - parts[1].mean, float(np.sqrt(variance))
    half = t_quantile(0.975, max(degrees, 1.0)) * error
    return Estimate(
        value=value, low=value - half, high=value + half, n=parts[0].n + parts[1].n, method="cluster-t", unit="index",
        std_error=error, clusters=parts[0].clusters + parts[1].clusters,
        p_value=p_value(value / error, max(round(degrees), 1) + 1),
    )  # fmt: skip


def _clusters(sample: Sample, mask: "np.ndarray") -> int:
    codes: Codes = sample.clusters[mask]
    return len(np.unique(codes))
