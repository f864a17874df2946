"""What must not matter: the order of rows, how they are split into files, and the future."""

import random
import subprocess
import sys

import pandas as pd
import pytest

from analysis.data.contract import TABLES, table_schema
from analysis.data.fingerprint import hash_inputs

ITEMS = {
    "q1": {"role": "satisfaction", "scale": {"min": 1, "max": 5}, "missing": [99]},
    "q2": {"role": "recommendation", "scale": {"min": 0, "max": 10}},
}
LIMITS = {"max_repair_share": 1.0}


def make_files(seed=1, days=400):
    """Return a client with every kind of defect, as lists of lines by file name (header first)."""
    draw = random.Random(seed)
    day = lambda: (pd.Timestamp("2023-01-01") + pd.Timedelta(days=draw.randrange(days))).date().isoformat()  # noqa: E731
    customer = lambda: draw.choice(["A", "B", "C", "D", "E", ""])  # noqa: E731
    orders = [
        f"{customer()},{day()},{draw.choice([-5, 10, 20.5])},{draw.choice(['EUR', 'USD', ''])},{draw.choice('NS')}"
        for _ in range(150)
    ]
    survey = [
        f"{day()},{customer()},{draw.choice(['r1', 'r2', 'r3', ''])},{draw.choice([1, 3, 5, 99])},{draw.choice([0, 7, 10])}"
        for _ in range(80)
    ]
    contacts = [f"{draw.choice('ABCX')},{day()},{draw.choice(['phone', 'visit'])}" for _ in range(60)]
    deals = [f"{n},{draw.choice('AB')},{day()},{day()},{draw.choice(['yes', 'no', ''])}" for n in range(20)]
    return {
        "o.csv": ["customer_id,ordered_on,amount,currency,region", *orders, *orders[:9]],
        "s.csv": ["responded_on,customer_id,respondent_id,q1,q2", *survey, *survey[:3]],
        "i.csv": ["customer_id,occurred_on,channel", *contacts],
        "p.csv": ["opportunity_id,customer_id,created_on,closed_on,is_won", *deals, deals[0]],
        "c.csv": [
            "customer_id,segment,joined_on",
            "A,x,2023-01-01",
            "B,y,2023-01-01",
            "C,x,2023-01-01",
            "A,x,2023-01-01",
        ],
        "r.csv": ["currency,date,rate", "USD,2022-12-01,0.9", "USD,2023-09-01,0.8", "USD,2024-01-15,0.7"],
    }


SOURCES = {
    "transactions": {"files": "o*.csv"}, "survey": {"files": "s.csv"}, "interactions": {"files": "i.csv"},
    "opportunities": {"files": "p.csv"}, "customers": {"files": "c.csv"}, "rates": {"files": "r.csv"},
}  # fmt: skip


@pytest.fixture
def client(load, folder):
    def read(files, as_of="2023-12-31", **fields):
        for path in folder.iterdir():
            path.unlink()
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n")
        return load(
            sources=SOURCES, survey={"items": ITEMS, "wave_by": "quarter"}, limits=LIMITS, as_of=as_of, **fields
        )

    return read


def assert_same(left, right, summaries=True):
    assert set(left.tables) == set(right.tables)
    for name in left.tables:
        pd.testing.assert_frame_equal(left.tables[name], right.tables[name])
    pd.testing.assert_frame_equal(left.customers, right.customers)
    assert left.waves == right.waves
    assert (left.as_of, left.first_date) == (right.as_of, right.first_date)
    assert left.quality.notes == right.quality.notes
    if summaries:
        assert left.quality.tables == right.quality.tables
        found = [
            [vars(repair) | {"examples": len(repair.examples)} for repair in each.quality.repairs]
            for each in (left, right)
        ]
        for a, b in zip(*found, strict=True):
            assert a.pop("revenue_effect") == pytest.approx(b.pop("revenue_effect"))
            assert a.pop("description").msgid == b.pop("description").msgid
            assert a == b


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_does_not_matter(client, seed):
    files = make_files(seed)
    shuffled = {
        name: [lines[0], *random.Random(seed).sample(lines[1:], len(lines) - 1)] for name, lines in files.items()
    }
    assert shuffled != files
    assert_same(client(files), client(shuffled))


def test_splitting_a_file_does_not_matter(client):
    files = make_files()
    head, *rows = files["o.csv"]
    split = {name: lines for name, lines in files.items() if name != "o.csv"}
    split |= {"o1.csv": [head, *rows[100:]], "o2.csv": [head, *rows[:100]]}
    assert_same(client(files), client(split))


def test_the_future_changes_nothing(client):
    files = make_files()
    before = client(files)
    dates = {"o.csv": 1, "s.csv": 0, "i.csv": 1, "p.csv": 2, "r.csv": 1}

    def moved(name, line):
        cells = line.split(",")
        if name in dates and cells[dates[name]] > "2023-12-31":
            cells[dates[name]] = "2024-11-11"
            cells[-1] = {"s.csv": "5", "r.csv": "123", "p.csv": "no"}.get(name, "Z")
        if name == "p.csv" and cells[3] > "2023-12-31":
            cells[3], cells[4] = "2024-12-12", "yes"
        return ",".join(cells)

    changed = {name: [lines[0], *(moved(name, line) for line in lines[1:])] for name, lines in files.items()}
    changed["o.csv"].append("A,2024-05-05,1000000,USD,N")
    changed["o.csv"].append("NEW,2024-05-05,1000000,GBP,N")
    changed["s.csv"].append("2024-05-05,A,r1,1,0")
    assert changed != files
    after = client(changed)
    assert_same(before, after, summaries=False)
    rest = [[repair for repair in each.quality.repairs if repair.rule != "after_as_of"] for each in (before, after)]
    assert rest[0] == rest[1]


def test_a_later_as_of_only_adds_rows(client):
    files = make_files()
    early = client(files, as_of="2023-06-30").table("interactions")
    late = client(files, as_of="2023-12-31").table("interactions")
    known = late[late["occurred_on"] <= "2023-06-30"].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, known)
    assert len(late) > len(early)


def test_tables_satisfy_their_contract(client):
    data = client(make_files())
    for name, frame in data.tables.items():
        table_schema(name).validate(frame, lazy=True)
        assert not [column for column in frame.columns if column.startswith(("_", "item:"))]
        for column in TABLES[name].of_kind("id", "label", "text"):
            assert column not in frame or str(frame[column].dtype) == "str"
        for column in TABLES[name].of_kind("date"):
            assert column not in frame or str(frame[column].dtype) == "datetime64[us]"
    assert list(data.tables) == [name for name in TABLES if name in data.tables]


def test_quality_is_json_ready(client):
    import json

    quality = client(make_files()).quality.to_dict()
    rules = {repair["rule"] for repair in quality["repairs"]}
    assert {"duplicate_key", "identical_line", "unmatched_customer", "after_as_of", "survey_missing_code"} <= rules
    assert json.dumps({**quality, "repairs": [{**r, "description": ""} for r in quality["repairs"]]})


# ---- fingerprints


def test_hashes_name_files_as_the_params_do(make_params, write, folder, tmp_path):
    write("a.csv", "x")
    write("b.csv", "y")
    sources = {
        "transactions": {"files": "*.csv"},
        "customers": {"inputs": {"c": {"files": "b.csv"}}, "query": "select 1"},
    }
    first = hash_inputs(make_params(sources=sources))
    assert list(first) == ["a.csv", "b.csv"]
    assert first["a.csv"] == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    write("a.csv", "z")
    assert hash_inputs(make_params(sources=sources))["a.csv"] != first["a.csv"]
    absolute = {"transactions": {"files": str(folder / "a.csv")}}
    elsewhere = make_params(sources=absolute, data_folder="../other", environment={"CRM": str(folder)})
    assert list(hash_inputs(elsewhere)) == ["${CRM}/a.csv"]


def test_hashes_of_packages_databases_and_synthetic_clients(make_params):
    package = {"transactions": {"package": "completejourney/transactions"}}
    assert list(hash_inputs(make_params(sources=package))) == [
        "completejourney/products",
        "completejourney/transactions",
    ]
    database = {"transactions": {"database": "sqlite:///x.db", "query": "select 1"}}
    assert hash_inputs(make_params(sources=database)) is None
    files = {"transactions": {"files": "orders.csv"}}
    hashes = [hash_inputs(make_params(sources=files, synthetic={"seed": seed})) for seed in (1, 2, 1)]
    assert list(hashes[0]) == ["synthetic"]
    assert hashes[0] == hashes[2] != hashes[1]


def test_hashing_imports_no_data_library():
    code = "import sys, analysis.data.fingerprint as f; sys.exit(any(m in sys.modules for m in ('pandas', 'pyarrow', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_synthetic_client_is_generated_before_it_is_read(load, folder):
    folder.rmdir()
    source = {"files": "customers.xlsx", "columns": {"customer_id": "Account no."}}
    data = load(
        synthetic={"customers": 20}, sources={"customers": source}, as_of="2026-01-01", limits={"max_repair_share": 1.0}
    )
    assert len(data.customers) == 20
    assert list(data.input_hashes) == ["synthetic"]
