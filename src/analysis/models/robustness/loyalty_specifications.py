"""Other defensible ways to estimate how loyalty goes with satisfaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, sum_by_cluster
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts, most_influential
from analysis.models.loyalty_ordered import main_item
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.robustness.choices import Factor
from analysis.models.robustness.moments import Effect, Moments, cluster_moments, independent_columns, regress
from analysis.models.robustness.ordered_specifications import fit_ordered_item
from analysis.models.robustness.specification import Levels, Tried
from analysis.models.terms import Control
from analysis.params.model import ClientParams

WINSORISED = (0.05, 0.95)
ROUNDING = 1e-12
INTERCEPT, LINE, RANKS, SQUARE, PULLED, PULLED_SQUARE, LOYALTY, LOYALTY_PULLED = range(8)
FOCAL_COLUMNS = 8  # the controls' columns follow
# Below this share of its own size a standard error is rounding: the two indices are the same thing.
NO_SCATTER = 1e-9
BLOCKS = {
    "segment": "segment",
    "tenure": "customer",
    "key_account": "customer",
    "respondent_level": "respondent_level",
    "wave": "wave",
}


@dataclass(frozen=True, kw_only=True)
class RowSet:
    """One choice of rows and weights, with the sums by account of everything that may be regressed on them.

    `blocks` are the columns of each block of controls; `reason` says why nothing can be estimated on these rows.
    """

    moments: Moments
    blocks: dict[str, list[int]]
    reason: Message | None
    single: bool


def loyalty_factors(sample: LoyaltySample, params: ClientParams) -> tuple[Factor, ...]:
    """Return the choices for these answers: every combination at full depth.

    Board depth varies controls, form, outliers, waves, unit and weights too, and leaves out what costs most: ordered
    answers, single waves, and sets of controls that lack more than one block.
    """
    full = params.depth == "full"
    waves = sample.rows.sort_values("wave_order")["wave"].astype(str).unique()
    blocks = [block for block in dict.fromkeys(BLOCKS.values()) if block in control_blocks(sample)]
    controls = ["all"] if blocks else ["none"]
    if len(blocks) > 1:
        fewest = 0 if full else len(blocks) - 2
        subsets = [c for size in range(len(blocks) - 1, fewest, -1) for c in combinations(blocks, size)]
        controls += ["+".join(subset) for subset in subsets]
    controls += ["none"] if blocks else []
    several = ["all", "latest", *(f"wave:{wave}" for wave in waves[:-1] if full)] if len(waves) > 1 else ["all"]
    with_question = main_item(sample, params) is not None
    forms = ["line", "ranks", *(["question"] if with_question else []), "curved"]
    forms += ["ordered"] if full and with_question else []
    respondents = sample.accounts < len(sample.rows)
    return (
        Factor(key="controls", levels=tuple(controls)),
        Factor(key="form", levels=tuple(forms)),
        Factor(key="outliers", levels=("all", "influential", "winsorised")),
        Factor(key="waves", levels=tuple(several)),
        Factor(key="unit", levels=("respondent", "account") if respondents else ("respondent",)),
        Factor(key="weights", levels=("with", "without") if np.ptp(sample.weights) > 0 else ("with",)),
    )


def is_repeated(levels: Levels, factors: Sequence[Factor]) -> bool:
    """Return whether a specification says the same as another, or nothing.

    A control for the wave does nothing within one wave; answers can be ordered only as they were given: one by one,
    none of them pulled in or averaged.
    """
    chosen = dict(levels)
    if chosen["form"] == "ordered" and (chosen["outliers"] != "all" or chosen["unit"] != "respondent"):
        return True
    if chosen["waves"] == "all" or chosen["controls"] in ("all", "none"):
        return False
    controls = next(factor.levels for factor in factors if factor.key == "controls")
    parts = chosen["controls"].split("+")
    with_wave = "+".join([*parts, "wave"])
    others = [level for level in controls if level not in ("all", "none")]
    return "wave" in parts or ("wave" in others and with_wave not in others)


def control_blocks(sample: LoyaltySample) -> dict[str, list[Floats]]:
    """Return the columns of each block of controls that these answers have."""
    blocks: dict[str, list[Floats]] = {}
    for control in sample.controls:
        blocks.setdefault(block_of(control), []).extend(control.values.T)
    return blocks


def block_of(control: Control) -> str:
    """Return the block that a control belongs to."""
    return BLOCKS[control.terms[0].key.partition("=")[0]]


def try_loyalty(sample: LoyaltySample, params: ClientParams, grid: Sequence[Levels]) -> list[Tried]:
    """Return every specification of the grid with its effect, points of loyalty per 10 points of satisfaction."""
    rows = _Rows(sample, params)
    tried = []
    for levels in grid:
        chosen = dict(levels)
        if chosen["form"] == "ordered":
            ordered = fit_ordered_item(
                sample, params, rows.keep(chosen["waves"]), rows.controls(chosen["controls"]),
                weighted=chosen["weights"] == "with",
            )  # fmt: skip
            tried.append(Tried(levels=levels, found=ordered, method="ame-delta-cr3-t"))
            continue
        question = chosen["form"] == "question"
        found = rows.select(chosen["waves"], chosen["unit"], chosen["weights"], question)
        effect = found.reason or fit_specification(found, chosen, params)
        method = "cr3-t" if chosen["unit"] == "respondent" and not found.single else "hc3-t"
        tried.append(Tried(levels=levels, found=effect, method=method, n=found.moments.n))
    return tried


class _Rows:
    """The row sets of one sample, each made when first asked for."""

    def __init__(self, sample: LoyaltySample, params: ClientParams) -> None:
        self.sample, self.params = sample, params
        self.blocks = control_blocks(sample)
        self.order = sample.rows["wave_order"].to_numpy()
        self.made: dict[tuple[str, str, str, bool], RowSet] = {}
        found = main_item(sample, params)
        self.question: Floats | None = None
        if found is not None:
            key, item = found
            answers = sample.rows[key].to_numpy(dtype=float, na_value=np.nan)
            self.question = 100 * (answers - item.scale.min) / (item.scale.max - item.scale.min)

    def select(self, waves: str, unit: str, weights: str, question: bool) -> RowSet:
        key = (waves, unit, weights, question)
        if key not in self.made:
            self.made[key] = self._make(*key)
        return self.made[key]

    def keep(self, waves: str) -> np.ndarray:
        """Return which rows belong to the waves."""
        if waves == "latest":
            return np.asarray(self.order == self.order.max())
        if waves == "all":
            return np.ones(len(self.order), dtype=bool)
        return (self.sample.rows["wave"].astype(str) == waves.removeprefix("wave:")).to_numpy()

    def controls(self, level: str) -> list[Control]:
        """Return the controls that a level of the choice stands for."""
        parts = level.split("+")
        return [c for c in self.sample.controls if level == "all" or block_of(c) in parts]

    def _make(self, waves: str, unit: str, weights: str, question: bool) -> RowSet:
        sample = self.sample
        keep = self.keep(waves)
        loyalty = sample.rows["loyalty_index"].to_numpy(dtype=float)
        if question and self.question is not None:
            loyalty = self.question
            keep = keep & np.isfinite(loyalty)
        controls = [column for columns in self.blocks.values() for column in columns]
        base = np.column_stack([sample.satisfaction, loyalty, *controls])[keep]
        own = sample.weights[keep] if weights == "with" else np.ones(int(keep.sum()))
        codes = sample.clusters[keep]
        if unit == "account" and len(base):
            base, own, codes = account_means(base, own, codes, respondents(sample.rows[keep]))
        return self._sums(base, own, codes)

    def _sums(self, base: Floats, weights: Floats, codes: Codes) -> RowSet:
        accounts, limits = self.sample.accounts, self.params.limits
        present = len(np.unique(codes))
        if len(base) < limits.min_n or present < limits.min_clusters:
            zeros = Moments(
                crosses=np.zeros((accounts, 1, 1)), rows=np.bincount(codes, minlength=accounts).astype(float)
            )
            reason = N_(
                "Too few answers ({n:int}) or accounts ({accounts:int}) are left.", n=len(base), accounts=present
            )
            return RowSet(moments=zeros, blocks={}, reason=reason, single=True)
        alike: Message | None = None
        if min(differing_accounts(base[:, 0], codes), differing_accounts(base[:, 1], codes)) < FEWEST_DIFFERING:
            alike = N_("All but a few of these accounts gave the same answers.")
        blocks, column = {}, FOCAL_COLUMNS
        for name, columns in self.blocks.items():
            blocks[name] = list(range(column, column + len(columns)))
            column += len(columns)
        moments = cluster_moments(focal_columns(base, weights), weights, codes, accounts)
        return RowSet(moments=moments, blocks=blocks, reason=alike, single=present == len(base))


def focal_columns(base: Floats, weights: Floats) -> Floats:
    """Return intercept, satisfaction in its forms (per 10 points), loyalty in its forms, then the controls."""
    centred = base - np.average(base, axis=0, weights=weights)  # cross-products of small numbers lose no digits
    satisfaction, loyalty = centred[:, 0] / 10, centred[:, 1]
    pulled = pulled_in(satisfaction, weights)
    return np.column_stack(
        [
            np.ones(len(base)),
            satisfaction,
            rank_scores(satisfaction, weights),
            satisfaction**2,
            pulled,
            pulled**2,
            loyalty,
            pulled_in(loyalty, weights),
            base[:, 2:],
        ]
    )


def rank_scores(values: Floats, weights: Floats) -> Floats:
    """Return weighted ranks (ties: their middle), centred and with the standard deviation of `values`.

    A slope on them is the effect of as many ranks as 10 points are worth on average.
    """
    levels, place = np.unique(values, return_inverse=True)
    own = np.bincount(place, weights=weights, minlength=len(levels))
    ranks = (np.cumsum(own) - own / 2)[place]
    ranks = ranks - np.average(ranks, weights=weights)
    spread = np.sqrt(np.average(ranks**2, weights=weights))
    if spread == 0:
        return ranks
    mean = np.average(values, weights=weights)
    return np.asarray(ranks * np.sqrt(np.average((values - mean) ** 2, weights=weights)) / spread)


def pulled_in(values: Floats, weights: Floats) -> Floats:
    """Return the values with the lowest and highest 5% (by weight) set to the values there."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low, high = values[order][np.searchsorted(reached, np.array(WINSORISED) - ROUNDING)]
    return np.asarray(np.clip(values, low, high))


def respondents(rows: pd.DataFrame) -> Codes:
    """Return a code for each respondent in each wave, so that a row split in two still counts once."""
    codes: Codes = pd.factorize(rows["respondent_key"].astype(str) + "\n" + rows["wave"].astype(str))[0]
    return codes


def account_means(base: Floats, weights: Floats, codes: Codes, persons: Codes) -> tuple[Floats, Floats, Codes]:
    """Return one row an account: weighted means, the mean weight of its respondents, its code."""
    total = sum_by_cluster(weights, codes)
    present = np.flatnonzero(total > 0)
    means = sum_by_cluster(base * weights[:, None], codes)[present] / total[present, None]
    pairs = np.unique(np.column_stack([codes, persons]), axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(total))[present]
    return means, total[present] / count, present


def fit_specification(rows: RowSet, chosen: dict[str, str], params: ClientParams) -> Effect | Message:
    """Return the effect of 10 points of satisfaction under one specification, or why it has none."""
    moments, form = rows.moments, chosen["form"]
    names = rows.blocks if chosen["controls"] == "all" else chosen["controls"].split("+")
    controls = [column for name in names if name != "none" for column in rows.blocks[name]]
    pulled = chosen["outliers"] == "winsorised"
    outcome = LOYALTY_PULLED if pulled else LOYALTY
    focal = [RANKS] if form == "ranks" else [PULLED if pulled else LINE]
    focal += [PULLED_SQUARE if pulled else SQUARE] if form == "curved" else []
    effect = _fit(moments, focal, controls, outcome, params)
    if chosen["outliers"] != "influential" or not isinstance(effect, Effect):
        return effect
    drop = most_influential(effect.deviations[moments.rows > 0][:, None], 0)
    return _fit(moments.without(np.flatnonzero(moments.rows > 0)[drop]), focal, controls, outcome, params)


def _fit(
    moments: Moments, focal: list[int], controls: list[int], outcome: int, params: ClientParams
) -> Effect | Message:
    total = moments.crosses.sum(axis=0)
    kept = independent_columns(total, [INTERCEPT, *focal, *controls])
    if not set(focal) <= set(kept):
        return N_("Satisfaction does not vary by itself in these answers.")
    if moments.accounts < 2 * len(kept) or moments.accounts < params.limits.min_clusters:
        return N_("Too few accounts ({accounts:int}) for so many controls.", accounts=moments.accounts)
    coefficients, deviations = regress(moments, kept, outcome)
    value, moves = coefficients[1], deviations[:, 1]
    if len(focal) > 1:
        # the slope of the bend, averaged over the answers: b1 + 2 b2 E(s), with the uncertainty of E(s)
        weight, sums = moments.crosses[:, INTERCEPT, INTERCEPT], moments.crosses[:, INTERCEPT, focal[0]]
        mean = sums.sum() / weight.sum()
        mean_moves = mean - (sums.sum() - sums) / (weight.sum() - weight)
        moves = moves + 2 * mean * deviations[:, 2] + 2 * coefficients[2] * mean_moves
        value = value + 2 * coefficients[2] * mean
    effect = Effect(value=float(value), deviations=moves, n=moments.n, accounts=moments.accounts)
    if effect.std_error <= NO_SCATTER * max(abs(effect.value), NO_SCATTER):
        return N_("Loyalty follows from satisfaction without any scatter.")
    return effect
