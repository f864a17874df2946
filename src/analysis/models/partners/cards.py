"""A card of each partner: what it serves, and every measure with its interval, its place and the rest beside it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.customer_base import active_customers
from analysis.indicators.estimation import estimate
from analysis.indicators.ledger import trailing_years, year_ending
from analysis.indicators.observations import withheld
from analysis.indicators.samples import Floats
from analysis.indicators.shapes import PartnerLeague, PartnerStanding
from analysis.messages import N_
from analysis.models.contacts.records import ledger_of
from analysis.models.partners.measures import Compared, others_than
from analysis.models.partners.result import CardMeasure, PartnerCard
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Point

MOST_CARDS = 40
TOO_SMALL = N_("Too few observations for an estimate of its own.")


def write_cards(
    ids: list[str],
    compared: Mapping[str, Compared],
    leagues: Mapping[str, PartnerLeague],
    ranked: frozenset[str],
    names: Mapping[str, str],
    data: ClientData,
    params: ClientParams,
) -> tuple[PartnerCard, ...]:
    """Return the cards of the partners (`ids`), those with the most revenue (else customers) first.

    `ranked` are those in the overall league.
    """
    partner = data.customers["partner_id"]
    served = partner.value_counts()
    ledger = ledger_of(data, params)
    latest = year_ending(data.recorded_until("transactions"))
    active = active_customers(data, ledger, latest)
    of_active = pd.Series(partner.reindex(active).to_numpy(dtype=object))
    active_by = of_active.value_counts()
    revenue, revenue_before = revenue_by_partner(data, params)
    total = None if ledger is None else float(ledger.spent(latest, constant=False).sum())
    weight = {key: (0.0 if revenue is None else revenue.get(key, 0.0), int(served.get(key, 0))) for key in ids}
    order = sorted(ids, key=lambda key: (-weight[key][0], -weight[key][1], key))[:MOST_CARDS]
    texts = _texts(data)
    return tuple(
        PartnerCard(
            partner_id=key,
            name=names.get(key, key),
            tier=texts.get((key, "tier"), ""),
            region=texts.get((key, "region"), ""),
            customers=int(served.get(key, 0)),
            active=int(active_by.get(key, 0)),
            revenue=None if revenue is None else revenue.get(key, 0.0),
            revenue_before=None if revenue_before is None else revenue_before.get(key, 0.0),
            revenue_share=_share(revenue, key, total),
            measures=tuple(_measure(key, each, leagues.get(name), params) for name, each in compared.items()),
            is_ranked=key in ranked,
        )
        for key in order
    )


def revenue_by_partner(
    data: ClientData, params: ClientParams
) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """Return the revenue of each partner's customers in the last twelve months on record and in those before.

    None where there are no orders, or where they do not reach back.
    """
    ledger = ledger_of(data, params)
    if ledger is None:
        return None, None
    owners = data.customers["partner_id"].reindex(ledger.ids).to_numpy(dtype=object)
    latest, before = trailing_years(data.recorded_until("transactions"), 2)
    earlier = _by_partner(ledger.spent(before, constant=False), owners) if ledger.covers(before) else None
    return _by_partner(ledger.spent(latest, constant=False), owners), earlier


def _by_partner(spent: Floats, owners: "np.ndarray") -> dict[str, float]:
    sums = pd.Series(spent).groupby(pd.Series(owners)).sum()
    return {str(key): float(value) for key, value in sums.items()}


def _share(revenue: dict[str, float] | None, key: str, total: float | None) -> float | None:
    if revenue is None or total is None or total <= 0:
        return None
    return revenue.get(key, 0.0) / total


def _texts(data: ClientData) -> dict[tuple[str, str], str]:
    """Return tier and region of the partners by (partner, column)."""
    if not data.has("partners"):
        return {}
    frame = data.table("partners")
    return {
        (str(key), column): str(value)
        for column in ("tier", "region")
        if column in frame
        for key, value in zip(frame["partner_id"], frame[column], strict=True)
        if not pd.isna(value)
    }


def _measure(partner: str, compared: Compared, league: PartnerLeague | None, params: ClientParams) -> CardMeasure:
    result = compared.result
    own: Outcome = result.by_partner.get(partner, NotEstimable(reason=TOO_SMALL))
    standing: PartnerStanding | None = None
    if league is not None:
        standing = next((row for row in league.rows if row.partner_id == partner), None)
    rest = _rest(partner, own, compared, params)
    fair = None if standing is None else standing.shrunken
    return CardMeasure(
        key=result.key,
        own=own,
        fair=fair,
        rest=rest,
        difference=difference_of(own if fair is None else fair, rest),
        rank_low=None if standing is None else standing.rank_low,
        rank_high=None if standing is None else standing.rank_high,
        p_top_quartile=None if standing is None else standing.p_top_quartile,
        target=result.partner_targets.get(partner),
    )


def _rest(partner: str, own: Outcome, compared: Compared, params: ClientParams) -> Outcome:
    """Return the figure of all customers that a partner does not serve; withheld where it would tell a few answers."""
    if isinstance(own, NotEstimable) and own.suppressed:
        return withheld()
    _, others = others_than(partner, compared.observations)
    count = compared.observations.respondent_count
    if count is not None and 0 < count[others].sum() < params.limits.small_cell:
        return withheld()
    limits = params.limits
    sample = compared.observations.sample.where(others)
    return estimate(sample, compared.spec.measure, min_clusters=limits.min_clusters, min_n=limits.min_n)


def difference_of(own: Outcome, rest: Outcome) -> Point | NotEstimable:
    """Return own less rest, of proportions in percentage points.

    It has no interval of its own: where partners are much alike, that of a fair figure is wide on purpose, and combined
    with the rest's it held the truth in 99% of cases. How certain the comparison is, the rank's interval tells.
    """
    for each in (own, rest):
        if isinstance(each, NotEstimable):
            return each
    assert isinstance(own, Estimate)
    assert isinstance(rest, Estimate)
    is_share = own.unit == "proportion"
    return Point(
        value=(100.0 if is_share else 1.0) * (own.value - rest.value),
        n=own.n + rest.n,
        unit="percentage_points" if is_share else own.unit,
    )
