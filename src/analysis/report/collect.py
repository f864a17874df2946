"""What an executed notebook has to say: its cover, its blocks and the consultant's own Markdown cells, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from analysis.document.blocks import MIME_TYPE
from analysis.document.html import COMMENTARY_SHIFT
from analysis.document.markdown import Node, parse_markdown, plain_text
from analysis.errors import ReportError

HIDDEN_TAG = "remove-cell"
Data = dict[str, Any]
Unit = tuple[Data, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the contents: level 1 is a chapter; `anchor` is the heading's id."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Annex:
    """What a chapter has behind all chapters; `of` is the anchor of that chapter's heading."""

    of: str
    blocks: Unit


@dataclass(frozen=True, kw_only=True)
class Content:
    """The document that a notebook holds.

    Parameters
    ----------
    cover
        Data of the cover block.
    front
        Blocks of the first page: what stands with the cover, up to and including the scorecard's chapter.
    chapters
        The rest, one tuple of blocks for each chapter, free block or Markdown cell. Figures and tables carry a
        ``number``, Markdown blocks the ``anchors`` of their headings.
    contents
        Every heading of level 1 and 2, in order.
    annexes
        What stands behind the chapters: pages of single accounts and managers.
    """

    cover: Data
    front: Unit
    chapters: tuple[Unit, ...]
    contents: tuple[Entry, ...]
    annexes: tuple[Annex, ...] = ()

    @property
    def body(self) -> tuple[Unit, ...]:
        """The chapters and what stands behind them, as they are read."""
        return (*self.chapters, *(annex.blocks for annex in self.annexes))

    @property
    def labels(self) -> dict[str, str]:
        """The interface words, from the cover."""
        return dict(self.cover["labels"])

    @property
    def language(self) -> str:
        """The BCP 47 tag of the report's language: ``en``, or ``zh-CN`` where it is simply ``zh``."""
        language = str(self.cover["language"]).replace("_", "-")
        return "zh-CN" if language.lower() == "zh" else language


def collect_content(notebook: NotebookNode) -> Content:
    """Gather the blocks and Markdown cells of an executed notebook.

    Code, streams, errors and outputs that are no blocks are not part of the document; neither is a cell tagged
    ``remove-cell``.

    Raises
    ------
    ReportError
        Where no cell shows a cover.
    """
    shown = [(unit, annex) for cell in notebook.cells for unit, annex in _cell_units(cell) if unit]
    units = [unit for unit, _ in shown]
    covers = [block for unit in units for block in unit if block["kind"] == "cover"]
    if not covers:
        raise ReportError("the notebook shows no cover: was it executed, and does a cell show the document's cover?")
    has_cover = [any(block["kind"] == "cover" for block in unit) for unit in units]
    units = [tuple(block for block in unit if block["kind"] != "cover") for unit in units]
    homes = [place for place, (_, annex) in enumerate(shown) if annex]
    numbered, contents = _number([*units, *(shown[place][1] for place in homes)])  # an annex is read last
    units, behind = numbered[: len(units)], numbered[len(units) :]
    at = has_cover.index(True)
    end = next((i for i, unit in enumerate(units) if any(block["kind"] == "scorecard" for block in unit)), at)
    front = tuple(block for unit in units[: end + 1] for block in unit)
    rest = tuple(unit for unit in units[end + 1 :] if unit)
    annexes = tuple(Annex(of=_anchor(units[place]), blocks=blocks) for place, blocks in zip(homes, behind, strict=True))
    return Content(cover=covers[0], front=front, chapters=rest, contents=tuple(contents), annexes=annexes)


def _anchor(unit: Unit) -> str:
    return next((str(block["anchor"]) for block in unit if block["kind"] == "heading"), "")


def _cell_units(cell: NotebookNode) -> Iterable[tuple[Unit, Unit]]:
    """Yield what a cell shows, each with what stands behind the chapters."""
    if HIDDEN_TAG in cell.metadata.get("tags", ()):
        return
    if cell.cell_type == "markdown":
        if cell.source.strip():
            yield ({"kind": "markdown", "text": cell.source, "byline": "", "is_cell": True, "heading_shift": 0},), ()
        return
    for output in cell.get("outputs", ()):
        data = output.get("data", {}).get(MIME_TYPE)
        if data is not None:
            annex = data.get("annex", ()) if data["kind"] == "chapter" else ()
            yield tuple(dict(block) for block in _blocks(data)), tuple(dict(block) for block in annex)


def _blocks(data: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return data["blocks"] if data["kind"] == "chapter" else (data,)


def _number(units: Iterable[Unit]) -> tuple[list[Unit], list[Entry]]:
    """Count figures and tables, give Markdown headings ids, undo references to nothing, and list the headings."""
    counts = {"figure": 0, "table": 0}
    taken: set[str] = set()
    contents: list[Entry] = []
    numbered = []
    for unit in units:
        for block in unit:
            kind = block["kind"]
            if kind in counts:
                counts[kind] += 1
                block["number"] = counts[kind]
            elif kind == "heading":
                block["anchor"] = _unique(block["anchor"] or "section", taken)
                contents.append(Entry(level=block["level"], text=block["text"], anchor=block["anchor"]))
            elif kind == "markdown":
                found = _markdown_entries(block, taken)
                block["anchors"] = [entry.anchor for entry in found]
                contents.extend(found)
        numbered.append(unit)
    for block in (block for unit in numbered for block in unit if block["kind"] == "reference"):
        block["anchor"] = block["anchor"] if block["anchor"] in taken else ""  # its chapter may have been taken out
    return numbered, [entry for entry in contents if entry.level <= 2]


def _markdown_entries(block: Data, taken: set[str]) -> list[Entry]:
    nodes = parse_markdown(block["text"], heading_shift=block.get("heading_shift", COMMENTARY_SHIFT))
    headings: list[Node] = [node for node in nodes if node.kind == "heading"]
    return [
        Entry(level=node.level, text=plain_text(node.children), anchor=_unique("commentary", taken))
        for node in headings
    ]


def _unique(anchor: str, taken: set[str]) -> str:
    """Return `anchor`, with a number where it is taken already."""
    candidate, count = anchor, 1
    while candidate in taken:
        count += 1
        candidate = f"{anchor}-{count}"
    taken.add(candidate)
    return candidate
