"""Keeps what a failed run leaves for whoever looks into it: the broken notebook and a log."""

import shutil
import traceback
from collections.abc import Callable
from pathlib import Path

from analysis.errors import ReportError
from analysis.report.publish import FAILED_NAME


def keep_failure(
    folder: Path, staging: Path, notebook: str, error: Exception, redact: Callable[[str], str]
) -> ReportError:
    """Put the broken notebook and a log under ``<folder>/failed``; return the error to raise.

    Parameters
    ----------
    folder, staging
        The client's folder, and the one that the run was building in.
    notebook
        Name of the executed notebook in `staging`.
    error
        What went wrong.
    redact
        Takes the environment's values out of a text.
    """
    failed = staging / FAILED_NAME
    failed.mkdir()
    log = getattr(error, "log", "") or "".join(traceback.format_exception(error))
    (failed / "log.txt").write_text(redact(log), encoding="utf-8")
    broken = staging / notebook
    if broken.exists():
        (failed / broken.name).write_text(redact(broken.read_text("utf-8")), encoding="utf-8")
    kept = folder / FAILED_NAME
    shutil.rmtree(kept, ignore_errors=True)
    failed.rename(kept)
    message = str(error) if isinstance(error, ReportError) else f"{type(error).__name__}: {error}"
    return ReportError(f"{redact(message)}\nThe broken notebook and a log are in {kept}")
