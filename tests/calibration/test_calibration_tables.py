"""The table that is shipped: its form, its bands, and that the page for people says the same."""

import csv
import re
from pathlib import Path

import pytest

from analysis.calibration.notes import Note
from analysis.calibration.rates import BANDS, WIDENED, Rate
from analysis.calibration.tables import COLUMNS, Carried, csv_text, markdown_text

DOCS = Path(__file__).parents[2] / "docs"


def rate(**fields):
    plain = {"quantity": "nps (400 customers)", "kind": "regular", "rate": 94.4, "mc_error": 0.5, "draws": 2000}
    return Rate(**(plain | {"places": 1, "truth_error": 0.02, "is_zero_width": False} | fields))


def read(name):
    with (DOCS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole():
    return read("calibration.csv")


@pytest.fixture(scope="module")
def cells():
    return read("calibration_cells.csv")


@pytest.fixture(scope="module")
def page():
    return (DOCS / "calibration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "fewest"), [("calibration.csv", 350), ("calibration_cells.csv", 700)])
def test_the_shipped_tables_have_their_form(name, fewest):
    rows = read(name)
    assert len(rows) > fewest
    assert tuple(rows[0]) == COLUMNS == ("quantity", "class", "rate", "mc_error", "draws")
    assert len({row["quantity"] for row in rows}) == len(rows)
    assert {row["class"] for row in rows} <= set(BANDS)
    for row in rows:
        assert 0 <= float(row["rate"]) <= 100
        assert 0 < float(row["mc_error"]) < 10
        assert int(row["draws"]) >= 30


def test_every_quantity_of_a_cell_counts_in_the_grid(whole, cells):
    draws = dict.fromkeys((row["quantity"] for row in whole), 0)
    for row in cells:
        draws[row["quantity"].rpartition(" (")[0]] += int(row["draws"])
    assert draws == {row["quantity"]: int(row["draws"]) for row in whole}


def outside(rows):
    """Return the rows outside their band, printed with two decimals."""
    found = {}
    for row in rows:
        low, high = BANDS[row["class"]]
        margin = WIDENED * float(row["mc_error"]) + 0.02
        if not low - margin <= float(row["rate"]) <= high + margin:
            found[row["quantity"]] = (row["class"], row["rate"], row["mc_error"], row["draws"])
    return found


FEW_CLIENTS = 200
"""Below so many clients a cell has hardly been drawn: some rows lie outside whatever is true."""


def is_wide(kind, rate):
    """Return whether a rate is off to the side that costs power and not truth."""
    low, high = BANDS[kind]
    return float(rate) < low if kind in ("test", "composite") else float(rate) > high


def test_every_shipped_rate_lies_in_its_band(whole, cells):
    """None by quantity is outside; by cell none is too narrow, and a few of thousands, listed, are too wide."""
    assert outside(whole) == {}
    beyond = outside(row for row in cells if int(row["draws"]) >= FEW_CLIENTS)
    assert [name for name, (kind, rate, _, _) in beyond.items() if not is_wide(kind, rate)] == []
    assert len(beyond) <= 0.003 * len(cells)


def test_what_lies_outside_is_marked_on_the_page(cells, page):
    by_cell = page.partition("## Cell by cell")[2]
    for name in outside(cells):
        (line,) = [line for line in by_cell.splitlines() if line.startswith(f"| {name} |")]
        assert not line.endswith("| within |")


def test_of_cells_hardly_drawn_no_more_lie_outside_than_chance_puts_there(cells):
    few = [row for row in cells if int(row["draws"]) < FEW_CLIENTS]
    beyond = outside(few)
    assert len(beyond) <= 0.01 * len(few)
    for name, (kind, rate, error, _) in beyond.items():
        assert float(rate) > BANDS[kind][0] - 4 * float(error) - 0.02, name


def test_either_side_of_a_band_is_outside():
    def row(kind, rate):
        return {"quantity": f"{kind} {rate}", "class": kind, "rate": str(rate), "mc_error": "0.5", "draws": "2000"}

    rows = [row("regular", 90), row("regular", 99), row("test", 9), row("test", 1), row("regular", 95), row("test", 5)]
    assert set(outside(rows)) == {"regular 90", "regular 99", "test 9", "test 1"}


def test_the_page_for_people_says_the_same(whole, cells, page):
    assert re.search(r"Made by `make calibrate[^`]*` on 20\d\d-\d\d-\d\d", page)
    grid, _, by_cell = page.partition("## All quantities, over the whole grid")[2].partition("## Cell by cell")
    for text, table in ((grid, whole), (by_cell, cells)):
        rows = re.findall(r"^\| (.+?) \| (\w+) \| ([\d.]+) \| [\d.]+ \| ([\d,]+) \|", text, re.M)
        assert {(name, kind, draws.replace(",", "")) for name, kind, _, draws in rows} == {
            (row["quantity"], row["class"], row["draws"]) for row in table
        }


def test_what_rests_on_fewer_clients_is_said(whole, page):
    listed = page.partition("### Fewer than 2,000 clients")[2].partition("\n#")[0]
    few = {row["quantity"] for row in whole if int(row["draws"]) < 2000}
    assert set(re.findall(r"^\| (?!quantity|---)(.+?) \| [\d,]+ \|$", listed, re.M)) == few


def test_rates_are_written_in_percent():
    assert csv_text([rate()]) == "quantity,class,rate,mc_error,draws\nnps (400 customers),regular,94.40,0.50,2000\n"


def written(whole, cells=(), notes=()):
    return markdown_text(whole, cells, notes, command="make calibrate", date="2026-01-01", grid=[("x", "clients")])


def test_the_page_names_what_lies_outside_and_what_is_not_judged():
    cells = [rate(), rate(quantity="bad (x)", rate=80.0), rate(quantity="alike (x)", rate=99.9, is_at_bound=True)]
    note = Note(text="Beside:", columns=("a", "b"), rows=(("1", "2"),))
    page = written([rate(quantity="nps")], cells, [note])
    assert "1 of 1 quantities lie within" in page
    assert "1 of 2 rows by cell lie within" in page
    outside = page.partition("### Outside the band")[2].partition("##")[0]
    assert "bad (x)" in outside
    assert "nps" not in outside
    assert "alike (x)" in page.partition("### At a bound")[2].partition("## ")[0]
    assert "alike (x)" not in page.partition("## All quantities")[2]
    assert "Beside:" in page


def test_a_page_names_what_few_clients_answer():
    few, enough = (written([rate(quantity="nps", draws=draws)]) for draws in (1999, 2000))
    assert "| nps | 1,999 |" in few.partition("### Fewer than 2,000 clients")[2]
    assert "Fewer than" not in enough


def test_the_page_tells_what_rests_on_draws_of_earlier_code():
    """In whole or in part: a quantity does where any of its cells does."""
    whole, cells = (
        [rate(quantity="nps"), rate(quantity="ces")],
        [rate(), rate(quantity="nps (x)"), rate(quantity="ces (x)")],
    )
    carried = Carried().beside(1200, ["nps (x)", "alike (x)"]).beside(34, ["nps (x)"])
    page = markdown_text(whole, cells, (), command="make calibrate", date="2026-01-01", grid=[], carried=carried)
    assert "4 clients of each analysis and cell, and one large client of each truth" in page
    assert "(1,234 readings of a client by an analysis) rest 1 of the 2 quantities and 1 of the 3 rows by cell" in page
    assert "All clients were drawn and read by the code as it is now." in written(whole, cells)


def test_no_row_without_width_is_called_within():
    page = written([rate(is_zero_width=True)])
    assert "zero width" in page.partition("## All quantities")[2]
