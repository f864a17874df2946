"""What is compared on held-out customers: past buying alone, and past buying with the answers.

Tenure and segment are in neither. What the answers add to recency and frequency would else be judged beside other
things than past buying; and the client's list of segments is today's, so that it may follow what is to be predicted.
"""

from collections.abc import Sequence

from analysis.models.clustering import Floats
from analysis.models.results import PredictorSet
from analysis.models.terms import Control, Design, Term, build_design


def predicting_designs(
    n: int, answers: Sequence[tuple[Term, Floats]], behaviour: Sequence[Control]
) -> dict[PredictorSet, Design]:
    """Return past buying alone, and past buying with the answers: the two sets compared on held-out customers.

    Parameters
    ----------
    n
        Rows.
    answers
        Satisfaction, and loyalty where it is in the model.
    behaviour
        Recency and frequency, as from `behaviour_controls`.
    """
    key: PredictorSet = "satisfaction_loyalty" if len(answers) > 1 else "satisfaction"
    return {"baseline": build_design(n, [], behaviour), key: build_design(n, answers, behaviour)}
