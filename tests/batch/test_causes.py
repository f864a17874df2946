import errno
import json
import signal

import numpy as np
import pytest
from nbclient.exceptions import DeadKernelError

from analysis.batch.causes import as_duration, explain_error, explain_worker, late, with_memory
from analysis.batch.shapes import Outcome, worst
from analysis.batch.words import reasons
from analysis.document.translate import Translator
from analysis.errors import Fault, ReportError
from analysis.report.run import NotebookError

ENGLISH = Translator("en")


def raised_from(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk is full"),
        (OSError(errno.EFBIG, "File too large"), "larger than the system allows"),
        (PermissionError(errno.EACCES, "Permission denied"), "read-only"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
        (MemoryError(), "not enough memory"),
        (raised_from(ReportError("x"), NotebookError("OSError: [Errno 28] No space left on device: 'a'", "")), "disk is full"),
        (raised_from(ReportError("x"), NotebookError("MemoryError: ", "")), "not enough memory"),
        (NotebookError("_ArrayMemoryError: Unable to allocate 8 TiB for an array", ""), "not enough memory"),
        (raised_from(NotebookError("the kernel died (exit code -9)", ""), DeadKernelError()), "ended by the system"),
        (raised_from(NotebookError("the kernel died (exit code -11)", ""), DeadKernelError()), "crashed (SIGSEGV)"),
        (NotebookError("the kernel died (exit code 3)", ""), "ended by itself with exit code 3"),
    ],
)  # fmt: skip
def test_the_cause_of_a_failure_is_named(error, says):
    assert says in ENGLISH(explain_error(error))


def test_numpys_own_error_is_known():
    with pytest.raises(MemoryError) as caught:
        np.empty(1 << 60, dtype=np.int8)
    assert "not enough memory" in ENGLISH(explain_error(ReportError(f"{type(caught.value).__name__}: {caught.value}")))


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("1"), ReportError("Error 28 of 30"), ReportError("the cover is missing")]
)
def test_an_unknown_cause_is_not_guessed(error):
    assert explain_error(error) is None


def test_errors_that_go_round_in_circles_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert explain_error(first) is None


@pytest.mark.parametrize(
    ("code", "says"),
    [(-signal.SIGKILL, "because memory ran short"), (-signal.SIGBUS, "crashed (SIGBUS)"), (3, "exit code 3")],
)
def test_the_end_of_a_worker_is_explained(code, says):
    assert says in ENGLISH(explain_worker(code))


def test_what_it_held_and_whether_the_system_ends_processes_is_added():
    cause = explain_worker(-signal.SIGKILL)
    sure = ENGLISH(with_memory(cause, 2_340_000_000, ended_by_system=True))
    assert "The system did end a process for memory then; this client held 2.3 GB." in sure
    assert ENGLISH(with_memory(cause, 40_000_000, ended_by_system=False)).endswith("This client held 40 MB.")
    assert with_memory(cause, None, ended_by_system=True) is cause


def test_the_time_limit_is_told_with_the_step():
    assert ENGLISH(late(1800, "data and models")) == "Ended at the time limit of 30 min, in the step data and models."
    assert ENGLISH(late(45, "")) == "Ended at the time limit of 45 s."
    assert [as_duration(seconds) for seconds in (3, 150, 7200, 5400)] == ["3 s", "2 min", "2 h", "1 h 30 min"]


def test_an_outcome_survives_the_way_from_another_process():
    cause = with_memory(explain_worker(-9), 123_000_000, ended_by_system=False)
    fault = Fault(what="a", rule="b", found="c", where="d", hint="e", count=3)
    full = Outcome(
        client="acme", state="failed", seconds=1.5, peak_bytes=7, folder="acme/2026", files=("a", "b"), alerts=("x",),
        unanswered=("y",), title="t", faults=(fault,), cause=cause, detail="z",
    )  # fmt: skip
    again = Outcome.from_dict(json.loads(json.dumps(full.to_dict())))
    assert again.to_dict() == full.to_dict()
    assert again.faults == (fault,)
    assert list(map(ENGLISH, reasons(again))) == list(map(ENGLISH, reasons(full)))


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(client="a", state="built"), 0),
        (Outcome(client="a", state="unchanged"), 0),
        (Outcome(client="a", state="unchanged", alerts=("nps",)), 3),
        (Outcome(client="a", state="built", unanswered=("nps",)), 0),
        (Outcome(client="a", state="refused"), 2),
        (Outcome(client="a", state="failed"), 1),
    ],
)
def test_each_outcome_has_the_commands_exit_code(outcome, code):
    assert outcome.exit_code == code


@pytest.mark.parametrize(
    ("codes", "expected"), [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 2, 0], 2), ([2, 1, 3], 1), ([1, 2], 1)]
)
def test_the_worst_of_many_is_a_failure_then_bad_input_then_an_alert(codes, expected):
    assert worst(codes) == expected
