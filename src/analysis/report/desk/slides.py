"""The audit as an editable deck: native titles, tables and text, charts as pictures with their alternative text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from pptx.presentation import Presentation as Deck
from pptx.util import Pt

from analysis.document.translate import Translator
from analysis.document.visible import clean_text, visible_text
from analysis.messages import NP_
from analysis.report.collect import Content
from analysis.report.desk.charts import source_line, svg_size
from analysis.report.desk.deck import Slide, plan_deck
from analysis.report.desk.measure import as_title
from analysis.report.desk.raster import rasterise, rasterise_logo
from analysis.report.desk.slide_layout import (
    BODY_BOTTOM,
    BODY_LAYOUT,
    BODY_TOP,
    INNER,
    KICKER_TOP,
    MARGIN,
    SMALLEST,
    TITLE_HEIGHT,
    TITLE_LAYOUT,
    WIDTH,
    add_footer,
    deck_title,
    language_tag,
    open_deck,
    save_deck,
)
from analysis.report.desk.slide_table import FittedTable, add_table, fit_table, page_table
from analysis.report.desk.slide_text import Line, add_text, fit_points, fit_text, fit_title, write_lines

POINT_SIZES = (16.0, 14.0, 13.0, 12.0)
LIST_SIZES = (16.0, 14.0, 13.0, 12.0, 11.0, SMALLEST)
WIDE_SIZES = (22.0, 20.0, 18.0, 16.0, 14.0, 12.0)
MOST_POINTS = 5
"""Beside a table or figure: more is read by nobody in a room."""
_GAP, _COLUMN_GAP = 10.0, 28.0
_WIDE, _NARROW = 0.88, 0.7  # of the slide's width: a figure not as wide as the first stands beside its words
_ENLARGED = 1.9  # at most, of the figure's own size
_SUMMARY_TABLE = 0.6  # of the body's height, where lists stand below


def render_slides(content: Content, audit: Mapping[str, Any]) -> bytes:
    """Return the deck (.pptx) of a document; the same document gives the same bytes.

    Parameters
    ----------
    content
        The document: every text and number on a slide, and in its notes, is one of its blocks'.
    audit
        The content of audit.json; only what names the audit is read.
    """
    translator = Translator(content.cover["language"], str(audit["currency"]))
    deck = open_deck(content, f"{audit['client']} {audit['as_of']}")
    writer = _Writer(deck, content, translator)
    slides = plan_deck(content, translator)
    drawings = {slide.figure["number"]: slide.figure["svg"] for slide in slides if slide.figure is not None}
    writer.pictures = dict(zip(drawings, rasterise(list(drawings.values())), strict=True))
    writer.write_cover()
    for slide in slides:
        writer.write(slide)
    return save_deck(deck)


@dataclass
class _Page:
    """A slide being filled from `top` down to `bottom`."""

    native: Any
    is_cut: bool
    top: float = BODY_TOP
    bottom: float = BODY_BOTTOM

    @property
    def room(self) -> float:
        return self.bottom - self.top


class _Writer:
    """Sets slides one after the other."""

    def __init__(self, deck: Deck, content: Content, translator: Translator) -> None:
        self.pictures: dict[int, bytes] = {}
        self._deck, self._content, self._t = deck, content, translator
        self._language = language_tag(content)
        self._layouts = {layout.name: layout for layout in deck.slide_layouts}
        self._titles: set[str] = set()
        self._footer = clean_text(content.cover["confidentiality"] or content.cover["client"], 110)

    def write_cover(self) -> None:
        """Set the title slide: who, what, when, by whom, how confidential."""
        cover, labels = self._content.cover, self._content.labels
        native = self._deck.slides.add_slide(self._layouts[TITLE_LAYOUT])
        title = fit_title(clean_text(deck_title(cover)), INNER, 100.0, (40.0, 36.0, 32.0, 28.0, 24.0))
        write_lines(native.shapes.title.text_frame, [title], self._language)
        self._titles.add(title.text)
        subtitle = fit_text(clean_text(cover["subtitle"]), INNER, 2, 20.0)
        write_lines(native.placeholders[1].text_frame, [subtitle], self._language)
        day = f"{labels['as_of']} {cover['as_of']}".strip() if cover["as_of"] else ""
        by = f"{labels['prepared_by']} {cover['prepared_by']}" if cover["prepared_by"] else ""
        lines = [fit_text(clean_text(text), INNER, 1, 14.0) for text in (day, by) if text]
        if lines:
            add_text(native, (MARGIN, 356.0, INNER, 40.0), lines, self._language)
        if cover["disclaimer"]:
            line = fit_text(clean_text(cover["disclaimer"]), INNER, 4, 11.0)
            height = line.height(INNER)
            add_text(native, (MARGIN, BODY_BOTTOM - height, INNER, height), [line], self._language)
        if cover["logo"]:
            self._add_logo(native, visible_text(cover["logo_alt"] or cover["prepared_by"] or cover["client"]))
        add_footer(native, self._footer, self._language)

    def _add_logo(self, native: Any, alt: str) -> None:
        picture = native.shapes.add_picture(BytesIO(rasterise_logo(self._content.cover["logo"])), Pt(MARGIN), Pt(48))
        scale = min(Pt(240) / picture.width, Pt(60) / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture._element.nvPicPr.cNvPr.set("descr", alt)

    def write(self, slide: Slide) -> None:
        """Set one message, on several slides only where a table goes on."""
        if slide.table is not None and slide.in_full:
            self._write_pages(slide, slide.table)
            return
        slide = _with_whole_title(slide)
        page = self._open(slide)
        if page.is_cut:  # the whole finding, where there is room
            slide = replace(slide, points=(slide.title, *slide.points))
        if slide.figure is not None:
            heading = as_title(visible_text(slide.figure["title"]))  # stands above the figure already
            self._put_figure(page, replace(slide, points=tuple(p for p in slide.points if as_title(p) != heading)))
            return
        if slide.table is not None:
            room = page.room - self._foot_height(slide.table) - _heading_height(slide.table)
            self._put_table(page, slide, fit_table(slide.table, INNER, room * (_SUMMARY_TABLE if slide.asides else 1)))
        if slide.asides:
            self._put_asides(page, slide.asides)
        elif slide.table is not None:
            self._put_points(page, slide.points[:MOST_POINTS], POINT_SIZES)
        else:
            self._put_points(page, slide.points, WIDE_SIZES)

    def _write_pages(self, slide: Slide, table: Mapping[str, Any]) -> None:
        """Set a table whole, on as many slides as it takes."""
        room = BODY_BOTTOM - BODY_TOP - _heading_height(table) - self._foot_height(table)
        pages = page_table(dict(table), INNER, room)
        for index, part in enumerate(pages):
            page = self._open(slide, ending=f" ({index + 1}/{len(pages)})" if index else "")
            self._put_table(page, slide, part, all_rows=True)

    def _open(self, slide: Slide, ending: str = "") -> _Page:
        """Add a slide with its chapter, title, notes, footer and number."""
        native = self._deck.slides.add_slide(self._layouts[BODY_LAYOUT])
        title = slide.title or slide.chapter or str(self._content.cover["title"])
        line = self._unique_title(title, ending)
        write_lines(native.shapes.title.text_frame, [line], self._language)
        chapter = fit_text(clean_text(slide.chapter), INNER, 1, 11.0, bold=True, colour="accent1")
        if chapter.text and chapter.text != line.text:
            add_text(native, (MARGIN, KICKER_TOP, INNER, 14.0), [chapter], self._language)
        notes = slide.notes or slide.points
        if notes:
            frame = native.notes_slide.notes_text_frame
            frame.text = "\n".join(note.replace("\n", " ") for note in notes)
            for paragraph in frame.paragraphs:
                for run in paragraph.runs:
                    run._r.get_or_add_rPr().set("lang", self._language)
        add_footer(native, self._footer, self._language)
        return _Page(native, is_cut=line.text != title + ending)

    def _unique_title(self, title: str, ending: str = "") -> Line:
        """Return a title that no slide before has, so that an outline names every slide."""
        title = title.replace("\n", " ").strip()
        line, count = fit_title(title, INNER, TITLE_HEIGHT, ending=ending), 1
        while line.text in self._titles:
            count += 1
            line = fit_title(title, INNER, TITLE_HEIGHT, ending=f"{ending} ({count})")
        self._titles.add(line.text)
        return line

    def _put(self, page: _Page, lines: Sequence[Line], *, gap: float = 0.0) -> None:
        """Set paragraphs across the slide and go down by their height."""
        height = sum(line.height(INNER) for line in lines)
        add_text(page.native, (MARGIN, page.top, INNER, height), lines, self._language)
        page.top += height + gap

    def _put_heading(self, page: _Page, title: str, slide: Slide) -> None:
        """Set the heading of a figure or table, unless the slide's title says the same."""
        if title and as_title(visible_text(title)) != as_title(slide.title):
            self._put(page, [fit_text(visible_text(title), INNER, 1, 14.0, bold=True)], gap=7.0)

    def _put_figure(self, page: _Page, slide: Slide) -> None:
        """Set a figure as large as the slide allows, words at its side or below, its caption and source last."""
        figure = slide.figure or {}
        self._put_heading(page, figure["title"], slide)
        width, height = svg_size(figure["svg"])
        foot = [fit_text(visible_text(figure["caption"]), INNER, 3, 11.0)] if figure["caption"] else []
        foot.append(fit_text(source_line(figure, self._content), INNER, 1, SMALLEST))
        foot_height = sum(line.height(INNER) for line in foot)
        room = page.room - foot_height - 6.0
        scale = min(INNER / width, room / height, _ENLARGED)
        beside = bool(slide.points) and scale * width < _WIDE * INNER
        scale = min(scale, _NARROW * INNER / width) if beside else scale
        across, down = width * scale, height * scale
        left = MARGIN if beside or across >= _WIDE * INNER else (WIDTH - across) / 2
        picture = page.native.shapes.add_picture(
            BytesIO(self.pictures[figure["number"]]), Pt(left), Pt(page.top), Pt(across), Pt(down)
        )
        picture._element.nvPicPr.cNvPr.set("descr", visible_text(figure["alt"] or figure["title"]))
        if beside:
            start = MARGIN + across + _COLUMN_GAP
            self._put_words(page, slide.points, (start, page.top, WIDTH - MARGIN - start, room))
        else:
            below = page.top + down + _GAP
            self._put_words(page, slide.points, (MARGIN, below, INNER, room - down - _GAP))
        add_text(page.native, (MARGIN, page.bottom - foot_height, INNER, foot_height), foot, self._language)

    def _put_words(self, page: _Page, points: Sequence[str], box: tuple[float, float, float, float]) -> None:
        """Set sentences beside or below a figure, where there is room for one at least."""
        lines = fit_points(points[:MOST_POINTS], box[2], box[3], POINT_SIZES[1:])
        if lines:
            add_text(page.native, box, lines, self._language)

    def _foot_lines(self, table: Mapping[str, Any], left_out: int) -> list[Line]:
        """Return what stands below a table: rows left out, remarks, source."""
        texts = [visible_text(note) for note in table["notes"]]
        if left_out:
            texts.insert(
                0,
                self._t(
                    NP_("{count:int} further row in audit.xlsx", "{count:int} further rows in audit.xlsx", left_out)
                ),
            )
        lines = [fit_text(self._t.separator.join(texts), INNER, 3, 10.5)] if texts else []
        if "number" in table:
            lines.append(fit_text(source_line(table, self._content), INNER, 1, SMALLEST))
        return lines

    def _foot_height(self, table: Mapping[str, Any]) -> float:
        return sum(line.height(INNER) for line in self._foot_lines(table, 99)) + 8.0

    def _put_table(self, page: _Page, slide: Slide, table: FittedTable, *, all_rows: bool = False) -> None:
        block = slide.table or {}
        self._put_heading(page, block["title"], slide)
        alt = visible_text(block["title"] or slide.title)
        add_table(page.native, table, MARGIN, page.top, alt, self._language)
        page.top += table.height + 6.0
        lines = self._foot_lines(block, 0 if all_rows else table.left_out)
        if lines:
            self._put(page, lines, gap=_GAP)

    def _put_points(self, page: _Page, points: Sequence[str], sizes: Sequence[float]) -> None:
        lines = fit_points(points, INNER, page.room, sizes) if points and page.room > 20.0 else []
        if lines:
            add_text(page.native, (MARGIN, page.top, INNER, page.room), lines, self._language)

    def _put_asides(self, page: _Page, asides: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        """Set lists side by side under their headings."""
        width = (INNER - _COLUMN_GAP * (len(asides) - 1)) / len(asides)
        for index, (heading, texts) in enumerate(asides):
            title = fit_text(heading, width, 1, 14.0, bold=True, colour="accent1")
            head = Line(text=title.text, size=14.0, bold=True, colour="accent1", after=6.0)
            lines = fit_points(texts, width, page.room - head.height(width), LIST_SIZES)
            box = (MARGIN + index * (width + _COLUMN_GAP), page.top, width, page.room)
            add_text(page.native, box, [head, *lines], self._language)


def _with_whole_title(slide: Slide) -> Slide:
    """Return the slide with a title that needs no cut: its figure's where the finding is too long for any size.

    A finding cut short loses its interval; the figure's title is a whole sentence, and the finding stands beside it.
    """
    heading = visible_text((slide.figure or {}).get("title", "")).strip()
    if not heading or _is_whole(slide.title) or not _is_whole(heading):
        return slide
    return replace(slide, title=heading, points=(slide.title, *slide.points))


def _is_whole(title: str) -> bool:
    title = title.replace("\n", " ").strip()
    return fit_title(title, INNER, TITLE_HEIGHT).text == title


def _heading_height(table: Mapping[str, Any]) -> float:
    return 24.0 if table["title"] else 0.0
