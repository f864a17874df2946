"""Loads what the children will find loaded, and makes sure that a process with all that can be forked."""

import gc
import importlib
from collections.abc import Callable, Collection, Sequence
from typing import Any

from analysis.forking import system
from analysis.forking.wire import ForkServerError


def load_template(preload: Sequence[str], warm_up: Sequence[str], files: Collection[int]) -> None:
    """Import modules, call functions, and freeze what there is, so that children share it.

    Parameters
    ----------
    preload, warm_up
        Modules to import, and "module:function" to call.
    files
        Descriptors that are the server's own business.

    Raises
    ------
    ForkServerError
        Threads are running or files are open afterwards: in a child the threads would be missing, whatever lock they
        held would stay locked, and a position in a file would be shared by all children.
    """
    gc.disable()  # nothing of what modules make at import is garbage
    for module in preload:
        importlib.import_module(module)
    for name in warm_up:
        resolve(name)()
    gc.collect()
    _check(files)
    # Out of the collector's sight: it would touch, and so copy, every page in every child.
    gc.freeze()
    gc.enable()


def resolve(entry: str) -> Callable[..., Any]:
    """Return the function that "module:function" names."""
    module, _, name = entry.partition(":")
    return getattr(importlib.import_module(module), name)


def _check(files: Collection[int]) -> None:
    threads = system.threads()
    if threads:
        raise ForkServerError(f"what was loaded has started threads: {', '.join(sorted(threads))}")
    left_open = {number: what for number, what in system.open_files().items() if number > 2 and number not in files}
    if left_open:
        listed = ", ".join(f"{number} ({what})" for number, what in sorted(left_open.items()))
        raise ForkServerError(f"what was loaded has left files open: {listed}")
