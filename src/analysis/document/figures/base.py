"""What all figures share: the way from a drawing to a block, and the marks that every chart uses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from analysis.document.blocks import Figure
from analysis.document.canvas import figure_to_svg, new_canvas
from analysis.document.formatting import format_number
from analysis.document.periods import SPAN
from analysis.document.theme import GREY, RULE, Theme, drawing
from analysis.document.translate import Translator
from analysis.document.visible import clean_text, display_width
from analysis.messages import N_, Message
from analysis.results import Estimate, IndicatorResult, Point, Unit

LABEL_WIDTH = 34  # Latin characters of a group's name beside a chart
MAX_GROUPS = 14
ROW_HEIGHT = 0.27  # inches
AXIS_HEIGHT = 0.62  # inches for the axis with its label

Row = Mapping[str, Any]
DATA_WORDS: Mapping[str, Message] = {
    "label": N_("Label"),
    "value": N_("Value"),
    "low": N_("95% from"),
    "high": N_("95% to"),
    "n": N_("n"),
    "satisfaction": N_("Satisfaction"),
    "predicted": N_("Predicted"),
    "customers": N_("Share of customers"),
    "revenue": N_("Share of revenue"),
}


@dataclass
class Drawing:
    """A figure in the making: the canvas, its axes, and at the end its SVG."""

    canvas: Canvas
    axes: list[Axes]
    key: str
    svg: str = field(default="")

    @property
    def ax(self) -> Axes:
        """The only, or first, axes."""
        return self.axes[0]


@contextmanager
def figure_drawing(theme: Theme, key: str, height: float, columns: int = 1) -> Iterator[Drawing]:
    """Open a drawing in the theme; when the block ends without error its SVG is ready."""
    with drawing(theme):
        canvas, axes = new_canvas(height, columns=columns)
        sheet = Drawing(canvas, axes, key)
        yield sheet
        sheet.svg = figure_to_svg(canvas, key)


def figure_block(
    sheet: Drawing,
    t: Translator,
    *,
    title: Message | str,
    alt: Message | str,
    data: Sequence[Row],
    caption: Message | str = "",
) -> Figure:
    """Return the block of a finished drawing.

    The rows of `data` are shown below the figure in HTML: their keys become words, and every row has all of them.
    """
    keys = list(dict.fromkeys(key for row in data for key in row))
    words = {key: t(DATA_WORDS[key]) for key in keys}
    rows = tuple({words[key]: _short(row.get(key)) for key in keys} for row in data)
    return Figure(
        title=t(title), svg=sheet.svg, alt=t(alt), caption=t(caption), data=rows, anchor=f"figure-{sheet.key}"
    )


def _short(value: Any) -> Any:
    """Return a number with six significant digits, which is more than a reader of a chart asks for."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def estimate_row(label: str, estimate: Estimate | Point) -> dict[str, Any]:
    """Return the data behind one mark."""
    if isinstance(estimate, Point):
        return {"label": label, "value": estimate.value, "n": estimate.n}
    return {"label": label, "value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def unit_label(unit: Unit, t: Translator) -> str:
    """Return the words on the axis of a unit."""
    words: dict[str, Message | str] = {
        "proportion": N_("Share, %"),
        "index": N_("Points, 0 to 100"),
        "nps": N_("Net Promoter Score, -100 to 100"),
        "score": N_("Mean answer, on the questionnaire's own scale"),
        "money": t.currency,
        "count": N_("Number"),
        "per_year": N_("Times a year"),
        "days": N_("Days"),
        "percentage_points": N_("Percentage points"),
        "ratio": N_("Ratio"),
    }
    return t(words[unit])


def indicator_label(result: IndicatorResult, t: Translator) -> str:
    """Return the words on an indicator's axis: its unit, or its name and unit where the unit alone says too little."""
    if result.unit in ("count", "ratio"):
        return t(result.name)
    if result.unit in ("proportion", "per_year", "money", "days"):
        return t(N_("{name:message}, {unit:text}", name=result.name, unit=t(_UNIT_WORDS.get(result.unit, t.currency))))
    return unit_label(result.unit, t)


_UNIT_WORDS: Mapping[str, Message | str] = {"proportion": "%", "per_year": N_("times a year"), "days": N_("days")}


class _EvenTicks(Formatter):
    """Write all ticks of an axis with the decimals that the finest of them needs."""

    def __init__(self, write: Callable[[float, int], str], scale: float) -> None:
        self.write, self.scale = write, scale

    def __call__(self, value: float, pos: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        scaled = [self.scale * float(value) for value in values]
        decimals = next((d for d in range(4) if all(abs(value - round(value, d)) < 1e-6 for value in scaled)), 4)
        return [self.write(value, decimals) for value in scaled]


def tick_formatter(unit: Unit, t: Translator) -> Formatter:
    """Return a formatter for the ticks of an axis in `unit`."""
    if unit == "money":
        return FuncFormatter(lambda value, _: t.unit(value, "money"))
    if unit == "percentage_points":
        return _EvenTicks(lambda value, decimals: format_number(value, t.language, decimals, signed=True), 1.0)
    scale = 100.0 if unit == "proportion" else 1.0
    return _EvenTicks(lambda value, decimals: format_number(value, t.language, decimals), scale)


def style_value_axis(ax: Axes, axis: str, unit: Unit, t: Translator, label: str = "") -> None:
    """Give the axis that carries numbers its ticks, grid and label, and leave the other bare."""
    target = ax.xaxis if axis == "x" else ax.yaxis
    target.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    target.set_major_formatter(tick_formatter(unit, t))
    ax.grid(visible=True, axis=axis, color=RULE)  # type: ignore[arg-type]
    target.set_label_text(label or unit_label(unit, t))
    ax.spines["left" if axis == "y" else "bottom"].set_visible(False)
    target.set_tick_params(length=0)
    target.set_tick_params(labelcolor=GREY)


def name_ticks(ax: Axes, positions: Sequence[float], labels: Sequence[str]) -> None:
    """Name the positions of a vertical chart; two-line names get room between their lines."""
    ax.set_xticks(positions, labels, linespacing=1.35)


def broken_period(text: str) -> str:
    """Break a long period's label after its first half, for the ticks of an axis."""
    for word in SPAN.values():
        before, found, after = text.partition(word)
        if found and before != "截":  # 截至 is "to", not "from ... to"
            return f"{before}{word.rstrip()}\n{after}"
    return text


def name_rows(ax: Axes, labels: Sequence[str], width: int = LABEL_WIDTH) -> None:
    """Name the rows of a horizontal chart, the first on top; long names are cut."""
    ax.set_yticks(range(len(labels)), cut_names(labels, width))
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)


def cut_names(labels: Sequence[str], width: int) -> list[str]:
    """Cut long names at their end; in their middle where the beginnings alone would read the same.

    >>> cut_names(["Machinery for the north", "Machinery for the south"], 16)
    ['Machiner…e north', 'Machiner…e south']
    """
    whole = [clean_text(label) for label in labels]
    ends = [clean_text(label, width) for label in whole]
    if len(set(ends)) == len(set(whole)):
        return ends
    half = (width - 1) // 2
    return [
        name
        if display_width(name) <= width
        else clean_text(name, width - half).removesuffix("…")
        + "…"
        + clean_text(name[::-1], half + 1).removesuffix("…")[::-1]
        for name in whole
    ]


def row_notes(ax: Axes, notes: Sequence[str], color: str = GREY) -> None:
    """Write one text at the right of each row of a horizontal chart."""
    for position, note in enumerate(notes):
        ax.annotate(note, (1.01, position), xycoords=("axes fraction", "data"), va="center", ha="left", color=color)


def intervals(ax: Axes, estimates: Sequence[Estimate], color: str) -> None:
    """Draw horizontal intervals, the first on top."""
    rows = range(len(estimates))
    ax.hlines(rows, [e.low for e in estimates], [e.high for e in estimates], color=color, linewidth=4, zorder=2)


def rows_height(rows: int) -> float:
    """Return the height in inches of a horizontal chart with so many rows."""
    return AXIS_HEIGHT + ROW_HEIGHT * max(rows, 2)


def pick_ends(labels: Sequence[str], limit: int = MAX_GROUPS) -> list[str]:
    """Return at most `limit` of ordered labels: all, or the first and the last ones."""
    if len(labels) <= limit:
        return list(labels)
    return [*labels[: limit // 2], *labels[-(limit // 2) :]]
