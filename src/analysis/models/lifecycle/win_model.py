"""What goes with winning among what was known at the creation, how well it predicts, and what open ones are worth.

Firth's penalised logistic regression throughout, which has an answer at any number of wins and under separation. The
predictions are judged on opportunities of groups of companies that the fit has not seen; only where they are better
than the share of all that are won do they score the open ones, otherwise that share does, and the result says so.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.messages import N_, Message
from analysis.models.behaviour.counts import ratio_estimate
from analysis.models.binomial import Logit
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Floats, cluster_codes, critical_value
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
from analysis.models.lifecycle.groups import share_of
from analysis.models.lifecycle.opportunities import WON, Opportunities, known_at_creation
from analysis.models.parts import ModelPart
from analysis.models.repurchase_result import CalibrationBin
from analysis.models.terms import FEWEST_KNOWN, Control, Design, Term, build_design, categorical_control
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHOWN = 20
"""Open opportunities that are listed, those worth most first."""


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
        Chance that a won opportunity was scored above a lost one, 0.5 to 1 where the scores say something.
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
        Whether the interval of `brier_gain` lies above 0, so that the scores are used.
    notes
        Predictors left out, and why.
    """

    n: int
    won: int
    groups: int
    drivers: tuple[WinDriver, ...]
    auc: Estimate
    brier: Estimate
    brier_base: Estimate
    brier_gain: Estimate
    calibration_slope: float | None
    calibration: tuple[CalibrationBin, ...]
    folds: int
    repeats: int
    is_better: bool
    notes: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class OpenOpportunity(ModelPart):
    """An open opportunity: its ids, age in days, amount, chance to be won (0 to 1) and what it is worth on average."""

    opportunity: str
    customer: str
    stage: str | None
    days: int
    amount: float
    chance: Outcome
    expected: float


@dataclass(frozen=True, kw_only=True)
class Pipeline(ModelPart):
    """What the open opportunities are worth.

    Parameters
    ----------
    scored_by
        ``model`` or ``base_rate``.
    open_count, amount
        Open opportunities with an amount, and the sum of their amounts.
    expected
        Sum of chance times amount: the mean of what they would bring, with the uncertainty of the chances alone.
    opportunities
        The `SHOWN` that are worth most.
    """

    scored_by: Literal["model", "base_rate"]
    open_count: int
    amount: float
    expected: Outcome
    opportunities: tuple[OpenOpportunity, ...]


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
    errors = np.sqrt(np.diag(fit.covariance))
    drivers = tuple(
        WinDriver(
            key=term.key, label=term.label, odds_ratio=ratio_estimate(float(value), float(error), len(y), fit.accounts)
        )
        for term, value, error in list(zip(terms, fit.coefficients, errors, strict=True))[1:]
    )
    model = _judged(y, matrix[:, varies], clusters, drivers, notes + design.notes, params)
    return model if isinstance(model, NotEstimable) else (model, Fitted(logit=fit, matrix=design.matrix[:, varies]))


def _judged(
    y: Floats, matrix: Floats, clusters: np.ndarray, drivers: tuple[WinDriver, ...], notes: tuple[Message, ...],
    params: ClientParams,
) -> WinModel | NotEstimable:  # fmt: skip
    """Return the model with its scores on held-out groups."""
    ones, n = np.ones(len(y)), len(y)
    table = []
    sums, errors, base = np.zeros(n), np.zeros(n), np.zeros(n)
    start = None
    for test in stratified_folds(y, clusters, model_generator("opportunities held back", params)):
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
        auc=resampled_estimate(scores[:, 0], n, (0.0, 1.0)),
        brier=brier_estimate(errors, ones, clusters),
        brier_base=brier_estimate(base, ones, clusters),
        brier_gain=gain,
        calibration_slope=recalibration(y, pooled, ones)[0],
        calibration=calibration_table(y, pooled, ones),
        folds=FOLDS,
        repeats=REPEATS,
        is_better=gain.low > 0,
        notes=notes,
    )


def value_pipeline(found: Opportunities, fitted: Fitted | None, params: ClientParams) -> Pipeline | NotEstimable:
    """Return what the open opportunities are worth, scored by the model where one is given, else by the share won."""
    rows = ~found.decided & np.isfinite(found.amount) & (found.amount > 0)
    if not rows.any():
        return NotEstimable(reason=N_("There is no open opportunity with an amount."), n=int((~found.decided).sum()))
    amount = found.amount[rows]
    n = int(rows.sum())
    if fitted is None:
        decided = found.decided
        rate = share_of((found.outcome[decided] == WON).astype(float), found.groups[decided], params)
        if isinstance(rate, NotEstimable):
            return rate
        expected = Estimate(
            value=rate.value * float(amount.sum()), low=rate.low * float(amount.sum()),
            high=rate.high * float(amount.sum()), n=n, method=rate.method, unit="money", clusters=rate.clusters,
        )  # fmt: skip
        chances: list[Outcome] = [rate] * n
    else:
        expected, chances = _by_model(fitted, rows, amount)
    worth = np.array([chance.value if isinstance(chance, Estimate) else 0.0 for chance in chances]) * amount
    order = np.argsort(-worth, kind="stable")[:SHOWN]
    frame = found.frame[rows].reset_index(drop=True)
    age = found.days[rows]
    return Pipeline(
        scored_by="base_rate" if fitted is None else "model",
        open_count=n,
        amount=float(amount.sum()),
        expected=expected,
        opportunities=tuple(
            OpenOpportunity(
                opportunity=str(frame["opportunity_id"].iloc[place]),
                customer=str(frame["customer_id"].iloc[place]),
                stage=_text(frame["stage"].iloc[place]) if "stage" in frame else None,
                days=round(float(age[place])),
                amount=float(amount[place]),
                chance=chances[place],
                expected=float(worth[place]),
            )
            for place in (int(each) for each in order)
        ),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _by_model(fitted: Fitted, rows: np.ndarray, amount: Floats) -> tuple[Estimate, list[Outcome]]:
    """Return the expected value with the uncertainty of the coefficients, and each opportunity's chance."""
    fit, design = fitted.logit, fitted.matrix[rows]
    linear = design @ fit.coefficients
    chance = expit(linear)
    quantile, n = critical_value(fit.accounts), len(fit.outcome)
    gradient = (amount * chance * (1 - chance)) @ design
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    value, total = float(amount @ chance), float(amount.sum())
    expected = Estimate(
        value=value, low=max(value - quantile * error, 0.0), high=min(value + quantile * error, total),
        n=len(amount), method="delta-cr3-t", unit="money", std_error=error, clusters=fit.accounts,
    )  # fmt: skip
    margins = quantile * np.sqrt(np.einsum("ij,jk,ik->i", design, fit.covariance, design))
    chances: list[Outcome] = [
        Estimate(
            value=float(p), low=float(min(expit(eta - margin), p)), high=float(max(expit(eta + margin), p)), n=n,
            method="delta-cr3-t", unit="proportion", clusters=fit.accounts,
        )
        for p, eta, margin in zip(chance, linear, margins, strict=True)
    ]  # fmt: skip
    return expected, chances


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
    labels = data.customers["segment"].reindex(pd.Index(found.frame["customer_id"]))
    if labels.notna().mean() < FEWEST_KNOWN:
        return None
    filled = pd.Series(labels.astype(object).where(labels.notna(), "-").to_numpy())
    return categorical_control(N_("Segment"), "segment", filled, found.groups, params.limits.min_clusters)
