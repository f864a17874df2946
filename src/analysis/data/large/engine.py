"""What an engine has to offer: open sources lazily, keep a frame out of core, hand over small results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import narwhals as nw
import pandas as pd

if TYPE_CHECKING:
    from analysis.data.paths import DataFolder
    from analysis.params.model import ClientParams
    from analysis.params.sources import SourceSpec


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Rows of one source, not read yet.

    Parameters
    ----------
    frame
        Lazy rows under aliases, with `SOURCE` and, where the engine knows it, `ROW`.
    alias
        The source's own column name -> its alias in `frame`: own names may differ in letter case only.
    repeated
        Column names that the source holds more than once (the first one is in `frame`).
    label
        How a fault names the source as a whole.
    """

    frame: nw.LazyFrame
    alias: Mapping[str, str]
    repeated: frozenset[str] = field(default_factory=frozenset)
    label: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's own column names."""
        return tuple(self.alias)


class Engine(Protocol):
    """DuckDB or Spark. Everything between opening and collecting is Narwhals."""

    folder: Path

    def scan(self, spec: "SourceSpec", folder: "DataFolder", *, what: str, wanted: frozenset[str]) -> list[Scan]:
        """Return the rows of a source, one scan for each shape of its files; raise `DataError` with every fault."""
        ...

    def keep(self, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Compute a frame once, on disk where memory does not hold it, and return it to be read again."""
        ...

    def small(self, frame: pd.DataFrame) -> nw.LazyFrame:
        """Return a frame of this process as one of the engine's."""
        ...

    def collect(self, frame: nw.LazyFrame) -> pd.DataFrame:
        """Return the result of a frame that is small."""
        ...

    def close(self) -> None:
        """End the engine and remove what it kept."""
        ...


def open_engine(kind: str, params: "ClientParams") -> Engine:
    """Return a running engine; the caller closes it."""
    if kind == "spark":
        from analysis.data.large.spark import SparkEngine

        return SparkEngine(params.spark.url, memory_gb=params.limits.memory_gb)
    from analysis.data.large.duck import DuckEngine

    return DuckEngine(memory_gb=params.limits.memory_gb)
