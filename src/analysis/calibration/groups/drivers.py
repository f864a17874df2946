"""What goes with satisfaction, loyalty and recommendation: shares, effects and the map."""

from analysis.calibration.groups.common import read_model, with_draws
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.drivers.analysis import analyse_drivers
from analysis.params.model import ClientParams

TABLES = None
SCENARIOS = ("demo-400", "nil-400", "weighted-600")
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return read_model(analyse_drivers(data, with_draws(data, params)), "relations/drivers")
