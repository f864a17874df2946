"""Many clients in one run: each on its own, all on one page, and nothing of one in another's files."""

import json

import pytest
from batch_project import OUTPUTS, Project, add_canaries, assert_canaries_alone, states

from analysis.errors import ParamsError


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_one_clients_fault_stops_no_other_and_the_worst_is_the_answer(launcher, project):
    project.add("good")
    project.add("bad", more="colour: red\n")
    project.add("broken", do="1 / 0")
    result = project.run(launcher)
    assert states(result) == {"bad": "refused", "broken": "failed", "good": "built"}
    assert result.exit_code == 1
    assert sorted(project.report("good")) == OUTPUTS
    assert sorted(path.name for path in project.out.iterdir()) == ["broken", "good", "index.html", "outcomes.json"]
    page = (project.out / "index.html").read_text("utf-8")
    assert 'href="good/2026-06-30/audit.pdf"' in page
    assert "ZeroDivisionError: division by zero" in page
    project.add("broken", do="pass")
    project.add("bad")
    again = project.run(launcher)
    assert states(again) == {"bad": "built", "broken": "built", "good": "unchanged"}
    assert again.exit_code == 0
    assert project.left("broken") == ["2026-06-30"]


def test_unknown_clients_are_told_before_anything_starts(project):
    project.add("good")
    with pytest.raises(ParamsError) as caught:
        project.run(None, "good", "missing", "absent")
    assert len(caught.value.faults) == 2
    assert not project.out.exists()


def test_a_run_of_some_keeps_what_is_known_of_the_others(launcher, project):
    project.add("first")
    project.add("second")
    project.run(launcher)
    project.run(launcher, "second", force=True)
    known = json.loads((project.out / "outcomes.json").read_text("utf-8"))["clients"]
    assert {client: entry["outcome"]["state"] for client, entry in known.items()} == {
        "first": "built",
        "second": "built",
    }
    page = (project.out / "index.html").read_text("utf-8")
    assert page.count("from an earlier run") == 1


@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_nothing_of_one_client_is_in_the_files_of_another(launcher, project, count):
    add_canaries(project, count)
    result = project.run(launcher, jobs=4)
    assert set(states(result).values()) == {"built"}
    assert_canaries_alone(project, count)
