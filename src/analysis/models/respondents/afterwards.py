"""Whether customers who answered a survey bought more afterwards than those who did not, with equal past buying.

The latest wave whose horizon the orders cover; every customer of its base is followed from the wave's last answer on,
so that nobody answers after what is counted. Past buying is what was known the day before the wave began. The adjusted
difference is the average marginal effect of having answered in the logit that the repeat-purchase model uses.
"""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.clustering import Floats, cluster_codes
from analysis.models.guarded_segments import guarded_segments
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import behaviour_controls, events_reason, optional_controls
from analysis.models.repurchase_sample import bought_between, group_of, history
from analysis.models.respondents.base import Base, order_days
from analysis.models.respondents.result import Afterwards
from analysis.models.terms import Control, Term, build_design
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

ANSWERED = Term(key="answered", label=N_("Answered the survey"))
SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


def followed_wave(bases: tuple[Base, ...], data: ClientData, params: ClientParams) -> Base | None:
    """Return the latest base whose horizon the record of orders covers, or None."""
    if not data.has("transactions"):
        return None
    horizon = pd.Timedelta(days=params.repurchase.horizon_days)
    covered = [base for base in bases if base.end + horizon <= data.recorded_until("transactions")]
    return covered[-1] if covered else None


def compare_afterwards(base: Base | None, data: ClientData, params: ClientParams) -> Afterwards | NotEstimable:
    """Return what customers bought after a wave, those who answered it and those who did not."""
    if not data.has("transactions"):
        return NotEstimable(reason=N_("There are no orders, so it is not known who bought again."))
    days, limits = params.repurchase.horizon_days, params.limits
    if base is None:
        reason = N_("No survey lies {days:int} days back, so nobody's purchases after it are complete yet.", days=days)
        return NotEstimable(reason=reason)
    rows = _rows(base, data, params)
    answered = rows["answered"].to_numpy(dtype=float)
    replies, silent = int(answered.sum()), int(len(rows) - answered.sum())
    if min(replies, silent) < limits.min_n:
        reason = N_(
            "Only {few:int} customers are on one side of the comparison; at least {least:int} are needed.",
            few=min(replies, silent),
            least=limits.min_n,
        )
        few = min(replies, silent) < limits.small_cell
        return NotEstimable(reason=N_("Too few customers answered, or did not.") if few else reason)
    bought = rows["bought"].to_numpy(dtype=float)
    groups = cluster_codes(rows["group"], len(rows))
    controls = [*behaviour_controls(rows), *optional_controls(rows, params)]
    raw = _difference(bought, answered, [], groups, params)
    adjusted = _difference(bought, answered, controls, groups, params)
    design = build_design(len(rows), [(ANSWERED, answered)], controls)
    return Afterwards(
        wave=base.wave,
        horizon_days=days,
        answered=replies,
        silent=silent,
        share_answered=_share(bought[answered > 0], groups[answered > 0], params),
        share_silent=_share(bought[answered == 0], groups[answered == 0], params),
        raw=raw,
        adjusted=adjusted,
        controls=design.controls,
    )


def _rows(base: Base, data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return one row a customer of the base: whether it answered, past buying, and whether it bought afterwards."""
    rows = pd.DataFrame({"customer_id": np.asarray(base.ids, dtype=object), "answered": base.answered})
    rows["customer_id"] = rows["customer_id"].astype(str)
    purchases = order_days(data, params)
    before = history(rows.assign(responded_on=base.start), purchases, 0, params.repurchase.history_days, data)
    rows["bought"] = bought_between(rows.assign(responded_on=base.end), purchases, 0, params.repurchase.horizon_days)
    rows = rows.join(before)
    rows["tenure"] = rows["tenure"].fillna(rows["tenure"].mean())
    rows["segment"] = rows["customer_id"].map(guarded_segments(data, params)) if params.segment else None
    rows["group"] = group_of(rows["customer_id"], data)
    return rows


def _share(bought: Floats, groups: np.ndarray, params: ClientParams) -> Outcome:
    sample = Sample(values=bought, weights=np.ones(len(bought)), clusters=groups, units=np.arange(len(bought)))
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters)


def _difference(
    bought: Floats, answered: Floats, controls: list[Control], groups: np.ndarray, params: ClientParams
) -> Outcome:
    """Return the average difference that having answered makes, in percentage points, or why there is none."""
    n, events = len(bought), int(bought.sum())
    design = build_design(n, [(ANSWERED, answered)], controls)
    needed = params.limits.events_per_parameter * (len(design.terms) - 1)
    if min(events, n - events) < needed:
        return NotEstimable(reason=events_reason(events, n, params.repurchase.horizon_days, needed), n=n)
    if len(np.unique(groups)) < params.limits.min_clusters:
        return NotEstimable(reason=N_("Too few customers answered, or did not."), n=n)
    fitted = fit_predictors(bought, design, np.ones(n), groups)
    return effect_estimate(fitted.fit, design.position(ANSWERED.key))
