"""Imports the machinery of notebooks, and the stack, without optional features that cost much and serve nobody here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

# jsonschema compiles a grammar to check internationalised addresses (0.8 s), papermill loads Arrow to read notebooks
# from Hadoop (0.2 s). Both do without where the module is missing, and no notebook of ours needs either.
NEVER_USED = ("rfc3987_syntax", "pyarrow")
NEVER_SHOWN = ("ipywidgets",)
"""What seaborn loads for its sliders, and does without (0.2 s of the processor)."""


def import_papermill() -> None:
    """Import papermill, nbformat and nbclient, quickly where nobody has imported them yet."""
    with hidden(*NEVER_USED):
        for name in ("nbclient", "papermill"):
            import_module(name)


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports of modules that are not loaded yet fail as if they were not installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None marks a missing module
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
