"""Where a run's parameters and reports are, when one of them is in a store: the mirror that the runner works with."""

import contextlib
import errno
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analysis.batch.clients import find_clients
from analysis.batch.store import OUTCOMES, Entry, LocalHome, record
from analysis.errors import Fault, InputError, ParamsError
from analysis.params.load import load_params
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import read_manifest
from analysis.report.publish import INDEX
from analysis.storage.address import Address, is_url
from analysis.storage.days import is_day
from analysis.storage.errors import StorageError
from analysis.storage.mirror import Mirror
from analysis.storage.private import private_folder
from analysis.storage.store import Store
from analysis.storage.together import together

_TRIAL = ".writable"
"""A file that is written and removed again, to know before anything starts that reports can be published."""


@contextlib.contextmanager
def open_home(params: str, out: str, given: Sequence[str] = ()) -> "Iterator[LocalHome | StoredHome]":
    """Give the home of a run; what it mirrors is gone in the end.

    Parameters
    ----------
    params, out
        Folder of the parameter files, and of the reports: each a URL or a path of this machine.
    given
        Ids of the clients that will be built; all where empty.

    Raises
    ------
    StorageError
        A store cannot be used, or holds no parameters, or does not let us write.
    ParamsError
        A client has no parameter file.
    """
    if not is_url(params) and not is_url(out):
        yield LocalHome(params_folder=Path(params), out=Path(out))
        return
    with private_folder() as root:
        mirror = _mirror_parameters(params, root, given) if is_url(params) else None
        reports = _open_reports(out, root) if is_url(out) else None
        home = StoredHome(
            params_folder=mirror.folder if mirror is not None else Path(params),
            out=root / "out" if reports is not None else Path(out),
            params_url=params if mirror is not None else "",
            reports=reports,
        )
        home.bring_past()
        yield home


class StoredHome:
    """The home of a run of which something is in a store (`analysis.batch.store.Home`).

    Parameters
    ----------
    params_folder, out
        Folders of this machine: mirrors, where the truth is in a store.
    params_url
        Where the parameters are; empty where `params_folder` is the truth.
    reports
        Where the reports are; None where `out` is the truth.
    """

    def __init__(self, params_folder: Path, out: Path, params_url: str, reports: Store | None) -> None:
        self.params_folder, self.out, self.params_url = params_folder, out, params_url
        self.out_url = reports.address.url if reports is not None else ""
        self.page = reports.address.below(INDEX).shown if reports is not None else str(out / INDEX)
        self._reports = reports
        self._brought: set[str] = set()

    def bring_past(self) -> None:
        """Fetch what earlier runs have left: outcomes, and the manifest of each client's latest report."""
        if self._reports is None:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        self._bring_outcomes(self._reports)
        by_client: dict[str, list[str]] = {}
        for name in self._reports.files():
            client, _, rest = name.partition("/")
            day, _, file = rest.partition("/")
            if is_day(day) and file == MANIFEST:
                by_client.setdefault(client, []).append(name)
        while by_client:  # once, but for clients whose latest manifest cannot be read
            latest = {client: max(names) for client, names in by_client.items()}
            self._reports.download({name: self.out / name for name in latest.values()})
            unread = {client: name for client, name in latest.items() if read_manifest(self.out / name) is None}
            others = {client: [each for each in by_client[client] if each != name] for client, name in unread.items()}
            by_client = {client: names for client, names in others.items() if names}

    def record(self, entries: Mapping[str, Entry], language: str) -> None:
        """Put this run's entries over those of earlier runs, and publish outcomes and page; see `store.record`.

        Raises
        ------
        OSError
            The store, or the folder of the reports, cannot be written.
        """
        if self._reports is None:
            record(entries, self.out, self.params_folder, language)
            return
        try:
            self._bring_outcomes(self._reports)
            self._bring_built(self._reports, entries)
            record(entries, self.out, self.params_folder, language)
            for name in (OUTCOMES, INDEX):  # the page last: it is made from the other
                self._reports.upload(self.out / name, name)
        except StorageError as error:
            raise OSError(errno.EIO, str(error)) from error

    def _bring_outcomes(self, reports: Store) -> None:
        content = reports.read(OUTCOMES)
        if content is not None:
            (self.out / OUTCOMES).write_bytes(content)

    def _bring_built(self, reports: Store, entries: Mapping[str, Entry]) -> None:
        """Fetch the manifests of what this run has published."""
        folders = {entry.outcome.folder for entry in entries.values() if entry.outcome.state == "built"}
        names = [f"{folder}/{MANIFEST}" for folder in sorted(folders) if folder]
        missing = [name for name in names if name not in self._brought]
        reports.download({name: self.out / name for name in missing})
        self._brought.update(missing)


def _open_reports(out: str, root: Path) -> Store:
    """Return the folder of the reports, once a file could be written there and removed again."""
    reports = Store.open(Address.parse(out))
    trial = root / _TRIAL
    trial.write_text(secrets.token_hex(8), encoding="utf-8")
    reports.upload(trial, _TRIAL)
    reports.remove(_TRIAL)
    return reports


def _mirror_parameters(url: str, root: Path, given: Sequence[str]) -> Mirror:
    """Return the mirror with all parameter files, and the sizes of the data of the clients that will be built."""
    mirror = Mirror(address=Address.parse(url), root=root)
    mirror.bring_all_parameters()
    try:
        clients = find_clients(mirror.folder, given)
    except ParamsError as error:
        raise ParamsError([_seen(fault, mirror) for fault in error.faults]) from None
    together(lambda client: _outline(mirror, client), clients)
    return mirror


def _outline(mirror: Mirror, client: str) -> None:
    # A plan that is rough does no harm, and whatever is wrong is told, with all faults, when the client's turn comes.
    with contextlib.suppress(InputError, OSError):
        mirror.outline_data(load_params(client, mirror.folder))


def _seen(fault: Fault, mirror: Mirror) -> Fault:
    """Return a fault that speaks of the store and not of its mirror."""
    said = {
        key: re.sub(
            rf"\S*{re.escape(mirror.folder.relative_to(mirror.root.parent).as_posix())}", mirror.address.shown, value
        )
        for key, value in vars(fault).items()
        if isinstance(value, str)
    }
    return Fault(**(vars(fault) | said))
