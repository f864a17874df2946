"""Keeps a launcher warm from one client to the next, and lets it go when none has come for a while."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from analysis.batch.launch import Launcher

IDLE = 300.0
"""Seconds after the last client: loaded templates hold memory that others on the machine may want."""


class WarmLauncher:
    """Starts a launcher for the first client that needs it, and ends it when idle or closed.

    Parameters
    ----------
    make
        Makes a launcher.
    idle
        Seconds without a client after which it is ended.
    """

    def __init__(self, make: Callable[[], Launcher], idle: float = IDLE) -> None:
        self._make = make
        self._idle = idle
        self._lock = threading.Lock()
        self._running = contextlib.ExitStack()
        self._launcher: Launcher | None = None
        self._users = 0
        self._timer: threading.Timer | None = None

    @contextlib.contextmanager
    def lent(self) -> Iterator[Launcher]:
        """Give the launcher to a client's build."""
        with self._lock:
            self._users += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._launcher is None:
                self._launcher = self._running.enter_context(self._make())
            launcher = self._launcher
        try:
            yield launcher
        finally:
            with self._lock:
                self._users -= 1
                if not self._users and self._launcher is not None:
                    self._timer = threading.Timer(self._idle, self._end_idle)
                    self._timer.daemon = True
                    self._timer.start()

    def close(self) -> None:
        """End the launcher with all that it has started, whoever uses it."""
        with self._lock:
            self._end()

    def _end_idle(self) -> None:
        with self._lock:
            if not self._users:
                self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._launcher = None
        self._running.close()
