"""Tells whoever waits which chapter is being made and how long each took."""

from typing import Protocol, Self, TextIO


class Progress(Protocol):
    """Told of each step when it begins (seconds is None) and when it is done, and of anything else worth a line."""

    def step(self, name: str, seconds: float | None) -> None:
        """Take note that the step `name` begins, or has taken `seconds`."""

    def note(self, text: str) -> None:
        """Take note of a remark."""


class NoProgress:
    """Tells nobody."""

    def step(self, name: str, seconds: float | None) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


class TerminalProgress:
    """Writes a line for each step: in place on a terminal, and only when it is done elsewhere (a log, CI).

    Parameters
    ----------
    stream
        Where to write, normally standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._in_place = stream.isatty()
        self._open = False

    def step(self, name: str, seconds: float | None) -> None:
        """Write that the step `name` begins, or how long it took."""
        label = name.replace("_", " ")
        if seconds is None:
            if self._in_place:
                self._write(f"  {label:<24}", end="")
                self._open = True
            return
        self._write(f"{self._start()}  {label:<24}{seconds:6.1f} s")
        self._open = False

    def note(self, text: str) -> None:
        """Write a remark on a line of its own."""
        self._write(f"{self._start()}{text}")
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End a line that was begun for a step which never ended."""
        if self._open:
            self._write("")
            self._open = False

    def _start(self) -> str:
        return "\r" if self._open else ""

    def _write(self, text: str, end: str = "\n") -> None:
        self._stream.write(text + end)
        self._stream.flush()
