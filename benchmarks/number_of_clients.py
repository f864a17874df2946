"""What `audit reports` costs by the number of its clients: seconds, processor, memory, and the exponent of its growth.

Small clients (200 orders each, every second in Chinese) are built from nothing, so many at a time as there are
processors; then the same run is repeated, when every client is found unchanged. Each size has folders of its own. An
exponent of 1 is cost in proportion to the clients; what is spent once, on loading, makes it smaller.

    python benchmarks/number_of_clients.py [--clients 4 8 16 32 64] [--jobs 2]
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from many_clients import SINGLE
from survival import write_clients

from analysis.batch.memory import family, measure

HIGHEST_EXPONENT = 1.1
EVERY = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of all processors, and the most bytes held, shared pages counted by share."""

    wall: float
    cpu: float
    held: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[4, 8, 16, 32, 64])
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.update(SINGLE)
    built, unchanged = [], []
    for count in arguments.clients:
        with tempfile.TemporaryDirectory(prefix="number-of-clients-") as folder:
            work = Path(folder)
            write_clients(work, count)
            built.append(run(work, arguments.jobs))
            assert len(list((work / "reports").glob("*/*/manifest.json"))) == count
            unchanged.append(run(work, arguments.jobs))
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}:"
        f" small clients, {arguments.jobs} at a time\n"
    )
    passed = show("built", arguments.clients, built)
    return 0 if show("unchanged", arguments.clients, unchanged) and passed else 1


def run(work: Path, jobs: int) -> Cost:
    """Run the command to its end; return what it and all that it has started have cost."""
    command = [sys.executable, "-m", "analysis.cli", "reports", "--params", str(work / "params")]
    before, started = children(), time.perf_counter()
    with (work / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--out", str(work / "reports"), "--jobs", str(jobs)], stdout=log, stderr=log
        )
        held: list[int] = []
        watching = threading.Thread(target=watch, args=(process, held))
        watching.start()
        code = process.wait()
    wall = time.perf_counter() - started
    watching.join()
    if code:
        raise SystemExit(f"audit reports ended with {code}:\n{(work / 'log').read_text('utf-8')}")
    return Cost(wall, children() - before, max(held, default=0))


def watch(process: subprocess.Popen[bytes], held: list[int]) -> None:
    while process.poll() is None:
        try:
            held.append(measure(family({psutil.Process(process.pid)})).now)
        except psutil.NoSuchProcess:
            return
        time.sleep(EVERY)


def children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def show(name: str, counts: Sequence[int], costs: Sequence[Cost]) -> bool:
    """Print the costs as a table; return whether none of them grows faster than it may."""
    print(f"| {name} | {' | '.join(map(str, counts))} | exponent | last step |")
    print(f"|---|{'---|' * (len(counts) + 2)}")
    steepest = 0.0
    for label, values in {
        "seconds": [cost.wall for cost in costs],
        "of the processor": [cost.cpu for cost in costs],
        "GB held at most": [cost.held / 1e9 for cost in costs],
    }.items():
        exponent = np.polyfit(np.log(counts), np.log(values), 1)[0]
        last = np.log(values[-1] / values[-2]) / np.log(counts[-1] / counts[-2]) if len(counts) > 1 else exponent
        cells = " | ".join(f"{value:.1f}" if label != "GB held at most" else f"{value:.2f}" for value in values)
        print(f"| {label} | {cells} | {exponent:.2f} | {last:.2f} |")
        steepest = max(steepest, exponent, last if name == "built" else 0.0)
    print()
    return steepest <= HIGHEST_EXPONENT


if __name__ == "__main__":
    sys.exit(main())
