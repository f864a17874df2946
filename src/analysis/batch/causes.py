"""Says in words why a client's report could not be made, where the cause can be known."""

import errno
import re
import signal
from collections.abc import Iterator

from analysis.batch.memory import as_size
from analysis.messages import N_, Message

_KERNEL_KILLED = N_("The notebook's kernel was ended by the system, most likely because memory ran short.")
_WORKER_KILLED = N_("The process that built the report was ended by the system, most likely because memory ran short.")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM}
# How an error of the notebook reads here: its class and text, across the border between two processes.
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_DEAD_KERNEL = re.compile(r"the kernel died \(exit code (-?\d+)\)")
_NO_MEMORY = re.compile(
    r"\b_?(?:Array)?MemoryError\b|\bout of memory\b|\bstd::bad_alloc\b|Cannot allocate memory", re.IGNORECASE
)


def explain_error(error: BaseException) -> Message | None:
    """Return why `error` was raised, looking through what it was raised from; None where that is not known."""
    chain = list(_chain(error))
    text = "\n".join(f"{type(each).__name__}: {each}" for each in chain)
    dead = _DEAD_KERNEL.search(text)
    if dead:
        return _explain_kernel(int(dead.group(1)))
    numbers = {each.errno for each in chain if isinstance(each, OSError) and each.errno is not None}
    numbers |= {int(number) for number in _ERRNO.findall(text)}
    if errno.ENOMEM in numbers or _NO_MEMORY.search(text):
        return N_("There was not enough memory.")
    if numbers & _FULL:
        return N_("The disk is full, or the quota is used up.")
    if errno.EFBIG in numbers:
        return N_("A file would have become larger than the system allows here.")
    if numbers & _NO_WRITING:
        return N_("A file or folder cannot be written: it is read-only, or the permission is missing.")
    return None


def is_by_system(cause: Message) -> bool:
    """Return whether `cause` says that the system has ended a process, for which want of memory is the usual reason."""
    return cause.msgid in (_KERNEL_KILLED.msgid, _WORKER_KILLED.msgid)


def _explain_kernel(code: int) -> Message:
    """Return why a notebook's kernel ended by itself, from its exit code (negative: a signal)."""
    if code == -signal.SIGKILL:
        return _KERNEL_KILLED
    if code < 0:
        return N_("The notebook's kernel crashed ({signal:text}).", signal=_signal_name(-code))
    return N_("The notebook's kernel ended by itself with exit code {code:int}.", code=code)


def explain_worker(code: int) -> Message:
    """Return why the process that builds a report ended without having said what came of it."""
    if code == -signal.SIGKILL:
        return _WORKER_KILLED
    if code < 0:
        return N_("The process that built the report crashed ({signal:text}).", signal=_signal_name(-code))
    return N_("The process that built the report ended by itself with exit code {code:int}.", code=code)


def with_memory(cause: Message, peak_bytes: int | None, *, ended_by_system: bool) -> Message:
    """Return `cause` with what the client's processes held, and whether the system has ended a process for memory."""
    if peak_bytes is None:
        return cause
    size = as_size(peak_bytes)
    if ended_by_system:
        return N_(
            "{cause:message} The system did end a process for memory then; this client held {size:text}.",
            cause=cause,
            size=size,
        )
    return N_("{cause:message} This client held {size:text}.", cause=cause, size=size)


def late(limit: float, step: str) -> Message:
    """Return that a client has taken longer than it may, and in which step it was."""
    shown = as_duration(limit)
    if not step:
        return N_("Ended at the time limit of {limit:text}.", limit=shown)
    return N_("Ended at the time limit of {limit:text}, in the step {step:text}.", limit=shown, step=step)


def as_duration(seconds: float) -> str:
    """Return a duration for a reader: ``45 s``, ``12 min``, ``2 h``, ``1 h 30 min``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, or while handling."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
