"""How much sooner a forked kernel can compute than a stock one, as ratios measured in one run on one machine.

A kernel is started, imports what an audit's notebook imports, and answers one cell; contenders take turns. Processor
time is that of the kernel itself, up to its answer: on a busy machine it means more than the clock. What loading the
server costs, once for all kernels, is given beside it.

    python benchmarks/kernel_start.py [--repeats 5]
"""

import argparse
import json
import platform
import statistics
import time
from pathlib import Path

import psutil
from jupyter_client.manager import KernelManager

from analysis.forking.client import ForkServer
from analysis.kernel.servers import PRELOAD

STOCK, FORKED = "python3", "relationship-audit"
IMPORTS = "import matplotlib.pyplot, seaborn, statsmodels.api, analysis.audit, analysis.document.compose"
CELLS = {"ready": "1", "stack imported": IMPORTS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write the numbers as well")
    arguments = parser.parse_args()
    found = {"server": measure_server(), "fork alone": measure_fork()}
    runs: dict[str, list[dict[str, float]]] = {STOCK: [], FORKED: []}
    for turn in range(arguments.repeats + 1):
        for name, each in runs.items():
            measured = measure_kernel(name)
            if turn > 0:  # the first turn loads the server, and fills the system's file cache for both
                each.append(measured)
    for name, each in runs.items():
        found[name] = {key: statistics.median(run[key] for run in each) for key in each[0]}
    found["stock / forked"] = {key: found[STOCK][key] / found[FORKED][key] for key in found[STOCK]}
    show(found)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


def measure_server() -> dict[str, float]:
    """Return what it takes to load the server, once, and what it then holds."""
    started = time.perf_counter()
    with ForkServer.start(PRELOAD) as server:
        server.wait_until_ready()
        seconds = time.perf_counter() - started
        process = psutil.Process(server.pid)
        return {
            "seconds": seconds,
            "processor seconds": processor_seconds(process),
            "MB": process.memory_info().rss / 1e6,
        }


def measure_fork(count: int = 50) -> dict[str, float]:
    """Return the milliseconds from asking for a process to having it, and to its end."""
    asked, ended = [], []
    with ForkServer.start(PRELOAD) as server:
        server.wait_until_ready()
        used = processor_seconds(psutil.Process(server.pid))
        for _ in range(count):
            started = time.perf_counter()
            process = server.fork("os:getpid")
            asked.append(time.perf_counter() - started)
            process.wait()
            ended.append(time.perf_counter() - started)
        used = processor_seconds(psutil.Process(server.pid)) - used
    return {
        "ms to fork": 1e3 * statistics.median(asked),
        "ms to fork, run, end": 1e3 * statistics.median(ended),
        "server's processor ms each": 1e3 * used / count,
    }


def measure_kernel(name: str) -> dict[str, float]:
    """Return seconds, and processor seconds of the kernel, until it has answered each of the cells."""
    manager = KernelManager(kernel_name=name)
    started = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=600)
        process = psutil.Process(manager.provisioner.pid)
        found = {}
        for what, code in CELLS.items():
            client.execute_interactive(code, timeout=600, output_hook=lambda _message: None)
            found[f"{what}, seconds"] = time.perf_counter() - started
            found[f"{what}, processor seconds"] = processor_seconds(process)
        return found
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def show(found: dict[str, dict[str, float]]) -> None:
    print(f"Python {platform.python_version()}, {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}\n")
    for what, numbers in found.items():
        print(what)
        for name, number in numbers.items():
            print(f"  {name:34} {number:9.2f}")


if __name__ == "__main__":
    main()
