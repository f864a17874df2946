"""Who works in a cluster, looked at again and again: how many clients at a time, and whose code is not ours."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from distributed import Client

from analysis.cluster.connect import ClusterError
from analysis.cluster.fingerprint import Fingerprint, differences, own_fingerprint
from analysis.errors import Fault

_TICK = 1.0
"""Seconds between two looks at who is there."""


class Crew:
    """The workers of a cluster.

    Parameters
    ----------
    client
        Knows the scheduler.
    code
        What the command builds with.
    notebook
        What is run; the project's own where None.
    notice
        Told in one line of a change that the user should know.
    """

    def __init__(self, client: Client, code: Fingerprint, notebook: str | None, notice: Callable[[str], None]) -> None:
        self._client = client
        self._code = code
        self._notebook = notebook
        self._notice = notice
        self._closing = threading.Event()
        self._has_said_nobody = False
        self.fit: Mapping[str, int] = {}
        self.unfit: Mapping[str, tuple[str, ...]] = {}

    @property
    def threads(self) -> int:
        """How many clients can be built at a time, now."""
        return sum(self.fit.values())

    def inspect(self) -> None:
        """Look at who is there at the beginning.

        Raises
        ------
        ClusterError
            With every worker that has not what the command has: nothing is sent to any.
        """
        self.look()
        if self.unfit:
            raise ClusterError(_fault(address, found) for address, found in sorted(self.unfit.items()))

    def look(self) -> None:
        """Take note of who is there now; whoever is new is asked what it builds with."""
        there: Mapping[str, int] = self._client.nthreads()
        new = [address for address in there if address not in self.fit and address not in self.unfit]
        found = self._differences(new) if new else {}
        bad = {address: found.get(address) or self.unfit.get(address, ()) for address in there}
        self.unfit = {address: differs for address, differs in bad.items() if differs}
        known = self.fit.keys() | found.keys()  # one that has left again meanwhile has not answered
        self.fit = {
            address: count for address, count in there.items() if address in known and address not in self.unfit
        }

    def watch(self) -> None:
        """Look again and again, in a thread of its own, until closed."""
        threading.Thread(target=self._watch, name="crew", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()

    def _watch(self) -> None:
        while not self._closing.wait(_TICK):
            unfit = self.unfit.keys()
            try:
                self.look()
            except (
                OSError,
                RuntimeError,
                AttributeError,
            ):  # no scheduler, or no client any more: the builds hear of it
                continue
            for address in sorted(self.unfit.keys() - unfit):
                self._notice(
                    f"{address} has joined with other code and gets no client: {'; '.join(self.unfit[address])}"
                )
            self._say_nobody()

    def _say_nobody(self) -> None:
        if self.fit:
            self._has_said_nobody = False
        elif not self._has_said_nobody:
            self._has_said_nobody = True
            self._notice("no worker is there: waiting for one to join")

    def _differences(self, addresses: list[str]) -> dict[str, tuple[str, ...]]:
        """Return what differs at each of these workers, by address; nothing of one that does not answer."""
        answers: dict[str, Any] = self._client.run(
            own_fingerprint, self._notebook, workers=addresses, on_error="return"
        )
        return {address: self._judged(answer) for address, answer in answers.items() if not isinstance(answer, OSError)}

    def _judged(self, answer: Any) -> tuple[str, ...]:
        if isinstance(answer, ImportError):
            return (f"relationship-audit cannot be imported ({answer})",)
        if isinstance(answer, Exception):
            return (f"{type(answer).__name__}: {answer}",)
        return tuple(differences(self._code, answer))


def _fault(address: str, found: tuple[str, ...]) -> Fault:
    return Fault(
        what="a worker's code and libraries",
        rule="must be those of the command, or a report would depend on where it was built",
        found="; ".join(found),
        where=address,
        hint="install the same commit and requirements-cluster.lock there, and start the worker anew",
    )
