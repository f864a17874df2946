"""Small audits of many clients, as audit.json holds them, and the folders in which they are published."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

DAY, BEFORE = "2025-12-31", "2025-06-30"
DIMENSIONS = ("satisfaction", "loyalty")
NAMES = {"satisfaction": "Satisfaction", "loyalty": "Loyalty"}


def said(text: str, **values: Any) -> dict[str, Any]:
    return {"message": text, "values": values}


def estimate(value: float, half: float = 4.0, unit: str = "index", n: int = 80) -> dict[str, Any]:
    return {"estimable": True, "value": value, "low": value - half, "high": value + half, "n": n, "method": "t",
            "unit": unit, "level": 0.95}  # fmt: skip


def silent(text: str = "There are no survey answers.") -> dict[str, Any]:
    return {"estimable": False, "reason": said(text), "suppressed": False}


def indicator(name: str, overall: Any, period: str, *, unit: str = "index", definition: Any = None) -> dict[str, Any]:
    return {"key": "", "name": said(name), "definition": definition or said(f"Definition of {name}."),
            "dimension": "loyalty", "unit": unit, "unit_of_analysis": "customer", "higher_is_better": True,
            "bounds": None, "overall": overall, "by_segment": {}, "by_partner": {}, "by_period": {period: overall},
            "change": None, "target": None}  # fmt: skip


def audit(client: str, score: float = 60.0, *, half: float = 4.0, day: str = DAY, **changes: Any) -> dict[str, Any]:
    """Return the content of an audit.json: two dimensions, two indicators, one table of orders and one of answers."""
    repeat = said("Share within {days:int} days, {censored:int} left out.", days=180, censored=len(client))
    content: dict[str, Any] = {
        "schema_version": "1.3", "client": client, "name": client.title(), "language": "en", "industry": "",
        "audience": "internal", "benchmarking": True, "currency": "EUR", "as_of": day, "confidentiality": "aggregate",
        "unit_of_analysis": "account", "waves": ["W1"], "horizon_days": 180, "small_cell": 5,
        "data_quality": {
            "tables": [table("transactions", 1000, last=day), table("survey", 200, last=day)],
            "repairs": [{"table": "transactions", "rule": "x", "rows": 6, "total": 1000, "removed": True, "revenue_effect": -50.0},
                        {"table": "survey", "rule": "y", "rows": 12, "total": 200, "removed": False, "revenue_effect": 0.0}],
        },
        "indicators": {
            "results": {
                "satisfaction_index": indicator("Satisfaction index", estimate(score + 5, half), f"W {day}"),
                "repeat_purchase_rate": indicator("Repeat purchase rate", estimate(score / 100, half / 100, "proportion"),
                                                  f"to {day}", unit="proportion", definition=repeat),
                "response_rate": indicator("Response rate", estimate(0.4, 0.03, "proportion"), f"W {day}", unit="proportion"),
            },
            "items": [], "silences": {}, "monthly_revenue": {"months": [{"revenue": 6000.0}, {"revenue": 4000.0}]},
        },
        "score": {
            "overall": estimate(score, half), "level": "C", "level_range": ["C", "B"],
            "dimensions": [dimension(key, score + 5 * place - 2.5, half) for place, key in enumerate(DIMENSIONS)],
            "cuts": {"A": 80.0, "B": 65.0, "C": 50.0, "D": 35.0},
        },
        "relationship": {}, "follow_up": {},
        "actions": [{"key": "win_back", "title": said("Win back lost customers"), "indicator": "retention_rate",
                     "facts": ["lost_customers"], "due": "2026-02-28"}],
        "alerts": [],
    }  # fmt: skip
    return content | changes


def table(name: str, rows: int, *, last: str = DAY) -> dict[str, Any]:
    return {"table": name, "rows_read": rows, "rows_kept": rows, "customers": 50, "first": "2024-01-01", "last": last}


def dimension(key: str, score: float, half: float = 4.0) -> dict[str, Any]:
    parts = {"satisfaction": ("satisfaction_index", 0, 100), "loyalty": ("repeat_purchase_rate", 0, 1)}
    part, zero, full = parts[key]
    return {"dimension": key, "name": said(NAMES[key]), "weight": 0.5, "score": estimate(score, half), "level": "C",
            "components": [{"indicator": part, "name": said(part), "score": estimate(score, half), "zero": zero, "full": full}]}  # fmt: skip


def changed(content: dict[str, Any], value: Any, *path: str | int) -> dict[str, Any]:
    """Return a copy with another value at a path."""
    found = copy.deepcopy(content)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


def stored(*audits: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return audits as `read_clients` takes them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in audits:
        found.setdefault(each["client"], []).append((each["as_of"], json.dumps(each)))
    return found


def publish(out: Path, *audits: dict[str, Any]) -> Path:
    """Write audits as `audit report` publishes them, the documents as a word; return the folder of reports."""
    for each in audits:
        folder = out / each["client"] / each["as_of"]
        folder.mkdir(parents=True, exist_ok=True)
        files = {"audit.json": json.dumps(each, ensure_ascii=False), "audit.html": "page", "audit.pdf": "pages"}
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
        (folder / "manifest.json").write_text(json.dumps({"version": 1, "outputs": hashes}))
    return out


def twelve(day: str = DAY, drift: float = 0.0) -> list[dict[str, Any]]:
    """Return twelve clients of three industries with scores from 50 to 72."""
    industries = ["machinery"] * 5 + ["food"] * 5 + ["energy"] * 2
    return [
        audit(f"client-{place:02d}", 50.0 + 2 * place + drift, day=day, industry=industry)
        for place, industry in enumerate(industries)
    ]
