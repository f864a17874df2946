"""Which two published audits of a client are compared: the latest two, or those of the days that were asked for.

Nothing heavy is imported here: a wrong day is to be told at once.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.errors import Fault, ParamsError
from analysis.report.earlier import published_audits

FEWEST = 2
NAMED = 12
"""So many days are named where the one asked for is not among them."""


def choose_pair(folder: Path, client: str, *, as_of: str = "", against: str = "") -> tuple[str, str]:
    """Return the days of the earlier and of the later audit.

    Parameters
    ----------
    folder
        The client's folder of reports.
    client
        Id of the client.
    as_of, against
        Days of the later and of the earlier audit; empty: the latest, and the one before the later.

    Raises
    ------
    ParamsError
        With every fault: fewer than two audits, a day without one, or days in the wrong order.
    """
    days = [path.parent.name for path in published_audits(folder)]
    faults = list(_faults(days, folder, client, as_of, against))
    if faults:
        raise ParamsError(faults)
    later = as_of or days[-1]
    return against or days[days.index(later) - 1], later


def _faults(days: Sequence[str], folder: Path, client: str, as_of: str, against: str) -> Iterator[Fault]:
    place = str(folder)
    if len(days) < FEWEST:
        hint = f"make report CLIENT={client} AS_OF=2025-06-30, say, builds the audit of another day"
        yield Fault(what=f"the audits of {client}", rule="must be at least two, to be compared",
                    found=days[0] if days else "none", where=place, hint=hint)  # fmt: skip
    published = f"published are {', '.join(days[-NAMED:])}" if days else ""
    for name, day in (("as_of", as_of), ("against", against)):
        if day and day not in days:
            rule = "must be the day of a published audit"
            yield Fault(what=name, rule=rule, found=day, where=place, hint=published)
    later = as_of or (days[-1] if days else "")
    if against and later and against >= later:
        rule = f"must be before the day that it is compared with, {later}"
        yield Fault(what="against", rule=rule, found=against, where="given with the command", hint=published)
    elif not against and len(days) >= FEWEST and as_of == days[0]:
        rule = "must be later than another published audit"
        yield Fault(what="as_of", rule=rule, found=as_of, where=place, hint=published)
