"""A client with every kind of defect, small enough to read twice: by pandas and by an engine."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.params.model import ClientParams

IDS = ("A1", "B2", "上海电机", "深圳 泵业", "E5", "F6", "007", "G")
SOURCES = {
    "transactions": {"files": "o*.csv"},
    "rates": {"files": "r.csv"},
    "customers": {"files": "c.csv"},
    "interactions": {"files": "i.csv"},
    "feedback": {"files": "f.csv"},
}
ORDERS = "customer_id,ordered_on,amount,currency,order_id,line_id,region,tax_included,category"


def write_client(folder: Path, seed: int, *, lines: int = 500, days: int = 800, ids: tuple[str, ...] = IDS) -> None:
    """Write order lines with returns, currencies, duplicates, missing customers and ties; contacts and feedback."""
    draw = random.Random(seed)

    def day() -> str:
        return (dt.date(2022, 6, 1) + dt.timedelta(days=draw.randrange(days))).isoformat()

    rows = [
        f"{draw.choice([*ids, '　'])},{day()},{draw.choice(['-5.5', '10', '20.25', '1e2', '0', '(3.10)', '￥7'])},"
        f"{draw.choice(['EUR', 'USD', ''])},O{number // 3},{draw.choice([str(number % 4), ''])},"
        f"{draw.choice(['N', 'S', ''])},{draw.choice(['yes', 'no', ''])},{draw.choice(['泵', '阀', 'drive', ''])}"
        for number in range(lines)
    ]
    rows += rows[:12]
    draw.shuffle(rows)
    half = len(rows) // 2
    (folder / "o1.csv").write_text("\n".join([ORDERS, *rows[:half], ""]), encoding="utf-8")
    (folder / "o2.csv").write_text("\n".join([ORDERS, *rows[half:], ""]), encoding="utf-8")
    (folder / "r.csv").write_text("currency,date,rate\nUSD,2022-01-01,0.9\nUSD,2023-09-01,0.8\nUSD,2024-01-15,0.7\n")
    listed = [
        f"{name},{'xy'[position % 2]},{'yes' if position == 0 else 'no'}" for position, name in enumerate(ids[:4])
    ]
    (folder / "c.csv").write_text(
        "\n".join(["customer_id,segment,is_key_account", *listed, "Q9,y,", ""]), encoding="utf-8"
    )
    contacts = [f"{draw.choice([*ids, ''])},{day()}T10:00:00,{draw.choice(['phone', 'visit'])}" for _ in range(150)]
    (folder / "i.csv").write_text("\n".join(["customer_id,occurred_on,channel", *contacts, ""]), encoding="utf-8")
    cases = [
        f"f{number},{draw.choice([*ids, ''])},{day()},好 {number},{draw.choice(['complaint', 'praise'])},{day()},"
        f"{draw.choice([1, 2])}"
        for number in range(60)
    ]
    header = "feedback_id,customer_id,received_on,text,kind,resolved_on,resolution_rating"
    never = "fx,A1,2023-05-05,好,praise,9999-12-31,"
    (folder / "f.csv").write_text("\n".join([header, *cases, never, ""]), encoding="utf-8")


def client_params(root: Path, **fields: Any) -> ClientParams:
    """Return parameters of a client whose files lie in ``root / "data"``."""
    given = {
        "client": "acme",
        "name": "Acme",
        "data_folder": "../data",
        "sources": SOURCES,
        "as_of": "2024-03-31",
        "money": {"vat_rate": 0.19},
        "limits": {"max_repair_share": 1.0},
    }
    return ClientParams(**(given | fields), params_file=root / "params" / "acme.yml")


def assert_alike(one: ClientData, other: ClientData, *, rows_known: bool = True) -> None:
    """Hold two readings of one client against each other: tables, customers, and everything told of their quality.

    An engine that does not know the number of a row names the file alone, where rows have no id: `rows_known` is False.
    """
    assert list(one.tables) == list(other.tables)
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name], rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(one.customers, other.customers, rtol=1e-9, atol=1e-9)
    assert one.quality.tables == other.quality.tables
    assert one.quality.notes == other.quality.notes
    assert [repair.rule for repair in one.quality.repairs] == [repair.rule for repair in other.quality.repairs]
    for mine, theirs in zip(one.quality.repairs, other.quality.repairs, strict=True):
        assert (mine.table, mine.rows, mine.total, mine.removed) == (
            theirs.table,
            theirs.rows,
            theirs.total,
            theirs.removed,
        )
        if rows_known or not any(":" in example for example in mine.examples):
            assert mine.examples == theirs.examples
        else:
            assert {example.partition(":")[0] for example in mine.examples} >= set(theirs.examples)
        assert mine.description.msgid == theirs.description.msgid
        np.testing.assert_allclose(mine.revenue_effect, theirs.revenue_effect, rtol=1e-9, atol=1e-9)
        for key, value in mine.description.values.items():
            other_value = theirs.description.values[key]
            if isinstance(value, float):
                np.testing.assert_allclose(value, other_value, rtol=1e-9, atol=1e-9)
            else:
                assert value == other_value
