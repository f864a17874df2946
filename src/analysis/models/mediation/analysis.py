"""Does satisfaction work through loyalty? The mediation analysis of one client's audit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats
from analysis.models.mediation.drivers import DriverChain, drive_loyalty
from analysis.models.mediation.inputs import Mediator, Moderator, step_up
from analysis.models.mediation.mediate import mediate
from analysis.models.mediation.moderated import mediate_moderated
from analysis.models.mediation.result import MediationResult, ModeratedMediation
from analysis.models.mediation.sample import (
    DAYS_PER_YEAR,
    LOYALTY,
    ROLE_NAMES,
    SATISFACTION,
    STEP,
    Customers,
    gather_customers,
    restrict,
)
from analysis.models.parts import ModelPart
from analysis.models.repurchase_plan import Plan, missing_data, plan_repeat_purchase
from analysis.models.shape.spline import weighted_quantiles
from analysis.models.terms import FEWEST_KNOWN
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

BOUGHT, ORDERS = N_("Buying again"), N_("Orders a year")
LOW_QUANTILE, HIGH_QUANTILE = 0.25, 0.75


@dataclass(frozen=True, kw_only=True)
class ModeratedQuestion(ModelPart):
    """One moderator that was asked about, and the answer."""

    moderator: Message
    answer: ModeratedMediation | NotEstimable


@dataclass(frozen=True, kw_only=True)
class MediationAnalysis(ModelPart):
    """How satisfaction goes with buying again, directly and through loyalty.

    Parameters
    ----------
    n, events
        Customers, and those who bought again within the horizon.
    horizon_days
        Of the outcome.
    weighted
        Whether survey weights were used.
    draws
        Bootstrap draws of each model.
    main
        Satisfaction, loyalty index, bought again: percentage points.
    parallel
        The same with recommendation and intention as mediators of their own.
    serial
        The same with two mediators one after the other (trust or commitment, then loyalty; else preference or
        recommendation, then intention).
    orders
        The outcome is the number of orders, a year.
    moderated
        Whether the way through loyalty differs with tenure or between the largest segment and the others.
    drivers
        Driver, satisfaction, loyalty on respondents (points of loyalty per 10 points of the driver); only in depth.
    notes
        What a reader must know.
    """

    n: int
    events: int
    horizon_days: int
    weighted: bool
    draws: int
    main: MediationResult
    parallel: MediationResult | NotEstimable
    serial: MediationResult | NotEstimable
    orders: MediationResult | NotEstimable
    moderated: tuple[ModeratedQuestion, ...]
    drivers: tuple[DriverChain, ...] | NotEstimable
    notes: tuple[Message, ...]


def analyse_mediation(data: ClientData, params: ClientParams) -> MediationAnalysis | NotEstimable:
    """Take the relation of satisfaction and buying again apart: through loyalty, and past it.

    One row a customer, as in the repeat-purchase model: the same customers, controls, weights and clusters; answers
    before, orders strictly after. Intervals are percentiles of a bootstrap over groups of companies.

    Returns
    -------
    MediationAnalysis or NotEstimable
        The reason is a sentence for the client.
    """
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    if not data.has("survey", "loyalty_index"):
        return NotEstimable(reason=N_("The survey does not ask about loyalty."))
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return plan
    if "satisfaction_loyalty" not in plan.designs:
        return NotEstimable(reason=plan.loyalty_reason, n=len(plan.rows))
    paths = _Paths(data, params, plan)
    main = paths.main()
    if isinstance(main, NotEstimable):
        return main
    return MediationAnalysis(
        n=len(plan.rows),
        events=int(plan.outcome.sum()),
        horizon_days=params.repurchase.horizon_days,
        weighted=plan.weighted,
        draws=main.draws,
        main=main,
        parallel=paths.parallel(),
        serial=paths.serial(),
        orders=paths.orders(),
        moderated=paths.moderated(),
        drivers=drive_loyalty(data, params),
        notes=(*plan.notes, *main.notes, SAME_TIME),
    )


SAME_TIME = N_(
    "Satisfaction and loyalty are answered at the same time, so the data cannot show which comes first: the split "
    "assumes that satisfaction comes before loyalty, and that nothing unmeasured lies behind two of the three."
)


class _Paths:
    """The models on customers, all with the same rows where nothing is missing."""

    def __init__(self, data: ClientData, params: ClientParams, plan: Plan) -> None:
        self.params, self.plan = params, plan
        self.customers: Customers = gather_customers(data, params, plan)
        self.satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
        self.loyalty = plan.rows["loyalty"].to_numpy(dtype=float)

    def main(self) -> MediationResult | NotEstimable:
        """Return satisfaction, loyalty, bought again."""
        return self._mediate("mediation", [("loyalty", LOYALTY, self.loyalty)], outcome=self.plan.outcome)

    def orders(self) -> MediationResult | NotEstimable:
        """Return satisfaction, loyalty, orders a year."""
        return self._mediate("mediation-orders", [("loyalty", LOYALTY, self.loyalty)], outcome=None)

    def parallel(self) -> MediationResult | NotEstimable:
        """Return recommendation and intention side by side."""
        return self._of_roles("mediation-parallel", ("recommendation", "repurchase_intention"), "parallel")

    def serial(self) -> MediationResult | NotEstimable:
        """Return two mediators one after the other, as the questionnaire allows."""
        roles = self.customers.roles
        for role in ("trust", "commitment"):
            if role in roles:
                mediators = [(role, ROLE_NAMES[role], roles[role]), ("loyalty", LOYALTY, self.loyalty)]
                return self._mediate("mediation-serial", mediators, outcome=self.plan.outcome, serial=True)
        first = "attitudinal_loyalty" if "attitudinal_loyalty" in roles else "recommendation"
        return self._of_roles("mediation-serial", (first, "repurchase_intention"), "serial")

    def _of_roles(self, name: str, roles: tuple[str, str], kind: str) -> MediationResult | NotEstimable:
        absent = [role for role in roles if role not in self.customers.roles]
        if absent:
            return NotEstimable(reason=N_("{role:message} was not asked.", role=ROLE_NAMES[absent[0]]))
        mediators = [(role, ROLE_NAMES[role], self.customers.roles[role]) for role in roles]
        return self._mediate(name, mediators, outcome=self.plan.outcome, serial=kind == "serial")

    def _mediate(
        self,
        name: str,
        mediators: Sequence[tuple[str, Message, Floats]],
        *,
        outcome: Floats | None,
        serial: bool = False,
    ) -> MediationResult | NotEstimable:
        """Return one model; without `outcome` it is the number of orders, a year."""
        known = np.logical_and.reduce([np.isfinite(values) for _, _, values in mediators])
        if known.mean() < FEWEST_KNOWN:
            names = [label for _, label, _ in mediators]
            return NotEstimable(reason=N_("Too few customers answered about {names:list}.", names=names))
        is_count = outcome is None
        y = self.customers.orders if outcome is None else outcome
        return mediate(
            y[known],
            "count" if is_count else "binary",
            step_up(SATISFACTION, self.satisfaction[known], STEP),
            [Mediator(key=key, label=label, values=values[known]) for key, label, values in mediators],
            [restrict(control, known) for control in self.customers.controls],
            weights=self.plan.weights[known],
            clusters=self.plan.clusters[known],
            arrangement="serial" if serial else "parallel",
            scale=DAYS_PER_YEAR / self.params.repurchase.horizon_days if is_count else None,
            unit="per_year" if is_count else None,
            outcome_label=ORDERS if is_count else BOUGHT,
            limits=self.params.limits,
            draws=model_draws(self.params),
            rng=model_generator(name, self.params),
        )

    def moderated(self) -> tuple[ModeratedQuestion, ...]:
        """Return whether the way through loyalty differs with tenure, and between the largest segment and others."""
        return tuple(
            ModeratedQuestion(
                moderator=moderator.label,
                answer=mediate_moderated(
                    self.plan.outcome,
                    "binary",
                    step_up(SATISFACTION, self.satisfaction, STEP),
                    Mediator(key="loyalty", label=LOYALTY, values=self.loyalty),
                    moderator,
                    self.customers.without(moderator.key),
                    weights=self.plan.weights,
                    clusters=self.plan.clusters,
                    limits=self.params.limits,
                    draws=model_draws(self.params),
                    rng=model_generator(f"mediation-by-{moderator.key}", self.params),
                ),
            )
            for moderator in self._moderators()
        )

    def _moderators(self) -> list[Moderator]:
        found, rows = [], self.plan.rows
        tenure = rows["tenure"].to_numpy(dtype=float)
        if np.isfinite(tenure).all():
            low, high = weighted_quantiles(tenure, self.plan.weights, (LOW_QUANTILE, HIGH_QUANTILE))
            if high > low:
                words = tuple(
                    N_("customers with us for {years:number1} years", years=float(year)) for year in (low, high)
                )
                found.append(
                    Moderator(
                        key="tenure",
                        label=N_("Tenure"),
                        values=tenure,
                        low=float(low),
                        high=float(high),
                        words=(words[0], words[1]),
                    )
                )
        if rows["segment"].notna().mean() >= FEWEST_KNOWN:
            weight = pd.Series(self.plan.weights, index=rows.index)
            largest = weight.groupby(rows["segment"], observed=True).sum().idxmax()
            name = N_("Segment {segment:text}", segment=str(largest))
            found.append(
                Moderator(
                    key="segment",
                    label=name,
                    values=np.where(rows["segment"] == largest, 1.0, 0.0),
                    low=0.0,
                    high=1.0,
                    words=(N_("all other segments"), name),
                )
            )
        return found
