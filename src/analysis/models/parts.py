"""The pieces that both models' results are made of."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis.messages import Message

COEFFICIENT_COLUMNS = ["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


def _plain(value: Any) -> Any:
    """Turn results, messages and tuples into JSON-ready data."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, kw_only=True)
class ModelPart:
    """Base of everything here: data that can become JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {key: _plain(value) for key, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Coefficient(ModelPart):
    """One row of a coefficient table.

    Parameters
    ----------
    term
        Stable name (``satisfaction_10``: per 10 points; ``segment=Retail``: against the reference level).
    label
        The term in words.
    estimate, std_error, conf_low, conf_high
        In the model's unit (points of the loyalty index, or log odds), 95% limits.
    p_value
        Two-sided, against zero.
    """

    term: str
    label: Message
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float


def coefficient_frame(rows: tuple[Coefficient, ...]) -> pd.DataFrame:
    """Return a coefficient table as a frame with `COEFFICIENT_COLUMNS`."""
    return pd.DataFrame([[getattr(row, column) for column in COEFFICIENT_COLUMNS] for row in rows],
                        columns=COEFFICIENT_COLUMNS)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Diagnostic(ModelPart):
    """One check that a reviewer asks for.

    Parameters
    ----------
    key, name
        Stable name (as in ``docs/definitions.md``), and what was checked.
    finding
        What was found, as a sentence.
    verdict
        ``fine``, ``caution`` (the sentence says what to keep in mind) or ``not_applicable`` (and why).
    statistic, df, p_value
        The test's numbers, or None where it has none.
    """

    key: str
    name: Message
    finding: Message
    verdict: Literal["fine", "caution", "not_applicable"]
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint(ModelPart):
    """The fitted mean of the outcome (index points, or probability 0-1) at one satisfaction, with its 95% band."""

    satisfaction: float
    fitted: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class BinnedMean(ModelPart):
    """The observed (weighted) mean of the outcome among the `n` units whose satisfaction lies in one bin."""

    low: float
    high: float
    satisfaction: float
    outcome: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Curve(ModelPart):
    """What a figure of the relation needs: line, band and binned observations. Controls are averaged over."""

    points: tuple[CurvePoint, ...]
    bins: tuple[BinnedMean, ...]


@dataclass(frozen=True, kw_only=True)
class PublishedAnchor(ModelPart):
    """A value from the literature that an estimate is shown beside."""

    value: float
    source: str
    year: int
