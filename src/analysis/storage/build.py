"""Builds a client whose parameters, data or reports are in a store: fetched, built here, and published there."""

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from analysis.batch.causes import explain_error
from analysis.batch.shapes import Build, Listen, Outcome, Step, Task
from analysis.errors import InputError
from analysis.messages import N_
from analysis.params.load import load_params
from analysis.params.model import ClientParams
from analysis.report.publish import FAILED_NAME
from analysis.storage.address import Address
from analysis.storage.errors import StoppedError, StorageError
from analysis.storage.mirror import Mirror, names_a_store
from analysis.storage.private import private_folder
from analysis.storage.publish import publish, publish_failure, recover, remove_failure
from analysis.storage.reports import bring_reports
from analysis.storage.store import Store


@dataclass(frozen=True)
class StoredBuild:
    """Builds clients of which something is in a store (`analysis.batch.shapes.Build`); passes the others on.

    Parameters
    ----------
    inner
        Builds a client whose folders are of this machine.
    """

    inner: Build

    def __call__(self, task: Task, listen: Listen, stop: Event) -> Outcome:
        """Build one client; see `analysis.batch.shapes.Build`."""
        mirror_of = _parameters_in_store(task)
        if not mirror_of and not task.out_url:
            return self.inner(task, listen, stop)
        started = time.monotonic()
        try:
            with private_folder() as root:
                run = _Run(task, root, mirror_of, self.inner, listen, stop)
                outcome = run.shown(run.outcome())
        except OSError as error:  # no place for the folder
            outcome = _failed(task.client, error)
        return outcome.measured(seconds=time.monotonic() - started, peak_bytes=outcome.peak_bytes)


class _Run:
    """One client, with the private folder in which its store is mirrored."""

    def __init__(self, task: Task, root: Path, params_url: str, inner: Build, listen: Listen, stop: Event) -> None:
        self._task, self._inner, self._listen, self._stop = task, inner, listen, stop
        self._root = root
        self._mirror = Mirror(address=Address.parse(params_url), root=root) if params_url else None
        self._out = Address.parse(task.out_url) if task.out_url else None
        self._failed_before = False
        self._local = replace(
            task,
            params_folder=self._mirror.folder if self._mirror else task.params_folder,
            out=root / "out" if self._out else task.out,
            params_url="",
            out_url="",
        )

    def outcome(self) -> Outcome:
        """Return what comes of the client."""
        client = self._task.client
        try:
            self._check()
            reports = Store.open(self._out).below(client) if self._out else None
            self._bring(reports)
            outcome = self._inner(self._local, self._listen, self._stop)
            return outcome if reports is None else self._publish(reports, outcome)
        except StoppedError:
            return Outcome(client=client, state="stopped", cause=N_("Ended before it was done."))
        except StorageError as error:
            if error.is_passing:
                cause = explain_error(error) or N_("The object store cannot be used.")
                return Outcome(client=client, state="failed", cause=cause, detail=str(error))
            return Outcome(client=client, state="refused", title=error.title, faults=error.faults)
        except OSError as error:
            return _failed(client, error)

    def shown(self, outcome: Outcome) -> Outcome:
        """Return an outcome that speaks of the store and not of the private folder."""
        faults = tuple(
            replace(fault, what=self._said(fault.what), found=self._said(fault.found), where=self._said(fault.where))
            for fault in outcome.faults
        )
        return replace(outcome, faults=faults, detail=self._said(outcome.detail))

    def _bring(self, reports: Store | None) -> None:
        """Fetch parameters, data and what earlier reports must give."""
        self._listen(Step(name="fetching the data", seconds=None))
        params = self._bring_parameters()
        if params is not None and self._mirror is not None:
            self._mirror.bring_data(params, self._check)
        if reports is None:
            return
        self._local.out.mkdir()
        listing = reports.files()
        self._check()
        if recover(reports, listing, self._root / "recovered"):
            listing = reports.files()
        bring_reports(reports, listing, self._local.out / self._task.client, self._local, self._check)
        self._failed_before = any(name.startswith(f"{FAILED_NAME}/") for name in listing)

    def _bring_parameters(self) -> ClientParams | None:
        """Fetch the parameter file and what it names; return what it says, or None where it will be refused."""
        if self._mirror is None:
            return None
        self._mirror.bring_parameters(self._task.client)
        params = _read(self._local)
        if params is not None:
            self._mirror.bring_named(params)
        return params

    def _publish(self, reports: Store, outcome: Outcome) -> Outcome:
        """Publish what was built, or what a failed run leaves; return the outcome, a worse one where that failed."""
        folder = self._local.out / self._task.client
        try:
            if outcome.state == "built":
                self._listen(Step(name="publishing", seconds=None))
                publish(reports, folder / Path(outcome.folder).name, Path(outcome.folder).name, self._check)
                if self._failed_before:
                    remove_failure(reports)
            elif (folder / FAILED_NAME).is_dir():
                publish_failure(reports, folder / FAILED_NAME)
        except StorageError as error:
            return _unpublished(outcome, error)
        return outcome

    def _check(self) -> None:
        if self._stop.is_set():
            raise StoppedError

    def _said(self, text: str) -> str:
        """Return a text in which what is below the private folder is called as in the store."""
        for path, address in self._places():
            text = text.replace(str(path), address.shown)
            # Messages call a path relative to the working directory where it lies below that.
            text = re.sub(rf"[^\s'\"(]*{re.escape(str(path.relative_to(self._root.parent)))}", address.shown, text)
        return text

    def _places(self) -> list[tuple[Path, Address]]:
        places = []
        if self._mirror is not None:
            empty = replace(self._mirror.address, path="")
            places += [(self._mirror.folder, self._mirror.address), (empty.place(self._root), empty)]
        if self._out is not None:
            places.append((self._local.out, self._out))
        return places


def _parameters_in_store(task: Task) -> str:
    """Return the URL from which a client's parameters are fetched; empty where all it reads is on this machine."""
    if task.params_url:
        return task.params_url
    params = _read(task)
    if params is None or not names_a_store(params):
        return ""
    # What is relative to the parameter file must lead to the same place as what is in the store: all is mirrored.
    return Address(scheme="file", authority="", path=task.params_folder.resolve().as_posix().strip("/")).url


def _read(task: Task) -> ClientParams | None:
    """Return the parameters, or None where whoever builds will say what is wrong with them."""
    try:
        return load_params(task.client, task.params_folder, as_of=task.as_of, language=task.language)
    except InputError:
        return None


def _failed(client: str, error: OSError) -> Outcome:
    """Return the outcome of a client for which this machine has no place."""
    detail = f"{type(error).__name__}: {error}"
    return Outcome(client=client, state="failed", cause=explain_error(error), detail=detail)


def _unpublished(outcome: Outcome, error: StorageError) -> Outcome:
    """Return the outcome of what could be built, or not, and could not be put into the store."""
    if outcome.state != "built":
        return replace(outcome, detail=f"{outcome.detail}\n{error}")
    cause = explain_error(error) or N_("The report was built, but the object store did not take it.")
    return Outcome(client=outcome.client, state="failed", cause=cause, detail=str(error), peak_bytes=outcome.peak_bytes)
