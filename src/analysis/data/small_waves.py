"""Waves of so few respondents that nothing may be said of them, even by subtracting the other waves from the whole."""

from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.ledger import Ledger
from analysis.messages import N_

if TYPE_CHECKING:
    from analysis.params.model import ClientParams


def answers_are_protected(params: "ClientParams") -> bool:
    """Return whether the small-cell rule applies: unless answers are attributed with consent and stay inside."""
    attributed = params.survey is not None and params.survey.confidentiality == "attributed"
    return not attributed or params.audience == "external"


def leave_out_small_waves(survey: pd.DataFrame, params: "ClientParams", ledger: Ledger) -> pd.DataFrame:
    """Return the survey without the waves of fewer than `small_cell` respondents, where answers are protected.

    Models and figures over all waves would otherwise give the few away: their sum less that of the waves shown is
    theirs. Where every wave is as small, all stay, and nothing is shown of any.
    """
    if not answers_are_protected(params):
        return survey
    key = "respondent_id" if "respondent_id" in survey and survey["respondent_id"].notna().any() else None
    people = survey[key].fillna(pd.Series(survey.index.astype(str), index=survey.index)) if key else survey.index
    sizes = pd.Series(people, index=survey.index).groupby(survey["wave"]).nunique()
    small = [str(wave) for wave in sizes.index[sizes < params.limits.small_cell]]
    if not small or len(small) == len(sizes):
        return survey
    ledger.notes.append(
        N_(
            "Left out to protect the respondents, because fewer than {least:int} people answered: {waves:list}.",
            least=params.limits.small_cell,
            waves=sorted(small),
        )
    )
    return survey[~survey["wave"].astype(str).isin(small)].reset_index(drop=True)
