"""Small clients made by hand, in the shape that the data layer leaves them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.client import ClientData, DataQuality
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec, ScaleSpec, SurveySpec

AS_OF = "2025-12-31"
ITEMS: dict[str, dict[str, Any]] = {
    "sat": {"role": "satisfaction", "scale": (1, 5)},
    "rec": {"role": "recommendation", "scale": (0, 10)},
    "loyal": {"role": "attitudinal_loyalty", "scale": (1, 7)},
    "ease": {"role": "effort", "scale": (1, 7)},
}
ROLES = {
    "satisfaction_index": {"satisfaction"},
    "loyalty_index": {"attitudinal_loyalty", "recommendation", "repurchase_intention"},
    "effort_index": {"effort"},
}


def survey_spec(items: Mapping[str, Mapping[str, Any]] = ITEMS, **changes: Any) -> SurveySpec:
    specs = {
        key: ItemSpec(
            role=item["role"],
            scale=ScaleSpec(min=item["scale"][0], max=item["scale"][1]),
            label=item.get("label", ""),
            touchpoint=item.get("touchpoint"),
        )
        for key, item in items.items()
    }
    return SurveySpec(items=specs, **changes)


def make_params(*, survey: SurveySpec | None = None, **changes: Any) -> ClientParams:
    sources = {"transactions": {"files": "x.csv"}} | ({"survey": {"files": "s.csv"}} if survey else {})
    values = {"client": "acme", "name": "Acme", "sources": sources, "survey": survey, "bootstrap_draws": 200} | changes
    return ClientParams.model_validate(values)


def transactions(rows: Sequence[tuple[Any, ...]], **columns: Any) -> pd.DataFrame:
    """Order lines from (customer, day, amount); a negative amount is a return."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"])
    frame["customer_id"] = frame["customer_id"].astype("str").where(frame["customer_id"].notna())
    frame["ordered_on"] = pd.to_datetime(frame["ordered_on"])
    frame["revenue"] = frame["amount"].astype(float)
    frame["revenue_constant"] = frame["revenue"]
    frame["is_return"] = frame["amount"] < 0
    return frame.assign(**columns)


def survey(rows: Sequence[Mapping[str, Any]], items: Mapping[str, Mapping[str, Any]] = ITEMS) -> pd.DataFrame:
    """Responses with the columns that the data layer adds; each row needs wave and account."""
    frame = pd.DataFrame(list(rows))
    waves = sorted(frame["wave"].unique())
    frame["wave_order"] = frame["wave"].map({wave: code for code, wave in enumerate(waves)})
    frame["responded_on"] = pd.to_datetime(frame["wave"].map({wave: f"{wave}-15" for wave in waves}))
    if "respondent_key" not in frame:
        frame["respondent_key"] = [f"r{row}" for row in range(len(frame))]
    frame["account_key"] = frame.get("customer_id", frame["respondent_key"])
    if "weight" not in frame:
        frame["weight"] = 1.0
    for name, roles in ROLES.items():
        rescaled = [
            100 * (frame[key] - item["scale"][0]) / (item["scale"][1] - item["scale"][0])
            for key, item in items.items()
            if item["role"] in roles and key in frame
        ]
        if rescaled:
            frame[name] = pd.concat(rescaled, axis=1).mean(axis=1)
    return frame


def make_data(
    tables: Mapping[str, pd.DataFrame],
    *,
    customers: pd.DataFrame | None = None,
    as_of: str = AS_OF,
) -> ClientData:
    """Client data with the customers that the tables name; `customers` (indexed by id) adds their columns."""
    ids = {
        str(value)
        for frame in tables.values()
        if "customer_id" in frame
        for value in frame["customer_id"].dropna().unique()
    }
    index = pd.Index(
        sorted(ids | set(() if customers is None else customers.index)), name="customer_id", dtype="object"
    )
    base = pd.DataFrame({"segment": pd.NA, "partner_id": pd.NA, "is_key_account": False}, index=index)
    if customers is not None:
        for column in customers:
            base[column] = customers[column].reindex(index)
        base["is_key_account"] = base["is_key_account"].fillna(False).astype(bool)
    first = None
    if "transactions" in tables and len(tables["transactions"]):
        first = tables["transactions"]["ordered_on"].min()
    waves = ()
    if "survey" in tables and len(tables["survey"]):
        waves = tuple(tables["survey"].sort_values("wave_order")["wave"].unique())
    return ClientData(
        tables=dict(tables),
        customers=base,
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=pd.Timestamp(as_of),
        first_date=first,
    )


def days_before(days: int, as_of: str = AS_OF) -> pd.Timestamp:
    return pd.Timestamp(as_of) - pd.Timedelta(days=days)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def busy_client(customers: int = 60, seed: int = 3) -> tuple[ClientData, ClientParams]:
    """Two and a half years of orders, two waves, contacts, feedback, contracts: something for every indicator."""
    draw = rng(seed)
    ids = [f"C{number:04d}" for number in range(customers)]
    table = pd.DataFrame(
        {
            "segment": [("north", "south")[number % 2] for number in range(customers)],
            "partner_id": [f"P{number % 4}" for number in range(customers)],
            "is_key_account": [number % 5 == 0 for number in range(customers)],
            "joined_on": pd.to_datetime("2020-01-01") + pd.to_timedelta(draw.integers(0, 1640, customers), unit="D"),
            "ended_on": pd.to_datetime(
                [f"{2024 + n % 2}-{1 + n % 12:02d}-10" if n % 9 == 0 else None for n in range(customers)]
            ),
        },
        index=pd.Index(ids, name="customer_id"),
    )
    lines = []
    for number, customer in enumerate(ids):
        for day in sorted(draw.integers(0, 912, 12)):
            amount = float(np.round(draw.lognormal(4 + number % 7 * 0.3, 0.8), 2))
            lines.append((customer, days_before(int(day)), amount))
    lines.append((ids[0], days_before(20), -15.0))
    orders = transactions(lines)
    orders["category"] = [f"K{value}" for value in draw.integers(0, 4, len(orders))]
    orders["business_unit"] = [f"U{value}" for value in draw.integers(0, 2, len(orders))]
    answers = []
    for wave in ("2025-03", "2025-09"):
        for customer in ids:
            for person in range(1 + int(draw.integers(0, 3))):
                answers.append(
                    {
                        "wave": wave,
                        "customer_id": customer,
                        "respondent_key": f"{customer}-{person}",
                        "sat": float(draw.integers(1, 6)),
                        "rec": float(draw.integers(0, 11)),
                        "loyal": float(draw.integers(1, 8)),
                        "ease": float(draw.integers(1, 8)),
                        "weight": float(draw.choice([0.5, 1.0, 2.0])),
                    }
                )
    contacts = pd.DataFrame(
        {
            "customer_id": draw.choice(ids, 500),
            "occurred_on": pd.Timestamp(AS_OF) - pd.to_timedelta(draw.integers(0, 800, 500), unit="D"),
            "contact_id": [f"p{value}" for value in draw.integers(0, 3, 500)],
            "contact_level": draw.choice(["executive", "management", "specialist"], 500),
        }
    )
    received = pd.Timestamp(AS_OF) - pd.to_timedelta(draw.integers(0, 360, 120), unit="D")
    resolved = received + pd.to_timedelta(draw.integers(0, 60, 120), unit="D")
    feedback = pd.DataFrame(
        {
            "customer_id": draw.choice(ids, 120),
            "received_on": received,
            "text": "…",
            "kind": draw.choice(["complaint", "praise"], 120),
            "channel": "phone",
            "resolved_on": resolved.where(resolved <= pd.Timestamp(AS_OF)),
            "resolution_rating": draw.integers(1, 6, 120).astype(float),
        }
    )
    outcomes = ["completed", "refused"] * (customers // 2) + ["completed", "completed", "refused"] * (customers // 3)
    invitations = pd.DataFrame(
        {"wave": ["2025-03"] * customers + ["2025-09"] * customers, "customer_id": ids * 2, "outcome": outcomes}
    )
    opportunities = pd.DataFrame(
        {
            "opportunity_id": [f"O{number}" for number in range(60)],
            "customer_id": ids,
            "created_on": days_before(200),
            "closed_on": pd.to_datetime([days_before(10) if n % 4 else None for n in range(60)]),
            "is_won": [None if n % 4 == 0 else n % 2 == 0 for n in range(60)],
            "amount": 10.0,
        }
    )
    tables = {
        "transactions": orders,
        "survey": survey(answers),
        "interactions": contacts,
        "feedback": feedback,
        "invitations": invitations,
        "opportunities": opportunities,
    }
    return make_data(tables, customers=table), make_params(survey=survey_spec(confidentiality="attributed"))
