"""The main loyalty item, as the ordered answer that it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, coefficient_rows, estimate_from_error, group_codes
from analysis.models.loyalty_sample import LoyaltySample, respondent_waves
from analysis.models.ordered import OrderedFit, effect_above, fit_ordered
from analysis.models.results import OrderedLogitResult
from analysis.models.terms import Design, Term, build_design
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable, Outcome

ROLES = ("recommendation", "attitudinal_loyalty", "repurchase_intention")
# A category below this many answers joins its neighbour: its cut point would rest on next to nothing. Answers are those
# of a respondent in a wave, so that a row split into two of half the weight counts once.
FEWEST_ANSWERS = 5
MOST_CATEGORIES = 11


@dataclass(frozen=True, kw_only=True)
class Answers:
    """An item's answers as categories.

    Parameters
    ----------
    rows
        Positions, in the sample, of the responses that answered.
    category
        0..J-1.
    lowest, highest
        Lowest and highest answer of each category.
    bottom, top
        The highest answer of the bottom group, and the lowest of the top group.
    given_by
        Which respondent of which wave gave the answer (codes).
    """

    rows: np.ndarray
    category: np.ndarray
    given_by: Codes
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    bottom: float
    top: float

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the categories as texts: "7", or "0-2" where answers were merged."""
        return tuple(span(low, high) for low, high in zip(self.lowest, self.highest, strict=True))

    def members(self, cut: int, sign: float) -> int:
        """Return how many answers lie above `cut` (for a `sign` above 0), or at and below it."""
        above = self.category > cut
        return len(np.unique(self.given_by[above if sign > 0 else ~above]))


def span(low: float, high: float) -> str:
    """Return a range of answers as text."""
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


def main_item(sample: LoyaltySample, params: ClientParams) -> tuple[str, ItemSpec] | None:
    """Return the loyalty item to model: recommendation first, and of a role the one with most answers."""
    if params.survey is None:
        return None
    for role in ROLES:
        items = {
            key: item
            for key, item in params.survey.items.items()
            if item.role == role and key in sample.rows and sample.rows[key].notna().any()
        }
        if items:
            key = max(items, key=lambda name: sample.rows[name].count())
            return key, items[key]
    return None


def fit_loyalty_item(sample: LoyaltySample, params: ClientParams) -> OrderedLogitResult | NotEstimable:
    """Fit the ordered logit of the main loyalty item on satisfaction and the controls."""
    found = main_item(sample, params)
    if found is None:
        return NotEstimable(reason=N_("No loyalty question has answers of its own."))
    key, item = found
    answers = as_categories(sample.rows, key, item)
    if len(answers.lowest) < 3:
        return NotEstimable(
            reason=N_("The answers to the loyalty question take fewer than three values."), n=len(answers.rows)
        )
    design, fit = fit_answers(sample, answers)
    if len(answers.rows) < params.limits.min_n or fit.accounts < params.limits.min_clusters:
        return NotEstimable(reason=N_("Too few answered the loyalty question."), n=len(answers.rows))
    if not fit.converged:
        return NotEstimable(reason=N_("The ordered model has no finite answer on these data."), n=len(answers.rows))
    return _result(key, item, answers, design, fit)


def fit_answers(sample: LoyaltySample, answers: Answers) -> tuple[Design, OrderedFit]:
    """Fit the categories on satisfaction and controls; redundant columns among these rows are left out."""
    full = sample.design()
    pairs = [(term, full.matrix[answers.rows, j]) for j, term in enumerate(full.terms) if j > 0]
    kept = [(term, values) for term, values in pairs if np.ptp(values) > 0]
    design = build_design(len(answers.rows), kept, [])
    fit = fit_ordered(
        answers.category,
        design.matrix[:, 1:],
        weights=sample.weights[answers.rows],
        clusters=sample.clusters[answers.rows],
    )
    return design, fit


def as_categories(survey: pd.DataFrame, key: str, item: ItemSpec) -> Answers:
    """Return the answers to item `key` as categories, rare ones merged with a neighbour of the same group.

    The groups are promoters (9-10) and detractors (0-6) for a recommendation item, otherwise the two best and the two
    worst answers (of fewer than five possible ones: the best and the worst). Bridged answers that lie between two
    codes go to the nearer one.
    """
    values = survey[key].to_numpy(dtype=float, na_value=np.nan)
    rows = np.flatnonzero(np.isfinite(values))
    step = max(1.0, (item.scale.max - item.scale.min) / (MOST_CATEGORIES - 1))
    codes = np.clip(item.scale.min + np.round((values[rows] - item.scale.min) / step) * step, None, item.scale.max)
    bottom, top = group_limits(item, step)
    given_by = respondent_waves(survey)[rows]
    once = np.unique(group_codes([codes, given_by]), return_index=True)[1]
    levels, counts = np.unique(codes[once], return_counts=True)
    group = np.where(levels <= bottom, 0, np.where(levels >= top, 2, 1))
    merged = _merge(list(counts), list(group))
    category = np.repeat(np.arange(len(merged)), [len(part) for part in merged])[np.searchsorted(levels, codes)]
    return Answers(
        rows=rows,
        category=category,
        lowest=tuple(float(levels[part[0]]) for part in merged),
        highest=tuple(float(levels[part[-1]]) for part in merged),
        bottom=bottom,
        top=top,
        given_by=given_by,
    )


def group_limits(item: ItemSpec, step: float = 1.0) -> tuple[float, float]:
    """Return the highest answer of the bottom group and the lowest of the top group."""
    if item.role == "recommendation":
        return 6.0, 9.0
    possible = (item.scale.max - item.scale.min) / step + 1
    width = step if possible >= 5 else 0.0
    return item.scale.min + width, item.scale.max - width


def _merge(counts: list[int], group: list[int]) -> list[list[int]]:
    """Return runs of neighbouring levels of one group, each with enough answers where the group has them."""
    runs: list[list[int]] = []
    for level, count in enumerate(counts):
        start_new = not runs or group[runs[-1][-1]] != group[level]
        if start_new or sum(counts[i] for i in runs[-1]) >= FEWEST_ANSWERS:
            if not start_new and count < FEWEST_ANSWERS and _rest_of_group(counts, group, level) < FEWEST_ANSWERS:
                runs[-1].append(level)
            else:
                runs.append([level])
        else:
            runs[-1].append(level)
    return runs


def _rest_of_group(counts: list[int], group: list[int], level: int) -> int:
    return sum(counts[i] for i in range(level, len(counts)) if group[i] == group[level])


def _result(key: str, item: ItemSpec, answers: Answers, design: Design, fit: OrderedFit) -> OrderedLogitResult:
    cuts = len(fit.cut_points)
    labels = answers.labels
    cut_terms = [
        Term(
            key=f"cut={labels[j]}|{labels[j + 1]}",
            label=N_("Between {below:text} and {above:text}", below=labels[j], above=labels[j + 1]),
        )
        for j in range(cuts)
    ]
    rows = coefficient_rows(
        [*cut_terms, *design.terms[1:]],
        np.concatenate([fit.cut_points, fit.coefficients]),
        fit.covariance,
        fit.accounts,
    )
    in_bottom = sum(high <= answers.bottom for high in answers.highest)
    below_top = sum(low < answers.top for low in answers.lowest)
    return OrderedLogitResult(
        item=key,
        role=item.role,
        n=len(answers.rows),
        accounts=fit.accounts,
        coefficients=rows[cuts:],
        cut_points=rows[:cuts],
        top_label=span(answers.top, item.scale.max),
        bottom_label=span(item.scale.min, answers.bottom),
        top_effect=_group_effect(fit, below_top - 1, 1.0, answers),
        bottom_effect=_group_effect(fit, in_bottom - 1, -1.0, answers),
        categories=labels,
        log_likelihood=fit.log_likelihood,
    )


def _group_effect(fit: OrderedFit, cut: int, sign: float, answers: Answers) -> Outcome:
    """Return the effect on a group's probability in percentage points; satisfaction is the first column."""
    if not 0 <= cut < len(fit.cut_points) or answers.members(cut, sign) < FEWEST_ANSWERS:
        return NotEstimable(reason=N_("Too few gave such an answer."))  # how few would tell of them
    value, deviations = effect_above(fit, 0, cut)
    error: Floats = np.sqrt(deviations @ deviations)
    return estimate_from_error(
        100 * sign * value,
        100 * float(error),
        clusters=fit.accounts,
        unit="percentage_points",
        n=len(answers.rows),
        method="ame-delta-cr3-t",
    )
