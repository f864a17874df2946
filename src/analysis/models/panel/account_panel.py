"""One row an account and wave: the unit on which everything about change over time rests.

The account, not the respondent, is followed: contact persons change, a respondent's id is often missing, and it is
accounts that buy. An account's value in a wave is the weighted mean of its respondents; where other persons answer in
another wave, that is part of the change, and it pulls slopes towards zero.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.loyalty_sample import survey_weights
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

FEWEST_WAVES = 2


@dataclass(frozen=True, kw_only=True)
class AccountPanel:
    """Account-waves with both indices.

    Parameters
    ----------
    rows
        Sorted by account and wave: ``account`` (str), ``wave_order`` (int, 0.. over the waves that have rows),
        ``satisfaction``, ``loyalty`` (0-100), ``weight`` (mean survey weight of its respondents), ``responded_on``
        (its latest answer in the wave).
    waves
        Labels in time order; `wave_order` counts them.
    """

    rows: pd.DataFrame
    waves: tuple[str, ...]

    @property
    def accounts(self) -> Codes:
        """Return account codes by row."""
        return cluster_codes(self.rows["account"], len(self.rows))

    @property
    def wave(self) -> Codes:
        """Return the wave of each row, from 0."""
        return np.asarray(self.rows["wave_order"], dtype=int)

    @property
    def weights(self) -> Floats:
        """Return the weight of each row."""
        return self.rows["weight"].to_numpy(dtype=float)

    def column(self, name: str) -> Floats:
        """Return a column as floats."""
        return self.rows[name].to_numpy(dtype=float)

    def answered(self) -> Codes:
        """Return, by account code, in how many waves it answered."""
        return np.bincount(self.accounts)


def build_account_panel(data: ClientData, params: ClientParams) -> AccountPanel | NotEstimable:
    """Return the accounts over the waves, or why there is no panel."""
    reason = _missing(data)
    if reason is not None:
        return NotEstimable(reason=reason)
    survey = data.table("survey")
    rows = survey[survey["satisfaction_index"].notna() & survey["loyalty_index"].notna()]
    weights = survey_weights(rows, params)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(rows))
    rows = rows.assign(survey_weight=weights, level_weight=level_weights(rows, params))
    rows = rows[rows["level_weight"] > 0]
    if rows["respondent_key"].nunique() < params.limits.small_cell:
        least = params.limits.small_cell
        return NotEstimable(
            reason=N_("Fewer than {least:int} answers give both satisfaction and loyalty.", least=least)
        )
    if rows["wave_order"].nunique() < FEWEST_WAVES:
        return NotEstimable(reason=N_("There is only one wave, so nothing can be said about change."), n=len(rows))
    return _averaged(rows)


def level_weights(rows: pd.DataFrame, params: ClientParams) -> Floats:
    """Return the weight of each respondent's level within its account."""
    by_level = params.survey.respondent_weights if params.survey is not None else {}
    if not by_level or "respondent_level" not in rows:
        return np.ones(len(rows))
    levels = rows["respondent_level"].map(by_level).astype(float).fillna(1.0)
    return np.asarray(levels, dtype=np.float64)


def weighted_accounts(rows: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return the mean of each column (new name -> column) by ``account_key`` and ``wave_order``, with its weight.

    Means are weighted by survey weight and level; an account-wave weighs as its mean respondent, so that a response
    split in two of half the weight changes nothing. ``responded_on`` is the latest answer.
    """
    keys = [rows["account_key"].astype(str).rename("account"), rows["wave_order"].astype(int)]
    own = rows["survey_weight"] * rows["level_weight"]
    found = {}
    for name, column in columns.items():
        weight = own.where(rows[column].notna())
        found[name] = (rows[column] * weight).groupby(keys).sum(min_count=1) / weight.groupby(keys).sum(min_count=1)
    found["weight"] = rows["survey_weight"].groupby(keys).sum() / rows["respondent_key"].groupby(keys).nunique()
    found["responded_on"] = rows["responded_on"].groupby(keys).max()
    return pd.DataFrame(found).sort_index().reset_index()


def overlap(panel: AccountPanel, earlier: int, later: int) -> int:
    """Return how many accounts answered in both waves."""
    in_earlier, in_later = (set(panel.rows.loc[panel.wave == wave, "account"]) for wave in (earlier, later))
    return len(in_earlier & in_later)


def _missing(data: ClientData) -> Message | None:
    if not data.has("survey", "satisfaction_index"):
        return N_("There is no survey answer about satisfaction.")
    if not data.has("survey", "loyalty_index"):
        return N_("The survey does not ask about loyalty.")
    return None


def _averaged(rows: pd.DataFrame) -> AccountPanel:
    """Return the panel; waves without a row are not counted."""
    frame = weighted_accounts(rows, {"satisfaction": "satisfaction_index", "loyalty": "loyalty_index"})
    labels = rows.drop_duplicates("wave_order").set_index("wave_order")["wave"].astype(str).sort_index()
    frame["wave_order"] = frame["wave_order"].map({wave: place for place, wave in enumerate(labels.index)})
    return AccountPanel(rows=frame, waves=tuple(labels))
