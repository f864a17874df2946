"""Spark reads and reduces what DuckDB and pandas do; run in an environment of its own (make test-spark)."""

import datetime as dt
from pathlib import Path

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from large_client import assert_alike, client_params, write_client

from analysis.data.large import reduce
from analysis.data.large.duck import DuckEngine
from analysis.data.large.spark import SparkEngine
from analysis.data.load import load_client_data
from analysis.errors import DataError

pytestmark = [
    pytest.mark.spark,
    # pandera looks for pyspark.pandas, which in Spark 3.5 imports distutils
    pytest.mark.filterwarnings("ignore:The distutils package is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:distutils Version classes are deprecated:DeprecationWarning"),
]
STRETCHES = [
    reduce.Stretch(name="a", first=dt.date(2023, 1, 1), last=dt.date(2023, 6, 30)),
    reduce.Stretch(name="b", first=dt.date(2023, 5, 1), last=dt.date(2023, 12, 31)),
]


def order_lines(seed: int, rows: int = 400) -> pd.DataFrame:
    """Return order lines with returns, refunds before any purchase, ties of a day, Chinese ids."""
    rng = np.random.default_rng(seed)
    amount = rng.choice([-3.5, 0.0, 2.25, 10.1, 99.99], rows)
    days = pd.to_datetime("2023-01-01") + pd.to_timedelta(rng.integers(0, 365, rows), unit="D")
    return pd.DataFrame(
        {
            "customer_id": rng.choice(["甲", "乙", "丙 公司", "A", "B", "007"], rows),
            "ordered_on": pd.Series(days).dt.date,
            "amount": amount,
            "revenue": amount * 0.9,
            "revenue_constant": amount * 0.7,
            "category": rng.choice(["泵", "阀", "x"], rows),
        }
    )


def reduced(engine, lines: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return everything that the reduction makes of order lines, in one order of rows."""
    frame = engine.small(lines)
    parts = reduce.by_day(frame, engine.keep)
    names = {stretch.name: f"{stretch.name}:kinds" for stretch in STRETCHES}
    frames = {
        "days": parts.daily,
        "unfounded": parts.unfounded.select("customer_id", "ordered_on", "returns", "returned"),
        "customers": reduce.by_customer(parts.daily, STRETCHES, engine.keep),
        "months": reduce.by_month(parts.daily, engine.keep),
        "kinds": reduce.kinds_by_customer(frame, "category", STRETCHES, names),
        "label": reduce.latest_label(frame, "category", ["amount"]),
        "empty": reduce.by_customer(parts.daily.filter(nw.col("lines") < 0), STRETCHES, engine.keep),
    }
    found = {name: engine.collect(each) for name, each in frames.items()}
    return {name: each.sort_values(list(each.columns[:2])).reset_index(drop=True) for name, each in found.items()}


def test_the_reduction_is_the_same_on_spark_and_duckdb():
    lines = order_lines(1)
    results = []
    for engine in (DuckEngine(memory_gb=1), SparkEngine("local[2]", memory_gb=1)):
        try:
            results.append(reduced(engine, lines))
        finally:
            engine.close()
            assert not engine.folder.exists()
    assert len(results[0]["customers"]) == 6
    assert len(results[0]["unfounded"]) > 0
    for name, expected in results[0].items():
        pd.testing.assert_frame_equal(results[1][name], expected, check_dtype=False, rtol=1e-9, atol=1e-9)


def test_spark_reads_what_pandas_reads(tmp_path: Path, folder: Path):
    write_client(folder, 3, lines=200)
    plain = load_client_data(client_params(tmp_path, engine="pandas"))
    read = load_client_data(client_params(tmp_path, engine="spark", spark={"url": "local[2]"}))
    assert_alike(plain, read, rows_known=False)
    left = {path.name for path in Path.cwd().iterdir()}
    assert not left & {"metastore_db", "derby.log", "spark-warehouse"}


def test_a_row_with_too_many_cells_is_a_fault(tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]):
    (folder / "o1.csv").write_text("customer_id,ordered_on,amount\nA,2024-01-01,5\nA,2024-01-02,5,7\n")
    sources = {"transactions": {"files": "o1.csv"}}
    with pytest.raises(DataError) as error:
        load_client_data(client_params(tmp_path, engine="spark", spark={"url": "local[1]"}, sources=sources))
    assert error.value.faults[0].rule == "must have the same columns in every row"
    assert error.value.faults[0].where == "o1.csv"
    assert capfd.readouterr().err == ""
