"""Parameter files written for one test each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.errors import Fault, ParamsError
from analysis.params.load import load_params
from analysis.params.model import ClientParams


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `params`, given as a user gives it: relative to the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("params").mkdir()
    return Path("params")


@pytest.fixture
def load(folder: Path) -> Callable[..., ClientParams]:
    """Write acme.yml (and defaults.yml, where given) and load the client."""

    def write_and_load(text: str, defaults: str | None = None, **options: object) -> ClientParams:
        (folder / "acme.yml").write_text(text, encoding="utf-8")
        if defaults is not None:
            (folder / "defaults.yml").write_text(defaults, encoding="utf-8")
        return load_params("acme", folder, **options)

    return write_and_load


@pytest.fixture
def faults(load: Callable[..., ClientParams]) -> Callable[..., list[Fault]]:
    """Load a client that must be refused, and return what was found."""

    def refused(text: str, defaults: str | None = None, **options: object) -> list[Fault]:
        with pytest.raises(ParamsError) as caught:
            load(text, defaults, **options)
        return list(caught.value.faults)

    return refused
