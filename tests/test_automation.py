"""The examples for CI and containers: they call what exists, and an alert or bad input ends the run as promised."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from analysis import cli

ROOT = Path(__file__).parents[1]
WORKFLOW = YAML(typ="safe").load((ROOT / ".github/workflows/audit.yml").read_text("utf-8"))
CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")
IGNORED = (ROOT / ".containerignore").read_text("utf-8").splitlines()

ORDERS = "customer_id,ordered_on,amount\n" + "".join(
    f"C{number % 40:02d},2025-{1 + number % 12:02d}-{1 + number % 27:02d},{100 + number}\n" for number in range(400)
)
PARAMS = """\
name: Acme
sources:
  transactions: {files: orders.csv}
"""


@pytest.fixture
def run_step(tmp_path):
    """Return a function that runs a named step of the workflow in a checkout with one client."""
    (tmp_path / "params").mkdir()
    (tmp_path / "data/acme").mkdir(parents=True)
    (tmp_path / "data/acme/orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/audit").symlink_to(Path(sys.executable).with_name("audit"))
    summary = tmp_path / "summary.md"

    def run(params):
        (tmp_path / "params/acme.yml").write_text(params, "utf-8")
        summary.write_text("", "utf-8")
        (step,) = [each for each in WORKFLOW["jobs"]["audit"]["steps"] if each.get("name") == "Build the audit"]
        environment = os.environ | {"CLIENT": "acme", "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, summary.read_text("utf-8"), tmp_path / "reports/acme"

    return run


@pytest.mark.slow
def test_an_alert_fails_the_run_after_the_report_is_published(run_step):
    code, summary, reports = run_step(f"{PARAMS}alerts: ['revenue > 1']\n")
    assert code == cli.ALERTED
    assert [path.name for path in reports.glob("*/audit.pdf")] == ["audit.pdf"]
    assert summary.startswith("## The audit is built, and an alert has fired\n")
    assert "alert: " in summary
    assert " s\n" not in summary, "how long each chapter took is not for the summary"
    code, summary, _ = run_step(PARAMS)
    assert code == cli.DONE
    assert summary.startswith("## The audit is built\n")


def test_bad_parameters_fail_the_run_with_their_faults(run_step):
    code, summary, reports = run_step(f"{PARAMS}colour: blue\n")
    assert code == cli.BAD_INPUT
    assert summary.startswith("## The parameters or the data cannot be used")
    assert "colour" in summary
    assert not reports.exists()


def test_no_value_of_the_caller_is_pasted_into_a_script():
    for step in WORKFLOW["jobs"]["audit"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_workflow_keeps_its_files_whatever_the_outcome():
    upload = WORKFLOW["jobs"]["audit"]["steps"][-1]
    assert upload["uses"].startswith("actions/upload-artifact@")
    assert upload["if"] == "${{ !cancelled() }}"
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_make_has_the_targets_that_the_examples_call():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    texts = [CONTAINERFILE, *(step.get("run", "") for step in WORKFLOW["jobs"]["audit"]["steps"])]
    called = {name for text in texts for name in re.findall(r"^\s*(?:RUN )?make ([a-z-]+)", text, re.MULTILINE)}
    assert called == {"env"}
    assert re.search(r"^env:", makefile, re.MULTILINE)


def test_the_container_copies_what_exists_and_no_client():
    copied = [word for line in re.findall(r"^COPY (.+)$", CONTAINERFILE, re.MULTILINE) for word in line.split()[:-1]]
    assert {"src", "notebooks", "requirements.lock", "pyproject.toml"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"params", "data", "reports"} <= set(IGNORED)
    assert not {"params", "data", "reports"} & set(copied)


def test_the_container_runs_the_command_without_rights():
    assert re.search(r'^ENTRYPOINT \["/opt/relationship-audit/\.venv/bin/audit"\]$', CONTAINERFILE, re.MULTILINE)
    (user,) = re.findall(r"^USER (\d+):\d+$", CONTAINERFILE, re.MULTILINE)
    assert int(user) > 0
