"""The segments as models may know them: those that are not shown of the survey count together, as one group.

A regression's coefficients tell the sums of its outcome over every group that it holds constant (the residuals of each
add up to zero). With a column for a hidden segment, or with one that counts with the reference, a few respondents
could be had from it by subtraction; with all hidden segments in one column, it tells no more than the total does.
"""

import pandas as pd

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.suppression import hidden_cells
from analysis.models.memory import once_per_client
from analysis.params.model import ClientParams

JOINT = " + "
MOST_NAMED = 3
UNNAMED = "–"
ANSWERED = ("satisfaction_index", "loyalty_index")


@once_per_client
def guarded_segments(data: ClientData, params: ClientParams) -> pd.Series:
    """Return each customer's segment, by customer; where answers are protected, the hidden ones under one name.

    The name is made of theirs ("Export + Museum"), so that a reader knows whom a coefficient speaks of.
    """
    segments = data.customers["segment"]
    if not params.segment or not data.has("survey", "customer_id") or not answers_are_protected(params):
        return segments
    hidden = _hidden(segments, data, params)
    if not hidden:
        return segments
    named = sorted(name for name in hidden if name != UNNAMED)
    rest = [UNNAMED] if UNNAMED in hidden or len(named) > MOST_NAMED else []
    filled = segments.astype(object).where(segments.notna(), UNNAMED)
    return filled.where(~filled.isin(hidden), JOINT.join([*named[:MOST_NAMED], *rest])).replace({UNNAMED: None})


def _hidden(segments: pd.Series, data: ClientData, params: ClientParams) -> frozenset[str]:
    """Return the segments that any of the headline indicators hides in the last wave, and customers without one."""
    survey = data.table("survey")
    survey = survey[survey["wave_order"].notna() & survey["customer_id"].notna()]
    latest = survey[survey["wave_order"] == survey["wave_order"].max()]
    found: set[str] = set()
    for column in (None, *(each for each in ANSWERED if each in latest)):
        rows = latest if column is None else latest[latest[column].notna()]
        labels = rows["customer_id"].map(segments).astype(object)
        labels = labels.where(labels.notna(), UNNAMED)
        sizes = rows["respondent_key"].groupby(labels).nunique()
        cells = hidden_cells(
            sizes.to_numpy(dtype=float),
            shown=(sizes.index != UNNAMED),
            floor=params.limits.small_cell,
        )
        found |= {str(sizes.index[cell]) for cell in cells}
        found |= {UNNAMED} if cells and UNNAMED in sizes.index else set()
    return frozenset(found)
