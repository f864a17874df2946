"""Other defensible ways to estimate how buying again goes with satisfaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.messages import N_, Message
from analysis.models.binomial import Logit, average_effect
from analysis.models.clustering import Codes, Floats, checked_weights
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts, most_influential
from analysis.models.linear import fit_linear
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import behaviour_controls, eligible_rows, events_reason, optional_controls
from analysis.models.robustness.choices import Factor
from analysis.models.robustness.customer_rows import Answers, customer_rows
from analysis.models.robustness.loyalty_specifications import pulled_in, rank_scores
from analysis.models.robustness.moments import Effect
from analysis.models.robustness.quick_logit import quick_logit
from analysis.models.robustness.specification import Levels, Tried
from analysis.models.terms import SATISFACTION, Control, Design, build_design, is_redundant
from analysis.params.model import ClientParams

HORIZONS = (1.0, 0.5, 1.5, 2.0)  # times the declared horizon; the declared one first


@dataclass(frozen=True, kw_only=True)
class CustomerSet:
    """The rows of one horizon and choice of waves, unit and weights, with the controls that they have.

    `at` are their places among the rows of `customer_rows`; `controls` holds the blocks ``past``, ``tenure`` and
    ``segment``, `kept` those of them that the declared model can carry; `reason` says why nothing can be estimated.
    """

    at: Codes
    outcome: Floats
    satisfaction: Floats
    weights: Floats
    clusters: Codes
    controls: dict[str, list[Control]]
    kept: tuple[str, ...]
    horizon: int
    reason: Message | None


def repurchase_factors(answers: Answers, params: ClientParams) -> tuple[Factor, ...]:
    """Return the choices for these customers: every combination at full depth.

    Board depth varies horizon, controls, form, outliers, waves and weights too, and leaves out what costs most: ranks,
    single waves, single answers, and further sets of controls.
    """
    full = params.depth == "full"
    frame = answers.frame
    waves = frame.sort_values("wave_order")["wave"].astype(str).unique()
    days = params.repurchase.horizon_days
    reachable = int(answers.until - answers.day.min()) if len(answers.day) else 0
    horizons = [max(1, round(days * factor)) for factor in HORIZONS]
    horizons = [horizon for horizon in dict.fromkeys(horizons) if horizon == days or horizon <= reachable]
    blocks = ["past", *(["tenure"]), *(["segment"] if answers.segment is not None else [])]
    controls = ["all", "past"]
    if full:
        subsets = [c for size in range(len(blocks) - 1, 0, -1) for c in combinations(blocks, size)]
        controls += ["+".join(subset) for subset in subsets if subset != ("past",)]
    followed = frame["wave"].astype(str)[answers.day + days <= answers.until]
    alone = [f"wave:{wave}" for wave in waves if full and (followed == wave).any()]
    respondents = frame.groupby(["customer_id", "wave_order"]).size().max() > 1 if len(frame) else False
    weighted = np.ptp(frame["survey_weight"].to_numpy(dtype=float)) > 0 if len(frame) else False
    return (
        Factor(key="horizon", levels=tuple(str(horizon) for horizon in horizons)),
        Factor(key="controls", levels=(*controls, "none")),
        Factor(key="form", levels=("logit", "line", *(("ranks",) if full else ()))),
        Factor(key="outliers", levels=("all", "influential", "winsorised")),
        Factor(key="waves", levels=("index", "all", *alone) if len(waves) > 1 else ("index",)),
        Factor(key="unit", levels=("account", "respondent") if full and respondents else ("account",)),
        Factor(key="weights", levels=("with", "without") if weighted else ("with",)),
    )


def try_repurchase(answers: Answers, params: ClientParams, grid: Sequence[Levels]) -> list[Tried]:
    """Return every specification of the grid with its effect, percentage points per 10 points of satisfaction."""
    groups = group_codes(answers)
    count = int(groups.max(initial=-1)) + 1
    made: dict[tuple[str, ...], CustomerSet] = {}
    tried = []
    for levels in grid:
        chosen = dict(levels)
        key = tuple(chosen[name] for name in ("horizon", "waves", "unit", "weights"))
        if key not in made:
            made[key] = customer_set(answers, params, groups, *key)
        rows = made[key]
        effect = rows.reason or fit_specification(rows, chosen, params, count)
        method = "ame-delta-cr3-t" if chosen["form"] != "line" else "cr3-t"
        tried.append(Tried(levels=levels, found=effect, method=method, n=len(rows.outcome)))
    return tried


def group_codes(answers: Answers) -> Codes:
    """Return the code of each customer's group of companies."""
    return np.unique(answers.group.to_numpy(dtype=str), return_inverse=True)[1]


def customer_set(
    answers: Answers, params: ClientParams, groups: Codes, days: str, waves: str, unit: str, weights: str
) -> CustomerSet:
    """Return the rows of one choice of horizon (days), waves, unit and weights; `groups` is from `group_codes`."""
    horizon = int(days)
    sample = customer_rows(answers, params, horizon, waves, unit)
    rows, with_loyalty = sample.rows, False
    if len(rows):
        rows, _, with_loyalty = eligible_rows(sample, params)
    y = rows["bought"].to_numpy(dtype=float)
    satisfaction = rows["satisfaction"].to_numpy(dtype=float) / 10
    clusters = groups[rows["customer"].to_numpy(dtype=int)]
    own = rows["weight"].to_numpy(dtype=float) if weights == "with" else np.ones(len(rows))
    reason = _too_few(y, satisfaction, clusters, horizon, params)
    if reason is None and not (np.isfinite(own).all() and (own > 0).all()):
        reason = N_("Some survey weights are missing or not above zero.")
    controls: dict[str, list[Control]] = {"past": [], "tenure": [], "segment": []}
    kept: list[str] = []
    if reason is None:
        controls["past"] = behaviour_controls(rows)
        for control in optional_controls(rows, params):
            block = "tenure" if control.terms[0].key == "tenure" else "segment"
            controls[block] = [control]
        kept = _carried(y, satisfaction, controls, rows["loyalty"].to_numpy(dtype=float), with_loyalty, params)
    return CustomerSet(
        at=rows["row"].to_numpy(dtype=int), outcome=y, satisfaction=satisfaction, weights=own, clusters=clusters,
        controls=controls, kept=tuple(kept), horizon=horizon, reason=reason,
    )  # fmt: skip


def _too_few(y: Floats, satisfaction: Floats, clusters: Codes, horizon: int, params: ClientParams) -> Message | None:
    n, limits = len(y), params.limits
    if n < limits.min_n or len(np.unique(clusters)) < limits.min_clusters:
        return N_("Too few customers can be followed for {days:int} days.", days=horizon)
    if y.sum() in (0, n):
        return N_("Within {days:int} days all or none of the customers bought again.", days=horizon)
    if differing_accounts(satisfaction, clusters) < FEWEST_DIFFERING:
        return N_("All but a few of these customers gave the same satisfaction.")
    return None


def _carried(
    y: Floats,
    satisfaction: Floats,
    controls: dict[str, list[Control]],
    loyalty: Floats,
    with_loyalty: bool,
    params: ClientParams,
) -> list[str]:
    """Return the blocks that the declared model can carry, by the rule of `repurchase_plan.plan_predictors`."""
    focal = [np.ones(len(y)), satisfaction]
    with_loyalty = with_loyalty and not is_redundant(loyalty / 10, focal)
    kept = [block for block in ("past", "tenure", "segment") if controls[block]]
    rarer = min(y.sum(), len(y) - y.sum())
    while len(kept) > 1:
        design = build_design(len(y), [(SATISFACTION, satisfaction)], [c for block in kept for c in controls[block]])
        if rarer >= params.limits.events_per_parameter * (len(design.terms) - 1 + with_loyalty):
            break
        kept.pop()
    return kept


def fit_specification(rows: CustomerSet, chosen: dict[str, str], params: ClientParams, groups: int) -> Effect | Message:
    """Return the average effect of 10 points of satisfaction, percentage points, or why there is none."""
    x = rows.satisfaction
    if chosen["outliers"] == "winsorised":
        x = pulled_in(x, rows.weights)
    if chosen["form"] == "ranks":
        x = rank_scores(x, rows.weights)
    names = rows.kept if chosen["controls"] == "all" else chosen["controls"].split("+")
    controls = [control for name in names if name != "none" for control in rows.controls[name]]
    if is_redundant(x, [np.ones(len(x))]):
        return N_("Satisfaction does not vary by itself in these answers.")
    design = build_design(len(x), [(SATISFACTION, x)], controls)
    rarer = min(rows.outcome.sum(), len(rows.outcome) - rows.outcome.sum())
    needed = params.limits.events_per_parameter * (len(design.terms) - 1)
    if rarer < needed:
        return events_reason(int(rows.outcome.sum()), len(rows.outcome), rows.horizon, needed)
    everyone = np.ones(len(x), dtype=bool)
    effect = _effect(rows, design, everyone, chosen["form"], groups)
    if chosen["outliers"] != "influential":
        return effect
    present = np.unique(rows.clusters)
    drop = present[most_influential(effect.deviations[present][:, None], 0)]
    keep = ~np.isin(rows.clusters, drop)
    if rows.outcome[keep].min() == rows.outcome[keep].max() or (
        np.linalg.matrix_rank(design.matrix[keep]) < design.matrix.shape[1]
    ):
        return N_("Without the most influential customers the model cannot be fitted as it was.")
    return _effect(rows, design, keep, chosen["form"], groups)


def _effect(rows: CustomerSet, design: Design, keep: np.ndarray, form: str, groups: int) -> Effect:
    """Return the effect on the rows kept, its deviations by group of companies."""
    y, matrix = rows.outcome[keep], design.matrix[keep]
    weights = checked_weights(rows.weights[keep], len(y))
    present, codes = np.unique(rows.clusters[keep], return_inverse=True)
    deviations = np.zeros(groups)
    if form == "line":
        line = fit_linear(y, matrix, weights=weights, clusters=codes)
        deviations[present] = 100 * line.deviations[:, 1]
        return Effect(value=float(100 * line.coefficients[1]), deviations=deviations, n=len(y), accounts=len(present))
    value, own = average_effect(fit_logit(y, matrix, weights, codes, design), 1)
    deviations[present] = 100 * own
    return Effect(value=float(100 * value), deviations=deviations, n=len(y), accounts=len(present))


def fit_logit(y: Floats, matrix: Floats, weights: Floats, codes: Codes, design: Design) -> Logit:
    """Return the logistic regression, Firth's where the rows are separated."""
    fit = quick_logit(y, matrix, weights, codes)
    if fit is not None:
        return fit
    own = Design(matrix=matrix, terms=design.terms, controls=design.controls)
    return fit_predictors(y, own, weights, codes).fit
