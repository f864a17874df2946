"""For whom satisfaction counts more."""

from analysis.calibration.groups.common import given, mark_given, read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.moderation.analysis import analyse_moderation
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 0.4, "nil-400": 1.0, "differing-400": 0.1, "weighted-600": 0.1}
OF_BUYING = r"repurchase:"
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    found = read_model(analyse_moderation(data, params), "relations/moderation")
    return mark_given(found, OF_BUYING, given(data, params))
