"""What goes with winning among what was known at the creation, and how well it predicts.

Firth's penalised logistic regression throughout, which has an answer at any number of wins and under separation. The
predictions are judged on opportunities of groups of companies that the fit has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.messages import N_, Message
from analysis.models.behaviour.counts import ratio_estimate
from analysis.models.binomial import Logit
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Floats, cluster_codes
from analysis.models.crossvalidation import (
    EDGE,
    FOLDS,
    REPEATS,
    brier_estimate,
    calibration_table,
    fewest_clusters,
    recalibration,
    resampled_estimate,
    stratified_folds,
    weighted_auc,
)
from analysis.models.firth import fit_firth, maximise_penalised
from analysis.models.guarded_segments import guarded_segments
from analysis.models.lifecycle.opportunities import WON, Opportunities, known_at_creation
from analysis.models.parts import ModelPart
from analysis.models.repurchase_result import CalibrationBin
from analysis.models.terms import FEWEST_KNOWN, Control, Design, Term, build_design, categorical_control
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Point


@dataclass(frozen=True, kw_only=True)
class WinDriver(ModelPart):
    """By how much the odds of winning are multiplied for one step of a predictor, the others the same."""

    key: str
    label: Message
    odds_ratio: Estimate


@dataclass(frozen=True, kw_only=True)
class WinModel(ModelPart):
    """The model of winning, and how it does on opportunities it has not seen.

    Parameters
    ----------
    n, won, groups
        Decided opportunities, won ones, and groups of companies.
    drivers
        The predictors.
    auc
        Chance that a won opportunity was scored above a lost one, 0.5 to 1 where the scores say something. Without an
        interval, as the gain: those of scores on some 150 opportunities held back held in 90% and 100% of cases.
    brier, brier_base
        Mean squared error of the scores and of the share of all that are won; lower is better.
    brier_gain
        The second less the first.
    calibration_slope
        1 where the scores are as far apart as they should be; None where they hardly differ.
    calibration
        Observed share by tenth of the score.
    folds, repeats
        Of the cross-validation.
    is_better
        Whether the gain is above 0 beyond the noise of the folds, so that the scores are used.
    notes
        Predictors left out, and why.
    """

    n: int
    won: int
    groups: int
    drivers: tuple[WinDriver, ...]
    auc: Point
    brier: Estimate
    brier_base: Estimate
    brier_gain: Point
    calibration_slope: float | None
    calibration: tuple[CalibrationBin, ...]
    folds: int
    repeats: int
    is_better: bool
    notes: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A fit with the design of every opportunity, decided and open."""

    logit: Logit
    matrix: Floats


def fit_wins(
    found: Opportunities, data: ClientData, ledger: Ledger | None, params: ClientParams
) -> tuple[WinModel, Fitted] | NotEstimable:
    """Fit who is won on what was known at the creation, and judge it on groups that were held back."""
    decided = found.decided
    y = (found.outcome[decided] == WON).astype(float)
    limit = params.limits.events_per_parameter
    rarer = int(min(y.sum(), len(y) - y.sum()))
    if rarer < limit:
        reason = N_(
            "{won:int} opportunities were won and {lost:int} lost; a model of winning needs at least {needed:int} of"
            " both.",
            won=int(y.sum()),
            lost=int(len(y) - y.sum()),
            needed=int(np.ceil(limit)),
        )
        return NotEstimable(reason=reason, n=len(y))
    clusters = cluster_codes(found.groups[decided], len(y))
    if len(np.unique(clusters)) < params.limits.min_clusters or fewest_clusters(y, clusters) < FOLDS:
        reason = N_("The decided opportunities belong to too few customers to judge a model on some of them held back.")
        return NotEstimable(reason=reason, n=len(y))
    design, notes = _design(found, data, ledger, params, rarer / limit)
    if len(design.terms) < 2:
        return NotEstimable(
            reason=N_("Nothing that is known at the creation differs between the opportunities."), n=len(y)
        )
    # a predictor may differ among the open ones only
    matrix = design.matrix[decided]
    varies = np.ptp(matrix, axis=0) > 0
    varies[0] = True
    fit = fit_firth(y, matrix[:, varies], clusters=clusters)
    if not fit.converged:
        return NotEstimable(reason=N_("The model did not reach an answer on these data."), n=len(y))
    terms = [term for term, kept in zip(design.terms, varies, strict=True) if kept]
    notes += design.notes
    model = judge_model(y, matrix[:, varies], clusters, fit, terms, notes, "opportunities held back", params)
    return model if isinstance(model, NotEstimable) else (model, Fitted(logit=fit, matrix=design.matrix[:, varies]))


def judge_model(
    y: Floats, matrix: Floats, clusters: np.ndarray, fit: Logit, terms: Sequence[Term], notes: tuple[Message, ...],
    seed: str, params: ClientParams,
) -> WinModel | NotEstimable:  # fmt: skip
    """Return a fitted model with its scores on held-out groups.

    Parameters
    ----------
    y, matrix, clusters
        Outcome, design with its intercept first, and groups of companies.
    fit, terms
        The fit to all of it, and the terms of the design.
    notes, seed, params
        What is said of predictors left out, the name that the folds are drawn under, and the client's parameters.
    """
    errors_of_fit = np.sqrt(np.diag(fit.covariance))
    drivers = tuple(
        WinDriver(
            key=term.key, label=term.label, odds_ratio=ratio_estimate(float(value), float(error), len(y), fit.accounts)
        )
        for term, value, error in list(zip(terms, fit.coefficients, errors_of_fit, strict=True))[1:]
    )
    ones, n = np.ones(len(y)), len(y)
    table = []
    sums, errors, base = np.zeros(n), np.zeros(n), np.zeros(n)
    start = None
    for test in stratified_folds(y, clusters, model_generator(seed, params)):
        train = ~test
        kept = np.ptp(matrix[train], axis=0) > 0
        kept[0] = True
        beta, _ = maximise_penalised(
            y[train], matrix[np.ix_(train, kept)], ones[train], start=start if kept.all() else None
        )
        start = beta if kept.all() else start
        predicted = expit(matrix[np.ix_(test, kept)] @ beta)
        constant = np.full(int(test.sum()), y[train].mean())
        sums[test] += predicted / REPEATS
        errors[test] += (y[test] - predicted) ** 2 / REPEATS
        base[test] += (y[test] - constant) ** 2 / REPEATS
        if len(np.unique(y[test])) == 2:
            squares = ((y[test] - constant) ** 2).mean() - ((y[test] - predicted) ** 2).mean()
            table.append((weighted_auc(y[test], predicted, ones[test]), float(squares)))
    scores = np.array(table)
    if len(scores) < FOLDS * REPEATS or (np.ptp(scores, axis=0) == 0).any():
        reason = N_("The predictions are the same in every part held back, so how certain they are cannot be told.")
        return NotEstimable(reason=reason, n=n)
    pooled = np.clip(sums, EDGE, 1 - EDGE)
    gain = resampled_estimate(scores[:, 1], n)
    return WinModel(
        n=n,
        won=int(y.sum()),
        groups=int(clusters.max()) + 1,
        drivers=drivers,
        auc=Point(value=float(scores[:, 0].mean()), n=n, unit="ratio"),
        brier=brier_estimate(errors, ones, clusters),
        brier_base=brier_estimate(base, ones, clusters),
        brier_gain=Point(value=gain.value, n=n, unit=gain.unit),
        calibration_slope=recalibration(y, pooled, ones)[0],
        calibration=calibration_table(y, pooled, ones, clusters),
        folds=FOLDS,
        repeats=REPEATS,
        is_better=gain.low > 0,
        notes=notes,
    )


def _design(
    found: Opportunities, data: ClientData, ledger: Ledger | None, params: ClientParams, most: float
) -> tuple[Design, tuple[Message, ...]]:
    """Return the predictors that the rarer outcome carries, in their order, with a note for each that was left out."""
    attributable = params.survey is None or params.survey.confidentiality != "anonymous"
    known = known_at_creation(found, data, ledger, attributable=attributable and data.has_real_customers)
    decided = found.decided
    candidates = [
        _numeric(known, "amount", N_("Amount of the opportunity (log)"), decided, params),
        _numeric(known, "customer", N_("A customer who had ordered before"), decided, params),
        _numeric(known, "contacts", N_("Contacts in the 90 days before (log)"), decided, params),
        _numeric(known, "satisfaction", N_("Satisfaction, per 10 points"), decided, params),
        _segments(found, data, params),
    ]
    chosen: list[Control] = []
    notes: list[Message] = []
    used = 0
    for control in candidates:
        if control is None or not control.terms:
            continue
        if used + len(control.terms) > most:
            notes.append(
                N_(
                    "{control:message} was left out, to keep enough won and lost ones per predictor.",
                    control=control.name,
                )
            )
            continue
        chosen.append(control)
        used += len(control.terms)
    return build_design(len(decided), [], chosen), tuple(notes)


def _numeric(
    known: dict[str, Floats], key: str, label: Message, decided: np.ndarray, params: ClientParams
) -> Control | None:
    """Return a predictor, with an indicator of where it is unknown, which is then set to the mean of the others."""
    values = known.get(key)
    if values is None:
        return None
    there = np.isfinite(values)
    usable = values[there & decided]
    if (
        len(usable) < params.limits.min_n
        or len(usable) - np.unique(usable, return_counts=True)[1].max() < params.limits.min_n
    ):
        return None
    filled = np.where(there, values, usable.mean()) / (10.0 if key == "satisfaction" else 1.0)
    terms, columns = [Term(key=key, label=label)], [filled]
    if there[decided].mean() < FEWEST_KNOWN:
        missing = N_("No answer to a survey so far") if key == "satisfaction" else N_("No amount named")
        terms.append(Term(key=f"no_{key}", label=missing))
        columns.append((~there).astype(float))
    return Control(name=label, terms=tuple(terms), values=np.column_stack(columns))


def _segments(found: Opportunities, data: ClientData, params: ClientParams) -> Control | None:
    if params.segment is None or "segment" not in data.customers:
        return None
    labels = guarded_segments(data, params).reindex(pd.Index(found.frame["customer_id"]))
    if labels.notna().mean() < FEWEST_KNOWN:
        return None
    filled = pd.Series(labels.astype(object).where(labels.notna(), "-").to_numpy())
    return categorical_control(N_("Segment"), "segment", filled, found.groups, params.limits.min_clusters)
