"""How a theme goes with satisfaction and with buying again.

Compared are writers with writers: customers who raise a theme with customers who wrote about something else. Texts
count up to the day of the answer, none after it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, cluster_codes, estimate_from_error
from analysis.models.guarded_segments import guarded_segments
from analysis.models.linear import fit_linear
from analysis.models.loyalty_sample import survey_weights
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import Plan, events_reason, plan_repeat_purchase
from analysis.models.terms import Control, Design, Term, build_design, categorical_control, is_redundant
from analysis.models.voices.comparisons import FEWEST_MENTIONS, too_few_mentions
from analysis.models.voices.mentions import Flags
from analysis.models.voices.texts import is_anonymous
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

LOOK_BACK_DAYS = 365
"""Texts of so many days before an answer on satisfaction count, those of its own day included."""
FEWEST_OF_EACH = 5
"""Fewest customers who bought again, and who did not, among those who raise a theme."""
THEME = Term(key="theme", label=N_("Raises the theme"))
WROTE = Term(key="wrote", label=N_("Wrote anything"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """The effects of all themes on one outcome, with the n behind them and, of buying, how many bought again."""

    effects: tuple[Outcome, ...]
    n: int = 0
    events: int = 0


def raised_before(
    answers: pd.DataFrame, texts: pd.DataFrame, mentions: Flags, key: str, days: int
) -> tuple[Flags, Flags]:
    """Return which answers were preceded by any text, and by a text on each theme.

    Parameters
    ----------
    answers
        ``key`` and ``responded_on``.
    texts
        ``key`` and ``written_on``, with the rows of `mentions`.
    key
        Column that names the customer in both.
    days
        How far back texts count; those of the answer's own day count.

    Returns
    -------
    tuple of arrays
        Shapes (answers,) and (answers, themes).
    """
    left = pd.DataFrame({"key": answers[key].to_numpy(), "on": answers["responded_on"].dt.normalize().to_numpy()})
    right = pd.DataFrame({"key": texts[key].to_numpy(), "at": texts["written_on"].to_numpy()})
    left["answer"], right["text"] = np.arange(len(left)), np.arange(len(right))
    joined = left.dropna(subset=["key"]).merge(right.dropna(subset=["key"]), on="key")
    ago = (joined["on"] - joined["at"]).dt.days
    joined = joined[(ago >= 0) & (ago <= days)]
    wrote = np.zeros(len(left), dtype=bool)
    raised = np.zeros((len(left), mentions.shape[1]), dtype=bool)
    answer, text = joined["answer"].to_numpy(), joined["text"].to_numpy()
    wrote[answer] = True
    for theme in range(mentions.shape[1]):
        raised[answer[mentions[text, theme]], theme] = True
    return wrote, raised


def compare_satisfaction(data: ClientData, params: ClientParams, texts: pd.DataFrame, mentions: Flags) -> Compared:
    """Return by how many points the satisfaction of those who raise a theme differs from that of other writers.

    Answers with a text of the same customer in the year up to them (of the same respondent, where the survey is
    anonymous); least squares on the theme, segment and wave, clustered by account.
    """
    count = mentions.shape[1]
    if not data.has("survey", "satisfaction_index"):
        return _silent(NotEstimable(reason=N_("There is no survey answer about satisfaction.")), count)
    survey = data.table("survey")
    survey = survey[survey["satisfaction_index"].notna()].reset_index(drop=True)
    anonymous = is_anonymous(params) or not data.has_real_customers or "customer_id" not in survey
    if anonymous:
        survey = survey.assign(who="r:" + survey["respondent_key"].astype("str"))
        texts = texts.assign(who=texts["respondent"])
    else:
        survey = survey.assign(who=survey["customer_id"])
        texts = texts.assign(who=texts["customer_id"])
    wrote, raised = raised_before(survey, texts, mentions, "who", LOOK_BACK_DAYS)
    rows, raised = survey[wrote].reset_index(drop=True), raised[wrote]
    weights = survey_weights(rows, params)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return _silent(NotEstimable(reason=N_("Some survey weights are missing or not above zero.")), count)
    clusters = cluster_codes((rows["who"] if anonymous else rows["account_key"]).astype(str), len(rows))
    accounts = len(np.unique(clusters))
    if accounts < max(params.limits.min_n, 2 * params.limits.min_clusters):
        least = max(params.limits.min_n, 2 * params.limits.min_clusters)
        reason = N_(
            "Too few of those who wrote answered on their satisfaction; at least {least:int} are needed.", least=least
        )
        return _silent(NotEstimable(reason=reason), count)
    if float(np.ptp(rows["satisfaction_index"])) == 0:
        return _silent(NotEstimable(reason=N_("All respondents gave the same satisfaction.")), count)
    controls = _controls(rows, data, params, clusters, anonymous)
    sample = _Answers(rows=rows, weights=weights, clusters=clusters, controls=tuple(controls))
    effects = [_satisfaction_effect(sample, raised[:, theme], params) for theme in range(count)]
    return Compared(effects=tuple(effects), n=len(rows))


def _controls(
    rows: pd.DataFrame, data: ClientData, params: ClientParams, clusters: Codes, anonymous: bool
) -> list[Control]:
    fewest, controls = params.limits.min_clusters, []
    if params.segment and not anonymous and "segment" in data.customers:
        segment = rows["customer_id"].map(guarded_segments(data, params)).astype(object)
        filled = segment.where(segment.notna(), "-")
        controls.append(categorical_control(N_("Segment"), "segment", filled, clusters, fewest))
    controls.append(categorical_control(N_("Wave"), "wave", rows["wave"], clusters, fewest))
    return controls


@dataclass(frozen=True, kw_only=True, eq=False)
class _Answers:
    """The answers compared: rows of the survey, weights, accounts and what is held constant."""

    rows: pd.DataFrame
    weights: Floats
    clusters: Codes
    controls: tuple[Control, ...]


def _satisfaction_effect(sample: _Answers, raised: np.ndarray, params: ClientParams) -> Outcome:
    rows, clusters = sample.rows, sample.clusters
    fewest = max(FEWEST_MENTIONS, params.limits.min_clusters, params.limits.small_cell)
    sides = [len(np.unique(clusters[raised])), len(np.unique(clusters[~raised]))]
    if min(sides) < fewest:
        return too_few_mentions()
    design = build_design(len(rows), [(THEME, raised.astype(float))], sample.controls)
    if len(np.unique(clusters)) < 2 * design.matrix.shape[1]:
        return too_few_mentions()
    outcome = rows["satisfaction_index"].to_numpy(dtype=float)
    fit = fit_linear(outcome, design.matrix, weights=sample.weights, clusters=clusters)
    error = float(np.sqrt(fit.covariance[1, 1]))
    if error == 0:
        return NotEstimable(reason=N_("All respondents gave the same satisfaction."), n=len(rows))
    method = "hc3-t" if fit.accounts == len(rows) else "cr3-t"
    return estimate_from_error(
        fit.coefficients[1], error, clusters=fit.accounts, unit="index", n=len(rows), method=method
    )


def compare_repurchase(data: ClientData, params: ClientParams, texts: pd.DataFrame, mentions: Flags) -> Compared:
    """Return by how much the chance to buy again differs for those who raise a theme, beside past buying.

    Customers, outcome and past buying are those of the repeat-purchase model (`plan_repeat_purchase`); texts of the
    history before the response count. That a customer wrote at all has a term of its own, so that the theme's compares
    writers with writers.
    """
    count = mentions.shape[1]
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return _silent(plan, count)
    wrote, raised = raised_before(plan.rows, texts, mentions, "customer_id", params.repurchase.history_days)
    effects = [_repurchase_effect(plan, wrote, raised[:, theme], params) for theme in range(count)]
    return Compared(effects=tuple(effects), n=len(plan.outcome), events=int(plan.outcome.sum()))


def _repurchase_effect(plan: Plan, wrote: np.ndarray, raised: np.ndarray, params: ClientParams) -> Outcome:
    others = wrote & ~raised
    if min(int(raised.sum()), int(others.sum())) < FEWEST_MENTIONS:
        return too_few_mentions()
    y = plan.outcome
    for group in (raised, others):
        if min(y[group].sum(), group.sum() - y[group].sum()) < FEWEST_OF_EACH:
            return NotEstimable(
                reason=N_("Nearly everybody, or hardly anybody, of those who raise it or of the others bought again."),
                n=int(group.sum()),
            )
    baseline = plan.designs["baseline"]
    columns = [baseline.matrix[:, place] for place in range(baseline.matrix.shape[1])]
    terms = list(baseline.terms)
    for term, values in ((WROTE, wrote.astype(float)), (THEME, raised.astype(float))):
        if not is_redundant(values, columns):
            columns.append(values)
            terms.append(term)
    if terms[-1] is not THEME:
        return too_few_mentions()
    rarer = min(y.sum(), len(y) - y.sum())
    needed = params.limits.events_per_parameter * (len(terms) - 1)
    if rarer < needed:
        return NotEstimable(
            reason=events_reason(int(y.sum()), len(y), params.repurchase.horizon_days, needed), n=len(y)
        )
    design = Design(matrix=np.column_stack(columns), terms=tuple(terms), controls=baseline.controls)
    found = fit_predictors(y, design, plan.weights, plan.clusters)
    return effect_estimate(found.fit, design.position(THEME.key))


def _silent(reason: NotEstimable, count: int) -> Compared:
    return Compared(effects=(reason,) * count)
