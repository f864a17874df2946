"""The published page in a real browser: keyboard, screen reader, phone, printer, and nothing asked of the network."""

import json
import re
from io import BytesIO

import pypdf
import pytest
from browser import running_browser
from fontTools.ttLib import TTFont

from analysis.report.fonts import text_font_files

pytestmark = pytest.mark.slow

A_PHONE = 360  # CSS pixels
OWN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, text of normal size
LARGE_CONTRAST = 3.0  # 24 pixels, or 18.66 and bold
OUTLINE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11

FOCUSED = """(() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return {tag: e.tagName, href: e.getAttribute("href"), cls: e.className, id: e.id, open: e.parentElement?.open,
          style: s.outlineStyle, width: parseFloat(s.outlineWidth), colour: s.outlineColor,
          seen: r.width > 0 && r.height > 0 && r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight};
})()"""

# Every visible piece of text with its own colour and the colour it stands on. Inside a drawing that is what lies
# under the middle of the text; elsewhere the nearest ancestor that is painted.
TEXT_COLOURS = """(() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const painted = colour => colour && colour !== "none" && !/, 0\\)$/.test(colour);
  const under = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (painted(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const drawnUnder = text => {
    const r = text.getBoundingClientRect();
    const stack = document.elementsFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    for (const e of stack.filter(e => !e.closest("text"))) {
      if (!(e instanceof SVGElement)) return under(e);
      if (painted(getComputedStyle(e).fill)) return getComputedStyle(e).fill;
    }
    return "rgb(255, 255, 255)";
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement, drawn = e.closest("svg text");
    if (!node.data.trim() || !e.checkVisibility({visibilityProperty: true}) || e.closest(".skip, .ra-hidden")) continue;
    if (drawn) drawn.scrollIntoView({block: "center"});
    const s = getComputedStyle(e);
    found.push([node.data.trim().slice(0, 40), drawn ? s.fill : s.color, drawn ? drawnUnder(drawn) : under(e),
                parseFloat(s.fontSize), parseInt(s.fontWeight)]);
  }
  return found;
})()"""

WIDER_THAN_THE_SCREEN = """(() => {
  const scrolls = e => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("main *")].filter(
    e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility() && !e.closest("svg") && !scrolls(e)
  ).map(e => e.outerHTML.slice(0, 120));
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with running_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def page(browser, built):
    with browser.page(built.folder / "audit.html") as page:
        yield page


def channels(colour):
    """Return red, green, blue (0 to 255) of a computed colour, which must be opaque."""
    numbers = re.findall(r"[\d.]+", colour)
    if colour.startswith("color(srgb"):
        assert len(numbers) == 3, colour
        return [255 * float(number) for number in numbers]
    assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", colour), colour
    return [float(number) for number in numbers]


def contrast(one, other):
    """Return the ratio of WCAG 2.2, 1 to 21; written anew here, to prove the package's own."""

    def luminance(colour):
        shares = [channel / 255 for channel in channels(colour)]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def squeeze():
    """Return a function: a text without spaces, and of the characters that one glyph shows (户, 戶, ⼾) the first.

    A browser's PDF knows which glyphs it set, and says of each one character only.
    """
    _, chinese, number = text_font_files()[1]
    with TTFont(chinese, fontNumber=number, lazy=True) as font:
        glyphs = font.getBestCmap()
    first = {}
    for code, glyph in sorted(glyphs.items()):
        first.setdefault(glyph, code)
    folded = {code: first[glyph] for code, glyph in glyphs.items()}
    return lambda text: re.sub(r"[\s\u200b\u00ad]+", "", text).translate(folded)


def chapter_titles(page):
    return page.run("[...document.querySelectorAll('nav.side > ol > li > a')].map(a => a.textContent.trim())")


def test_the_page_asks_for_nothing_but_itself_and_the_console_is_silent(page, built):
    page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    assert page.requests() == [(built.folder / "audit.html").as_uri()]
    assert page.complaints() == []


def test_what_would_reach_out_is_seen_and_refused(browser, built, tmp_path):
    """The test above could not fail if the browser told nothing."""
    tampered = tmp_path / "audit.html"
    reaching = '<img src="http://127.0.0.1:9/pixel.png" alt=""><script>document.title = "changed"</script></main>'
    tampered.write_text(built.read("audit.html").replace("</main>", reaching), encoding="utf-8")
    with browser.page(tampered) as page:
        told = json.dumps(page.complaints())
        assert "img-src data:" in told
        assert "script-src 'none'" in told
        assert page.run("document.title") != "changed"


def test_figures_are_drawn_in_the_font_that_the_page_brings(page):
    assert page.run("[...document.fonts].map(f => [f.family, f.status])") == [["Audit Figure", "loaded"]]


def test_tab_reaches_the_skip_link_first_and_it_leads_to_the_content(page):
    page.press("Tab")
    first = page.run(FOCUSED)
    assert first["cls"] == "skip"
    assert first["seen"]
    page.press("Enter")
    assert page.run(FOCUSED)["id"] == "content"
    page.press("Tab")
    assert page.run("document.activeElement.closest('main') !== null"), "the next stop lies behind the contents"


def test_the_contents_come_next_in_their_order(page):
    links = page.run("[...document.querySelectorAll('nav.side a')].map(a => a.getAttribute('href'))")
    assert len(links) >= 11
    page.press("Tab")
    for link in links:
        page.press("Tab")
        assert page.run(FOCUSED)["href"] == link


def test_enter_on_a_chapter_jumps_to_it(page):
    *_, last = page.run("[...document.querySelectorAll('nav.side > ol > li > a')].map(a => a.getAttribute('href'))")
    page.press("Tab")
    while page.run(FOCUSED)["href"] != last:
        page.press("Tab")
        assert page.run(FOCUSED)["tag"] == "A", "the contents end before their last chapter"
    page.press("Enter")
    heading = page.run(FOCUSED)
    assert f"#{heading['id']}" == last == page.run("location.hash")
    assert heading["tag"] == "H2"
    assert heading["seen"]


@pytest.mark.parametrize("key", ["Enter", " "])
def test_the_data_of_a_figure_open_and_close_by_key(page, key):
    page.run("document.querySelector('main').focus()")
    while page.run(FOCUSED)["tag"] != "SUMMARY":
        page.press("Tab")
        assert page.run(FOCUSED)["tag"] != "BODY", "no figure's data can be reached"
    assert page.run(FOCUSED)["open"] is False
    page.press(key)
    assert page.run(FOCUSED)["open"] is True
    assert page.run("document.querySelector('main details[open] td').checkVisibility()")
    page.press(key)
    assert page.run(FOCUSED)["open"] is False


def test_every_stop_of_the_keyboard_is_seen_and_none_is_a_trap(page):
    stops = []
    page.press("Tab")
    while (stop := page.run(FOCUSED))["tag"] != "BODY":
        stops.append(stop)
        assert len(stops) < 500, "the keyboard never leaves the page"
        page.press("Tab")
    expected = "a[href], summary, [tabindex='0']"
    assert len(stops) == page.run(
        f"[...document.querySelectorAll(`{expected}`)].filter(e => e.checkVisibility()).length"
    )
    assert all(stop["seen"] for stop in stops)
    assert all(stop["style"] == "solid" and stop["width"] >= 2 for stop in stops)
    assert all(contrast(stop["colour"], "rgb(255, 255, 255)") >= OUTLINE_CONTRAST for stop in stops)


def test_a_screen_reader_meets_named_landmarks_and_figures(page):
    page.run("document.querySelectorAll('details.ra-data').forEach(d => d.open = true)")
    nodes = page.accessible_nodes()
    names = lambda *roles: [name for role, name in nodes if role in roles]  # noqa: E731 - a local abbreviation
    assert len(names("main")) == 1
    assert len(names("navigation")) == 1
    landmarks = names("navigation", "region", "complementary", "form", "search", "banner", "contentinfo")
    assert all(landmarks)
    assert len(landmarks) == len(set(landmarks)), "two landmarks cannot be told apart"
    drawings = page.run("document.querySelectorAll('.ra-drawing svg').length")
    assert drawings >= 8
    assert len(names("figure")) == drawings
    assert len(names("image")) >= drawings
    for kind in ("figure", "image", "link", "heading", "note", "table", "DisclosureTriangle"):
        assert all(name.strip() for name in names(kind)), kind
    assert len(set(names("figure"))) == drawings
    labels = page.run("[...document.querySelectorAll('.ra-drawing svg')].map(svg => svg.getAttribute('aria-label'))")
    assert set(labels) <= set(names("image"))
    assert min(map(len, labels)) > 20, "what a drawing shows takes more than a word"
    scrolling = page.run("[...document.querySelectorAll('.ra-scroll')].map(e => e.getAttribute('aria-label'))")
    assert set(scrolling) <= set(names("group"))
    assert page.run("document.documentElement.lang") in ("en", "zh-CN")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_what_it_stands_on(browser, built, scheme):
    with browser.page(built.folder / "audit.html", media={"prefers-color-scheme": scheme}) as page:
        texts = page.run(TEXT_COLOURS)
    assert len(texts) > 1000
    weak = [
        (text, ink, paper, round(contrast(ink, paper), 2))
        for text, ink, paper, size, weight in texts
        if contrast(ink, paper) < (LARGE_CONTRAST if size >= (18.66 if weight >= 700 else 24) else OWN_CONTRAST)
    ]
    assert weak == []


@pytest.mark.parametrize("width", [A_PHONE, 320])
def test_a_phone_scrolls_the_page_in_one_direction_only(browser, built, width):
    with browser.page(built.folder / "audit.html", width=width, height=740) as page:
        page.run("document.querySelectorAll('.ra-data').forEach(d => d.open = true)")
        assert page.run("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
        assert page.run(WIDER_THAN_THE_SCREEN) == []
        assert page.run("getComputedStyle(document.querySelector('nav.side')).display") == "none"


def test_a_phone_opens_the_contents_by_key_and_follows_them(browser, built):
    with browser.page(built.folder / "audit.html", width=A_PHONE, height=740) as page:
        page.press("Tab")
        page.press("Tab")
        assert page.run(FOCUSED)["tag"] == "SUMMARY"
        page.press("Enter")
        page.press("Tab")
        link = page.run(FOCUSED)
        assert link["seen"]
        page.press("Enter")
        assert page.run("'#' + document.activeElement.id") == link["href"]


def test_a_printed_page_is_the_document_without_its_controls(page, built, squeeze):
    titles = chapter_titles(page)
    assert len(titles) >= 11
    printed = [sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(page.print_to_pdf())).pages]
    whole = squeeze("".join(printed))
    assert [title for title in titles if squeeze(title) not in whole] == []
    # the contents would show the last chapter's title on the first page
    assert squeeze(titles[-1]) not in squeeze(printed[0])
    page.call("Emulation.setEmulatedMedia", media="print")
    controls = "nav.side, nav.top, .skip, details.ra-data"
    assert page.run(f"[...document.querySelectorAll(`{controls}`)].filter(e => e.checkVisibility()).length") == 0
    laid_out = len(pypdf.PdfReader(built.folder / "audit.pdf").pages)
    assert 0.5 * laid_out <= len(printed) <= 1.5 * laid_out
    assert all(len(squeeze(sheet)) > 20 for sheet in printed), "a page is empty"
