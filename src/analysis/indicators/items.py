"""Each survey item by itself, and the scores of touchpoints and products: what lies behind the indices."""

import numpy as np

from analysis.indicators.attitudes import mean_of_answers, top2_of, top2_threshold
from analysis.indicators.estimation import Measure
from analysis.indicators.observations import estimate_period
from analysis.indicators.samples import Floats
from analysis.indicators.shapes import ItemResult, ProductResult, TouchpointResult
from analysis.indicators.subjects import INDEX, change_of_answers, estimate_waves, score_subjects
from analysis.indicators.survey import Responses, answers_of, incomparable_waves
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable, Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
MAX_CODES = 21  # answer scales with more codes have no distribution to show


def compute_items(responses: Responses, params: ClientParams) -> tuple[ItemResult, ...]:
    """Return the items that were answered, in the order of the questionnaire."""
    results = (_item(key, item, responses, params) for key, item in responses.spec.items.items())
    return tuple(result for result in results if result is not None)


def compute_touchpoints(responses: Responses, params: ClientParams) -> tuple[TouchpointResult, ...]:
    """Return the score of each touchpoint, from the items declared for it.

    Where no item names a touchpoint but the responses do (column ``touchpoint``), its score is the satisfaction index
    of the responses about it.
    """
    names = dict.fromkeys(item.touchpoint for item in responses.spec.items.values() if item.touchpoint)
    if names:
        return tuple(_by_items(name, responses, params) for name in names)
    found = score_subjects("touchpoint", responses, params)
    return tuple(
        TouchpointResult(
            touchpoint=name,
            score=by_period[responses.periods[-1]],
            by_period=by_period,
            change=found.changes[name],
        )
        for name, by_period in found.by_name.items()
    )


def compute_products(responses: Responses, params: ClientParams) -> tuple[ProductResult, ...]:
    """Return the satisfaction index of the responses about each product (column ``product_id``)."""
    beside = () if names_touchpoints(responses) else ("touchpoint",)
    found = score_subjects("product_id", responses, params, beside=beside)
    last = responses.periods[-1]
    return tuple(
        ProductResult(product=name, score=by_period[last], by_period=by_period, change=found.changes[name])
        for name, by_period in found.by_name.items()
    )


def names_touchpoints(responses: Responses) -> bool:
    """Return whether items name the touchpoints; else the responses may, and then make up the whole."""
    return any(item.touchpoint for item in responses.spec.items.values())


def rescale(key: str, item: ItemSpec, responses: Responses) -> Floats:
    """Return an item's answers on 0-100."""
    return 100.0 * (answers_of(key, responses) - item.scale.min) / (item.scale.max - item.scale.min)


def _by_items(name: str, responses: Responses, params: ClientParams) -> TouchpointResult:
    items = {key: item for key, item in responses.spec.items.items() if item.touchpoint == name}
    values = mean_of_answers([rescale(key, item, responses) for key, item in items.items()])
    observed = responses.observe(values, incomparable_waves(list(items), responses))
    by_period = estimate_waves(INDEX, observed, params)
    return TouchpointResult(
        touchpoint=name,
        score=by_period[responses.periods[-1]],
        by_period=by_period,
        change=change_of_answers(observed, by_period, params),
    )


def _item(key: str, item: ItemSpec, responses: Responses, params: ClientParams) -> ItemResult | None:
    answers = answers_of(key, responses)
    if not np.isfinite(answers).any():
        return None
    last = int(responses.period[np.isfinite(answers)].max())
    bounds = (item.scale.min, item.scale.max)
    by_period = estimate_waves(Measure(kind="mean", unit="score", bounds=bounds), responses.observe(answers), params)
    mean = by_period[responses.periods[last]]
    rescaled = responses.observe(rescale(key, item, responses), incomparable_waves([key], responses))
    return ItemResult(
        key=key,
        label=item.label or item.wording or key,
        role=item.role,
        scale=bounds,
        mean=mean,
        index=estimate_period(INDEX, rescaled, last, params),
        top2=_top2(key, item, responses, last, params),
        by_period=by_period,
        n=None if isinstance(mean, NotEstimable) and mean.suppressed else mean.n,
        distribution=_distribution(answers, responses, last, params),
        touchpoint=item.touchpoint,
        change=change_of_answers(rescaled, by_period, params),
        dimension=item.dimension,
    )


def _top2(key: str, item: ItemSpec, responses: Responses, last: int, params: ClientParams) -> Outcome:
    threshold = top2_threshold(item)
    if threshold is None:
        return NotEstimable(reason=N_("The two best answers are defined for answer scales of 4 to 11 points only."))
    return estimate_period(SHARE, responses.observe(top2_of(key, threshold, responses)), last, params)


def _distribution(answers: Floats, responses: Responses, last: int, params: ClientParams) -> dict[str, float]:
    """Return the weighted share of each code in the item's latest wave."""
    rows = np.isfinite(answers) & (responses.period == last) & (responses.weight > 0)
    respondents = len(np.unique(responses.respondent[rows]))
    codes, position = np.unique(answers[rows], return_inverse=True)
    too_few = responses.protected and respondents < params.limits.small_cell
    if too_few or not rows.any() or len(codes) > MAX_CODES:
        return {}
    shares = np.bincount(position, responses.weight[rows])
    return {f"{code:g}": float(share) for code, share in zip(codes, shares / shares.sum(), strict=True)}
