"""What predicts best: recommendation or satisfaction, the rank of a supplier or its level."""

from analysis.calibration.groups.common import read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.prediction.analysis import analyse_prediction
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 0.4, "nil-400": 1.0, "weighted-600": 0.1}
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    return read_model(analyse_prediction(data, params), "relations/prediction")
