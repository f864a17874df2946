"""Survey weights go through every analysis: with them the estimates are those of all who answered."""

import numpy as np
import pytest

from analysis.calibration.draws import group_of
from analysis.calibration.groups import common
from analysis.calibration.scenarios import scenarios

SEED = 500_000
WEIGHTED = ("mediation", "moderation", "behaviour", "intention", "shape", "panel", "prediction", "uplift", "rank")


@pytest.mark.slow
@pytest.mark.parametrize("group", WEIGHTED)
def test_weights_bring_back_what_is_true_of_the_whole(group, monkeypatch):
    """The dissatisfied were left out by half: without their weights estimates lie off those of all who answered."""
    monkeypatch.setattr(common, "BOOTSTRAP_DRAWS", 39)
    cell, reader = scenarios()["weighted-600"], group_of(group)
    assert "weighted-600" in reader.CELLS
    thinned, params = cell.draw(SEED, customers=3_000, tables=None), cell.params
    whole = scenarios()["demo-400"].draw(SEED, customers=3_000, tables=None)
    ignored = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    truth = reader.read(whole, params)
    off = {name: distances(reader.read(thinned, own), truth) for name, own in (("with", params), ("without", ignored))}
    assert len(off["with"]) > 4
    # the same seed draws the same answers, so that what is left out is all that differs
    assert np.sqrt(np.mean(off["with"] ** 2)) < 1.0
    assert not np.array_equal(off["with"], off["without"])


def distances(found, truth) -> np.ndarray:
    """Return how far estimates lie from those of the whole, in half widths of their intervals over 1.96."""
    return np.array(
        [
            3.92 * (found[path].value - each.value) / (found[path].high - found[path].low)
            for path, each in sorted(truth.items())
            if path in found and found[path].high > found[path].low and np.isfinite(each.value)
        ]
    )
