"""Depth: the levels on which customers are met, through how many persons, and for how long they have been customers."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.ledger import to_days
from analysis.indicators.samples import Codes, Floats, Sample
from analysis.messages import N_
from analysis.models.contacts.records import Records, names_of, share_of_customers
from analysis.models.contacts.result import LevelReach, People, PeopleBand, SingleThread, Tenure, TenureBand
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

BANDS = 4  # so many contact persons and more are one band
LISTED = 20
YEARS = (0.0, 1.0, 3.0, 5.0, 10.0)
DAYS_PER_YEAR = 365.25
COUNT = Measure(kind="mean", unit="count")


def reach_levels(records: Records, params: ClientParams) -> tuple[LevelReach, ...] | NotEstimable:
    """Return the active customers reached at each level of the parameters in the window, the highest level first."""
    levels = params.interaction.contact_levels
    given = records.frame.get("contact_level")
    if given is None or not given.notna().any():
        return NotEstimable(reason=N_("The records of contacts do not say with whom."))
    if not given.isin(levels).any():
        reason = N_("The levels in the records of contacts are none of those that the parameters list.")
        return NotEstimable(reason=reason)
    if not len(records.ids):
        return NotEstimable(reason=N_("No customer is active."), n=0)
    words, who = given[records.inside].to_numpy(dtype=object), records.customer[records.inside]
    rows = []
    for level in levels:
        met = np.bincount(who[words == level], minlength=len(records.ids))
        rows.append(
            LevelReach(
                level=level,
                customers=int((met > 0).sum()),
                contacts=int(met.sum()),
                share=share_of_customers(met > 0, params),
            )
        )
    return tuple(rows)


def persons_of(records: Records) -> Codes | None:
    """Return the distinct contact persons of each active customer in the window, or None where nobody is named."""
    if "contact_id" not in records.frame or not records.frame["contact_id"].notna().any():
        return None
    person = pd.factorize(records.frame["contact_id"][records.inside])[0].astype(np.int64)
    who = records.customer[records.inside]
    named = person >= 0
    span = int(person.max(initial=0)) + 1
    pairs = np.unique(who[named] * span + person[named])
    return np.bincount(pairs // span, minlength=len(records.ids)).astype(np.int64)


def count_people(records: Records, data: ClientData, params: ClientParams) -> People | NotEstimable:
    """Return through how many persons customers are known, and what hangs on one person alone."""
    persons = persons_of(records)
    if persons is None:
        return NotEstimable(reason=N_("The records of contacts do not say with whom."))
    if not (persons > 0).any():
        return NotEstimable(reason=N_("No active customer was met."), n=0)
    single = persons == 1
    marked = pd.Series(data.customers.get("is_key_account", pd.Series(dtype=bool)))
    is_key = marked.reindex(records.ids).eq(True).to_numpy(dtype=bool)
    revenue = records.revenue
    total = None if revenue is None else float(revenue.sum())
    behind = None if revenue is None else float(revenue[single].sum())
    return People(
        met=int((persons > 0).sum()),
        per_customer=estimate(Sample.of_units(persons.astype(np.float64)), COUNT,
                              min_clusters=params.limits.min_clusters),
        single_share=share_of_customers(single[persons > 0], params),
        single=int(single.sum()),
        single_key_accounts=int((single & is_key).sum()),
        single_revenue=behind,
        revenue_share=behind / total if behind is not None and total is not None and total > 0 else None,
        bands=tuple(_band(least, persons, revenue) for least in range(BANDS + 1)),
        largest=_largest(single, is_key, records, data),
    )  # fmt: skip


def _band(least: int, persons: Codes, revenue: Floats | None) -> PeopleBand:
    rows = persons >= least if least == BANDS else persons == least
    return PeopleBand(
        least=least,
        or_more=least == BANDS,
        customers=int(rows.sum()),
        revenue=None if revenue is None else float(revenue[rows].sum()),
    )


def _largest(
    single: "np.ndarray", is_key: "np.ndarray", records: Records, data: ClientData
) -> tuple[SingleThread, ...]:
    contacts = np.bincount(records.customer[records.inside], minlength=len(records.ids))
    weight = contacts.astype(np.float64) if records.revenue is None else records.revenue
    rows = np.flatnonzero(single)
    rows = rows[np.argsort(-weight[rows], kind="stable")][:LISTED]
    ids = records.ids[rows]
    names, managers = names_of(ids, "name", data), names_of(ids, "account_manager", data)
    return tuple(
        SingleThread(
            customer_id=str(ids[place]),
            name=names[place],
            manager=managers[place],
            is_key_account=bool(is_key[row]),
            contacts=int(contacts[row]),
            revenue=None if records.revenue is None else float(records.revenue[row]),
        )
        for place, row in enumerate(rows.tolist())
    )


def measure_tenure(
    ids: pd.Index, until: int, revenue: Floats | None, data: ClientData, params: ClientParams
) -> Tenure | NotEstimable:
    """Return for how many years the active customers have been customers, at day `until`."""
    for basis, column in (("joined", "joined_on"), ("first_order", "first_order")):
        if column in data.customers and data.customers[column].reindex(ids).notna().any():
            began = pd.to_datetime(data.customers[column].reindex(ids))
            known = began.notna().to_numpy(dtype=bool) & (to_days(began) <= until)
            if known.any():
                years = (until - to_days(began)[known]) / DAYS_PER_YEAR
                spent = None if revenue is None else revenue[known]
                return Tenure(
                    basis="joined" if basis == "joined" else "first_order",
                    mean_years=estimate(Sample.of_units(years), COUNT, min_clusters=params.limits.min_clusters),
                    bands=_tenure_bands(years, spent),
                )
    return NotEstimable(reason=N_("Nothing says since when customers have been customers."), n=0)


def _tenure_bands(years: Floats, revenue: Floats | None) -> tuple[TenureBand, ...]:
    ends: tuple[float | None, ...] = (*YEARS[1:], None)
    place = np.digitize(years, YEARS[1:])
    return tuple(
        TenureBand(
            from_years=start,
            to_years=end,
            customers=int((place == band).sum()),
            revenue=None if revenue is None else float(revenue[place == band].sum()),
        )
        for band, (start, end) in enumerate(zip(YEARS, ends, strict=True))
    )
