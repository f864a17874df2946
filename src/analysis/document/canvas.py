"""How a drawing becomes SVG: laid out once, drawn once, by one renderer."""

import re
from io import StringIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas

TEXT_WIDTH_INCHES = 170 / 25.4  # the text column of an A4 page
_POINTS = 72  # an inch, and so the resolution that an SVG is drawn at
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_ID = re.compile(r' id="([^"]+)"')


class _Surface(FigureCanvasSVG):
    """Gives whoever measures texts the renderer that draws them, so that each text is measured once."""

    def __init__(self, figure: Canvas) -> None:
        super().__init__(figure)
        self._drawn = StringIO()
        width, height = figure.get_size_inches() * _POINTS
        self._renderer = RendererSVG(width, height, self._drawn, metadata=_NO_METADATA)

    def get_renderer(self) -> RendererSVG:
        """Return the renderer that layout and drawing share."""
        return self._renderer

    def draw_once(self) -> str:
        """Lay the figure out, draw it, and return the SVG.

        `Figure.savefig` draws twice, the first time into nothing, only to have the layout done, and measures each text
        three times, once for each renderer that it makes: nearly half of what a figure costs.
        """
        layout = self.figure.get_layout_engine()
        assert layout is not None
        layout.execute(self.figure)
        self.figure.set_layout_engine("none")
        self.figure.draw(self._renderer)
        self._renderer.finalize()
        return self._drawn.getvalue()


def new_canvas(height: float, *, columns: int = 1, width: float = TEXT_WIDTH_INCHES) -> tuple[Canvas, list[Axes]]:
    """Return a figure of `height` inches with `columns` axes, without any pyplot state."""
    canvas = Canvas(figsize=(width, height), dpi=_POINTS, layout="constrained")
    _Surface(canvas)
    axes = canvas.subplots(1, columns, squeeze=False)[0]
    return canvas, list(axes)


def figure_to_svg(canvas: Canvas, key: str) -> str:
    """Return the figure as an SVG element that is safe inside a page: no prolog, metadata, style sheet or stray ids.

    Parameters
    ----------
    canvas
        What `new_canvas` gave, drawn upon; it must still be inside `theme.drawing`.
    key
        Unique name of the figure in its document, so that no two figures of a page share an id.
    """
    surface = canvas.canvas
    assert isinstance(surface, _Surface)
    with mpl.rc_context({"svg.hashsalt": key}):
        svg = surface.draw_once()
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    return _own_ids(svg, key)


def _own_ids(svg: str, key: str) -> str:
    """Drop the ids that nothing refers to and prefix the others with the figure's key."""
    used = set(re.findall(r"#([A-Za-z][\w.-]*)", svg))
    svg = _ID.sub(lambda match: match[0] if match[1] in used else "", svg)
    svg = _ID.sub(rf' id="{key}-\1"', svg)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{key}-", svg)
