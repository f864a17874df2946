"""Whether the missing answers matter: each effect from the answers as they are beside the same with the gaps filled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Floats, cluster_codes
from analysis.models.imputation.chained import impute_items
from analysis.models.imputation.frame import ImputationFrame, build_frame, complete_index, with_indices
from analysis.models.imputation.result import ImputationComparison, ImputedEffect
from analysis.models.imputation.rubin import pool_estimates
from analysis.models.loyalty import refuse
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.repurchase_plan import missing_data
from analysis.models.robustness.customer_rows import mean_answer, read_answers, select_answers
from analysis.models.robustness.loyalty_specifications import loyalty_factors, try_loyalty
from analysis.models.robustness.moments import Effect, cluster_moments, independent_columns, regress
from analysis.models.robustness.repurchase_specifications import (
    customer_set,
    fit_specification,
    group_codes,
    repurchase_factors,
    try_repurchase,
)
from analysis.models.robustness.specification import UNITS, grid
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Unit

IMPUTATIONS = {"board": 20, "full": 50}
ROUNDS = {"board": 3, "full": 10}  # few gaps settle at once; the tests compare three rounds with ten
REDUNDANT = N_("It says the same as the other drivers.")

Index = Callable[[int, str], Floats]  # imputation, name of the index -> its values


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The effect of the answers as they are and of each imputation, or why there is none; and the interval's words."""

    key: str
    complete: Effect | Message
    imputed: Sequence[Effect | Message]
    unit: Unit
    method: str


def compare_imputation(data: ClientData, params: ClientParams) -> ImputationComparison | NotEstimable:
    """Set each effect beside the same with the missing answers filled in by multiple imputation.

    Returns
    -------
    ImputationComparison or NotEstimable
        The reason is a sentence for the client: no survey, nothing missing, too few responses.
    """
    frame = build_frame(data, params)
    if isinstance(frame, NotEstimable):
        return frame
    m, rounds = IMPUTATIONS[params.depth], ROUNDS[params.depth]
    rng = model_generator("missing-answers", params)
    filled = impute_items(frame.items, frame.others, frame.weights, m=m, rounds=rounds, rng=rng)

    def index(number: int, name: str) -> Floats:
        return complete_index(frame, filled[number], params, name)

    pairs = [
        *_loyalty_pair(data, params, frame, index, m),
        *_repurchase_pair(data, params, frame, index, m),
        *_driver_pairs(params, frame, filled, index),
    ]
    if not pairs:
        return NotEstimable(reason=N_("No effect can be estimated on these answers, filled in or not."))
    labels = {gap.item: gap.label for gap in frame.gaps}
    return ImputationComparison(
        n=len(frame.rows),
        complete=int((~np.isnan(frame.items)).all(axis=1).sum()),
        imputations=m,
        rounds=rounds,
        items=frame.gaps,
        effects=tuple(_compare(pair, labels.get(pair.key.removeprefix("driver:"))) for pair in pairs),
        weighted=bool(np.ptp(frame.weights) > 0),
        notes=frame.notes,
    )


def _loyalty_pair(data: ClientData, params: ClientParams, frame: ImputationFrame, index: Index, m: int) -> list[_Pair]:
    if not data.has("survey", "satisfaction_index") or not data.has("survey", "loyalty_index"):
        return []
    samples = [
        build_loyalty_sample(data, params),
        build_loyalty_sample(
            with_indices(data, frame, index(0, "satisfaction_index"), index(0, "loyalty_index")), params
        ),
    ]
    reasons = [refuse(sample, params) for sample in samples]
    reason = reasons[0] or reasons[1]
    if reason is not None:
        return [_Pair(key="loyalty", complete=reason, imputed=[reason], unit="index", method="")]
    declared = [grid(loyalty_factors(samples[0], params))[0]]
    tried = try_loyalty(samples[0], params, declared)[0]
    at = samples[1].rows["imputation_row"].to_numpy()
    imputed = []
    for number in range(m):
        columns = {name: index(number, name)[at] for name in ("satisfaction_index", "loyalty_index")}
        own = replace(samples[1], rows=samples[1].rows.assign(**columns))
        imputed.append(try_loyalty(own, params, declared)[0].found)
    return [_Pair(key="loyalty", complete=tried.found, imputed=imputed, unit=UNITS["loyalty"], method=tried.method)]


def _repurchase_pair(
    data: ClientData, params: ClientParams, frame: ImputationFrame, index: Index, m: int
) -> list[_Pair]:
    if missing_data(data, params) is not None:
        return []
    answers = read_answers(data, params)
    declared = [grid(repurchase_factors(answers, params))[0]]
    tried = try_repurchase(answers, params, declared)[0]
    completed = read_answers(
        with_indices(data, frame, index(0, "satisfaction_index"), index(0, "loyalty_index")), params
    )
    at = completed.frame["imputation_row"].to_numpy()
    chosen = dict(declared[0])
    choices = [chosen[name] for name in ("horizon", "waves", "unit", "weights")]
    groups = group_codes(completed)
    rows = customer_set(completed, params, groups, *choices)
    where, row = select_answers(completed, int(choices[0]), choices[1], choices[2])
    imputed: list[Effect | Message] = [] if rows.reason is None else [rows.reason]
    for number in range(m if rows.reason is None else 0):
        satisfaction = mean_answer(completed, index(number, "satisfaction_index")[at], where, row)[rows.at]
        own = replace(rows, satisfaction=satisfaction / 10)
        imputed.append(fit_specification(own, chosen, params, int(groups.max()) + 1))
    return [
        _Pair(key="repurchase", complete=tried.found, imputed=imputed, unit=UNITS["repurchase"], method=tried.method)
    ]


def _driver_pairs(params: ClientParams, frame: ImputationFrame, filled: Floats, index: Index) -> list[_Pair]:
    """Return satisfaction on all drivers together, complete answers beside filled ones."""
    if params.survey is None or "satisfaction_index" not in frame.rows:
        return []
    specs = params.survey.items
    drivers = [key for key in frame.keys if specs[key].role == "driver"]
    if not drivers:
        return []
    places = [frame.keys.index(key) for key in drivers]
    low = np.array([specs[key].scale.min for key in drivers])
    width = np.array([specs[key].scale.max - specs[key].scale.min for key in drivers])
    codes = cluster_codes(frame.rows["account_key"].astype(str), len(frame.rows))

    def fit(items: Floats, satisfaction: Floats) -> dict[str, Effect | Message]:
        columns = 10 * (items[:, places] - low) / width  # per 10 points of 0 to 100
        keep = np.isfinite(columns).all(axis=1) & np.isfinite(satisfaction)
        return _fit_drivers(drivers, columns[keep], satisfaction[keep], frame.weights[keep], codes[keep], params)

    observed = fit(frame.items, frame.rows["satisfaction_index"].to_numpy(dtype=float, na_value=np.nan))
    imputed = [fit(items, index(number, "satisfaction_index")) for number, items in enumerate(filled)]
    return [
        _Pair(
            key=f"driver:{key}", complete=observed[key], imputed=[one[key] for one in imputed], unit="index",
            method="cr3-t",
        )
        for key in drivers
    ]  # fmt: skip


def _fit_drivers(
    drivers: Sequence[str],
    columns: Floats,
    satisfaction: Floats,
    weights: Floats,
    codes: np.ndarray,
    params: ClientParams,
) -> dict[str, Effect | Message]:
    count = len(drivers)
    accounts = len(np.unique(codes))
    if len(satisfaction) < params.limits.min_n or accounts < max(params.limits.min_clusters, 2 * (count + 1)):
        reason = N_("Too few complete answers from too few accounts for so many drivers.")
        return dict.fromkeys(drivers, reason)
    centred = np.column_stack(
        [np.ones(len(columns)), columns - columns.mean(axis=0), satisfaction - satisfaction.mean()]
    )
    moments = cluster_moments(centred, weights, codes, int(codes.max()) + 1)
    kept = independent_columns(moments.crosses.sum(axis=0), range(count + 1))
    coefficients, deviations = regress(moments, kept, count + 1)
    found: dict[str, Effect | Message] = dict.fromkeys(drivers, REDUNDANT)
    for place, column in enumerate(kept[1:], start=1):
        effect = Effect(
            value=float(coefficients[place]), deviations=deviations[:, place], n=len(columns), accounts=accounts
        )
        found[drivers[column - 1]] = effect if effect.std_error > 0 else N_("It determines satisfaction without error.")
    return found


def _compare(pair: _Pair, label: object) -> ImputedEffect:
    name = label if isinstance(label, str | dict) and pair.key.startswith("driver:") else None
    complete = (
        pair.complete.estimate(pair.unit, pair.method)
        if isinstance(pair.complete, Effect)
        else NotEstimable(reason=pair.complete)
    )
    effects = [effect for effect in pair.imputed if isinstance(effect, Effect)]
    if len(effects) < len(pair.imputed):
        reason = next(effect for effect in pair.imputed if not isinstance(effect, Effect))
        return ImputedEffect(
            key=pair.key, label=name, complete=complete, imputed=NotEstimable(reason=reason), difference=None,
            missing_information=None, simulation_error=None,
        )  # fmt: skip
    accounts = min(effect.accounts for effect in effects)
    pooled = pool_estimates(
        [effect.value for effect in effects], [effect.std_error**2 for effect in effects], accounts - 1
    )
    return ImputedEffect(
        key=pair.key,
        label=name,
        complete=complete,
        imputed=pooled.estimate(pair.unit, n=min(effect.n for effect in effects), clusters=accounts),
        difference=pooled.value - pair.complete.value if isinstance(pair.complete, Effect) else None,
        missing_information=pooled.missing_information,
        simulation_error=pooled.simulation_error,
    )
