"""`make calibrate`: draw clients of known truth and write docs/calibration.csv and docs/calibration.md."""

import datetime as dt
import os
import sys
import time
from pathlib import Path

from analysis.calibration.draws import Chunk
from analysis.calibration.proof import DRAWS, FOLDER, GROUPS, calibrate

WORKERS = 2


class Progress:
    """Tells what has been done, and how long the rest will take at the pace of what is being drawn now."""

    def __init__(self) -> None:
        """Begin to count time."""
        self._started = self._latest = time.monotonic()

    def say(self, line: str) -> None:
        """Tell a line."""
        self._latest = time.monotonic()
        sys.stderr.write(f"{line}\n")

    def tell(self, done: int, total: int, chunk: Chunk) -> None:
        """Tell that a chunk has been drawn, the first of a run or a later one."""
        if done == 1:
            self._started = self._latest
        left = (time.monotonic() - self._started) / done * (total - done) / 60
        cell = f"{chunk.group}, {'truth of ' if chunk.is_truth else ''}{chunk.scenario}"
        self.say(f"{done} of {total} chunks ({cell}), about {left:.0f} min left")


def main() -> int:
    """Run what the environment asks for.

    CALIBRATE_DRAWS, CALIBRATE_GROUPS (separated by spaces), CALIBRATE_WORKERS, and CALIBRATE_CARRY: `no` to keep no
    draws of earlier code.

    Returns
    -------
    int
        1 where a rate lies outside its band or the arguments make no sense, else 0.
    """
    draws = os.environ.get("CALIBRATE_DRAWS") or str(DRAWS)
    workers = os.environ.get("CALIBRATE_WORKERS") or str(WORKERS)
    groups = tuple((os.environ.get("CALIBRATE_GROUPS") or " ".join(GROUPS)).split())
    carry = os.environ.get("CALIBRATE_CARRY") or "yes"
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown or not draws.isdigit() or not workers.isdigit() or int(draws) < 1:
        sys.stderr.write(f"DRAWS must be a number, and GROUPS some of: {' '.join(GROUPS)}\n")
        return 1
    if carry not in ("yes", "no"):
        sys.stderr.write(f"CARRY is {carry!r}; it must be yes or no\n")
        return 1
    progress = Progress()
    rates = calibrate(
        groups,
        int(draws),
        int(workers),
        folder=FOLDER,
        docs=Path("docs"),
        command="make calibrate" + ("" if int(draws) == DRAWS else f" DRAWS={draws}"),
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        tell=progress.tell,
        say=progress.say,
        is_carrying=carry == "yes",
    )
    outside = [rate for rate in rates if not rate.is_within]
    for rate in outside:
        sys.stderr.write(f"outside its band: {rate.quantity}: {rate.rate:.1f}% ({rate.kind})\n")
    sys.stderr.write(f"{len(rates) - len(outside)} of {len(rates)} rows within their bands\n")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
