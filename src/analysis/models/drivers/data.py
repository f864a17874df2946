"""The answers about single parts of the service, on one scale, and what of them can be told apart."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.loyalty_sample import survey_weights
from analysis.models.parts import ModelPart
from analysis.models.terms import is_redundant
from analysis.params.base import LocalizedText, localized
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

FEWEST_ASKED = 0.5
"""A driver must be answered in this share of the responses about any driver, or it would empty the complete ones."""
ACCOUNTS_PER_DRIVER = 5
"""Fewest accounts for each driver where R squared is shared out: with fewer, its interval covered less than 93%."""
ACCOUNTS_PER_COEFFICIENT = 2
"""Fewest accounts for each coefficient of a regression, as in the loyalty model."""
TWINS = 1 - 1e-9  # correlation from which two drivers are the same answers


@dataclass(frozen=True, kw_only=True)
class Driver(ModelPart):
    """A part of the service: the item's key, and its label in every language the params give."""

    key: str
    label: LocalizedText

    def name(self, params: ClientParams) -> str:
        """Return the label in the report's language."""
        return localized(self.label, params.language)


@dataclass(frozen=True, kw_only=True)
class DriverFrame:
    """Responses in which every driver is answered, all waves stacked.

    Parameters
    ----------
    rows
        The survey's rows, index reset.
    drivers
        Those that vary and can be told apart, in the questionnaire's order.
    values
        Their answers, 0-100 and higher is better, shape (rows, drivers).
    weights
        Survey weights as given.
    clusters
        Account codes, 0..G-1.
    left_out
        Responses that answered some driver but not all.
    notes
        Drivers that were left out, and why.
    """

    rows: pd.DataFrame
    drivers: tuple[Driver, ...]
    values: Floats
    weights: Floats
    clusters: Codes
    left_out: int
    notes: tuple[Message, ...] = ()

    @property
    def accounts(self) -> int:
        """Return the number of accounts."""
        return int(self.clusters.max()) + 1 if len(self.clusters) else 0

    def where(self, kept: NDArray[np.bool_]) -> "DriverFrame":
        """Return the frame of some rows; the rows taken out count as left out."""
        return replace(
            self,
            rows=self.rows[kept].reset_index(drop=True),
            values=self.values[kept],
            weights=self.weights[kept],
            clusters=cluster_codes(self.clusters[kept], int(kept.sum())),
            left_out=self.left_out + int((~kept).sum()),
        )

    def column(self, name: str) -> Floats:
        """Return a column of the rows as numbers, NaN where it is missing or there is none."""
        if name not in self.rows:
            return np.full(len(self.rows), np.nan)
        return self.rows[name].to_numpy(dtype=float, na_value=np.nan)


def driver_frame(data: ClientData, params: ClientParams) -> DriverFrame | NotEstimable:
    """Return the responses with every driver, drivers rescaled to 0-100, or why there are none.

    A driver that hardly anybody was asked, that is the same in almost every account, or that follows exactly from
    those before it is left out with a note.
    """
    asked = driver_answers(data, params)
    if asked is None:
        return NotEstimable(reason=N_("The survey does not ask about single parts of the service."))
    drivers, answers = asked
    survey = data.table("survey")
    any_answer = np.isfinite(answers).any(axis=1)
    share = np.isfinite(answers[any_answer]).mean(axis=0)
    notes = [
        N_(
            "{driver:text} was left out: only {share:percent} of the responses answer it.",
            driver=drivers[j].name(params),
            share=float(share[j]),
        )
        for j in np.flatnonzero(share < FEWEST_ASKED)
    ]
    often = np.flatnonzero(share >= FEWEST_ASKED)
    complete = np.isfinite(answers[:, often]).all(axis=1) & any_answer
    rows = survey.loc[pd.Series(complete, index=survey.index)]
    frame = DriverFrame(
        rows=rows.reset_index(drop=True),
        drivers=tuple(drivers[j] for j in often),
        values=answers[np.ix_(complete, often)],
        weights=survey_weights(rows, params),
        clusters=cluster_codes(rows["account_key"].astype(str), len(rows)),
        left_out=int(any_answer.sum() - complete.sum()),
        notes=tuple(notes),
    )
    refusal = refuse_rows(frame, params)
    return refusal if refusal is not None else tell_apart(frame, params)


def driver_answers(data: ClientData, params: ClientParams) -> tuple[tuple[Driver, ...], Floats] | None:
    """Return the drivers and all their answers on 0-100, NaN where missing; None where nobody answered any."""
    if params.survey is None or not data.has("survey"):
        return None
    survey = data.table("survey")
    items = {
        key: item for key, item in params.survey.items.items() if item.role == "driver" and data.has("survey", key)
    }
    if not items:
        return None
    columns = [
        100 * (survey[key].to_numpy(dtype=float, na_value=np.nan) - item.scale.min) / (item.scale.max - item.scale.min)
        for key, item in items.items()
    ]
    drivers = tuple(Driver(key=key, label=item.label or item.wording or key) for key, item in items.items())
    return drivers, np.column_stack(columns)


def refuse_rows(frame: DriverFrame, params: ClientParams) -> NotEstimable | None:
    """Return why these rows carry nothing, whatever is done with them, or None."""
    n, limits = len(frame.rows), params.limits
    if n < limits.small_cell or frame.rows["respondent_key"].nunique() < limits.small_cell:
        return NotEstimable(
            reason=N_("Fewer than {least:int} respondents rate every part of the service.", least=limits.small_cell)
        )
    if n < limits.min_n:
        reason = N_(
            "Too few responses rate every part of the service: {n:int}; at least {least:int} are needed.",
            n=n,
            least=limits.min_n,
        )
        return NotEstimable(reason=reason, n=n)
    if frame.accounts < limits.min_clusters:
        reason = N_(
            "The answers come from too few accounts: {accounts:int}; an interval needs at least {least:int}.",
            accounts=frame.accounts,
            least=limits.min_clusters,
        )
        return NotEstimable(reason=reason, n=n)
    if not (np.isfinite(frame.weights).all() and (frame.weights > 0).all()):
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=n)
    return None


def refuse_predictors(
    frame: DriverFrame, predictors: int, per_predictor: int = ACCOUNTS_PER_DRIVER
) -> NotEstimable | None:
    """Return that there are too few accounts for so many predictors and an intercept, or None."""
    least = per_predictor * (predictors + 1)
    if frame.accounts >= least:
        return None
    reason = N_(
        "The answers come from {accounts:int} accounts; to tell {count:int} questions apart, at least {least:int} are"
        " needed.",
        accounts=frame.accounts,
        count=predictors,
        least=least,
    )
    return NotEstimable(reason=reason, n=len(frame.rows))


def tell_apart(frame: DriverFrame, params: ClientParams) -> DriverFrame | NotEstimable:
    """Return the frame without drivers that do not vary or that others determine, each with a note."""
    kept: list[int] = []
    notes = list(frame.notes)
    for position, driver in enumerate(frame.drivers):
        values = frame.values[:, position]
        if differing_accounts(values, frame.clusters) < FEWEST_DIFFERING:
            notes.append(N_("{driver:text} was left out: nearly all answers are the same.", driver=driver.name(params)))
        elif is_redundant(values - values.mean(), [_centred(frame.values[:, j]) for j in kept] or [_nothing(values)]):
            notes.append(_said_already(frame, position, kept, params))
        else:
            kept.append(position)
    if not kept:
        return NotEstimable(
            reason=N_("All respondents rate the parts of the service the same, so nothing can be told apart."),
            n=len(frame.rows),
        )
    return replace(
        frame, drivers=tuple(frame.drivers[j] for j in kept), values=frame.values[:, kept], notes=tuple(notes)
    )


def _said_already(frame: DriverFrame, position: int, kept: list[int], params: ClientParams) -> Message:
    """Return that a driver is the same answers as another, which stands for both, or follows from several."""
    name = frame.drivers[position].name(params)
    values = _centred(frame.values[:, position])
    for other in kept:
        one = _centred(frame.values[:, other])
        if abs(values @ one) > TWINS * np.linalg.norm(values) * np.linalg.norm(one):
            return N_(
                "{driver:text} was answered exactly like {other:text}; {other:text} stands for both.",
                driver=name,
                other=frame.drivers[other].name(params),
            )
    return N_("{driver:text} was left out: its answers follow exactly from those about other parts.", driver=name)


def _centred(values: NDArray[Any]) -> Floats:
    return np.asarray(values - values.mean(), dtype=float)


def _nothing(values: Floats) -> Floats:
    return np.zeros_like(values)
