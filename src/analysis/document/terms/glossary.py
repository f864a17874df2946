"""All terms, in the order in which they are listed."""

from analysis.document.terms.comparing import COMPARING
from analysis.document.terms.customers import CUSTOMERS
from analysis.document.terms.reading import READING
from analysis.document.terms.term import Term
from analysis.document.translate import Translator

TERMS: tuple[Term, ...] = (*READING, *CUSTOMERS, *COMPARING)
HEAD = ("term", "meaning", "formula", "source")


def terms_as_markdown(t: Translator) -> str:
    """Return the terms as the table of docs/definitions.md."""
    rows = [
        HEAD,
        ("---",) * len(HEAD),
        *(
            (t(term.name), t(term.meaning), "" if term.formula is None else f"`{t(term.formula)}`", term.source)
            for term in TERMS
        ),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
