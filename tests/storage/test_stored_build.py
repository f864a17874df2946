"""A client whose parameters, data and reports are in a store is built as one whose folders are here."""

import errno
import json
import threading
from dataclasses import replace

import pytest
from batch_project import OUTPUTS
from dying import Killed, Watched
from stored_project import StoredProject, everything, folder_files

from analysis.batch.shapes import Outcome, Step
from analysis.storage.build import StoredBuild

pytestmark = pytest.mark.cluster
COUNT_EARLIER = """
from analysis.report.earlier import find_stored_audits
print("earlier audits:", [name for name, _ in find_stored_audits(run_folder)])
"""


@pytest.fixture
def project(tmp_path, s3):
    return StoredProject(tmp_path, s3, "s3://bucket/acme")


@pytest.fixture
def in_memory(tmp_path, memory):
    return StoredProject(tmp_path, memory, "memory://bucket/acme")


def test_a_report_of_a_store_is_byte_for_byte_that_of_a_folder(project, launcher, tmp_path):
    project.add("tiny")
    project.store()
    told = []
    outcome = project.build(launcher, "tiny", told)
    assert (outcome.state, outcome.detail) == ("built", "")
    assert outcome.folder == "tiny/2026-06-30"
    assert list(outcome.files) == OUTPUTS
    assert outcome.seconds > 0
    assert outcome.peak_bytes
    project.run(launcher, "tiny")
    assert project.published("tiny") == folder_files(project.out / "tiny")
    steps = [news.name for news in told if isinstance(news, Step)]
    assert (steps[0], steps[-1]) == ("fetching the data", "publishing")

    again = project.build(launcher, "tiny")
    assert again.state == "unchanged"
    assert (again.folder, again.files) == (outcome.folder, outcome.files)
    forced = project.build(launcher, "tiny", force=True)
    assert forced.state == "built"
    assert project.published("tiny") == folder_files(project.out / "tiny")

    project.system.pipe_file("bucket/acme/reports/tiny/2026-06-30/audit.pdf", b"somebody's")
    assert project.build(launcher, "tiny").state == "built"
    project.system.pipe_file("bucket/acme/params/tiny/words.csv", b"Other words.")
    assert project.build(launcher, "tiny").state == "built"
    assert json.loads(project.published("tiny")["2026-06-30/audit.json"])["words"] == "Other words."


def test_only_the_parameters_or_only_the_reports_may_be_in_a_store(project, launcher):
    project.add("tiny")
    project.store()
    from_store = project.build(launcher, "tiny", out_url="", out=project.out)
    assert from_store.state == "built"
    built = folder_files(project.out / "tiny")
    assert sorted(built) == [f"2026-06-30/{name}" for name in OUTPUTS]
    assert not project.system.exists("bucket/acme/reports")
    assert project.build(launcher, "tiny", params_url="", params_folder=project.params).state == "built"
    assert project.published("tiny") == built


def test_an_audit_follows_up_those_that_the_store_holds(in_memory, launcher):
    import datetime as dt

    project = in_memory
    project.add("tiny", do=COUNT_EARLIER)
    project.store()
    days = [dt.date(2025, 12, 31), dt.date(2026, 3, 31)]
    for day in days:
        assert project.build(launcher, "tiny", as_of=day).state == "built"
    published = project.published("tiny")
    assert "['2025-12-31']" in published["2026-03-31/audit.ipynb"].decode()
    manifest = json.loads(published["2026-03-31/manifest.json"])
    assert list(manifest["earlier"]) == ["2025-12-31"]
    assert project.build(launcher, "tiny", as_of=days[1]).state == "unchanged"
    project.system.pipe_file("/bucket/acme/reports/tiny/2025-12-31/audit.json", b"{}")
    assert project.build(launcher, "tiny", as_of=days[1]).state == "built"


def test_what_a_failed_run_leaves_is_published_and_removed_once_mended(in_memory, launcher):
    project = in_memory
    project.add("tiny")
    project.store()
    assert project.build(launcher, "tiny").state == "built"
    report = project.published("tiny")
    project.system.pipe_file("/bucket/acme/params/tiny/do.py", b"raise RuntimeError('as asked')")
    failed = project.build(launcher, "tiny", force=True)
    assert failed.state == "failed"
    assert "as asked" in failed.detail
    assert failed.detail.endswith("are in memory://bucket/acme/reports/tiny/failed")
    kept = project.published("tiny")
    assert sorted(kept.keys() - report.keys()) == ["failed/audit.ipynb", "failed/log.txt"]
    assert report.items() <= kept.items()
    project.system.rm_file("/bucket/acme/params/tiny/do.py")
    assert project.build(launcher, "tiny", force=True).state == "built"
    assert project.published("tiny") == report


def test_what_is_wrong_with_the_parameters_is_told_of_the_store(in_memory, launcher):
    project = in_memory
    project.add("tiny", more="seed: minus one\nlanguages: [en]\n")
    project.store()
    outcome = project.build(launcher, "tiny")
    assert outcome.state == "refused"
    assert [fault.where for fault in outcome.faults] == [
        f"memory://bucket/acme/params/tiny.yml, line {n}" for n in (6, 7)
    ]
    missing = project.build(launcher, "nobody")
    assert missing.state == "refused"
    assert missing.faults[0].what == "memory://bucket/acme/params/nobody.yml"
    assert project.published("") == {}


def test_a_store_that_refuses_is_an_outcome(project, launcher):
    project.add("tiny")
    project.store()
    outcome = project.build(launcher, "tiny", out_url="s3://no-such-bucket/reports")
    (fault,) = outcome.faults
    assert outcome.state == "refused"
    assert (fault.what, fault.rule, fault.found) == ("s3://no-such-bucket/reports/tiny", "must exist", "no such bucket")
    unknown = project.build(launcher, "tiny", out_url="xyz://bucket/reports")
    assert unknown.faults[0].rule == "must have a protocol that fsspec knows"
    absent = project.build(launcher, "tiny", out_url="gs://bucket/reports")
    assert absent.faults[0].rule == "needs a client library for its store"


def test_a_store_that_is_lost_while_building_fails_that_client_alone(in_memory, launcher, monkeypatch):
    from analysis.storage.store import Store

    project = in_memory
    project.add("tiny")
    project.store()

    def lost(self, path, name):
        from analysis.storage.errors import explained

        raise explained(ConnectionError("connection reset by peer"), self.address.url)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "upload", lost)
        outcome = project.build(launcher, "tiny")
    assert outcome.state == "failed"
    assert outcome.cause.msgid == "The report was built, but the object store did not take it."
    assert "memory://bucket/acme/reports/tiny" in outcome.detail
    assert "connection reset by peer" in outcome.detail
    assert project.published("tiny") == {}
    assert project.build(launcher, "tiny").state == "built"


class Inner:
    """A build that needs no process: it writes a report, or does what it is told to do before."""

    def __init__(self, folder, before=lambda task: None):
        self.folder, self.before, self.built = folder, before, 0

    def __call__(self, task, listen, stop):
        import shutil

        self.before(task)
        if (task.out / "tiny" / "2026-06-30").exists():
            return Outcome(client="tiny", state="unchanged", folder="tiny/2026-06-30")
        self.built += 1
        shutil.copytree(self.folder, task.out / "tiny" / "2026-06-30")
        return Outcome(client="tiny", state="stopped" if stop.is_set() else "built", folder="tiny/2026-06-30")


def test_a_disk_that_is_full_is_told_as_such(in_memory, tmp_path, monkeypatch):
    project = in_memory
    project.add("tiny")
    project.store()

    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(type(project.system), "get_file", full)
        fetched = StoredBuild(Inner(tmp_path))(project.stored_task("tiny"), [].append, threading.Event())
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkdtemp", full)
        begun = StoredBuild(Inner(tmp_path))(project.stored_task("tiny"), [].append, threading.Event())
    for outcome in (fetched, begun):
        assert outcome.state == "failed"
        assert outcome.cause.msgid == "The disk is full, or the quota is used up."


def test_a_run_that_is_stopped_publishes_nothing(in_memory, tmp_path):
    from dying import report

    project = in_memory
    project.add("tiny")
    project.store()
    stop = threading.Event()
    inner = Inner(report(tmp_path / "report", "new"), before=lambda task: stop.set())
    outcome = StoredBuild(inner)(project.stored_task("tiny"), [].append, stop)
    assert outcome.state == "stopped"
    assert project.published("tiny") == {}
    again = StoredBuild(inner)(project.stored_task("tiny"), [].append, stop)
    assert (again.state, inner.built) == ("stopped", 1)  # not even begun


def test_a_report_that_a_killed_run_has_completed_is_published_and_not_built_again(in_memory, tmp_path, monkeypatch):
    from dying import client, report

    from analysis.storage.publish import publish

    project = in_memory
    project.add("tiny")
    project.store()
    made = report(tmp_path / "report", "new")
    with pytest.raises(Killed):
        publish(client(Watched(project.system, 5)), made, "2026-06-30", lambda: None)
    staged = everything(project.system, "memory://acme/reports")
    for name, content in staged.items():
        project.system.pipe_file(f"/bucket/acme/reports/{name}", content)
    StoredBuild(Inner(made))(project.stored_task("tiny"), [].append, threading.Event())
    assert project.published("tiny") == {f"2026-06-30/{name}": content for name, content in folder_files(made).items()}


def test_a_client_whose_data_alone_are_in_a_store_is_mirrored(project, launcher):
    project.add("tiny")
    project.add("far")
    path = project.params / "far.yml"
    path.write_text(path.read_text().replace("data_folder: ./far", "data_folder: s3://bucket/elsewhere"))
    project.system.pipe_file("bucket/elsewhere/words.csv", (project.params / "far" / "words.csv").read_bytes())
    (project.params / "far" / "words.csv").rename(project.params / "far" / "audit-words.csv")
    task = project.task("far", time_limit=60.0)
    seen = []

    def inner(task, listen, stop):
        from analysis.data.paths import data_folder, matching_files
        from analysis.params.load import load_params

        params = load_params(task.client, task.params_folder)
        seen.extend((file.name, file.path.read_bytes()) for file in matching_files("words.csv", data_folder(params)))
        return Outcome(client=task.client, state="built")

    StoredBuild(inner)(task, [].append, threading.Event())
    assert seen == [("words.csv", b"Most are content.")]

    local = replace(task, client="tiny")
    taken = []
    StoredBuild(lambda task, listen, stop: taken.append(task))(local, [].append, threading.Event())
    assert taken == [local]  # the very task: nothing of it is in a store


def test_nothing_of_a_client_is_left_on_the_machine(in_memory, launcher, tmp_path, monkeypatch):
    import tempfile

    place = tmp_path / "temporary"
    dead = place / "relationship-audit-store-dead"
    dead.mkdir(parents=True)
    (dead / "lock").touch()
    (dead / "client.csv").write_text("left by a killed run")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    project = in_memory
    project.add("tiny")
    project.store()
    seen = []

    def inner(task, listen, stop):
        seen.append(sorted(path.name for path in place.iterdir()))
        (folder,) = place.iterdir()
        seen.append(folder.stat().st_mode & 0o077)
        return Outcome(client=task.client, state="unchanged")

    StoredBuild(inner)(project.stored_task("tiny"), [].append, threading.Event())
    assert len(seen[0]) == 1
    assert seen[0] != ["relationship-audit-store-dead"]
    assert seen[1] == 0
    assert list(place.iterdir()) == []
