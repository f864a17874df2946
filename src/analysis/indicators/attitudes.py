"""What customers say: satisfaction, effort, loyalty and recommendation, whole, by group and by wave."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE, IndicatorSpec
from analysis.indicators.observations import Observations, build_result, no_result
from analysis.indicators.samples import Floats
from analysis.indicators.survey import Responses, answers_of, incomparable_waves, items_of
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import IndicatorResult

PROMOTER, DETRACTOR = 9, 6  # lowest code of a promoter, highest of a detractor
TOP2_POINTS = (4, 11)  # scales with fewer points have no top two to speak of, with more the two are arbitrary
ROLES = {
    "satisfaction_index": ("satisfaction",),
    "satisfaction_mean": ("satisfaction",),
    "satisfaction_top2": ("satisfaction",),
    "effort_index": ("effort",),
    "nps": ("recommendation",),
    "loyalty_index": ("attitudinal_loyalty", "recommendation", "repurchase_intention"),
}


def compute_attitudes(
    responses: Responses | Message, data: ClientData, params: ClientParams
) -> Iterator[IndicatorResult]:
    """Yield the survey's indicators, estimable or not."""
    for key, roles in ROLES.items():
        spec = CATALOGUE[key]
        if isinstance(responses, Message):
            yield no_result(spec, responses, params, unit_of_analysis="respondent")
            continue
        observations = observe_attitude(key, responses)
        unit = responses.unit_of_analysis
        if isinstance(observations, Message):
            yield no_result(spec, observations, params, unit_of_analysis=unit)
            continue
        bounded = _bounded(spec, items_of(responses.spec, *roles))
        yield build_result(bounded, observations, data, params, unit_of_analysis=unit)


def observe_attitude(key: str, responses: Responses) -> Observations | Message:
    """Return the observations of one of the survey's indicators, or why there are none."""
    items = items_of(responses.spec, *ROLES[key])
    values = _values(key, items, responses)
    if isinstance(values, Message):
        return values
    return responses.observe(values, incomparable_waves(list(items), responses))


def top2_threshold(item: ItemSpec) -> float | None:
    """Return the lowest code of the top two: 4 of 1-5, 6 of 1-7, 9 of 1-10; None for scales without such codes."""
    points = item.scale.max - item.scale.min + 1
    whole = float(points).is_integer()
    return item.scale.max - 1 if whole and TOP2_POINTS[0] <= points <= TOP2_POINTS[1] else None


def top2_of(key: str, threshold: float, responses: Responses) -> Floats:
    """Return 1 where an answer is one of the two best, 0 where not, NaN where there is none."""
    answers = answers_of(key, responses)
    return np.where(np.isfinite(answers), (answers >= threshold).astype(float), np.nan)


def mean_of_answers(columns: list[Floats]) -> Floats:
    """Return each response's mean of the answers it gave, NaN where it gave none."""
    stacked = np.vstack(columns)
    given = np.isfinite(stacked)
    count = given.sum(axis=0)
    total = np.where(given, stacked, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _values(key: str, items: dict[str, ItemSpec], responses: Responses) -> Floats | Message:
    """Return each response's value of an indicator, or why there is none."""
    if not items:
        return N_("The questionnaire has no question for it.")
    if key == "nps":
        answers = answers_of(next(iter(items)), responses)
        score = 100.0 * (answers >= PROMOTER) - 100.0 * (answers <= DETRACTOR)
        return np.where(np.isfinite(answers), score, np.nan)
    if key == "satisfaction_top2":
        return _top2(items, responses)
    if key == "satisfaction_mean":
        return _mean(items, responses)
    return answers_of(key, responses)


def _top2(items: dict[str, ItemSpec], responses: Responses) -> Floats | Message:
    columns = []
    for key, item in items.items():
        threshold = top2_threshold(item)
        if threshold is None:
            return N_("The two best answers are defined for answer scales of 4 to 11 points only.")
        columns.append(top2_of(key, threshold, responses))
    return mean_of_answers(columns)


def _mean(items: dict[str, ItemSpec], responses: Responses) -> Floats | Message:
    if len({(item.scale.min, item.scale.max) for item in items.values()}) > 1:
        return N_("The satisfaction questions do not share one answer scale; see the index.")
    return mean_of_answers([answers_of(key, responses) for key in items])


def _bounded(spec: IndicatorSpec, items: dict[str, ItemSpec]) -> IndicatorSpec:
    """Give the mean on the client's own scale its bounds."""
    if spec.key != "satisfaction_mean":
        return spec
    scale = next(iter(items.values())).scale
    return dataclasses.replace(spec, bounds=(scale.min, scale.max))
