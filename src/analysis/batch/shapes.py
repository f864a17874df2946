"""What the runner hands out and gets back: a task for each client, an outcome of each task; both are JSON-ready."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Literal, Protocol, Self

from analysis.errors import Fault
from analysis.messages import Message

State = Literal["built", "unchanged", "refused", "failed", "stopped", "waiting"]
"""Built; there already; its input cannot be used; anything else went wrong; ended before it was done; never begun."""

DONE, FAILED, BAD_INPUT, ALERTED = 0, 1, 2, 3
SEVERITY = (DONE, ALERTED, BAD_INPUT, FAILED)
"""Exit codes from the best to the worst."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One client's report that is to be built.

    Parameters
    ----------
    client
        The client's id.
    params_folder, out
        Folder of the parameter files, and of the reports.
    as_of, language
        Override what the parameter file says, where given.
    force
        Build even if nothing has changed.
    notebook
        What is run; the project's own where None.
    time_limit
        Seconds after which the client is given up.
    params_url, out_url
        Where the parameter files and the reports really are, as URLs of an object store; `params_folder` and `out` are
        then only the places where they are mirrored on the machine that builds. Empty where the folders are the truth.
    """

    client: str
    params_folder: Path
    out: Path
    as_of: dt.date | None = None
    language: str | None = None
    force: bool = False
    notebook: Path | None = None
    time_limit: float | None = None
    params_url: str = ""
    out_url: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "client": self.client,
            "params_folder": str(self.params_folder),
            "out": str(self.out),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "language": self.language,
            "force": self.force,
            "notebook": str(self.notebook) if self.notebook else None,
            "time_limit": self.time_limit,
            "params_url": self.params_url,
            "out_url": self.out_url,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the task that `to_dict` has written."""
        read = {
            "params_folder": Path(data["params_folder"]),
            "out": Path(data["out"]),
            "as_of": dt.date.fromisoformat(data["as_of"]) if data["as_of"] else None,
            "notebook": Path(data["notebook"]) if data["notebook"] else None,
        }
        return cls(**(dict(data) | read))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one client's task.

    Parameters
    ----------
    client
        The client's id.
    state
        How it ended.
    seconds
        How long it took, from the start of its process.
    peak_bytes
        Most memory that its processes held together, shared pages counted by share; None where it was not measured.
    folder
        The published report, relative to the folder of the reports; empty where there is none from this task.
    files
        Its files, relative to `folder`.
    alerts, unanswered
        The client's alerts that fired, and those that the data could not answer, each with what was found.
    title, faults
        What cannot be used (`InputError.title`), and every fault of it.
    cause
        Why it failed or was stopped, where the cause is known.
    detail
        What was raised, as it was raised.
    """

    client: str
    state: State
    seconds: float = 0.0
    peak_bytes: int | None = None
    folder: str = ""
    files: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    title: str = ""
    faults: tuple[Fault, ...] = ()
    cause: Message | None = None
    detail: str = ""

    @property
    def exit_code(self) -> int:
        """The command's exit code for this client alone."""
        if self.state in ("built", "unchanged"):
            return ALERTED if self.alerts else DONE
        return BAD_INPUT if self.state == "refused" else FAILED

    def measured(self, *, seconds: float, peak_bytes: int | None) -> "Outcome":
        """Return the outcome with what its task has cost."""
        return replace(self, seconds=seconds, peak_bytes=peak_bytes)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        data = {key: value for key, value in vars(self).items() if key not in ("faults", "cause")}
        faults = [asdict(fault) for fault in self.faults]
        lists = {key: list(data[key]) for key in ("files", "alerts", "unanswered")}
        return data | lists | {"faults": faults, "cause": self.cause.to_dict() if self.cause else None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the outcome that `to_dict` has written."""
        cause = data["cause"]
        read = {
            "faults": tuple(Fault(**fault) for fault in data["faults"]),
            "cause": _message(cause) if cause else None,
        }
        lists = {key: tuple(data[key]) for key in ("files", "alerts", "unanswered")}
        return cls(**(dict(data) | lists | read))


def _message(data: Mapping[str, Any]) -> Message:
    """Return the message that `Message.to_dict` has written, with the messages inside it."""
    values = {key: _message(value) if isinstance(value, dict) else value for key, value in data["values"].items()}
    return Message(data["message"], values)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a client's report that begins (`seconds` is None) or is done."""

    name: str
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark on a client's report, such as that it waits for another run."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What a client's processes hold now, and the most that they have held, in bytes."""

    held: int
    peak: int


News = Step | Note | Memory
"""What a build tells while it goes on."""
Listen = Callable[[News], None]


class Build(Protocol):
    """Where a client is built: here in a process of its own, or on another machine."""

    def __call__(self, task: Task, listen: Listen, stop: Event) -> Outcome:
        """Build the report of one client and return what came of it; raise nothing that the client causes.

        Parameters
        ----------
        task
            What is to be built.
        listen
            Told of steps, remarks and memory while it goes on, from the thread that calls.
        stop
            Once set, everything that builds this client is ended at once, and the outcome's state is ``stopped``.
        """
        ...


def worst(codes: list[int]) -> int:
    """Return the worst of several exit codes: a failure, before input that cannot be used, before an alert."""
    return max(codes, key=SEVERITY.index, default=DONE)
