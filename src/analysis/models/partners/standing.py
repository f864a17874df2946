"""The partners' places over all measures that count, from the joint draws that the single leagues are made of.

Each measure is brought to the same footing: within a draw, a partner's distance from the mean of the partners, over
the standard deviation of the partners' values in the draws. The score is the plain mean over the measures, so that a
measure on which partners cannot be told apart adds noise to the ranks and no false certainty. Measures are drawn one
by one, while their errors come from the same customers; the scatter of the score is widened by what their mean
correlation r does to a mean of m numbers, sqrt(1 + (m - 1) r).
"""

from collections.abc import Callable, Mapping

import numpy as np

from analysis.indicators.league import MIN_PARTNERS, LeagueDraws
from analysis.indicators.samples import Floats
from analysis.messages import N_
from analysis.models.partners.result import Standing
from analysis.results import Estimate, NotEstimable

METHOD = "hierarchical-bayes"
LEAST_SHARE = 0.5  # of the partners of the largest league must be in all that count


def pick_measures(found: Mapping[str, LeagueDraws]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the measures that count, and the partners that are in the leagues of all of them.

    A measure on which few partners can be compared (a survey with small cells, say) is left out for all of them
    before more than half of the partners would have to be: partners judged on different measures could not be
    compared.
    """
    used = dict(found)
    while used:
        common = set.intersection(*(set(each.partners) for each in used.values()))
        most = max(len(each.partners) for each in used.values())
        if len(used) == 1 or len(common) >= max(MIN_PARTNERS, LEAST_SHARE * most):
            ordered = [partner for partner in next(iter(used.values())).partners if partner in common]
            return tuple(used), tuple(ordered)
        del used[min(used, key=lambda key: (len(used[key].partners), key))]
    return (), ()


def rank_overall(
    found: Mapping[str, LeagueDraws],
    directions: Mapping[str, bool],
    names: Mapping[str, str],
    customers: Mapping[str, int],
    revenue: Mapping[str, float] | None,
    correlation_of: Callable[[tuple[str, ...]], float],
) -> tuple[tuple[Standing, ...] | NotEstimable, tuple[str, ...], float]:
    """Return the overall league, best mean first (or why there is none), the measures in it, and their correlation.

    Parameters
    ----------
    found
        Measure -> its draws.
    directions
        Measure -> whether higher is better.
    names, customers, revenue
        Partner -> its name, the customers it serves, and their revenue (None without orders).
    correlation_of
        Returns the mean correlation of the errors of some measures.
    """
    used, partners = pick_measures(found)
    if len(partners) < MIN_PARTNERS:
        reason = N_(
            "Fewer than {least:int} partners serve enough customers to be compared on the same measures.",
            least=MIN_PARTNERS,
        )
        return NotEstimable(reason=reason, n=len(partners)), (), 0.0
    score = np.mean([_standardised(found[key], partners, is_better=directions[key]) for key in used], axis=0)
    correlation = correlation_of(used)
    score = score.mean(axis=0) + (score - score.mean(axis=0)) * np.sqrt(1 + (len(used) - 1) * correlation)
    ranks = np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1) + 1
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
    top = (ranks <= max(1, round(len(partners) / 4))).mean(axis=0)
    limits = np.percentile(score, [2.5, 97.5], axis=0)
    mean = np.clip(score.mean(axis=0), limits[0], limits[1])
    rows = [
        Standing(
            partner_id=partner,
            name=names.get(partner, partner),
            score=Estimate(
                value=float(mean[place]), low=float(limits[0][place]), high=float(limits[1][place]),
                n=customers[partner], method=METHOD, unit="ratio",
            ),
            revenue=None if revenue is None else float(revenue.get(partner, 0.0)),
            rank_low=int(low[place]),
            rank_high=int(high[place]),
            p_top_quartile=float(top[place]),
        )
        for place, partner in enumerate(partners)
    ]  # fmt: skip
    return tuple(rows[place] for place in np.argsort(-mean, kind="stable")), used, correlation


def _standardised(found: LeagueDraws, partners: tuple[str, ...], *, is_better: bool) -> Floats:
    """Return each partner's distance from the mean of the partners, higher is better, shape (draws, partners)."""
    columns = [found.partners.index(partner) for partner in partners]
    draws = found.draws[:, columns] * (1.0 if is_better else -1.0)
    centred = draws - draws.mean(axis=1, keepdims=True)
    spread = float(np.sqrt((centred**2).mean()))
    return np.asarray(centred / spread if spread > 0 else centred)
