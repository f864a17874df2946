"""The page of all reports: who, of which date, what came of it and why, with links to the documents; works offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.batch.memory import as_size
from analysis.batch.shapes import SEVERITY, Outcome
from analysis.batch.store import Entry, Published
from analysis.batch.words import reasons, state_word, summary
from analysis.document.formatting import format_date
from analysis.document.html import visible
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.report.publish import INDEX, PORTFOLIO

DOCUMENTS = {
    "HTML": "audit.html",
    "PDF": "audit.pdf",
    "Excel": "audit.xlsx",
    "PowerPoint": "audit.pptx",
    "JSON": "audit.json",
}
"""What the page links to, by the name of the link."""
_LANGUAGE_CODES = {"zh": "zh-Hans"}


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One client as the page shows it; texts are plain and escaped by the template."""

    client: str
    name: str
    language: str
    as_of: str
    state: str
    state_word: str
    seconds: str
    memory: str
    is_earlier: bool
    links: list[tuple[str, str, str]]
    reasons: list[str]
    alerts: tuple[str, ...]
    faults: list[str]
    detail: str


def render_index(
    entries: Mapping[str, Entry],
    reports: Mapping[str, Published | None],
    language: str,
    portfolio: Published | None = None,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    entries
        What is known of each client, by id; those that deserve a look come first.
    reports
        The latest published report of each.
    language
        Of the page: ``en`` or ``zh``. Clients are shown in their own.
    portfolio
        The latest review of all clients side by side, if there is one.
    """
    code: Literal["en", "zh"] = "zh" if language == "zh" else "en"
    translate = Translator(code)
    order = sorted(entries, key=lambda client: (entries[client].name, client))
    order.sort(key=lambda client: _weight(entries[client].outcome), reverse=True)  # stable: by name within
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            language=_LANGUAGE_CODES.get(code, code),
            labels={key: translate(message) for key, message in _labels().items()},
            summary=translate(summary(entry.outcome for entry in entries.values())),
            portfolio=_review(portfolio, translate),
            rows=[_row(client, entries[client], reports[client], translate) for client in order],
        )
    )


def _review(portfolio: Published | None, translate: Translator) -> list[tuple[str, str]]:
    """Return name and address of each document of the portfolio review, its own page first."""
    if portfolio is None:
        return []
    named = N_("Portfolio review of {date:text}", date=format_date(portfolio.as_of, translate.language))
    folder = f"{PORTFOLIO}/{quote(portfolio.as_of)}"
    files = {INDEX: translate(named), "portfolio.html": "HTML", "portfolio.pdf": "PDF"}
    return [(name, f"{folder}/{file}") for file, name in files.items() if file in portfolio.files]


def _weight(outcome: Outcome) -> tuple[int, bool]:
    """Return how much an outcome asks to be looked at."""
    return SEVERITY.index(outcome.exit_code), bool(outcome.unanswered)


def _row(client: str, entry: Entry, report: Published | None, translate: Translator) -> _Row:
    outcome = entry.outcome
    language = report.language if report is not None else entry.language
    # Without a known cause the first line is the reason already.
    detail = outcome.detail if outcome.cause is not None else outcome.detail.partition("\n")[2]
    return _Row(
        client=client,
        name=entry.name,
        language=_LANGUAGE_CODES.get(language, language),
        as_of=report.as_of if report is not None else "",
        state=outcome.state,
        state_word=translate(state_word(outcome.state)),
        seconds=_seconds(outcome),
        memory=as_size(outcome.peak_bytes) if outcome.peak_bytes else "",
        is_earlier=entry.is_earlier,
        links=_links(client, report),
        reasons=[translate(reason) for reason in reasons(outcome)],
        alerts=outcome.alerts + outcome.unanswered,
        faults=[str(fault) for fault in outcome.faults],
        detail=detail,
    )


def _seconds(outcome: Outcome) -> str:
    if outcome.state == "waiting":
        return ""
    return f"{outcome.seconds:.1f}" if outcome.seconds < 100 else f"{outcome.seconds:,.0f}"


def _links(client: str, report: Published | None) -> list[tuple[str, str, str]]:
    """Return name, address relative to the page, and file of each document that there is."""
    if report is None:
        return []
    folder = f"{quote(client)}/{quote(report.as_of)}"
    return [(name, f"{folder}/{quote(file)}", file) for name, file in DOCUMENTS.items() if file in report.files]


def _labels() -> dict[str, Any]:
    return {
        "title": N_("All reports"),
        "caption": N_(
            "Clients that need a look come first, then by name. Documents are those of the last published report."
        ),
        "review": N_("All clients side by side:"),
        "client": N_("Client"),
        "as_of": N_("Date of the audit"),
        "outcome": N_("Outcome"),
        "seconds": N_("Seconds"),
        "memory": N_("Memory at most"),
        "documents": N_("Documents"),
        "remarks": N_("Remarks"),
        "earlier": N_("from an earlier run"),
        "none": N_("none published"),
        "raised": N_("What was raised"),
        "faults": N_("All faults"),
        "alerts": N_("Alerts"),
        "skip": N_("Skip to the table"),
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("analysis.batch", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
