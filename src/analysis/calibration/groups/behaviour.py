"""How often and how soon customers buy again."""

from analysis.calibration.groups.common import read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.behaviour.analysis import analyse_behaviour
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 0.4, "nil-400": 1.0, "weighted-600": 0.1}
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    found = read_model(analyse_behaviour(data, params), "relations/behaviour")
    return {path: reading for path, reading in found.items() if not path.startswith("relations/behaviour/intention")}
