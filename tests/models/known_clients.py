"""Synthetic clients in memory, as the data layer would return them, without writing and reading files."""

from functools import cache
from pathlib import Path

from analysis.data.client import ClientData, DataQuality
from analysis.data.customers import derive_customers
from analysis.data.money import add_revenue
from analysis.data.scores import add_survey_columns
from analysis.params.load import load_params
from analysis.params.model import ClientParams
from analysis.synthetic.draw import draw_client
from analysis.synthetic.truth import DrawSpec, Truth

PARAMS = Path(__file__).parents[2] / "params"


@cache
def demo_params() -> ClientParams:
    return load_params("demo", PARAMS)


def known_client(seed: int, truth: Truth | None = None, customers: int = 400) -> ClientData:
    drawn = draw_client(
        DrawSpec(seed=seed, customers=customers), truth, tables=("customers", "survey", "transactions", "rates")
    )
    frames = dict(drawn.canonical)
    faults: list = []
    frames["transactions"] = add_revenue(
        frames["transactions"], frames["rates"], demo_params().money, drawn.as_of, faults
    )
    assert not faults
    frames["survey"], waves = add_survey_columns(frames["survey"], demo_params().survey)
    return ClientData(
        tables=frames,
        customers=derive_customers(frames, demo_params().segment),
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=drawn.as_of,
        first_date=frames["transactions"]["ordered_on"].min(),
    )
