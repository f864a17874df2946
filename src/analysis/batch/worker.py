"""What a client's own process runs: `build_report` for one client, told of line by line.

``python -m analysis.batch.worker TASK`` writes a JSON object a line to its standard output: ``{"step": name,
"seconds": s}``, ``{"note": text}``, ``{"wants": "kernel"}`` and, last, ``{"outcome": {...}}``. Its standard input
is a socket, on which kernels are lent (`analysis.batch.loan`). When that is closed, whoever started the worker has
gone, and it ends itself and its kernel.
"""

import contextlib
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, NoReturn, TextIO

import psutil

from analysis.batch.causes import explain_error, late
from analysis.batch.loan import BorrowedKernel, Lender
from analysis.batch.shapes import Outcome, Task
from analysis.errors import AnalysisError, InputError
from analysis.params.load import load_params

PATIENCE = 20.0
"""Seconds that a report has, once its kernel was ended at the time limit, to keep what is left of the notebook."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Build the report of the task that the one argument holds as JSON, and end the process."""
    task = Task.from_dict(json.loads(arguments[0]))
    channel = Channel(_take_standard_output())
    lender = Lender(socket.socket(fileno=os.dup(0)), lambda: channel.send(wants="kernel"), _end_with_starter)
    kernel = BorrowedKernel(lender)
    watch = Watch(task, channel, kernel)
    channel.send(outcome=_build(task, channel, kernel, watch).to_dict())
    _end(0)


class Channel:
    """Writes events to whoever started the worker; also the report's `Progress`.

    Parameters
    ----------
    stream
        Where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.last_step = ""

    def send(self, **event: Any) -> None:
        """Write one event."""
        with self._lock:
            try:
                self._stream.write(json.dumps(event) + "\n")
                self._stream.flush()
            except BrokenPipeError:
                _end_with_starter()  # nobody listens any more; no failure of the report's

    def step(self, name: str, seconds: float | None) -> None:
        """Tell that a step begins or is done."""
        self.last_step = name
        self.send(step=name, seconds=seconds)

    def note(self, text: str) -> None:
        """Tell a remark."""
        self.last_step = ""
        self.send(note=text)


class Watch:
    """Ends the kernel at the time limit, and then, if that does not help, the worker.

    Parameters
    ----------
    task
        Has the limit, in seconds, or None for none.
    channel
        Told the outcome where the worker itself has to be ended.
    kernel
        What probably takes so long.
    """

    def __init__(self, task: Task, channel: Channel, kernel: BorrowedKernel) -> None:
        self._channel = channel
        self._kernel = kernel
        self._client = task.client
        self._limit = limit = task.time_limit
        self.step: str | None = None
        if limit is not None:
            timer = threading.Timer(limit, self._expire)
            timer.daemon = True
            timer.start()

    @property
    def expired(self) -> bool:
        """Whether the time limit has been reached."""
        return self.step is not None

    def outcome(self, detail: str) -> Outcome:
        """Return the outcome of a client that was given up."""
        return Outcome(
            client=self._client, state="failed", cause=late(self._limit or 0.0, self.step or ""), detail=detail
        )

    def _expire(self) -> None:
        self.step = self._channel.last_step
        self._kernel.strike()
        end_children()
        time.sleep(PATIENCE)
        # Not in the notebook, then, or not to be moved: nothing is published, and what was begun is swept later.
        self._channel.send(outcome=self.outcome("").to_dict())
        _end(0)


def _build(task: Task, channel: Channel, kernel: BorrowedKernel, watch: Watch) -> Outcome:
    """Return what comes of building the report, whatever that is."""
    try:
        return _built(task, channel, kernel)
    except InputError as error:
        return Outcome(client=task.client, state="refused", title=error.title, faults=error.faults)
    except Exception as error:  # noqa: BLE001 - one client's failure is an outcome, which is told and never lost
        detail = str(error) if isinstance(error, AnalysisError) else f"{type(error).__name__}: {error}"
        detail = redacted(detail, task)
        if watch.expired:
            return watch.outcome(detail)
        return Outcome(client=task.client, state="failed", cause=explain_error(error), detail=detail)


def _built(task: Task, channel: Channel, kernel: BorrowedKernel) -> Outcome:
    from analysis.report.build import NOTEBOOK, build_report
    from analysis.report.early import is_cold

    try:
        if is_cold(task.client, task.params_folder, task.out, force=task.force):
            kernel.prepare()  # gets ready while the parameters are checked and the inputs hashed
        result = build_report(
            task.client,
            params_folder=task.params_folder,
            out=task.out,
            as_of=task.as_of,
            language=task.language,
            progress=channel,
            force=task.force,
            notebook=task.notebook or NOTEBOOK,
            kernel=kernel,
        )
    finally:
        kernel.kill()
    return Outcome(
        client=task.client,
        state="unchanged" if result.unchanged else "built",
        folder=result.folder.relative_to(task.out).as_posix(),
        files=tuple(path.relative_to(result.folder).as_posix() for path in result.files),
        alerts=result.alerts,
        unanswered=result.unanswered,
    )


def redacted(text: str, task: Task) -> str:
    """Return `text` without the values of the environment that the client's parameters name."""
    try:
        return load_params(task.client, task.params_folder).redact(text)
    except InputError:
        return text  # parameters that cannot be read have brought nothing of the environment in


def _take_standard_output() -> TextIO:
    """Return a stream on our standard output, which from now on is standard error for everybody else."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "w", encoding="utf-8")


def _end_with_starter() -> None:
    """End everything: whoever started this process has gone."""
    end_children()
    _end(1)


def end_children() -> None:
    """End every process that this one has started, kernels above all."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _end(code: int) -> NoReturn:
    """End the process without waiting for threads that export or watch."""
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
