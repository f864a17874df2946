"""What the tests run in forked processes: each function tells by JSON, on standard output, what it has found."""

import json
import locale
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

state = {"touched": False}


def tell(content):
    sys.stdout.write(json.dumps(content) + "\n")


def describe(*args, **kwargs):
    """Tell everything about this process that might have come from somewhere else."""
    import numpy as np

    tell(
        {
            "args": args,
            "kwargs": kwargs,
            "environment": dict(os.environ),
            "cwd": str(Path.cwd()),
            "files": sorted(int(file.name) for file in Path("/proc/self/fd").iterdir() if int(file.name) != _listing()),
            "leader": os.getsid(0) == os.getpid() == os.getpgid(0),
            "random": random.random(),
            "numpy": float(np.random.random()),  # noqa: NPY002 - its state is what is looked at
            "ignored": sorted(int(n) for n in signal.valid_signals() if signal.getsignal(n) is signal.SIG_IGN),
            "handled": sorted(int(n) for n in signal.valid_signals() if callable(signal.getsignal(n))),
            "masked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            "locale": locale.setlocale(locale.LC_ALL),
            "zone": time.tzname[0],
            "argv": sys.argv,
            "main": sorted(name for name in vars(sys.modules["__main__"]) if not name.startswith("__")),
            "threads": threading.active_count(),
            "touched": state["touched"],
        }
    )


def _listing():
    """Return the descriptor through which a listing of descriptors is itself read."""
    file = os.open("/proc/self/fd", os.O_RDONLY)
    os.close(file)
    return file


def dirty_everything():
    """Change all that a process can change about itself."""
    import numpy as np

    state["touched"] = True
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    os.environ["CANARY"] = "left behind"
    os.chdir("/")
    locale.setlocale(locale.LC_ALL, "C")
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    sys.argv.append("canary")
    sys.modules["__main__"].canary = True
    os.open(os.devnull, os.O_RDONLY)


def echo_input():
    sys.stdout.write(sys.stdin.read())


def write_everywhere():
    sys.stdout.write("out\n")
    sys.stdout.flush()
    sys.stderr.write("err\n")


def wait_for_signal():
    """Say that it has begun, then wait for ever."""
    tell({"pid": os.getpid()})
    sys.stdout.flush()
    while True:
        time.sleep(60)


def start_a_child_and_wait():
    """Start another process, say both ids, and wait for ever with the interpreter's lock held for as long."""
    child = subprocess.Popen(["sleep", "600"])
    tell({"pid": os.getpid(), "child": child.pid})
    sys.stdout.flush()
    import ctypes

    ctypes.PyDLL(None).sleep(600)  # unlike CDLL, it keeps the lock: no thread of Python can run


def exit_with(code):
    sys.exit(code)


def fail():
    raise ValueError("a failure of its own")


def leave_work_for_the_end():
    """Register an exit handler and leave a thread running: both must be done before the process ends."""
    import atexit

    atexit.register(tell, "handler")
    threading.Thread(target=lambda: (time.sleep(0.2), tell("thread"))).start()


def write_to_descriptor(number, text):
    os.write(number, text.encode())


def use_the_pools():
    """Compute with every library that has threads of its own."""
    import duckdb
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import typst

    matrix = np.eye(300) * 2
    rows = pa.table({"x": list(range(100_000))})
    connection = duckdb.connect(config={"threads": 2})
    tell(
        {
            "numpy": float((matrix @ matrix).trace()),
            "pyarrow": pc.sum(rows["x"]).as_py(),
            "duckdb": connection.execute("select sum(x) from rows").fetchall()[0][0] if len(rows) else None,
            "typst": typst.compile(b"= A heading")[:4].decode(),
        }
    )


def start_a_thread():
    """A warm-up that nobody may fork after."""
    threading.Thread(target=time.sleep, args=(600,), daemon=True, name="lasting").start()


def leave_a_file_open():
    """Another one."""
    os.open(os.devnull, os.O_RDONLY)


def take_memory(megabytes):
    tell({"bytes": len(bytearray(megabytes << 20))})
