"""The model of repeat purchase, all that it prints, under the name of the controls that the client could carry."""

from analysis.calibration.readings import Reading, at_fixed_places, mark_references, read_result
from analysis.data.client import ClientData
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_result import RepurchaseModel
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {
    "demo-400": 0.4,
    "nil-400": 1.0,
    "weighted-600": 0.15,
    "partial-400": 0.2,
    "strong-400": 0.1,
    "demo-1000": 0.05,
}
TRUTH = (5, 20_000)
LIMIT = 5000  # customers, above which a client is one that the truth is read from


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client.

    A client with few buyers carries fewer controls, and the effect given fewer controls is another quantity. A large
    client is therefore read twice, with the segment among the controls and without.
    """
    found = _read(data, params)
    if len(data.customers) > LIMIT:
        found |= _read(data, params.model_copy(update={"segment": None}))
    return found


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    model = fit_repeat_purchase(data, params)
    if isinstance(model, NotEstimable):
        return {}
    found = read_result(model.to_dict(), "repurchase_model")
    found = mark_references(at_fixed_places(found, "repurchase_model/curve/points", model.curve.points))
    given = given_controls(model)
    return {path.replace("repurchase_model", f"repurchase_model[{given}]", 1): each for path, each in found.items()}


def given_controls(model: RepurchaseModel) -> str:
    """Return the names of what the model holds constant, and which customers it had to leave out."""
    terms = {effect.term.partition("=")[0] for effect in model.fit("baseline").effects}
    left_out = ("-without order",) if model.counts.excluded_without_order else ()
    return " ".join((*sorted(terms), *left_out))
