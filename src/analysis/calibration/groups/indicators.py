"""Every indicator, the partners' leagues, the changes and the relationship score."""

import dataclasses

from analysis.calibration.readings import Reading, read_result
from analysis.data.client import ClientData
from analysis.indicators.compute import compute_indicators
from analysis.monitoring import control_false_discoveries
from analysis.params.model import ClientParams
from analysis.scale import score_relationship

TABLES = None
CELLS = {
    "demo-400": 0.4,
    "nil-400": 1.0,
    "weighted-600": 0.15,
    "demo-120": 0.2,
    "strong-400": 0.1,
    "differing-400": 0.1,
    "demo-1000": 0.05,
}


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    indicators, changes = control_false_discoveries(compute_indicators(data, params))
    found = read_result(indicators.to_dict(), "indicators")
    found |= read_result(score_relationship(indicators, params).to_dict(), "score")
    for item in changes.items:
        # the family's own p-value, beside the unadjusted one of `indicators/results/*/change`
        found[f"changes/{item.indicator}"] = Reading(p_value=item.adjusted_p)
    for path, reading in list(found.items()):
        if path.startswith("indicators/results/") and path.endswith("/change/difference"):
            change = indicators.results[path.split("/")[2]].change
            smallest = getattr(change, "smallest_detectable", None)
            if smallest is not None:
                # the limits around a difference as large as the smallest that would be found: did they leave out zero?
                shown = dataclasses.replace(reading, low=reading.low + smallest, high=reading.high + smallest)
                found[path.replace("/difference", "/smallest_detectable")] = shown
    return found
