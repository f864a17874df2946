"""How long the PDF of a thirty-page audit takes, and how much memory the largest client that ships needs.

The audit of `demo` is built, chapters are repeated until the document has thirty pages, and the exporter is timed in a
fresh process: importing it, the first export (fonts are loaded), and further ones. Memory is the peak of the largest
process of `audit report completejourney`, a year of household purchases, as the operating system counts it.

    python benchmarks/pdf_and_memory.py [--repeats 5]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = 30
EXPORT = """
import sys, time
started = time.perf_counter()
import nbformat
from analysis.report.pdf import AuditPDFExporter
notebook = nbformat.read(sys.argv[1], as_version=4)
seconds = [time.perf_counter() - started]
started = time.perf_counter()
for _ in range(int(sys.argv[2])):
    body, _ = AuditPDFExporter().from_notebook_node(notebook)
    seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
print(*seconds)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory(prefix="pdf-and-memory-") as folder:
        notebook, pages = lengthen(build("demo", Path(folder))[0] / "audit.ipynb", Path(folder) / "long.ipynb")
        imports, first, *again = export(notebook, repeats + 1)
        print(f"PDF of {pages} pages: first export {first:.2f} s (after {imports:.2f} s of imports),")
        print(f"again {min(again):.2f} to {max(again):.2f} s over {repeats} exports")
        _, peak = build("completejourney", Path(folder))
        print(f"completejourney: largest process {peak / 1e9:.2f} GB")


def build(client: str, folder: Path) -> tuple[Path, int]:
    """Build a client from nothing; return its folder and the peak memory of the largest process in bytes."""
    command = [sys.executable, "-m", "analysis.cli", "report", client, "--params", str(ROOT / "params")]
    process = subprocess.Popen([*command, "--out", str(folder)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    (manifest,) = (folder / client).glob("*/manifest.json")
    return manifest.parent, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def lengthen(source: Path, target: Path) -> tuple[Path, int]:
    """Repeat chapters, headings and all, until the document has enough pages."""
    import io

    import nbformat
    from pypdf import PdfReader

    from analysis.report.pdf import AuditPDFExporter

    notebook = nbformat.read(source, as_version=4)
    chapters = [cell for cell in notebook.cells if cell.get("metadata", {}).get("audit", {}).get("chapter")][1:]
    while True:
        body, _ = AuditPDFExporter().from_notebook_node(notebook)
        pages = len(PdfReader(io.BytesIO(body)).pages)
        if pages >= PAGES:
            break
        notebook.cells.append(chapters[len(notebook.cells) % len(chapters)])
    nbformat.write(notebook, target)
    return target, pages


def export(notebook: Path, times: int) -> list[float]:
    """Return the seconds of each of several exports in one fresh process."""
    command = [sys.executable, "-W", "ignore", "-c", EXPORT, str(notebook), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


if __name__ == "__main__":
    main()
