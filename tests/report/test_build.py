import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from tiny_notebook import CHAPTER, write_client, write_notebook

from analysis.errors import DataError, ParamsError, ReportError
from analysis.report.build import build_report
from analysis.report.kernel import KernelProcess

OUTPUTS = ["audit.html", "audit.ipynb", "audit.json", "audit.pdf", "audit.xlsx", "manifest.json"]
LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""
FAULTY = """
from analysis.errors import DataError, Fault
raise DataError([Fault(what="a", rule="b", found="c", where="d")])"""


@pytest.fixture
def cold_project(tmp_path):
    """A project whose kernels are started anew, as they are for a single report."""
    write_client(tmp_path)
    write_notebook(tmp_path)
    return tmp_path


@pytest.fixture
def project(cold_project, forked_kernels):
    return cold_project


@pytest.fixture(scope="module")
def good_project(tmp_path_factory, fork_kernels):
    """A project with its report, built once."""
    folder = tmp_path_factory.mktemp("good")
    write_client(folder)
    write_notebook(folder)
    with pytest.MonkeyPatch.context() as patch:
        fork_kernels(patch)
        build(folder)
    return folder


@pytest.fixture
def published(good_project, tmp_path, forked_kernels):
    """A copy of the project with its report, which a test may spoil."""
    return shutil.copytree(good_project, tmp_path, dirs_exist_ok=True)


def build(project, **options):
    return build_report(
        "tiny",
        params_folder=project / "params",
        out=project / "reports",
        notebook=project / "tiny.ipynb",
        **options,
    )


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_report_is_published_complete_and_nothing_else_is_left(cold_project):
    project = cold_project
    result = build(project)
    assert result.folder == project / "reports" / "tiny" / "2026-06-30"
    assert [path.name for path in result.files] == names(result.folder) == OUTPUTS
    assert not result.unchanged
    assert names(project / "reports" / "tiny") == ["2026-06-30"]
    assert (result.folder / "audit.pdf").read_bytes().startswith(b"%PDF-")
    assert "Most are content." in (result.folder / "audit.html").read_text("utf-8")
    assert "Most are content." in (result.folder / "audit.ipynb").read_text("utf-8")


def test_unchanged_client_is_not_built_again(project):
    first = build(project)
    before = {path: path.stat().st_mtime_ns for path in first.files}
    again = build(project)
    assert again.unchanged
    assert again.files == first.files
    assert {path: path.stat().st_mtime_ns for path in again.files} == before


@pytest.mark.parametrize(
    "change", ["none", "data", "params", "notebook", "output", "missing", "language", "as_of", "force"]
)
def test_only_a_change_builds_again(published, change):
    project, options = published, {}
    folder = project / "reports" / "tiny" / "2026-06-30"
    if change == "data":
        write_client(project, "Some are not.")
    elif change == "params":
        params = project / "params" / "tiny.yml"
        params.write_text(params.read_text() + "seed: 3\n")
    elif change == "notebook":
        write_notebook(project, CHAPTER, "'more'")
    elif change == "output":
        (folder / "audit.html").write_text("tampered with")
    elif change == "missing":
        (folder / "audit.pdf").unlink()
    elif change == "force":
        options["force"] = True
    elif change != "none":
        options = {"language": {"language": "zh"}, "as_of": {"as_of": dt.date(2026, 3, 31)}}[change]
    assert build(project, **options).unchanged is (change == "none")


def test_same_inputs_give_the_same_bytes(project):
    first = content(build(project).folder)
    assert content(build(project, force=True).folder) == first


def test_nothing_of_this_machine_is_in_any_output(project, monkeypatch):
    monkeypatch.setenv("WORDS_FOLDER", str(project / "params"))
    params = project / "params" / "tiny.yml"
    params.write_text(params.read_text().replace("data_folder: .", "data_folder: ${WORDS_FOLDER}"))
    write_notebook(project, CHAPTER, "params_folder", "print(run_folder)\nimport sys; print('x', file=sys.stderr)")
    for name, text in content(build(project).folder).items():
        assert os.fsencode(project) not in text, name
        assert os.fsencode(sys.prefix) not in text, name


def test_manifest_lists_inputs_code_and_outputs_by_hash(good_project):
    manifest = json.loads((good_project / "reports" / "tiny" / "2026-06-30" / "manifest.json").read_text())
    assert manifest["outputs"].keys() == set(OUTPUTS) - {"manifest.json"}
    assert manifest["params"].keys() == {"tiny.yml"}
    assert manifest["inputs"].keys() == {"words.csv"}
    assert manifest["code"].keys() == {"analysis", "tiny.ipynb", "requirements.lock"}
    assert (manifest["client"], manifest["as_of"], manifest["language"]) == ("tiny", "2026-06-30", "en")


def test_faults_of_the_data_publish_nothing_and_keep_the_last_report(published):
    project = published
    good = content(project / "reports" / "tiny" / "2026-06-30")
    write_notebook(project, FAULTY)
    with pytest.raises(DataError) as caught:
        build(project)
    assert caught.value.faults[0].what == "a"
    assert names(project / "reports" / "tiny") == ["2026-06-30"]
    assert content(project / "reports" / "tiny" / "2026-06-30") == good


def test_faults_of_the_first_run_leave_no_folder(project):
    write_notebook(project, FAULTY)
    with pytest.raises(DataError):
        build(project)
    assert names(project / "reports") == []


def test_faults_of_the_parameters_start_nothing(project, monkeypatch):
    monkeypatch.setattr(KernelProcess, "start", lambda *_, **__: pytest.fail("a kernel was started"))
    (project / "params" / "tiny.yml").write_text("name: Tiny\ncolour: red\n")
    with pytest.raises(ParamsError):
        build(project)
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    ("cell", "message"), [("1 / 0", "ZeroDivisionError: division by zero"), ("import os; os._exit(9)", "kernel died")]
)
def test_unexpected_failure_keeps_the_broken_notebook_and_the_last_report(published, cell, message):
    project = published
    good = content(project / "reports" / "tiny" / "2026-06-30")
    write_notebook(project, CHAPTER, cell)
    with pytest.raises(ReportError, match=message) as caught:
        build(project)
    failed = project / "reports" / "tiny" / "failed"
    assert str(failed) in str(caught.value)
    assert names(failed) == ["audit.ipynb", "log.txt"]
    assert cell in (failed / "audit.ipynb").read_text("utf-8")
    assert content(project / "reports" / "tiny" / "2026-06-30") == good
    write_notebook(project)
    build(project, force=True)
    assert names(project / "reports" / "tiny") == ["2026-06-30"]  # mended: the failure is history


def test_secrets_are_not_kept_with_a_failure(project, monkeypatch):
    monkeypatch.setenv("TINY_NAME", "s3cr3t-name")
    params = project / "params" / "tiny.yml"
    params.write_text(params.read_text().replace("name: Tiny", "name: ${TINY_NAME}"))
    write_notebook(project, "raise RuntimeError('for s3cr3t-name')")
    with pytest.raises(ReportError) as caught:
        build(project)
    failed = project / "reports" / "tiny" / "failed"
    # The text of the cell itself is the notebook's, what was raised is not.
    texts = [str(caught.value), (failed / "log.txt").read_text(), (failed / "audit.ipynb").read_text()]
    assert not any("s3cr3t-name" in text for text in texts)


def test_failing_export_is_a_failure_with_a_log(project):
    write_notebook(project, "'no blocks'")
    notebook = json.loads((project / "tiny.ipynb").read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["source"].startswith("Cover(")]
    (project / "tiny.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(ReportError, match="cover"):
        build(project)
    assert "Traceback" in (project / "reports" / "tiny" / "failed" / "log.txt").read_text()


def test_notebook_that_writes_no_audit_is_a_failure(project):
    write_notebook(project, CHAPTER, "import pathlib; pathlib.Path(run_folder, 'audit.json').unlink()")
    with pytest.raises(ReportError, match=r"has written no audit\.json"):
        build(project)


def _start(project, sleeping_cell):
    write_notebook(project, CHAPTER, sleeping_cell)
    code = f"""
import signal, sys
from pathlib import Path
# Whoever runs the tests in the background may have handed on an ignored Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from analysis import cli
from analysis.report import build, kernel
kernel.KernelProcess.start.__func__.__kwdefaults__["preload"] = ()
build.build_report.__kwdefaults__["notebook"] = Path({str(project / "tiny.ipynb")!r})
folder = {str(project)!r}
sys.exit(cli.main(["report", "tiny", "--params", folder + "/params", "--out", folder + "/reports"]))
"""
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)


def _wait_for(path):
    deadline = time.monotonic() + LONG
    while not path.exists():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_ended_run_keeps_the_last_report_and_the_next_sweeps(published, number, code):
    project = published
    good = content(project / "reports" / "tiny" / "2026-06-30")
    mark = project / "sleeping"
    cell = f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(600)"
    with _start(project, cell) as process:
        try:
            _wait_for(mark)
            process.send_signal(number)
            process.communicate(timeout=LONG)
        finally:
            process.kill()  # does nothing where it has ended; else the test would wait for ever
    assert process.returncode == code
    reports = project / "reports" / "tiny"
    assert content(reports / "2026-06-30") == good
    if number == signal.SIGKILL:  # nobody was left to tidy up: the next run does
        write_notebook(project)
        build(project, force=True)
    assert names(reports) == ["2026-06-30"]
