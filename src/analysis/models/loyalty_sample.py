"""The responses on which loyalty is regressed, and the controls that go with them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, cluster_codes, group_codes
from analysis.models.guarded_segments import guarded_segments
from analysis.models.terms import (
    FEWEST_KNOWN,
    SATISFACTION,
    Control,
    Design,
    build_design,
    categorical_control,
    numeric_control,
)
from analysis.params.model import ClientParams

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class LoyaltySample:
    """Responses with all that the model needs.

    Parameters
    ----------
    rows
        The survey's rows used, index reset.
    controls
        Columns held constant, with these rows.
    weights
        Survey weights, mean 1.
    clusters
        Account codes.
    dropped
        Responses with an answer about satisfaction or loyalty that were left out for something missing.
    notes
        Controls that were left out, and why.
    """

    rows: pd.DataFrame
    controls: tuple[Control, ...]
    weights: Floats
    clusters: Codes
    dropped: int
    notes: tuple[Message, ...]

    def design(self) -> Design:
        """Return satisfaction (in tens) and the controls as a design."""
        return build_design(len(self.rows), [(SATISFACTION, self.satisfaction / 10)], self.controls)

    @property
    def satisfaction(self) -> Floats:
        """Return the satisfaction index, 0-100."""
        return self.rows["satisfaction_index"].to_numpy(dtype=float)

    @property
    def accounts(self) -> int:
        """Return the number of accounts."""
        return int(self.clusters.max()) + 1


def build_loyalty_sample(data: ClientData, params: ClientParams) -> LoyaltySample:
    """Return the complete responses of all waves, stacked; the survey must have both composite scores."""
    survey = data.table("survey")
    answered = survey[survey["satisfaction_index"].notna() | survey["loyalty_index"].notna()]
    rows = answered[answered["satisfaction_index"].notna() & answered["loyalty_index"].notna()]
    values = control_values(rows, data, params)
    kept = {name: column for name, column in values.items() if _is_known(column)}
    notes = tuple(
        N_("{control:message} was not held constant: it is unknown for too many answers.", control=CONTROL_NAMES[name])
        for name, column in values.items()
        if name not in kept and column.notna().any()
    )
    complete = pd.Series(True, index=rows.index)
    for column in kept.values():
        complete &= column.notna()
    rows = rows[complete]
    kept = {name: column[complete] for name, column in kept.items()}
    weights = survey_weights(rows, params)
    clusters = cluster_codes(rows["account_key"].astype(str), len(rows))
    return LoyaltySample(
        rows=rows.reset_index(drop=True),
        controls=tuple(
            control
            for name, column in kept.items()
            if (control := _control(name, column, clusters, params.limits.min_clusters)).terms
        ),
        weights=weights,
        clusters=clusters,
        dropped=len(answered) - len(rows),
        notes=notes,
    )


def respondent_waves(rows: pd.DataFrame) -> Codes:
    """Return one code for each respondent and wave, the rows of which are one answer: what thresholds count."""
    columns = [name for name in ("account_key", "respondent_key", "wave") if name in rows]
    return group_codes([rows[name].astype(str) for name in columns]) if columns else np.arange(len(rows))


CONTROL_NAMES: dict[str, Message] = {
    "segment": N_("Segment"),
    "tenure": N_("Tenure"),
    "key_account": N_("Key account"),
    "respondent_level": N_("Respondent level"),
    "wave": N_("Wave"),
}


def survey_weights(rows: pd.DataFrame, params: ClientParams) -> Floats:
    """Return the survey weights as they are, or ones where the params say that the column is none."""
    if params.survey is not None and params.survey.weight_kind == "none":
        return np.ones(len(rows))
    return rows["weight"].to_numpy(dtype=float) if "weight" in rows else np.ones(len(rows))


def names_key_accounts(customers: pd.DataFrame) -> bool:
    """Return whether the client calls anyone a key account; without a column of its own everybody is none."""
    return "is_key_account" in customers and bool(customers["is_key_account"].any())


def control_values(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> dict[str, pd.Series]:
    """Return each control by response, missing where unknown; controls that the client has not are absent."""
    values: dict[str, pd.Series] = {}
    customers = data.customers
    if data.has_real_customers and "customer_id" in rows:
        ids = rows["customer_id"]
        if params.segment:
            values["segment"] = ids.map(guarded_segments(data, params))
        if "joined_on" in customers and customers["joined_on"].notna().any():
            days = (rows["responded_on"] - pd.to_datetime(ids.map(customers["joined_on"]))).dt.days
            values["tenure"] = (days / DAYS_PER_YEAR).where(days >= 0)
        if names_key_accounts(customers):
            key = ids.map(customers["is_key_account"]).astype("Float64").astype(float)
            if not _singles_out_few(key, rows, params):
                values["key_account"] = key
    if "respondent_level" in rows:
        values["respondent_level"] = rows["respondent_level"]
    values["wave"] = rows["wave"]
    return values


def _singles_out_few(flag: pd.Series, rows: pd.DataFrame, params: ClientParams) -> bool:
    """Return whether either side of a flag is fewer protected respondents than may be spoken of.

    The residuals on either side add up to zero, so that its coefficient would tell what the few answered.
    """
    if not answers_are_protected(params):
        return False
    sizes = rows["respondent_key"].groupby(flag).nunique()
    return bool((sizes < params.limits.small_cell).any())


def _is_known(column: pd.Series) -> bool:
    return bool(len(column) and column.notna().mean() >= FEWEST_KNOWN)


def _control(name: str, column: pd.Series, clusters: Codes, fewest: int) -> Control:
    if name == "tenure":
        return numeric_control(CONTROL_NAMES[name], name, N_("Tenure, years"), column)
    if name == "key_account":
        return numeric_control(CONTROL_NAMES[name], name, CONTROL_NAMES[name], column)
    return categorical_control(CONTROL_NAMES[name], name, column, clusters, fewest)
