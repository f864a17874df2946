"""Where along the scale a point of satisfaction counts most."""

from analysis.calibration.groups.common import read_model, with_draws
from analysis.calibration.readings import Reading, at_fixed_places
from analysis.data.client import ClientData
from analysis.models.shape.analysis import analyse_shape
from analysis.params.model import ClientParams

HOME = "relations/shape"
TABLES = None
CELLS = {"demo-400": 0.4, "nil-400": 1.0, "weighted-600": 0.1}
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    shape = analyse_shape(data, with_draws(data, params))
    found = read_model(shape, HOME)
    for name in ("curve", "buying_curve"):
        curve = getattr(shape, name, None)
        tagged = next((path.partition(f"/{name}/points/")[0] for path in found if f"/{name}/points/" in path), None)
        if curve is not None and tagged is not None:
            found = at_fixed_places(found, f"{tagged}/{name}/points", curve.points)
    return found
