"""The rows that carry the paths: customers with what they answered before and bought after, and respondents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.scores import composite
from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.repurchase_plan import Plan
from analysis.models.repurchase_sample import index_responses, purchase_days, usable_answers
from analysis.models.terms import Control, Term, numeric_control
from analysis.params.base import localized
from analysis.params.model import ClientParams

DAYS_PER_YEAR = 365.25
STEP = 10.0  # points by which an index is moved
SATISFACTION, LOYALTY = N_("Satisfaction"), N_("Loyalty")
ROLE_NAMES: dict[str, Message] = {
    "attitudinal_loyalty": N_("Preference"),
    "recommendation": N_("Recommendation"),
    "repurchase_intention": N_("Intention to buy again"),
    "commitment": N_("Commitment"),
    "trust": N_("Trust"),
}


@dataclass(frozen=True, kw_only=True)
class Customers:
    """The customers of the repeat-purchase model, for the paths.

    Parameters
    ----------
    rows
        As in `repurchase_sample.RepurchaseSample`, those that the plan kept.
    controls
        The plan's controls, on these rows.
    roles
        Role -> index (0-100) of the answers of that role, averaged as satisfaction is; NaN where not answered.
    orders
        Order days within the horizon after the response.
    """

    rows: pd.DataFrame
    controls: tuple[Control, ...]
    roles: dict[str, Floats]
    orders: Floats

    def without(self, key: str) -> tuple[Control, ...]:
        """Return the controls but the one of this term (or of the terms that begin with ``key=``)."""
        return tuple(
            control
            for control in self.controls
            if not any(term.key == key or term.key.startswith(f"{key}=") for term in control.terms)
        )


def gather_customers(data: ClientData, params: ClientParams, plan: Plan) -> Customers:
    """Return the plan's customers with the indices of single roles and their orders in the horizon."""
    return Customers(
        rows=plan.rows,
        controls=plan_controls(plan),
        roles=role_indices(data, params, plan.rows),
        orders=orders_within(data, plan.rows, params.repurchase.horizon_days),
    )


def plan_controls(plan: Plan) -> tuple[Control, ...]:
    """Return the columns of the plan's baseline as controls, one a term."""
    design = plan.designs["baseline"]
    terms: Sequence[Term] = design.terms[1:]
    return tuple(
        Control(name=term.label, terms=(term,), values=design.matrix[:, [position + 1]])
        for position, term in enumerate(terms)
    )


def role_indices(data: ClientData, params: ClientParams, rows: pd.DataFrame) -> dict[str, Floats]:
    """Return the index of each role that was asked, by customer, over the same answers as its satisfaction."""
    if params.survey is None:
        return {}
    horizon = pd.Timedelta(days=params.repurchase.horizon_days)
    answers = usable_answers(data, params)
    answers = answers[answers["responded_on"].dt.normalize() + horizon <= data.recorded_until("transactions")]
    found = {}
    for role in ROLE_NAMES:
        index = composite(answers, params.survey, (role,))
        if index is None or index.notna().sum() == 0:
            continue
        means = index_responses(answers.assign(loyalty_index=index)).set_index("customer_id")["loyalty"]
        found[role] = rows["customer_id"].map(means).to_numpy(dtype=float)
    return found


def orders_within(data: ClientData, rows: pd.DataFrame, horizon_days: int) -> Floats:
    """Return each customer's order days strictly after its response, up to the end of the horizon."""
    days = purchase_days(data).merge(rows[["customer_id", "responded_on"]], on="customer_id", how="inner")
    after = (days["day"] - days["responded_on"].dt.normalize()).dt.days
    inside = days.loc[(after > 0) & (after <= horizon_days), "customer_id"]
    return rows["customer_id"].map(inside.value_counts()).fillna(0).to_numpy(dtype=float)


def driver_items(data: ClientData, params: ClientParams) -> dict[str, Message]:
    """Return the driver questions that somebody answered, with their short labels as messages."""
    if params.survey is None:
        return {}
    return {
        key: N_("{item:text}", item=localized(item.label or item.wording or key, params.language))
        for key, item in params.survey.items.items()
        if item.role == "driver" and data.has("survey", key)
    }


def driver_controls(frame: pd.DataFrame, labels: dict[str, Message], focal: str) -> list[Control]:
    """Return the other drivers as controls."""
    return [numeric_control(label, key, label, frame[key]) for key, label in labels.items() if key != focal]


def restrict(control: Control, rows: np.ndarray) -> Control:
    """Return a control on some of the rows."""
    return Control(name=control.name, terms=control.terms, values=control.values[rows])
