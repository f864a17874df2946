"""Small audits written by hand, as audit.json holds them, for tests of comparing two of them."""

import copy
import json
from types import SimpleNamespace
from typing import Any

THEN, NOW = "2024-12-31", "2025-12-31"
YEARS = {THEN: "2024-01-01/2024-12-31", NOW: "2025-01-01/2025-12-31"}


def said(text: str, **values: Any) -> dict[str, Any]:
    return {"message": text, "values": values}


def estimate(value: float, half: float, unit: str = "index", n: int = 80, **more: Any) -> dict[str, Any]:
    return {"estimable": True, "value": value, "low": value - half, "high": value + half, "n": n, "method": "t",
            "unit": unit, "level": 0.95} | more  # fmt: skip


def silent(text: str = "There are too few observations.", *, suppressed: bool = False) -> dict[str, Any]:
    return {"estimable": False, "reason": said(text), "suppressed": suppressed}


def indicator(
    name: str, overall: Any, period: str, *, unit: str = "index", analysis: str = "customer", **more: Any
) -> dict[str, Any]:
    return {"key": "", "name": said(name), "definition": said(f"Definition of {name}."), "dimension": "value",
            "unit": unit, "unit_of_analysis": analysis, "higher_is_better": True, "bounds": None, "overall": overall,
            "by_segment": {}, "by_partner": {}, "by_period": {period: overall}, "change": None, "target": None} | more  # fmt: skip


def item(
    key: str, value: float, wave: str, *, role: str = "satisfaction", scale: tuple[float, float] = (1.0, 10.0)
) -> dict[str, Any]:
    index = estimate(value, 4.0)
    return {"key": key, "label": {"en": key.title(), "zh": f"题{key}"}, "role": role, "scale": list(scale),
            "index": index, "by_period": {wave: index}}  # fmt: skip


def dimension(
    key: str, name: str, weight: float, score: Any, level: str, *parts: tuple[str, float, float]
) -> dict[str, Any]:
    components = [{"indicator": part, "zero": zero, "full": full, "name": said(part), "score": score}
                  for part, zero, full in parts]  # fmt: skip
    return {
        "dimension": key,
        "name": said(name),
        "weight": weight,
        "score": score,
        "level": level,
        "components": components,
    }


def audit(
    day: str, *, wave: str, satisfaction: float = 60.0, retention: float = 0.8, growth: float = 0.0, **changes: Any
) -> dict[str, Any]:
    """Return the content of an audit.json: two indicators of the survey's kind, retention, growth and revenue."""
    year = YEARS.get(day, day)
    survey = estimate(satisfaction, 5.0)
    results = {
        "satisfaction_index": indicator("Satisfaction index", survey, wave, analysis="account",
                                        by_segment={"North": estimate(satisfaction, 6.0, n=12)}),
        "retention_rate": indicator("Retention rate", estimate(retention, 0.05, "proportion"), year, unit="proportion",
                                    definition=said("Share kept for {days:int} days to {last:date}, {censored:int} left out.",
                                                    days=365, last=day, censored=int(day[:4]))),
        "revenue_growth": indicator("Revenue growth", estimate(growth, 0.05, "proportion"), year, unit="proportion"),
        "revenue": indicator("Revenue", estimate(1000.0 + satisfaction, 500.0, "money"), year, unit="money"),
    }  # fmt: skip
    share = 100 * (growth + 0.2) / 0.4
    dimensions = [
        dimension("satisfaction", "Satisfaction", 0.6, survey, "C", ("satisfaction_index", 0, 100)),
        dimension("value", "Customer value", 0.4, estimate(share, 12.5), "C", ("revenue_growth", -0.2, 0.2)),
    ]
    overall = 0.6 * satisfaction + 0.4 * share
    content = {
        "schema_version": "1.3", "client": "acme", "name": "Acme", "language": "en", "audience": "internal",
        "currency": "EUR", "as_of": day, "confidentiality": "attributed", "unit_of_analysis": "account",
        "waves": [wave], "horizon_days": 180, "small_cell": 5,
        "data_quality": {"tables": [{"table": "survey"}, {"table": "transactions"}]},
        "indicators": {"results": results, "items": [item("overall", satisfaction, wave)]},
        "score": {"overall": estimate(overall, 6.0), "level": "C", "level_range": ["C", "B"], "dimensions": dimensions,
                  "cuts": {"A": 80.0, "B": 65.0, "C": 50.0, "D": 35.0}},
        "relationship": {"key_accounts": key_accounts(), "lifecycle": lifecycle(day), "growth": bridge(year)},
        "actions": [action("win_back", "retention_rate"), action("add_contacts", "contacts_per_customer")],
        "alerts": [], "follow_up": {"compared_with": silent(), "changes": [], "actions": []},
    }  # fmt: skip
    return content | changes


def action(key: str, aim: str) -> dict[str, Any]:
    return {"key": key, "title": said(key.replace("_", " ").title()), "indicator": aim, "facts": [f"{key}_fact"]}


def key_accounts(**levels: tuple[float, str]) -> dict[str, Any]:
    """Return key accounts with score and level by id; two of them by default."""
    found = levels or {"C1": (70.0, "B"), "C2": (55.0, "C")}
    cards = [{"customer_id": key, "name": f"Customer {key}", "manager": "M1", "relationship": score, "level": level,
              "revenue": 100.0} for key, (score, level) in found.items()]  # fmt: skip
    points = [{"customer_id": key, "name": f"Customer {key}", "value": 1.0, "relationship": score}
              for key, (score, _) in found.items()]  # fmt: skip
    return {"cards": cards, "portfolio": points, "strong": 65.0, "compared": [said("Satisfaction")],
            "answers_shown": True, "chosen_by": "marked"}  # fmt: skip


def lifecycle(day: str, **more: Any) -> dict[str, Any]:
    before = {NOW: THEN}.get(day, "2023-12-31")
    counts = {THEN: (10, 30, 5), NOW: (8, 33, 9)}.get(day, (1, 2, 3))
    stages = [{"stage": stage, "customers": n} for stage, n in zip(("prospect", "active", "lost"), counts, strict=True)]
    moves = [{"start": "active", "end": "lost", "customers": 4}, {"start": "active", "end": "active", "customers": 26}]
    return {"rule": said("Active: an order within {days:int} days.", days=180), "year_before": before,
            "stages": stages, "transitions": moves} | more  # fmt: skip


def bridge(year: str) -> dict[str, Any]:
    parts = [{"key": "new", "amount": 40.0, "customers": 4}, {"key": "lost", "amount": -20.0, "customers": 3}]
    return {"later_label": year, "bridge": [*parts, {"key": "unattributed", "amount": 0.0, "customers": None}]}


def pair(
    then: dict[str, Any] | None = None, now: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two audits a year apart, changed as said."""
    return (
        audit(THEN, wave="2024 H2", **(then or {})),
        audit(NOW, wave="2025 H2", **({"satisfaction": 70.0} | (now or {}))),
    )


def stored(*audits: dict[str, Any]) -> list[tuple[str, str]]:
    return [(content["as_of"], json.dumps(content)) for content in audits]


def changed(content: dict[str, Any], value: Any, *path: str | int) -> dict[str, Any]:
    """Return a copy with another value at a path."""
    found = copy.deepcopy(content)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


def params(**changes: Any) -> Any:
    """Return what a comparison reads of a client's parameters."""
    given: dict[str, Any] = {
        "client": "acme", "name": "Acme", "language": "en", "audience": "internal", "actions_taken": {},
        "survey": SimpleNamespace(confidentiality="attributed"), "limits": SimpleNamespace(small_cell=5),
        "money": SimpleNamespace(currency="EUR"),
    }  # fmt: skip
    return SimpleNamespace(**(given | changes))
