"""Whether other defensible choices, single customers or a third factor change the findings."""

from analysis.calibration.groups.common import given, mark_given, read_model, with_variants
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.robustness.analysis import analyse_robustness
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-400": 0.4, "nil-400": 1.0, "weighted-600": 0.1}
OF_BUYING = r"repurchase_curve|repurchase_weights|repurchase_influence|e_value|placebo"
TRUTH = (5, 10_000)


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    return with_variants(_read, data, params)


def _read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    loyalty, repurchase = fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params)
    found = read_model(analyse_robustness(data, params, loyalty, repurchase), "relations/robustness")
    return mark_given(found, OF_BUYING, given(data, params))
