"""What each indicator measures and how its interval is made, then what the terms of the other sheets mean."""

from analysis.document.methods import UNITS_OF_ANALYSIS, method_name
from analysis.document.terms.glossary import TERMS
from analysis.document.terms.term import Term
from analysis.messages import N_, Message
from analysis.report.collect import Data
from analysis.report.desk.cells import EMPTY, Cell, number_cell, text_cell, unit_format
from analysis.report.desk.rows import Row, table
from analysis.report.desk.summary_rows import reason
from analysis.report.desk.words import Words, at

INDICATORS = "definitions.md, Indicators"
HEAD: tuple[Message, ...] = (
    N_("Indicator or term"),
    N_("Kind"),
    N_("Definition"),
    N_("Formula"),
    N_("Source"),
    N_("Dimension"),
    N_("Unit"),
    N_("Direction"),
    N_("Lowest"),
    N_("Highest"),
    N_("One observation is"),
    N_("Interval"),
    N_("Score 0 at"),
    N_("Score 100 at"),
    N_("Remark"),
    N_("Key"),
)
NUMBERS = (False,) * 8 + (True, True, False, False, True, True)


def definition_rows(words: Words) -> list[Row]:
    """Return the head, one row an indicator and one a term; none without indicators."""
    results = at(words.audit, "indicators", "results") or {}
    anchors = {
        component["indicator"]: component
        for dimension in at(words.audit, "score", "dimensions") or ()
        for component in dimension["components"]
    }
    body = [_cells(result, anchors.get(key), words) for key, result in results.items()]
    terms = [_term_cells(term, words) for term in TERMS]
    return table([words.t(title) for title in HEAD], [*body, *terms], NUMBERS) if body else []


def _term_cells(term: Term, words: Words) -> list[Cell]:
    t = words.t
    told = [
        text_cell(t(term.name), {"bold": True}),
        text_cell(t(N_("term"))),
        text_cell(t(term.meaning)),
        EMPTY if term.formula is None else text_cell(t(term.formula)),
        text_cell(term.source),
    ]
    return [*told, *[EMPTY] * (len(HEAD) - len(told))]


def _cells(result: Data, anchor: Data | None, words: Words) -> list[Cell]:
    t, outcome = words.t, result["overall"]
    number = unit_format(result["unit"], t.language, t.currency)
    lowest, highest = result.get("bounds") or (None, None)
    direction = N_("higher is better") if result["higher_is_better"] else N_("lower is better")
    observation = UNITS_OF_ANALYSIS.get(result["unit_of_analysis"], result["unit_of_analysis"])
    zero, full = (None, None) if anchor is None else (anchor["zero"], anchor["full"])
    bounds = [EMPTY if bound is None else number_cell(bound, number) for bound in (lowest, highest)]
    scored = [EMPTY if bound is None else number_cell(bound, number) for bound in (zero, full)]
    return [
        text_cell(words.told(result["name"]), {"bold": True}),
        text_cell(t(N_("indicator"))),
        text_cell(words.told(result["definition"])),
        EMPTY,
        text_cell(INDICATORS),
        text_cell(words.dimension(result["dimension"])),
        text_cell(words.unit(result["unit"])),
        text_cell(t(direction)),
        *bounds,
        text_cell(t(observation)),
        text_cell(method_name(outcome["method"], t) if outcome.get("method") else ""),
        *scored,
        text_cell(reason(outcome, words)),
        text_cell(result["key"]),
    ]
