"""Kernels to be compared: started, asked, and ended."""

import os
from contextlib import contextmanager

from jupyter_client.manager import KernelManager

LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""
STOCK, FORKED = "python3", "relationship-audit"


class Kernel:
    """A kernel under test: its manager, and what its client saw."""

    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def run(self, code, **options):
        """Run code to its end; return its outputs as (type, what), and the reply's content."""
        outputs = []
        options.setdefault("timeout", LONG)
        reply = self.client.execute_interactive(code, output_hook=lambda m: outputs.append(_short(m)), **options)
        return [each for each in outputs if each is not None], reply["content"]

    def value(self, expression):
        """Return the value of an expression, by its repr."""
        _, reply = self.run("", user_expressions={"value": expression})
        return eval(
            reply["user_expressions"]["value"]["data"]["text/plain"], {"nan": float("nan"), "inf": float("inf")}
        )

    def text(self, code):
        """Return what code writes to standard output."""
        outputs, _ = self.run(code)
        return "".join(what for kind, what in outputs if kind == "stdout")


def _short(message):
    content = message["content"]
    match message["msg_type"]:
        case "stream":
            return content["name"], content["text"]
        case "display_data" | "execute_result":
            return "shown", sorted(content["data"])
        case "error":
            return "error", content["ename"]
        case _:
            return None


@contextmanager
def running(name, **options):
    """Run a kernel and its client; both are gone afterwards."""
    manager = KernelManager(kernel_name=name)
    options.setdefault("env", kernel_environment())
    arguments = ["--HistoryManager.hist_file=:memory:"] if name == STOCK else []
    manager.start_kernel(extra_arguments=arguments, **options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LONG)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def kernel_environment(**more):
    """Return the environment of a kernel as outside tests: charts go into the notebook, as does what C code writes."""
    return {
        name: value for name, value in os.environ.items() if name not in ("MPLBACKEND", "PYTEST_CURRENT_TEST")
    } | more
