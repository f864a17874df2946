"""The key accounts in the document: who needs attention, the map without names over names, and a page for each."""

import dataclasses
import io
import re
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from analysis.document.blocks import Callout, Chapter, Cover, Figure, Heading, Reference, Scorecard, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.key_account_cards import key_account_cards
from analysis.document.chapters.scale.key_accounts import key_accounts_section
from analysis.document.figures.key_accounts import plot_portfolio, plot_quarters
from analysis.document.html import render_block
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import NotEstimable
from analysis.scale.key_account_shapes import (
    AccountCard,
    Complaints,
    Contact,
    Health,
    KeyAccounts,
    NextStep,
    Opportunity,
    PortfolioPoint,
    QuarterRevenue,
)

HOSTILE = '<script>alert("x")</script> & #set [*] $5 \u202eabc'
NAMES = {
    "satisfaction": N_("Satisfaction"), "loyalty": N_("Loyalty"), "value": N_("Customer value"),
    "interaction": N_("Interaction"), "depth_breadth": N_("Depth and breadth"),
}  # fmt: skip


def health(scores):
    return tuple(
        Health(dimension=key, name=NAMES[key], score=score, level="" if score is None else "B", known=1 if score else 0,
               of=2, reason=N_("Nothing is known of it here.") if score is None else None)
        for key, score in zip(NAMES, scores, strict=True)
    )  # fmt: skip


def make_card(number=1, **changes):
    base = {
        "customer_id": f"C{number}", "name": f"Account {number}", "segment": "Retail", "manager": "AM 4",
        "revenue": 1000.0 * number, "revenue_before": 800.0 * number, "share": 0.1,
        "quarters": tuple(QuarterRevenue(quarter=f"2025-Q{q}", revenue=100.0 * q * number, complete=q > 1) for q in range(1, 5)),
        "relationship": 70.0, "level": "B", "health": health((60.0, 70.0, 80.0, 70.0, 70.0)),
        "contact": Contact(last_year=4, last="2025-12-01", days=30, planned_days=20, is_overdue=True, people=2, reaches_top=False),
        "complaints": Complaints(total=3, last_year=2, open=1, oldest_days=12),
        "opportunity": Opportunity(created="2025-06-01", stage="Offer", amount=500.0, outcome=""),
        "p_alive": 0.8, "value": 5000.0, "ended": None,
        "next_step": NextStep(key="visit", action=N_("Visit the account"), evidence=N_("There are no observations.")),
    }  # fmt: skip
    return AccountCard(**(base | changes))


def make_result(cards=None, points=None, **changes):
    cards = cards if cards is not None else tuple(make_card(number) for number in (1, 2, 3))
    default = [PortfolioPoint(customer_id=f"C{n}", name=f"Account {n}", value=1000.0 * n, relationship=50.0 + 10 * n)
               for n in (3, 2, 1)]  # fmt: skip
    points = tuple(default if points is None else points)
    base = {
        "chosen_by": "marked", "total": 5, "share": 0.6, "cards": cards, "portfolio": points, "worth": "revenue",
        "compared": (N_("Satisfaction"), N_("Loyalty")), "middle": 2000.0, "strong": 75.0, "answers_shown": True,
    }  # fmt: skip
    return KeyAccounts(**(base | changes))


def context_of(language):
    indicators = SimpleNamespace(growth=NotEstimable(reason=N_("There are no orders.")), results={})
    audit = SimpleNamespace(small_cell=5, indicators=indicators)
    return ChapterContext(audit, Translator(language, "EUR"), Theme(language))


@pytest.fixture(params=["en", "zh"])
def context(request):
    return context_of(request.param)


def test_the_finding_names_who_is_worth_much_and_does_not_stand_well():
    section = key_accounts_section(context_of("en"), make_result())
    assert section.finding == (
        "5 key accounts bring 60% of the revenue of the last twelve months. One of those worth more than the median"
        " has less than 75 points, the dimension of value left out: Account 2."
    )
    figure, table = section.blocks
    assert figure.title == "One key account of high worth is below 75 points (value left out)"
    assert table.rows[0] == ("Account 1", "€1k", "+25.0%", "70 B", "1", "Visit the account")
    assert "the points and levels of the list and the cards count it in" in figure.caption
    assert len(table.columns) <= 6
    assert "2 smaller key accounts are not listed; the 3 largest have a card each." in table.notes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"chosen_by": "revenue"}, "No key accounts are marked; 5 customers make up 60% of the revenue"),
        ({"share": None}, "5 customers are key accounts."),
        ({"strong": 10.0}, "None of those worth more than the median has less than 10 points, the dimension"),
    ],
)
def test_who_they_are_is_said(changes, words):
    assert words in key_accounts_section(context_of("en"), make_result(**changes)).finding


def test_without_a_map_there_is_the_list_alone():
    section = key_accounts_section(context_of("en"), make_result(points=(), middle=None))
    assert section.blocks[0] is None
    assert isinstance(section.blocks[1], Table)
    assert section.finding == "5 key accounts bring 60% of the revenue of the last twelve months."


def test_without_key_accounts_the_reason_is_the_finding():
    why = NotEstimable(reason=N_("There are no observations."))
    section = key_accounts_section(context_of("en"), why)
    assert (section.answered, section.finding) == (False, "There are no observations.")
    assert key_account_cards(context_of("en"), why) == ()


def test_it_is_said_where_single_answers_are_not_shown():
    shown, hidden = (key_accounts_section(context_of("en"), make_result(answers_shown=flag)) for flag in (True, False))
    assert "their points rest on behaviour alone" in hidden.limits[0]
    assert shown.limits != hidden.limits


def test_a_card_holds_health_trend_contacts_complaints_and_what_is_next(context):
    (first, *_) = key_account_cards(context, make_result())
    kinds = [type(block) for block in first]
    assert kinds[0] is Heading
    assert {Callout, Scorecard, Figure, Table} <= set(kinds)
    scorecard = next(block for block in first if isinstance(block, Scorecard))
    assert len(scorecard.cells) == 5
    assert next(block for block in first if isinstance(block, Table)).rows
    html = "".join(render_block(block) for block in first)
    assert "<svg" in html


def test_a_card_of_an_account_of_which_nothing_is_known():
    bare = make_card(
        revenue=None, revenue_before=None, share=None, quarters=(), relationship=None, level="", health=health((None,) * 5),
        contact=None, complaints=None, opportunity=None, p_alive=None, value=None, segment="", manager="",
    )  # fmt: skip
    (blocks,) = key_account_cards(context_of("en"), make_result(cards=(bare,)))
    assert not any(isinstance(block, Figure) for block in blocks)
    scorecard = next(block for block in blocks if isinstance(block, Scorecard))
    assert scorecard.headline.value == "–"
    assert "not comparable without" in scorecard.headline.detail
    assert next(block for block in blocks if isinstance(block, Table)).rows[0][0] == "Records"


PARTS = {
    "satisfaction": ("satisfaction_index",), "loyalty": ("repeat_purchase_rate", "retention_rate"),
    "value": ("revenue_growth",), "interaction": ("contact_coverage", "contact_frequency"),
    "depth_breadth": ("contact_level_top2_share", "categories_bought"),
}  # fmt: skip


def resting_on(parts, of=2):
    return tuple(
        dataclasses.replace(part, components=parts[part.dimension], known=len(parts[part.dimension]), of=of)
        for part in health((60.0, 70.0, 0.0, 70.0, 70.0))
    )


def test_a_card_says_what_each_dimension_rests_on_and_that_size_is_not_in_value():
    (blocks,) = key_account_cards(context_of("en"), make_result(cards=(make_card(health=resting_on(PARTS)),)))
    scorecard = next(block for block in blocks if isinstance(block, Scorecard))
    details = {cell.label: cell.detail.replace("\xa0", " ") for cell in scorecard.cells}
    assert details["Customer value"] == "from 1 of 2 parts: Revenue growth"
    assert details["Interaction"].startswith("from Contact")
    assert "growth of the account's revenue alone, −20.0% a year being 0 points and +20.0% 100" in scorecard.note
    assert "how much it buys is not in it" in scorecard.note


def test_nothing_is_said_of_growth_where_value_rests_on_something_else_or_nothing():
    other = make_card(health=resting_on(PARTS | {"value": ("revenue_growth", "other")}))
    none = make_card(health=health((60.0, 70.0, None, 70.0, 70.0)))
    for blocks in key_account_cards(context_of("en"), make_result(cards=(other, none))):
        scorecard = next(block for block in blocks if isinstance(block, Scorecard))
        assert "growth" not in scorecard.note


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_fullest_card_fits_on_the_first_page_of_the_annex(language):
    from analysis.report.pdf import AuditPDFExporter

    context = context_of(language)
    parts = PARTS | {"loyalty": ("loyalty_index", "repeat_purchase_rate", "retention_rate")}
    card = make_card(
        name="A very long name of an account that goes on and on", ended="2025-11-30", health=resting_on(parts, of=4)
    )
    (blocks,) = key_account_cards(context, make_result(cards=(card,)))
    head = Heading(level=1, text="Key accounts, one page each", anchor="pages", new_page=True)
    annex = (head, Reference(text="Back to the chapter", anchor="home"), *blocks)
    home = Chapter(key="home", blocks=(Heading(level=1, text="Home", anchor="home"),), annex=annex)
    pdf, _ = AuditPDFExporter().from_notebook_node(notebook_of([notebook_cell(block) for block in (cover(), home)]))
    pages = [page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(pdf)).pages]
    ended = context.t(N_("Relationship ended"))
    assert [text for text in pages if "one page each" in text][-1] == next(text for text in pages if ended in text)


def test_anchors_are_unique():
    context, result = context_of("en"), make_result()
    blocks = [
        *key_accounts_section(context, result).blocks,
        *(b for card in key_account_cards(context, result) for b in card),
    ]
    anchors = [block.anchor for block in blocks if isinstance(block, Figure | Table | Heading)]
    assert len(anchors) == len(set(anchors))


def test_the_longest_card_fits_on_one_page():
    from analysis.report.pdf import AuditPDFExporter

    context = context_of("en")
    card = make_card(
        name="A very long name of an account that goes on and on", ended="2025-11-30", health=health((None,) * 5)
    )
    (blocks,) = key_account_cards(context, make_result(cards=(card,)))
    cells = [notebook_cell(block) for block in (cover(), Chapter(key="card", blocks=blocks))]
    pdf, _ = AuditPDFExporter().from_notebook_node(notebook_of(cells))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    holding = [
        place for place, text in enumerate(pages) if "Contacts in the last year" in text or "Visit the account" in text
    ]
    assert len(set(holding)) == 1
    assert "Relationship ended" in pages[holding[0]]


def cover():
    return Cover(client="Acme", title="Audit", subtitle="", as_of="2025", language="en", accent="#1f5a7a",
                 date_iso="2025-12-31", labels={"contents": "Contents"})  # fmt: skip


def notebook_cell(block):
    import nbformat

    output = nbformat.v4.new_output("display_data", data=block._repr_mimebundle_(), metadata={})
    return nbformat.v4.new_code_cell("x", outputs=[output])


def notebook_of(cells):
    import nbformat

    return nbformat.v4.new_notebook(cells=cells)


def test_names_on_the_map_do_not_lie_over_each_other():
    points = [PortfolioPoint(customer_id=f"c{n}", name=f"Customer number {n}", value=100.0 + n, relationship=70.0 + n % 3)
              for n in range(20)]  # fmt: skip
    context = context_of("en")
    figure = plot_portfolio(make_result(points=points, middle=110.0), N_("Share"), context.t, context.theme)
    named = re.findall(r"Customer number \d+", figure.svg)
    assert 4 <= len(named) <= 12
    assert len(named) == len(set(named))
    assert f"{len(named)} are named" in figure.caption


@pytest.mark.parametrize("values", [(1.0, 1.0, 1.0), (0.0, 5.0, 900.0), (-4.0, 3.0, 8.0), (1.0, 50.0, 90000.0)])
def test_the_map_bears_any_worth(values, context):
    points = [
        PortfolioPoint(customer_id=str(n), name=HOSTILE, value=value, relationship=60.0)
        for n, value in enumerate(values)
    ]
    figure = plot_portfolio(make_result(points=points, middle=2.0), N_("Share"), context.t, context.theme)
    assert "<script" not in figure.svg
    assert len(figure.data) == 3


def test_one_account_is_no_map():
    context = context_of("en")
    assert plot_portfolio(make_result(points=[PortfolioPoint(customer_id="a", name="A", value=1.0, relationship=1.0)]),
                          N_("Share"), context.t, context.theme) is None  # fmt: skip


def test_quarters_are_bars_from_zero_and_returns_go_below(context):
    quarters = (
        QuarterRevenue(quarter="2025-Q1", revenue=-50.0, complete=False),
        QuarterRevenue(quarter="2025-Q2", revenue=100.0, complete=True),
    )
    figure = plot_quarters(make_card(quarters=quarters), N_("Share"), 1, context.t, context.theme)
    bars = re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', figure.svg)
    (low_top, low_size), (high_top, high_size) = ((float(y), float(h)) for y, h in bars)
    assert high_size == pytest.approx(2 * low_size, abs=0.02)
    assert low_top == pytest.approx(high_top + high_size, abs=0.02)
    assert context.theme.pale in figure.svg
    nothing = dataclasses.replace(
        make_card(), quarters=(QuarterRevenue(quarter="2025-Q1", revenue=0.0, complete=True),)
    )
    assert plot_quarters(nothing, N_("Share"), 1, context.t, context.theme) is None


@pytest.mark.parametrize(("later", "says"), [(100.0, False), (101.0, True)])
def test_constant_currency_is_named_where_it_makes_a_difference(later, says):
    context = context_of("en")
    context.audit.indicators.growth = SimpleNamespace(later=later)
    context.audit.indicators.results["revenue"] = SimpleNamespace(overall=SimpleNamespace(value=100.0))
    section = key_accounts_section(context, make_result())
    assert any("constant currency" in limit for limit in section.limits) == says
