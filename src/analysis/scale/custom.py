"""Dimensions of the client's own: the questionnaire's items of role custom, by the dimension that they name."""

from typing import cast

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.attitudes import mean_of_answers
from analysis.indicators.catalogue import IndicatorSpec
from analysis.indicators.observations import build_result, no_result
from analysis.indicators.samples import Floats
from analysis.indicators.survey import Responses, answers_of, collect_responses, incomparable_waves
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.params.scale import custom_dimensions
from analysis.params.survey import ItemSpec
from analysis.results import Dimension, IndicatorResult
from analysis.scale.anchors import dimension_label, indicator_of

DEFINITION = N_(
    "Mean of the questions of this dimension, each rescaled so that its worst answer is 0 and its best 100."
)


def compute_custom_dimensions(data: ClientData, params: ClientParams) -> tuple[IndicatorResult, ...]:
    """Return one indicator a custom dimension, 0 to 100, whole, by group and by wave, like any other of the survey."""
    names = custom_dimensions(params.survey)
    if not names:
        return ()
    responses = collect_responses(data, params)
    found = []
    for name in names:
        spec = _spec(name, params)
        if not isinstance(responses, Responses):
            found.append(no_result(spec, responses, params, unit_of_analysis="respondent"))
            continue
        items = items_of_dimension(name, params)
        observations = responses.observe(
            answers_on_scale(name, responses, params), incomparable_waves(list(items), responses)
        )
        found.append(build_result(spec, observations, data, params, unit_of_analysis=responses.unit_of_analysis))
    return tuple(found)


def items_of_dimension(name: str, params: ClientParams) -> dict[str, ItemSpec]:
    """Return the items of a custom dimension."""
    items = params.survey.items if params.survey is not None else {}
    return {key: item for key, item in items.items() if item.role == "custom" and item.dimension == name}


def answers_on_scale(name: str, responses: Responses, params: ClientParams) -> Floats:
    """Return each response's mean of the items of a custom dimension, 0 to 100; NaN where it answered none."""
    columns = [
        100 * (answers_of(key, responses) - item.scale.min) / (item.scale.max - item.scale.min)
        for key, item in items_of_dimension(name, params).items()
    ]
    return np.clip(mean_of_answers(columns), 0.0, 100.0)


def _spec(name: str, params: ClientParams) -> IndicatorSpec:
    return IndicatorSpec(
        key=indicator_of(name),
        name=dimension_label(name, params),
        definition=DEFINITION,
        dimension=cast(Dimension, name),  # the client's own: no chapter of the five asks for it
        kind="mean",
        unit="index",
        bounds=(0.0, 100.0),
    )
