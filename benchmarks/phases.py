"""Where the time of one report goes, cold and warm, and how much memory it takes.

Cold is `audit report` from the command to the published folder, nothing loaded and nothing published before, with the
steps as it prints them. Warm is the bare limit of `many_clients`: the same documents in a process that has made them
once already, phase by phase: of `demo`, each time for a copy with another seed, since Typst lays out at once what it
has laid out before. The client's files are there before. Memory is the peak of the largest process, as the
operating system counts it, and of all processes together, in which what they share counts once (Linux; looked at every
20 ms).

    python benchmarks/phases.py [--client demo] [--repeats 5] [--profile]
"""

import argparse
import cProfile
import gc
import os
import pstats
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from many_clients import ROOT, SINGLE, bare_report, write_clients

LOOK_EVERY = 0.02
MOST_FUNCTIONS = 15
Pair = tuple[float, float]
"""Seconds on the wall and of the processor."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--client", default="demo")
    parser.add_argument("--params", type=Path, default=ROOT / "params")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="share of each library and function of a warm report")
    arguments = parser.parse_args()
    if os.environ.keys() & SINGLE.keys() != SINGLE.keys():  # linear algebra reads them when it is loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | SINGLE)
    with tempfile.TemporaryDirectory(prefix="phases-") as folder:
        work = Path(folder)
        shutil.copytree(arguments.params, work / "params")
        generate_files(work, arguments.client)
        show_cold(work, arguments.client)
        show_warm(*others(work, arguments.client, arguments.repeats))
        if arguments.profile:
            show_profile(work, arguments.client)


def generate_files(work: Path, client: str) -> None:
    """Have the files of a synthetic client written, in another process: this one's first report is cold."""
    code = "import sys\nfrom pathlib import Path\nfrom analysis.data.load import load_client_data\n"
    code += (
        "from analysis.params.load import load_params\nload_client_data(load_params(sys.argv[1], Path(sys.argv[2])))"
    )
    subprocess.run([sys.executable, "-c", code, client, str(work / "params")], check=True)


def show_cold(work: Path, client: str) -> None:
    """Make the report by its command, in a process of its own, and print its steps, time and memory."""
    command = [sys.executable, "-m", "analysis.cli", "report", client, "--params", str(work / "params")]
    steps = work / "steps"
    with steps.open("wb") as stream:
        before, started = children(), time.perf_counter()
        process = subprocess.Popen([*command, "--out", str(work / "reports")], stdout=stream, stderr=stream)
        together = watch_memory(process)
        seconds, used = time.perf_counter() - started, children() - before
    if process.returncode not in (0, 3):  # 3: an alert has fired
        raise SystemExit(f"audit report failed:\n{steps.read_text('utf-8')}")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"audit report {client}, cold: {seconds:.2f} s on the wall, {used:.2f} s of the processor; its steps:")
    print(steps.read_text("utf-8").rstrip())
    print(f"memory: largest process {largest / 1e6:.0f} MB", end="")
    print(f", all together {together / 1e6:.0f} MB" if together else "")


def watch_memory(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; return the most memory that it and its descendants held together, 0 where nobody tells."""
    root, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            tree = [root, *root.children(recursive=True)]
            most = max(most, sum(getattr(each.memory_full_info(), "pss", 0) for each in tree))
        except psutil.Error:  # one of them has just ended: the next look counts
            pass
        time.sleep(LOOK_EVERY)
    return most


def children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def others(work: Path, client: str, repeats: int) -> tuple[Path, list[str]]:
    """Return clients of whom none has been laid out before, and the folder of their `params`; `client` is one of them.

    Where it is not the demonstration client, there is only itself, again and again.
    """
    if client != "demo":
        return work, [client] * (repeats + 1)
    (work / "copies").mkdir()
    return work / "copies", write_clients(work / "copies", repeats + 1)


def show_warm(work: Path, clients: Sequence[str]) -> None:
    """Make the documents of each client in this process, and print the medians by phase, the first one's beside."""
    first, repeats = one_report(work, clients[0]), len(clients) - 1
    gc.collect()
    gc.freeze()  # as in processes that are forked from a warm one
    runs = [one_report(work, client) for client in clients[1:]]
    print(f"\nthe bare limit, {repeats} reports in a warm process, medians (the process's first report beside):")
    print(f"  {'':<12}{'wall':>9}{'processor':>12}{'share':>8}{'first':>11}")
    used = {name: statistics.median(run[name][1] for run in runs) for name in first}
    for name, seconds in used.items():
        wall = statistics.median(run[name][0] for run in runs)
        share = seconds / sum(used.values())
        print(f"  {name:<12}{wall:>7.2f} s{seconds:>10.2f} s{share:>8.0%}{first[name][1]:>9.2f} s")
    whole = [sum(pair[i] for pair in run.values()) for i in (0, 1) for run in runs]
    wall, processor = (statistics.median(part) for part in (whole[:repeats], whole[repeats:]))
    print(f"  {'all':<12}{wall:>7.2f} s{processor:>10.2f} s{1:>8.0%}{sum(pair[1] for pair in first.values()):>9.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"memory: this process {peak / 1e6:.0f} MB at most")


def one_report(work: Path, client: str) -> dict[str, Pair]:
    """Return the seconds of each phase."""
    found: dict[str, Pair] = {}

    @contextmanager
    def during(name: str) -> Iterator[None]:
        started, before = time.perf_counter(), time.process_time()
        yield
        found[name] = time.perf_counter() - started, time.process_time() - before

    bare_report(work, client, work / "bare", during)
    return found


def show_profile(work: Path, client: str) -> None:
    """Print what takes the time of a warm report by itself, callees left out: by phase and library, and by function."""
    profiles: defaultdict[str, cProfile.Profile] = defaultdict(cProfile.Profile)

    @contextmanager
    def during(name: str) -> Iterator[None]:
        with profiles[name]:
            yield

    bare_report(work, client, work / "bare", during)
    functions: Counter[str] = Counter()
    for name, profile in profiles.items():
        libraries: Counter[str] = Counter()
        for (path, _line, function), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
            libraries[library(path)] += own
            functions[f"{library(path)}: {function}"] += own
        parts = ", ".join(f"{key} {part / libraries.total():.0%}" for key, part in libraries.most_common(5))
        print(f"\n{name} by itself: {parts}", end="")
    print("\n\nfunctions by themselves, of the whole report (a profile makes small functions look larger):")
    for key, own in functions.most_common(MOST_FUNCTIONS):
        print(f"  {own / functions.total():>6.1%}  {key}")


def library(path: str) -> str:
    """Return the package that a source file belongs to; what is written in C has no file."""
    for folder in ("site-packages/", "src/"):
        if folder in path:
            return path.rpartition(folder)[2].split("/")[0]
    return "C" if path == "~" else "Python"


if __name__ == "__main__":
    main()
