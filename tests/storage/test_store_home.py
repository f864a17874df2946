"""The runner sees folders of this machine, whatever is in a store; and is told at once what cannot be used."""

import json
from pathlib import Path

import pytest
from batch_project import Project
from stored_project import StoredProject, everything

from analysis.batch.plan import BASE_BYTES, PER_BYTE, plan_clients
from analysis.batch.shapes import Outcome, Task
from analysis.batch.store import Entry, read_entries
from analysis.errors import ParamsError
from analysis.storage.errors import StorageError
from analysis.storage.home import open_home
from analysis.storage.store import Store

pytestmark = pytest.mark.cluster
REPORTS = "memory://bucket/acme/reports"
PARAMS = "memory://bucket/acme/params"


@pytest.fixture
def project(tmp_path, memory):
    project = StoredProject(tmp_path / "project", memory, "memory://bucket/acme")
    for client in ("alpha", "beta"):
        project.add(client)
    project.store()
    return project


def publish(project, client, day, language="en", broken=False):
    manifest = {"version": 1, "as_of": day, "language": language, "outputs": {"audit.html": "0", "audit.pdf": "0"}}
    text = "{ broken" if broken else json.dumps(manifest)
    project.system.pipe_file(f"/bucket/acme/reports/{client}/{day}/manifest.json", text.encode())


def entry(client, **outcome):
    return Entry(name=client.title(), language="en", outcome=Outcome(client=client, **outcome))


def test_outcomes_and_page_are_published_and_go_on_from_the_last_run(project):
    for day in ("2026-03-31", "2026-06-30"):
        publish(project, "alpha", day)
    publish(project, "beta", "2026-03-31", language="zh")
    publish(project, "beta", "2026-06-30", broken=True)
    publish(project, "gone", "2025-12-31")
    with open_home(PARAMS, REPORTS) as home:
        assert (home.params_url, home.out_url, home.page) == (PARAMS, REPORTS, f"{REPORTS}/index.html")
        assert read_entries(home.out) == {}
        built = entry("alpha", state="built", seconds=5.0, peak_bytes=7, folder="alpha/2026-06-30")
        home.record({"alpha": built, "gone": entry("gone", state="unchanged")}, "en")
    files = everything(project.system, REPORTS)
    page = files["index.html"].decode()
    assert 'href="alpha/2026-06-30/audit.pdf"' in page
    assert 'href="gone/2025-12-31/audit.html"' in page
    assert ".writable" not in files

    with open_home(PARAMS, REPORTS) as home:
        assert read_entries(home.out)["alpha"].past.peak_bytes == 7
        project.system.rm("/bucket/acme/reports/gone", recursive=True)
        home.record({"beta": entry("beta", state="refused")}, "en")
    page = everything(project.system, REPORTS)["index.html"].decode()
    assert 'href="beta/2026-03-31/audit.pdf"' in page  # what is broken is no report
    outcomes = json.loads(everything(project.system, REPORTS)["outcomes.json"])["clients"]
    assert {client: each["outcome"]["state"] for client, each in outcomes.items()} == {
        "alpha": "built", "beta": "refused", "gone": "unchanged",
    }  # fmt: skip

    with open_home(PARAMS, REPORTS) as home:  # in neither place any more: forgotten
        home.record({}, "en")
    assert json.loads(everything(project.system, REPORTS)["outcomes.json"])["clients"].keys() == {"alpha", "beta"}


def test_what_is_built_while_the_run_goes_on_is_linked(project):
    with open_home(PARAMS, REPORTS) as home:
        publish(project, "beta", "2026-06-30")
        home.record({"beta": entry("beta", state="built", folder="beta/2026-06-30")}, "en")
    assert 'href="beta/2026-06-30/audit.pdf"' in everything(project.system, REPORTS)["index.html"].decode()


def test_the_page_comes_after_the_outcomes_it_is_made_of(project, monkeypatch):
    written = []
    upload = Store.upload
    monkeypatch.setattr(Store, "upload", lambda self, path, name: (written.append(name), upload(self, path, name)))
    with open_home(PARAMS, REPORTS) as home:
        home.record({"alpha": entry("alpha", state="failed")}, "en")
    assert written == [".writable", "outcomes.json", "index.html"]


def test_reports_alone_or_parameters_alone_may_be_in_a_store(project, tmp_path):
    with open_home(str(project.params), REPORTS) as home:
        assert (home.params_folder, home.params_url, home.out_url) == (project.params, "", REPORTS)
        assert home.out.is_dir()
    with open_home(PARAMS, str(tmp_path / "mine")) as home:
        assert (home.out, home.params_url, home.out_url) == (tmp_path / "mine", PARAMS, "")
        assert sorted(path.name for path in home.params_folder.glob("*.yml")) == ["alpha.yml", "beta.yml"]
        home.record({"alpha": entry("alpha", state="failed")}, "en")
    assert home.page == str(tmp_path / "mine" / "index.html")
    assert "Alpha" in Path(home.page).read_text("utf-8")
    assert not home.params_folder.exists()


def test_plans_know_the_sizes_of_data_that_are_not_here(project):
    project.system.pipe_file("/bucket/acme/params/alpha/words.csv", b"x" * 1_000_000)
    with open_home(PARAMS, REPORTS, ["alpha"]) as home:
        tasks = [Task(client=client, params_folder=home.params_folder, out=home.out) for client in ("alpha", "beta")]
        needs = {plan.task.client: plan.need for plan in plan_clients(tasks, {})}
    assert needs == {"alpha": BASE_BYTES + PER_BYTE * 1_000_000, "beta": BASE_BYTES}  # beta was not asked for


def test_clients_that_are_not_there_are_told_of_the_store(project):
    with pytest.raises(ParamsError) as caught, open_home(PARAMS, REPORTS, ["alhpa", "../x"]):
        raise AssertionError("it must not begin")
    first, second = caught.value.faults
    assert (first.what, first.where, first.hint) == (f"{PARAMS}/alhpa.yml", PARAMS, "did you mean 'alpha'?")
    assert second.what == "the client id"
    with pytest.raises(ParamsError) as caught, open_home("memory://bucket/empty", REPORTS):
        raise AssertionError("it must not begin")
    assert caught.value.faults[0].where == "memory://bucket/empty"


def fault_of(params, out):
    with pytest.raises(StorageError) as caught, open_home(params, out):
        raise AssertionError("it must not begin")
    (fault,) = caught.value.faults
    return fault


def test_a_bucket_that_is_missing_is_told_before_anything_starts(s3, tmp_path):
    project = Project(tmp_path)
    project.add("tiny")
    fault = fault_of(str(project.params), "s3://not-there/reports")
    assert (fault.what, fault.rule, fault.found) == ("s3://not-there/reports/.writable", "must exist", "no such bucket")
    fault = fault_of("s3://not-there/params", str(tmp_path / "reports"))
    assert (fault.what, fault.found) == ("s3://not-there/params", "no such bucket")
    assert "not-there" not in s3.ls("")


def test_a_client_library_that_is_missing_is_told(tmp_path):
    project = Project(tmp_path)
    project.add("tiny")
    fault = fault_of(str(project.params), "gs://bucket/reports")
    assert fault.rule == "needs a client library for its store"
    assert "gcsfs" in fault.found


SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.mark.parametrize("place", ["params", "out"])
def test_credentials_that_are_refused_are_told_without_them(s3, forget_clients, tmp_path, monkeypatch, place):
    from moto import settings

    project = Project(tmp_path)
    project.add("tiny")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
    forget_clients()
    given = {"params": str(project.params), "out": str(tmp_path / "reports"), place: "s3://bucket/x"}
    try:
        fault = fault_of(given["params"], given["out"])
    finally:
        monkeypatch.undo()  # or the bucket cannot be emptied
    assert fault.rule == "must be open to the credentials of this machine"
    assert fault.found.startswith("access denied")
    assert SECRET not in str(fault)
    assert "AKIAIOSFODNN7EXAMPLE" not in str(fault)


def test_no_credentials_at_all_are_told(s3, forget_clients, tmp_path, monkeypatch):
    project = Project(tmp_path)
    project.add("tiny")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    forget_clients()
    fault = fault_of(str(project.params), "s3://bucket/reports")
    assert fault.rule == "must be open to the credentials of this machine"


def test_a_store_that_does_not_answer_is_told_within_seconds(s3, forget_clients, tmp_path, monkeypatch):
    project = Project(tmp_path)
    project.add("tiny")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    forget_clients()
    fault = fault_of(str(project.params), "s3://bucket/reports")
    assert fault.rule == "must be reachable"


def test_what_cannot_be_published_is_an_error_with_its_reason(project, monkeypatch):
    def refuse(self, path, name):
        raise PermissionError("Access Denied")

    with open_home(PARAMS, REPORTS) as home:
        monkeypatch.setattr(type(project.system), "put_file", refuse)
        with pytest.raises(OSError, match="access denied: Access Denied") as caught:
            home.record({"alpha": entry("alpha", state="failed")}, "en")
    assert REPORTS in caught.value.strerror
