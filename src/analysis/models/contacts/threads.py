"""How soon customers who write get an answer: questions and answers read off the conversations on record."""

import numpy as np
import pandas as pd

from analysis.indicators.samples import Codes
from analysis.indicators.survival import Spells, survival_at
from analysis.messages import N_
from analysis.models.contacts.frequency import OURS, THEIRS, one_day_less, sides_of, threads_of
from analysis.models.contacts.records import Records
from analysis.models.contacts.result import ResponseTime
from analysis.models.lifecycle.medians import METHOD, median_days
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

PROMPT = 7  # days
WRITTEN = ("mail", "letter", "chat", "web", "form", "ticket", "message", "sms", "whatsapp", "portal", "fax",
           "邮", "信", "网", "表单", "工单", "短信", "消息", "留言", "在线", "平台")  # fmt: skip
"""Parts of the words for ways of contact in which an answer comes later; calls and visits are answered on the spot."""


def measure_response(records: Records, params: ClientParams) -> ResponseTime | NotEstimable:
    """Return how soon questions were answered, open ones censored at the end of the record.

    A question is a contact from the customer that does not follow another one of his in the same conversation; its
    answer is the next contact from the client's side in it. Only questions of the window count. Where the records name
    written ways of contact, only those count, because a call needs no later answer.
    """
    if "thread_id" not in records.frame or not records.frame["thread_id"].notna().any():
        return NotEstimable(reason=N_("The contacts are not joined to conversations, so no answer can be told."))
    side = sides_of(records.frame)
    if not (side >= 0).any():
        return NotEstimable(reason=N_("The records of contacts do not say, in words that are known, who began."))
    asked, waited, is_answered = _questions(records, side)
    written = _is_written(records)
    written_only = written is not None and bool(written[asked].any())
    if written is not None and written_only:
        kept = written[asked]
        asked, waited, is_answered = asked[kept], waited[kept], is_answered[kept]
    who = records.customer[asked]
    count = len(np.unique(who))
    if count < params.limits.min_clusters or len(asked) < params.limits.min_n:
        reason = N_("Only {n:int} questions of customers are on record as conversations.", n=len(asked))
        return NotEstimable(reason=reason, n=len(asked))
    spells = Spells(entry=np.zeros(len(asked)), exit=waited.astype(np.float64) + 1.0, ended=is_answered)
    absent = N_("Fewer than half of the questions have an answer on record.")
    return ResponseTime(
        questions=len(asked),
        answered=int(is_answered.sum()),
        written_only=written_only,
        within_days=PROMPT,
        within=_within(spells, who, count),
        median_days=one_day_less(median_days(spells, who, least=params.limits.min_clusters, absent=absent)),
    )


def _questions(records: Records, side: Codes) -> tuple[Codes, Codes, "np.ndarray"]:
    """Return the contacts that ask, the days until the answer (or the end of the record), and whether it came."""
    thread = threads_of(records.frame)
    order = np.lexsort((np.arange(len(side)), records.day, thread))
    order = order[side[order] >= 0]
    thread, from_side, day = thread[order], side[order], records.day[order]
    follows = np.append(False, (thread[1:] == thread[:-1]) & (from_side[:-1] == THEIRS))
    place = np.where(from_side == OURS, np.arange(len(order)), len(order))
    coming = np.minimum.accumulate(place[::-1])[::-1]  # the next contact of the client's own side
    answer = np.minimum(coming, len(order) - 1)
    has_answer = (coming < len(order)) & (thread[answer] == thread)
    asks = (from_side == THEIRS) & ~follows & records.inside[order]
    waited = np.where(has_answer, day[answer] - day, records.until - day)
    return order[asks], np.maximum(waited[asks], 0), has_answer[asks]


def _is_written(records: Records) -> "np.ndarray | None":
    """Return which contacts came in writing, or None where no way of contact is recorded."""
    if "channel" not in records.frame or not records.frame["channel"].notna().any():
        return None
    codes, names = pd.factorize(records.frame["channel"])
    known = np.array([any(part in str(name).lower() for part in WRITTEN) for name in names])
    return np.where(codes >= 0, known[codes], False)


def _within(spells: Spells, who: Codes, count: int) -> Outcome:
    """Return the share answered within `PROMPT` days (durations are counted from 1)."""
    n = len(who)
    point = survival_at(spells, [PROMPT + 1.0], who)[0]
    if point.fewest_at_risk == 0 and point.share > 0:
        return NotEstimable(reason=N_("No question was watched for {days:int} days.", days=PROMPT), n=n)
    return Estimate(
        value=1 - point.share, low=1 - point.high, high=1 - point.low, n=n, method=METHOD, unit="proportion",
        std_error=point.std_error if point.std_error > 0 else None, clusters=count,
    )  # fmt: skip
