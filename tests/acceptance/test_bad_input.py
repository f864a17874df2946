"""What a user may get wrong: each mistake has its message, publishes nothing and leaves the last good report alone."""

import datetime as dt
import os
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from shipped import ROOT, run_audit_command

from analysis import cli

COLUMNS = ("What", "Rule", "Found", "Where", "Hint")
PASSWORD = "pa55-w0rd-of-nobody"

PARAMS = """\
name: Acme
sources:
  transactions: {files: orders.csv}
  customers: {files: customers.csv}
  survey: {files: survey.csv}
survey:
  wave_by: year
  items:
    sat:
      role: satisfaction
      wording: How satisfied are you?
      scale: {min: 1, max: 10}
    rec:
      role: recommendation
      wording: Would you recommend us?
      scale: {min: 0, max: 10}
"""


@dataclass(frozen=True)
class Workshop:
    """A client's files, which a test may spoil, beside a report that was built from good ones."""

    root: Path

    @property
    def data(self):
        return self.root / "data" / "acme"

    def params(self, text=PARAMS):
        (self.root / "params" / "acme.yml").write_text(text, encoding="utf-8")

    def spoil(self, name, change):
        path = self.data / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    def published(self):
        """Every file below OUT, hidden ones and leftovers included, with its bytes."""
        out = self.root / "reports"
        return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def write_good_files(folder):
    draw, day = random.Random(3), dt.date(2024, 1, 1)
    customers = [f"C{number:03d}" for number in range(1, 61)]
    orders = [
        f"{customer},{day + dt.timedelta(draw.randrange(700))},{draw.uniform(10, 900):.2f},{draw.choice('PV')}"
        for customer in customers
        for _ in range(draw.randint(2, 5))
    ]
    answers = [
        f"{customer},{day + dt.timedelta(366 + draw.randrange(300))},{draw.randint(1, 10)},{draw.randint(0, 10)}"
        for customer in customers
    ]
    names = [f"{customer},Firm {customer},{draw.choice('AB')}" for customer in customers]
    for name, header, rows in (
        ("orders.csv", "customer_id,ordered_on,amount,category", orders),
        ("survey.csv", "customer_id,responded_on,sat,rec", answers),
        ("customers.csv", "customer_id,name,segment", names),
    ):
        (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The folders of a client whose report has been built by the real command."""
    root = tmp_path_factory.mktemp("bad input")  # a blank in the path is no mistake
    workshop = Workshop(root)
    workshop.data.mkdir(parents=True)
    (root / "params").mkdir()
    shutil.copy(ROOT / "params" / "defaults.yml", root / "params")
    write_good_files(workshop.data)
    workshop.params()
    done = run_audit_command("report", "acme", "--params", root / "params", "--out", root / "reports")
    assert done.returncode == 0, done.stderr
    return workshop


@pytest.fixture
def acme(good, tmp_path, monkeypatch):
    """A copy that a test may spoil; the command is run from its folder."""
    shutil.copytree(good.root, tmp_path / "case")
    workshop = Workshop(tmp_path / "case")
    monkeypatch.chdir(workshop.root)
    monkeypatch.setenv("COLUMNS", "4000")
    for name in [name for name in os.environ if name.startswith("AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    return workshop


def read_table(stderr):
    """Return the one table of faults in what the command printed, as a list of dicts."""
    assert "Traceback" not in stderr
    assert len(re.findall(r"^The (?:parameters|data) cannot be used: \d+ faults?$", stderr, re.MULTILINE)) == 1
    lines = stderr.splitlines()
    rule = next(number for number, line in enumerate(lines) if re.fullmatch(r"-+(  -+)*", line))
    spans = [match.span() for match in re.finditer("-+", lines[rule])]
    header, *rows = [
        [line[start : end if end != spans[-1][1] else None].strip() for start, end in spans]
        for line in [lines[rule - 1], *lines[rule + 1 :]]
    ]
    assert header == [name for name in COLUMNS if name in header]
    assert {"What", "Rule", "Found", "Where"} <= set(header)
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


@pytest.fixture
def refused(acme, capsys):
    """Run the command on the spoilt client, see that it refuses and changes nothing, and return its faults."""

    def run(*arguments, command="validate"):
        before = acme.published()
        assert cli.main([command, *(arguments or ("acme",))]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert acme.published() == before
        return read_table(printed.err)

    return run


# ---- all at once, by the real command


def test_all_faults_of_the_data_come_in_one_table_and_the_last_good_report_stays(acme):
    (acme.data / "survey.csv").write_bytes(acme.data.joinpath("survey.csv").read_bytes() + "客户,\n".encode("gb18030"))
    acme.spoil("orders.csv", lambda text: text.replace("customer_id,ordered_on,amount", "customer_id,date,amount"))
    acme.spoil("orders.csv", lambda text: text + "C001,2025-01-01,twelve,P\n")
    acme.spoil("customers.csv", lambda text: text + "C001,Another,A\n")
    before = acme.published()
    done = run_audit_command("report", "acme", "--params", "params", "--out", "reports", COLUMNS="4000")
    assert done.returncode == 2
    assert done.stdout == ""
    faults = {fault["What"]: fault for fault in read_table(done.stderr)}
    assert set(faults) == {"survey", "transactions.ordered_on", "transactions.amount", "customers.customer_id"}
    assert all(fault["Rule"] and fault["Found"] and fault["Where"] for fault in faults.values())
    assert acme.published() == before


def test_all_faults_of_the_parameters_come_in_one_table_before_anything_is_read(acme):
    acme.params(
        PARAMS + "mony: {currency: EUR}\nname: Again\ndata_folder: ${ACME_FOLDER_OF_NOBODY}\nlimits: {min_n: 0}\n"
    )
    before = acme.published()
    done = run_audit_command("report", "acme", "--params", "params", "--out", "reports", COLUMNS="4000")
    assert done.returncode == 2
    assert [(fault["What"], fault["Where"]) for fault in read_table(done.stderr)] == [
        ("mony", "params/acme.yml, line 17"),
        ("name", "params/acme.yml, line 18"),
        ("data_folder", "params/acme.yml, line 19"),
        ("limits.min_n", "params/acme.yml, line 20"),
    ]
    assert acme.published() == before


# ---- the data, one mistake at a time


def test_missing_file(acme, refused):
    (acme.data / "orders.csv").rename(acme.data / "order.csv")
    (fault,) = refused()
    assert (fault["What"], fault["Found"]) == ("transactions: orders.csv", "no file of that name")
    assert fault["Where"] == "data folder '../data/acme'"
    assert fault["Hint"] == "did you mean 'order.csv'?"


def test_wrong_encoding(acme, refused):
    text = (acme.data / "customers.csv").read_text(encoding="utf-8").replace("Firm C001", "华东机械设备有限公司")
    (acme.data / "customers.csv").write_bytes(text.encode("gb18030"))
    (fault,) = refused()
    assert fault["Rule"] == "must be encoded as declared (utf-8)"
    assert fault["Found"].startswith("byte 0x")
    assert (fault["Where"], fault["Hint"]) == ("customers.csv, line 2", "it reads as `encoding: gb18030`")


def test_required_column_absent(acme, refused):
    acme.spoil("orders.csv", lambda text: text.replace("amount", "Net Amount", 1))
    (fault,) = refused()
    assert (fault["What"], fault["Found"], fault["Where"]) == (
        "transactions.amount",
        "no column 'amount'",
        "orders.csv",
    )
    assert fault["Hint"] == "did you mean 'Net Amount'? Then map it: `columns: {amount: Net Amount}`"


@pytest.mark.parametrize(
    ("name", "column", "what"),
    [("orders.csv", "amount", "transactions.amount"), ("survey.csv", "sat", "survey.sat")],
)
def test_column_twice(acme, refused, name, column, what):
    acme.spoil(name, lambda text: "\n".join(f"{line},{line.split(',')[2]}" for line in text.splitlines()) + "\n")
    (fault,) = refused()
    assert (fault["What"], fault["Found"], fault["Where"]) == (what, f"column '{column}' present twice", name)


def test_text_in_a_number_column_is_one_fault(acme, refused):
    acme.spoil("orders.csv", lambda text: text + "C001,2025-01-01,about 10,P\nC002,2025-01-01,,P\n")
    unread, absent = refused()
    last = len((acme.data / "orders.csv").read_text(encoding="utf-8").splitlines())
    assert (unread["Rule"], unread["Found"]) == ("must be a number", "'about 10' (once)")
    assert unread["Where"] == f"orders.csv, row {last - 1}"
    assert (absent["Rule"], absent["Where"]) == ("must be given in every row", f"orders.csv, row {last}")


def test_dates_in_two_formats(acme, refused):
    acme.spoil("orders.csv", lambda text: text + "C001,31/12/2024,10,P\nC001,30/06/2025,10,P\n")
    (fault,) = refused()
    assert fault["What"] == "transactions.ordered_on"
    assert fault["Found"] == "'30/06/2025' (once), '31/12/2024' (once)"
    assert fault["Hint"] == "two formats in one column: these read as %d/%m/%Y"


def test_item_outside_its_scale(acme, refused):
    acme.spoil("survey.csv", lambda text: text + "C001,2025-03-01,12,5\n")
    (fault,) = refused()
    assert (fault["What"], fault["Rule"]) == ("survey.items.sat", "must lie within its scale 1 to 10")
    assert (fault["Found"], fault["Where"]) == ("12 (once)", "survey.csv, row 62")
    assert fault["Hint"] == "check `scale`: is 12 on it? (params/acme.yml, line 9)"


def test_undeclared_98_and_99_are_named_as_the_probable_cause(acme, refused):
    acme.spoil("survey.csv", lambda text: text + "C001,2025-03-01,98,5\nC002,2025-03-01,99,5\nC003,2025-03-01,99,5\n")
    (fault,) = refused()
    assert fault["Found"] == "99 (2 times), 98 (once)"
    assert fault["Hint"].startswith("98, 99 are usual codes for no answer; if so, declare `missing: [98, 99]`")


def test_one_undeclared_code_in_many_items_is_one_fault(acme, refused):
    items = "".join(f"    q{n}: {{column: sat, role: driver, scale: {{min: 1, max: 10}}}}\n" for n in range(13))
    acme.params(PARAMS + items)
    acme.spoil("survey.csv", lambda text: text + "C001,2025-03-01,99,5\n")
    (fault,) = refused()
    assert fault["What"] == "survey.items.sat; survey.items.q0; survey.items.q1 and 11 more"
    assert fault["Where"] == "survey.csv, row 62"


@pytest.mark.parametrize(
    ("recode", "found", "hint"),
    [
        (lambda code: code + 1, "11 (", 'probably coded 1 to 11: recode with `labels: {"1": 0, "2": 1,'),
        (lambda code: max(code, 1), "answers from 1 to 10: '1' ", "probably asked from 1 to 10: give the item"),
    ],
)
def test_recommendation_on_another_scale_than_declared(acme, refused, recode, found, hint):
    def change(text):
        header, *rows = text.splitlines()
        rows = [row.rsplit(",", 1) for row in rows]
        return "\n".join([header, *(f"{rest},{recode(int(code))}" for rest, code in rows)]) + "\n"

    acme.spoil("survey.csv", change)
    (fault,) = refused()
    assert fault["What"] == "survey.items.rec"
    assert fault["Found"].startswith(found)
    assert fault["Hint"].startswith(hint)
    assert "params/acme.yml, line 13" in fault["Hint"]


def test_the_proposed_recoding_is_accepted(acme, refused, capsys):
    def change(text):
        header, *rows = text.splitlines()
        rows = [row.rsplit(",", 1) for row in rows]
        return "\n".join([header, *(f"{rest},{int(code) + 1}" for rest, code in rows)]) + "\n"

    acme.spoil("survey.csv", change)
    (fault,) = refused()
    labels = re.search(r"`(labels: \{.*?\})`", fault["Hint"]).group(1)
    acme.params(PARAMS + f"      {labels}\n")
    assert cli.main(["validate", "acme"]) == 0
    capsys.readouterr()


def test_one_customer_with_contradicting_rows(acme, refused):
    acme.spoil("customers.csv", lambda text: text + "C001,Another Name,A\n")
    (fault,) = refused()
    assert (fault["What"], fault["Rule"]) == ("customers.customer_id", "must identify one row")
    assert "'C001' with contradicting name ('Another Name', 'Firm C001')" in fault["Found"]
    assert fault["Where"] == "customers.csv, rows 2, 62"


def test_empty_file_is_refused_and_a_header_alone_is_not(acme, refused, capsys):
    (acme.data / "customers.csv").write_text("customer_id,name,segment\n", encoding="utf-8")
    assert cli.main(["validate", "acme"]) == 0
    capsys.readouterr()
    (acme.data / "customers.csv").write_bytes(b"")
    (fault,) = refused()
    assert (fault["Found"], fault["Where"]) == ("an empty file", "customers.csv")


@pytest.mark.parametrize("url", ["postgresql://someone:***@127.0.0.1:9/shop", "${ACME_DATABASE_URL}"])
def test_unreachable_database_tells_no_password(acme, refused, monkeypatch, url):
    monkeypatch.setenv("ACME_DATABASE_URL", f"postgresql://someone:{PASSWORD}@127.0.0.1:9/shop")
    source = f'{{database: "{url.replace("***", PASSWORD)}", query: select 1}}'
    acme.params(PARAMS.replace("{files: orders.csv}", source))
    (fault,) = refused()
    assert (fault["What"], fault["Rule"]) == ("transactions: database", "must be reachable")
    assert PASSWORD not in str(fault)
    assert fault["Where"] == url


# ---- the parameters


@pytest.mark.parametrize(
    ("change", "what", "found", "line", "hint"),
    [
        (("  transactions:", "\ttransactions:"), "the indentation", "tab", 3, "replace each tab by two spaces"),
        (("name: Acme\n", "name: Acme\nname: Other\n"), "name", "it on lines 1 and 2", 2, ""),
        (("survey:\n  wave", "survy:\n  wave"), "survy", "a mapping", 6, "did you mean 'survey'?"),
        (("name: Acme", "name: ${ACME_NAME_OF_NOBODY}"), "name", "which is not set", 1, "export ACME_NAME_OF_NOBODY"),
        (("{min: 0, max: 10}", "{min: 1, max: 10}"), "survey.items.rec.scale", "1 to 10", 16, "recode the answers"),
    ],
)
def test_yaml_that_breaks_its_rules(acme, refused, change, what, found, line, hint):
    acme.params(PARAMS.replace(*change))
    fault = next(fault for fault in refused(command="report") if fault["What"] == what)
    assert found in fault["Found"]
    assert fault["Where"] == f"params/acme.yml, line {line}"
    assert hint in fault.get("Hint", "")


def test_keys_of_a_mapping_are_found_in_the_parameter_file(acme, refused):
    source = "{files: orders.csv, columns: {amout: amount, category: Group}}"
    acme.params(PARAMS.replace("{files: orders.csv}", source))
    typo, absent = refused()
    assert (typo["Where"], typo["Hint"]) == ("params/acme.yml, line 3", "did you mean 'amount'?")
    assert absent["What"] == "transactions.category"
    assert absent["Where"] == "orders.csv; params/acme.yml, line 3"


# ---- the command


@pytest.mark.parametrize("client", ["a/b", "../acme", "./acme", "acme.yml", "..", "acme/", "ACME", "客户", "a\x00b"])
def test_client_that_is_no_id(refused, client):
    (fault,) = refused(client, command="report")
    assert fault["What"] == "the client id"


def test_unknown_client_names_those_there_are(refused):
    (fault,) = refused("acmee", command="report")
    assert fault["Hint"] == "did you mean 'acme'? clients there are: acme"


def test_folder_of_parameters_that_is_missing(refused):
    (fault,) = refused("acme", "--params", "nowhere", command="report")
    assert (fault["Found"], fault["Where"]) == ("no such folder", "nowhere")


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--as-of", "yesterday", "must be a date of the calendar, YYYY-MM-DD"),
        ("--as-of", "2025-02-29", "must be a date of the calendar, YYYY-MM-DD"),
        ("--language", "fr", "must be one of en, zh"),
    ],
)
def test_options_that_cannot_be(refused, option, value, rule):
    (fault,) = refused("acme", option, value, command="report")
    assert (fault["Rule"], fault["Found"], fault["Where"]) == (rule, repr(value), "given with the command")


def test_date_before_all_data(acme, refused):
    (fault,) = refused("acme", "--as-of", "2020-01-01", command="report")
    assert fault["Rule"] == "must not be before the first date in the data"
    assert fault["Where"] == "given with the command"
    acme.params(PARAMS + "as_of: 2020-01-01\n")
    (fault,) = refused()
    assert fault["Where"] == "params/acme.yml, line 17"
    assert re.fullmatch(r"the data go from 2024-\d\d-\d\d to 2025-\d\d-\d\d", fault["Hint"])


def test_out_that_is_no_folder(acme, capsys):
    (acme.root / "file").write_text("mine")
    before = acme.published()
    assert cli.main(["report", "acme", "--out", "file"]) == 1
    printed = capsys.readouterr()
    assert "file/acme" in printed.err
    assert "Traceback" not in printed.err
    assert (acme.root / "file").read_text() == "mine"
    assert acme.published() == before


def test_make_hands_on_a_client_that_tries_to_leave_its_folder(acme):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AUDIT_", "MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT, "-o", ".venv/.installed", "report", "CLIENT=../x", f"OUT={acme.root}"],
        env=clean | {"COLUMNS": "4000"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the client id" in done.stderr
    assert not (acme.root.parent / "x").exists()
