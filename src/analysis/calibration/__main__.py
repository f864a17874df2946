"""`make calibrate`: draw clients of known truth and write docs/calibration.csv and docs/calibration.md."""

import datetime as dt
import os
import sys
import time
from pathlib import Path

from analysis.calibration.draws import Chunk
from analysis.calibration.proof import DRAWS, FOLDER, GROUPS, calibrate

WORKERS = 2


def _tell(started: float, done: int, total: int, chunk: Chunk) -> None:
    spent = time.monotonic() - started
    left = spent / done * (total - done) / 60
    cell = f"{chunk.group}, {'truth of ' if chunk.is_truth else ''}{chunk.scenario}"
    sys.stderr.write(f"{done} of {total} chunks ({cell}), about {left:.0f} min left\n")


def main() -> int:
    """Run what the environment asks for: CALIBRATE_DRAWS, CALIBRATE_GROUPS (separated by spaces), CALIBRATE_WORKERS.

    Returns
    -------
    int
        1 where a rate lies outside its band or the arguments make no sense, else 0.
    """
    draws = os.environ.get("CALIBRATE_DRAWS") or str(DRAWS)
    workers = os.environ.get("CALIBRATE_WORKERS") or str(WORKERS)
    groups = tuple((os.environ.get("CALIBRATE_GROUPS") or " ".join(GROUPS)).split())
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown or not draws.isdigit() or not workers.isdigit() or int(draws) < 1:
        sys.stderr.write(f"DRAWS must be a number, and GROUPS some of: {' '.join(GROUPS)}\n")
        return 1
    started = time.monotonic()
    rates = calibrate(
        groups,
        int(draws),
        int(workers),
        folder=FOLDER,
        docs=Path("docs"),
        command="make calibrate" + ("" if int(draws) == DRAWS else f" DRAWS={draws}"),
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        tell=lambda done, total, chunk: _tell(started, done, total, chunk),
    )
    outside = [rate for rate in rates if not rate.is_within]
    for rate in outside:
        sys.stderr.write(f"outside its band: {rate.quantity}: {rate.rate:.1f}% ({rate.kind})\n")
    sys.stderr.write(f"{len(rates) - len(outside)} of {len(rates)} rows within their bands\n")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
