"""The index of a portfolio in a real browser: search, sort, filters, keyboard, screen reader, phone, printer, offline."""

import json
import sys
from pathlib import Path

import pytest
from browser import running_browser

from analysis.document.portfolio.compose import compose_portfolio
from analysis.report.portfolio_files import load_portfolio, write_portfolio

sys.path.append(str(Path(__file__).parents[1] / "portfolio"))
from published_audits import BEFORE, DAY, audit, publish, silent, twelve

pytestmark = pytest.mark.slow

HOSTILE = '<img src=x onerror="document.title=1">'
CHINESE = ["中原阀门", "北京轴承", "上海泵业", "安徽齿轮", "大连传动"]
BY_PINYIN = ["安徽齿轮", "北京轴承", "大连传动", "上海泵业", "中原阀门"]
SHOWN = "[...document.querySelectorAll('tbody tr:not([hidden])')].map(r => r.cells[0].firstElementChild.textContent)"
STATUS = "document.getElementById('status').textContent"
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def make(folder, audits, language):
    out = publish(folder / "reports", *audits)
    portfolio = load_portfolio(str(out), language=language)
    target = out / "_portfolio" / DAY
    target.mkdir(parents=True)
    write_portfolio(portfolio, compose_portfolio(portfolio), target, str(out))
    return target / "index.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with running_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    audits = twelve()
    audits[0]["name"] = HOSTILE
    audits[3]["score"]["overall"], audits[3]["score"]["level"] = silent(), ""
    audits[5]["alerts"] = [
        {"condition": "nps < 0", "state": "fired", "name": {"message": "N", "values": {}}, "found": None}
    ]
    audits.append(audit("tiny", 9.0, industry="energy"))
    return make(tmp_path_factory.mktemp("en"), [*twelve(BEFORE, drift=-10.0), *audits], "en")


@pytest.fixture
def page(browser, english):
    with browser.page(english) as page:
        yield page


def click(page, text):
    """Click the sort button of a column."""
    page.run(
        f"[...document.querySelectorAll('thead button')].find(b => b.textContent.trim() === {json.dumps(text)}).click()"
    )


def enter(page, identity, value):
    page.run(
        f"(() => {{ const e = document.getElementById({json.dumps(identity)}); e.value = {json.dumps(value)};"
        " e.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def column(page, text):
    return page.run(
        f"(() => {{ const at = [...document.querySelectorAll('thead th')].findIndex(h => h.textContent.trim() === {json.dumps(text)});"
        " return [...document.querySelectorAll('tbody tr:not([hidden])')].map(r => r.cells[at].textContent.trim()); })()"
    )


def test_numbers_sort_as_numbers_and_those_without_come_last(page):
    click(page, "Score")
    down = column(page, "Score")
    numbers = [int(text.rstrip(" *")) for text in down[:-1]]
    assert numbers == sorted(numbers, reverse=True)
    assert (numbers[-1], down[-1]) == (9, "–")
    assert page.run("document.querySelector('[aria-sort]').getAttribute('aria-sort')") == "descending"
    assert page.run(STATUS) == "13 of 13 clients. Sorted by Score, descending."
    click(page, "Score")
    up = column(page, "Score")
    assert [int(text.rstrip(" *")) for text in up[:-1]] == sorted(numbers)
    assert up[-1] == "–"
    click(page, "Client")
    assert page.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_search_and_filters_narrow_the_rows_and_say_how_many(page):
    enter(page, "search", "ENERGY client")
    assert page.run(SHOWN) == ["Client-10", "Client-11"]
    assert page.run(STATUS).startswith("2 of 13 clients.")
    enter(page, "search", "nobody")
    assert page.run("document.getElementById('none').checkVisibility()")
    page.run("document.getElementById('clear').click()")
    assert len(page.run(SHOWN)) == 13
    enter(page, "industry", "=food")
    assert len(page.run(SHOWN)) == 5
    page.run("document.getElementById('with-alerts').click()")
    assert page.run(SHOWN) == ["Client-05"]
    page.run("document.getElementById('clear').click()")
    enter(page, "level", "=")
    assert page.run(SHOWN) == ["Client-03"]


def test_a_hostile_name_is_text_and_nothing_is_asked_of_the_network(page, english):
    assert HOSTILE in page.run(SHOWN)
    enter(page, "search", "onerror")
    assert page.run(SHOWN) == [HOSTILE]
    assert page.run("document.title").startswith("Portfolio review")
    assert page.run("document.images.length") == 0
    assert page.requests() == [english.as_uri()]
    assert page.complaints() == []


def test_the_keyboard_reaches_and_works_everything(page):
    seen = []
    for _ in range(12):
        page.press("Tab")
        seen.append(
            page.run(
                "document.activeElement.id || document.activeElement.className || document.activeElement.textContent.trim()"
            )
        )
    assert seen[0] == "skip"
    assert {"search", "industry", "level", "with-alerts", "clear", "scroll", "Client"} <= set(seen)
    page.run("[...document.querySelectorAll('thead button')].find(b => b.textContent.trim() === 'Loyalty').focus()")
    page.press("Enter")
    assert page.run("document.querySelector('[aria-sort]').textContent.trim()") == "Loyalty"
    page.press(" ")
    assert page.run("document.querySelector('[aria-sort]').getAttribute('aria-sort')") == "ascending"


def test_a_screen_reader_meets_names_for_everything(page):
    nodes = page.accessible_nodes()
    roles = {role for role, _ in nodes}
    assert {"search", "searchbox", "combobox", "checkbox", "status", "table", "columnheader", "rowheader"} <= roles
    assert all(
        name for role, name in nodes if role in ("searchbox", "combobox", "checkbox", "button", "link", "columnheader")
    )


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_screen_is_too_narrow(browser, english, width):
    with browser.page(english, width=width) as page:
        assert page.run(OVERFLOW) <= 0
        assert len(page.run(SHOWN)) == 13
        click(page, "Alerts")
        assert page.run(SHOWN)[0] == "Client-05"


def test_on_paper_there_are_rows_and_no_controls(browser, english):
    with browser.page(english) as page:
        page.call("Emulation.setEmulatedMedia", media="print")
        assert not page.run("document.getElementById('controls').checkVisibility()")
        assert len(page.run(SHOWN)) == 13
        assert len(page.print_to_pdf()) > 5000


def test_chinese_names_sort_by_pinyin(browser, tmp_path):
    audits = [audit(f"c{place}", 50.0 + place, name=name, language="zh") for place, name in enumerate(CHINESE)]
    with browser.page(make(tmp_path, audits, "zh")) as page:
        heads = page.run("[...document.querySelectorAll('thead button')].map(b => b.textContent.trim())")
        click(page, heads[0])
        assert page.run(SHOWN) == BY_PINYIN
        click(page, heads[0])
        assert page.run(SHOWN) == BY_PINYIN[::-1]
        enter(page, "search", "泵业")
        assert page.run(SHOWN) == ["上海泵业"]


def test_without_its_script_the_page_is_a_whole_table(browser, english):
    with browser.page(english) as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(english, 1280, 900, {})
        nodes = page.accessible_nodes()
    assert sum(role == "rowheader" for role, _ in nodes) == 13
    assert not {"searchbox", "combobox", "button"} & {role for role, _ in nodes}
