"""What a reader gets: the published files of the two synthetic clients, in both languages."""

import json
import re
import zipfile

import jsonschema
import nbformat
import pikepdf
import pypdf
import pytest
from bs4 import BeautifulSoup
from shipped import ROOT

from analysis.audit import SCHEMA_VERSION
from analysis.report.audit_schema import load_audit_schema

FILES = {"audit.pdf", "audit.html", "audit.json", "audit.ipynb", "audit.xlsx", "manifest.json"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def pdf_pages(built):
    return pypdf.PdfReader(built.folder / "audit.pdf").pages


def test_the_folder_holds_exactly_these_files(built):
    assert {path.name for path in built.folder.iterdir()} == FILES


def test_the_folder_is_named_by_the_date_of_the_audit(built):
    assert built.folder.name == json.loads(built.read("audit.json"))["as_of"]


def test_the_command_shows_progress_and_the_paths(built):
    assert all(str(built.folder / name) in built.output for name in FILES - {"manifest.json"})
    assert re.search(r"\d\.\d ?s", built.output)


def test_audit_json_obeys_its_published_schema(built):
    audit = json.loads(built.read("audit.json"), parse_constant=pytest.fail)
    jsonschema.validate(audit, load_audit_schema(), cls=jsonschema.Draft202012Validator)
    assert audit["schema_version"] == SCHEMA_VERSION


def test_numbers_hold_twelve_significant_digits(built):
    numbers = re.findall(r"(?<=[ \[])-?\d+\.\d+(?:e-?\d+)?(?=[,\s\]])", built.read("audit.json"))
    digits = [re.sub(r"^-?0*\.?0*|\.|e.*$", "", number) for number in numbers]
    assert digits
    assert max(map(len, digits)) <= 12


def test_pdf_is_tagged_titled_and_bookmarked(built):
    with pikepdf.open(built.folder / "audit.pdf") as pdf:
        language = str(pdf.Root.Lang)
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 9
    assert language.startswith(json.loads(built.read("audit.json"))["language"])


def test_every_font_of_the_pdf_is_embedded(built):
    fonts = {}
    with pikepdf.open(built.folder / "audit.pdf") as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                fonts[str(item.FontName)] = any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    assert len(fonts) >= 2
    assert all(fonts.values())


def test_the_first_page_says_who_when_how_well_what_changed_and_what_to_do(built):
    first = pdf_pages(built)[0].extract_text()
    audit = json.loads(built.read("audit.json"))
    assert audit["name"].split()[0] in first
    assert audit["as_of"][:4] in first
    assert f"{audit['score']['overall']['value']:.0f}" in first
    words = ("What changed", "action") if audit["language"] == "en" else ("变化", "最值得")
    assert all(word.lower() in first.lower() for word in words)


def test_html_makes_no_request(built):
    page = BeautifulSoup(built.read("audit.html"), "html.parser")
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert not page.find_all(["script", "link", "iframe", "object", "embed"], src=True)
    assert not page.find_all("link", rel="stylesheet")
    for image in page.find_all("img"):
        assert image["src"].startswith("data:")
    assert not re.search(r"url\(\s*['\"]?(?!data:|#)", built.read("audit.html"))


def test_html_has_the_structure_a_screen_reader_needs(built):
    page = BeautifulSoup(built.read("audit.html"), "html.parser")
    language = json.loads(built.read("audit.json"))["language"]
    assert page.html["lang"].startswith(language)
    assert len(page.find_all("h1")) == 1
    assert page.find("main")
    assert page.find("nav")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in page.find_all("a", href=re.compile(r"^#."))}
    assert targets
    assert targets <= set(ids)
    figures = page.find_all("figure")
    assert len(figures) >= 8
    assert all(figure.find("svg").get("aria-label") or figure.find("title") for figure in figures if figure.find("svg"))
    assert all(cell.get("scope") for cell in page.find_all("th"))


@pytest.mark.parametrize("built", ["demo", pytest.param("demo-zh", marks=pytest.mark.slow)], indirect=True)
def test_pdf_and_html_say_the_same(built):
    squeeze = lambda text: re.sub(r"[\s\u200b\u00ad\u2060]+", "", text)  # noqa: E731 - a local abbreviation
    pdf = squeeze("".join(page.extract_text() for page in pdf_pages(built)))
    page = BeautifulSoup(built.read("audit.html"), "html.parser")
    titles = [heading.get_text() for heading in page.find("main").find_all(["h2", "h3"])]
    assert len(titles) >= 11
    missing = [title for title in titles if squeeze(title) not in pdf]
    assert not missing


def test_no_output_tells_of_this_machine(built):
    with zipfile.ZipFile(built.folder / "audit.xlsx") as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist())
    for name in FILES - {"audit.pdf"}:
        text = sheets if name == "audit.xlsx" else built.read(name)
        assert str(ROOT) not in text
        assert str(built.folder.parents[2]) not in text
        assert not re.search(r"(?<![\w.])/(home|root|tmp|Users|var)/", text)
    assert str(built.folder.parents[2]).encode() not in (built.folder / "audit.pdf").read_bytes()


def test_the_notebook_holds_every_chapter_and_no_error(built):
    notebook = nbformat.read(built.folder / "audit.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert len(outputs) >= 12
    assert not [output for output in outputs if output.output_type == "error"]


def sources_of_the_literature(audit):
    """Titles of publications stay as they were published, in any language."""
    if isinstance(audit, dict):
        own = [audit["source"]] if isinstance(audit.get("source"), str) else []
        return own + [source for value in audit.values() for source in sources_of_the_literature(value)]
    return [source for value in audit for source in sources_of_the_literature(value)] if isinstance(audit, list) else []


def test_a_chinese_report_is_chinese(build):
    report = build("demo-zh")
    page = BeautifulSoup(report.read("audit.html"), "html.parser")
    for tag in page.find_all(["style", "script", "metadata"]):
        tag.decompose()
    text = page.get_text("\n")
    for source in sources_of_the_literature(json.loads(report.read("audit.json"))):
        text = text.replace(source, "")
    assert not re.findall(r"\b[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}\b", text)
    assert len(CHINESE.findall(text)) > 3000


def test_an_english_report_shows_chinese_only_where_the_client_wrote_it(build):
    page = BeautifulSoup(build("demo").read("audit.html"), "html.parser")
    assert not CHINESE.search(page.get_text())
