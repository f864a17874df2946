"""Which answers are filled in, and what helps to predict them: the account's other answers, its buying, the outcome."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.scores import COMPOSITES
from analysis.messages import N_, Message
from analysis.models.clustering import Floats, checked_weights
from analysis.models.imputation.result import ItemGaps
from analysis.models.loyalty_sample import control_values, survey_weights
from analysis.models.repurchase_plan import missing_data
from analysis.models.robustness.customer_rows import followed, read_answers
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable

INDICES = ("satisfaction_index", "loyalty_index")
ROLES = (*COMPOSITES["satisfaction_index"], *COMPOSITES["loyalty_index"], "driver")
# Of a question with more gaps than answers the answers say too little to fill the gaps.
MOST_MISSING = 0.5
MANY_MISSING = 0.2  # from here on intervals after mean matching are a little too narrow (91% instead of 95%)
FEWEST_LABELLED = 10  # rows with a level, for a column of its own
ROWS_PER_COLUMN = 3  # fewest rows per predictor for the equations to be worth their name


@dataclass(frozen=True, kw_only=True)
class ImputationFrame:
    """The responses whose gaps are filled.

    Parameters
    ----------
    rows
        Survey rows with at least one answer about satisfaction, loyalty or a driver, index reset.
    keys, items
        The questions that are filled, and their answers, shape (n, p), NaN where missing.
    others
        What else predicts, complete, shape (n, q).
    weights
        Survey weights, mean 1.
    gaps
        What is missing of every question.
    notes
        What a reader must know.
    """

    rows: pd.DataFrame
    keys: tuple[str, ...]
    items: Floats
    others: Floats
    weights: Floats
    gaps: tuple[ItemGaps, ...]
    notes: tuple[Message, ...]


def build_frame(data: ClientData, params: ClientParams) -> ImputationFrame | NotEstimable:
    """Return the responses to fill, or why nothing is filled."""
    if params.survey is None or not data.has("survey"):
        return NotEstimable(reason=N_("There is no survey."))
    survey = data.table("survey")
    specs = {
        key: item
        for key, item in params.survey.items.items()
        if item.role in ROLES and key in survey and survey[key].notna().any()
    }
    if not specs:
        return NotEstimable(reason=N_("The survey has no question about satisfaction, loyalty or a driver."))
    rows = survey[survey[list(specs)].notna().any(axis=1)].reset_index(drop=True)
    n = len(rows)
    if n < params.limits.min_n:
        few = n < params.limits.small_cell
        return NotEstimable(reason=N_("Too few responses to fill in what is missing."), n=None if few else n)
    weights = survey_weights(rows, params)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=n)
    answers = rows[list(specs)].to_numpy(dtype=float, na_value=np.nan)
    absent = np.isnan(answers).mean(axis=0)
    varies = np.nanmax(answers, axis=0) > np.nanmin(answers, axis=0)
    kept = [key for key, share, vary in zip(specs, absent, varies, strict=True) if share <= MOST_MISSING and vary]
    gaps = _gaps(specs, rows, kept)
    if not any(gap.filled for gap in gaps):
        return NotEstimable(reason=N_("No answer is missing that could be filled in."), n=n)
    others = _predictors(rows, data, params, weights)
    if n < ROWS_PER_COLUMN * (len(kept) + others.shape[1]):
        return NotEstimable(reason=N_("Too few responses for so many questions to fill in what is missing."), n=n)
    return ImputationFrame(
        rows=rows,
        keys=tuple(kept),
        items=rows[kept].to_numpy(dtype=float, na_value=np.nan),
        others=others,
        weights=checked_weights(weights, n),
        gaps=gaps,
        notes=tuple(
            note
            for key, share in zip(specs, absent, strict=True)
            if (note := _note_gaps(key, float(share))) is not None
        ),
    )


def _note_gaps(key: str, share: float) -> Message | None:
    """Return what a reader must know of a question with many gaps, or None."""
    if share > MOST_MISSING:
        return N_("{item:text} has more gaps than answers and was not filled in.", item=key)
    if share > MANY_MISSING:
        return N_(
            "{share:percent} of the answers to {item:text} are missing: what fills them in is less certain than the"
            " interval says.",
            share=share,
            item=key,
        )
    return None


def _gaps(specs: dict[str, ItemSpec], rows: pd.DataFrame, kept: list[str]) -> tuple[ItemGaps, ...]:
    found = []
    for key, spec in specs.items():
        missing = int(rows[key].isna().sum())
        filled = key in kept and missing > 0
        label = spec.label or spec.wording or key
        found.append(ItemGaps(item=key, label=label, role=spec.role, n=len(rows), missing=missing, filled=filled))
    return tuple(found)


def complete_index(frame: ImputationFrame, items: Floats, params: ClientParams, index: str) -> Floats:
    """Return an index from filled items, by the rule of `data.scores`: the mean of the rescaled items there are.

    Parameters
    ----------
    items
        One imputation, shape (n, p).
    index
        ``satisfaction_index`` or ``loyalty_index``.

    Returns
    -------
    Floats
        Shape (n,); NaN where no item of the index was filled or answered.
    """
    if params.survey is None:
        raise ValueError("there is no questionnaire")
    total, count = np.zeros(len(items)), np.zeros(len(items))
    for key, spec in params.survey.items.items():
        if spec.role not in COMPOSITES[index] or key not in frame.rows:
            continue
        answers = (
            items[:, frame.keys.index(key)]
            if key in frame.keys
            else frame.rows[key].to_numpy(dtype=float, na_value=np.nan)
        )
        known = np.isfinite(answers)
        total[known] += 100 * (answers[known] - spec.scale.min) / (spec.scale.max - spec.scale.min)
        count += known
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def with_indices(data: ClientData, frame: ImputationFrame, satisfaction: Floats, loyalty: Floats) -> ClientData:
    """Return the client with these indices in its survey; ``imputation_row`` counts the frame's rows."""
    columns = {
        "satisfaction_index": satisfaction,
        "loyalty_index": loyalty,
        "imputation_row": np.arange(len(frame.rows)),
    }
    return replace(data, tables={**data.tables, "survey": frame.rows.assign(**columns)})


def _predictors(rows: pd.DataFrame, data: ClientData, params: ClientParams, weights: Floats) -> Floats:
    """Return what predicts besides the items themselves, every column complete."""
    columns = [*_account_columns(rows), *_known_columns(rows, data, params), *_behaviour(rows, data, params)]
    if np.ptp(weights) > 0:
        columns.append(np.log(weights))
    if not columns:
        return np.empty((len(rows), 0))
    matrix = np.column_stack(columns)
    return np.asarray(matrix[:, np.ptp(matrix, axis=0) > 0])


def _account_columns(rows: pd.DataFrame) -> list[Floats]:
    """Return what the account's other responses say on average, and whether there are any."""
    columns = []
    for name in INDICES:
        if name not in rows:
            continue
        values = rows[name].to_numpy(dtype=float, na_value=np.nan)
        known = np.isfinite(values)
        codes = pd.factorize(rows["account_key"].astype(str))[0]
        total = np.bincount(codes, weights=np.where(known, values, 0.0))[codes] - np.where(known, values, 0.0)
        count = np.bincount(codes, weights=known.astype(float))[codes] - known
        mean = float(values[known].mean()) if known.any() else 0.0
        columns += [np.where(count > 0, total / np.maximum(count, 1), mean), (count > 0).astype(float)]
    return columns


def _known_columns(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> list[Floats]:
    """Return segment, tenure, key account, level and wave; a gap gets the mean, or no label."""
    columns = []
    for name, values in control_values(rows, data, params).items():
        if name in ("tenure", "key_account"):
            numbers = values.to_numpy(dtype=float, na_value=np.nan)
            if np.isfinite(numbers).any():
                columns.append(np.where(np.isfinite(numbers), numbers, np.nanmean(numbers)))
            continue
        counts = values.astype(object).value_counts()
        columns += [
            (values == level).fillna(False).to_numpy(dtype=float)
            for level in sorted(counts.index[counts >= FEWEST_LABELLED], key=str)[1:]
        ]
    return columns


def _behaviour(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> list[Floats]:
    """Return recency, frequency and the outcome itself (the mean where it is not known yet, and that it is not).

    The outcome must be among the predictors: without it the filled answers would be unrelated to buying again.
    """
    if missing_data(data, params) is not None:
        return []
    everyone = rows.assign(satisfaction_index=0.0)  # nobody is left out for want of an answer
    answers = read_answers(replace(data, tables={**data.tables, "survey": everyone}), params)
    horizon = params.repurchase.horizon_days
    found = followed(answers, answers.customer, answers.day, params.repurchase.history_days, horizon)
    found.index = answers.frame.index
    found["known"] = answers.day + horizon <= answers.until
    found = found.reindex(rows.index)
    linked = found["known"].notna()
    known = found["known"].eq(True)
    bought = found["bought"].where(known)
    filled = [bought.fillna(bought.mean()) if known.any() else bought.fillna(0.0), known, linked]
    filled += [found[name].astype(float).fillna(found[name].astype(float).mean()) for name in ("recency", "frequency")]
    return [np.nan_to_num(column.to_numpy(dtype=float)) for column in filled]
