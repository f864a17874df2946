"""How much sooner a report is there than with the plain stack, as a ratio measured in one run on one machine.

The plain stack is papermill's command with the stock kernel, nbconvert's command to HTML and a headless Chromium to
PDF. Both make the same notebook for the same client, each run from nothing: no data generated, no process warm. What
the report saves is given in units of what the plain stack takes for an empty notebook, one that only imports pandas,
seaborn and statsmodels: that is the price of the stack itself.

    python benchmarks/against_plain_stack.py [--client demo] [--repeats 5]
"""

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "relationship_audit.ipynb"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
GOAL = 0.4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--client", default="demo")
    parser.add_argument("--params", type=Path, default=ROOT / "params")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser is None:
        print(f"no browser found; looked for {', '.join(BROWSERS)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="against-plain-stack-") as folder:
        times = measure(Path(folder), arguments.client, arguments.params, browser, arguments.repeats)
    return show(times, arguments.repeats)


def measure(folder: Path, client: str, params: Path, browser: str, repeats: int) -> dict[str, list[float]]:
    """Return seconds by contender; the contenders take turns, so that a busy moment hits all alike."""
    shutil.copytree(params, folder / "params")
    empty = write_empty_notebook(folder / "empty.ipynb")
    parameters = {"client": client, "params_folder": str(folder / "params")}
    contenders: Mapping[str, Callable[[Path], None]] = {
        "plain stack, empty notebook": lambda work: plain_stack(empty, {}, browser, work),
        f"plain stack, {client}": lambda work: plain_stack(NOTEBOOK, parameters, browser, work),
        f"audit report {client}": lambda work: audit_report(client, folder / "params", work),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(repeats + 1):
        for name, run in contenders.items():
            work = folder / "work"
            work.mkdir()
            started = time.perf_counter()
            run(work)
            seconds = time.perf_counter() - started
            shutil.rmtree(work)
            shutil.rmtree(folder / "data", ignore_errors=True)
            if turn > 0:  # the first turn fills the system's file cache for all
                times[name].append(seconds)
    return times


def write_empty_notebook(path: Path) -> Path:
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    )
    source = "import pandas\nimport seaborn\nimport statsmodels.api"
    notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}))
    nbformat.write(notebook, path)
    return path


def plain_stack(notebook: Path, parameters: Mapping[str, str], browser: str, work: Path) -> None:
    executed, page = work / "executed.ipynb", work / "executed.html"
    options = [word for name, value in parameters.items() for word in ("-r", name, value)]
    # What papermill hands to the stock kernel is the stock environment: no engine, no preloading of ours.
    call(sys.executable, "-m", "papermill", "--no-progress-bar", *options, str(notebook), str(executed))
    call(sys.executable, "-m", "nbconvert", "--to", "html", str(executed))
    call(
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={work / 'profile'}",
        f"--print-to-pdf={work / 'executed.pdf'}",
        page.as_uri(),
    )
    require(page, work / "executed.pdf")


def audit_report(client: str, params: Path, work: Path) -> None:
    call(sys.executable, "-m", "analysis.cli", "report", client, "--params", str(params), "--out", str(work))
    (folder,) = (work / client).iterdir()
    require(folder / "audit.html", folder / "audit.pdf")


def call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")


def require(*paths: Path) -> None:
    for path in paths:
        if not path.stat().st_size:
            raise SystemExit(f"{path.name} is empty")


def show(times: Mapping[str, list[float]], repeats: int) -> int:
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {repeats} repeats\n")
    width = max(map(len, times))
    print(f"{'':<{width}}  {'fastest':>9}  {'median':>9}  {'slowest':>9}")
    for name, seconds in times.items():
        cells = (f"{value:>7.2f} s" for value in (min(seconds), statistics.median(seconds), max(seconds)))
        print(f"{name:<{width}}  {'  '.join(cells)}")
    empty, plain, own = (statistics.median(seconds) for seconds in times.values())
    saved = (plain - own) / empty
    print(f"\nsaved, in units of the plain stack's empty notebook (medians): {saved:.2f} (goal: at least {GOAL})")
    return 0 if saved >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
