"""Derived columns of a survey: keys, weights, waves in order, and the composite scores from 0 to 100."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.faults import row_fault
from analysis.data.waves import wave_order
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.survey import SurveySpec

COMPOSITES: dict[str, tuple[str, ...]] = {
    "satisfaction_index": ("satisfaction",),
    "loyalty_index": ("attitudinal_loyalty", "recommendation", "repurchase_intention"),
    "effort_index": ("effort",),
}
"""Composite column -> roles of the items that it is the mean of."""


def check_weights(frame: pd.DataFrame, survey: "SurveySpec", faults: list[Fault]) -> None:
    """Refuse survey weights that are missing or not above 0: weights fail closed, never default to 1."""
    if survey.weight_kind != "survey" or "weight" not in frame.columns or frame["weight"].isna().all():
        return
    bad = ~(frame["weight"] > 0)
    if bad.any():
        faults.append(
            row_fault(
                frame,
                bad,
                what="survey.weight",
                rule="must be above 0 in every response",
                values=frame["weight"],
                hint="or declare `weight_kind: none`, and no weights are used",
            )
        )


def add_survey_columns(frame: pd.DataFrame, survey: "SurveySpec") -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the survey with its derived columns, and the waves in time order.

    Parameters
    ----------
    frame
        Canonical survey rows in their final order, items coded.
    survey
        The questionnaire.
    """
    scored = frame.copy()
    waves = wave_order(scored)
    scored["wave_order"] = scored["wave"].map({wave: position for position, wave in enumerate(waves)}).astype("int64")
    rows = pd.Series([f"row-{position}" for position in range(1, len(scored) + 1)], index=scored.index, dtype="str")
    for column in ("respondent_id", "customer_id"):
        if column not in scored.columns:
            scored[column] = pd.Series(np.nan, index=scored.index, dtype="str")
    scored["respondent_key"] = scored["respondent_id"].fillna(rows)
    scored["account_key"] = scored["customer_id"].fillna(scored["respondent_key"])
    use_weights = survey.weight_kind == "survey" and "weight" in scored.columns
    scored["weight"] = scored["weight"].fillna(1.0) if use_weights else 1.0
    for name, roles in COMPOSITES.items():
        index = composite(scored, survey, roles)
        if index is not None:
            scored[name] = index
    return scored, waves


def composite(frame: pd.DataFrame, survey: "SurveySpec", roles: tuple[str, ...]) -> pd.Series | None:
    """Return the mean of a response's answered items of `roles`, each rescaled to 0-100; None without such items."""
    rescaled = {
        key: 100 * (frame[key] - item.scale.min) / (item.scale.max - item.scale.min)
        for key, item in survey.items.items()
        if item.role in roles and key in frame.columns
    }
    return pd.DataFrame(rescaled).mean(axis=1) if rescaled else None
