"""What better performance would be worth."""

from analysis.calibration.groups.common import given, mark_given, read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.uplift.analysis import simulate_uplift
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.0, "weighted-600": 0.1}
OF_BUYING = r"/(chance|share|money)$"
TRUTH = (24, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    found = read_model(simulate_uplift(data, params), "relations/uplift")
    return mark_given(found, OF_BUYING, given(data, params))
