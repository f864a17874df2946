"""Runs the audit's notebook for one client and tells apart what may go wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from analysis.errors import DataError, Fault, InputError, ParamsError, ReportError
from analysis.report.engine import OnStep
from analysis.report.kernel import FAULTS_MIME, KernelProcess

ENGINE = "relationship-audit"


class NotebookError(ReportError):
    """A notebook that failed for a reason which is not the input's.

    Parameters
    ----------
    message
        What happened, in one or a few lines.
    log
        What the kernel wrote, with the traceback.
    """

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def run_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    *,
    kernel: KernelProcess,
    on_step: OnStep | None = None,
) -> NotebookNode:
    """Execute the notebook `source` with `parameters`, leave it at `target` however it ends, and return it.

    Parameters
    ----------
    source, target
        The notebook without outputs, and where the executed one goes.
    parameters
        Values for names that the notebook's cell tagged ``parameters`` defines.
    kernel
        The kernel to run it in; it has ended when this returns.
    on_step
        Told of each named cell, see `AuditEngine.execute_notebook`.

    Raises
    ------
    InputError
        The parameters or the data have faults, told by the kernel.
    NotebookError
        An unknown parameter, an exception in a cell, or a kernel that died.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    _refuse_unknown(papermill.inspect_notebook(_literal(source)), parameters)
    try:
        return papermill.execute_notebook(
            _literal(source),
            _literal(target),
            parameters=dict(parameters),
            engine_name=ENGINE,
            progress_bar=False,
            request_save_on_cell_execute=False,
            kernel=kernel,
            save_to=str(target),
            on_step=on_step,
        )
    except PapermillExecutionError as error:
        faults = _read_faults(target)
        if faults is not None:
            raise faults from None
        raise NotebookError(f"{error.ename}: {error.evalue}", f"{error}\n{kernel.read_log()}") from error
    except (DeadKernelError, CellTimeoutError) as error:
        code = kernel.process.poll()
        raise NotebookError(f"the kernel died (exit code {code})", f"{error}\n{kernel.read_log()}") from error


def _literal(path: Path) -> str:
    """Return `path` so that papermill, which formats paths with the parameters, leaves its braces alone."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _refuse_unknown(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise where a parameter would only be logged by papermill and then change nothing."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise NotebookError(f"the notebook has no parameter {', '.join(unknown)}; it has {', '.join(known)}", "")


def _read_faults(notebook: Path) -> InputError | None:
    """Return the input's faults that the kernel has put into the failed notebook, or None."""
    import nbformat

    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get(FAULTS_MIME)
            if data is not None:
                kinds: dict[str, type[InputError]] = {kind.title: kind for kind in (ParamsError, DataError)}
                return kinds.get(data["title"], InputError)(Fault(**fault) for fault in data["faults"])
    return None
