"""The files of a synthetic client: the same bytes everywhere, real formats, defects as many as stated."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.synthetic import write as write_module
from analysis.synthetic.draw import draw_client
from analysis.synthetic.layout import file_layouts
from analysis.synthetic.truth import DrawSpec
from analysis.synthetic.write import MARK, TRUTH, write_client

SMALL = 60


@pytest.fixture
def _small_population(monkeypatch):
    """Make the estimands of a smaller population: these tests do not look at them."""
    monkeypatch.setattr(write_module, "POPULATION_CUSTOMERS", 10_000)


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module", params=["en", "zh"])
def written(request, tmp_path_factory):
    """Return a client's folder, its spec and its truth."""
    folder = tmp_path_factory.mktemp("data") / "client"
    spec = DrawSpec(language=request.param)
    write_client(spec, folder, client="client")
    return folder, spec, json.loads((folder / TRUTH).read_text(encoding="utf-8"))


def read_back(folder, spec, table):
    """Read one table's files by pandas alone, under canonical column names, as text."""
    layout = next(layout for layout in file_layouts(spec.language) if layout.table == table)
    parts = []
    for path in sorted(folder.glob(layout.name.format(part="*"))):
        if layout.format == "xlsx":
            part = pd.read_excel(path, sheet_name=layout.sheet, dtype=str, engine="openpyxl")
        elif layout.format == "parquet":
            part = pd.read_parquet(path).astype(str)
        else:
            part = pd.read_csv(path, sep=layout.separator, encoding=layout.encoding, dtype=str, keep_default_na=False)
        parts.append(part)
    assert parts, table
    return pd.concat(parts, ignore_index=True).rename(columns={own: name for name, own in layout.columns.items()})


def test_every_table_is_written_and_nothing_else_but_truth_and_mark(written):
    folder, spec, truth = written
    for layout in file_layouts(spec.language):
        assert len(read_back(folder, spec, layout.table)) == truth["rows"][layout.table]
    listed = json.loads((folder / MARK).read_text(encoding="utf-8"))["files"]
    assert {path.name for path in folder.iterdir()} == {*listed, MARK}


def test_formats_are_as_varied_as_a_real_client_s(written):
    folder, spec, _ = written
    layouts = {layout.table: layout for layout in file_layouts(spec.language)}
    assert {layout.format for layout in layouts.values()} == {"csv", "csv.gz", "xlsx", "parquet"}
    orders = sorted(folder.glob(layouts["transactions"].name.format(part="*")))
    assert [path.stem[-4:] for path in orders] == ["2024", "2025", "2026"]
    if spec.language == "en":
        line = orders[0].read_text(encoding="utf-8").splitlines()[1].split(";")
        assert pd.to_datetime(line[1], format="%d.%m.%Y").year == 2024
        assert "," in line[6]
        assert "." not in line[6]
    else:
        content = orders[0].read_bytes()
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        assert content.decode("gb18030").startswith("客户编号,下单日期")


def test_defects_are_as_many_as_the_truth_says(written):
    folder, spec, truth = written
    tables = {layout.table: read_back(folder, spec, layout.table) for layout in file_layouts(spec.language)}
    known = set(tables["customers"]["customer_id"])
    keys = {
        "customers": ["customer_id"],
        "survey": ["response_id"],
        "transactions": ["order_id", "line_id"],
        "feedback": ["feedback_id"],
        "opportunities": ["opportunity_id"],
    }
    for name, key in keys.items():
        keyed = tables[name][tables[name][key[-1]] != ""]
        again = keyed.duplicated(key)
        assert again.sum() == truth["defects"][name]["duplicate_key"], name
        assert keyed.duplicated(keyed.columns.tolist()).sum() == again.sum(), "the rows must agree"
    for name in ("transactions", "interactions", "feedback"):
        ids = tables[name]["customer_id"]
        assert (~ids.isin(known) & (ids != "")).sum() == truth["defects"][name]["unmatched_customer"], name
    lines = tables["transactions"]
    assert (lines["customer_id"] == "").sum() == truth["defects"]["transactions"]["missing_customer"]
    unnumbered = lines[lines["line_id"] == ""]
    assert unnumbered.duplicated().sum() == truth["defects"]["transactions"]["identical_line"]
    assert len(unnumbered) == 2 * truth["defects"]["transactions"]["identical_line"]
    day = "%d.%m.%Y" if spec.language == "en" else "%Y/%m/%d"
    ordered = pd.to_datetime(lines["ordered_on"], format=day)
    assert (ordered > "2025-12-31").sum() == truth["defects"]["transactions"]["after_as_of"]
    amounts = lines["amount"].str.replace(",", ".").astype(float)
    buyers = set(lines.loc[amounts > 0, "customer_id"])
    refunds = (amounts < 0) & ~lines["customer_id"].isin(buyers)
    assert refunds.sum() == truth["defects"]["transactions"]["refund_without_purchase"]
    coded = tables["survey"].isin(["98", "99"])
    assert coded.to_numpy().sum() == truth["defects"]["survey"]["missing_code"]
    assert coded.any(axis=1).sum() == truth["defects"]["survey"]["missing_code_rows"]


def test_one_wave_was_answered_in_words(written):
    folder, spec, _ = written
    survey = read_back(folder, spec, "survey")
    words = draw_client(spec, tables=["partners"]).world.words
    first = survey["wave"] == words.waves[0]
    for item, steps in (("loyalty", words.agreement), ("repurchase_intention", words.intention)):
        assert set(survey.loc[first, item]) <= {*steps, ""}
        assert survey.loc[~first, item].str.isdigit().all()
    assert set(survey.loc[first, "digital"]) <= {*words.contentment, ""}


def test_the_truth_tells_what_a_known_truth_test_needs(written):
    _, spec, truth = written
    assert truth["structure"]["driver_weights"]["invoicing"] == 0
    assert truth["structure"]["effect_effort_on_repurchase_logit"] == 0
    assert truth["structure"]["weekly_churn_hazard"] > 0
    assert truth["customers"] == {"all": 400, "key": 30, **{k: truth["customers"][k] for k in ("prospects", "left")}}
    for entry in truth["estimands"].values():
        assert set(entry) == {"value", "std_error"}
    survey = draw_client(spec, tables=["survey"]).canonical["survey"]
    assert truth["answers_by_wave"] == survey.groupby("wave").size().to_dict()


def test_a_second_run_touches_nothing(written):
    folder, spec, _ = written
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    write_client(spec, folder, client="client")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_other_processes_time_zones_and_hash_seeds_write_the_same_bytes(written, tmp_path):
    folder, spec, _ = written
    code = (
        "import sys; from pathlib import Path; from analysis.synthetic.truth import DrawSpec;"
        "from analysis.synthetic.write import write_client;"
        "write_client(DrawSpec(language=sys.argv[1]), Path(sys.argv[2]), client='client')"
    )
    environment = os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Asia/Shanghai", "LC_ALL": "C"}
    other = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-c", code, spec.language, str(other)], check=True, env=environment)
    assert digests(other) == digests(folder)


def test_no_clock_is_in_the_files(written):
    folder, _, _ = written
    for path in folder.glob("*.gz"):
        assert path.read_bytes()[4:8] == b"\0\0\0\0"
        assert gzip.decompress(path.read_bytes())
    for path in folder.glob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            assert {entry.date_time for entry in book.infolist()} == {(2026, 1, 1, 0, 0, 0)}
            assert book.read("docProps/core.xml").count(b"2026-01-01T00:00:00Z") == 2


@pytest.mark.usefixtures("_small_population")
def test_another_spec_replaces_the_folder_whole(tmp_path):
    folder = tmp_path / "client"
    write_client(DrawSpec(customers=SMALL), folder, client="client")
    first = digests(folder)
    write_client(DrawSpec(customers=SMALL, language="zh"), folder, client="client")
    assert json.loads((folder / TRUTH).read_text(encoding="utf-8"))["spec"]["language"] == "zh"
    assert not set(first) & set(digests(folder)) - {MARK, TRUTH}
    assert [path.name for path in tmp_path.iterdir()] == ["client"]


@pytest.mark.usefixtures("_small_population")
def test_a_missing_file_is_written_again(tmp_path):
    folder = tmp_path / "client"
    spec = DrawSpec(customers=SMALL)
    write_client(spec, folder, client="client")
    before = digests(folder)
    (folder / "dealers.csv").unlink()
    write_client(spec, folder, client="client")
    assert digests(folder) == before


def test_a_folder_of_other_origin_is_never_touched(tmp_path):
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "orders.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="must be empty or have been generated"):
        write_client(DrawSpec(customers=SMALL), folder, client="client")
    assert [path.name for path in folder.iterdir()] == ["orders.csv"]


@pytest.mark.usefixtures("_small_population")
def test_a_failure_leaves_the_old_files_and_no_rubbish(tmp_path, monkeypatch):
    folder = tmp_path / "client"
    write_client(DrawSpec(customers=SMALL), folder, client="client")
    before = digests(folder)

    def full_disk(*_):
        raise OSError("no space left")

    monkeypatch.setattr(write_module, "write_table", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_client(DrawSpec(customers=SMALL, seed=99), folder, client="client")
    assert digests(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["client"]


@pytest.mark.usefixtures("_small_population")
def test_the_smallest_client_can_be_written(tmp_path):
    for language in ("en", "zh"):
        write_client(DrawSpec(customers=20, language=language), tmp_path / language, client="client")
        assert (tmp_path / language / TRUTH).is_file()
