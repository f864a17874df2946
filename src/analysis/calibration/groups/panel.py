"""What the same customers' changes tell."""

from analysis.calibration.groups.common import read_model, with_draws
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.panel.analysis import analyse_panel
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.0, "nil-400": 1.0, "weighted-600": 0.1}
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return read_model(analyse_panel(data, with_draws(data, params)), "relations/panel")
