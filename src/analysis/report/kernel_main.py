"""What the kernel's process runs: IPython's kernel, the stack preloaded, and faults told as data.

``python -m analysis.report.kernel_main CONNECTION_FILE ADDRESS PARENT_PID MODULE...``, or `run_forked` in a process
that has loaded them already.
"""

import gc
import importlib
import logging
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from analysis.errors import InputError
from analysis.kernel.forked import ForkedKernelApp
from analysis.report.imports import NEVER_SHOWN, hidden
from analysis.report.kernel import FAULTS_MIME


def main(argv: Sequence[str]) -> None:
    """Run a kernel until it is told to stop or its parent is gone."""
    connection_file, address, parent, *modules = argv
    folders = [Path(connection_file).parent, *([Path(address).parent] if address else [])]
    threading.Thread(target=_end_with_parent, args=(int(parent), folders), daemon=True).start()
    app = initialise(IPKernelApp, connection_file, address)
    # Only now: a pyplot imported before the shell exists would never draw into the notebook.
    preload(modules)
    app.start()


def run_forked(connection_file: str, address: str) -> None:
    """Run a kernel in a process forked from one that has imported everything; its server ends it with its parent."""
    initialise(ForkedKernelApp, connection_file, address, parent_handle=os.getppid(), ignore_cwd=True).start()


def initialise(kind: type[IPKernelApp], connection_file: str, address: str, **traits: Any) -> IPKernelApp:
    """Return a kernel that listens, and tells faults of the input as data.

    Parameters
    ----------
    kind
        The class of the kernel.
    connection_file
        Where it says how to reach it.
    address
        Where its Unix sockets are (`analysis.kernel.sockets.SocketFolder.address`), or nothing for ports.
    traits
        Of the kernel, besides.
    """
    if address:
        traits |= {"transport": "ipc", "ip": address}
    # What libraries write past Python (a crash, say) belongs into the log, not into the notebook.
    app = kind.instance(
        connection_file=connection_file, log_level=logging.CRITICAL, capture_fd_output=False, **traits
    )  # fmt: skip
    app.initialize(["--HistoryManager.enabled=False", "--HistoryManager.hist_file=:memory:"])
    shell: Any = app.shell
    shell.set_custom_exc((InputError,), show_faults)
    return app


def _end_with_parent(parent: int, folders: Sequence[Path]) -> None:
    """End this process when its parent has ended, however that happened, and leave no folder behind."""
    while os.getppid() == parent:
        time.sleep(0.25)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def preload(modules: Sequence[str]) -> None:
    """Import `modules`; one that cannot be imported is logged, and fails where the notebook imports it.

    What is loaded stays as long as the process: the collector does not look for garbage in it, neither now nor later.
    """
    gc.disable()
    with hidden(*NEVER_SHOWN):
        for module in modules:
            try:
                importlib.import_module(module)
            except Exception:  # noqa: BLE001 - raised again, in the notebook, where the reader sees it
                traceback.print_exc(file=sys.__stderr__)
    gc.freeze()
    gc.enable()


def show_faults(
    shell: Any, kind: type[InputError], error: InputError, trace: TracebackType, tb_offset: int | None = None
) -> None:
    """Publish what is wrong with the input as data, for whoever runs the notebook, and then as a traceback."""
    from IPython.display import publish_display_data

    faults = [dict(vars(fault)) for fault in error.faults]
    publish_display_data({FAULTS_MIME: {"title": error.title, "faults": faults}, "text/plain": str(error)})
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


if __name__ == "__main__":
    main(sys.argv[1:])
