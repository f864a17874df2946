"""The typed blocks a document is made of: data that can show themselves, as HTML in Jupyter and as JSON for the PDF.

Every string of a block is plain text in the reader's language. It is escaped by the HTML templates and read as data by
the Typst template, so nothing that a client wrote can become markup.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from analysis.document.native import native_cells, native_of

MIME_TYPE = "application/vnd.relationship-audit+json"
Tone = Literal["neutral", "good", "bad", "warning"]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Base of all blocks."""

    kind: ClassVar[str] = "block"

    def to_dict(self) -> dict[str, Any]:
        """Return the block as JSON-ready data, with its kind."""
        return {"kind": self.kind} | {key: _plain(value) for key, value in vars(self).items()}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from analysis.document.html import render_block  # the template engine loads only where something is shown

        return {MIME_TYPE: self.to_dict(), "text/html": render_block(self), "text/plain": repr(self)}


def _plain(value: Any) -> Any:
    """Turn nested blocks, dataclasses and tuples into dicts and lists."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, str) else value  # a text that carries its number becomes a plain one


@dataclass(frozen=True, kw_only=True)
class Part:
    """Base of the pieces that blocks are made of."""

    def to_dict(self) -> dict[str, Any]:
        """Return the part as JSON-ready data."""
        return {key: _plain(value) for key, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Heading(Block):
    """A heading: level 1 is a chapter; `anchor` is a stable id ([a-z0-9-]); `new_page` puts it at the top of a page."""

    kind: ClassVar[str] = "heading"
    level: int
    text: str
    anchor: str
    new_page: bool = False


@dataclass(frozen=True, kw_only=True)
class Prose(Block):
    """Paragraphs of plain text; `lead` sets the first as the finding of its chapter."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]
    lead: bool = False


@dataclass(frozen=True, kw_only=True)
class BulletList(Block):
    """Short points."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Callout(Block):
    """A boxed remark: `note`, `caution`, or `limits` (what cannot be concluded)."""

    kind: ClassVar[str] = "callout"
    variant: Literal["note", "caution", "limits"]
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reference(Block):
    """A line that leads to another place of the document: a heading's `anchor`; plain text where there is none."""

    kind: ClassVar[str] = "reference"
    text: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Markdown(Block):
    """Commentary by the consultant, in Markdown; parsed where it is rendered, raw HTML stays text."""

    kind: ClassVar[str] = "markdown"
    text: str
    byline: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoreCell(Part):
    """One number of a scorecard.

    Parameters
    ----------
    label, value, detail
        Formatted texts: what, the number, interval and n.
    position, low, high
        Where the number and its interval lie on the bar, 0 to 1, or None where there is no bar.
    level
        Letter of the level, or "".
    change
        Formatted change, or "".
    tone
        Of the change.
    """

    label: str
    value: str
    detail: str = ""
    position: float | None = None
    low: float | None = None
    high: float | None = None
    level: str = ""
    change: str = ""
    tone: Tone = "neutral"

    def to_dict(self) -> dict[str, Any]:
        """Return the cell as JSON-ready data; ``native`` holds the number that `value` shows, if it shows one."""
        native = native_of(self.value)
        return super().to_dict() | ({} if native is None else {"native": native.to_dict()})


@dataclass(frozen=True, kw_only=True)
class Scorecard(Block):
    """The headline number and its dimensions."""

    kind: ClassVar[str] = "scorecard"
    headline: ScoreCell
    cells: tuple[ScoreCell, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Column(Part):
    """A table's column; `align` is start for text and end for numbers; `width` a relative weight."""

    title: str
    align: Literal["start", "end"] = "start"
    width: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """A table of formatted texts; `emphasis` lists row numbers to set bold (totals)."""

    kind: ClassVar[str] = "table"
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    emphasis: tuple[int, ...] = ()
    anchor: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the table as JSON-ready data; ``native`` holds the numbers of those cells that show one."""
        native = native_cells(self.rows)
        return super().to_dict() | ({"native": native} if native else {})


@dataclass(frozen=True, kw_only=True)
class Figure(Block):
    """A chart: SVG without title (the title states the finding and is set by the document), alt text, its data."""

    kind: ClassVar[str] = "figure"
    title: str
    svg: str
    alt: str
    caption: str = ""
    data: tuple[Mapping[str, Any], ...] = ()
    anchor: str = ""
    width: float = 1.0  # of the text width


@dataclass(frozen=True, kw_only=True)
class ActionItem(Part):
    """One recommended action; texts are formatted."""

    title: str
    why: str
    who: str = ""
    effect: str = ""
    effort: str = ""


@dataclass(frozen=True, kw_only=True)
class ActionList(Block):
    """Recommended actions, best first."""

    kind: ClassVar[str] = "actions"
    title: str
    items: tuple[ActionItem, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Cover(Block):
    """Who, when, by whom: the document's metadata and first block.

    `labels` holds the interface texts that the templates themselves set, in the report's language: ``contents``,
    ``page_of`` (with ``{page}`` and ``{pages}``), ``skip_to_content``, ``figure``, ``table``, ``as_of``,
    ``prepared_by``, ``commentary`` and whatever else a template shows.
    """

    kind: ClassVar[str] = "cover"
    client: str
    title: str
    subtitle: str
    as_of: str
    language: str
    accent: str
    date_iso: str
    prepared_by: str = ""
    confidentiality: str = ""
    disclaimer: str = ""
    logo: str = ""  # data URI, or ""
    logo_alt: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter's blocks, shown by one notebook cell.

    `annex` is what belongs to the chapter and stands behind all chapters, where nobody has to leaf through it: pages of
    single accounts. It begins with a heading of level 1.
    """

    key: str
    blocks: tuple[Block, ...]
    annex: tuple[Block, ...] = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from analysis.document.html import render_block

        data: dict[str, Any] = {"kind": "chapter", "key": self.key}
        data["blocks"] = [block.to_dict() for block in self.blocks]
        if self.annex:
            data["annex"] = [block.to_dict() for block in self.annex]
        return {
            MIME_TYPE: data,
            "text/html": "\n".join(render_block(block) for block in (*self.blocks, *self.annex)),
            "text/plain": f"chapter {self.key}: {len(self.blocks)} blocks",
        }
