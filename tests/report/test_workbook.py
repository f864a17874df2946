"""The workbook, read back: native numbers, no formula, texts as texts, sheets that Excel opens, same bytes twice."""

import datetime as dt
import zipfile
from io import BytesIO

import openpyxl
import pytest
import report_demo as demo
from nbformat.v4 import new_markdown_cell

from analysis.document.blocks import Callout, Column, Figure, Heading, Prose, Table
from analysis.document.native import marked
from analysis.document.translate import Translator
from analysis.report.collect import collect_content
from analysis.report.desk.cells import LONGEST_TEXT, cut_text, number_format, unit_format
from analysis.report.desk.files import render_desk_files
from analysis.report.desk.sheet import count_lines
from analysis.report.desk.sheet_names import LONGEST, SheetNames
from analysis.report.desk.workbook import render_workbook
from analysis.results import Estimate

T = Translator("en", "EUR")


def told(text, **values):
    return {"message": text, "values": values}


def estimate(value, low, high, unit="proportion", n=300):
    return {"estimable": True, "value": value, "low": low, "high": high, "n": n, "method": "wilson", "unit": unit}


def indicator(**changes):
    return {
        "key": "retention_rate", "name": told("Retention rate"), "definition": told("Who stays."),
        "dimension": "loyalty", "unit": "proportion", "unit_of_analysis": "customer", "higher_is_better": True,
        "bounds": [0.0, 1.0], "overall": estimate(0.9123456789, 0.88, 0.94), "by_segment": {}, "by_partner": {},
        "by_period": {}, "segment_targets": {}, "partner_targets": {}, "target": None,
    } | changes  # fmt: skip


def audit_of(*indicators, **changes):
    results = {each["key"]: each for each in indicators}
    base = {"client": "tiny", "as_of": "2025-12-31", "currency": "EUR", "language": "en", "small_cell": 5}
    return base | {"indicators": {"results": results}} | changes


def render(*blocks, audit=None, language="en", **cover):
    content = collect_content(demo.small_notebook(Heading(level=1, text="Satisfaction", anchor="s"), *blocks,
                                                  language=language, **cover))  # fmt: skip
    return render_workbook(content, audit or audit_of(language=language))


def read(data):
    return openpyxl.load_workbook(BytesIO(data))


def rows_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def table(*rows, titles=("Segment", "Share", "n")):
    return Table(title="Shares", columns=tuple(Column(title=title) for title in titles), rows=rows)


def below(sheet, title):
    """Return the row under the head that begins with a title, as cells."""
    rows = list(sheet.iter_rows())
    return rows[next(index for index, row in enumerate(rows) if row[0].value == title) + 1]


def test_an_estimate_takes_three_columns_and_keeps_every_digit():
    shown = T.estimate(Estimate(value=0.6234567, low=0.58, high=0.66, n=9, method="wilson", unit="proportion"))
    sheet = read(render(table(("North", shown, T.number(1234, 0)))))["Satisfaction"]
    assert next(row[:5] for row in rows_of(sheet) if row[0] == "Segment") == [
        "Segment",
        "Share",
        "95% from",
        "95% to",
        "n",
    ]
    cells = below(sheet, "Segment")
    assert [cell.value for cell in cells[:5]] == ["North", 0.6234567, 0.58, 0.66, 1234]
    assert [cell.number_format for cell in cells[1:5]] == ["0%", "0%", "0%", "#,##0"]


def test_money_dates_signs_and_marks_have_their_format():
    difference = Estimate(value=2.04, low=-4.7, high=8.6, n=9, method="t", unit="percentage_points")
    row = ("North", T.unit(1_234_567.8, "money"), marked(T.difference(difference), " *"), T.value("2025-03-07", "date"))
    cells = below(read(render(table(row, titles=("Segment", "Money", "Change", "Day"))))["Satisfaction"], "Segment")
    assert [cell.value for cell in cells[:6]] == ["North", 1234567.8, 2.04, -4.7, 8.6, dt.datetime(2025, 3, 7)]
    assert cells[1].number_format == '"€"#,##0;-"€"#,##0'
    assert cells[2].number_format == '+#,##0.0" *";-#,##0.0" *";#,##0.0" *"'
    assert cells[3].number_format == "+#,##0.0;-#,##0.0;#,##0.0"
    assert cells[5].is_date


def test_words_bounds_and_withheld_cells_stay_words():
    rows = (("A", T.percent(0.5), T.number(7, 0)), ("B", T.percent(0.0001), "–"), ("C", "withheld", "not estimable"))
    found = rows_of(read(render(table(*rows)))["Satisfaction"])
    start = next(index for index, row in enumerate(found) if row[0] == "A")
    assert [row[:3] for row in found[start : start + 3]] == [
        ["A", 0.5, 7], ["B", "<0.1%", "–"], ["C", "withheld", "not estimable"],
    ]  # fmt: skip


def test_the_data_behind_a_figure_are_there_words_first_and_limits_last():
    data = ({"95% from": 1.5, "95% to": 2.5, "Label": "North", "Value": 2.0, "n": 40},)
    figure = Figure(title="North leads", svg="<svg/>", alt="", caption="Dots.", data=data)
    found = rows_of(read(render(figure))["Satisfaction"])
    head = next(index for index, row in enumerate(found) if row[0] == "Label")
    assert found[head][:5] == ["Label", "Value", "95% from", "95% to", "n"]
    assert found[head + 1][:5] == ["North", 2.0, 1.5, 2.5, 40]
    assert found[head - 1][0] == "Figure 1. North leads"
    assert found[head + 2][0] == "Dots."


HOSTILE = ("=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(1)", "=1+1", "https://example.org/x", "{=1}", "_x0041_", "007")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_cell_is_a_formula_and_texts_stay_as_they_are(language):
    client = '=HYPERLINK("http://example.org")'
    segments = {text: estimate(0.5, 0.4, 0.6) for text in HOSTILE}
    action = {
        "key": "x", "title": told("{a:text}", a="=1+2"), "evidence": told("@x"), "owner": told("-x"), "effort": "low",
        "customers": 3, "revenue": 12.5, "due": "2026-03-31", "for_whom": told("+x"),
    }  # fmt: skip
    audit = audit_of(indicator(by_segment=segments), actions=[action], language=language)
    data = render(
        table(*((text, "1", text) for text in HOSTILE)), Callout(variant="note", title="=1", items=HOSTILE),
        audit=audit, language=language, client=client,
    )  # fmt: skip
    cells = [cell for sheet in read(data) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    values = [cell.value for cell in cells]
    for text in (*HOSTILE, client, "=1+2"):
        assert text in values
    with zipfile.ZipFile(BytesIO(data)) as parts:
        sheets = {name: parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")}
    assert not any("<f>" in text or "<f " in text for text in sheets.values())
    dangerous = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))]
    assert len(dangerous) > 10
    assert all(cell.quotePrefix for cell in dangerous)


def test_unseen_characters_and_texts_too_long_for_a_cell_are_taken_care_of():
    long = "🙂" * LONGEST_TEXT
    data = render(table(("a\x00b\x1b\u202ec\ud800", long, "line\r\nline")), Prose(paragraphs=(long,)))
    values = [value for row in rows_of(read(data)["Satisfaction"]) for value in row if isinstance(value, str)]
    assert "abc" in values
    assert "line\nline" in values
    cut = [value for value in values if value.startswith("🙂")]
    assert len(cut) == 2
    assert {len(text.encode("utf-16-le")) // 2 for text in cut} == {LONGEST_TEXT}
    assert cut_text("🙂🙂", 3) == "🙂…"


def test_every_indicator_stands_in_every_cut_with_reason_target_and_unit():
    few = {"estimable": False, "reason": told("There are too few observations: {n:int}; an estimate needs at least"
                                              " {min:int}.", n=9, min=20), "suppressed": False, "n": 9}  # fmt: skip
    hidden = {"estimable": False, "reason": told("hidden"), "suppressed": True}
    target = {"target": 0.95, "period": "2025", "verdict": "open", "probability": 0.1, "attainment": 0.96}
    manager = {"manager": "AM01", "indicators": [
        {"key": "retention_rate", "name": told("Retention rate"), "unit": "proportion", "outcome": few, "target": None}
    ]}  # fmt: skip
    result = indicator(by_segment={"North": few}, by_partner={"P1": hidden}, target=target,
                       by_period={"2024": estimate(0.8, 0.7, 0.9)})  # fmt: skip
    relationship = {
        "appraisal": {"managers": [manager], "targets": []},
        "partners": {"cards": [{"partner_id": "P1", "name": "Bolt Supply"}]},
    }
    book = read(render(audit=audit_of(result, relationship=relationship)))
    sheet = book["Indicators"]
    head, *rows = rows_of(sheet)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["Cut"], row["Group"], row["Value"]) for row in found] == [
        ("Whole", "All customers", 0.9123456789),
        ("Period", "2024", 0.8),
        ("Segment", "North", None),
        ("Partner", "Bolt Supply", None),
        ("Account manager", "AM01", None),
    ]
    assert found[0]["Target"] == 0.95
    assert (found[0]["95% from"], found[0]["95% to"], found[0]["n"]) == (0.88, 0.94, 300)
    assert (found[0]["Attainment"], found[0]["Verdict"], found[0]["Method"]) == (0.96, "open", "Wilson score")
    assert found[2]["Remark"] == "There are too few observations: 9; an estimate needs at least 20."
    assert (found[3]["n"], found[3]["Remark"]) == (None, "withheld (fewer than 5 answers)")
    assert sheet.freeze_panes == "A2"
    assert sheet.tables["Indicators"].ref == sheet.dimensions
    titles, first, *terms = rows_of(book["Definitions"])
    assert dict(zip(titles, first, strict=True))["Direction"] == "higher is better"
    assert book["Definitions"].tables["Definitions"].ref == book["Definitions"].dimensions
    found = {row[0]: dict(zip(titles, row, strict=True)) for row in terms}
    assert found["Design effect"]["Kind"] == "term"
    assert found["Design effect"]["Formula"] == "n Σ w² / (Σ w)²"
    assert "Kish" in found["Design effect"]["Source"]


def test_the_sheets_of_odd_and_equal_titles_are_unlike_and_legal():
    names = SheetNames()
    titles = [
        "a/b: [c]?",
        "A/B: [C]?",
        "'quoted'",
        "",
        "History",
        "很" * 40,
        "很" * 40,
        "x" * 31 + "y",
        "x" * 31 + "z",
        "🙂" * 20,
    ]
    taken = [names.take(title) for title in titles]
    assert len({name.casefold() for name in taken}) == len(titles)
    for name in taken:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= LONGEST
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"
    assert taken[0] == "a b – c"


def test_a_chapter_is_a_sheet_and_a_loose_cell_goes_with_the_one_before():
    chapters = [demo.show(demo.make_chapter("en", 0)), demo.show(demo.make_chapter("en", 0))]
    notebook = demo.make_notebook(
        demo.show(demo.make_cover("en")), demo.show(demo.make_summary("en")), chapters[0],
        new_markdown_cell("## By the consultant\n\n- one\n- two\n\n| a | b |\n|---|---|\n| =1 | 2 |"), chapters[1],
    )  # fmt: skip
    book = read(render_workbook(collect_content(notebook), audit_of()))
    assert book.sheetnames == ["Summary", "Satisfaction", "Satisfaction 2", "About"]
    values = [value for row in rows_of(book["Satisfaction"]) for value in row]
    assert {"By the consultant", "• one", "• two", "=1"} <= set(values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_audit_gives_the_same_bytes_and_says_when_and_by_whom(language):
    blocks = (Heading(level=1, text="A", anchor="a"), demo.make_scorecard(language), demo.make_actions(language))
    content = collect_content(demo.small_notebook(*blocks, demo.make_table(language, 30), language=language))
    audit = audit_of(indicator(), language=language)
    first = render_desk_files(content, audit)
    assert first == render_desk_files(content, audit)
    properties = read(first["audit.xlsx"]).properties
    assert properties.created == dt.datetime(2025, 12, 31)
    assert properties.creator == demo.WORDS[language]["by"]
    assert demo.WORDS[language]["client"] in properties.title


def test_pages_print_in_landscape_with_repeated_heads_and_fitting_headers():
    book = read(render(client="A & B " * 60, confidentiality="secret " * 80))
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.oddFooter.right.text


def test_columns_fit_their_texts_chinese_counting_double_and_rows_hold_their_lines():
    rows = (("Short", "很" * 8, "x"), ("很" * 60, "y", "z"))
    sheet = read(render(table(*rows)))["Satisfaction"]
    assert sheet.column_dimensions["B"].width == pytest.approx(18, abs=1)
    last = next(row[0].row for row in sheet.iter_rows() if row[0].value == "很" * 60)
    assert sheet.row_dimensions[last].height > 2 * 13
    assert count_lines("很" * 10, 10) == 2
    assert count_lines("one two three", 7) == 2
    assert count_lines("a\nb", 10) == 2


@pytest.mark.parametrize(
    ("unit", "language", "currency", "expected"),
    [
        ("proportion", "en", "EUR", "0.0%"),
        ("money", "zh", "CNY", '"¥"#,##0;-"¥"#,##0'),
        ("money", "en", "CHF", '"CHF\u00a0"#,##0;-"CHF\u00a0"#,##0'),
        ("percentage_points", "en", "EUR", "+#,##0.0;-#,##0.0;#,##0.0"),
        ("count", "zh", "CNY", "#,##0.00"),
    ],
)
def test_units_have_their_number_format(unit, language, currency, expected):
    assert unit_format(unit, language, currency) == expected


def test_a_mark_cannot_end_its_quotes():
    assert number_format("number", 0, "en", mark='"0') == '#,##0"0"'
