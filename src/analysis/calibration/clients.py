"""Synthetic clients in memory, as the data layer would return them, without writing and reading files."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data.client import ClientData, DataQuality
from analysis.data.customers import derive_customers
from analysis.data.money import add_revenue
from analysis.data.scores import add_survey_columns
from analysis.errors import Fault
from analysis.params.load import load_params
from analysis.params.model import ClientParams
from analysis.synthetic.draw import draw_client
from analysis.synthetic.truth import DrawSpec, Truth, stream

MODEL_TABLES = ("customers", "survey", "transactions", "rates")
"""What the models read."""
KEPT = {True: 0.5, False: 0.95}
"""Share of the answers kept, by whether the overall satisfaction is below `THRESHOLD`, where answers are thinned."""
THRESHOLD = 60.0  # of the satisfaction index


@cache
def demo_params(folder: Path = Path("params")) -> ClientParams:
    """Return the parameters of the English demonstration client."""
    return load_params("demo", folder)


def known_client(
    seed: int,
    truth: Truth | None = None,
    customers: int = 400,
    *,
    params: ClientParams,
    tables: Collection[str] | None = MODEL_TABLES,
    is_thinned: bool = False,
) -> ClientData:
    """Draw a client whose truth is known.

    Parameters
    ----------
    seed, truth, customers
        As for `analysis.synthetic.draw.draw_client`.
    params
        The parameters under which its tables are derived.
    tables
        Canonical tables to draw; None for all.
    is_thinned
        Whether answers are left out with known probabilities, which depend on the answers themselves; each of the
        rest weighs the inverse of the probability with which it was kept. Only estimates that use the weights then
        find what is true of all answers.
    """
    drawn = draw_client(DrawSpec(seed=seed, customers=customers), truth, tables=tables)
    frames = dict(drawn.canonical)
    faults: list[Fault] = []
    frames["transactions"] = add_revenue(frames["transactions"], frames["rates"], params.money, drawn.as_of, faults)
    if faults:
        raise ValueError(f"a synthetic client has no faults: {faults}")
    survey = _thin(frames["survey"], seed, params) if is_thinned else frames["survey"]
    if params.survey is None:
        raise ValueError("the parameters of a known client have a questionnaire")
    frames["survey"], waves = add_survey_columns(survey, params.survey)
    return ClientData(
        tables=frames,
        customers=derive_customers(frames, params.segment),
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=drawn.as_of,
        first_date=frames["transactions"]["ordered_on"].min(),
    )


def _thin(survey: pd.DataFrame, seed: int, params: ClientParams) -> pd.DataFrame:
    """Return part of the answers with their weights."""
    assert params.survey is not None
    scored, _ = add_survey_columns(survey, params.survey)
    is_low = (scored["satisfaction_index"] < THRESHOLD).to_numpy()
    probability = np.where(is_low, KEPT[True], KEPT[False])
    kept = stream(seed, "thinning").random(len(survey)) < probability
    return survey.assign(weight=1 / probability)[kept].reset_index(drop=True)
