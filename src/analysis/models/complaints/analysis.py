"""What complaints cost in customers, how they are settled, and whether those who complained come back."""

from analysis.data.client import ClientData
from analysis.models.complaints.cases import feedback_of
from analysis.models.complaints.rates import measure_rate
from analysis.models.complaints.recovery import measure_recovery
from analysis.models.complaints.resolution import measure_resolution
from analysis.models.complaints.result import Complaints
from analysis.models.complaints.satisfaction import measure_satisfaction
from analysis.models.complaints.voices import measure_voices
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def analyse_complaints(data: ClientData, params: ClientParams) -> Complaints | NotEstimable:
    """Return rate, resolution, recovery and channels of complaints; a part without data says why.

    Parameters
    ----------
    data
        The client's canonical tables: feedback, and orders, survey and customers where there are any.
    params
        The horizon of buying again, the small-cell rule and the limits.
    """
    frame = feedback_of(data)
    if isinstance(frame, NotEstimable):
        return frame
    return Complaints(
        rate=measure_rate(frame, data, params),
        resolution=measure_resolution(frame, data, params),
        recovery=measure_recovery(frame, data, params),
        satisfaction=measure_satisfaction(frame, data, params),
        voices=measure_voices(frame, data, params),
    )
