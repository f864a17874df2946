"""Tables read by DuckDB are those that pandas reads: the same rows, repairs, refusals and totals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from large_client import SOURCES, assert_alike, client_params, write_client

from analysis.data.client import ClientData
from analysis.data.large.duck import DuckEngine
from analysis.data.load import load_client_data
from analysis.errors import DataError, Fault


@pytest.fixture
def read(tmp_path: Path, folder: Path) -> Callable[..., ClientData]:
    return lambda engine, **fields: load_client_data(client_params(tmp_path, engine=engine, **fields))


@pytest.fixture
def refused(read: Callable[..., ClientData]) -> Callable[..., tuple[Fault, ...]]:
    def faults(engine: str, **fields: Any) -> tuple[Fault, ...]:
        with pytest.raises(DataError) as error:
            read(engine, **fields)
        return error.value.faults

    return faults


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_duckdb_reads_what_pandas_reads(read, folder, seed):
    write_client(folder, seed)
    assert_alike(read("pandas"), read("duckdb"))


@pytest.mark.parametrize("name", ["transactions", "interactions", "feedback"])
def test_a_table_without_rows_is_left_out_with_the_same_note(read, folder, name):
    write_client(folder, 4)
    for path in folder.glob(SOURCES[name]["files"]):
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    sources = {key: SOURCES[key] for key in (name, "rates", "customers")}
    found = read("pandas", sources=sources)
    assert not found.has(name)
    assert_alike(found, read("duckdb", sources=sources))


FAULTY = {
    "an amount that is no number": ("o1.csv", lambda text: text.replace("10,EUR", "ten,EUR", 3)),
    "a date in another form": ("o2.csv", lambda text: text.replace("2023-", "2023/", 1)),
    "a date without its day": ("i.csv", lambda text: text.replace("T10:00:00,visit", "T25:00:00,visit", 2)),
    "an impossible flag": ("o1.csv", lambda text: text.replace(",yes,", ",maybe,", 2)),
    "a currency without a rate": ("o1.csv", lambda text: text.replace(",USD,", ",CHF,", 4)),
    "no currency at all": ("o2.csv", lambda text: text.replace(",EUR,", ",Euro,", 2)),
    "an empty amount": ("o1.csv", lambda text: text.replace(",10,", ",,", 2)),
    "a missing column": ("i.csv", lambda text: text.replace("occurred_on", "date", 1)),
    "a column twice": ("f.csv", lambda text: text.replace("kind", "text", 1)),
    "another separator": ("i.csv", lambda text: text.replace(",", ";")),
    "an empty file": ("i.csv", lambda text: ""),
    "a year that cannot be": ("i.csv", lambda text: text.replace("2022-", "1022-", 1)),
}


@pytest.mark.parametrize("case", FAULTY)
def test_faults_are_those_of_pandas(refused, folder, case):
    write_client(folder, 5)
    name, spoil = FAULTY[case]
    path = folder / name
    before = path.read_text(encoding="utf-8")
    path.write_text(spoil(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    table = {"o": "transactions", "i": "interactions", "f": "feedback"}[name[0]]
    sources = {key: SOURCES[key] for key in (table, "rates")}
    assert refused("duckdb", sources=sources) == refused("pandas", sources=sources)


def test_contradicting_rows_of_one_key_are_a_fault(refused, folder):
    (folder / "t.csv").write_text(
        "customer_id,ordered_on,amount,order_id,line_id\nA,2024-01-01,5,o1,1\nA,2024-01-01,6,o1,1\nB,2024-01-01,7,o2,1\n"
    )
    sources = {"transactions": {"files": "t.csv"}}
    assert refused("duckdb", sources=sources) == refused("pandas", sources=sources)


def test_too_many_repairs_stop_the_audit(refused, folder):
    write_client(folder, 6)
    fields = {"limits": {"max_repair_share": 0.01}, "sources": {key: SOURCES[key] for key in ("transactions", "rates")}}
    found, expected = (refused(engine, **fields) for engine in ("duckdb", "pandas"))
    assert [(f.what, f.rule, f.found, f.count) for f in found] == [(f.what, f.rule, f.found, f.count) for f in expected]


def test_all_faults_of_all_tables_are_told_at_once(refused, folder):
    write_client(folder, 7)
    orders = folder / "o1.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace(",10,", ",ten,"), encoding="utf-8")
    (folder / "c.csv").write_text("customer_id,potential\nA1,much\n")
    sources = {key: SOURCES[key] for key in ("transactions", "rates", "customers")}
    found = refused("duckdb", sources=sources)
    assert {fault.what.partition(".")[0] for fault in found} == {"transactions", "customers"}
    assert sorted(map(str, found)) == sorted(map(str, refused("pandas", sources=sources)))


def test_typed_columns_of_parquet_are_read_alike(read, folder):
    rows = pd.DataFrame(
        {
            "customer_id": [7, 8, 9, 7],
            "ordered_on": pd.to_datetime(
                ["2024-01-01 13:00", "2024-01-02 00:00", "2024-02-01 00:00", "2024-02-03 00:00"]
            ),
            "amount": np.array([5, 6, 7, -2], dtype="int32"),
            "order_id": [1.0, 2.0, None, 3.0],
            "line_id": ["1.0", "2.0", None, "3.0"],
            "tax_included": [True, False, None, True],
        }
    )
    rows.to_parquet(folder / "t.parquet")
    sources = {"transactions": {"files": "t.parquet"}}
    assert_alike(read("pandas", sources=sources), read("duckdb", sources=sources))
    assert list(read("duckdb", sources=sources).customers.index) == ["7", "8", "9"]


@pytest.mark.parametrize("packed", [False, True])
def test_encodings_separators_and_maps_are_obeyed(read, folder, packed):
    text = "客户;日期;金额;类别\n甲;31.01.2024;1.234,50;一\n乙;01.02.2024;(7,5);二\n甲;02.02.2024;3,00;无\n"
    name = "t.csv.gz" if packed else "t.csv"
    data = text.encode("gb18030")
    if packed:
        import gzip

        data = gzip.compress(data)
    (folder / name).write_bytes(data)
    source = {
        "files": name,
        "encoding": "gb18030",
        "separator": ";",
        "decimal": ",",
        "thousands": ".",
        "columns": {"customer_id": "客户", "ordered_on": "日期", "amount": "金额", "category": "类别"},
        "dates": {"ordered_on": "%d.%m.%Y"},
        "values": {"category": {"一": "pumps", "二": "valves", "无": ""}},
    }
    assert_alike(read("pandas", sources={"transactions": source}), read("duckdb", sources={"transactions": source}))


def test_a_query_reads_its_inputs_and_nothing_else(read, refused, folder):
    write_client(folder, 8)
    query = "SELECT * EXCLUDE currency FROM o WHERE customer_id <> 'G'"
    source = {"inputs": {"o": {"files": "o1.csv"}}, "query": query}
    assert_alike(read("pandas", sources={"transactions": source}), read("duckdb", sources={"transactions": source}))
    outside = source | {"query": f"SELECT * FROM read_csv('{folder / 'c.csv'}')"}
    assert "must run over its inputs" in str(refused("duckdb", sources={"transactions": outside})[0])


def test_too_little_memory_is_a_fault_with_its_remedy(folder, tmp_path):
    engine = DuckEngine(memory_gb=1)
    try:
        engine.connection.execute("SET memory_limit = '2MB'; SET temp_directory = ''")
        lines = engine.connection.sql("SELECT i % 900000 AS customer_id, i AS amount FROM range(1000000) AS t(i)")
        grouped = nw.from_native(lines).group_by("customer_id").agg(nw.col("amount").sum())
        with pytest.raises(DataError) as error:
            engine.keep(grouped)
    finally:
        engine.close()
    assert error.value.faults[0].hint == "raise `limits: memory_gb`"
    assert not engine.folder.exists()
