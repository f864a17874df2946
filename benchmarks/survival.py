"""Kills the runner of many clients, a worker, a kernel or a template at random moments, and looks what is lost.

Each moment begins with some reports there and the others missing. Then `audit reports` is started, one of its processes
is killed with SIGKILL after a random time, and the same run is repeated undisturbed. After that every report must be
complete and equal, byte for byte, to those of a run that nobody has disturbed, nothing else may lie beside them, and no
process may be left.

    python benchmarks/survival.py [--moments 200] [--clients 3] [--seed 1]
"""

import argparse
import io
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from analysis.batch.limits import Limits
from analysis.batch.place import here
from analysis.batch.run import BatchResult, build_reports
from analysis.batch.store import LocalHome
from analysis.batch.templates import ForkLauncher

VICTIMS = ("runner", "audit-worker", "audit-kernel", "template")
SHARES = (4, 3, 3, 1)
"""How often each is the victim."""
LINGER = 10.0
"""Seconds in which all that a killed runner has started must be gone."""
PARAMS = """name: Survivor {number}
language: {language}
as_of: 2025-12-31
bootstrap_draws: 100
data_folder: ../data/{client}
sources:
  transactions: {{files: orders.csv}}
"""


class Kept:
    """The launcher of the undisturbed runs: warm from one to the next."""

    def __init__(self, launcher: ForkLauncher) -> None:
        self._launcher = launcher

    def __enter__(self) -> ForkLauncher:
        return self._launcher

    def __exit__(self, *_error: object) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with (
        tempfile.TemporaryDirectory(prefix="survival-") as folder,
        ForkLauncher(lambda text: print(text, file=sys.stderr)) as launcher,
    ):
        work = Path(folder)
        clients = write_clients(work, arguments.clients)
        started = time.perf_counter()
        disturb(work, clients, None, 0.0)  # how long a whole run takes, from nothing
        longest = time.perf_counter() - started
        rerun(work, launcher)
        expected = reports(work)
        assert set(expected) == set(clients)
        counts: Counter[str] = Counter()
        problems = []
        for moment in range(arguments.moments):
            victim = draw.choices(VICTIMS, SHARES)[0]
            found = one_moment(work, clients, launcher, victim, draw.uniform(0, 1.05 * longest), draw, expected)
            counts[f"{victim}: {found[0]}"] += 1
            problems += [f"moment {moment}, {victim}: {text}" for text in found[1]]
    for name, count in sorted(counts.items()):
        print(f"{count:>5}  {name}")
    print(f"{arguments.moments} moments, {arguments.clients} clients, seed {arguments.seed}: {len(problems)} problems")
    print("\n".join(problems))
    return 1 if problems else 0


def one_moment(
    work: Path,
    clients: Sequence[str],
    launcher: ForkLauncher,
    victim: str,
    delay: float,
    draw: random.Random,
    expected: dict[str, dict[str, bytes]],
) -> tuple[str, list[str]]:
    """Disturb one run and repeat it; return whether the victim was met, and everything that is wrong then."""
    for client in clients:
        if draw.random() < 0.7:  # the others are found unchanged
            shutil.rmtree(work / "reports" / client, ignore_errors=True)
    met, alive = disturb(work, clients, victim, delay)
    problems = [f"still running: {name}" for name in alive]
    result = rerun(work, launcher)
    bad = {client: entry.outcome.state for client, entry in result.entries.items() if entry.outcome.exit_code}
    problems += [f"{client} was {state} in the plain rerun" for client, state in bad.items()]
    after = reports(work)
    problems += [f"{client} is not as undisturbed" for client in clients if after.get(client) != expected[client]]
    for client in clients:
        names = sorted(path.name for path in (work / "reports" / client).iterdir())
        # What a failed run has kept for whoever looks into it stays where the good report was never touched.
        if names not in (["2025-12-31"], ["2025-12-31", "failed"]):
            problems.append(f"{client} holds {', '.join(names)}")
    beside = sorted(path.name for path in (work / "reports").iterdir())
    if beside != sorted([*clients, "index.html", "outcomes.json"]):
        problems.append(f"beside the reports: {', '.join(beside)}")
    return met, problems


def disturb(work: Path, clients: Sequence[str], victim: str | None, delay: float) -> tuple[str, list[str]]:
    """Run the command and kill one of its processes after `delay`; return what was met, and what outlived the run."""
    command = [sys.executable, "-m", "analysis.cli", "reports", "--params", str(work / "params"), "--jobs", "2"]
    process = subprocess.Popen(
        [*command, "--out", str(work / "reports")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    met, family = "undisturbed", []
    if victim is not None:
        try:
            process.wait(delay)
            met = "too late"
        except subprocess.TimeoutExpired:
            family = psutil.Process(process.pid).children(recursive=True)
            met = "killed" if kill(victim, process, family) else "not there"
    process.wait()
    deadline = time.monotonic() + LINGER
    while (alive := [name for each in family if (name := running_name(each))]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met, alive


def kill(victim: str, runner: "subprocess.Popen[bytes]", family: Sequence[psutil.Process]) -> bool:
    """Kill the victim; return whether there was one."""
    if victim == "runner":
        runner.kill()
        return True
    for process in family:
        name = running_name(process)
        if name == victim or (victim == "template" and process.ppid() == runner.pid and name):
            process.kill()
            return True
    return False


def running_name(process: psutil.Process) -> str:
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except psutil.NoSuchProcess:
        return ""


def rerun(work: Path, launcher: ForkLauncher) -> BatchResult:
    """Build plainly whatever is missing."""
    limits = Limits(jobs=2, memory=10**12, time_limit=3600.0)
    return build_reports(
        home=LocalHome(params_folder=work / "params", out=work / "reports"),
        place=here(limits, launcher=Kept(launcher)),
        time_limit=limits.time_limit,
        stream=io.StringIO(),
    )


def reports(work: Path) -> dict[str, dict[str, bytes]]:
    """Return the files of every published report, by client and name."""
    return {
        path.parents[1].name: {file.name: file.read_bytes() for file in path.parent.iterdir()}
        for path in (work / "reports").glob("*/*/manifest.json")
    }


def write_clients(work: Path, count: int) -> list[str]:
    """Write small clients, every second in Chinese; return their ids."""
    (work / "params").mkdir()
    clients = [f"survivor-{number}" for number in range(count)]
    for number, client in enumerate(clients):
        draw = random.Random(number)
        home = work / "data" / client
        home.mkdir(parents=True)
        rows = [
            f"C{draw.randrange(30):02d},202{draw.choice('45')}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d},"
            f"{draw.randrange(10, 900)}"
            for _ in range(200)
        ]
        (home / "orders.csv").write_text("\n".join(["customer_id,ordered_on,amount", *rows]) + "\n", encoding="utf-8")
        text = PARAMS.format(number=number, language="zh" if number % 2 else "en", client=client)
        (work / "params" / f"{client}.yml").write_text(text, encoding="utf-8")
    return clients


if __name__ == "__main__":
    sys.exit(main())
