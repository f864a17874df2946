"""Clients with a secret: a few respondents give the worst answers where everybody else is content, written as real files.

A client is a list of blocks of customers who are alike in every breakdown; so the truth of any group of respondents is
known by counting, and a block is what an attacker wants to know of.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")
WAVES = {"2025-H1": "2025-03-03", "2025-H2": "2025-09-01"}
LAST = "2025-H2"
FLOOR = 5
TEN = {"min": 1, "max": 10}
DRIVERS = ("speed", "price", "portal")
ITEMS = {
    "satisfied": {"role": "satisfaction", "scale": TEN, "label": {"en": "Satisfied overall", "zh": "总体满意度"}},
    "loyal": {"role": "attitudinal_loyalty", "scale": TEN, "label": {"en": "Would stay", "zh": "忠诚态度"}},
    "recommend": {"role": "recommendation", "scale": {"min": 0, "max": 10}, "label": {"en": "Would", "zh": "推荐"}},
    "again": {"role": "repurchase_intention", "scale": TEN, "label": {"en": "Would buy", "zh": "再次购买"}},
} | {
    key: {"role": "driver", "scale": TEN, "label": {"en": key.title(), "zh": f"题目{place}"}}
    for place, key in enumerate(DRIVERS)
}


@dataclass(frozen=True, kw_only=True)
class Block:
    """Customers who are alike in every breakdown, each with one respondent.

    Parameters
    ----------
    count
        How many there are.
    waves
        The waves that they answer; none: they never answered.
    secret
        Whether they give the worst answer to every question of the last wave, where everybody else is content.
    interviewed, complained
        Whether an interview, or a complaint between the waves, is on record.
    touchpoint, product
        What the answers are about.
    twin
        Blocks of the same mark are alike in all that is not asked: the first customer of one has the orders, the day of
        joining and the feedback of the first of the other, and so on, and buys too little for a key account's card.
    """

    count: int
    segment: str | None = None
    partner: str | None = None
    manager: str | None = None
    region: str | None = None
    key_account: bool = False
    touchpoint: str | None = None
    product: str | None = None
    interviewed: bool = False
    complained: bool = False
    waves: tuple[str, ...] = tuple(WAVES)
    secret: bool = False
    twin: str = ""


@dataclass(frozen=True, kw_only=True)
class SecretClient:
    """A client: its blocks, and what its parameters say besides."""

    blocks: tuple[Block, ...]
    survey: dict = field(default_factory=dict)
    params: dict = field(default_factory=dict)
    seed: int = 7

    def with_blocks(self, *blocks: Block) -> "SecretClient":
        """Return the client with more blocks."""
        return replace(self, blocks=(*self.blocks, *blocks))


def members(client: SecretClient) -> pd.DataFrame:
    """Return one row a customer with what everybody who works there knows of it."""
    rows = [vars(block) | {"block": place} for place, block in enumerate(client.blocks) for _ in range(block.count)]
    frame = pd.DataFrame(rows).drop(columns="count")
    frame["customer_id"] = [f"C{number:03d}" for number in range(len(frame))]
    return frame


def tables_of(client: SecretClient) -> dict[str, pd.DataFrame]:
    """Return the client's tables."""
    people = members(client)
    draw = np.random.default_rng(client.seed)
    tables = {
        "customers": _customers(people, draw),
        "survey": pd.concat([_answers(people, wave, draw) for wave in WAVES], ignore_index=True),
        "transactions": _orders(people, draw),
        "invitations": pd.concat(
            [
                pd.DataFrame({"wave": wave, "customer_id": people["customer_id"], "invited_on": pd.Timestamp(day)})
                for wave, day in WAVES.items()
            ],
            ignore_index=True,
        ),
        "feedback": _feedback(people, draw),
    }
    if people["partner"].notna().any():
        partners = sorted(people["partner"].dropna().unique())
        tables["partners"] = pd.DataFrame({"partner_id": partners, "name": [f"Dealer {each}" for each in partners]})
    _make_twins(tables, people)
    return tables


def _make_twins(tables: dict[str, pd.DataFrame], people: pd.DataFrame) -> None:
    """Give each customer of a marked block what its twin in the mark's first block has."""
    marked = people[people["twin"] != ""]
    place = marked.groupby("block").cumcount()
    first = marked.groupby(["twin", place])["customer_id"].transform("first")
    twin = dict(zip(marked["customer_id"], first, strict=True))
    customers = tables["customers"].set_index("customer_id")
    customers.loc[list(twin), "joined_on"] = customers.loc[list(twin.values()), "joined_on"].to_numpy()
    tables["customers"] = customers.reset_index()
    for name in ("transactions", "feedback"):
        frame = tables[name]
        kept = frame[~frame["customer_id"].isin(twin)]
        copies = [frame[frame["customer_id"] == model].assign(customer_id=who) for who, model in twin.items()]
        tables[name] = pd.concat([kept, *copies], ignore_index=True)
    if "feedback_id" in tables["feedback"]:
        tables["feedback"]["feedback_id"] = [f"F{number}" for number in range(len(tables["feedback"]))]
    orders = tables["transactions"]
    orders.loc[orders["customer_id"].isin(twin), "amount"] = 1.0


def exchange(tables: dict[str, pd.DataFrame], first: list[str], second: list[str], column: str) -> dict:
    """Return the tables with the first customers' group (a column of the customers) exchanged with the second's."""
    customers = tables["customers"].set_index("customer_id")
    groups = customers[column].copy()
    groups.loc[first] = customers.loc[second, column].to_numpy()
    groups.loc[second] = customers.loc[first, column].to_numpy()
    return tables | {"customers": customers.assign(**{column: groups}).reset_index()}


def _customers(people: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "customer_id": people["customer_id"],
            "name": [f"Firm {each}" for each in people["customer_id"]],
            "joined_on": pd.Timestamp("2021-01-01") + pd.to_timedelta(draw.integers(0, 900, len(people)), "D"),
            "is_key_account": people["key_account"].map({True: "yes", False: "no"}),
        }
    )
    given = {"segment": "segment", "partner": "partner_id", "manager": "account_manager", "region": "region"}
    for source, column in given.items():
        if people[source].notna().any():
            frame[column] = people[source]
    return frame


def _answers(people: pd.DataFrame, wave: str, draw: np.random.Generator) -> pd.DataFrame:
    """Draw the answers of a wave: contented people throughout, and in the last wave the few who are not."""
    frame = people[[wave in waves for waves in people["waves"]]]
    count = len(frame)
    mood = draw.normal(size=count)
    bad = frame["secret"].to_numpy(dtype=bool) & (wave == LAST)
    drivers = {key: 8.0 + 0.6 * mood + draw.normal(size=count) for key in DRIVERS}
    satisfied = 8.0 + 0.5 * mood + 0.4 * (drivers["speed"] - 8) + draw.normal(size=count)
    loyal = 8.0 + 0.6 * (satisfied - 8) + draw.normal(size=count)
    answers = drivers | {"satisfied": satisfied, "loyal": loyal, "recommend": loyal + draw.normal(size=count)}
    answers["again"] = loyal + draw.normal(size=count)
    answered = {
        key: np.where(bad, ITEMS[key]["scale"]["min"], np.clip(np.round(values), 4, 10)).astype(int)
        for key, values in answers.items()
    }
    about = {"touchpoint": "touchpoint", "product": "product_id"}
    told = {column: frame[name].to_numpy() for name, column in about.items() if frame[name].notna().any()}
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"].to_numpy(),
            "respondent_id": [f"R-{each}" for each in frame["customer_id"]],
            "responded_on": pd.Timestamp(WAVES[wave]) + pd.to_timedelta(draw.integers(0, 20, count), "D"),
            "wave": wave,
            **answered,
            **told,
            "comment": np.where(bad, "The delivery is late and the service desk is rude.", _praise(draw, count)),
        }
    )


def _praise(draw: np.random.Generator, count: int) -> np.ndarray:
    said = np.array(["The delivery came quickly and in time.", "The price is fair and good.", "", ""])
    return said[draw.integers(0, len(said), count)]


def _orders(people: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    rows = [
        (each, int(day), round(float(draw.uniform(50, 500)), 2))
        for each in people["customer_id"]
        for day in draw.integers(0, 1090, draw.integers(4, 10))
    ]
    frame = pd.DataFrame([*rows, (people["customer_id"].iloc[0], 1094, 10.0)], columns=["customer_id", "day", "amount"])
    frame["ordered_on"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(frame.pop("day"), "D")
    return frame


def _feedback(people: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Return interviews and complaints on record, and a few pieces of praise."""
    kinds = {
        "complaint": people.loc[people["complained"], "customer_id"],
        "interview": people.loc[people["interviewed"], "customer_id"],
        "praise": people["customer_id"].iloc[:12],
    }
    frame = pd.concat([pd.DataFrame({"customer_id": who, "kind": kind}) for kind, who in kinds.items()])
    return frame.assign(
        received_on=pd.Timestamp("2025-06-02") + pd.to_timedelta(draw.integers(0, 20, len(frame)), "D"),
        text="We talked about the delivery.",
        feedback_id=[f"F{number}" for number in range(len(frame))],
    ).reset_index(drop=True)


def write_secret_client(client: SecretClient, folder: Path, tables: dict | None = None) -> ClientParams:
    """Write the client's files (or other tables in their place) and return its parameters."""
    tables = tables or tables_of(client)
    _write_tables(tables, folder)
    place = {"client": "secret", "data_folder": ".", "params_file": folder / "secret.yml"}
    return ClientParams.model_validate(_content(client, tables) | place)


def write_project(client: SecretClient, folder: Path, tables: dict) -> Path:
    """Write the client as a user has it (data/secret/*.csv, params/secret.yml) and return the parameters' folder."""
    _write_tables(tables, folder / "data" / "secret")
    params = folder / "params"
    params.mkdir()
    content = _content(client, tables) | {"as_of": AS_OF.date().isoformat()}
    (params / "secret.yml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return params


def _write_tables(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", date_format="%Y-%m-%d")


def _content(client: SecretClient, tables: dict[str, pd.DataFrame]) -> dict:
    asked = {"confidentiality": "aggregate", "unit_of_analysis": "respondent", "wave_by": "column", "items": ITEMS}
    content = {
        "name": "Secret",
        "as_of": AS_OF.date(),
        "sources": {name: {"files": f"{name}.csv"} for name in tables},
        "repurchase": {"horizon_days": 90, "history_days": 365},
        "bootstrap_draws": 100,
        "survey": asked | client.survey,
    }
    return content | client.params
