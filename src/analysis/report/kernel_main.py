"""What the kernel's process runs: IPython's kernel, the stack preloaded, and faults told as data.

``python -m analysis.report.kernel_main CONNECTION_FILE PARENT_PID MODULE...``
"""

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
from analysis.report.imports import NEVER_SHOWN, hidden
from analysis.report.kernel import FAULTS_MIME


def main(argv: Sequence[str]) -> None:
    """Run a kernel until it is told to stop or its parent is gone."""
    connection_file, parent, *modules = argv
    threading.Thread(target=_end_with_parent, args=(int(parent), Path(connection_file).parent), daemon=True).start()
    # What libraries write past Python (a crash, say) belongs into the log, not into the notebook.
    app = IPKernelApp.instance(connection_file=connection_file, log_level=logging.CRITICAL, capture_fd_output=False)
    app.initialize(["--HistoryManager.enabled=False", "--HistoryManager.hist_file=:memory:"])
    shell: Any = app.shell
    shell.set_custom_exc((InputError,), show_faults)
    # Only now: a pyplot imported before the shell exists would never draw into the notebook.
    preload(modules)
    app.start()


def _end_with_parent(parent: int, folder: Path) -> None:
    """End this process when its parent has ended, however that happened, and leave no folder behind."""
    while os.getppid() == parent:
        time.sleep(0.25)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def preload(modules: Sequence[str]) -> None:
    """Import `modules`; one that cannot be imported is logged, and fails where the notebook imports it."""
    with hidden(*NEVER_SHOWN):
        for module in modules:
            try:
                importlib.import_module(module)
            except Exception:  # noqa: BLE001 - raised again, in the notebook, where the reader sees it
                traceback.print_exc(file=sys.__stderr__)


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
