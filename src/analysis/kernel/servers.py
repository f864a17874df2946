"""The fork servers that the kernels of this process come from, one for each way in which Python can be set up."""

import os
import threading
from collections.abc import Mapping

from analysis.forking.client import ForkServer
from analysis.forking.wire import ForkServerError

PRELOAD = (
    "analysis.kernel.forked",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "seaborn",
    "statsmodels.api",
    "analysis.audit",
    "analysis.document.compose",
)
"""What notebooks of audits import, and whoever looks into their data."""

# What Python and the libraries read when they start: kernels that differ in one of these cannot share a server.
_PREFIXES = ("PYTHON", "MPL", "MATPLOTLIB", "LC_", "XDG_")
_NAMES = frozenset({"LANG", "LANGUAGE", "HOME", "TZ", "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD"})
_READ_AGAIN = frozenset({"MPLBACKEND"})

_servers: dict[object, ForkServer] = {}
_lock = threading.Lock()


def shared_server(environment: Mapping[str, str]) -> ForkServer:
    """Return this process's server for kernels with such an environment, ready to fork; start it where there is none.

    Parameters
    ----------
    environment
        The whole environment of the kernel to come.

    Raises
    ------
    ForkServerError
        It cannot be started here, or not be forked (see `ForkServer.wait_until_ready`).
    """
    key = (os.getpid(), frozenset((name, value) for name, value in environment.items() if _is_read_at_start(name)))
    with _lock:
        server = _servers.get(key)
        if server is None or not server.is_alive():
            server = _servers[key] = ForkServer.start(PRELOAD, env=environment)
    try:
        server.wait_until_ready()
    except ForkServerError:
        with _lock:
            if _servers.get(key) is server:
                del _servers[key]
        raise
    return server


def _is_read_at_start(name: str) -> bool:
    return name not in _READ_AGAIN and (name.startswith(_PREFIXES) or name in _NAMES)
