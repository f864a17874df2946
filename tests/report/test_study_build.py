"""A study is built as an audit is: complete or not at all, once, beside the audits and never among them."""

import datetime as dt
import json
import os
import shutil

import nbformat
import pytest
from tiny_notebook import write_client

from analysis import cli
from analysis.errors import DataError, ParamsError, ReportError
from analysis.report import study_build
from analysis.report.build import BuildResult
from analysis.report.notebook import read_clients
from analysis.report.study_build import build_study, study_name

OUTPUTS = ["manifest.json", "study.html", "study.ipynb", "study.json", "study.pdf", "tables/verdicts.csv"]
CELLS = {
    "parameters": """clients: str = "tiny"  # who
params_folder: str = "params"  # where
as_of: str = ""
language: str = ""
run_folder: str = \"\"""",
    "study": """
import json
from pathlib import Path
from analysis.document.blocks import Chapter, Cover, Heading, Prose
from analysis.report.notebook import read_clients
read = read_clients(clients, params_folder, as_of=as_of, language=language)
words = Path(params_folder, "words.csv").read_text("utf-8")
Path(run_folder, "tables").mkdir()
Path(run_folder, "tables", "verdicts.csv").write_text("a,b")
study = {"as_of": as_of or "2026-06-30", "language": language, "clients": clients}
Path(run_folder, "study.json").write_text(json.dumps(study))""",
    "cover": """
Chapter(key="front", blocks=(
    Cover(client="Tiny", title="Study", subtitle="", as_of="30 June 2026", language="en", accent="#1f5a7a",
          date_iso="2026-06-30", labels={"contents": "Contents"}),
    Heading(level=1, text="Declared", anchor="declared"), Prose(paragraphs=(words,))))""",
}


def write_project(folder):
    params = write_client(folder)
    (params / "other.yml").write_text((params / "tiny.yml").read_text().replace("Tiny", "Other"))
    write_study_notebook(folder)
    return folder


@pytest.fixture
def project(tmp_path, forked_kernels):
    return write_project(tmp_path)


@pytest.fixture(scope="module")
def good_project(tmp_path_factory, fork_kernels):
    """A project with its study, built once."""
    folder = write_project(tmp_path_factory.mktemp("good"))
    with pytest.MonkeyPatch.context() as patch:
        fork_kernels(patch)
        build(folder)
    return folder


@pytest.fixture
def published(good_project, tmp_path, forked_kernels):
    """A copy of the project with its study, which a test may spoil."""
    return shutil.copytree(good_project, tmp_path, dirs_exist_ok=True)


def write_study_notebook(folder, **changes):
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    )
    for name, source in (CELLS | changes).items():
        metadata = {"tags": ["parameters"]} if name == "parameters" else {}
        notebook.cells.append(nbformat.v4.new_code_cell(source.strip("\n"), metadata=metadata))
    (folder / "study.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def build(project, clients="tiny", **options):
    return build_study(
        clients, params_folder=project / "params", out=project / "reports", notebook=project / "study.ipynb", **options
    )


def content(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_study_is_published_complete_with_its_tables_and_nothing_else_is_left(project):
    result = build(project)
    assert result.folder == project / "reports" / "_study" / "tiny" / "2026-06-30"
    assert sorted(content(result.folder)) == OUTPUTS
    assert [path.relative_to(result.folder).as_posix() for path in result.files] == OUTPUTS
    assert [path.name for path in result.folder.parent.iterdir()] == ["2026-06-30"]
    assert not (project / "reports" / "tiny").exists()
    manifest = json.loads((result.folder / "manifest.json").read_text())
    assert set(manifest["outputs"]) == set(OUTPUTS) - {"manifest.json"}
    assert manifest["client"] == "tiny"


def test_several_clients_are_one_study_that_depends_on_all_of_them(project):
    result = build(project, "tiny other")
    assert result.folder.parent.name == "tiny+other"
    manifest = json.loads((result.folder / "manifest.json").read_text())
    assert set(manifest["inputs"]) == {"tiny/words.csv", "other/words.csv"}
    assert set(manifest["params"]) == {"tiny.yml", "other.yml"}
    assert build(project, "tiny other").unchanged
    assert not build(project, "other tiny").unchanged
    other = project / "params" / "other.yml"
    other.write_text(other.read_text() + "seed: 3\n")
    assert not build(project, "tiny other").unchanged


@pytest.mark.parametrize("change", ["none", "data", "params", "table", "missing", "language", "as_of", "force"])
def test_only_a_change_builds_again(published, change):
    project, options = published, {}
    folder = project / "reports" / "_study" / "tiny" / "2026-06-30"
    if change == "data":
        write_client(project, "Some are not.")
    elif change == "params":
        params = project / "params" / "tiny.yml"
        params.write_text(params.read_text() + "study: {declared_on: 2026-01-01, hypotheses: [{id: H1, statement: x,"
                          " proposition: loyalty_mediates, smallest_effect: 1}]}\n")  # fmt: skip
    elif change == "table":
        (folder / "tables" / "verdicts.csv").write_text("tampered with")
    elif change == "missing":
        (folder / "tables" / "verdicts.csv").unlink()
    else:
        given = {"language": {"language": "zh"}, "as_of": {"as_of": dt.date(2026, 3, 31)}, "force": {"force": True}}
        options = given.get(change, {})
    assert build(project, **options).unchanged is (change == "none")


def test_same_inputs_give_the_same_bytes_and_nothing_of_this_machine(project):
    first = content(build(project).folder)
    assert content(build(project, force=True).folder) == first
    assert all(os.fsencode(project) not in text for text in first.values())


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("from analysis.errors import DataError, Fault\nraise DataError([Fault(what='a', rule='b', found='c', where='d')])",
         DataError),
        ("1 / 0", ReportError),
    ],
)  # fmt: skip
def test_a_failed_run_leaves_the_last_good_study(published, source, error):
    project = published
    good = project / "reports" / "_study" / "tiny" / "2026-06-30"
    before = content(good)
    write_study_notebook(project, cover=source)
    with pytest.raises(error):
        build(project)
    assert content(good) == before
    failed = good.parent / "failed"
    assert failed.exists() is (error is ReportError)
    if failed.exists():
        assert {path.name for path in failed.iterdir()} == {"study.ipynb", "log.txt"}


def test_faults_of_all_clients_are_told_at_once(project):
    for name in ("tiny", "other"):
        file = project / "params" / f"{name}.yml"
        file.write_text(file.read_text() + "seeed: 3\n")
    with pytest.raises(ParamsError) as caught:
        build(project, "tiny other missing")
    told = "\n".join(str(fault) for fault in caught.value.faults)
    assert all(word in told for word in ("tiny.yml", "other.yml", "missing.yml", "did you mean 'seed'?"))
    assert not (project / "reports").exists()


def test_all_clients_are_read_in_the_first_ones_language(project):
    file = project / "params" / "tiny.yml"
    file.write_text(file.read_text() + "language: zh\n")
    read = read_clients("tiny, other tiny", str(project / "params"))
    assert [(each.client, each.language) for each in read] == [("tiny", "zh"), ("other", "zh")]


def test_a_study_of_many_clients_has_a_name_that_a_folder_can_have():
    many = [f"client-{i:03d}" for i in range(60)]
    assert study_name(many).startswith("60+")
    assert len(study_name(many)) < 30
    assert study_name(many) != study_name(many[::-1])


# ---- the command


@pytest.fixture
def calls(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    made = []

    def record(clients, **options):
        made.append((clients, options))
        folder = tmp_path / "reports" / "_study" / "a" / "2026-06-30"
        files = (folder / "study.pdf", folder / "tables" / "verdicts.csv")
        return BuildResult(folder=folder, files=files, unchanged=False, seconds=1.23)

    monkeypatch.setattr(study_build, "build_study", record)
    return made


def test_the_command_takes_clients_from_arguments_or_environment(calls, monkeypatch, capsys):
    assert cli.main(["study", "a", "b", "--out", "o", "--as-of", "2026-03-31", "--force"]) == 0
    assert "tables: 1 files" in capsys.readouterr().out
    monkeypatch.setenv("AUDIT_CLIENT", "a")
    cli.main(["study"])
    monkeypatch.setenv("AUDIT_CLIENTS", "a b")
    cli.main(["study"])
    assert [clients for clients, _ in calls] == ["a b", "a", "a b"]
    assert calls[0][1]["as_of"] == dt.date(2026, 3, 31)
    assert calls[0][1]["force"] is True


def test_without_a_client_the_command_says_what_to_give(calls, capsys):
    assert cli.main(["study"]) == 2
    assert "make study CLIENT=demo" in " ".join(capsys.readouterr().err.split())
