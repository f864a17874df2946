"""Brings from a store what earlier reports must give to the next: what it follows up, and whether it is unchanged."""

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.batch.shapes import Task
from analysis.errors import InputError
from analysis.params.load import load_params
from analysis.report.build import NOTEBOOK
from analysis.report.earlier import FILE_NAME as AUDIT
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import describe_origin, read_manifest
from analysis.storage.days import is_day
from analysis.storage.store import Store

Check = Callable[[], None]


def bring_reports(client: Store, listing: Mapping[str, int], folder: Path, task: Task, check: Check) -> None:
    """Fetch audit.json and manifest of every published report, and the whole of one that may prove unchanged.

    Parameters
    ----------
    client
        The client's folder of reports.
    listing
        Its files (`Store.files`).
    folder
        Where they are put.
    task
        What is to be built, as this machine sees it: parameters and data are here already.
    check
        Called between pieces; what it raises ends the fetching.
    """
    always = {name for name in listing if _is_always(name)}
    client.download({name: folder / name for name in sorted(always)}, check)
    for day in sorted(_same_origin(folder, task)):
        check()
        outputs = [name for name in listing if name.startswith(f"{day}/") and name not in always]
        client.download({name: folder / name for name in outputs}, check)


def _is_always(name: str) -> bool:
    day, _, file = name.partition("/")
    return is_day(day) and file in (AUDIT, MANIFEST)


def _same_origin(folder: Path, task: Task) -> set[str]:
    """Return the days whose reports were made from what is here now, as far as their manifests say."""
    manifests = {path.parent.name: read_manifest(path) for path in folder.glob(f"*/{MANIFEST}")}
    if task.force or not manifests:
        return set()
    try:
        params = load_params(task.client, task.params_folder, as_of=task.as_of, language=task.language)
        origin = describe_origin(params, task.notebook or NOTEBOOK)
    except (InputError, OSError):
        return set()  # told, with all its faults, by what builds
    wanted = origin.to_dict()
    return {
        day
        for day, manifest in manifests.items()
        if manifest is not None and all(manifest.get(key) == value for key, value in wanted.items())
    }
