"""Each survey item by itself, and the scores of touchpoints: what lies behind the indices."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.indicators.attitudes import mean_of_answers, top2_of, top2_threshold
from analysis.indicators.estimation import Measure
from analysis.indicators.observations import Labels, Observations, estimate_period, withheld
from analysis.indicators.samples import Codes, Floats
from analysis.indicators.shapes import ItemResult, TouchpointResult
from analysis.indicators.suppression import hidden_beside, hidden_cells, published_codes
from analysis.indicators.survey import Responses, answers_of, incomparable_waves, items_of
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable, Outcome

INDEX = Measure(kind="mean", unit="index", bounds=(0.0, 100.0))
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
    if "touchpoint" not in responses.frame or "satisfaction_index" not in responses.frame:
        return ()
    return _by_responses(responses, params)


def rescale(key: str, item: ItemSpec, responses: Responses) -> Floats:
    """Return an item's answers on 0-100."""
    return 100.0 * (answers_of(key, responses) - item.scale.min) / (item.scale.max - item.scale.min)


def _by_responses(responses: Responses, params: ClientParams) -> tuple[TouchpointResult, ...]:
    """Score the touchpoints that responses are about; they make up the whole, so that one may give another away."""
    touchpoint = Labels.of(responses.frame["touchpoint"].astype("object"))
    score = answers_of("satisfaction_index", responses)
    broken = incomparable_waves(list(items_of(responses.spec, "satisfaction")), responses)
    whole = _by_period(INDEX, responses.observe(score, broken), params)
    hidden = _hidden_touchpoints(touchpoint, score, whole, responses, params)
    results = []
    for code, name in enumerate(touchpoint.names):
        observed = responses.observe(np.where(touchpoint.codes == code, score, np.nan), broken)
        by_period = {
            wave: withheld() if code in hidden[wave] else outcome
            for wave, outcome in _by_period(INDEX, observed, params).items()
        }
        results.append(TouchpointResult(touchpoint=name, score=by_period[responses.periods[-1]], by_period=by_period))
    return tuple(results)


def _hidden_touchpoints(
    touchpoint: Labels, score: Floats, whole: Mapping[str, Outcome], responses: Responses, params: ClientParams
) -> dict[str, frozenset[int]]:
    """Return the touchpoints to hide in each wave."""
    if not responses.protected:
        return dict.fromkeys(responses.periods, frozenset())
    answered = np.isfinite(score) & (responses.weight > 0)
    hidden, floor = {}, params.limits.small_cell
    for code, wave in enumerate(responses.periods):
        rows = answered & (responses.period == code)
        people = pd.DataFrame({"touchpoint": touchpoint.codes[rows], "respondent": responses.respondent[rows]})
        sizes = people.groupby("touchpoint")["respondent"].nunique()
        outcome = whole[wave]
        shown = not (isinstance(outcome, NotEstimable) and outcome.suppressed)
        cells = hidden_cells(
            np.asarray(sizes, dtype=np.float64),
            shown=sizes.index.to_numpy() >= 0,
            floor=floor,
            total_is_shown=shown,
        )
        people_behind = responses.share_of_respondent(rows)
        # segments and partners are shown of the last wave alone: what they share with a touchpoint must not be few
        beside: tuple[Codes, ...] = ()
        if code == len(responses.periods) - 1:
            segment, partner = responses.segment.codes[rows], responses.partner.codes[rows]
            beside = published_codes(segment, partner, people_behind, floor=floor, total_is_shown=shown)
        hidden[wave] = hidden_beside(
            touchpoint.codes[rows],
            beside,
            people_behind,
            floor=floor,
            total_is_shown=shown,
            hidden=frozenset(int(sizes.index[cell]) for cell in cells),
        )
    return hidden


def _by_items(name: str, responses: Responses, params: ClientParams) -> TouchpointResult:
    items = {key: item for key, item in responses.spec.items.items() if item.touchpoint == name}
    values = mean_of_answers([rescale(key, item, responses) for key, item in items.items()])
    observed = responses.observe(values, incomparable_waves(list(items), responses))
    by_period = _by_period(INDEX, observed, params)
    return TouchpointResult(touchpoint=name, score=by_period[responses.periods[-1]], by_period=by_period)


def _by_period(measure: Measure, observations: Observations, params: ClientParams) -> dict[str, Outcome]:
    return {
        label: estimate_period(measure, observations, code, params) for code, label in enumerate(observations.periods)
    }


def _item(key: str, item: ItemSpec, responses: Responses, params: ClientParams) -> ItemResult | None:
    answers = answers_of(key, responses)
    if not np.isfinite(answers).any():
        return None
    last = int(responses.period[np.isfinite(answers)].max())
    bounds = (item.scale.min, item.scale.max)
    by_period = _by_period(Measure(kind="mean", unit="score", bounds=bounds), responses.observe(answers), params)
    mean = by_period[responses.periods[last]]
    return ItemResult(
        key=key,
        label=item.label or item.wording or key,
        role=item.role,
        scale=bounds,
        mean=mean,
        index=estimate_period(INDEX, responses.observe(rescale(key, item, responses)), last, params),
        top2=_top2(key, item, responses, last, params),
        by_period=by_period,
        n=None if isinstance(mean, NotEstimable) and mean.suppressed else mean.n,
        distribution=_distribution(answers, responses, last, params),
        touchpoint=item.touchpoint,
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
