"""A comparison is published as an audit is, among the audits of its client and never taken for one."""

import datetime as dt
import json
from pathlib import Path

import pytest
from audit_pairs import NOW, THEN, audit, pair

from analysis import cli
from analysis.errors import InputError, ParamsError
from analysis.report.audit_pair import choose_pair
from analysis.report.build import build_report
from analysis.report.comparison_build import COMPARISONS, build_comparison
from analysis.report.earlier import hash_earlier, published_audits
from analysis.report.manifest import Origin, find_unchanged
from analysis.report.publish import sweep

ROOT = Path(__file__).parents[2]
OUTPUTS = ["comparison.html", "comparison.ipynb", "comparison.json", "comparison.pdf", "manifest.json"]


@pytest.fixture
def project(tmp_path):
    """Two audits of a small client, published by hand, and its parameters."""
    folder = tmp_path / "params"
    folder.mkdir()
    (folder / "acme.yml").write_text("name: Acme\ndata_folder: .\nsources: {feedback: {files: words.csv}}\n")
    for content in pair():
        write_audit(tmp_path, content)
    return tmp_path


def write_audit(project, content):
    folder = project / "reports" / "acme" / content["as_of"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit.json").write_text(json.dumps(content))


def build(project, **options):
    return build_comparison("acme", params_folder=project / "params", out=project / "reports", **options)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def choose(*days, tmp_path, **options):
    for day in days:
        (tmp_path / day).mkdir()
        (tmp_path / day / "audit.json").write_text("{}")
    return choose_pair(tmp_path, "acme", **options)


DAYS = ("2024-06-30", "2024-12-31", "2025-06-30")


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({}, DAYS[1:]), ({"as_of": DAYS[1]}, DAYS[:2]), ({"against": DAYS[0]}, (DAYS[0], DAYS[2])),
        ({"as_of": DAYS[2], "against": DAYS[0]}, (DAYS[0], DAYS[2])),
    ],
)  # fmt: skip
def test_which_two_are_compared(tmp_path, options, chosen):
    assert choose(*DAYS, tmp_path=tmp_path, **options) == chosen


@pytest.mark.parametrize(
    ("days", "options", "says"),
    [
        ((), {}, ["the audits of acme must be at least two, to be compared: found none"]),
        (DAYS[:1], {}, ["at least two, to be compared: found 2024-06-30"]),
        (DAYS, {"as_of": "2024-07-01"}, ["as_of must be the day of a published audit: found 2024-07-01"]),
        (DAYS, {"as_of": DAYS[0]}, ["as_of must be later than another published audit"]),
        (DAYS, {"as_of": DAYS[1], "against": DAYS[2]}, ["must be before the day that it is compared with, 2024-12-31"]),
        (DAYS, {"as_of": DAYS[1], "against": DAYS[1]}, ["must be before the day that it is compared with"]),
        ((), {"as_of": "2020-01-01", "against": "2021-01-01"}, ["at least two", "as_of must be the day",
                                                               "against must be the day", "must be before"]),
    ],
)  # fmt: skip
def test_every_fault_of_the_choice_is_told_at_once(tmp_path, days, options, says):
    with pytest.raises(ParamsError) as caught:
        choose(*days, tmp_path=tmp_path, **options)
    assert len(caught.value.faults) == len(says)
    for fault, text in zip(caught.value.faults, says, strict=True):
        assert text in str(fault)
        assert fault.where


def test_a_client_without_two_audits_ends_with_2_and_leaves_nothing(project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # the folder of the test may be long, and its table would break the sentence
    (project / "reports" / "acme" / THEN / "audit.json").unlink()
    before = sorted(path.name for path in (project / "reports" / "acme").iterdir())
    arguments = ["compare", "acme", "--params", str(project / "params"), "--out", str(project / "reports")]
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert "at least two" in error
    assert "make report CLIENT=acme" in error
    assert sorted(path.name for path in (project / "reports" / "acme").iterdir()) == before
    assert cli.main(["compare", "acme", *arguments[2:4], "--out", str(project / "nowhere")]) == 2
    assert not (project / "nowhere").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the client id"), (["acme", "--against", "soon"], "against"), (["acme", "--as-of", "31.12.2025"], "as_of"),
        (["nobody"], "nobody"), (["acme", "--language", "fr"], "language"), (["acme", "--against", NOW], "against"),
    ],
)  # fmt: skip
def test_wrong_options_end_with_2(project, capsys, monkeypatch, arguments, says):
    monkeypatch.setenv("AUDIT_PARAMS", str(project / "params"))
    monkeypatch.setenv("AUDIT_OUT", str(project / "reports"))
    assert cli.main(["compare", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not (project / "reports" / "acme" / COMPARISONS).exists()


def test_make_passes_the_earlier_day_through_the_environment(project, capsys, monkeypatch):
    monkeypatch.setenv("AUDIT_PARAMS", str(project / "params"))
    monkeypatch.setenv("AUDIT_OUT", str(project / "reports"))
    monkeypatch.setenv("AUDIT_AGAINST", "2023-12-31")
    assert cli.main(["compare", "acme"]) == 2
    assert "2023-12-31" in capsys.readouterr().err


def test_a_comparison_is_never_taken_for_an_audit(project):
    reports = project / "reports" / "acme"
    made = reports / COMPARISONS / f"{THEN}_{NOW}"
    made.mkdir(parents=True)
    manifest = {
        "version": 1,
        "params": {},
        "options": "",
        "inputs": {},
        "code": {},
        "outputs": {"comparison.json": "x"},
    }
    for name, text in (("comparison.json", "{}"), ("audit.json", "{}"), ("manifest.json", json.dumps(manifest))):
        (made / name).write_text(text)
    assert [path.parent.name for path in published_audits(reports)] == [THEN, NOW]
    assert list(hash_earlier(reports, "2026-12-31")) == [THEN, NOW]
    assert find_unchanged(reports, Origin(params={}, options="", inputs={}, code={})) is None
    sweep(reports)
    assert (made / "comparison.json").exists()


@pytest.mark.slow
def test_a_comparison_is_published_complete_and_made_anew_only_where_something_changed(project):
    result = build(project)
    assert result.folder == project / "reports" / "acme" / COMPARISONS / f"{THEN}_{NOW}"
    assert [path.name for path in result.files] == OUTPUTS
    assert [path.name for path in result.folder.parent.iterdir()] == [result.folder.name]
    first = content(result.folder)
    assert first["comparison.pdf"].startswith(b"%PDF-")
    assert str(project).encode() not in b"".join(first.values())
    data = json.loads(first["comparison.json"])
    assert (data["schema_version"], data["against"], data["as_of"], data["client"]) == ("1.0", THEN, NOW, "acme")
    assert build(project).unchanged
    assert content(build(project, force=True).folder) == first
    write_audit(project, audit("2026-12-31", wave="2026 H2"))  # a later audit is none of its business
    assert build(project, as_of=dt.date.fromisoformat(NOW)).unchanged
    latest = build(project)
    assert latest.folder.name == f"{NOW}_2026-12-31"
    widest = build(project, against=dt.date.fromisoformat(THEN))
    assert widest.folder.name == f"{THEN}_2026-12-31"  # the same audits, another pair
    assert not widest.unchanged
    write_audit(project, audit(THEN, wave="2024 H2", satisfaction=40.0))
    again = build(project, as_of=dt.date.fromisoformat(NOW))
    assert not again.unchanged
    assert content(again.folder) != first


@pytest.mark.slow
def test_an_audit_that_cannot_be_read_leaves_the_last_comparison(project):
    first = content(build(project).folder)
    (project / "reports" / "acme" / THEN / "audit.json").write_text("no JSON")
    with pytest.raises(InputError, match=f"the audit of {THEN} must be an audit of this client"):
        build(project)
    folder = project / "reports" / "acme" / COMPARISONS
    assert content(folder / f"{THEN}_{NOW}") == first
    assert [path.name for path in folder.iterdir()] == [f"{THEN}_{NOW}"]


@pytest.mark.slow
@pytest.mark.parametrize(("client", "words"), [("demo", "Two audits compared"), ("demo-zh", "恒川")])
def test_a_shipped_client_at_two_dates(tmp_path, client, words):
    for day in ("2025-06-30", "2025-12-31"):
        build_report(client, params_folder=ROOT / "params", out=tmp_path, as_of=dt.date.fromisoformat(day))
    result = build_comparison(client, params_folder=ROOT / "params", out=tmp_path)
    assert [path.name for path in result.files] == OUTPUTS
    assert words in (result.folder / "comparison.html").read_text("utf-8")
    data = json.loads((result.folder / "comparison.json").read_text("utf-8"))
    assert data["tested"] > 100
    paired = [each["indicator"] for each in data["compared"] if each["basis"] == "paired"]
    assert {"satisfaction_index", "nps", "loyalty_index"} <= set(paired)
    # the two audits stay what they were, and the next audit follows up both of them and nothing else
    assert list(hash_earlier(tmp_path / client, "2026-01-01")) == ["2025-06-30", "2025-12-31"]
