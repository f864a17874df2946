"""The published workbooks of the two synthetic clients: the same numbers as audit.json, and nothing that is a formula."""

import json

import openpyxl
import pytest


@pytest.fixture(scope="module")
def workbook(built):
    return openpyxl.load_workbook(built.folder / "audit.xlsx")


@pytest.fixture(scope="module")
def audit(built):
    return json.loads(built.read("audit.json"))


def outcomes(audit):
    """Return every outcome of every indicator in the order of the workbook: the whole, periods, segments, partners."""
    results = audit["indicators"]["results"].values()
    cuts = ("by_period", "by_segment", "by_partner")
    found = [
        outcome for each in results for outcome in (each["overall"], *(o for cut in cuts for o in each[cut].values()))
    ]
    appraisal = audit["relationship"]["appraisal"]
    return found + [row["outcome"] for card in appraisal["managers"] for row in card["indicators"]]


def test_every_indicator_of_the_audit_is_in_the_long_table_with_its_digits(workbook, audit):
    sheet = workbook[workbook.sheetnames[-3]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    expected = outcomes(audit)
    assert len(rows) == len(expected) > 300
    for row, outcome in zip(rows, expected, strict=True):
        numbers = [outcome.get(key) for key in ("value", "low", "high", "n")]
        assert row[4:8] == pytest.approx(numbers) if outcome["estimable"] else row[4:7] == [None] * 3
        assert bool(row[15]) == (not outcome["estimable"])  # the reason
    assert sheet.auto_filter.ref or sheet.tables


def test_no_cell_is_a_formula_and_thousands_are_numbers(workbook):
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert sum(cell.data_type == "n" for cell in cells) > 8000


def test_a_chapter_of_the_document_is_a_sheet(workbook, built):
    notebook = json.loads(built.read("audit.ipynb"))
    shown = [output["data"] for cell in notebook["cells"] for output in cell.get("outputs", ()) if "data" in output]
    blocks = [data["application/vnd.relationship-audit+json"] for data in shown if len(data) > 1]
    chapters = [block for block in blocks if block["kind"] == "chapter"]
    assert len(workbook.sheetnames) == len(chapters) + 3  # indicators, definitions, about
    titles = {sheet.cell(1, 1).value for sheet in workbook}
    assert {block["blocks"][0]["text"] for block in chapters} <= titles


def test_the_scores_on_the_first_sheet_are_those_of_the_audit(workbook, audit):
    rows = [[cell.value for cell in row] for row in workbook.worksheets[0].iter_rows()]
    scores = [audit["score"]["overall"], *(each["score"] for each in audit["score"]["dimensions"])]
    for score in scores:
        assert any(row[1:5] == pytest.approx([score["value"], score["low"], score["high"], score["n"]]) for row in rows
                   if all(isinstance(value, int | float) for value in row[1:5]))  # fmt: skip
    dues = {action["due"] for action in audit["actions"]}
    days = {value.date().isoformat() for row in rows for value in row if hasattr(value, "date")}
    assert days == dues
