"""The facts that need more than one look: drivers and models, feedback, deals, partners, and the state of the data."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.actions.facts import NAMED, Fact, clearly_below, estimate_fact, quantity
from analysis.actions.records import YEAR
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.league import partner_names
from analysis.indicators.shapes import ConcentrationResult, FeedbackSummary, GrowthBridge, OpportunitySummary
from analysis.models.drivers.result import DriverAnalysis, DriverShares, ImportancePerformanceMap
from analysis.models.loyalty_result import LoyaltyModel
from analysis.models.repurchase_result import RepurchaseModel
from analysis.params.base import localized
from analysis.results import Estimate, Outcome

if TYPE_CHECKING:
    from analysis.actions.factbook import FactBook

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


def _weakest(book: "FactBook", rated: Iterable[tuple[str, str, Outcome]], asked: str) -> Fact | None:
    """Return the lowest-rated thing where its interval lies wholly below the mean of the others."""
    known = [(key, label, each) for key, label, each in rated if isinstance(each, Estimate)]
    if len(known) < 2:
        return None
    key, label, weakest = min(known, key=lambda row: row[2].value)
    others = [each.value for other, _, each in known if other != key]
    average = float(np.mean(others))
    values = {
        "item": label,
        "value": quantity(weakest.value, "index"),
        "average": quantity(average, "index"),
        "others": len(others),
        "n": weakest.n,
    }
    driver = key if asked == "driver" else ""
    return Fact(kind="count", number=float(weakest.high < average), values=values, driver=driver)


def _weakest_item(book: "FactBook") -> Fact | None:
    language = book.evidence.params.language
    items = [item for item in book.evidence.indicators.items if item.role == "driver"]
    return _weakest(book, ((item.key, localized(item.label, language), item.index) for item in items), "driver")


def _weakest_touchpoint(book: "FactBook") -> Fact | None:
    found = book.evidence.indicators.touchpoints
    return _weakest(book, ((each.touchpoint, each.touchpoint, each.score) for each in found), "touchpoint")


def _drivers(place: str) -> Callable[["FactBook"], Fact | None]:
    def find(book: "FactBook") -> Fact | None:
        relations = book.evidence.relations
        drivers = None if relations is None else relations.drivers
        if not isinstance(drivers, DriverAnalysis) or not isinstance(drivers.map, ImportancePerformanceMap):
            return None
        importance = drivers.satisfaction
        if not isinstance(importance, DriverShares):
            return None
        found = [each for each in drivers.map.positions if each.place == place]
        found.sort(key=lambda each: -each.importance.value)
        names = [each.driver.name(book.evidence.params) for each in found]
        values = {"count": len(found), "names": tuple(names), "n": importance.n}
        raised = found[0].driver.key if found and place == "first" else ""  # what is good already is not raised
        return Fact(kind="count", number=len(found), values=values, driver=raised)

    return find


def _weak_partners(book: "FactBook") -> Fact | None:
    result = book.evidence.indicators.results.get("satisfaction_index")
    if result is None or not isinstance(result.overall, Estimate):
        return None
    whole = result.overall.value
    weak = [key for key, each in result.by_partner.items() if isinstance(each, Estimate) and each.high < whole]
    names = partner_names(book.evidence.data)
    values = {"count": len(weak), "partners": tuple(sorted(names.get(key, key) for key in weak)[:NAMED])}
    return Fact(kind="count", number=len(weak), values=values)


def _partners_ahead(book: "FactBook") -> Fact | None:
    result = book.evidence.indicators.results.get("satisfaction_index")
    found = None if result is None else clearly_below(result, result.by_partner, above=True)
    if found is None:
        return None
    names = partner_names(book.evidence.data)
    shown = tuple(sorted(names.get(partner, partner) for partner in found)[:NAMED])
    return Fact(kind="count", number=len(found), values={"count": len(found), "names": shown})


def _complaint_rate(book: "FactBook") -> Fact | None:
    records, data = book.records, book.evidence.data
    complaints = records.complaints
    if complaints is None or not data.has("feedback", "customer_id") or records.active.empty:
        return None
    recent = complaints.loc[complaints["received_on"] > records.today - YEAR, "customer_id"]
    complained = records.active.isin(recent.dropna().unique()).astype(float)
    limits = book.evidence.params.limits
    found = estimate(Sample.of_units(complained), SHARE, min_clusters=limits.min_clusters, min_n=limits.min_n)
    return estimate_fact(found, active=len(records.active))


def _of_feedback(attribute: str) -> Callable[["FactBook"], Fact | None]:
    def find(book: "FactBook") -> Fact | None:
        feedback = book.evidence.indicators.feedback
        return estimate_fact(getattr(feedback, attribute)) if isinstance(feedback, FeedbackSummary) else None

    return find


def _win_rate(book: "FactBook") -> Fact | None:
    found = book.evidence.indicators.opportunities
    if not isinstance(found, OpportunitySummary):
        return None
    return estimate_fact(found.win_rate, won=found.won, closed=found.closed)


def _satisfaction_repurchase(book: "FactBook") -> Fact | None:
    model = book.evidence.repurchase
    if not isinstance(model, RepurchaseModel):
        return None
    return estimate_fact(model.satisfaction_effect, days=model.horizon_days)


def _satisfaction_loyalty(book: "FactBook") -> Fact | None:
    model = book.evidence.loyalty
    return estimate_fact(model.slope) if isinstance(model, LoyaltyModel) else None


def _share(value: float | None, **values: object) -> Fact | None:
    if value is None:
        return None
    return Fact(
        kind="number", number=value, unit_is_share=True, values={"share": quantity(value, "proportion"), **values}
    )


def _top10_share(book: "FactBook") -> Fact | None:
    found = book.evidence.indicators.concentration
    return _share(found.top10, n=found.n) if isinstance(found, ConcentrationResult) else None


def _lost_revenue_share(book: "FactBook") -> Fact | None:
    found = book.evidence.indicators.growth
    if not isinstance(found, GrowthBridge) or found.earlier <= 0:
        return None
    return _share(-found.lost / found.earlier, lost=-found.lost)


def _unmatched_rows(book: "FactBook") -> Fact | None:
    repairs = [each for each in book.evidence.data.quality.repairs if each.rule == "unmatched_customer"]
    if not repairs and not book.evidence.data.has("transactions"):
        return None
    values = {"count": sum(each.rows for each in repairs), "of": sum(each.total for each in repairs)}
    return Fact(kind="count", number=values["count"], values=values)


def _record_gap_days(book: "FactBook") -> Fact | None:
    data = book.evidence.data
    if not data.has("transactions"):
        return None
    days = int((data.as_of - data.recorded_until("transactions")) / pd.Timedelta(days=1))
    return Fact(kind="count", number=days, values={"count": days})


FINDERS: Mapping[str, Callable[["FactBook"], Fact | None]] = {
    "complaint_rate": _complaint_rate,
    "resolved_within_30": _of_feedback("resolved_within_30"),
    "resolution_days": _of_feedback("median_days"),
    "win_rate": _win_rate,
    "satisfaction_repurchase": _satisfaction_repurchase,
    "satisfaction_loyalty": _satisfaction_loyalty,
    "weakest_item": _weakest_item,
    "weakest_touchpoint": _weakest_touchpoint,
    "drivers_first": _drivers("first"),
    "drivers_keep": _drivers("keep"),
    "weak_partners": _weak_partners,
    "partners_ahead": _partners_ahead,
    "top10_share": _top10_share,
    "lost_revenue_share": _lost_revenue_share,
    "unmatched_rows": _unmatched_rows,
    "record_gap_days": _record_gap_days,
}
"""Name of the fact -> how it is found."""
