"""Which parts of the service go with satisfaction, loyalty, recommendation and buying again: all of it together."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats
from analysis.models.drivers.buying import repurchase_shares
from analysis.models.drivers.data import DriverFrame, driver_answers, driver_frame
from analysis.models.drivers.decomposition import resampled_counts, resampling_units
from analysis.models.drivers.effects import effects_on, tabulated
from analysis.models.drivers.importance_performance import LatestAnswers, place_drivers
from analysis.models.drivers.outcomes import Resampling, Shared, comparable_rows, linear_shares, ordered_shares
from analysis.models.drivers.result import DriverAnalysis, DriverShares, EffectTable, ImportancePerformanceMap
from analysis.models.loyalty_ordered import ROLES, as_categories
from analysis.models.loyalty_sample import survey_weights
from analysis.params.base import localized
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable, Unit

PROMOTER, PASSIVE = 9.0, 7.0  # lowest answers (Reichheld 2003, The one number you need to grow, HBR 81)
FEWEST_CATEGORIES = 3


def analyse_drivers(data: ClientData, params: ClientParams) -> DriverAnalysis | NotEstimable:
    """Share out the differences in satisfaction, loyalty, recommendation and buying again among the drivers.

    Returns
    -------
    DriverAnalysis or NotEstimable
        Not estimable, with a sentence for the client, where no drivers were asked, too few answered, or fewer than two
        can be told apart. Each outcome has its own reason where it has no shares.
    """
    frame = driver_frame(data, params)
    if isinstance(frame, NotEstimable):
        return frame
    if len(frame.drivers) < 2:
        return NotEstimable(
            reason=N_("Fewer than two parts of the service can be told apart, so there is nothing to compare."),
            n=len(frame.rows),
        )
    satisfaction, position_map = _satisfaction(frame, data, params)
    nps = _nps_points(frame, params)
    category, category_name = _loyalty_category(frame, params)
    return DriverAnalysis(
        drivers=frame.drivers,
        n=len(frame.rows),
        accounts=frame.accounts,
        left_out=frame.left_out,
        waves=tuple(frame.rows.sort_values("wave_order")["wave"].astype(str).unique()),
        weighted=bool(np.ptp(frame.weights) > 0),
        satisfaction=satisfaction,
        loyalty_item=category
        if isinstance(category, NotEstimable)
        else ordered_shares("loyalty_item", category_name, category, frame, params),
        nps=nps if isinstance(nps, NotEstimable) else _of(linear_shares("nps", NPS_NAME, nps, frame, params)),
        nps_category=_at_full(params)
        or (nps if isinstance(nps, NotEstimable) else ordered_shares("nps_category", NPS_GROUP, nps, frame, params)),
        repurchase=_at_full(params) or repurchase_shares(data, params, frame.drivers),
        satisfaction_effects=_effects(frame.column("satisfaction_index"), "index", frame, data, params),
        nps_effects=nps if isinstance(nps, NotEstimable) else _effects(nps, "nps", frame, data, params),
        map=position_map,
        draws=model_draws(params),
        notes=frame.notes,
    )


SATISFACTION_NAME = N_("satisfaction")
NPS_NAME = N_("the Net Promoter Score")
NPS_GROUP = N_("being promoter, passive or detractor")


def _at_full(params: ClientParams) -> NotEstimable | None:
    """Return that a question waits for ``depth: full``, or None there."""
    if params.depth == "full":
        return None
    return NotEstimable(reason=N_("This is answered at full depth only (parameter depth: full)."))


def _of(shared: Shared | NotEstimable) -> DriverShares | NotEstimable:
    return shared if isinstance(shared, NotEstimable) else shared.shares


def _effects(
    outcome: Floats, unit: Unit, frame: DriverFrame, data: ClientData, params: ClientParams
) -> EffectTable | NotEstimable:
    regression = effects_on(outcome, frame, data, params)
    return regression if isinstance(regression, NotEstimable) else tabulated(regression, unit)


def _satisfaction(
    frame: DriverFrame, data: ClientData, params: ClientParams
) -> tuple[DriverShares | NotEstimable, ImportancePerformanceMap | NotEstimable]:
    """Return the shares of satisfaction, and the map, from the same draws of accounts."""
    outcome = frame.column("satisfaction_index")
    found = comparable_rows(frame, outcome, SATISFACTION_NAME, params)
    if isinstance(found, NotEstimable):
        return found, NotEstimable(reason=found.reason, n=found.n)
    latest = _latest_answers(data, params)
    rng = model_generator("drivers-accounts", params)
    keys = found[0].rows["account_key"].astype(str).to_numpy(dtype=object)
    units = resampling_units(np.concatenate([keys, latest.accounts]), rng)
    counts = resampled_counts(int(units.max()) + 1, model_draws(params), rng)
    resampling = Resampling(units=units[: len(keys)], counts=counts)
    shared = linear_shares("satisfaction", SATISFACTION_NAME, outcome, frame, params, resampling)
    if isinstance(shared, NotEstimable):
        return shared, NotEstimable(reason=shared.reason, n=shared.n)
    asked = [driver.key for driver in driver_answers(data, params)[0]]  # type: ignore[index]
    columns = [asked.index(driver.key) for driver in shared.frame.drivers]
    answers = replace(latest, values=latest.values[:, columns], units=units[len(keys) :])
    return shared.shares, place_drivers(shared.shares.shares, shared.draws, answers, counts, params)


def _latest_answers(data: ClientData, params: ClientParams) -> LatestAnswers:
    """Return all answers about drivers in the latest wave in which any was given, complete or not."""
    found = driver_answers(data, params)
    assert found is not None  # there is a frame of them
    survey, values = data.table("survey"), found[1]
    answered = np.isfinite(values).any(axis=1)
    order = survey["wave_order"].to_numpy()
    rows = answered & (order == order[answered].max())
    chosen = survey.loc[pd.Series(rows, index=survey.index)]
    return LatestAnswers(
        wave=str(chosen["wave"].iloc[0]),
        values=values[rows],
        weights=survey_weights(chosen, params),
        accounts=chosen["account_key"].astype(str).to_numpy(dtype=object),
        respondents=chosen["respondent_key"].astype(str).to_numpy(dtype=object),
        units=np.zeros(len(chosen), dtype=np.int64),
    )


def _main_item(frame: DriverFrame, params: ClientParams, roles: tuple[str, ...]) -> tuple[str, ItemSpec] | None:
    """Return the item of the first of `roles` that was answered, of a role the one with most answers."""
    items = params.survey.items if params.survey is not None else {}
    for role in roles:
        counts = {key: int(np.isfinite(frame.column(key)).sum()) for key, item in items.items() if item.role == role}
        if counts and max(counts.values()) > 0:
            key = max(counts, key=lambda name: counts[name])
            return key, items[key]
    return None


def _nps_points(frame: DriverFrame, params: ClientParams) -> Floats | NotEstimable:
    """Return 100 for a promoter, 0 for a passive and -100 for a detractor, NaN where not answered."""
    found = _main_item(frame, params, ("recommendation",))
    if found is None:
        return NotEstimable(reason=N_("The survey does not ask how likely customers are to recommend."))
    answers = frame.column(found[0])
    points = np.where(answers >= PROMOTER, 100.0, np.where(answers < PASSIVE, -100.0, 0.0))
    return np.where(np.isfinite(answers), points, np.nan)


def _loyalty_category(frame: DriverFrame, params: ClientParams) -> tuple[Floats | NotEstimable, Message]:
    """Return the categories of the main loyalty question, rare answers merged and NaN where missing; and its name."""
    found = _main_item(frame, params, ROLES)
    if found is None:
        return NotEstimable(reason=N_("No loyalty question has answers of its own.")), N_("loyalty")
    key, item = found
    name = N_("the answers to “{item:text}”", item=localized(item.label or item.wording or key, params.language))
    answers = as_categories(frame.rows, key, item)
    if len(answers.lowest) < FEWEST_CATEGORIES:
        few = NotEstimable(
            reason=N_("The answers to the loyalty question take fewer than three values."), n=len(answers.rows)
        )
        return few, name
    category = np.full(len(frame.rows), np.nan)
    category[answers.rows] = answers.category
    return category, name
