"""What goes with satisfaction, loyalty and recommendation: shares, effects and the map."""

from analysis.calibration.groups.common import read_model, with_draws
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.drivers.analysis import analyse_drivers
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.0, "nil-400": 1.0, "weighted-600": 0.1}
TRUTH = (12, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return read_model(analyse_drivers(data, with_draws(data, params)), "relations/drivers")
