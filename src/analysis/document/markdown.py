"""What a consultant's Markdown says, as a small tree that HTML and PDF both render: no raw HTML, no remote image."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

SAFE_SCHEMES = ("http", "https", "mailto")
_WRAPPERS = {"em": "em", "strong": "strong", "blockquote": "quote", "paragraph": "paragraph", "list_item": "item"}
_ROW_PARENTS = ("thead", "tbody")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node of the tree.

    Parameters
    ----------
    kind
        Blocks: ``paragraph heading list item quote code_block rule table row cell``; inlines: ``text em strong code
        link break``.
    text
        Of a ``text``, ``code`` or ``code_block``.
    level
        Of a heading, 1 to 6; of an ordered list, its first number; 0 otherwise.
    ordered
        Whether a list is numbered.
    header
        Whether a cell belongs to the table's head.
    align
        ``end`` for a right-aligned cell, else ``start``.
    href
        Of a link: http, https or mailto only.
    children
        The nodes inside.
    """

    kind: str
    text: str = ""
    level: int = 0
    ordered: bool = False
    header: bool = False
    align: str = "start"
    href: str = ""
    children: tuple["Node", ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data with every field, so that templates need no defaults."""
        return vars(self) | {"children": [child.to_dict() for child in self.children]}


def parse_markdown(text: str, *, heading_shift: int = 0) -> tuple[Node, ...]:
    r"""Parse CommonMark with tables; raw HTML stays text, images become their alternative text.

    Parameters
    ----------
    text
        The Markdown.
    heading_shift
        Added to each heading's level (bounded to 1 to 6): commentary within a chapter must not start a chapter.

    Examples
    --------
    >>> [node.kind for node in parse_markdown("# Why\n\nIt *rose*.")]
    ['heading', 'paragraph']
    """
    root = SyntaxTreeNode(_parser().parse(text))
    return tuple(_convert(root.children, heading_shift))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # An address that markdown-it would refuse stays literal text there; here it becomes plain words in `_link`.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def _convert(nodes: Iterable[SyntaxTreeNode], shift: int) -> Iterable[Node]:
    for node in nodes:
        yield from _one(node, shift)


def _one(node: SyntaxTreeNode, shift: int) -> Iterable[Node]:
    kind = node.type
    if kind in ("inline", "image") or kind in _ROW_PARENTS:
        return _convert(node.children, shift)
    if kind == "link":
        return _link(node, shift)
    if kind in ("text", "text_special"):
        return (Node(kind="text", text=node.content),) if node.content else ()
    if kind == "softbreak":
        return (Node(kind="text", text=" "),)
    if kind == "hardbreak":
        return (Node(kind="break"),)
    if kind == "hr":
        return (Node(kind="rule"),)
    if kind == "code_inline":
        return (Node(kind="code", text=node.content),)
    if kind in ("fence", "code_block"):
        return (Node(kind="code_block", text=node.content.rstrip("\n")),)
    return (_container(node, shift),)


def _container(node: SyntaxTreeNode, shift: int) -> Node:
    children = tuple(_convert(node.children, shift))
    kind = node.type
    if kind == "heading":
        return Node(kind="heading", level=min(6, max(1, int(node.tag[1]) + shift)), children=children)
    if kind in ("bullet_list", "ordered_list"):
        ordered = kind == "ordered_list"
        start = int(node.attrs.get("start", 1)) if ordered else 0
        return Node(kind="list", ordered=ordered, level=start, children=children)
    if kind in ("table", "tr"):
        return Node(kind="table" if kind == "table" else "row", children=children)
    if kind in ("th", "td"):
        align = "end" if "right" in str(node.attrs.get("style", "")) else "start"
        return Node(kind="cell", header=kind == "th", align=align, children=children)
    return Node(kind=_WRAPPERS[kind], children=children)


def _link(node: SyntaxTreeNode, shift: int) -> Iterable[Node]:
    href = str(node.attrs.get("href", ""))
    children = tuple(_convert(node.children, shift))
    scheme, colon, _ = href.partition(":")
    safe = bool(colon) and scheme.lower() in SAFE_SCHEMES
    return (Node(kind="link", href=href, children=children),) if safe else children


def plain_text(nodes: Iterable[Node]) -> str:
    """Return the words of inline nodes, as for a table of contents."""
    return "".join(node.text + plain_text(node.children) for node in nodes)
