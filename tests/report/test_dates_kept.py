"""A Chinese date is never parted over two lines, in HTML and in PDF."""

import io

import pytest
import report_demo as demo
from pypdf import PdfReader

from analysis.document.blocks import Column, Table
from analysis.document.html import keep_days, render_block
from analysis.report.collect import collect_content
from analysis.report.pdf import render_pdf

DAY = "2026年11月30日"


def crowded(columns: int) -> Table:
    """Return a table so crowded that its column of dates gets less than a date is wide."""
    titles = [Column(title="截止", align="start", width=0.1), *(Column(title="说明") for _ in range(columns))]
    return Table(title="行动", columns=tuple(titles), rows=((DAY, *["为客户安排拜访并记录结果" * 6] * columns),) * 3)


@pytest.mark.parametrize("columns", [3, 6])
def test_a_date_in_a_crowded_table_of_the_pdf_stays_on_one_line(columns):
    content = collect_content(demo.small_notebook(crowded(columns), language="zh"))
    reader = PdfReader(io.BytesIO(render_pdf(content)[0]))
    lines = [line.replace(" ", "") for page in reader.pages for line in page.extract_text().splitlines()]
    assert sum(line.count(DAY) for line in lines) == 3
    assert not any(line.startswith("日") for line in lines)


def test_a_date_in_a_table_of_the_page_stays_on_one_line():
    html = render_block(crowded(2))
    assert html.count(f'<span class="ra-day">{DAY}</span>') == 3


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b> 2026年3月7日 & 2026年4月", '&lt;b&gt; <span class="ra-day">2026年3月7日</span> &amp; <span class="ra-day">2026年4月</span>'),
        ("3月7日<i>", '<span class="ra-day">3月7日</span>&lt;i&gt;'),
        ("月<i>\x00", "月&lt;i&gt;"),
    ],
)  # fmt: skip
def test_what_a_client_wrote_around_a_date_cannot_become_markup(text, html):
    assert str(keep_days(text)) == html


def test_a_text_without_a_date_is_left_to_the_template():
    assert keep_days("<i>") == "<i>"
