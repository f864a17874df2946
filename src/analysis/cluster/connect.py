"""Reaches a scheduler, or says why that is not possible, before anything is sent."""

import asyncio
import logging
from typing import TYPE_CHECKING

from analysis.errors import Fault, InputError

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10.0
"""Seconds that a scheduler has to answer: it is there, or it is not."""
_TALKERS = ("distributed", "tornado")
_EXAMPLE = "tcp://192.0.2.10:8786"  # an address that documentation may use


class ClusterError(InputError):
    """A cluster that cannot build reports."""

    title = "The cluster cannot be used"


def connect(address: str, patience: float = PATIENCE) -> "Client":
    """Return a client of the scheduler at `address`.

    Parameters
    ----------
    address
        As Dask writes it: ``tcp://host:port``, or ``tls://host:port`` with certificates from Dask's own configuration.
    patience
        Seconds that it has to answer.

    Raises
    ------
    ClusterError
        `distributed` is not installed, or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError:
        hint = 'make reports makes an environment that has it; else pip install "relationship-audit[cluster]"'
        raise ClusterError([
            Fault(what="the package distributed", rule="must be installed to use a scheduler",
                  found="no such package", where="the environment of this command", hint=hint)
        ]) from None  # fmt: skip
    # What goes wrong on the way is told as outcomes, in our words and once; these would stand between the lines.
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _TALKERS]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(asyncio.wait_for(_knock(address, patience), 2 * patience))
        return Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError([_unreachable(address, error)]) from None


async def _knock(address: str, patience: float) -> None:
    """Raise an error unless Dask answers: a client that finds none would go on trying even when it is discarded."""
    from distributed.comm import connect, get_address_host_port
    from distributed.security import Security

    get_address_host_port(address, strict=True)
    comm = await connect(address, timeout=patience, **Security().get_connection_args("client"))
    await comm.close()


def _unreachable(address: str, error: Exception) -> Fault:
    reason = " ".join(str(error).split()) or type(error).__name__
    return Fault(
        what="the scheduler",
        rule=f"must be the address of a Dask scheduler that answers, such as {_EXAMPLE}",
        found=f"{address!r}: {reason}",
        where="given with the command",
        hint="dask scheduler prints its address when it starts; a firewall may be between",
    )


def no_answer(error: Exception) -> Fault:
    """Return that workers which the scheduler counts do not answer."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return Fault(
        what="the workers", rule="must answer the scheduler", found=reason, where="the cluster", hint="start them anew"
    )
