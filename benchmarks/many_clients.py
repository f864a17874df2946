"""What a report costs among many, as ratios measured in one run: the runner, the plain stack, and the bare limit.

Every contender makes the reports of the same clients, copies of the demonstration client with other seeds whose files
are there already, and as many at a time. The plain stack is papermill's command with the stock kernel, nbconvert's
command to HTML and a headless Chromium to PDF. The bare limit is `run_audit` and the rendering of the same documents in
as many warm processes, without Jupyter, without a process for each client and without publication: nothing that makes
whole reports can be faster. The overhead of a report is its time beyond the bare limit.

    python benchmarks/many_clients.py [--clients 50] [--jobs 2]
"""

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from against_plain_stack import BROWSERS, NOTEBOOK, ROOT, plain_stack, require

MOST_OVERHEAD = 1 / 8
"""Of the runner, as a share of the plain stack's."""
MOST_TIME = 1.3
"""Of the runner, in units of the bare limit."""
Phase = AbstractContextManager[None]
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of all processors."""

    wall: float
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bare", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare is not None:
        return bare_worker(Path(arguments.bare[0]), arguments.bare[1:])
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser is None:
        print(f"no browser found; looked for {', '.join(BROWSERS)}", file=sys.stderr)
        return 1
    os.environ.update(SINGLE)
    with tempfile.TemporaryDirectory(prefix="many-clients-") as folder:
        work = Path(folder)
        clients = write_clients(work, arguments.clients)
        costs = {
            "bare limit": bare_limit(work, clients, arguments.jobs),
            "audit reports": measured(lambda: run_reports(work, clients, arguments.jobs)),
            "plain stack": measured(lambda: run_plain_stack(work, clients, arguments.jobs, browser)),
        }
    return show(costs, arguments.clients, arguments.jobs)


def write_clients(work: Path, count: int) -> list[str]:
    """Write parameters and data of copies of the demonstration client; return their ids."""
    shutil.copytree(ROOT / "params", work / "params", ignore=shutil.ignore_patterns("*.yml"))
    shutil.copy(ROOT / "params" / "defaults.yml", work / "params")
    demo = (ROOT / "params" / "demo.yml").read_text("utf-8")
    assert "{seed: 7," in demo
    clients = [f"demo-{number:03d}" for number in range(count)]
    for number, client in enumerate(clients):
        text = demo.replace("{seed: 7,", f"{{seed: {1000 + number},")
        (work / "params" / f"{client}.yml").write_text(text, encoding="utf-8")
    generate = "import sys\nfrom pathlib import Path\nfrom analysis.data.load import load_client_data\n"
    generate += "from analysis.params.load import load_params\n"
    generate += "for client in sys.argv[2:]: load_client_data(load_params(client, Path(sys.argv[1])))"
    subprocess.run([sys.executable, "-c", generate, str(work / "params"), *clients], check=True)
    return clients


def measured(run: Callable[[], None]) -> Cost:
    """Return what `run` and all that it starts and waits for take."""
    started, before = time.perf_counter(), _children()
    run()
    return Cost(time.perf_counter() - started, _children() - before)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_reports(work: Path, clients: Sequence[str], jobs: int) -> None:
    out = work / "reports"
    command = [sys.executable, "-m", "analysis.cli", "reports", *clients, "--params", str(work / "params")]
    done = subprocess.run(
        [*command, "--out", str(out), "--jobs", str(jobs)], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 3):  # 3: an alert of the demonstration client has fired
        raise SystemExit(f"audit reports failed:\n{done.stdout}{done.stderr}")
    for client in clients:
        (folder,) = (path.parent for path in (out / client).glob("*/manifest.json"))
        require(folder / "audit.html", folder / "audit.pdf", folder / "audit.xlsx")


def run_plain_stack(work: Path, clients: Sequence[str], jobs: int, browser: str) -> None:
    def one(client: str) -> None:
        place = work / "plain" / client
        place.mkdir(parents=True)
        plain_stack(NOTEBOOK, {"client": client, "params_folder": str(work / "params")}, browser, place)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, clients))


def bare_limit(work: Path, clients: Sequence[str], jobs: int) -> Cost:
    """Have warm processes make the documents of their share each; return the time from the word go."""
    command = [sys.executable, __file__, "--bare", str(work)]
    shares = [clients[number::jobs] for number in range(jobs)]
    workers = [
        subprocess.Popen([*command, *share], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for share in shares
        if share
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "warm\n"
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    used = [json.loads(worker.communicate()[0]) for worker in workers]
    return Cost(time.perf_counter() - started, sum(used))


def bare_worker(work: Path, clients: Sequence[str]) -> int:
    """Load everything, wait for the word, make the documents of the clients, and print the processor's seconds."""
    bare_report(work, clients[0], work / "warming")
    gc.collect()
    gc.freeze()  # as processes that are forked from a warm one have it
    print("warm", flush=True)
    sys.stdin.readline()
    before = time.process_time()
    for client in clients:
        bare_report(work, client, work / "bare" / client)
    print(json.dumps(time.process_time() - before))
    return 0


def bare_report(work: Path, client: str, folder: Path, during: Callable[[str], Phase] = nullcontext) -> None:
    """Make the documents of one client, as a notebook would have them, but without running one.

    Parameters
    ----------
    work
        Holds `params`.
    client, folder
        Whose documents, and where they go.
    during
        Gives a context for each phase by its name.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from analysis.audit import run_audit
    from analysis.document.compose import compose_document
    from analysis.params.load import load_params
    from analysis.report.audit_json import FILE_NAME, render_audit_json
    from analysis.report.collect import collect_content
    from analysis.report.desk.files import render_desk_files
    from analysis.report.export import html_exporter, pdf_exporter

    with during("computing"):
        params = load_params(client, work / "params")
        audit = run_audit(params)
    with during("audit.json"):
        text = render_audit_json(audit)
    with during("chapters"):
        document = compose_document(audit)
        blocks = (document.cover, *document.chapters)
    with during("showing"):
        cells = [new_code_cell(outputs=[new_output("display_data", block._repr_mimebundle_())]) for block in blocks]
        content = collect_content(new_notebook(cells=cells))
    files = {FILE_NAME: text.encode()}
    with during("HTML"):
        files["audit.html"] = html_exporter().render(content).encode()
    with during("PDF"):
        files["audit.pdf"] = pdf_exporter().render(content)
    with during("workbook"):
        files |= render_desk_files(content, json.loads(text), params.formats)
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(made)


def show(costs: dict[str, Cost], count: int, jobs: int) -> int:
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    print(f"{machine}: {count} clients, {jobs} at a time\n")
    print(f"{'':<14}{'wall':>10}{'a report':>10}{'of processors':>16}{'a report':>10}")
    for name, cost in costs.items():
        print(f"{name:<14}{cost.wall:>8.1f} s{cost.wall / count:>8.2f} s{cost.cpu:>14.1f} s{cost.cpu / count:>8.2f} s")
    bare, own, plain = costs["bare limit"], costs["audit reports"], costs["plain stack"]
    passed = True
    print()
    for clock in ("wall", "cpu"):
        limit, ours, theirs = (getattr(cost, clock) for cost in (bare, own, plain))
        overhead, ratio = (ours - limit) / (theirs - limit), ours / limit
        print(
            f"{clock:<5} overhead per report against the plain stack's: {overhead:.3f} (goal: at most {MOST_OVERHEAD});"
            f" time against the bare limit: {ratio:.2f} (goal: at most {MOST_TIME})"
        )
        passed = passed and (clock == "cpu" or (overhead <= MOST_OVERHEAD and ratio <= MOST_TIME))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
