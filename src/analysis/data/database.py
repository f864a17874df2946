"""SQL over a SQLAlchemy URL: SQLite and PostgreSQL, read only; no part of the URL reaches a message."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pandas as pd

from analysis.data.paths import DataFolder
from analysis.data.raw import Raw, Redact, first_of_each, plain_objects, with_provenance
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine

    from analysis.params.sources import SourceSpec

CONNECT_SECONDS = 10
CHUNK_ROWS = 50_000


def read_database(spec: "SourceSpec", folder: DataFolder, *, what: str) -> Raw:
    """Return the result of a source's query.

    A relative SQLite path is relative to the data folder. `postgresql://` and `postgres://` use psycopg 3.

    Raises
    ------
    DataError
        For a URL that cannot be used, a database that cannot be reached, or an SQL error; never with the password.
    """
    from sqlalchemy.exc import SQLAlchemyError

    url = _url(spec.database or "", folder, what=what)
    written = _written(spec.database or "", url, folder.redact)
    try:
        engine = _engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise DataError([_fault(what, "must have a database driver", str(error), written)]) from error
    try:
        with engine.connect().execution_options(no_parameters=True, stream_results=True) as connection:
            result = connection.exec_driver_sql(spec.query or "")
            names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no dictionary
            chunks = [_chunk(rows, len(names)) for rows in result.partitions(CHUNK_ROWS)]
    except SQLAlchemyError as error:
        raise DataError([_refused(what, error, url, written, folder.redact)]) from error
    finally:
        engine.dispose()
    keep, repeated = first_of_each(names)
    cells = pd.concat(chunks, ignore_index=True) if chunks else pd.DataFrame(columns=range(len(names)), dtype=object)
    frame = cells.iloc[:, keep]
    frame.columns = pd.Index([names[position] for position in keep])
    return Raw(
        frame=with_provenance(plain_objects(frame), "database query", first_row=1),
        columns=tuple(frame.columns),
        repeated=repeated,
    )


def _chunk(rows: object, width: int) -> pd.DataFrame:
    return pd.DataFrame([tuple(row) for row in rows], columns=range(width), dtype=object)  # type: ignore[attr-defined]


def _url(text: str, folder: DataFolder, *, what: str) -> "URL":
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # the parser's own message quotes the URL, password included: it is not chained
        written = folder.redact(text)
        where = written if written != text else "database"
        raise DataError(
            [
                _fault(
                    what,
                    "must have a SQLAlchemy URL",
                    "a text that is no URL",
                    where,
                    "such as postgresql://user:password@host/name, or sqlite:///file.db",
                )
            ]
        ) from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        path = folder.path / str(url.database)
        if not path.is_file():
            raise DataError([_fault(what, "must be in the data folder", "no such SQLite file", folder.redact(text))])
        # mode=ro: reading must not create, and never change, a client's file
        return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    return url


def _engine(url: "URL") -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    connect_args: dict[str, object] = {}
    options: dict[str, object] = {}
    if url.get_backend_name() == "postgresql":
        connect_args["connect_timeout"] = CONNECT_SECONDS
        options["postgresql_readonly"] = True
    return create_engine(url, poolclass=NullPool, connect_args=connect_args, execution_options=options)


def _written(text: str, url: "URL", redact: Redact) -> str:
    """Return the URL as the parameters write it: the variable's name, or the URL without its password."""
    written = redact(text)
    if written != text or url.get_backend_name() == "sqlite":
        return written
    return url.render_as_string(hide_password=True)


def _refused(what: str, error: Exception, url: "URL", written: str, redact: Redact) -> Fault:
    from sqlalchemy.exc import InterfaceError, OperationalError

    cause = getattr(error, "orig", None) or error
    message = scrub(redact(" ".join(str(cause).split())), url)
    text = message.lower()
    unreachable = isinstance(error, OperationalError | InterfaceError) and "no such" not in text
    rule = "must be reachable" if unreachable else "must run its query"
    hint = "check its address and user, and that it can be reached from here" if unreachable else ""
    return _fault(f"{what}: database", rule, message[:300], written, hint)


def scrub(message: str, url: "URL") -> str:
    """Return `message` without any secret or address of `url`: password, user, host, port, database."""
    password = str(url.password) if url.password else ""
    address = [url.username, url.host, url.database, str(url.port) if url.port else None]
    hidden = {password, quote(password), quote_plus(password), *(str(part) for part in address if part)}
    for text in sorted(hidden - {""}, key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "***", message)
    return message.replace(password, "***") if len(password) > 3 else message


def _fault(what: str, rule: str, found: str, where: str, hint: str = "") -> Fault:
    return Fault(what=what, rule=rule, found=found, where=where, hint=hint)
