"""The errors this package raises on purpose, each with everything a reader needs to mend the cause."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with an input, in words that a user can act on.

    Parameters
    ----------
    what
        The subject: a table and column, a parameter's path, a file.
    rule
        The rule that is broken, as a sentence fragment ("must lie within its scale 1 to 10").
    found
        What was found instead, shortened, never a secret ("98 (412 times), 99 (7 times)").
    where
        File and line, or source and rows ("params/acme.yml, line 18"; "orders.csv, rows 3, 17 and 40 more").
    hint
        The probable cause or remedy ("did you mean 'survey'?"), or the empty string.
    count
        How many rows or places are concerned.
    """

    what: str
    rule: str
    found: str
    where: str
    hint: str = ""
    count: int = 1

    def __str__(self) -> str:
        """Return the fault on one line: what, rule, found, where, hint."""
        hint = f" - {self.hint}" if self.hint else ""
        return f"{self.what} {self.rule}: found {self.found} ({self.where}){hint}"


class AnalysisError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(AnalysisError):
    """Parameters or data that cannot be used; carries all faults at once.

    Parameters
    ----------
    faults
        Every fault that was found, in the order a reader would mend them.
    """

    title = "The input cannot be used"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ParamsError(InputError):
    """A parameter file that breaks its rules."""

    title = "The parameters cannot be used"


class DataError(InputError):
    """Client data that breaks the contract beyond what may be repaired."""

    title = "The data cannot be used"


class ReportError(AnalysisError):
    """A report that could not be built although its inputs were sound."""
