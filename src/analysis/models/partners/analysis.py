"""Which partners serve our customers well: leagues, the standing over all of them, and a card of each partner."""

from collections.abc import Mapping

from analysis.data.client import ClientData
from analysis.indicators.league import DRAWS, LeagueDraws, compute_leagues, league_draws, partner_names
from analysis.indicators.shapes import Indicators, PartnerLeague
from analysis.messages import N_
from analysis.models.partners.cards import revenue_by_partner, write_cards
from analysis.models.partners.errors import error_correlation
from analysis.models.partners.measures import COUNTING, EXISTING, Compared, collect_measures
from analysis.models.partners.result import MeasureSpec, Partners
from analysis.models.partners.standing import rank_overall
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def analyse_partners(data: ClientData, params: ClientParams, indicators: Indicators) -> Partners | NotEstimable:
    """Compare partners on satisfaction, complaints, growth and retention of the customers they serve.

    Parameters
    ----------
    data, params
        The client's canonical tables and parameters.
    indicators
        The indicators of the same client, whose leagues and estimates by partner are used as they are.

    Returns
    -------
    Partners or NotEstimable
        A partner too small to be compared has its card and no rank.
    """
    if "partner_id" not in data.customers or not data.customers["partner_id"].notna().any():
        return NotEstimable(reason=N_("The client's data name no channel partners that could be compared."))
    ids = sorted(str(partner) for partner in data.customers["partner_id"].dropna().unique())
    if len(ids) < 2:
        return NotEstimable(reason=N_("There is only one channel partner, so there is nothing to compare."), n=1)
    compared = collect_measures(data, params, indicators)
    leagues = _leagues(compared, indicators, data, params)
    draws = _draws(compared, leagues, params)
    names = partner_names(data)
    served = data.customers["partner_id"].value_counts()
    standings, used, correlation = rank_overall(
        draws,
        {key: each.result.higher_is_better for key, each in compared.items()},
        names,
        {partner: int(served.get(partner, 0)) for partner in ids},
        revenue_by_partner(data, params)[0],
        lambda keys: error_correlation(keys, compared),
    )
    ranked = frozenset() if isinstance(standings, NotEstimable) else frozenset(row.partner_id for row in standings)
    return Partners(
        partners=len(ids),
        measures=tuple(_spec(each, leagues.get(key), key in used) for key, each in compared.items()),
        standings=standings,
        unranked=len(ids) - len(ranked),
        error_correlation=correlation,
        draws=DRAWS,
        cards=write_cards(ids, compared, leagues, ranked, names, data, params),
    )


def _leagues(
    compared: Mapping[str, Compared], indicators: Indicators, data: ClientData, params: ClientParams
) -> dict[str, PartnerLeague]:
    """Return the leagues: those of the indicators as they are, and one family of the measures that they lack."""
    new = {key: each for key, each in compared.items() if key not in EXISTING}
    found = compute_leagues(
        {key: each.result for key, each in new.items()},
        {key: each.observations for key, each in new.items()},
        data,
        params,
    )
    return {key: league for key, league in indicators.partners.items() if key in compared} | found


def _draws(
    compared: Mapping[str, Compared], leagues: Mapping[str, PartnerLeague], params: ClientParams
) -> dict[str, LeagueDraws]:
    drawn = {}
    for key in COUNTING:
        if key in leagues and key in compared:
            draws = league_draws(compared[key].result, compared[key].observations, params)
            if draws is not None:
                drawn[key] = draws
    return drawn


def _spec(compared: Compared, league: PartnerLeague | None, counts: bool) -> MeasureSpec:
    return MeasureSpec(
        key=compared.result.key,
        name=compared.result.name,
        unit=compared.result.unit,
        higher_is_better=compared.result.higher_is_better,
        counts=counts,
        partners=0 if league is None else len(league.rows),
        p_value=None if league is None else league.p_value,
    )
