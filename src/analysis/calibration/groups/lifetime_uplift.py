"""What better performance would add to lifetime value."""

from analysis.calibration.groups.common import given, mark_given, read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.uplift.lifetime import simulate_lifetime_uplift
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 1.0}
OF_BUYING = r"/(share|money)$"
TRUTH = (0, 10_000)
"""No large clients: the truth is the mean of the draws."""


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    found = read_model(simulate_lifetime_uplift(data, params), "relations/lifetime_uplift")
    return mark_given(found, OF_BUYING, given(data, params))
