"""What stands in the environment stays there: no output, log or message holds a value, however a run ends."""

import json
import shutil
import sqlite3
import zipfile
from io import BytesIO
from urllib.parse import quote

import nbformat
import pypdf
import pytest
from shipped import ROOT, run_audit_command

from analysis.errors import ReportError
from analysis.report.build import build_report

PASSWORD = "pa55-w0rd-of-nobody"
FOLDER_NAME = "Müller & Söhne <intern>"

PARAMS = """\
name: Discreet
data_folder: ${DISCREET_FOLDER}
sources:
  transactions:
    database: ${DISCREET_DATABASE}
    query: select customer_id, ordered_on, amount, category from orders
  customers: {files: customers.csv}
"""


@pytest.fixture
def discreet(tmp_path, monkeypatch):
    """A client whose folder and database come from the environment."""
    folder = tmp_path / FOLDER_NAME
    (tmp_path / "params").mkdir()
    folder.mkdir()
    shutil.copy(ROOT / "params" / "defaults.yml", tmp_path / "params")
    (tmp_path / "params" / "discreet.yml").write_text(PARAMS, encoding="utf-8")
    customers = [f"C{number},Firm {number}" for number in range(30)]
    (folder / "customers.csv").write_text("\n".join(["customer_id,name", *customers]) + "\n", encoding="utf-8")
    with sqlite3.connect(folder / f"{PASSWORD}.db") as database:
        database.execute("create table orders (customer_id text, ordered_on text, amount real, category text)")
        rows = [(f"C{n % 30}", f"202{4 + n % 2}-{n % 12 + 1:02d}-{n % 27 + 1:02d}", n + 1.5, "P") for n in range(120)]
        database.executemany("insert into orders values (?, ?, ?, ?)", rows)
    database.close()
    environment = {
        "DISCREET_FOLDER": str(folder),
        "DISCREET_DATABASE": f"sqlite:///{folder}/{PASSWORD}.db",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def texts_of(out):
    """Yield every file below `out` as the texts a reader may get out of it."""
    for path in sorted(out.rglob("*")):
        if path.is_dir():
            continue
        content = path.read_bytes()
        yield path.name, content.decode("utf-8", errors="replace")
        if path.suffix == ".pdf":
            reader = pypdf.PdfReader(BytesIO(content))
            yield path.name, "\n".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                yield path.name, "\n".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def assert_discreet(project, *printed):
    """See that no form of a value is in any file of OUT, nor in what was printed; return the names of the files."""
    folder = f"{project}/{FOLDER_NAME}"
    told = dict(texts_of(project / "reports"))
    seen = [*texts_of(project / "reports"), *(("terminal", text) for text in printed)]
    for name, text in seen:
        for secret in (folder, FOLDER_NAME, PASSWORD, quote(folder), json.dumps(folder)[1:-1]):
            assert secret not in text, name
    return sorted(told)


def report(project):
    folders = ("--params", project / "params", "--out", project / "reports")
    return run_audit_command("report", "discreet", *folders, COLUMNS="4000")


def test_report_holds_no_value_of_the_environment(discreet):
    done = report(discreet)
    assert done.returncode == 0, done.stderr
    made = assert_discreet(discreet, done.stdout, done.stderr)
    assert made == ["audit.html", "audit.ipynb", "audit.json", "audit.pdf", "audit.xlsx", "manifest.json"]


def test_faults_of_the_data_name_the_variables(discreet):
    folder, params = discreet / FOLDER_NAME, discreet / "params" / "discreet.yml"
    (folder / f"{PASSWORD}.db").rename(folder / "elsewhere.db")
    params.write_text(PARAMS.replace("customers.csv", "clients.csv"), encoding="utf-8")
    done = report(discreet)
    assert done.returncode == 2
    assert "data folder '${DISCREET_FOLDER}'" in done.stderr
    assert "${DISCREET_DATABASE}" in done.stderr
    assert assert_discreet(discreet, done.stdout, done.stderr) == []


@pytest.mark.parametrize(
    "crash",
    [
        "print(dict(params.environment)); raise RuntimeError(f'no room in {params.data_folder} for {params!r}')",
        "import os; os.write(2, params.sources['transactions'].database.encode()); os._exit(9)",
    ],
)
def test_what_is_kept_of_a_crash_holds_no_value(discreet, crash):
    notebook = nbformat.read(ROOT / "notebooks" / "relationship_audit.ipynb", as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])) + 1
    load = "from pathlib import Path\nfrom analysis.params.load import load_params"
    load += "\nparams = load_params(client, Path(params_folder))"
    notebook.cells.insert(place, nbformat.v4.new_code_cell(f"{load}\n{crash}"))
    nbformat.write(notebook, discreet / "crashing.ipynb")
    with pytest.raises(ReportError) as caught:
        build_report(
            "discreet",
            params_folder=discreet / "params",
            out=discreet / "reports",
            notebook=discreet / "crashing.ipynb",
        )
    assert assert_discreet(discreet, str(caught.value)) == ["audit.ipynb", "log.txt"]
