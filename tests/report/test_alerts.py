"""Alerts gate: the report is built and published, and the command ends with 3; earlier audits are found."""

import json

import pytest
from tiny_notebook import CHAPTER, write_client, write_notebook

from analysis import cli
from analysis.report import build as build_module
from analysis.report.earlier import find_stored_audits, fired_alerts, unknown_alerts

FOUND = {
    "message": "{value:message} (n = {n:int})",
    "values": {"value": {"message": "{value:number1}", "values": {"value": 13.6}}, "n": 227},
}
LISTED = """
from analysis.report.earlier import find_stored_audits
Chapter(key="satisfaction", blocks=(Heading(level=1, text="Earlier", anchor="earlier"),
        Prose(paragraphs=(", ".join(name for name, _ in find_stored_audits(run_folder)) or "none",))))"""


def alert(state, condition="nps.low < 20"):
    return {"condition": condition, "state": state, "name": FOUND, "found": FOUND}


@pytest.fixture
def run(tmp_path, monkeypatch, forked_kernels):
    """Return a function that runs the command on a client whose audit holds some alerts."""
    monkeypatch.delenv("AUDIT_FORCE", raising=False)
    write_client(tmp_path)
    written = []

    def write(alerts, cells):
        """Write the notebook, once for the same content: its cells have random ids."""
        if written[-1:] == [(alerts, cells)]:
            return tmp_path / "tiny.ipynb"
        written.append((alerts, cells))
        path = write_notebook(tmp_path, *cells)
        fields = f'"currency": "EUR", "alerts": {list(alerts)!r}'
        text = path.read_text("utf-8").replace(
            json.dumps('"language": language}')[1:-1], json.dumps(f'"language": language, {fields}}}')[1:-1]
        )
        assert "alerts" in text
        path.write_text(text, "utf-8")
        return path

    def run(*alerts, cells=(CHAPTER,), options=()):
        path = write(alerts, cells)
        monkeypatch.setitem(build_module.build_report.__kwdefaults__, "notebook", path)
        folders = ["--params", str(tmp_path / "params"), "--out", str(tmp_path / "reports")]
        return cli.main(["report", "tiny", *folders, *options])

    return run


def test_a_fired_alert_ends_with_3_after_publishing(run, tmp_path, capsys):
    assert run(alert("fired"), alert("silent", "revenue falls")) == 3
    captured = capsys.readouterr()
    assert captured.out.startswith("Built in")
    assert "alert: nps.low < 20: found 13.6 (n\xa0=\xa0227)\n" in captured.err
    assert "revenue falls" not in captured.err
    assert (tmp_path / "reports" / "tiny" / "2026-06-30" / "audit.pdf").exists()


def test_an_unchanged_report_still_raises_the_alarm(run, capsys):
    assert run(alert("fired")) == 3
    capsys.readouterr()
    assert run(alert("fired")) == 3
    captured = capsys.readouterr()
    assert captured.out.startswith("Unchanged")
    assert "alert: nps.low < 20" in captured.err


def test_silent_alerts_end_with_0_and_unanswered_ones_say_so(run, capsys):
    assert run(alert("silent"), alert("unknown", "margin.low < 3")) == 0
    error = capsys.readouterr().err
    assert "alert without an answer: margin.low < 3" in error
    assert "nps.low" not in error


def test_unknown_names_are_refused_before_anything_is_built(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # no word is broken
    path = tmp_path / "params" / "tiny.yml"
    path.write_text(path.read_text("utf-8") + "alerts: [npss.low < 20, retention_rate falls, survey < 3]\n", "utf-8")
    assert run() == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "did you mean 'nps'?" in error
    assert "alerts[2]" in error
    assert "alerts[1]" not in error
    assert not (tmp_path / "reports").exists()


def test_the_next_audit_finds_the_earlier_ones_and_is_made_anew_when_they_change(run, tmp_path, capsys):
    earlier = tmp_path / "reports" / "tiny" / "2026-03-31"
    assert run(options=["--as-of", "2026-03-31"]) == 0
    assert run(cells=(LISTED,)) == 0
    page = tmp_path / "reports" / "tiny" / "2026-06-30" / "audit.html"
    assert "2026-03-31" in page.read_text("utf-8")
    capsys.readouterr()
    assert run(cells=(LISTED,)) == 0
    assert capsys.readouterr().out.startswith("Unchanged")
    (earlier / "audit.json").write_text("{}", "utf-8")
    assert run(cells=(LISTED,)) == 0
    assert capsys.readouterr().out.startswith("Built")


def test_only_published_folders_of_a_day_are_earlier_audits(tmp_path):
    for name in ("2025-12-31", "failed", ".build-ab", "2026-02-30-replication"):
        (tmp_path / "acme" / name).mkdir(parents=True)
        (tmp_path / "acme" / name / "audit.json").write_text("{}", "utf-8")
    (tmp_path / "acme" / "2024-12-31").mkdir()
    (tmp_path / "acme" / "2024-12-31" / "audit.json").write_bytes(b"\xff\xfe")
    run_folder = tmp_path / "acme" / ".build-cd" / "report"
    run_folder.mkdir(parents=True)
    assert find_stored_audits(str(run_folder)) == (("2024-12-31", ""), ("2025-12-31", "{}"))
    assert find_stored_audits("") == ()


def test_an_alert_is_told_with_the_messages_that_its_answer_lists(tmp_path):
    dimension = {"message": "Customer value", "values": {}}
    found = {"message": "Missing: {names:list}.", "values": {"names": [dimension]}}
    audit = {
        "currency": "EUR",
        "alerts": [{"condition": "score < 3", "state": "unknown", "name": FOUND, "found": found}],
    }
    (tmp_path / "audit.json").write_text(json.dumps(audit), "utf-8")
    assert unknown_alerts(tmp_path) == ("score < 3: found Missing: Customer value.",)


def test_an_audit_without_alerts_has_none_that_fired(tmp_path):
    (tmp_path / "audit.json").write_text("{}", "utf-8")
    assert fired_alerts(tmp_path) == ()
