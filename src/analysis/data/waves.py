"""Which wave each response belongs to: the client's own label, or the period of the answer."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.faults import row_fault
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.survey import SurveySpec


def assign_waves(frame: pd.DataFrame, survey: "SurveySpec", faults: list[Fault]) -> pd.Series:
    """Return the wave label of every response ("2024-Q1"; the client's own with ``wave_by: column``).

    Without any label, and with ``wave_by: none``, all responses are one wave named after their years.
    """
    dates = frame["responded_on"]
    if survey.wave_by == "column" and "wave" in frame.columns and frame["wave"].notna().any():
        absent = frame["wave"].isna()
        if absent.any():
            faults.append(
                row_fault(
                    frame,
                    absent,
                    what="survey.wave",
                    rule="must be given for every response",
                    values=frame["wave"],
                    hint="or let the date of the answer make the waves: `wave_by: quarter`",
                )
            )
        return frame["wave"].astype("str")
    if survey.wave_by in ("column", "none"):
        return pd.Series(_years(dates), index=frame.index, dtype="str")
    year = dates.dt.strftime("%Y")
    if survey.wave_by == "year":
        return year.astype("str")
    if survey.wave_by == "month":
        return dates.dt.strftime("%Y-%m").astype("str")
    if survey.wave_by == "quarter":
        return (year + "-Q" + dates.dt.quarter.astype("Int64").astype("str")).astype("str")
    half = pd.Series(np.where(dates.dt.month <= 6, "-H1", "-H2"), index=frame.index, dtype="str")
    return (year + half).astype("str")


def _years(dates: pd.Series) -> str:
    if dates.isna().all():
        return "1"
    first, last = dates.min().year, dates.max().year
    return str(first) if first == last else f"{first}-{last}"


def wave_order(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the wave labels in the order of their first answers; equal dates are ordered by label."""
    first = frame.groupby("wave", sort=True)["responded_on"].min()
    return tuple(first.sort_values(kind="stable").index.astype(str))
