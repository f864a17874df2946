"""The table that is shipped: its form, its bands, and that the page for people says the same."""

import csv
import re
from pathlib import Path

import pytest

from analysis.calibration.notes import Note
from analysis.calibration.rates import BANDS, WIDENED, Rate
from analysis.calibration.tables import COLUMNS, csv_text, markdown_text

DOCS = Path(__file__).parents[2] / "docs"


def rate(**fields):
    plain = {"quantity": "nps (400 customers)", "kind": "regular", "rate": 94.4, "mc_error": 0.5, "draws": 2000}
    return Rate(**(plain | {"places": 1, "truth_error": 0.02, "is_zero_width": False} | fields))


@pytest.fixture(scope="module")
def shipped():
    with (DOCS / "calibration.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_shipped_table_has_its_form(shipped):
    assert len(shipped) > 150
    assert tuple(shipped[0]) == COLUMNS == ("quantity", "class", "rate", "mc_error", "draws")
    assert len({row["quantity"] for row in shipped}) == len(shipped)
    assert {row["class"] for row in shipped} <= set(BANDS)
    for row in shipped:
        assert 0 <= float(row["rate"]) <= 100
        assert 0 < float(row["mc_error"]) < 10
        assert int(row["draws"]) >= 30


def outside(shipped, *, is_cautious):
    """Return the rows outside their band: on the cautious side (too wide, rejects too rarely), or on the other."""
    found = set()
    for row in shipped:
        low, high = BANDS[row["class"]]
        margin, rate = WIDENED * float(row["mc_error"]) + 0.02, float(row["rate"])  # printed with two decimals
        below, above = rate < low - margin, rate > high + margin
        is_test = row["class"] in ("test", "composite")
        if (below if is_test == is_cautious else above) and (below or above):
            found.add(row["quantity"])
    return found


def test_no_shipped_interval_is_too_narrow_and_no_test_rejects_too_often(shipped):
    assert outside(shipped, is_cautious=False) == set()


def test_what_is_too_cautious_is_listed_and_the_table_does_not_call_itself_final(shipped):
    """An interval that is wider than it says is for mending, too; until then the page has to name it."""
    page = (DOCS / "calibration.md").read_text(encoding="utf-8")
    listed = page.partition("### Outside the band")[2].partition("\n## ")[0].partition("\n### ")[0]
    cautious = outside(shipped, is_cautious=True)
    assert (
        set(re.findall(r"^\| (.+?) \| (?:regular|discrete|shrunken|bounded|test|composite) \|", listed, re.M))
        == cautious
    )
    assert not cautious or "**Preliminary**" in page


def test_the_sides_of_a_band_are_told_apart():
    def row(kind, rate):
        return {"quantity": f"{kind} {rate}", "class": kind, "rate": str(rate), "mc_error": "0.5"}

    rows = [row("regular", 90), row("regular", 99), row("test", 9), row("test", 1), row("regular", 95), row("test", 5)]
    assert outside(rows, is_cautious=False) == {"regular 90", "test 9"}
    assert outside(rows, is_cautious=True) == {"regular 99", "test 1"}


def test_the_page_for_people_says_the_same(shipped):
    page = (DOCS / "calibration.md").read_text(encoding="utf-8")
    assert re.search(r"Made by `make calibrate[^`]*` on 20\d\d-\d\d-\d\d", page)
    rows = re.findall(
        r"^\| (.+?) \| (\w+) \| ([\d.]+) \| [\d.]+ \| ([\d,]+) \|", page.partition("## All rows")[2], re.M
    )
    assert {(name, kind, draws.replace(",", "")) for name, kind, _, draws in rows} == {
        (row["quantity"], row["class"], row["draws"]) for row in shipped
    }


def test_rates_are_written_in_percent():
    assert csv_text([rate()]) == "quantity,class,rate,mc_error,draws\nnps (400 customers),regular,94.40,0.50,2000\n"


def test_the_page_names_what_lies_outside_and_what_is_not_judged():
    rates = [rate(), rate(quantity="bad (x)", rate=80.0), rate(quantity="alike (x)", rate=99.9, is_at_bound=True)]
    note = Note(text="Beside:", columns=("a", "b"), rows=(("1", "2"),))
    page = markdown_text(rates, [note], command="make calibrate", date="2026-01-01", cells=[("x", "clients")])
    assert "1 of 2 rows lie within" in page
    outside = page.partition("### Outside the band")[2].partition("##")[0]
    assert "bad (x)" in outside
    assert "nps" not in outside
    assert "alike (x)" in page.partition("### At a bound")[2].partition("## ")[0]
    assert "alike (x)" not in page.partition("## All rows")[2]
    assert "Beside:" in page


def test_a_page_of_few_clients_calls_itself_preliminary():
    few, enough = (markdown_text([rate(draws=draws)], [], command="c", date="d", cells=[]) for draws in (1999, 2000))
    assert "**Preliminary**: 1 of these rows rest on fewer than 2,000 clients, the fewest on 1,999" in few
    assert "Preliminary" not in enough


def test_no_row_without_width_is_called_within():
    page = markdown_text([rate(is_zero_width=True)], [], command="c", date="d", cells=[])
    assert "zero width" in page.partition("## All rows")[2]
