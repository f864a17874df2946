"""How client and server talk: frames of JSON with open files beside them, over a pair of connected Unix sockets."""

import json
import os
import select
import socket
import struct
from collections.abc import Sequence
from typing import Any

from analysis.errors import AnalysisError

MOST_FILES = 250
"""Linux passes 253 at a time at most (SCM_MAX_FD)."""

_HEADER = struct.Struct("!Q")


class ForkServerError(AnalysisError):
    """A fork server that cannot be started, has ended, or could not make the process it was asked for."""


def send_frame(connection: socket.socket, body: bytes, files: Sequence[int] = ()) -> None:
    """Send `body`, which is JSON, together with copies of the open `files`."""
    # The files travel with the first bytes, so that who has the header has them.
    socket.send_fds(connection, [_HEADER.pack(len(body))], list(files))
    connection.sendall(body)


def receive_frame(connection: socket.socket) -> tuple[Any, list[int]]:
    """Wait for a frame; return its content and the files that came with it.

    Raises
    ------
    EOFError
        Nobody is at the other end any more.
    """
    header, files, _, _ = socket.recv_fds(connection, _HEADER.size, MOST_FILES)
    try:
        if not header:
            raise EOFError("the connection was closed")
        header += receive_exactly(connection, _HEADER.size - len(header))
        body = receive_exactly(connection, _HEADER.unpack(header)[0])
    except (EOFError, OSError):
        for file in files:
            os.close(file)
        raise
    return json.loads(body), files


def receive_exactly(connection: socket.socket, count: int) -> bytes:
    """Receive `count` bytes; raise EOFError where the other end stops before."""
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError("the connection was closed within a frame")
        parts += part
    return bytes(parts)


def is_readable(file: int, seconds: float | None) -> bool:
    """Return whether there is something, or an end, to read within `seconds` (None: however long it takes)."""
    poll = select.poll()  # unlike select.select, it knows descriptors beyond 1024
    poll.register(file, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
