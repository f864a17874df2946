"""The index of a portfolio: one page with every client, to search, sort and filter; it works offline, from a file.

The script and the style stand in the page and are allowed by their hashes alone, so that nothing that came with a
client can run. Without the script the table is complete, in the order of names.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.document.formatting import format_date
from analysis.document.html import visible
from analysis.document.portfolio.words import own_industry
from analysis.document.tables import DASH
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.portfolio.shapes import Movement, Portfolio, PortfolioClient
from analysis.report.publish import INDEX
from analysis.results import Estimate

DOCUMENTS: Mapping[str, str] = {
    "HTML": "audit.html",
    "PDF": "audit.pdf",
    "Excel": "audit.xlsx",
    "PowerPoint": "audit.pptx",
    "JSON": "audit.json",
}
"""What the page links to, by the name of the link."""
UP = "../.."
"""From the portfolio's folder to that of all reports."""
_LANGUAGE_CODES = {"zh": "zh-Hans"}
_TEMPLATES = "templates/portfolio"


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column: what it is called, ``text`` or ``number`` where it can be sorted by, and whether it holds words."""

    title: str
    kind: str = "text"
    is_words: bool = False

    @property
    def is_right(self) -> bool:
        """Whether its cells stand at the right."""
        return self.kind == "number" and not self.is_words


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """A cell: its column's title, its text, what it is sorted by ("": last), and how it looks."""

    label: str
    text: str
    sort: str
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One client; every text is plain and escaped by the template."""

    client: str
    name: str
    language: str
    industry: str
    level: str
    alerts: int
    text: str
    cells: Sequence[_Cell]
    links: Sequence[tuple[str, str]]


def render_portfolio_index(
    portfolio: Portfolio, t: Translator, files: Mapping[str, Sequence[str]], *, has_page: bool = False
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    portfolio, t
        What it shows, and in which language.
    files
        Client -> names of the files of its latest audit.
    has_page
        Whether there is a page of all reports to lead back to.
    """
    labels = {key: t(message) for key, message in _labels().items()}
    dimensions = {each.measure: t(each.name) for each in portfolio.standings[1:]}
    columns = _columns(labels, dimensions)
    rows = [_row(each, portfolio, labels, dimensions, t, files.get(each.client, ())) for each in portfolio.clients]
    industries = sorted({each.industry for each in portfolio.clients}, key=lambda each: (each == "", each))
    levels = sorted({each.level for each in portfolio.clients}, key=lambda each: (each == "", each))
    style, script = _resource("index.css"), _resource("index.js")
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            language=_LANGUAGE_CODES.get(t.language, t.language),
            day=format_date(portfolio.as_of, t.language),
            back=f"{UP}/{INDEX}" if has_page else "",
            labels=labels,
            summary=t.sentences(*_summary(portfolio)),
            industries=[(each, t(own_industry(each))) for each in industries],
            levels=[(each, each or t(N_("no level"))) for each in levels],
            columns=columns,
            rows=rows,
            style=Markup(style),
            style_hash=_source_hash(style),
            script=Markup(script),
            script_hash=_source_hash(script),
        )
    )


def _columns(labels: Mapping[str, str], dimensions: Mapping[str, str]) -> list[_Column]:
    return [
        _Column(title=labels["client"]),
        _Column(title=labels["industry"]),
        _Column(title=labels["date"]),
        _Column(title=labels["score"], kind="number"),
        _Column(title=labels["level"]),
        *(_Column(title=name, kind="number") for name in dimensions.values()),
        _Column(title=labels["change"], kind="number"),
        _Column(title=labels["alerts"], kind="number"),
        _Column(title=labels["quality"], kind="number", is_words=True),
        _Column(title=labels["documents"], kind=""),
    ]


def _row(
    client: PortfolioClient,
    portfolio: Portfolio,
    labels: Mapping[str, str],
    dimensions: Mapping[str, str],
    t: Translator,
    files: Sequence[str],
) -> _Row:
    fired = sum(each.client == client.client for each in portfolio.fired)
    industry = t(own_industry(client.industry))
    scores = [(name, client.dimensions.get(key)) for key, name in dimensions.items()]
    cells = [
        _Cell(label=labels["industry"], text=industry, sort=client.industry),
        _Cell(label=labels["date"], text=client.as_of, sort=client.as_of, style="date"),
        _number_cell(labels["score"], client.score, t, mark=" *" if client.barrier is not None else ""),
        _Cell(label=labels["level"], text=client.level or DASH, sort=client.level, style="level"),
        *(_number_cell(name, None if found is None else found[0], t) for name, found in scores),
        _change_cell(labels["change"], client, portfolio.movements, t),
        _Cell(label=labels["alerts"], text=t.number(fired, 0), sort=str(fired),
              style="number fired" if fired else "number"),
        _quality_cell(labels["quality"], client, portfolio, t),
    ]  # fmt: skip
    return _Row(
        client=client.client,
        name=clean_text(client.name),
        language=_LANGUAGE_CODES.get(client.language, client.language if client.language == "en" else ""),
        industry=client.industry,
        level=client.level,
        alerts=fired,
        text=clean_text(f"{client.name} {client.client} {client.industry} {client.level}"),
        cells=cells,
        links=_links(client, files),
    )


def _number_cell(label: str, outcome: object, t: Translator, mark: str = "") -> _Cell:
    if not isinstance(outcome, Estimate):
        return _Cell(label=label, text=DASH, sort="", style="number")
    return _Cell(
        label=label, text=f"{t.unit(outcome.value, 'index')}{mark}", sort=f"{outcome.value:.6g}", style="number"
    )


def _change_cell(label: str, client: PortfolioClient, movements: Sequence[Movement], t: Translator) -> _Cell:
    found = next((each for each in movements if (each.client, each.measure) == (client.client, "score")), None)
    if found is None:
        return _Cell(label=label, text=DASH, sort="", style="number")
    looks = {None: "number", True: "number better", False: "number worse"}
    value = found.difference.value
    return _Cell(label=label, text=t.signed(value, "index"), sort=f"{value:.6g}", style=looks[found.good])


def _quality_cell(label: str, client: PortfolioClient, portfolio: Portfolio, t: Translator) -> _Cell:
    place, quality = next((i, each) for i, each in enumerate(portfolio.quality, 1) if each.client == client.client)
    text = t.listing(t(concern) for concern in quality.concerns) or t(N_("no concerns"))
    return _Cell(label=label, text=text, sort=str(-place), style="concerns")


def _links(client: PortfolioClient, files: Sequence[str]) -> list[tuple[str, str]]:
    folder = f"{UP}/{quote(client.client)}/{quote(client.as_of)}"
    return [(name, f"{folder}/{quote(file)}") for name, file in DOCUMENTS.items() if file in files]


def _summary(portfolio: Portfolio) -> tuple[Message, Message]:
    clients = NP_("One client.", "{count:int} clients.", len(portfolio.clients))
    fired = len(portfolio.fired)
    return clients, NP_("One alert has fired.", "{count:int} alerts have fired.", fired) if fired else N_(
        "No alert has fired."
    )


def _labels() -> dict[str, Message]:
    return {
        "title": N_("Portfolio review"),
        "review": N_("The whole review:"),
        "back": N_("All reports"),
        "caption": N_(
            "Scores from 0 to 100 with their level; * not compared with the others. Change of the score since the audit"
            " before, in colour where it is beyond chance."
        ),
        "find": N_("Find clients"),
        "search": N_("Search by name, id or industry"),
        "every": N_("All"),
        "with_alerts": N_("Only with alerts"),
        "clear": N_("Show all"),
        "count": N_("{shown:text} of {total:text} clients.", shown="{shown}", total="{total}"),
        "ascending": N_("Sorted by {column:text}, ascending.", column="{column}"),
        "descending": N_("Sorted by {column:text}, descending.", column="{column}"),
        "none": N_("No client fits. Show all clears search and filters."),
        "client": N_("Client"),
        "industry": N_("Industry"),
        "date": N_("Date of the audit"),
        "score": N_("Score"),
        "level": N_("Level"),
        "change": N_("Change"),
        "alerts": N_("Alerts"),
        "quality": N_("Data quality"),
        "documents": N_("Documents"),
        "skip": N_("Skip to the table"),
    }


def _source_hash(text: str) -> str:
    """Return what a Content-Security-Policy calls a script or style by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}"


@cache
def _resource(name: str) -> str:
    return (resources.files("analysis.report") / _TEMPLATES / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("analysis.report", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
