"""The model of loyalty on satisfaction, all that it prints."""

from analysis.calibration.readings import Reading, at_fixed_places, mark_references, read_result
from analysis.data.client import ClientData
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"demo-400": 1.0, "nil-400": 1.0, "weighted-600": 0.15, "demo-120": 0.2, "strong-400": 0.1, "demo-1000": 0.05}
TRUTH = (5, 20_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    model = fit_satisfaction_loyalty(data, params)
    if isinstance(model, NotEstimable):
        return {}
    found = read_result(model.to_dict(), "loyalty_model")
    return mark_references(at_fixed_places(found, "loyalty_model/curve/points", model.curve.points))
