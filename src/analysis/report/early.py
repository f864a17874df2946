"""Starts the kernel before the parameters are read, where a report will almost certainly be built.

Only the standard library is imported here. A kernel that turns out not to be needed is ended at once.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.report.kernel import KernelProcess


@contextmanager
def early_kernel(client: str, params_folder: Path, out: Path, *, force: bool) -> Iterator[KernelProcess | None]:
    """Give a kernel that is already loading, gone in the end; or None where it is probably not needed.

    Parameters
    ----------
    client, params_folder, out, force
        As for `build_report`.
    """
    if not is_cold(client, params_folder, out, force):
        yield None
        return
    with TemporaryDirectory(prefix="relationship-audit-", ignore_cleanup_errors=True) as folder:
        kernel = KernelProcess.start(Path(folder))
        try:
            yield kernel
        finally:
            kernel.kill()


def is_cold(client: str, params_folder: Path, out: Path, force: bool) -> bool:
    """Return whether the client exists and has no report yet that might prove unchanged."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", client) or not (params_folder / f"{client}.yml").is_file():
        return False
    return force or not any((out / client).glob("*/manifest.json"))
