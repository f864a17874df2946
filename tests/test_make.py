"""The Makefile and what it hands on, without making an environment."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TARGETS = (
    "report",
    "reports",
    "validate",
    "schema",
    "test",
    "test-all",
    "lint",
    "docs",
    "lock",
    "bench",
    "clean",
    "help",
)
PRINT_ENVIRONMENT = """#!/bin/sh
for name in CLIENT PARAMS OUT AS_OF LANGUAGE FORCE; do
  eval "value=\\$AUDIT_$name"
  printf '%s=%s\\n' "$name" "$value"
done
printf 'arguments=%s\\n' "$*"
"""


@pytest.fixture
def project(tmp_path):
    """The Makefile beside an environment that seems ready and whose `audit` says what it was given."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    command = tmp_path / ".venv" / "bin" / "audit"
    command.parent.mkdir(parents=True)
    command.write_text(PRINT_ENVIRONMENT)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


def make(project, *arguments, **environment):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AUDIT_", "MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=project, env=clean | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def given(project, *arguments, **environment):
    done = make(project, "report", *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "client",
    [
        "x; touch pwned",
        "$(shell touch pwned)",
        "$$(touch pwned)",
        "`touch pwned`",
        "$(error stop)",
        "x' || touch pwned || '",
        'x" && touch pwned "',
        "a,b) c (d #e",
        "--force",
        "客户",
    ],
)
@pytest.mark.parametrize("variable", ["CLIENT", "LANGUAGE", "OUT"])
def test_what_a_user_types_reaches_the_command_as_it_is_and_runs_nothing(project, variable, client):
    before = sorted(project.rglob("*"))
    assert given(project, f"{variable}={client}")[variable] == client
    assert sorted(project.rglob("*")) == before


def test_all_options_reach_the_command(project):
    options = {
        "CLIENT": "acme",
        "PARAMS": "my params",
        "OUT": "o",
        "AS_OF": "2026-06-30",
        "LANGUAGE": "zh",
        "FORCE": "1",
    }
    assert given(project, *(f"{name}={value}" for name, value in options.items())) == options | {"arguments": "report"}


def test_options_of_the_calibration_reach_it(project):
    """They are told by `make help`, and the module reads them under names of its own."""
    python = project / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nenv | grep ^CALIBRATE_ | sort\n")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    options = {"CARRY": "no", "DRAWS": "$(shell touch pwned)", "GROUPS": "loyalty shape", "WORKERS": "1"}
    done = make(project, "calibrate", *(f"{name}={value}" for name, value in options.items()), CALIBRATE_CARRY="yes")
    told = dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("CALIBRATE_"))
    assert told == {f"CALIBRATE_{name}": value for name, value in options.items()}
    assert not (project / "pwned").exists()
    assert [name for name in options if f"  {name}=" not in make(project, "help").stdout] == []


def test_variables_of_the_desktop_do_not_count(project):
    values = given(project, CLIENT="other", LANGUAGE="en_US:en", OUT="/elsewhere", AS_OF="x", PARAMS="y", FORCE="1")
    assert values == dict.fromkeys(("CLIENT", "PARAMS", "OUT", "AS_OF", "LANGUAGE", "FORCE"), "") | {
        "arguments": "report"
    }


def test_report_is_made_every_time_it_is_asked_for(project):
    (project / "report").touch()
    assert given(project, "CLIENT=acme")["CLIENT"] == "acme"


def test_failure_of_the_command_is_a_failure_of_make(project):
    (project / ".venv" / "bin" / "audit").write_text("#!/bin/sh\nexit 3\n")
    assert make(project, "report", "CLIENT=acme").returncode == 2


def test_help_is_the_default_and_lists_every_target(project):
    done = make(project)
    assert done.returncode == 0
    assert done.stdout == make(project, "help").stdout
    for target in TARGETS:
        assert re.search(rf"^  {target} ", done.stdout, flags=re.MULTILINE), target


def test_every_target_says_what_it_does():
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE).group(1).split()
    explained = re.findall(r"^([a-z-]+):.*## \S", text, flags=re.MULTILINE)
    assert sorted(phony) == sorted(explained)


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_environment_is_made_anew_when_what_it_is_made_from_changes(project, changed):
    assert make(project, "-q", "env").returncode == 0
    os.utime(project / changed, (2e9, 2e9))
    assert make(project, "-q", "env").returncode == 1


def test_missing_python_is_told_plainly(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "make"):
        (tools / name).symlink_to(shutil.which(name))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # what an older Python answers to the question for its version
    old.chmod(0o755)
    done = make(tmp_path, "env", PATH=str(tools))
    assert done.returncode == 2
    assert "Python 3.11 or later is needed" in done.stderr


def test_ci_runs_what_a_change_must_pass():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert re.findall(r"^make (\S+)$", text, flags=re.MULTILINE) == ["lint", "test", "test-all"]
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["SCHEDULER=tcp://host:8786"], ".venv-cluster"),
        (["OUT=s3://bucket/reports"], ".venv-cluster"),
        (["PARAMS=s3://bucket/params"], ".venv-cluster"),
        (["OUT=reports", "PARAMS=params"], ".venv"),
        ([], ".venv"),
    ],
)
def test_reports_of_a_cluster_or_store_come_from_an_environment_that_knows_them(project, arguments, environment):
    (project / "requirements-cluster.lock").touch()
    for name in (".venv", ".venv-cluster"):
        command = project / name / "bin" / "audit"
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(f'#!/bin/sh\necho {name} "$AUDIT_SCHEDULER" "$AUDIT_OUT" "$AUDIT_PARAMS"\n')
        command.chmod(0o755)
        (project / name / ".installed").touch()
    done = make(project, "reports", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [environment, *(each.partition("=")[2] for each in arguments)]


def test_a_scheduler_of_the_surroundings_is_not_ours(project):
    done = make(project, "reports", SCHEDULER="tcp://host:8786")
    assert "scheduler" not in done.stdout.lower()
    assert done.returncode == 0, done.stderr
