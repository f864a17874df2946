"""What better performance of each driver would be worth, if the relations that the audit finds are causal."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator, percentile_estimate
from analysis.models.clustering import Codes, Floats
from analysis.models.drivers.effects import DriverEffects, fit_driver_effects
from analysis.models.linear import fit_linear
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import Plan, missing_data, plan_repeat_purchase
from analysis.models.repurchase_sample import group_of, index_means
from analysis.models.terms import SATISFACTION
from analysis.models.uplift.chain import TOP, Chain, DriverLink, Gains, PurchaseLink, drawn_gains, gains
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.models.uplift.worth import Worth, revenue_worth
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Unit

METHOD = "joint-simulation"
DAYS_PER_YEAR = 365
WorthOf = Callable[[pd.DataFrame, ClientData, ClientParams], Worth]


def simulate_uplift(
    data: ClientData, params: ClientParams, *, worth_of: WorthOf = revenue_worth
) -> UpliftSimulation | NotEstimable:
    """Simulate driver -> satisfaction -> repeat purchase -> money, one driver at a time.

    Parameters
    ----------
    data, params
        Of the client; `params.uplift_points` is by how much each driver is raised.
    worth_of
        What a customer that buys again is worth; revenue within the horizon unless another measure takes its place.

    Returns
    -------
    UpliftSimulation or NotEstimable
        The reason is that of the first link that is missing.
    """
    links = find_links(data, params)
    if isinstance(links, NotEstimable):
        return links
    effects, plan = links
    chain = build_chain(data, params, effects, plan, worth_of(plan.rows, data, params))
    return _simulate(data, params, chain, effects, len(plan.rows))


def find_links(data: ClientData, params: ClientParams) -> tuple[DriverEffects, Plan] | NotEstimable:
    """Return both regressions that the chain is made of, or why the first that is missing is."""
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    effects = fit_driver_effects(data, params)
    if isinstance(effects, NotEstimable):
        return effects
    plan = plan_repeat_purchase(data, params)
    return plan if isinstance(plan, NotEstimable) else (effects, plan)


def chain_groups(
    data: ClientData, effects: DriverEffects, plan: Plan, besides: Sequence[str] = ()
) -> tuple[Codes, Codes, Codes, int]:
    """Return the groups of the answers, of the customers followed and of those named `besides`, and how many there are.

    Parameters
    ----------
    data
        The client's.
    effects, plan
        The two regressions.
    besides
        Names of groups that are drawn too, though neither link has them.
    """
    rows = effects.frame.rows
    customers = rows["customer_id"].astype(object).where(rows["customer_id"].notna(), rows["account_key"]).astype(str)
    answering, buying = group_of(customers, data).astype(str), plan.rows["group"].astype(str)
    groups, codes = np.unique([*answering, *buying, *besides], return_inverse=True)
    second, third = len(answering), len(answering) + len(buying)
    return codes[:second], codes[second:third], codes[third:], len(groups)


def build_chain(
    data: ClientData,
    params: ClientParams,
    effects: DriverEffects,
    plan: Plan,
    worth: Worth,
    besides: Sequence[str] = (),
) -> Chain:
    """Return the links on one set of groups: of the customers followed, of those that only answered, and `besides`."""
    first, second, _, count = chain_groups(data, effects, plan, besides)
    outcome = effects.frame.column("satisfaction_index")
    fit = fit_linear(outcome, effects.design.matrix, weights=effects.frame.weights, clusters=first)
    design = plan.designs["satisfaction"]
    logit = fit_predictors(plan.outcome, design, plan.weights, second).fit
    return Chain(
        drivers=DriverLink(
            effects=fit.coefficients[effects.drivers],
            deviations=_spread(fit.deviations[:, effects.drivers], first, count),
        ),
        purchase=PurchaseLink(
            design=design.matrix,
            coefficients=logit.coefficients,
            deviations=_spread(logit.deviations, second, count),
            column=design.position(SATISFACTION.key),
        ),
        worth=worth,
        levels=_levels(data, params, effects, plan.rows),
        satisfaction=plan.rows["satisfaction"].to_numpy(dtype=float),
        weights=plan.weights,
        groups=second,
        group_count=count,
    )


def _spread(deviations: Floats, codes: Codes, groups: int) -> Floats:
    """Return deviations of the groups that occur (in order of their codes) among all groups, 0 for the others."""
    spread = np.zeros((groups, deviations.shape[1]))
    spread[np.unique(codes)] = deviations
    return spread


def _levels(data: ClientData, params: ClientParams, effects: DriverEffects, rows: pd.DataFrame) -> Floats:
    """Return each customer's performance ratings in its index wave, 0-100; the others' mean where it gave none."""
    keys = [driver.key for driver in effects.frame.drivers]
    means = index_means(data, params, keys).reindex(rows["customer_id"])
    scales = [params.survey.items[key].scale for key in keys] if params.survey else []
    values = np.column_stack(
        [
            100 * (means[key].to_numpy(dtype=float) - scale.min) / (scale.max - scale.min)
            for key, scale in zip(keys, scales, strict=True)
        ]
    )
    others = np.average(effects.frame.values, axis=0, weights=effects.frame.weights)
    return np.where(np.isfinite(values), values, others)


def _simulate(
    data: ClientData, params: ClientParams, chain: Chain, effects: DriverEffects, customers: int
) -> UpliftSimulation:
    draws = model_draws(params)
    found = gains(chain, params.uplift_points)
    drawn = drawn_gains(chain, params.uplift_points, draws, model_generator("uplift", params))
    base = revenue_of_last_year(data)
    best = chance_of_best(drawn)
    levels = np.average(chain.levels, axis=0, weights=chain.weights)
    rows = [
        DriverGain(
            driver=driver.key,
            label=driver.name(params),
            performance=float(levels[j]),
            satisfaction=gain_outcome(found.satisfaction[j], drawn.satisfaction[:, j], "index", chain),
            chance=gain_outcome(found.chance[j], drawn.chance[:, j], "percentage_points", chain),
            share=gain_outcome(found.share[j], drawn.share[:, j], "proportion", chain),
            money=money_outcome(found, drawn, j, base, chain),
            probability_best=float(best[j]),
        )
        for j, driver in enumerate(effects.frame.drivers)
    ]
    order = np.argsort(-np.where(np.isfinite(found.share), found.share, found.chance), kind="stable")
    return UpliftSimulation(
        drivers=tuple(rows[j] for j in order),
        points=params.uplift_points,
        worth=chain.worth.name,
        customers=customers,
        answers=len(effects.frame.rows),
        base_revenue=base,
        draws=draws,
        horizon_days=params.repurchase.horizon_days,
        notes=_notes(chain, params, effects),
    )


def chance_of_best(drawn: Gains) -> Floats:
    """Return in which share of the draws each driver's gain is the highest."""
    first = np.argmax(np.where(np.isfinite(drawn.share), drawn.share, -np.inf), axis=1)
    return np.bincount(first, minlength=drawn.share.shape[1]) / len(first)


def gain_outcome(value: float, draws: Floats, unit: Unit, chain: Chain) -> Outcome:
    """Return a gain with the percentiles of its joint draws."""
    if not np.isfinite(value):
        return NotEstimable(reason=N_("The customers who bought again brought in nothing."), n=len(chain.weights))
    n, clusters = len(chain.weights), len(np.unique(chain.groups))
    return percentile_estimate(value, draws, unit=unit, n=n, clusters=clusters, method=METHOD)


def money_outcome(found: Gains, drawn: Gains, driver: int, base: float | None, chain: Chain) -> Outcome:
    """Return a driver's gain as money: its share of the revenue of the last year, `base`."""
    if base is None:
        return NotEstimable(reason=N_("The orders cover less than a year."), n=len(chain.weights))
    outcome = gain_outcome(found.share[driver] * base, drawn.share[:, driver] * base, "money", chain)
    if isinstance(outcome, Estimate) and base <= 0:
        return NotEstimable(reason=N_("The last twelve months brought in nothing."), n=len(chain.weights))
    return outcome


def revenue_of_last_year(data: ClientData) -> float | None:
    """Return the revenue of the twelve months that the record of orders ends with; None where it is shorter."""
    orders = data.table("transactions")
    end = data.recorded_until("transactions")
    start = end - pd.Timedelta(days=DAYS_PER_YEAR)
    if orders["ordered_on"].min() > start + pd.Timedelta(days=1):
        return None
    return float(orders.loc[(orders["ordered_on"] > start) & (orders["ordered_on"] <= end), "revenue"].sum())


def share_at_top(chain: Chain, points: float) -> float:
    """Return the weighted share of the ratings that are nearer to the end of the scale than `points`."""
    share = chain.weights / chain.weights.sum()
    return float((share @ (chain.levels + points > TOP)).mean())


def _notes(chain: Chain, params: ClientParams, effects: DriverEffects) -> tuple[Message, ...]:
    at_top = share_at_top(chain, params.uplift_points)
    notes: list[Message] = [
        N_(
            "Only whether customers buy again is moved, not how much a purchase is worth; and the customers who did not"
            " answer are taken to be like those who did."
        )
    ]
    if at_top > 0:
        notes.append(
            N_(
                "Gains stop at the end of the scale: {share:percent} of the ratings are nearer to it than"
                " {points:number} points.",
                share=at_top,
                points=params.uplift_points,
            )
        )
    return (*notes, *effects.notes)
