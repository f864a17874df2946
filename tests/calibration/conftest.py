"""The project's folder is where `params/` is looked for, whatever folder the tests are started in."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
