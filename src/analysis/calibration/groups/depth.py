"""What only an audit at full depth answers: recommendation by groups, buying again, each driver's way to loyalty."""

from analysis.calibration.groups.common import BOOTSTRAP_DRAWS, given, is_large, mark_given, read_model
from analysis.calibration.readings import Reading, mark_references, read_result
from analysis.data.client import ClientData
from analysis.models.bootstrap import FULL_FACTOR
from analysis.models.drivers.analysis import analyse_drivers
from analysis.models.mediation.drivers import drive_loyalty
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

TABLES = None
CELLS = {"demo-400": 0.5, "nil-400": 0.5}
OF_BUYING = r"drivers/repurchase"
TRUTH = (3, 6_000)
FEWEST_DRAWS = 4  # times `FULL_FACTOR`, for the large clients, whose estimates are wanted without their intervals


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    draws = FEWEST_DRAWS if is_large(data) else BOOTSTRAP_DRAWS // FULL_FACTOR
    deep = params.model_copy(update={"depth": "full", "bootstrap_draws": draws})
    found = _drivers(data, deep)
    chains = drive_loyalty(data, deep)
    if not isinstance(chains, NotEstimable):
        for chain in chains:
            found |= read_result({"answer": chain.answer.to_dict()}, f"relations/mediation/drivers/{chain.key}")
    return mark_references(found)


def _drivers(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    found = read_model(analyse_drivers(data, params), "relations/drivers")
    return mark_given(
        {path: each for path, each in found.items() if path.split("/")[2].startswith(("nps_category", "repurchase"))},
        OF_BUYING,
        given(data, params),
    )
