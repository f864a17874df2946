import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import cli
from analysis.errors import DataError, Fault, ReportError
from analysis.report import build

FAULT = Fault(what="orders.amount", rule="must be a number", found="twelve", where="orders.csv, row 7")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """What `build_report` is called with; it builds nothing."""
    made = []

    def record(client, **options):
        made.append((client, options))
        file = tmp_path / "reports" / client / "2026-06-30" / "audit.pdf"
        return build.BuildResult(folder=file.parent, files=(file,), unchanged=len(made) > 1, seconds=1.23)

    monkeypatch.setattr(build, "build_report", record)
    return made


def processor_time_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_answers_in_under_half_a_second():
    times = []
    for _ in range(3):
        before = processor_time_of_children()
        done = subprocess.run(
            [sys.executable, "-m", "analysis.cli", "--help"], capture_output=True, text=True, check=True
        )
        times.append(processor_time_of_children() - before)
    assert min(times) < 0.5  # of a processor: whoever else is at work on this machine does not count
    for word in ("report", "validate", "schema", "exit codes"):
        assert word in done.stdout


def test_report_prints_the_paths_of_what_it_made(calls, capsys):
    assert cli.main(["report", "acme"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Built in 1.2 s:\n")
    assert out.rstrip().endswith("reports/acme/2026-06-30/audit.pdf")
    assert cli.main(["report", "acme"]) == 0
    assert capsys.readouterr().out.startswith("Unchanged since it was built: ")


def test_options_and_environment_mean_the_same(calls, monkeypatch):
    cli.main(["report", "acme", "--params", "p", "--out", "o", "--as-of", "2026-03-31", "--language", "zh", "--force"])
    given = {"CLIENT": "acme", "PARAMS": "p", "OUT": "o", "AS_OF": "2026-03-31", "LANGUAGE": "zh", "FORCE": "1"}
    for name, value in given.items():
        monkeypatch.setenv(f"AUDIT_{name}", value)
    cli.main(["report"])
    (first, options), (second, from_environment) = calls
    del options["progress"], from_environment["progress"]
    assert first == second == "acme"
    assert options == from_environment
    assert (str(options["params_folder"]), str(options["as_of"])) == ("p", "2026-03-31")


def test_defaults_are_params_and_reports_here(calls):
    cli.main(["report", "acme"])
    options = calls[0][1]
    assert (options["params_folder"], options["out"]) == (Path("params"), Path("reports"))
    assert (options["as_of"], options["language"], options["force"]) == (None, None, False)


@pytest.mark.parametrize("name", ["../acme", "a/b", "a.b", "..", "Acme", "x; rm -rf y", "", "-x"])
def test_client_that_is_no_id_is_refused(name, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("AUDIT_CLIENT", name)
    assert cli.main(["report"]) == 2
    assert "the client id" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "31.12.2026"])
def test_date_that_is_none_is_refused(text, capsys):
    assert cli.main(["report", "acme", "--as-of", text]) == 2
    assert "must be a date of the calendar" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (DataError([FAULT]), 2, "The data cannot be used: 1 fault"),
        (ReportError("the kernel died"), 1, "the kernel died"),
        (KeyboardInterrupt(), 130, "interrupted: nothing was published"),
        (PermissionError(13, "Permission denied", "/reports"), 1, "Permission denied: /reports"),
        (ZeroDivisionError("division by zero"), 1, "ZeroDivisionError: division by zero"),
    ],
)
def test_exit_code_says_how_it_went(error, code, says, monkeypatch, capsys):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(build, "build_report", fail)
    assert cli.main(["report", "acme"]) == code
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""


def test_control_characters_in_a_message_are_escaped(monkeypatch, capsys):
    def fail(*_, **__):
        raise ReportError("the cell said \x1b[2J")

    monkeypatch.setattr(build, "build_report", fail)
    cli.main(["report", "acme"])
    assert capsys.readouterr().err == "the cell said \\x1b[2J\n"


def test_width_of_the_fault_table_follows_the_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    cli.main(["report", "no such client at all, and a long name"])
    assert max(map(len, capsys.readouterr().err.splitlines())) <= 60


def test_schema_is_json_schema_of_the_parameters(capsys):
    assert cli.main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "sources" in schema["properties"]


def test_validate_lists_tables_and_repairs(tmp_path, capsys):
    write_small_client(tmp_path, "C3,2026-02-11,30\nC3,2026-02-11,x\n".replace("x", "40"))
    assert cli.main(["validate", "small"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The parameters and data of small can be used, as of 2026-03-01.")
    row = next(line.split() for line in out.splitlines() if line.startswith("transactions"))
    assert row[1] == "4"


@pytest.mark.parametrize(
    ("judgements", "words"),
    [
        ([1, 1, 2, 2, 1, 2, 2, 2, 2, 1], "agrees with itself (consistency ratio 0.00"),
        ([3, 1, 5, 2, 3, 2, 2, 2, 2, 3], "contradicts itself: its consistency ratio is 0.1"),
        ([], ""),
    ],
)
def test_validate_says_whether_pairwise_judgements_agree(tmp_path, capsys, judgements, words):
    write_small_client(tmp_path, "")
    given = iter(judgements)
    names = ("satisfaction", "loyalty", "value", "interaction", "depth_breadth")
    rows = [
        f"    {first}: {{{', '.join(f'{second}: {next(given)}' for second in names[place + 1 :])}}}\n"
        for place, first in enumerate(names[:-1] if judgements else ())
    ]
    with (tmp_path / "params" / "small.yml").open("a", encoding="utf-8") as file:
        file.write("scale:\n  pairwise:\n" + "".join(rows) if rows else "")
    assert cli.main(["validate", "small"]) == 0
    out = capsys.readouterr().out
    assert words in out
    assert ("pairwise comparison" in out) == bool(judgements)


def test_validate_lists_all_faults_of_the_data(tmp_path, capsys):
    write_small_client(tmp_path, "C3,2026-02-11,many\nC4,the first,20\n")
    assert cli.main(["validate", "small"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("The data cannot be used")
    assert "many" in error
    assert "the first" in error


def write_small_client(folder, rows):
    (folder / "params").mkdir()
    (folder / "orders.csv").write_text(
        "customer_id,ordered_on,amount\nC1,2026-01-05,10\nC2,2026-03-01,20\n" + rows, encoding="utf-8"
    )
    (folder / "params" / "small.yml").write_text(
        "name: Small\ndata_folder: ..\nsources:\n  transactions:\n    files: orders.csv\n", encoding="utf-8"
    )


def test_command_is_installed():
    command = Path(sys.executable).with_name("audit")
    assert subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout == "audit 0.1.0\n"


@pytest.fixture
def batches(monkeypatch):
    """What `build_reports` is called with; it builds nothing."""
    from analysis.batch import run
    from analysis.batch.shapes import Outcome
    from analysis.batch.store import Entry

    made = []

    def record(given, **options):
        made.append((list(given), options))
        fault = Fault(what="a", rule="b", found="c", where="d")
        outcomes = [
            Outcome(client="acme", state="built", folder="acme/2026-06-30", seconds=3.2, alerts=("nps.low < 20: found 12",)),
            Outcome(client="beta", state="refused", title="The data cannot be used", faults=(fault,)),
        ]  # fmt: skip
        entries = {each.client: Entry(name=each.client, language="en", outcome=each) for each in outcomes}
        return run.BatchResult(entries=entries, index="reports/index.html", ended=options.get("ended"))

    monkeypatch.setattr(run, "build_reports", record)
    return made


def test_reports_prints_a_table_of_outcomes_and_answers_with_the_worst(batches, capsys):
    assert cli.main(["reports"]) == 2
    captured = capsys.readouterr()
    assert [line.split()[0] for line in captured.out.splitlines() if line][2:4] == ["acme", "beta"]
    assert "2 clients: 1 built, 1 with input that cannot be used and 1 with an alert." in captured.out
    assert captured.out.rstrip().endswith("reports/index.html")
    assert "beta: The data cannot be used: 1 fault" in captured.err
    assert "acme: alert: nps.low < 20: found 12" in captured.err


def test_options_of_reports_and_the_environment_mean_the_same(batches, monkeypatch):
    options = ["--params", "p", "--out", "o", "--as-of", "2026-03-31", "--language", "zh", "--force", "--jobs", "3"]
    cli.main(["reports", "acme", "beta", *options, "--memory", "4G", "--time-limit", "30m"])
    given = {"CLIENTS": "acme beta", "PARAMS": "p", "OUT": "o", "AS_OF": "2026-03-31", "LANGUAGE": "zh", "FORCE": "1"}
    for name, value in (given | {"JOBS": "3", "MEMORY": "4G", "TIME_LIMIT": "30m"}).items():
        monkeypatch.setenv(f"AUDIT_{name}", value)
    cli.main(["reports"])
    (clients, called), (same_clients, same_called) = batches
    assert clients == same_clients == ["acme", "beta"]
    for name in ("home", "time_limit", "as_of", "language", "force"):
        assert called[name] == same_called[name], name
    assert called["time_limit"] == 1800
    for each in (called, same_called):
        with each["place"] as place:
            assert (place.jobs, place.memory) == (3, 4 << 30)


def test_only_reports_of_many_clients_go_to_an_object_store(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # no cell is broken into lines
    assert cli.main(["report", "acme", "--out", "s3://key:secret@bucket/reports"]) == 2
    told = capsys.readouterr().err
    assert "must be a folder of this machine" in told
    assert "secret" not in told


def test_options_of_reports_that_cannot_be_read_start_nothing(batches, capsys):
    assert cli.main(["reports", "--jobs", "many", "--memory", "all"]) == 2
    assert "2 faults" in capsys.readouterr().err
    assert batches == []
