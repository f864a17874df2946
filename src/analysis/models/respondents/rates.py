"""How many of the invitations to a survey were answered, by wave and, in the latest, by who was invited."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_, Message
from analysis.models.loyalty_sample import names_key_accounts
from analysis.models.respondents.result import ResponseRate
from analysis.models.terms import FEWEST_KNOWN
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
GROUPS: Mapping[str, Message] = {
    "segment": N_("Segment"),
    "key_account": N_("Key account"),
    "level": N_("Respondent level"),
    "channel": N_("Channel"),
}

BESIDE = ("segment", "region", "is_key_account", "partner_id")
"""Groups of customers whose answers are counted elsewhere."""


def response_rates(
    data: ClientData, params: ClientParams, *, protected: bool
) -> tuple[tuple[ResponseRate, ...], tuple[Message, ...]]:
    """Return the response rates by wave and by group of the latest wave, and what they are not known for.

    An invitation is answered where the survey has an answer of the same wave and respondent (or customer, where
    respondents have no id). Where answers are protected, only segments and channels are shown, because two breakdowns
    of the same people can give few of them away: not even they where one has fewer than `small_cell` answers, since the
    rest would tell it, and channels only where every cell that they make with what else is shown of customers has no
    answer or at least so many.
    """
    if not data.has("invitations"):
        return (), (N_("There is no list of who was invited, so there is no response rate."),)
    frame = data.table("invitations")
    frame = frame[frame["wave"].isin(data.waves)].reset_index(drop=True)
    answered = _answered(frame, data)
    if answered is None or frame.empty:
        return (), (N_("The invitations cannot be matched with the answers, so there is no response rate."),)
    rows: list[ResponseRate] = []
    notes: list[Message] = []
    for wave in data.waves:
        here = (frame["wave"] == wave).to_numpy(dtype=bool)
        if here.any():
            rows.append(_rate("wave", N_("{name:text}", name=wave), frame[here], answered[here], params, protected))
    latest = (frame["wave"] == data.waves[-1]).to_numpy(dtype=bool)
    if not latest.any():
        return tuple(rows), tuple(notes)
    for group in ("segment", "channel") if protected else GROUPS:
        labels = _labels(group, frame[latest], data, params)
        if isinstance(labels, Message):
            notes.append(labels)
        elif labels is not None:
            found = _by_group(group, labels, frame[latest], answered[latest], params, protected)
            if protected and group == "channel" and _gives_away(labels, frame[latest], answered[latest], data, params):
                found = []
            rows += found
            if not found:
                notes.append(
                    N_(
                        "The response rate is not shown by {what:message}: too few answers in a group.",
                        what=GROUPS[group],
                    )
                )
    return tuple(rows), tuple(notes)


def _answered(frame: pd.DataFrame, data: ClientData) -> NDArray[np.bool_] | None:
    for key in ("respondent_id", "customer_id"):
        if key in frame and frame[key].notna().any() and data.has("survey", key):
            survey = data.table("survey")
            known = pd.MultiIndex.from_arrays([survey["wave"].astype("string"), survey[key].astype("string")])
            asked = pd.MultiIndex.from_arrays([frame["wave"].astype("string"), frame[key].astype("string")])
            return np.asarray(asked.isin(known), dtype=bool)
    return None


def _rate(
    group: str,
    label: Message,
    frame: pd.DataFrame,
    answered: NDArray[np.bool_],
    params: ClientParams,
    protected: bool,
) -> ResponseRate:
    if protected and 0 < int(answered.sum()) < params.limits.small_cell:
        reason = N_("Withheld to protect the respondents: too few answers, or few answers could be had by subtraction.")
        return ResponseRate(group=group, label=label, invited=len(frame),
                            rate=NotEstimable(reason=reason, suppressed=True))  # fmt: skip
    own = np.arange(len(frame))
    clusters = pd.factorize(frame["customer_id"])[0] if "customer_id" in frame else np.full(len(frame), -1)
    sample = Sample(
        values=answered.astype(float),
        weights=np.ones(len(frame)),
        clusters=np.where(clusters >= 0, clusters, len(frame) + own).astype(np.int64),
        units=own.astype(np.int64),
    )
    rate = estimate(sample, SHARE, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)
    return ResponseRate(group=group, label=label, invited=len(frame), rate=rate)


def _labels(group: str, frame: pd.DataFrame, data: ClientData, params: ClientParams) -> pd.Series | Message | None:
    """Return each invitation's group, why it is not known, or None where the client has no such thing."""
    if group in ("segment", "key_account"):
        if "customer_id" not in frame or (group == "segment" and not params.segment):
            return None
        if group == "key_account":
            if not names_key_accounts(data.customers):
                return None
            flags = frame["customer_id"].map(data.customers["is_key_account"].astype(str))
            return flags.map({"True": "yes", "False": "no"})
        return frame["customer_id"].map(data.customers["segment"])
    if group == "level":
        return _levels(frame, data)
    if "channel" in frame and frame["channel"].notna().mean() >= FEWEST_KNOWN:
        return frame["channel"]
    return N_("The invitations do not name the channel, so the response rate is not known by channel.")


def _levels(frame: pd.DataFrame, data: ClientData) -> pd.Series | Message:
    """Return the level of each person invited, from the invitations or the record of contacts, never from answers."""
    unknown = N_("The level of those who were invited and did not answer is not known.")
    if "respondent_level" in frame and frame["respondent_level"].notna().mean() >= FEWEST_KNOWN:
        return frame["respondent_level"]
    if "respondent_id" not in frame or not data.has("interactions", "contact_id", "contact_level"):
        return unknown
    contacts = data.table("interactions").dropna(subset=["contact_id", "contact_level"])
    level = frame["respondent_id"].map(contacts.groupby("contact_id")["contact_level"].last())
    return level if level.notna().mean() >= FEWEST_KNOWN else unknown


def _by_group(
    group: str,
    labels: pd.Series,
    frame: pd.DataFrame,
    answered: NDArray[np.bool_],
    params: ClientParams,
    protected: bool,
) -> list[ResponseRate]:
    known = labels.notna().to_numpy(dtype=bool)
    replies = labels[answered].value_counts()
    names = sorted(labels.dropna().unique())
    silent_rest = int(answered[~known].sum())
    small = params.limits.small_cell
    if protected and (0 < silent_rest < small or any(int(replies.get(name, 0)) < small for name in names)):
        return []
    rows = []
    for name in names:
        mask = (labels == name).to_numpy(dtype=bool)
        rows.append(_rate(group, _name(group, str(name)), frame[mask], answered[mask], params, protected))
    return rows if len(rows) > 1 else []


def _gives_away(
    labels: pd.Series, frame: pd.DataFrame, answered: NDArray[np.bool_], data: ClientData, params: ClientParams
) -> bool:
    """Return whether few answers could be had by subtracting channels from other groups, or these from those."""
    cells = labels[answered].astype("string").to_frame("label")
    if "customer_id" in frame:
        for name in BESIDE:
            if name in data.customers:
                cells[name] = frame["customer_id"].map(data.customers[name].astype("string"))[answered]
    return bool((cells.value_counts(dropna=False, sort=False) < params.limits.small_cell).any())


def _name(group: str, name: str) -> Message:
    if group == "key_account":
        return N_("key accounts") if name == "yes" else N_("other customers")
    return N_("{name:text}", name=name)
