"""The deck and the charts of the two synthetic clients: what a consultant opens."""

import itertools
import json
import re
from io import BytesIO

import nbformat
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from analysis.report.collect import collect_content
from analysis.report.desk.slides import render_slides

FEWEST, MOST = 20, 32
"""Slides that one can present."""


@pytest.fixture(scope="module")
def content(built):
    return collect_content(nbformat.read(built.folder / "audit.ipynb", 4))


@pytest.fixture(scope="module")
def deck(built, content):
    return Presentation(BytesIO(render_slides(content, json.loads(built.read("audit.json")))))


def test_the_deck_is_of_a_length_that_one_can_present(deck):
    assert FEWEST <= len(deck.slides) <= MOST


def test_titles_are_findings_of_the_document(deck, content):
    known = re.sub(r"\s+", "", str(content))
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert len(set(titles)) == len(titles)
    for title in titles[1:-1]:
        whole = re.sub(r" ?…| \(\d+/\d+\)$", "", title)
        brackets_left_out = re.escape(re.sub(r"\s+", "", whole))
        assert brackets_left_out
        start = re.sub(r"\s+", "", whole)[:12]
        assert start in known, title


def test_every_native_table_equals_its_block(deck, content):
    blocks = [block for unit in content.chapters for block in unit if block["kind"] == "table"]
    rows = {tuple(row) for block in blocks for row in map(tuple, block["rows"])}
    heads = {tuple(column["title"] for column in block["columns"]) for block in blocks}
    frames = [shape for slide in deck.slides for shape in slide.shapes if getattr(shape, "has_table", False)]
    native = [frame.table for frame in frames if frame.has_table]
    assert len(native) >= 7
    for table in native[1:]:
        head, *body = [tuple(cell.text for cell in row.cells) for row in table.rows]
        assert head in heads
        assert set(body) <= rows


def test_pictures_lie_inside_their_slides_with_alternative_text(deck):
    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape._element.tag == qn("p:pic")]
    assert len(pictures) >= 10
    for picture in pictures:
        assert picture._element.nvPicPr.cNvPr.get("descr")
        assert picture.left + picture.width <= deck.slide_width
        assert picture.top + picture.height <= deck.slide_height


def test_actions_stand_with_evidence_owner_and_date(deck, content):
    block = next(
        b for unit in content.chapters for b in unit if b["kind"] == "table" and b["anchor"] == "table-actions"
    )
    texts = [
        cell.text
        for slide in deck.slides
        for shape in slide.shapes
        if getattr(shape, "has_table", False)
        for row in shape.table.rows
        for cell in row.cells
    ]
    assert all(cell in texts for row in block["rows"] for cell in row)


def test_what_has_no_slide_stands_in_the_notes(deck, content):
    notes = "\n".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide)
    for unit in content.chapters:
        for block, following in itertools.pairwise(unit):
            if block["kind"] == "heading" and block["anchor"].startswith("drivers-") and following["kind"] == "prose":
                assert following["paragraphs"][0] in notes, block["anchor"]
