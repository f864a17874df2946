"""Makes a forked process one that has, but for what is loaded, nothing of the server: and runs its entry to the end."""

import atexit
import codecs
import contextlib
import fcntl
import gc
import importlib
import io
import locale
import os
import random
import resource
import signal
import sys
import threading
import time
import types
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from analysis.forking import system
from analysis.forking.template import resolve


def become_fresh(request: Mapping[str, Any], files: Sequence[int], done: int, server: int) -> None:
    """Take on the session, files, limits, environment and folder that were asked for, and forget the server's state.

    Where that fails, the reason is written to `done` and the process ends; else `done` is closed, with nothing written.

    Parameters
    ----------
    request
        As sent by `analysis.forking.client.ForkServer.fork`.
    files
        Standard input, output and error, then those of ``pass_fds``.
    done
        The pipe on which the server waits for the process to be its own.
    server
        The server's process id, as known before the fork.
    """
    wanted = [0, 1, 2, *request["pass_fds"]]
    told = fcntl.fcntl(done, fcntl.F_DUPFD_CLOEXEC, max(wanted) + 1)
    try:
        system.die_with_parent()
        if os.getppid() != server:
            os._exit(1)  # it ended before the line above could have any effect
        os.setsid()
        _reset_signals()
        _arrange_files(files, wanted, told)
        _set_limits(request)
        os.chdir(request["cwd"])
        _set_environment(request["env"])
        _reseed()
        sys.argv = [request["entry"]]
        sys.modules["__main__"] = types.ModuleType("__main__")
        _open_streams()
        gc.enable()
    except BaseException as error:  # noqa: BLE001 - told to the owner, who gets no process
        os.write(told, str(error).encode())
        os._exit(1)
    os.close(told)


def run_entry(entry: str, args: Sequence[Any] | Mapping[str, Any]) -> NoReturn:
    """Call the entry, then end this process as an interpreter ends."""
    interrupted = False
    try:
        function = resolve(entry)
        result = function(**args) if isinstance(args, Mapping) else function(*args)
        code = result if isinstance(result, int) else 0
    except SystemExit as stop:
        code = _exit_code(stop)
    except BaseException as error:  # noqa: BLE001 - the end of the process: told as an interpreter tells it
        sys.excepthook(type(error), error, error.__traceback__)
        interrupted = isinstance(error, KeyboardInterrupt)
        code = 1
    _finish()
    if interrupted:  # so that whoever waits sees what it was
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code & 0xFF)


def _reset_signals() -> None:
    """Give every signal the handler it has when Python starts."""
    signal.set_wakeup_fd(-1)
    ignored = {signal.SIGPIPE, getattr(signal, "SIGXFSZ", None)}
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) not in (signal.SIG_DFL, None) and number not in ignored:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _arrange_files(given: Sequence[int], wanted: Sequence[int], told: int) -> None:
    """Have the files `given` open as the descriptors `wanted`, and none besides but `told`, which is above them all."""
    spared = [fcntl.fcntl(file, fcntl.F_DUPFD, told + 1) for file in given]  # out of each other's way
    for file, number in zip(spared, wanted, strict=True):
        os.dup2(file, number, inheritable=True)
    first = 3
    for number in sorted({*wanted, told} - {0, 1, 2}):
        os.closerange(first, number)
        first = number + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _set_limits(request: Mapping[str, Any]) -> None:
    if request["memory_limit"] is not None:
        resource.setrlimit(resource.RLIMIT_AS, (request["memory_limit"], request["memory_limit"]))
    if request["oom_score_adj"] is not None:
        Path("/proc/self/oom_score_adj").write_text(str(request["oom_score_adj"]))
    if request["name"] is not None:
        system.set_name(request["name"])


def _set_environment(environment: Mapping[str, str]) -> None:
    """Replace the environment wholly, and what Python and the C library have derived from it."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    locale.setlocale(locale.LC_ALL, "C")
    with contextlib.suppress(locale.Error):  # the environment may name a locale that is not installed: then it is C
        locale.setlocale(locale.LC_CTYPE, "")  # as an interpreter does when it starts


def _reseed() -> None:
    random.seed()
    if "numpy.random" in sys.modules:
        importlib.import_module("numpy.random").seed()
    warnings.onceregistry.clear()  # type: ignore[attr-defined]


def _open_streams() -> None:
    """Make sys.stdin, sys.stdout and sys.stderr anew: buffered by lines only where they are terminals."""
    encoding, errors = codecs.lookup(locale.getpreferredencoding(False)).name, "strict"
    if "utf" not in encoding:
        errors = "surrogateescape"
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = io.FileIO(number, "r" if number == 0 else "w", closefd=False)
        buffered: Any = io.BufferedReader(raw) if number == 0 else io.BufferedWriter(raw)
        stream = io.TextIOWrapper(
            buffered,
            encoding=encoding,
            errors="backslashreplace" if number == 2 else errors,
            line_buffering=number == 2 or raw.isatty(),
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _exit_code(stop: SystemExit) -> int:
    """Return what an interpreter makes of ``sys.exit(...)``."""
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    sys.stderr.write(f"{stop.code}\n")
    return 1


def _finish() -> None:
    """Wait for threads, run what was registered for the exit, write out what is still held."""
    try:
        getattr(threading, "_shutdown")()  # noqa: B009 - what an interpreter calls; typeshed does not list it
        getattr(atexit, "_run_exitfuncs")()  # noqa: B009
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()
        system.flush_c_streams()
