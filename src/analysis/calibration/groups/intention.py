"""Whether customers do what they say: intention beside behaviour. Some clients in three have no answer to it."""

from analysis.calibration.groups.common import read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.behaviour.intention import compare_intention
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.45, "weighted-600": 0.1}
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    return read_model(compare_intention(data, params), "relations/behaviour/intention")
