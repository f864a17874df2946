"""Standard input, output and error of a process to come, given as for subprocess.Popen."""

import contextlib
import os
import subprocess
from types import TracebackType
from typing import IO, Any, Self

Stream = int | IO[Any] | None


class Streams:
    """Three open descriptors to pass on, and the near ends of those that are pipes; closed where nobody takes them.

    Parameters
    ----------
    stdin, stdout, stderr
        A descriptor, a file, ``subprocess.DEVNULL``, ``PIPE``, ``STDOUT`` (stderr alone), or None for one's own.
    """

    def __init__(self, stdin: Stream, stdout: Stream, stderr: Stream) -> None:
        self.passed: list[int] = []
        self._kept: list[IO[bytes] | None] = [None, None, None]
        self._closing = contextlib.ExitStack()
        with contextlib.ExitStack() as undo:
            undo.callback(self._closing.close)
            undo.callback(self._close_kept)
            for number, given in enumerate((stdin, stdout, stderr)):
                self.passed.append(self._open(number, given))
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        self._close_kept()

    def detach(self) -> list[IO[bytes] | None]:
        """Return the near ends of the pipes, for standard input, output and error: the caller's from now on."""
        kept, self._kept = self._kept, [None, None, None]
        return kept

    def _open(self, number: int, given: Stream) -> int:
        if given is None:
            return self._own(number)
        if given == subprocess.DEVNULL:
            return self._until_sent(os.open(os.devnull, os.O_RDWR))
        if given == subprocess.STDOUT:
            if number != 2:
                raise ValueError("STDOUT can only be given for stderr")
            return self.passed[1]
        if given == subprocess.PIPE:
            read, write = os.pipe()
            near, far = (write, read) if number == 0 else (read, write)
            self._kept[number] = os.fdopen(near, "wb" if number == 0 else "rb", buffering=0)
            return self._until_sent(far)
        return given if isinstance(given, int) else given.fileno()

    def _own(self, number: int) -> int:
        """Return this process's own stream, or nowhere where it was closed."""
        try:
            os.fstat(number)
        except OSError:
            return self._until_sent(os.open(os.devnull, os.O_RDWR))
        return number

    def _until_sent(self, file: int) -> int:
        self._closing.callback(os.close, file)
        return file

    def _close_kept(self) -> None:
        for stream in self.detach():
            if stream is not None:
                stream.close()
