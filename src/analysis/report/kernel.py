"""The process that runs the notebook: started before anything else, so that it loads while its parent does, or forked.

Only the standard library is imported here: the sooner the process starts, the sooner the report is done.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from analysis.errors import ReportError
from analysis.kernel.sockets import SocketFolder

if TYPE_CHECKING:
    from analysis.forking.client import ForkServer
    from analysis.forking.process import ForkedProcess

PRELOAD = ("analysis.audit", "analysis.document.compose", "analysis.report.audit_json")
"""What the notebook imports anyway: loaded while the parent is still getting ready."""

ON_DEMAND = (
    "analysis.document.html",
    "analysis.report.earlier",
    "analysis.report.notebook",
    "analysis.synthetic",
    "pandera.pandas",
    "pyarrow.parquet",
    "python_calamine",
    "sklearn.decomposition",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "vaderSentiment.vaderSentiment",
)
"""What a notebook imports where its client has such data: too much for one report in advance, nothing for many."""

WARM_UP = "analysis.report.kernel_warm:load_for_kernels"
"""What forked kernels find read as well."""

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


def start_kernel_server(folder: Path, *, preload: Sequence[str] | None = None) -> "ForkServer":
    """Start a server from which `KernelProcess.fork` gets kernels that have loaded already; return at once.

    Parameters
    ----------
    folder
        Where the server's log is kept, for as long as it runs.
    preload
        Modules that the kernels find loaded; None: all that a report may need, with the files that all reports read.

    Raises
    ------
    ForkServerError
        Processes cannot be forked here (`analysis.forking.client.can_fork` tells beforehand).
    """
    from analysis.forking.client import ForkServer

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("wb") as log:
        environment = kernel_environment(folder, os.environ)
        modules = (*PRELOAD, *ON_DEMAND) if preload is None else preload
        warm_up = [WARM_UP] if preload is None else []
        return ForkServer.start(("analysis.report.kernel_main", *modules), warm_up=warm_up, env=environment, stderr=log)


class KernelProcess:
    """A Python kernel in a process group of its own, which never outlives its parent.

    Parameters
    ----------
    process
        The running interpreter.
    connection_file
        Where the kernel writes its addresses and key as soon as it listens.
    log
        What the process itself wrote to its standard output and error.
    sockets
        The private folder of its sockets, or None where it listens on ports of this machine.
    """

    def __init__(
        self,
        process: "subprocess.Popen[bytes] | ForkedProcess",
        connection_file: Path,
        log: Path,
        sockets: SocketFolder | None = None,
    ) -> None:
        self.process = process
        self.connection_file = connection_file
        self.log = log
        self._sockets = sockets

    @classmethod
    def start(cls, folder: Path, *, preload: Sequence[str] = PRELOAD, cwd: Path | None = None) -> Self:
        """Start a kernel whose settings, log and connection file live in `folder`; return at once."""
        connection_file, log, sockets = _prepare(folder)
        command = [sys.executable, "-P", "-m", "analysis.report.kernel_main", str(connection_file)]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*command, _address(sockets), str(os.getpid()), *preload],
                cwd=cwd,
                env=kernel_environment(folder, os.environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the whole group
            )
        return cls(process, connection_file, log, sockets)

    @classmethod
    def fork(cls, server: "ForkServer", folder: Path, *, cwd: Path | None = None) -> Self:
        """Fork a kernel from a `server` made by `start_kernel_server`; else as `start`.

        Raises
        ------
        ForkServerError
            The server has ended or cannot be used.
        """
        connection_file, log, sockets = _prepare(folder)
        with log.open("wb") as stream:
            process = server.fork(
                "analysis.report.kernel_main:run_forked",
                [str(connection_file), _address(sockets)],
                cwd=cwd,
                env=kernel_environment(folder, os.environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                name="audit-kernel",
            )
        return cls(process, connection_file, log, sockets)

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
        if self._sockets is not None:
            self._sockets.remove()


def _prepare(folder: Path) -> tuple[Path, Path, SocketFolder | None]:
    """Return connection file, log and sockets of a kernel to come, the folders made."""
    folder.mkdir(parents=True, exist_ok=True)
    connection_file = folder / "kernel.json"
    connection_file.unlink(missing_ok=True)  # a stale one would be taken for the new kernel's
    try:
        sockets = SocketFolder.create()
    except OSError:  # no place for them: a kernel on ports, with its key, is as good
        sockets = None
    return connection_file, folder / "kernel.log", sockets


def _address(sockets: SocketFolder | None) -> str:
    return "" if sockets is None else sockets.address
