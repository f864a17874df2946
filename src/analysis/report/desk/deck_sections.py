"""A chapter's blocks, question by question, and their words: what a slide, or the notes behind it, may say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analysis.document.markdown import Node, parse_markdown, plain_text
from analysis.document.visible import visible_text
from analysis.report.collect import Data, Unit


@dataclass
class Section:
    """The blocks between two headings of a chapter; `anchor` is the question's, or the chapter's."""

    anchor: str
    heading: str
    blocks: list[Data] = field(default_factory=list)

    def of(self, kind: str) -> list[Data]:
        """Return the blocks of one kind."""
        return [block for block in self.blocks if block["kind"] == kind]

    @property
    def paragraphs(self) -> list[str]:
        """The prose, the finding first."""
        return [visible_text(text) for block in self.of("prose") for text in block["paragraphs"] if text.strip()]

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.of("figure") or self.of("table"))


def split_chapter(unit: Unit) -> list[Section]:
    """Split a chapter at its headings, up to the pages of single accounts and managers."""
    sections: list[Section] = []
    for block in unit:
        if block["kind"] == "heading":
            if block.get("new_page"):
                break
            sections.append(Section(block["anchor"], visible_text(block["text"])))
        elif block["kind"] == "markdown" and not sections:
            sections.append(Section("", _markdown_heading(block)))
            sections[-1].blocks.append(block)
        elif sections:
            sections[-1].blocks.append(block)
        else:
            sections.append(Section("", ""))
            sections[-1].blocks.append(block)
    return sections


def _markdown_heading(block: Data) -> str:
    nodes = parse_markdown(block["text"], heading_shift=0)
    return next((visible_text(plain_text(node.children)) for node in nodes if node.kind == "heading"), "")


def plain_paragraphs(block: Data) -> list[str]:
    """Return a consultant's words without their markup, by paragraphs; a heading is no paragraph."""
    nodes = parse_markdown(block["text"], heading_shift=0)
    return [text for text in (visible_text(text).strip() for node in nodes for text in _said(node)) if text]


def _said(node: Node) -> Iterator[str]:
    """Yield the paragraphs of a block: each item of a list, each row of a table is one."""
    if node.kind in ("list", "item", "quote", "table"):
        for child in node.children:
            yield from _said(child)
    elif node.kind == "row":
        yield " · ".join(plain_text((cell,)) for cell in node.children)
    elif node.kind != "heading":
        yield plain_text((node,))


def write_notes(blocks: Iterable[Data]) -> tuple[str, ...]:
    """Return what stands behind a slide: paragraphs, captions, the tables' remarks, limits and commentary."""
    notes: list[str] = []
    for block in blocks:
        kind = block["kind"]
        if kind == "prose":
            notes += texts_of(block["paragraphs"])
        elif kind == "bullets":
            notes += texts_of(block["items"])
        elif kind == "callout":
            notes += [visible_text(block["title"]), *(f"– {text}" for text in texts_of(block["items"]))]
        elif kind == "table":
            notes += texts_of(block["notes"])
        elif kind == "figure" and block["caption"]:
            notes.append(f"{visible_text(block['title'])}. {visible_text(block['caption'])}")
        elif kind == "markdown" and not block.get("is_cell"):
            words = " ".join(plain_paragraphs(block))
            notes.append(f"{visible_text(block['byline'])}: {words}" if block["byline"] else words)
    return tuple(dict.fromkeys(note for note in notes if note.strip()))


def texts_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts as they may stand on a page, without the empty ones."""
    return tuple(visible_text(text) for text in texts if text.strip())
