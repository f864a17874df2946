"""How much the clients on one machine of a cluster may hold together: who waits there, and who is ended for now."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.batch.plan import MARGIN
from analysis.batch.shapes import Memory

_TICK = 0.5
"""Seconds between two looks of a waiting client at whether it is still wanted, should nobody have woken it."""


@dataclass(eq=False)
class Seat:
    """A client on this machine, waiting or being built.

    Parameters
    ----------
    need
        Bytes that it is expected to need.
    stop
        Set to end what builds it now: for good where it is cancelled, else to have it wait for memory again.
    is_cancelled
        Whether nobody wants its report any more.
    """

    need: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    is_cancelled: bool = False
    held: int = 0
    peak: int = 0
    since: float = 0.0

    @property
    def claim(self) -> int:
        """Bytes that are kept free for it: what it is expected to need, or what it holds where that is more."""
        return max(self.need, self.held)


class Room:
    """Lets clients in as far as memory allows; one runs in any case, however much it needs.

    Parameters
    ----------
    budget
        Bytes that all together may hold.
    now
        The clock, in seconds.
    """

    def __init__(self, budget: int, now: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._now = now
        self._inside: list[Seat] = []
        self._changed = threading.Condition()

    def enter(self, seat: Seat, on_wait: Callable[[], None]) -> bool:
        """Wait until there is memory for a client; return False where it was cancelled before.

        Parameters
        ----------
        seat
            The client's.
        on_wait
            Called once where it has to wait.
        """
        waited = False
        with self._changed:
            while not seat.is_cancelled:
                if not self._inside or sum(each.claim for each in self._inside) + seat.need <= self._budget:
                    seat.since, seat.held = self._now(), 0
                    self._inside.append(seat)
                    return True
                if not waited:
                    waited = True
                    on_wait()
                self._changed.wait(_TICK)
        return False

    def leave(self, seat: Seat) -> None:
        """Take note that nothing of the client runs here any more."""
        with self._changed:
            self._inside.remove(seat)
            if not seat.is_cancelled:
                seat.need = max(int(seat.peak * MARGIN), seat.need)
                seat.stop.clear()
            self._changed.notify_all()

    def measured(self, seat: Seat, memory: Memory) -> None:
        """Take note of what a client holds; the youngest is ended for now where all hold more than they may."""
        with self._changed:
            seat.held, seat.peak = memory.held, memory.peak
            going = sorted((each for each in self._inside if not each.stop.is_set()), key=lambda each: each.since)
            if len(going) > 1 and sum(each.held for each in going) > self._budget:
                going[-1].stop.set()

    def cancel(self, seat: Seat) -> None:
        """End a client for good, at once, whether it waits or is being built."""
        with self._changed:
            seat.is_cancelled = True
            seat.stop.set()
            self._changed.notify_all()
