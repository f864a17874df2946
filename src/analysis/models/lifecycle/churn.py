"""What goes with leaving: a Cox regression on what was known before each quarter.

The clock is the calendar, so that customers are compared with those who could have left on the same day; rows of one
customer in several quarters, and customers of one group of companies, are clustered. Predictors enter in a fixed order
as far as the number of leavers carries them, whatever their effects.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.messages import N_, Message
from analysis.models.behaviour.counts import ratio_estimate
from analysis.models.behaviour.cox import CoxFit, fit_cox, partial_likelihood
from analysis.models.behaviour.cox_checks import concordance, proportional_hazards_test
from analysis.models.behaviour.risk_sets import risk_sets
from analysis.models.clustering import Floats
from analysis.models.guarded_segments import guarded_segments
from analysis.models.lifecycle.churn_rows import STEP, ChurnRows, churn_rows
from analysis.models.lifecycle.groups import group_codes_of
from analysis.models.lifecycle.tenures import Tenures
from analysis.models.parts import Diagnostic, ModelPart
from analysis.models.terms import FEWEST_KNOWN, Control, Design, Term, build_design, categorical_control
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable

ALPHA = 0.05
LEAST_TOLD = 1e-6
"""Of what a predictor's variance would tell if customers differed whenever somebody left: less is nothing."""
STEPS = {"satisfaction": 10.0, "loyalty": 10.0}
"""Points of a predictor that its ratio is for; 1 for the others."""


@dataclass(frozen=True, kw_only=True)
class ChurnDriver(ModelPart):
    """How many times as likely leaving is, on any day, for one step of a predictor, the others the same.

    `key` is ``satisfaction``, ``no_answer``, ``complaint``, ``contact``, ``trend``, ``tenure``, ``loyalty`` or
    ``segment=...``.
    """

    key: str
    label: Message
    ratio: Estimate


@dataclass(frozen=True, kw_only=True)
class ChurnModel(ModelPart):
    """The Cox regression of leaving.

    Parameters
    ----------
    customers, groups, rows, events
        Customers watched, their groups of companies, rows of a customer and quarter, and customers who left.
    step_days
        Days of such a quarter.
    drivers
        The predictors, in the order in which they entered.
    concordance
        Share of comparable pairs in which who left first had the higher predicted risk, None where none can be
        compared; on the customers that the model was fitted to.
    diagnostics
        Proportional hazards, predictor by predictor taken together.
    notes
        What was left out, and why.
    """

    customers: int
    groups: int
    rows: int
    events: int
    step_days: int
    drivers: tuple[ChurnDriver, ...]
    concordance: float | None
    diagnostics: tuple[Diagnostic, ...]
    notes: tuple[Message, ...]


def fit_churn(
    tenures: Tenures | None, data: ClientData, ledger: Ledger | None, params: ClientParams
) -> ChurnModel | NotEstimable:
    """Fit who leaves on what was known before; `limits.events_per_parameter` leavers are needed a predictor."""
    if tenures is None:
        return NotEstimable(reason=N_("Nobody is known to have left, so nothing can go with leaving."), n=0)
    attributable = params.survey is None or params.survey.confidentiality != "anonymous"
    rows = churn_rows(tenures, data, ledger, attributable=attributable and data.has_real_customers)
    limit = params.limits.events_per_parameter
    events = 0 if rows is None else int(rows.event.sum())
    if rows is None or events < limit:
        reason = N_(
            "Only {events:int} customers left while it was known what went before; at least {needed:int} are needed to"
            " say what goes with leaving.",
            events=events,
            needed=int(np.ceil(limit)),
        )
        return NotEstimable(reason=reason, n=len(tenures.ids))
    groups = group_codes_of(tenures.ids, data)[rows.customer]
    count = int(np.unique(groups).size)
    if count < params.limits.min_clusters:
        reason = N_("The customers watched belong to too few groups of companies for an interval.")
        return NotEstimable(reason=reason, n=len(tenures.ids))
    design, notes = _design(rows, tenures, data, params)
    if len(design.terms) < 2:
        return NotEstimable(reason=N_("Nothing that is known before differs enough between the customers."), n=count)
    fit = fit_cox(rows.start, rows.stop, rows.event, design.matrix[:, 1:], clusters=groups)
    if fit.diverging is not None or not fit.converged:
        reason = N_(
            "Something that is known before tells without exception who leaves, so that the model has no finite answer."
        )
        return NotEstimable(reason=reason, n=count)
    return _result(fit, rows, design, notes)


def _result(fit: CoxFit, rows: ChurnRows, design: Design, notes: tuple[Message, ...]) -> ChurnModel:
    customers = int(np.unique(rows.customer).size)
    errors = np.sqrt(np.diag(fit.covariance))
    drivers = tuple(
        ChurnDriver(
            key=term.key, label=term.label, ratio=ratio_estimate(float(value), float(error), customers, fit.accounts)
        )
        for term, value, error in zip(design.terms[1:], fit.coefficients, errors, strict=True)
    )
    return ChurnModel(
        customers=customers,
        groups=fit.accounts,
        rows=len(rows.start),
        events=fit.events,
        step_days=STEP,
        drivers=drivers,
        concordance=concordance(fit.risk, fit.design @ fit.coefficients, fit.weights),
        diagnostics=(_proportionality(fit, design),),
        notes=notes + design.notes,
    )


def _proportionality(fit: CoxFit, design: Design) -> Diagnostic:
    """Say whether any ratio drifts with the calendar; the smallest p-value, corrected (Bonferroni)."""
    tests = [proportional_hazards_test(fit, column) for column in range(len(fit.coefficients))]
    worst = min(range(len(tests)), key=lambda column: tests[column].p_value)
    p = min(1.0, tests[worst].p_value * len(tests))
    values = {"p": p, "term": design.terms[worst + 1].label}
    finding = (
        N_("No ratio drifts over the time watched (the clearest: {term:message}, p = {p:pvalue}, corrected).", **values)
        if p >= ALPHA
        else N_(
            "The ratio of {term:message} drifts over the time watched (p = {p:pvalue}, corrected): the one given is an"
            " average.",
            **values,
        )
    )
    return Diagnostic(
        key="proportional_hazards", name=N_("Same ratio at all times (proportional hazards)"), finding=finding,
        verdict="fine" if p >= ALPHA else "caution", statistic=tests[worst].statistic, p_value=p,
    )  # fmt: skip


def _design(
    rows: ChurnRows, tenures: Tenures, data: ClientData, params: ClientParams
) -> tuple[Design, tuple[Message, ...]]:
    """Return the predictors that the leavers carry, in their order, with a note for each that was left out."""
    limit, events = params.limits.events_per_parameter, int(rows.event.sum())
    chosen: list[Control] = []
    notes: list[Message] = []
    used = 0
    differs = _differing(rows)
    for control in _candidates(rows, tenures, data, params, notes):
        if not control.terms:
            continue
        if not differs(control):
            notes.append(
                N_(
                    "{control:message} was left out: whenever somebody left, all who could have left were alike in it.",
                    control=control.name,
                )
            )
            continue
        if used + len(control.terms) > events / limit:
            notes.append(
                N_(
                    "{control:message} was left out, to keep enough customers who left per predictor.",
                    control=control.name,
                )
            )
            continue
        chosen.append(control)
        used += len(control.terms)
    return build_design(len(rows.start), [], chosen), tuple(notes)


def _differing(rows: ChurnRows) -> Callable[[Control], bool]:
    """Return what tells whether the customers at risk differ in a control at the moments when somebody leaves.

    A log of contacts that begins after the last one has left tells the model nothing, however much it varies later.
    """
    risk, ones = risk_sets(rows.start, rows.stop, rows.event), np.ones(len(rows.start))

    def differs(control: Control) -> bool:
        centred = control.values - control.values.mean(axis=0)
        _, _, information = partial_likelihood(risk, centred, ones, np.zeros(centred.shape[1]))
        most = rows.event.sum() * centred.var(axis=0)
        return bool((np.diag(information) > LEAST_TOLD * most).all())

    return differs


def _candidates(
    rows: ChurnRows, tenures: Tenures, data: ClientData, params: ClientParams, notes: list[Message]
) -> list[Control]:
    """Return the possible predictors, the most wanted first."""
    found = [
        _answered(rows, "satisfaction", N_("Satisfaction, per 10 points"), params, notes),
        _plain(rows, "complaint", N_("An open complaint"), params),
        _plain(rows, "contact", N_("A contact within the last year"), params),
        _plain(rows, "trend", N_("Orders of the last 90 days against the 90 before (log)"), params),
        _plain(rows, "tenure", N_("Tenure, years"), params),
        _answered(rows, "loyalty", N_("Loyalty, per 10 points"), params, notes),
        _segment(rows, tenures, data, params),
    ]
    return [control for control in found if control is not None]


def _plain(rows: ChurnRows, key: str, label: Message, params: ClientParams) -> Control | None:
    values = rows.known.get(key)
    if values is None:
        return None
    common = np.unique(values, return_counts=True)[1].max()
    differing = len(values) - int(common)
    if differing < params.limits.min_n:
        return None
    return Control(name=label, terms=(Term(key=key, label=label),), values=values[:, None])


def _answered(rows: ChurnRows, key: str, label: Message, params: ClientParams, notes: list[Message]) -> Control | None:
    """Return an answer with an indicator of who has not answered yet, whose answer is set to the mean of the others."""
    values = rows.known.get(key)
    if values is None:
        return None
    answered = np.isfinite(values)
    events = int((rows.event & answered).sum())
    if events < params.limits.events_per_parameter or float(np.ptp(values[answered])) == 0:
        notes.append(
            N_(
                "{control:message} was left out: only {events:int} of those who left had answered before.",
                control=label,
                events=events,
            )
        )
        return None
    filled: Floats = np.where(answered, values, values[answered].mean()) / STEPS[key]
    terms, columns = [Term(key=key, label=label)], [filled]
    if answered.mean() < FEWEST_KNOWN and key == "satisfaction":
        terms.append(Term(key="no_answer", label=N_("No answer to a survey so far")))
        columns.append((~answered).astype(float))
    return Control(name=label, terms=tuple(terms), values=np.column_stack(columns))


def _segment(rows: ChurnRows, tenures: Tenures, data: ClientData, params: ClientParams) -> Control | None:
    if params.segment is None or "segment" not in data.customers:
        return None
    labels = guarded_segments(data, params).reindex(tenures.ids)
    if labels.notna().mean() < FEWEST_KNOWN:
        return None
    filled = pd.Series(labels.astype(object).where(labels.notna(), "-").to_numpy()[rows.customer])
    return categorical_control(N_("Segment"), "segment", filled, rows.customer, params.limits.min_clusters)
