"""The client's texts in one frame: who wrote what when, in which language, and the scores beside them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, NP_, Message
from analysis.models.clustering import Floats
from analysis.models.guarded_segments import guarded_segments
from analysis.params.model import ClientParams
from analysis.text.language import READ, comparable, detect_languages

MIDDLE = 50.0
"""Of a score from 0 to 100: above it a text's score is good, below it bad, and on it neither."""
PROMOTERS_FROM, DETRACTORS_TO = 9, 6
AGAIN = pd.Timedelta(days=30)
"""The same text by the same customer within this time of the one before is counted once."""
COLUMNS = ["text", "customer", "customer_id", "respondent", "written_on", "source", "score", "kind"]
KINDS = {"complaint": 0.0, "投诉": 0.0, "praise": 1.0, "compliment": 1.0, "表扬": 1.0}
"""What the client calls a piece of feedback -> 1 where that is a good word for it, 0 where a bad one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class VoiceTexts:
    """The texts that can be read.

    Parameters
    ----------
    rows
        One row a text, in order of date: ``text, language, customer`` (code of who is counted), ``customer_id``
        (missing where unknown or promised anonymity), ``respondent`` (key of the respondent, missing for feedback),
        ``written_on, source`` (``survey``, ``feedback``), ``segment``, ``kind`` (1 praise, 0 complaint, by the client's
        own word for it) and ``label`` (1 good score beside it, 0 bad), both NaN where there is none.
    given, repeated
        Texts there were, and texts that the same customer had sent shortly before.
    left_out
        Language of the texts that were not read -> how many.
    """

    rows: pd.DataFrame
    given: int
    repeated: int
    left_out: dict[str, int]

    def notes(self) -> list[Message]:
        """Return what was left out, in words."""
        sentences: list[Message] = []
        if count := self.left_out.get("other", 0):
            sentences.append(
                NP_(
                    "One text in a language other than Chinese and English was left out.",
                    "{count:int} texts in languages other than Chinese and English were left out.",
                    count,
                )
            )
        if count := self.left_out.get("short", 0) + self.left_out.get("symbols", 0):
            sentences.append(
                NP_(
                    "One text without a word (a single letter, emoji, numbers) was left out.",
                    "{count:int} texts without a word (a single letter, emoji, numbers) were left out.",
                    count,
                )
            )
        if self.repeated:
            sentences.append(
                NP_(
                    "One text that the same customer had sent less than a month before was not counted again.",
                    "{count:int} texts that the same customer had sent less than a month before were not counted"
                    " again.",
                    self.repeated,
                )
            )
        return sentences


def is_anonymous(params: ClientParams) -> bool:
    """Return whether answers may not be joined to customers."""
    return params.survey is not None and params.survey.confidentiality == "anonymous"


def gather_texts(data: ClientData, params: ClientParams) -> VoiceTexts | Message:
    """Return the texts of feedback and survey comments, or why there are none."""
    parts = [_feedback(data), _comments(data, params)]
    given = pd.concat([part for part in parts if part is not None], ignore_index=True) if any(
        part is not None for part in parts
    ) else pd.DataFrame(columns=COLUMNS)  # fmt: skip
    if given.empty:
        return N_("There are no texts by customers: neither feedback nor comments in a survey.")
    given = given.sort_values("written_on", kind="stable", ignore_index=True)
    given["language"] = detect_languages(given["text"])
    readable = given["language"].isin(READ)
    left_out = given.loc[~readable, "language"].value_counts()
    rows = given[readable]
    same = [rows["customer"], rows["text"].map(comparable)]
    again = rows["written_on"].groupby(same).diff() <= AGAIN
    rows = rows[~again].reset_index(drop=True)
    rows["customer"] = pd.factorize(rows["customer"])[0]
    segment = guarded_segments(data, params) if params.segment and "segment" in data.customers else None
    rows["segment"] = None if segment is None else rows["customer_id"].map(segment)
    rows["label"] = _labels(rows)
    return VoiceTexts(
        rows=rows,
        given=len(given),
        repeated=int(again.sum()),
        left_out={str(name): int(count) for name, count in left_out.items()},
    )


def _written(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    texts = frame[column].astype("str")
    return frame[frame[column].notna() & (texts.str.strip() != "")]


def _feedback(data: ClientData) -> pd.DataFrame | None:
    if not data.has("feedback", "text"):
        return None
    rows = _written(data.table("feedback"), "text")
    known = rows["customer_id"].astype(object) if "customer_id" in rows else pd.Series(None, index=rows.index)
    known = known.where(known.notna(), None)
    own = pd.Series([f"f:{place}" for place in range(len(rows))], index=rows.index, dtype=object)
    # a rating beside a date of resolution rates how the case was settled; the text was written before that
    rated = "resolution_rating" in rows and not data.has("feedback", "resolved_on")
    return pd.DataFrame(
        {
            "text": rows["text"].astype(str),
            "customer": ("c:" + known.astype("str")).where(known.notna(), own),
            "customer_id": known,
            "respondent": None,
            "written_on": rows["received_on"].dt.normalize(),
            "source": "feedback",
            "score": _rescaled(rows["resolution_rating"]) if rated else np.nan,
            "kind": rows["kind"].astype("str").str.strip().str.lower().map(KINDS) if "kind" in rows else np.nan,
        }
    )


def _comments(data: ClientData, params: ClientParams) -> pd.DataFrame | None:
    if not data.has("survey", "comment"):
        return None
    rows = _written(data.table("survey"), "comment")
    named = not is_anonymous(params) and data.has_real_customers and "customer_id" in rows
    known = rows["customer_id"].astype(object) if named else pd.Series(None, index=rows.index, dtype=object)
    known = known.where(known.notna(), None)
    respondent = "r:" + rows["respondent_key"].astype("str")
    return pd.DataFrame(
        {
            "text": rows["comment"].astype(str),
            "customer": ("c:" + known.astype("str")).where(known.notna(), respondent),
            "customer_id": known,
            "respondent": respondent,
            "written_on": rows["responded_on"].dt.normalize(),
            "source": "survey",
            "score": _survey_score(rows, params),
            "kind": np.nan,
        }
    )


def _rescaled(ratings: pd.Series) -> pd.Series:
    """Return ratings on 0 to 100 by the lowest and highest that was given."""
    low, high = ratings.min(), ratings.max()
    return 100 * (ratings - low) / (high - low) if high > low else pd.Series(np.nan, index=ratings.index)


def _survey_score(rows: pd.DataFrame, params: ClientParams) -> pd.Series:
    """Return the satisfaction index beside a comment, else what the answer on recommending says: 0, 50 or 100."""
    score = pd.Series(np.nan, index=rows.index)
    items = params.survey.items if params.survey is not None else {}
    asked = [key for key, item in items.items() if item.role == "recommendation" and key in rows]
    if asked:
        answer = rows[asked[0]].astype(float)
        steps = np.where(answer >= PROMOTERS_FROM, 100.0, np.where(answer <= DETRACTORS_TO, 0.0, MIDDLE))
        score = pd.Series(steps, index=rows.index).where(answer.notna())
    if "satisfaction_index" in rows:
        score = rows["satisfaction_index"].astype(float).fillna(score)
    return score


def _labels(rows: pd.DataFrame) -> Floats:
    score = rows["score"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(score > MIDDLE, 1.0, np.where(score < MIDDLE, 0.0, np.nan))
