"""Which question predicts better? Both comparisons of one client."""

from analysis.data.client import ClientData
from analysis.models.prediction.nps_satisfaction import compare_nps_satisfaction
from analysis.models.prediction.rank_level import compare_rank_level
from analysis.models.prediction.results import PredictionComparison
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def analyse_prediction(data: ClientData, params: ClientParams) -> PredictionComparison | NotEstimable:
    """Compare recommendation with satisfaction, and rank with level; each may have no answer of its own.

    Returns
    -------
    PredictionComparison or NotEstimable
        Not estimable as a whole only where neither comparison can be made; the reason is then the first one's.
    """
    nps, rank = compare_nps_satisfaction(data, params), compare_rank_level(data, params)
    if isinstance(nps, NotEstimable) and isinstance(rank, NotEstimable):
        return nps
    return PredictionComparison(nps=nps, rank=rank)
