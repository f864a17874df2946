"""What customers said by what they did: four shares that make up a whole, and how far saying tells of doing."""

import numpy as np

from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.behaviour.result import SaidAndDone
from analysis.models.clustering import Codes, Floats, estimate_from_error
from analysis.models.linear import fit_linear
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


def said_and_done(
    intended: Floats, bought: Floats, weights: Floats, clusters: Codes, params: ClientParams
) -> SaidAndDone | NotEstimable:
    """Return the two-by-two table of intention and purchase.

    Parameters
    ----------
    intended, bought
        0/1 by customer.
    weights, clusters
        Survey weights and groups of companies.
    params
        Of the client. A table with a cell of fewer than ``limits.small_cell`` customers is withheld whole, because its
        margins are known from elsewhere; answers attributed with consent in an internal audit are not protected.
    """
    cells = [(intended == said) & (bought == done) for said in (1, 0) for done in (1, 0)]
    counts = [int(cell.sum()) for cell in cells]
    if _is_protected(params) and any(count < params.limits.small_cell for count in counts):
        reason = N_("Too few customers said one thing and did the other for the table to be shown.")
        return NotEstimable(reason=reason, suppressed=True)
    limits = params.limits

    def share(values: Floats, within: Codes | None = None) -> Outcome:
        everybody = np.ones(len(values), dtype=bool) if within is None else within
        sample = Sample(values=values, weights=weights, clusters=clusters, units=np.arange(len(values)))
        chosen = sample.where(everybody)
        return estimate(chosen, SHARE, min_clusters=limits.min_clusters, min_n=limits.small_cell)

    said, silent = intended == 1, intended == 0
    return SaidAndDone(
        said_bought=counts[0],
        said_not=counts[1],
        silent_bought=counts[2],
        silent_not=counts[3],
        shares=tuple(share(cell.astype(float)) for cell in cells),
        bought_if_said=share(bought, said),
        bought_if_silent=share(bought, silent),
        difference=_difference(intended, bought, weights, clusters, params),
    )


def _difference(intended: Floats, bought: Floats, weights: Floats, clusters: Codes, params: ClientParams) -> Outcome:
    fewest = min(len(np.unique(clusters[intended == value])) for value in (0.0, 1.0))
    if fewest < params.limits.min_clusters:
        reason = N_("Too few customers said one of the two for a comparison.")
        return NotEstimable(reason=reason, n=len(bought))
    fit = fit_linear(bought, np.column_stack([np.ones(len(bought)), intended]), weights=weights, clusters=clusters)
    error = 100 * float(np.sqrt(fit.covariance[1, 1]))
    if error == 0:
        return NotEstimable(reason=N_("All customers are alike in it, so the data carry no sign of its uncertainty."))
    return estimate_from_error(
        100 * float(fit.coefficients[1]), error, clusters=fit.accounts, unit="percentage_points", n=len(bought),
        method="hc3-t" if fit.accounts == len(bought) else "cr3-t",
    )  # fmt: skip


def _is_protected(params: ClientParams) -> bool:
    attributed = params.survey is not None and params.survey.confidentiality == "attributed"
    return not attributed or params.audience == "external"
