"""Publishes a report into a store that cannot rename: beside its place first, then copied there, the manifest last.

A build under way is ``<client>/.build-<id>/``, with an id of its own for each, so that two runs never mix their files.
Its manifest is put last and removed last, and so says how far it came:

- no manifest: it is still being put there, or its run is dead; removed once nothing was added to it for `DEAD_AFTER`;
- manifest and all files: complete; whoever finds it finishes it;
- manifest and some files: it was published, and was being removed; whoever finds it removes the rest.

In the published folder the old manifest goes before the first of its files is replaced: a reader finds the old report,
for some moments none, then the new one, and never a manifest whose files are not there.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import hash_file, read_manifest
from analysis.report.publish import FAILED_NAME, STAGING_PREFIX
from analysis.storage.address import is_plain
from analysis.storage.days import is_day
from analysis.storage.errors import StorageError
from analysis.storage.store import Store
from analysis.storage.together import together

DEAD_AFTER = dt.timedelta(hours=1)
"""A build that is not complete and got no file for so long belongs to a run that is dead."""
_ATTEMPTS = 5
"""How often a report is copied that another run wrote over at the same time, before it is left to that run."""

Check = Callable[[], None]


def publish(client: Store, report: Path, day: str, check: Check) -> None:
    """Publish a complete report.

    Parameters
    ----------
    client
        The client's folder.
    report
        Folder of this machine with the report's files, its manifest among them.
    day
        Name of the published folder.
    check
        Called between files while nothing is visible yet; what it raises leaves the published report alone.

    Raises
    ------
    StorageError
        The store has refused something. What is complete is finished by the next run, what is not is removed.
    """
    stage = f"{STAGING_PREFIX}{secrets.token_hex(6)}"
    documents = _documents(report)

    def put(name: str) -> None:
        check()
        client.upload(report / name, f"{stage}/{name}")

    try:
        together(put, documents)
        put(MANIFEST)
    except BaseException:
        _give_up(client, stage, documents)
        raise
    _finish(client, stage, report, day)


def publish_failure(client: Store, failed: Path) -> None:
    """Put the notebook and log of a failed run into ``failed``, in place of those of an earlier one."""
    names = {path.name for path in failed.iterdir() if path.is_file()}
    together(lambda name: client.upload(failed / name, f"{FAILED_NAME}/{name}"), sorted(names))
    _remove_others(client, FAILED_NAME, names)


def remove_failure(client: Store) -> None:
    """Remove what a failed run has left: it is mended."""
    _remove_others(client, FAILED_NAME, set())


def recover(client: Store, listing: Mapping[str, int], place: Path, *, now: dt.datetime | None = None) -> bool:
    """Finish or remove what dead runs have left in a client's folder; return whether anything was done.

    Parameters
    ----------
    client
        The client's folder.
    listing
        Its files (`Store.files`).
    place
        Folder of this machine in which to put what is finished.
    now
        The time; default: this machine's.
    """
    stages = _stages(listing)
    complete = {stage: names for stage, names in stages.items() if MANIFEST in names}
    # The one that was put there last is finished last, and stays.
    for stage in sorted(complete, key=lambda each: (_modified(client, f"{each}/{MANIFEST}"), each)):
        _finish_or_remove(client, stage, complete[stage], place / stage)
    dead = [stage for stage in stages if stage not in complete and _is_dead(client, stage, stages[stage], now)]
    for stage in dead:
        _remove_stage(client, stage, stages[stage])
    return bool(complete or dead)


def _stages(listing: Mapping[str, int]) -> dict[str, set[str]]:
    """Return the names of the files of each build under way, by its folder."""
    stages: dict[str, set[str]] = {}
    for name in listing:
        stage, slash, inner = name.partition("/")
        if slash and stage.startswith(STAGING_PREFIX):
            stages.setdefault(stage, set()).add(inner)
    return stages


def _finish_or_remove(client: Store, stage: str, names: set[str], place: Path) -> None:
    """Finish a build whose manifest is there, if its files are; else it was published, and the rest is removed."""
    try:
        client.download({f"{stage}/{name}": place / name for name in sorted(names)})
    except StorageError as error:
        if error.is_missing:
            return  # its own run, or another one, is removing it right now
        raise
    manifest = read_manifest(place / MANIFEST)
    if manifest is not None and is_day(str(manifest.get("as_of"))) and _is_whole(place, manifest["outputs"]):
        for name in names - {MANIFEST, *manifest["outputs"]}:
            (place / name).unlink()  # not of this report: no run of ours has put it there
        _finish(client, stage, place, str(manifest["as_of"]))
    _remove_stage(client, stage, names)


def _is_whole(place: Path, outputs: Mapping[str, Any]) -> bool:
    return bool(outputs) and all(
        is_plain(name) and (place / name).is_file() and hash_file(place / name) == digest
        for name, digest in outputs.items()
    )


def _finish(client: Store, stage: str, report: Path, day: str) -> None:
    """Bring a complete build into its published place, of which `report` holds the same files, and remove it."""
    for _ in range(_ATTEMPTS):
        _replace(client, stage, report, day)
        if not _is_mixed(client, report, day):
            break
    _remove_stage(client, stage, set(_documents(report)))


def _replace(client: Store, stage: str, report: Path, day: str) -> None:
    """Copy a complete build over what is published: the manifest that is there goes first, the new one comes last."""
    documents = _documents(report)
    there = client.read(f"{day}/{MANIFEST}")
    if there is not None and there != (report / MANIFEST).read_bytes():
        client.remove(f"{day}/{MANIFEST}")
    together(lambda name: _copy(client, stage, report, day, name), documents)
    _remove_others(client, day, {*documents, MANIFEST})
    _copy(client, stage, report, day, MANIFEST)


def _copy(client: Store, stage: str, report: Path, day: str, name: str) -> None:
    try:
        client.copy(f"{stage}/{name}", f"{day}/{name}")
    except StorageError as error:
        # Another run has finished this very build and removed it, or the store cannot copy: what is here is the same.
        if not (error.is_missing or error.is_unsupported):
            raise
        client.upload(report / name, f"{day}/{name}")


def _is_mixed(client: Store, report: Path, day: str) -> bool:
    """Return whether our manifest is published over a file that is not ours: another run wrote at the same time.

    Where the manifest is another run's, this run was not the last: that one sees to its own files.
    """
    if not client.holds(f"{day}/{MANIFEST}", report / MANIFEST):
        return False
    return not all(together(lambda name: client.holds(f"{day}/{name}", report / name), _documents(report)))


def _documents(report: Path) -> list[str]:
    """Return the names of a report's files but its manifest, in order."""
    names = (path.relative_to(report).as_posix() for path in report.rglob("*") if path.is_file())
    return sorted(name for name in names if name != MANIFEST)


def _remove_others(client: Store, folder: str, kept: set[str]) -> None:
    """Remove all files of a folder but some."""
    found = client.below(folder).files()
    together(lambda name: client.remove(f"{folder}/{name}"), sorted(found.keys() - kept))
    _remove_folders(client, folder, found.keys() - kept, whole=not kept)


def _remove_stage(client: Store, stage: str, names: set[str]) -> None:
    """Remove a build; its manifest last, so that what is left of it by a kill is known for what it is."""
    together(lambda name: client.remove(f"{stage}/{name}"), sorted(names - {MANIFEST}))
    client.remove(f"{stage}/{MANIFEST}")
    _remove_folders(client, stage, names, whole=True)


def _remove_folders(client: Store, folder: str, names: set[str], *, whole: bool) -> None:
    """Remove the folders that removed files may have left empty, where the store has any."""
    inner = {f"{folder}/{parent}" for name in names for parent in Path(name).parents if parent != Path()}
    for path in sorted(inner, reverse=True):
        client.remove_folder(path)
    if whole and names:
        client.remove_folder(folder)


def _give_up(client: Store, stage: str, names: list[str]) -> None:
    """Remove a build that was not completed; what cannot be removed now is swept by a later run."""
    try:
        _remove_stage(client, stage, set(names))
    except StorageError:
        return


def _is_dead(client: Store, stage: str, names: set[str], now: dt.datetime | None) -> bool:
    times = together(lambda name: client.modified(f"{stage}/{name}"), sorted(names))
    newest = max((time for time in times if time is not None), default=None)
    return newest is not None and (now or dt.datetime.now(dt.UTC)) - newest > DEAD_AFTER


def _modified(client: Store, name: str) -> dt.datetime:
    return client.modified(name) or dt.datetime.min.replace(tzinfo=dt.UTC)
