"""Moderated mediation where there is some: for one segment, whose slope differs from the others' in one of the cells.

An audit compares the largest segment, which is another one in every fifth client, so that it is asked here of the same
one in all. And the index, which is a number only where mediator and outcome are linear, so that no audit prints it: a
driver works on loyalty through satisfaction; the step from satisfaction to loyalty may differ with the segment, that
from the driver to satisfaction with tenure.
"""

from collections.abc import Iterator

import numpy as np

from analysis.calibration.groups.common import given, mark_given, read_model, with_draws
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats
from analysis.models.loyalty_sample import CONTROL_NAMES, LoyaltySample, build_loyalty_sample, control_values
from analysis.models.mediation.inputs import Mediator, Moderator, step_up
from analysis.models.mediation.moderated import mediate_moderated
from analysis.models.mediation.sample import LOYALTY, SATISFACTION, STEP, gather_customers, restrict
from analysis.models.mediation.system import Stage
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.shape.spline import weighted_quantiles
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"differing-400": 0.2, "differing-1000": 0.3, "nil-400": 0.3, "demo-400": 0.2}
TRUTH = (10, 10_000)
HOME = "relations/mediation/linear"
BUYING = "relations/mediation/buying/segment"
DRIVER = "product_quality"
SEGMENT = "Machine builders"
"""The segment whose slope is the least where the slopes of the segments differ."""
QUARTILES = (0.25, 0.75)
BOTH: tuple[Stage, ...] = ("first", "second")


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    params = with_draws(data, params)
    return _of_buying(data, params) | _of_loyalty(data, params)


def _of_buying(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return how far the way from satisfaction through loyalty to buying again differs, as an audit asks it."""
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable) or "satisfaction_loyalty" not in plan.designs:
        return {}
    segments = plan.rows["customer_id"].map(data.customers["segment"])
    moderator = _moderator("segment", np.asarray(segments == SEGMENT, dtype=float), (0.0, 1.0), BOTH)
    answer = mediate_moderated(
        plan.outcome,
        "binary",
        step_up(SATISFACTION, plan.rows["satisfaction"].to_numpy(dtype=float), STEP),
        Mediator(key="loyalty", label=LOYALTY, values=plan.rows["loyalty"].to_numpy(dtype=float)),
        moderator,
        gather_customers(data, params, plan).without("segment"),
        weights=plan.weights,
        clusters=plan.clusters,
        limits=params.limits,
        draws=model_draws(params),
        rng=model_generator("calibration-moderated", params),
    )
    held = " ".join(each for each in given(data, params).split() if each != "segment")
    return mark_given(read_model(answer, BUYING), "", held)


def _of_loyalty(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the linear models, with their index."""
    sample = build_loyalty_sample(data, params)
    driver = sample.rows[DRIVER].to_numpy(dtype=float)
    found: dict[str, Reading] = {}
    for moderator in _moderators(sample, data, params):
        known = np.isfinite(driver) & np.isfinite(moderator.values)
        answer = mediate_moderated(
            sample.rows.loc[known, "loyalty_index"],
            "linear",
            step_up(SATISFACTION, _index(driver[known], params), STEP),
            Mediator(key="satisfaction", label=SATISFACTION, values=sample.satisfaction[known]),
            Moderator(**(vars(moderator) | {"values": moderator.values[known]})),
            [restrict(each, known) for each in sample.controls if each.name != moderator.label],
            weights=sample.weights[known],
            clusters=sample.clusters[known],
            limits=params.limits,
            draws=model_draws(params),
            rng=model_generator(f"calibration-index-{moderator.key}", params),
        )
        found |= read_model(answer, f"{HOME}/{moderator.key}")
    return found


def _moderators(sample: LoyaltySample, data: ClientData, params: ClientParams) -> Iterator[Moderator]:
    values = control_values(sample.rows, data, params)
    in_segment = np.asarray(values["segment"] == SEGMENT, dtype=float)
    yield _moderator("segment", in_segment, (0.0, 1.0), ("second",))
    tenure = values["tenure"].to_numpy(dtype=float)
    low, high = weighted_quantiles(tenure[np.isfinite(tenure)], sample.weights[np.isfinite(tenure)], QUARTILES)
    yield _moderator("tenure", tenure, (float(low), float(high)), ("first",))


def _moderator(key: str, values: Floats, ends: tuple[float, float], stages: tuple[Stage, ...]) -> Moderator:
    label = CONTROL_NAMES[key]
    return Moderator(
        key=key, label=label, values=values, low=ends[0], high=ends[1], words=(label, LOYALTY), stages=stages
    )


def _index(codes: Floats, params: ClientParams) -> Floats:
    """Return answers about the driver on 0 to 100."""
    if params.survey is None:
        raise ValueError("the parameters of a known client have a questionnaire")
    scale = params.survey.items[DRIVER].scale
    return np.asarray(100 * (codes - scale.min) / (scale.max - scale.min))
