"""What goes with leaving, of clients whom so many have left that all predictors enter: the segments enter last."""

from analysis.calibration.readings import Reading, read_result
from analysis.data.client import ClientData
from analysis.models.lifecycle.churn import ChurnModel
from analysis.models.lifecycle.retention import Retention, analyse_retention
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-1000": 1.0}
TRUTH = (10, 20_000)
HOME = "relationship/retention/churn"


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client; none where too few have left for all predictors."""
    found = analyse_retention(data, params)
    if not isinstance(found, Retention) or not isinstance(found.churn, ChurnModel):
        return {}
    drivers = found.churn.drivers
    if not any(driver.key.startswith("segment=") for driver in drivers):
        return {}
    return read_result({"drivers": [driver.to_dict() for driver in drivers]}, HOME)
