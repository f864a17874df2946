"""The answer to whether those who answered speak for all customers, from what is known of both."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_, Message
from analysis.models.respondents.afterwards import compare_afterwards, followed_wave
from analysis.models.respondents.base import LABELS, Base, Groups, build_base
from analysis.models.respondents.bounds import bound
from analysis.models.respondents.comparison import balance_test, compare_respondents
from analysis.models.respondents.headline import (
    Headline,
    Sums,
    Weighting,
    as_answered,
    customer_sums,
    headlines,
    reweigh,
)
from analysis.models.respondents.rates import response_rates
from analysis.models.respondents.refits import Multipliers, refit_models
from analysis.models.respondents.result import (
    IndicatorBounds,
    Raking,
    RefittedModel,
    Respondents,
    ResponseRate,
    ReweightedIndicator,
)
from analysis.models.respondents.weighting import margin_design, rake_base, start_weights
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
ANONYMOUS = N_(
    "The survey is anonymous: who of the customers answered is not known, so those who answered cannot be compared with"
    " all customers."
)


def analyse_respondents(data: ClientData, params: ClientParams) -> Respondents | NotEstimable:
    """Compare those who answered the latest wave with the customer base, weigh them to it, and bound what is unknown.

    Returns
    -------
    Respondents or NotEstimable
        The latter without a survey, or where an anonymous one has no invitations either. An anonymous survey with
        invitations has response rates and nothing else.
    """
    if params.survey is None or not data.has("survey", "responded_on") or not data.waves:
        return NotEstimable(reason=N_("There are no survey answers."))
    anonymous = params.survey.confidentiality == "anonymous" or not data.has_real_customers
    protected = params.survey.confidentiality != "attributed" or params.audience == "external"
    rates, notes = response_rates(data, params, protected=protected)
    if anonymous or not data.has("survey", "customer_id"):
        return _anonymous(rates, notes, data)
    survey = data.table("survey")
    named = survey[survey["customer_id"].notna() & survey["wave_order"].notna()]
    orders = sorted(int(order) for order in named["wave_order"].unique())
    base = build_base(data, params, orders[-1])
    refusal = _refuse(base, params)
    if refusal is not None:
        return refusal
    answers = named[named["wave_order"] == orders[-1]].reset_index(drop=True)
    bases = (*(build_base(data, params, order) for order in orders[:-1]), base)
    groups, hidden = _publishable(base, data, params, protected=protected)
    weights, indicators, bounds = _weigh(base, answers, data, params)
    return Respondents(
        wave=base.wave,
        base=base.n,
        answered=int(base.answered.sum()),
        coverage=_coverage(base, params),
        rates=rates,
        differences=compare_respondents(base, groups),
        test=balance_test(base),
        weights=weights,
        indicators=indicators,
        afterwards=compare_afterwards(followed_wave(bases, data, params), data, params),
        bounds=bounds,
        models=_refit(bases, named, data, params),
        notes=(*notes, *base.notes, *hidden),
    )


def _anonymous(
    rates: tuple[ResponseRate, ...], notes: tuple[Message, ...], data: ClientData
) -> Respondents | NotEstimable:
    silence = NotEstimable(reason=ANONYMOUS)
    if not rates:
        return silence
    return Respondents(
        wave=data.waves[-1],
        base=None,
        answered=None,
        coverage=silence,
        rates=rates,
        differences=(),
        test=silence,
        weights=silence,
        indicators=(),
        afterwards=silence,
        bounds=(),
        models=(),
        notes=(ANONYMOUS, *notes),
    )


def _refuse(base: Base, params: ClientParams) -> NotEstimable | None:
    replies, limits = int(base.answered.sum()), params.limits
    if replies < limits.small_cell:
        return NotEstimable(reason=N_("Fewer than {least:int} customers answered.", least=limits.small_cell))
    if replies < limits.min_clusters:
        reason = N_(
            "Only {n:int} customers answered; a comparison with all customers needs at least {least:int}.",
            n=replies,
            least=limits.min_clusters,
        )
        return NotEstimable(reason=reason, n=replies)
    if base.n - replies < limits.small_cell:
        return NotEstimable(reason=N_("Nearly every customer answered, so there is nobody to compare them with."))
    return None


def _coverage(base: Base, params: ClientParams) -> Outcome:
    sample = Sample.of_units(base.answered.astype(float))
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters)


def _publishable(
    base: Base, data: ClientData, params: ClientParams, *, protected: bool
) -> tuple[tuple[Groups, ...], tuple[Message, ...]]:
    """Return the groups whose shares may be shown, and notes on the others.

    Where answers are protected, the shares tell how many of a group answered. The segment is shown, as the response
    rate by segment is, whose partners are hidden where both together would tell too much. Any other characteristic is
    shown only if every cell that it makes together with partners, segments and those shown before has no answer or at
    least `small_cell`: whatever is added and subtracted, no smaller number of respondents comes out.
    """
    if not protected:
        return base.groups, ()
    shown: list[Groups] = []
    notes: list[Message] = []
    joint = np.zeros(base.n, dtype=np.int64)
    if "partner_id" in data.customers:
        joint = pd.factorize(data.customers["partner_id"].reindex(base.ids))[0].astype(np.int64) + 1
    for group in base.groups:
        cells = joint * len(group.names) + group.codes
        counts = np.bincount(cells[base.answered])
        few = bool(((counts > 0) & (counts < params.limits.small_cell)).any())
        if few and group.key != "segment":
            notes.append(
                N_("{what:message} is not shown, because it would single out few respondents.", what=LABELS[group.key])
            )
            continue
        joint = cells
        shown.append(group)
    return tuple(shown), tuple(notes)


def _weigh(
    base: Base, answers: pd.DataFrame, data: ClientData, params: ClientParams
) -> tuple[Raking | NotEstimable, tuple[ReweightedIndicator, ...], tuple[IndicatorBounds, ...]]:
    customers = base.ids[base.answered]
    found = [
        (each, customer_sums(each.values, answers, customers, data, params)) for each in headlines(answers, params)
    ]
    found = [(each, sums) for each, sums in found if sums.sample.n >= params.limits.small_cell]
    start = start_weights(answers, customers, params)
    if isinstance(start, NotEstimable):
        return start, tuple(_unweighted(each, sums, start, params) for each, sums in found), ()
    raked = rake_base(base, start)
    if isinstance(raked, NotEstimable):
        return raked, tuple(_unweighted(each, sums, raked, params) for each, sums in found), ()
    raking, weights, margins = raked
    weighting = Weighting(base=base, start=start, weights=weights, design=margin_design(base, margins))
    return (
        raking,
        tuple(reweigh(each, sums, weighting, params) for each, sums in found),
        tuple(bound(each, sums, weighting) for each, sums in found),
    )


def _unweighted(headline: Headline, sums: Sums, reason: NotEstimable, params: ClientParams) -> ReweightedIndicator:
    measured = as_answered(headline, sums, params)
    return ReweightedIndicator(key=headline.key, name=headline.name, answered=measured, raked=reason, difference=reason)


def _refit(
    bases: tuple[Base, ...], named: pd.DataFrame, data: ClientData, params: ClientParams
) -> tuple[RefittedModel, ...]:
    """Return the models with each wave's answers weighted to the base of that wave.

    A wave that cannot be weighted has no multipliers, and a model with answers of it is not fitted again.
    """
    multipliers: Multipliers = {}
    for base in bases:
        customers = base.ids[base.answered]
        start = start_weights(named[named["wave_order"] == base.order], customers, params)
        if isinstance(start, NotEstimable):
            continue
        raked = rake_base(base, start)
        if not isinstance(raked, NotEstimable):
            multipliers[base.order] = pd.Series(raked[1] / start, index=customers)
    return refit_models(multipliers, data, params)
