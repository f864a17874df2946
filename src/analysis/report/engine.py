"""The papermill engine: executes a notebook cell by cell in our own kernel, which is saved once, whatever happens.

Papermill loads this module through its entry point while it is itself being imported, so nothing of papermill may be
imported at the top: the class has the methods that papermill calls, and takes papermill's own pieces when called.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbformat import NotebookNode

from analysis.report.kernel import KernelProcess

OnStep = Callable[[str, float | None], None]
"""Called with a step's name and None when it begins, and its seconds when it is done."""

WELCOME_SECONDS = 3.0
"""How long a kernel of an older protocol, which never says welcome, is waited for."""


class AuditEngine:
    """Runs notebooks for papermill (``papermill --engine relationship-audit``)."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        *,
        kernel: KernelProcess | None = None,
        on_step: OnStep | None = None,
        save_to: str | None = None,
        **ignored: Any,
    ) -> NotebookNode:
        """Execute `nb`; write it where papermill will not, for the kernel has died or the user has lost patience.

        Parameters
        ----------
        nb
            The notebook with its parameters; gets its outputs.
        kernel_name
            Ignored: the kernel is this environment's Python.
        output_path
            Where papermill would save after every cell; it is written once, in the end, which papermill does itself.
        kernel
            A kernel that is already starting; default: a new one without preloading.
        on_step
            Told when a cell with metadata ``audit.chapter`` (or ``audit.step``) begins and ends.
        save_to
            Where to write the notebook if papermill asks for no saving (``request_save_on_cell_execute=False``).
        ignored
            Whatever else papermill passes on (progress bar, autosave, time-outs of its own client).
        """
        from papermill.engines import NotebookExecutionManager
        from papermill.iorw import write_ipynb

        manager = NotebookExecutionManager(nb, progress_bar=False, autosave_cell_every=0)
        manager.notebook_start()
        target = output_path or save_to
        try:
            if kernel is not None:
                execute_cells(manager, kernel, on_step)
            else:
                with TemporaryDirectory(prefix="relationship-audit-") as folder:
                    execute_cells(manager, KernelProcess.start(Path(folder), preload=()), on_step)
        except BaseException:
            manager.notebook_complete()
            if target is not None:
                write_ipynb(manager.nb, target)
            raise
        manager.notebook_complete()
        return manager.nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the kernel's name that papermill chooses its translation of parameters by."""
        return name or nb.metadata.get("kernelspec", {}).get("name", "python3")

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the notebook's language; there is only one."""
        return language or "python"


def execute_cells(manager: Any, kernel: KernelProcess, on_step: OnStep | None) -> None:
    """Execute a papermill manager's notebook in `kernel` up to its end or first error, and end the kernel.

    Parameters
    ----------
    manager
        Papermill's ``NotebookExecutionManager``.
    kernel
        Killed before this returns, on every path.
    on_step
        See `AuditEngine.execute_notebook`.

    Raises
    ------
    nbclient.exceptions.DeadKernelError
        The kernel's process has ended. An exception raised by a cell is recorded in the notebook instead.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    client = None
    try:
        kernel.wait_until_listening()
        # A notebook of many figures takes a while to arrive; the reply must not be taken for its end.
        client = NotebookClient(
            manager.nb, km=_adopt(kernel), record_timing=False, iopub_timeout=120, raise_on_iopub_timeout=True
        )
        _connect(client)
        for index, cell in enumerate(manager.nb.cells):
            report, started = _reporter(cell, on_step), time.perf_counter()
            report(None)
            manager.cell_start(cell, index)
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                manager.cell_exception(cell, cell_index=index, exception=error)
                break
            finally:
                manager.cell_complete(cell, cell_index=index)
            report(time.perf_counter() - started)
    finally:
        kernel.kill()
        if client is not None and client.kc is not None:
            client.kc.stop_channels()


def _connect(client: Any) -> None:
    """Connect the client without waiting for the kernel, which is still loading, to be idle.

    A kernel that says welcome publishes to us: nothing that it will show can be lost, and what is sent now is run as
    soon as it has loaded. Waiting for its readiness instead, as nbclient does, costs idle rounds of a second.
    """
    from nbclient.util import run_sync

    client.kc = client.km.client()
    client.kc.start_channels()
    if not run_sync(_is_welcome)(client.kc):
        client.kc.stop_channels()
        client.start_new_kernel_client()
    client.kc.allow_stdin = False


async def _is_welcome(kernel_client: Any) -> bool:
    """Return whether the kernel has confirmed the subscription to what it publishes (protocol 5.4 and later)."""
    from queue import Empty

    try:
        while (await kernel_client.get_iopub_msg(timeout=WELCOME_SECONDS))["msg_type"] != "iopub_welcome":
            pass
    except Empty:
        return False
    return True


def _reporter(cell: NotebookNode, on_step: OnStep | None) -> Callable[[float | None], None]:
    """Return what tells `on_step` about this cell: nothing where the cell has no name."""
    audit = cell.metadata.get("audit", {})
    name = audit.get("chapter") or audit.get("step")
    if on_step is None or name is None:
        return lambda _seconds: None
    return lambda seconds: on_step(name, seconds)


def _adopt(kernel: KernelProcess) -> Any:
    """Return a kernel manager for a process that we have started ourselves."""
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning import LocalProvisioner

    manager = AsyncKernelManager(connection_file=str(kernel.connection_file))
    manager.load_connection_file()
    provisioner = LocalProvisioner(kernel_id="audit", kernel_spec=manager.kernel_spec, parent=manager)
    process: Any = kernel.process  # or a forked one, which has Popen's interface
    provisioner.process = process
    provisioner.pid = provisioner.pgid = kernel.process.pid
    manager.provisioner = provisioner
    return manager
