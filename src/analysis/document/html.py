"""How a block looks in HTML: one autoescaped template per kind, the same in Jupyter and in the exported page."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.document.blocks import Block
from analysis.document.formatting import CHINESE_DATE
from analysis.document.markdown import parse_markdown
from analysis.document.svg import inline_svg
from analysis.document.visible import visible_text

# Commentary stands inside a chapter: its first heading is a section, not a chapter.
COMMENTARY_SHIFT = 1


def render_block(block: Block) -> str:
    """Return a block as an HTML fragment for Jupyter; every string in it is escaped.

    Interface words (such as "Who" above an action's owner) are left out here, since a block does not know them; the
    exported page has them from the cover.
    """
    return render_data(block.to_dict(), {})


def render_data(block: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return a block's JSON-ready data as an HTML fragment.

    Parameters
    ----------
    block
        What `Block.to_dict` gives, where a figure or table may have a ``number`` besides.
    labels
        Interface words in the report's language, as in `Cover.labels`; a missing one is simply not shown.
    """
    template = _environment().get_template("block.html.j2")
    return str(template.render(block=block, labels=labels)).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("analysis.document", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=visible,
    )
    environment.filters |= {"svg": _svg, "markdown": _markdown, "percent_css": _percent_css}
    environment.filters |= {"datum": _datum, "days": keep_days}
    return environment


def visible(value: Any) -> Any:
    """Return what a template's expression has given, without characters that a page must not hold."""
    return visible_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def keep_days(text: str) -> str:
    """Return a text with its Chinese dates kept on one line each; escaped where it holds any.

    Between Chinese characters a line may break anywhere, and a date with its 日 on the next line reads as another.
    """
    if "月" not in text:
        return text
    shown = visible_text(text)
    pieces, end = [], 0
    for found in CHINESE_DATE.finditer(shown):
        pieces += [escape(shown[end : found.start()]), Markup('<span class="ra-day">{}</span>').format(found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(shown[end:])])


def _svg(block: Mapping[str, Any]) -> Markup:
    label = visible_text(block["alt"] or block["title"])
    return Markup(inline_svg(block["svg"], label=label))


def _markdown(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    shift = block.get("heading_shift", COMMENTARY_SHIFT)
    return [node.to_dict() for node in parse_markdown(block["text"], heading_shift=shift)]


def _percent_css(share: float) -> str:
    """Return a share as a CSS percentage within the bar (0 to 1; what lies beyond is cut)."""
    return f"{min(1.0, max(0.0, share)) * 100:.2f}%"


def _datum(value: Any) -> str:
    """Return one cell of a figure's data: numbers to six significant digits, nothing for what is absent."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
