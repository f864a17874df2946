"""Technical terms: one list for the report, the workbook and docs/definitions.md, in both languages."""

from pathlib import Path

import pytest

from analysis.document.terms.glossary import TERMS, terms_as_markdown
from analysis.document.translate import Translator

DEFINITIONS = Path(__file__).parents[2] / "docs" / "definitions.md"


def test_the_page_of_definitions_holds_the_same_terms():
    assert terms_as_markdown(Translator("en")) in DEFINITIONS.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_term_has_its_own_name_and_a_meaning_that_is_no_name(language):
    t = Translator(language)
    names = [t(term.name) for term in TERMS]
    assert len(set(names)) == len(names) >= 40
    assert all(len(t(term.meaning)) > 8 and term.source for term in TERMS)


def test_only_what_is_no_number_of_its_own_goes_without_a_formula():
    t = Translator("en")
    assert [t(term.name) for term in TERMS if term.formula is None] == ["n", "p-value", "Confounder"]


@pytest.mark.parametrize(
    "word",
    ["lifetime value", "P(alive)", "Net retention", "Gross retention", "Raking", "Design effect", "Level A", "Shrinkage",
     "top quarter", "Difference in differences"],
)  # fmt: skip
def test_what_the_sheets_speak_of_is_explained(word):
    t = Translator("en")
    assert any(word in t(term.name) for term in TERMS)


def test_a_source_that_is_a_part_of_the_page_of_definitions_is_there():
    text = DEFINITIONS.read_text(encoding="utf-8")
    parts = {term.source.partition(", ")[2] for term in TERMS if term.source.startswith("definitions.md")}
    headings = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    assert [part for part in sorted(parts) if not any(heading.startswith(part) for heading in headings)] == []
