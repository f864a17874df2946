"""What is told beside the table of rates: the power of the smallest detectable change, and false news of changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.calibration.draws import Draws
from analysis.calibration.rates import ALPHA, LOW, NIL, P_VALUE, VALUE
from analysis.calibration.truths import Known


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark with a small table."""

    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def notes_of(cells: Sequence[tuple[str, Draws, Mapping[str, Known]]]) -> list[Note]:
    """Return the remarks on the cells of the indicators: name, draws, and what is true."""
    power: list[tuple[str, ...]] = []
    news: list[tuple[str, ...]] = []
    for name, draws, truths in cells:
        power += _powers(name, draws, truths)
        news += _news(name, draws, truths)
    notes: list[Note] = []
    if power:
        text = (
            "The smallest change that the data could have shown is promised to be found in 80% of cases. Found, were "
            "the true change as large as it is said to be (percent):"
        )
        notes.append(Note(text=text, columns=("indicator", "found", "draws"), rows=tuple(power)))
    if news:
        text = (
            "Changes that are nil and are yet reported after Benjamini and Hochberg's correction, which promises at "
            "most 5% of what is reported to be false (percent of the clients):"
        )
        notes.append(Note(text=text, columns=("indicator", "reported", "draws"), rows=tuple(news)))
    return notes


def _powers(cell: str, draws: Draws, truths: Mapping[str, Known]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for column, path in enumerate(draws.paths):
        if not path.endswith("/change/smallest_detectable"):
            continue
        truth = truths.get(path.replace("/smallest_detectable", "/difference"))
        low = draws.numbers[:, column, LOW]
        low = low[np.isfinite(low)]
        if truth is not None and len(low):
            share = 100 * float(np.mean(low - truth.value > 0))
            found.append((f"{path.split('/')[2]} ({cell})", f"{share:.1f}", f"{len(low):,}"))
    return found


def _news(cell: str, draws: Draws, truths: Mapping[str, Known]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for column, path in enumerate(draws.paths):
        home, _, indicator = path.partition("changes/")
        twin = f"indicators/results/{indicator}/change/difference"
        if home or not indicator or twin not in draws.paths or twin not in truths:
            continue
        spread = float(np.nanstd(draws.numbers[:, draws.paths.index(twin), VALUE]))
        p = draws.numbers[:, column, P_VALUE]
        p = p[np.isfinite(p)]
        if abs(truths[twin].value) < NIL * spread and len(p):
            found.append((f"{indicator} ({cell})", f"{100 * float(np.mean(p <= ALPHA)):.1f}", f"{len(p):,}"))
    return found
