"""Hostile text through the whole road: a client's words stay words in PDF, HTML, JSON, notebook and terminal."""

import json
import re
import unicodedata
from types import SimpleNamespace

import jsonschema
import nbformat
import openpyxl
import pypdf
import pytest
from bs4 import BeautifulSoup
from hostile_client import DRIVERS, GROUPS, HOSTILE, LONE_SURROGATE, write_client
from shipped import run_audit_command

from analysis.report.audit_schema import load_audit_schema

ELEMENTS = """
html head meta title style body nav main header footer section div p span a h1 h2 h3 h4 ul ol li dl dt dd em strong code
figure figcaption details summary table caption thead tbody tr th td svg defs g use path rect line pattern clippath text tspan
"""
ATTRIBUTES = """
id class style lang role scope href name content charset http-equiv tabindex aria-label aria-hidden rel width height x y d
transform viewbox clip-path stroke-linecap stroke-linejoin patternunits fill stroke stroke-width x1 x2 y1 y2 xmlns
font-family font-size font-weight text-anchor
"""
# What nobody sees and a reader, a page or a terminal obeys.
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return the published report of the hostile client and what the command has printed."""
    folder = tmp_path_factory.mktemp("hostile")
    params = write_client(folder)
    done = run_audit_command("report", "hostile", "--params", params, "--out", folder / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = (folder / "out" / "hostile").glob("*/audit.pdf")
    checked = run_audit_command("validate", "hostile", "--params", params)
    assert checked.returncode == 0, checked.stderr
    printed = done.stdout + done.stderr + checked.stdout + checked.stderr
    return SimpleNamespace(folder=report.parent, params=params, printed=printed)


@pytest.fixture(scope="module")
def pdf(hostile):
    return squeeze("".join(page.extract_text() for page in pypdf.PdfReader(hostile.folder / "audit.pdf").pages))


@pytest.fixture(scope="module")
def page(hostile):
    return BeautifulSoup((hostile.folder / "audit.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def audit(hostile):
    return json.loads((hostile.folder / "audit.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)


def squeeze(text):
    """Return a text without spaces and without the places where a long word may break."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("script", "<script>alert(1)</script><img src=x onerror=alert(2)>"),
        ("entity", "&lt;b&gt; &amp;amp; &#x3c;i&#x3e;"),
        ("typst", '#set text(red) #eval("1+1") $x^2$ @ref *b* _i_ `c` ]#[ // no comment'),
        ("jinja", "{{ 7 * 7 }} {% raw %} {# gone #}"),
        ("format", "{name} {0} {name!r:>10} {{}} {percent:percent} {"),
        ("printf", "%s %(x)s %d 100%"),
        ("backslash", r"\\server\share \n \u0041 \x00 \sum"),
        ("formula", "=cmd|'/c calc'!A1"),
        ("plus", "+1+cmd|' /C calc'!A0"),
        ("at", "@SUM(1+1)*cmd|' /C calc'!A0"),
        ("mathtext", "$\\frac{1}{2}$ and $5"),
        ("markdown", "[link](javascript:alert(4))"),
        ("chinese", "恒川流体设备（北京）有限公司"),
        ("bidi", "abcgpj.exe"),
        ("control", "ab[31mred]0;title2Jc"),
        ("mark", "marked"),
        ("lines", "first line second third fourth fifth tab"),
        ("unassigned", "□□"),
        ("long", "W" * 3000),
    ],
)
def test_pdf_and_page_show_the_words_as_they_were_written(name, shown, pdf, page):
    assert squeeze(shown) in pdf
    if name != "unassigned":  # a page leaves it to the reader's fonts
        assert squeeze(shown) in squeeze(page.get_text())


@pytest.mark.parametrize("name", ["arabic", "emoji"])
def test_pdf_shows_scripts_and_signs_of_all_kinds(name, pdf, page):
    """A PDF tells right-to-left letters in the order they stand on paper; none may be missing."""
    visible = {character for character in HOSTILE[name] if unicodedata.category(character)[0] in "LS"}
    visible -= {character for character in visible if unicodedata.category(character) == "Sk"}  # tones of skin
    folded = unicodedata.normalize("NFKC", pdf)
    assert {character for character in visible if character not in folded} == set()
    assert HOSTILE[name].replace("\ufe0f", "") in page.get_text().replace("\ufe0f", "")


def test_no_element_attribute_or_address_is_born_of_a_text(page):
    elements = page.find_all(True)
    assert {element.name for element in elements} <= set(ELEMENTS.split())
    assert {name for element in elements for name in element.attrs} <= set(ATTRIBUTES.split())
    assert all(link["href"].startswith("#") for link in page.find_all(href=True))
    styles = " ".join(element["style"] for element in page.find_all(style=True))
    assert "javascript" not in styles
    assert page.find("title").get_text().startswith(HOSTILE["script"])


def test_every_id_is_one_and_plain(page):
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z][\w.-]*", each) for each in ids)


def test_the_page_holds_nothing_that_commands(hostile):
    assert not COMMANDS.search((hostile.folder / "audit.html").read_text(encoding="utf-8"))


def test_json_keeps_the_words_exactly_and_obeys_its_schema(audit):
    jsonschema.validate(audit, load_audit_schema(), cls=jsonschema.Draft202012Validator)
    segments = set(audit["indicators"]["results"]["satisfaction_index"]["by_segment"])
    assert {HOSTILE[name] for name in GROUPS} <= segments
    assert audit["name"] == HOSTILE["script"] + HOSTILE["jinja"]
    assert json.loads(json.dumps(audit)) == audit


def test_what_drives_satisfaction_is_answered_with_hostile_labels(audit, page, pdf):
    """Shares, map, worth and segments are all there, so that the tests of the page and the PDF have read them."""
    relations = audit["relations"]
    labels = {share["driver"]["label"]["en"] for share in relations["drivers"]["satisfaction"]["shares"]}
    assert labels == set(DRIVERS.values())
    assert {driver["label"] for driver in relations["uplift"]["drivers"]} == labels
    assert {HOSTILE[name] for name in GROUPS} <= {
        each["segment"] for each in relations["moderation"]["segments"]["segments"]
    }
    for text in (pdf, squeeze(page.get_text())):
        assert squeeze(HOSTILE["backslash"] + "W" * 300) in text  # in full once, in the table of the parts
    figures = page.find_all("svg")
    assert any(HOSTILE["formula"] in figure.get_text() for figure in figures)


def test_the_notebook_is_valid_and_its_html_is_as_harmless(hostile):
    notebook = nbformat.read(hostile.folder / "audit.ipynb", as_version=4)
    nbformat.validate(notebook)
    fragments = [
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    assert len(fragments) >= 11
    for fragment in fragments:
        assert not COMMANDS.search(fragment)
        elements = BeautifulSoup(fragment, "html.parser").find_all(True)
        assert {element.name for element in elements} <= set(ELEMENTS.split())
        assert {name for element in elements for name in element.attrs} <= set(ATTRIBUTES.split())


def test_nothing_was_read_as_a_template(pdf, page):
    for text in (pdf, page.get_text()):
        assert "{{ 7 * 7 }}".replace(" ", "") in squeeze(text)
        assert "{share" not in text
        assert "{count" not in text


def test_the_terminal_is_not_commanded(hostile):
    assert hostile.printed
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", hostile.printed)


def faults_of(client, params):
    done = run_audit_command("validate", client, "--params", params, COLUMNS="400")
    assert done.returncode == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout + done.stderr)
    return done.stderr


def test_faults_quote_hostile_values_without_obeying_them(hostile):
    """The answers in words are not declared, and an item's column has another hostile name."""
    params = json.loads((hostile.params / "hostile.yml").read_text(encoding="utf-8"))
    params["data_folder"] = "../data/hostile"
    params["survey"]["items"]["delivery"]["labels"] = {HOSTILE["control"]: 1}
    params["survey"]["items"]["satisfied"]["column"] = HOSTILE["control"]
    (hostile.params / "broken.yml").write_text(json.dumps(params), encoding="utf-8")
    told = faults_of("broken", hostile.params)
    assert r"\x1b[31mred" in told


def test_half_a_character_is_refused_with_its_place(hostile):
    params = json.loads((hostile.params / "hostile.yml").read_text(encoding="utf-8"))
    text = json.dumps(params | {"name": "NAME"}).replace("NAME", f"Acme {LONE_SURROGATE}")
    (hostile.params / "half.yml").write_text(text, encoding="utf-8")
    told = faults_of("half", hostile.params)
    assert "whole characters" in told
    assert "half.yml, line 1" in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_half_a_character_in_a_file_is_refused_with_its_place(hostile, encoding):
    folder = hostile.params.parent / "data" / f"half-{encoding}"
    folder.mkdir(parents=True)
    rows = "customer_id,ordered_on,amount\nC1\ud83d,2025-01-31,5\n"
    (folder / "orders.csv").write_bytes(rows.encode(encoding, "surrogatepass"))
    params = {"name": "Half", "sources": {"transactions": {"files": "orders.csv", "encoding": encoding}}}
    (hostile.params / f"half-{encoding}.yml").write_text(json.dumps(params), encoding="utf-8")
    told = faults_of(f"half-{encoding}", hostile.params)
    assert f"encoded as declared ({encoding})" in told
    assert "orders.csv, line 2" in told
    assert f"encoding: {encoding}`" not in told, "what does not help is no hint"


def test_workbook_holds_the_words_as_words_and_no_formula(hostile):
    book = openpyxl.load_workbook(hostile.folder / "audit.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not any(COMMANDS.search(text) for text in texts)
    assert any("<script>alert(1)</script>" in text for text in texts)
