"""How much of satisfaction's relation with buying again runs through loyalty."""

from analysis.calibration.groups.common import read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.mediation.analysis import analyse_mediation
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.5, "nil-400": 1.0, "partial-400": 0.5, "weighted-600": 0.1}
TRUTH = (12, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    return read_model(analyse_mediation(data, params), "relations/mediation")
