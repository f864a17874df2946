from dataclasses import replace
from pathlib import Path

import pytest

from analysis.batch.clients import find_clients
from analysis.batch.plan import BASE_BYTES, MARGIN, PER_BYTE, PER_PACKED_BYTE, UNKNOWN_BYTES, Past, plan_clients
from analysis.batch.shapes import Task
from analysis.errors import ParamsError

PARAMS = "name: {name}\nlanguage: en\ndata_folder: .\nsources:\n  transactions:\n    files: {files}\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("beta", "alpha", "defaults", "_shared", "_old"):
        (tmp_path / f"{name}.yml").write_text(PARAMS.format(name=name.title(), files=f"{name}.csv"))
    (tmp_path / "notes.txt").write_text("no client")
    (tmp_path / "folder.yml").mkdir()
    return tmp_path


def tasks(folder, *clients):
    return [Task(client=client, params_folder=folder, out=folder / "reports") for client in clients]


def test_all_parameter_files_are_clients_but_those_that_are_shared(folder):
    assert find_clients(folder) == ("alpha", "beta")


def test_named_clients_come_in_their_order_and_once(folder):
    assert find_clients(folder, ["beta", "alpha", "beta"]) == ("beta", "alpha")


def test_every_unknown_client_is_told_at_once(folder):
    with pytest.raises(ParamsError) as caught:
        find_clients(folder, ["alpha", "gama", "../x", "alpah", "defaults", "_old"])
    faults = caught.value.faults
    assert [fault.found for fault in faults] == ["no such file", "'../x'", "no such file", "'defaults'", "'_old'"]
    assert faults[2].hint == "did you mean 'alpha'?"
    assert Path(faults[0].what).name == "gama.yml"


@pytest.mark.parametrize("missing", [True, False])
def test_no_client_at_all_is_a_fault(tmp_path, missing):
    place = tmp_path / "none"
    if not missing:
        place.mkdir()
    with pytest.raises(ParamsError, match="at least one client") as caught:
        find_clients(place)
    assert caught.value.faults[0].found == ("no such folder" if missing else "none")


def test_the_largest_client_begins_first(folder):
    (folder / "alpha.csv").write_bytes(b"x" * 1000)
    (folder / "beta.csv").write_bytes(b"x" * 90_000_000)
    plans = plan_clients(tasks(folder, "alpha", "beta"), {})
    assert [plan.task.client for plan in plans] == ["beta", "alpha"]
    assert [plan.need for plan in plans] == [BASE_BYTES + PER_BYTE * 90_000_000, BASE_BYTES + PER_BYTE * 1000]
    assert [plan.name for plan in plans] == ["Beta", "Alpha"]


def test_packed_and_unseen_data_are_expected_to_be_larger(folder):
    (folder / "alpha.csv.gz").write_bytes(b"x" * 1_000_000)
    (folder / "alpha.yml").write_text(PARAMS.format(name="A", files="alpha.csv.gz"))
    text = "name: B\nlanguage: en\nas_of: 2025-12-31\nsynthetic: {seed: 1, customers: 50}\nsources:\n  transactions: {files: none.csv}\n"
    (folder / "beta.yml").write_text(text)
    needs = {plan.task.client: plan.need for plan in plan_clients(tasks(folder, "alpha", "beta"), {})}
    assert needs == {"alpha": BASE_BYTES + PER_PACKED_BYTE * 1_000_000, "beta": BASE_BYTES + UNKNOWN_BYTES}


def test_what_a_client_took_before_counts_more_than_its_files(folder):
    (folder / "alpha.csv").write_bytes(b"x" * 1_000_000)
    past = {"beta": Past(seconds=500.0, peak_bytes=2_000_000_000), "alpha": Past(seconds=3.0, peak_bytes=None)}
    first, second = plan_clients(tasks(folder, "alpha", "beta"), past)
    assert (first.task.client, first.need, first.seconds) == ("beta", int(2_000_000_000 * MARGIN), 500.0)
    assert (second.need, second.seconds) == (BASE_BYTES + PER_BYTE * 1_000_000, 3.0)


def test_parameters_that_cannot_be_read_make_a_small_plan(folder):
    (folder / "alpha.yml").write_text("name: [unclosed")
    plans = plan_clients(tasks(folder, "alpha", "beta"), {})
    assert [plan.task.client for plan in plans] == ["beta", "alpha"]
    assert (plans[1].name, plans[1].need) == ("alpha", BASE_BYTES)


def test_a_catalogue_of_actions_beside_the_clients_is_none(folder):
    (folder / "steps.yml").write_text("actions: []\n")
    (folder / "alpha.yml").write_text(PARAMS.format(name="A", files="a.csv") + "actions: steps.yml\n")
    everybody = tasks(folder, "alpha", "beta", "steps")
    assert {plan.task.client for plan in plan_clients(everybody, {})} == {"alpha", "beta"}
    assert {plan.task.client for plan in plan_clients(everybody, {}, ["steps"])} == {"alpha", "beta", "steps"}


def test_a_task_survives_the_way_to_another_process(folder):
    import datetime as dt
    import json

    (task,) = tasks(folder, "alpha")
    full = replace(
        task, as_of=dt.date(2026, 6, 30), language="zh", force=True, notebook=folder / "n.ipynb", time_limit=3.5
    )
    stored = replace(full, params_url="s3://acme/params", out_url="s3://acme/reports")
    assert (task.params_url, task.out_url) == ("", "")
    for each in (task, full, stored):
        assert Task.from_dict(json.loads(json.dumps(each.to_dict()))) == each
