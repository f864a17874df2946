"""Indicators by hand, for the rooms that take results only."""

import pytest

from analysis.indicators.shapes import Indicators
from analysis.messages import N_
from analysis.results import NotEstimable


@pytest.fixture
def make_indicators():
    """Return a function from indicator results to `Indicators` that hold nothing else."""
    absent = NotEstimable(reason=N_("There is nothing to see."))

    def make(*results, **fields):
        parts = ("growth", "monthly_revenue", "rfm", "concentration", "retention_curve", "feedback", "opportunities")
        empty = dict.fromkeys(parts, absent) | {"items": (), "touchpoints": (), "partners": {}, "silences": {}}
        return Indicators(results={result.key: result for result in results}, **(empty | fields))

    return make
