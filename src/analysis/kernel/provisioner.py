"""Jupyter's way to a forked kernel: named in the kernelspec, used by whatever starts kernels through jupyter_client."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.localinterfaces import localhost
from jupyter_client.provisioning import LocalProvisioner

from analysis.forking.client import can_fork
from analysis.forking.process import ForkedProcess
from analysis.forking.wire import ForkServerError
from analysis.kernel.servers import shared_server
from analysis.kernel.sockets import SocketFolder

ENTRY = "analysis.kernel.forked:run_kernel"

# Keyword arguments of a start that mean the same to a forked process; with any other, a stock kernel is started.
_UNDERSTOOD = frozenset({"env", "cwd", "stdin", "stdout", "stderr", "independent", "kernel_id", "extra_arguments"})


class ForkProvisioner(LocalProvisioner):
    """Forks kernels from a process that has loaded the stack; where that cannot be, starts them as usual.

    Everything else (signals, waiting, restarts) is as with Jupyter's own provisioner, since a forked process is used
    as a Popen is. Kernels listen on Unix sockets in a folder of their own instead of open ports, unless the manager was
    configured to listen elsewhere.
    """

    _sockets: SocketFolder | None = None
    _noticed: ClassVar[set[str]] = set()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose where the kernel listens, then prepare as usual."""
        if can_fork():
            self._choose_sockets()
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start one as usual where `cmd` or `kwargs` ask for what a fork cannot give."""
        argv = _kernel_arguments(cmd)
        if argv is None or kwargs.keys() - _UNDERSTOOD or kwargs.get("independent"):
            self._notice("it is asked for in a way that only a new process can serve")
            return await super().launch_kernel(cmd, **kwargs)
        try:
            # In a thread: the first one waits for seconds while the server loads, and other kernels go on meanwhile.
            process = await asyncio.get_running_loop().run_in_executor(None, _fork, argv, kwargs)
        except ForkServerError as error:
            self._notice(str(error).strip().splitlines()[-1])
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = process
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group; nothing happens where the kernel has ended.

        The server, unlike a parent, lets the process id go at once: it must not be used any more.
        """
        if self.process and self.process.poll() is None:
            await super().send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Clean up as usual, and remove the folder of the sockets unless the kernel will be back."""
        await super().cleanup(restart=restart)
        if self._sockets is not None and not restart:
            self._sockets.remove()
            self._sockets = None

    def _choose_sockets(self) -> None:
        """Have the manager listen in a private folder, unless it was told where to, or it has been there before."""
        manager: Any = self.parent
        unchosen = manager.transport == "tcp" and manager.ip == localhost() and not any(manager.ports)
        # After a shutdown the folder is gone, and the same manager may start again.
        lost = manager.transport == "ipc" and Path(manager.ip).name == "k" and not Path(manager.ip).parent.exists()
        if self._sockets is None and (unchosen or lost):
            try:
                self._sockets = SocketFolder.create()
            except OSError as error:
                self.log.warning("The kernel listens on ports of this machine: %s.", error)
                return
            manager.transport, manager.ip = "ipc", self._sockets.address
            manager.cache_ports = False

    def _notice(self, reason: str) -> None:
        """Say once in a process why kernels are not forked."""
        if reason not in self._noticed:
            self._noticed.add(reason)
            self.log.warning("This kernel is a stock kernel, not a preloaded one: %s.", reason)


def _fork(argv: list[str], given: dict[str, Any]) -> ForkedProcess:
    environment = {**given.get("env", os.environ), "JPY_PARENT_PID": str(os.getpid())}
    stdin = given.get("stdin")
    return shared_server(environment).fork(
        ENTRY,
        [argv],
        env=environment,
        cwd=given.get("cwd"),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=given.get("stdout"),
        stderr=given.get("stderr"),
        name="ipykernel",
    )


def _kernel_arguments(command: list[str]) -> list[str] | None:
    """Return the arguments of a command that starts IPython's kernel in this very Python, or None."""
    interpreter, *rest = command
    if interpreter != sys.executable or rest[:2] != ["-m", "ipykernel_launcher"]:
        return None
    return rest[2:]
