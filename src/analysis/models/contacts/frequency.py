"""How often and how lately customers are met, by which way, and which side begins."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.interaction import MIN_DAYS, YEAR
from analysis.indicators.samples import Codes
from analysis.indicators.survival import Spells, from_zero
from analysis.messages import N_
from analysis.models.contacts.records import SHARE, Records, share_of_customers
from analysis.models.contacts.result import Frequency, LabelShare
from analysis.models.lifecycle.medians import median_days
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

LISTED = 7  # labels; the rest is one row
OURS, THEIRS = 0, 1
_OURS = (
    "outgoing outbound out ours us we supplier sent seller company internal"
    " 外呼 呼出 去电 主动 我方 外发 发出 外访 去访 上门 拜访客户"
)
_THEIRS = (
    "incoming inbound in theirs customer client they received buyer external"
    " 来访 来电 呼入 被动 客户 对方 来信 收到 客户来电 客户来访"
)
SIDES: Mapping[str, int] = MappingProxyType(dict.fromkeys(_OURS.split(), OURS) | dict.fromkeys(_THEIRS.split(), THEIRS))
"""What records call the side that a contact comes from."""


def measure_frequency(records: Records, data: ClientData, params: ClientParams) -> Frequency | NotEstimable:
    """Return frequency, recency, ways of contact and who begins, among the active customers."""
    del data  # everything that counts is in the records
    count = len(records.ids)
    if not count:
        return NotEstimable(reason=N_("No customer is active."), n=0)
    who = records.customer[records.inside]
    met = np.bincount(who, minlength=count)
    first, side = begun(records)
    return Frequency(
        contacts=len(who),
        customers=count,
        met=int((met > 0).sum()),
        per_year=_per_year(met, records, params),
        silent=share_of_customers(met == 0, params),
        since_last=_since_last(records, params),
        channels=_channels(records, params),
        conversations=len(first),
        started_by_customer=_begun_by_customer(records, first, side, params),
    )


def _per_year(met: "np.ndarray", records: Records, params: ClientParams) -> Outcome:
    """Return the mean number of contacts a year; the same numbers as the indicator's, so the same estimate."""
    if records.window.days < min(MIN_DAYS, params.interaction.window_days):
        return NotEstimable(
            reason=N_("Contacts have been recorded for {days:int} days only.", days=records.window.days)
        )
    measure = Measure(kind="mean", unit="per_year")
    sample = Sample.of_units(met * YEAR / records.window.days)
    return estimate(sample, measure, min_clusters=params.limits.min_clusters)


def _since_last(records: Records, params: ClientParams) -> Outcome:
    """Return the median of the days since the last contact; who is on record without one is censored."""
    latest = last_contact(records)
    known = latest >= 0
    since = np.where(known, records.until - latest, records.until - int(records.day.min())).astype(np.float64)
    spells = Spells(entry=np.zeros(len(since)), exit=since + 1.0, ended=known)
    absent = N_("Too few customers are on record with a contact to say how long ago it was for half of them.")
    found = median_days(spells, np.arange(len(since)), least=params.limits.min_clusters, absent=absent)
    return one_day_less(found)


def one_day_less(median: Outcome) -> Outcome:
    """Return a median of days that were counted from 1 (so that none lasts no time) as days from 0."""
    if isinstance(median, NotEstimable):
        return median
    value, low, high = from_zero(median.value, median.low, median.high)
    return Estimate(
        value=value, low=low, high=high, n=median.n, method=median.method, unit="days", clusters=median.clusters
    )


def last_contact(records: Records) -> Codes:
    """Return the day of each active customer's last contact until the end of the record, -1 where there is none."""
    latest = np.full(len(records.ids), -1, dtype=np.int64)
    rows = (records.customer >= 0) & (records.day <= records.until)
    np.maximum.at(latest, records.customer[rows], records.day[rows])
    return latest


def _channels(records: Records, params: ClientParams) -> tuple[LabelShare, ...]:
    if "channel" not in records.frame:
        return ()
    codes, names = pd.factorize(records.frame["channel"][records.inside], sort=True)
    known = codes >= 0
    codes, who = codes[known], records.customer[records.inside][known]
    counts = np.bincount(codes, minlength=len(names))
    order = np.lexsort((np.arange(len(names)), -counts))
    listed = order if len(order) <= LISTED + 1 else order[:LISTED]
    rows = [_label_share(str(names[code]), codes == code, who, params) for code in listed if counts[code]]
    if len(listed) < len(order):
        rows.append(_label_share("", ~np.isin(codes, listed), who, params))
    return tuple(rows)


def _label_share(label: str, has: "np.ndarray", who: Codes, params: ClientParams) -> LabelShare:
    return LabelShare(label=label, contacts=int(has.sum()), share=share_of_contacts(has, who, params))


def share_of_contacts(has: "np.ndarray", who: Codes, params: ClientParams) -> Outcome:
    """Return the share of contacts for which `has` is true, clustered by customer (`who`, one a contact)."""
    sample = Sample(
        values=has.astype(np.float64),
        weights=np.ones(len(has)),
        clusters=who,
        units=np.arange(len(has), dtype=np.int64),
    )
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters)


def sides_of(frame: pd.DataFrame) -> Codes:
    """Return who each contact came from: `OURS`, `THEIRS`, or -1 where the record's word is missing or unknown."""
    if "direction" not in frame:
        return np.full(len(frame), -1, dtype=np.int64)
    words = frame["direction"].astype("str").str.strip().str.lower()
    return words.map(SIDES).fillna(-1).to_numpy().astype(np.int64)


def threads_of(frame: pd.DataFrame) -> Codes:
    """Return the conversation of each contact as a code; a contact outside any is one of its own."""
    own = np.arange(len(frame), dtype=np.int64)
    if "thread_id" not in frame:
        return own
    codes = pd.factorize(frame["thread_id"])[0].astype(np.int64)
    return np.where(codes >= 0, codes, len(frame) + own).astype(np.int64)


def begun(records: Records) -> tuple[Codes, Codes]:
    """Return the contacts of the window that began a conversation, and the side that did (known ones only)."""
    order = np.argsort(records.day, kind="stable")
    _, first = np.unique(threads_of(records.frame)[order], return_index=True)
    rows = order[first]
    side = sides_of(records.frame)[rows]
    kept = records.inside[rows] & (side >= 0)
    return rows[kept], side[kept]


def _begun_by_customer(records: Records, first: Codes, side: Codes, params: ClientParams) -> Outcome:
    if not len(first):
        return NotEstimable(reason=N_("The records of contacts do not say, in words that are known, who began."), n=0)
    return share_of_contacts(side == THEIRS, records.customer[first], params)
