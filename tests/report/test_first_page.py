"""The picture of the first page: one page of the same layout, sharp, and the same bytes every time."""

import json
import struct
from pathlib import Path

import pytest
from report_demo import demo_notebook

from analysis.report.collect import collect_content
from analysis.report.first_page import write_first_page
from analysis.report.pdf import render_first_page_png

ROOT = Path(__file__).parents[2]
A4_INCHES = (210 / 25.4, 297 / 25.4)


def size_of(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("pixels_per_inch", [50, 110])
def test_it_is_one_a4_page_at_the_resolution_asked_for(pixels_per_inch):
    png = render_first_page_png(collect_content(demo_notebook("en")), pixels_per_inch)
    assert size_of(png) == pytest.approx([pixels_per_inch * inches for inches in A4_INCHES], abs=1)


def test_the_same_report_gives_the_same_bytes_and_the_latest_is_taken(tmp_path):
    for day, language in (("2025-06-30", "zh"), ("2025-12-31", "en")):
        (tmp_path / day).mkdir()
        (tmp_path / day / "audit.ipynb").write_text(json.dumps(demo_notebook(language)), encoding="utf-8")
    write_first_page(tmp_path, tmp_path / "first.png")
    first = (tmp_path / "first.png").read_bytes()
    assert first == render_first_page_png(collect_content(demo_notebook("en")))
    assert first != render_first_page_png(collect_content(demo_notebook("zh")))


def test_without_a_report_there_is_no_picture(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_first_page(tmp_path, tmp_path / "first.png")
    assert not list(tmp_path.iterdir())


def test_the_picture_that_ships_is_an_a4_page_and_small():
    shipped = ROOT / "docs" / "first-page.png"
    assert shipped.stat().st_size < 300_000
    width, height = size_of(shipped.read_bytes())
    assert width / height == pytest.approx(210 / 297, abs=0.002)
    assert "](docs/first-page.png)" in (ROOT / "README.md").read_text(encoding="utf-8")
