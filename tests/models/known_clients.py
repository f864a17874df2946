"""Synthetic clients in memory under the demonstration client's parameters, for tests of models and indicators."""

from pathlib import Path

from analysis.calibration import clients
from analysis.data.client import ClientData
from analysis.params.model import ClientParams
from analysis.synthetic.truth import Truth

PARAMS = Path(__file__).parents[2] / "params"


def demo_params() -> ClientParams:
    return clients.demo_params(PARAMS)


def known_client(seed: int, truth: Truth | None = None, customers: int = 400) -> ClientData:
    return clients.known_client(seed, truth, customers, params=demo_params())
