"""The process that runs the notebook: started before anything else, so that it loads while its parent does.

Only the standard library is imported here: the sooner the process starts, the sooner the report is done.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from analysis.errors import ReportError

PRELOAD = ("analysis.audit", "analysis.document.compose", "analysis.report.audit_json")
"""What the notebook imports anyway: loaded while the parent is still getting ready."""

FAULTS_MIME = "application/vnd.relationship-audit.faults+json"
"""Under this type the kernel tells what is wrong with the input."""

# One thread each: the matrices are small, and sums that are split over threads differ in their last bits.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# What would let the user's own set-up reach into the report.
_NOT_OURS = ("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "MPLBACKEND", "MATPLOTLIBRC")


def kernel_environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a kernel whose settings live in `folder` and nowhere else.

    Parameters
    ----------
    folder
        The run's private folder.
    environ
        The caller's environment; variables that a parameter file names must get through.
    """
    ours = {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "MPLCONFIGDIR": str(_font_cache(folder)),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }
    kept = {key: value for key, value in environ.items() if key not in _NOT_OURS}
    return kept | dict.fromkeys(_THREADS, "1") | ours


def _font_cache(folder: Path) -> Path:
    """Return where matplotlib keeps its list of fonts: in the environment, since listing takes seconds each time.

    Nobody keeps settings there, so the user's own ``matplotlibrc`` stays out as it does with a private folder.
    """
    shared = Path(sys.prefix, "var", "relationship-audit")
    try:
        shared.mkdir(parents=True, exist_ok=True)
    except OSError:  # an environment that is read-only for its user: the list is then made anew for every run
        return folder / "matplotlib"
    return shared if os.access(shared, os.W_OK) else folder / "matplotlib"


class KernelProcess:
    """A Python kernel in a process group of its own, which never outlives its parent.

    Parameters
    ----------
    process
        The running interpreter.
    connection_file
        Where the kernel writes its ports and key as soon as it listens.
    log
        What the process itself wrote to its standard output and error.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", connection_file: Path, log: Path) -> None:
        self.process = process
        self.connection_file = connection_file
        self.log = log

    @classmethod
    def start(cls, folder: Path, *, preload: Sequence[str] = PRELOAD, cwd: Path | None = None) -> Self:
        """Start a kernel whose settings, log and connection file live in `folder`; return at once."""
        folder.mkdir(parents=True, exist_ok=True)
        connection_file, log = folder / "kernel.json", folder / "kernel.log"
        connection_file.unlink(missing_ok=True)  # a stale one would be taken for the new kernel's
        command = [sys.executable, "-P", "-m", "analysis.report.kernel_main", str(connection_file), str(os.getpid())]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*command, *preload],
                cwd=cwd,
                env=kernel_environment(folder, os.environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the whole group
            )
        return cls(process, connection_file, log)

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self.process.poll() is None

    def wait_until_listening(self, timeout: float = 60.0) -> None:
        """Wait until the connection file is there; raise ReportError where the process ends or takes too long."""
        deadline = time.monotonic() + timeout
        while not (self.connection_file.exists() and self.connection_file.read_bytes().rstrip().endswith(b"}")):
            if not self.is_alive():
                raise ReportError(f"the kernel ended before it listened:\n{self.read_log()}")
            if time.monotonic() > deadline:
                raise ReportError(f"the kernel did not listen within {timeout:.0f} seconds")
            time.sleep(0.01)

    def read_log(self) -> str:
        """Return what the process wrote, or an empty string."""
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """End the kernel and whatever it started, at once; harmless where it has ended already."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the whole group is gone already
        except PermissionError:  # macOS says so of a group that holds only a zombie
            self.process.kill()
        self.process.wait()
