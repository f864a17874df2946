"""Messages into the reader's language: gettext catalogs through babel, numbers through `formatting`."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from analysis.document import estimates, formatting, periods
from analysis.document.native import interval_of, native_of, with_limits
from analysis.messages import Message
from analysis.params.base import Language
from analysis.results import Change, Estimate, NotEstimable, Outcome, Unit

CATALOG_LANGUAGES = ("zh",)  # English needs no catalog: the messages are English
KEYWORDS = {"N_": (1,), "NP_": (1, 2)}
LINE_WIDTH = 120
UNSTEADY = tuple(
    f'"{field}:'
    for field in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
# "62 (58 to 66)" or "58 to 66" and nothing besides
_ONLY_NUMBERS = re.compile(r"(\{value:\w+\} \()?\{low:\w+\} to \{high:\w+\}\)?")
_EQUATION = re.compile(r"\b([np]) ([=<]) ")  # n = 412 stays on one line
HEADER = "# What an audit says, in the reader's language. `update_catalogs()` merges new messages in."


def catalog_path(language: str) -> Path:
    """Return the path of a language's catalog inside the package."""
    return Path(str(resources.files("analysis.document"))) / "locale" / language / "LC_MESSAGES" / "audit.po"


@lru_cache
def load_translations(language: str) -> NullTranslations:
    """Return the gettext translations of `language`, read from its .po file once a process."""
    if language not in CATALOG_LANGUAGES:
        return NullTranslations()
    with catalog_path(language).open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache
def singular_forms(language: str) -> Mapping[str, str]:
    """Return the plural templates of a language's catalog with their singular, under which the catalog knows both."""
    if language not in CATALOG_LANGUAGES:
        return {}
    with catalog_path(language).open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    return {entry.id[1]: entry.id[0] for entry in catalog if isinstance(entry.id, tuple)}


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return a template's pieces: literal text, the placeholder after it (or None) and the placeholder's format."""
    return tuple((text, name, spec or "") for text, name, spec, _ in Formatter().parse(template))


def placeholders(template: str) -> frozenset[tuple[str, str]]:
    """Return the placeholders of a template with their formats."""
    return frozenset((name, spec) for _, name, spec in _parsed(template) if name is not None)


@dataclass(frozen=True)
class Translator:
    """Writes messages and results in one language and currency.

    Parameters
    ----------
    language
        Language of the report.
    currency
        ISO code of the money in it.
    """

    language: Language
    currency: str = "EUR"

    def __call__(self, message: Message | str) -> str:
        """Return the finished sentence; a text that is already finished stays as it is."""
        if isinstance(message, str):
            return message
        translations = load_translations(self.language)
        if message.plural is not None and message.count is not None:
            template = translations.ngettext(message.msgid, message.plural, message.count)
        else:
            template = translations.gettext(message.msgid) if message.msgid else ""
        text = _EQUATION.sub("\\1\u00a0\\2\u00a0", "".join(self._pieces(template, message)))
        return self._with_numbers(text, message) if _ONLY_NUMBERS.fullmatch(message.msgid) else text

    def _with_numbers(self, text: str, message: Message) -> str:
        """Return a text that consists of a number and its limits, or of limits alone, with these numbers."""
        shown = {name: self.value(message.values[name], spec) for _, name, spec in _parsed(message.msgid) if name}
        interval = interval_of(text, shown["low"], shown["high"])
        limits = native_of(interval)
        if "value" not in shown or limits is None or limits.low is None or limits.high is None:
            return interval
        return with_limits(text, shown["value"], limits.low, limits.high)

    def _pieces(self, template: str, message: Message) -> Iterator[str]:
        for text, name, spec in _parsed(template):
            if name is None:
                yield text
                continue
            if name not in message.values:
                raise KeyError(f"the message {message.msgid!r} has no value for its placeholder {name!r}")
            value = message.values[name]
            written = self.value(value, spec)
            if text.endswith("= ") and written.startswith("<") and not isinstance(value, str):
                text, written = f"{text[:-2]}< ", written[1:]  # "p = <0.001" reads "p < 0.001"
            yield text
            yield written

    def value(self, value: Any, spec: str = "") -> str:
        """Return one placeholder's value as text; nested messages and lists are translated."""
        if isinstance(value, Message):
            return self(value)
        if spec == "list" or isinstance(value, list | tuple):
            return self.join([self.value(item) for item in value])
        spec = "text" if spec == "message" else spec
        return formatting.format_value(value, spec, self.language, self.currency)

    def unit(self, value: float, unit: Unit, *, full: bool = False) -> str:
        """Return a level in its unit; `full` writes money in whole units."""
        return formatting.format_unit(value, unit, self.language, self.currency, full=full)

    def signed(self, value: float, unit: Unit) -> str:
        """Return a difference in its unit, with its sign."""
        return formatting.format_change(value, unit, self.language, self.currency)

    def estimate(self, estimate: Estimate, *, peers: Sequence[Estimate] = (), full: bool = False) -> str:
        """Return an estimate with its interval; with the decimals of its `peers` in a column."""
        return estimates.format_estimate(estimate, self.language, self.currency, peers=peers, full=full)

    def difference(self, difference: Estimate) -> str:
        """Return a difference with its interval, all with their signs."""
        return estimates.format_difference(difference, self.language, self.currency)

    def limits(self, estimate: Estimate, *, full: bool = False) -> str:
        """Return the interval of an estimate alone."""
        return estimates.format_limits(estimate, self.language, self.currency, full=full)

    def level(self, estimate: Estimate, *, signed: bool = False) -> str:
        """Return the number of an estimate alone, with the decimals that its interval has beside it."""
        return estimates.estimate_writer([estimate], self.language, self.currency, signed=signed)(estimate.value)

    def growth(self, growth: float) -> str:
        """Return a growth with its sign, or as a multiple where it is very large."""
        return formatting.format_growth(growth, self.language)

    def outcome(self, outcome: Outcome | Change) -> str:
        """Return an estimate with its interval, or the reason why there is none."""
        if isinstance(outcome, NotEstimable):
            return self(outcome.reason)
        return self.estimate(outcome.difference if isinstance(outcome, Change) else outcome)

    def number(self, value: float, decimals: int | None = None) -> str:
        """Return a plain number."""
        return formatting.format_number(value, self.language, decimals)

    def period(self, label: str) -> str:
        """Return a period's label as a reader writes it."""
        return periods.format_period(label, self.language)

    def n(self, count: int) -> str:
        """Return a sample size: n = 412."""
        return formatting.format_n(count, self.language)

    def percent(self, share: float) -> str:
        """Return a proportion as a percentage."""
        return formatting.format_percent(share, self.language)

    def join(self, items: list[str]) -> str:
        """Return texts as one enumeration; with semicolons where one of them holds a comma itself."""
        if any("," in item or "，" in item for item in items):
            return self.listing(items)
        return formatting.format_list(items, self.language)

    def listing(self, items: Iterable[str]) -> str:
        """Return texts one after the other, each a clause of its own."""
        return ("；" if self.language == "zh" else "; ").join(items)

    @property
    def separator(self) -> str:
        """What stands between two sentences: a space, or nothing in Chinese."""
        return "" if self.language == "zh" else " "

    def sentences(self, *messages: Message | str | None) -> str:
        """Return a paragraph of those messages that there are."""
        return self.separator.join(self(message) for message in messages if message)


def extract_messages(folder: Path | None = None) -> frozenset[str | tuple[str, str]]:
    """Return every message marked in the code: the template, or (singular, plural)."""
    source = folder or Path(str(resources.files("analysis")))
    found = extract_from_dir(source, method_map=[("**.py", "python")], keywords=KEYWORDS)
    return frozenset(message if isinstance(message, str) else (message[0], message[1]) for _, _, message, _, _ in found)


def update_catalogs(folder: Path | None = None) -> dict[str, int]:
    """Merge the code's messages into the catalogs; return how many of each language lack a translation.

    Messages that the code no longer has are dropped, new ones are added untranslated; nothing is guessed.
    """
    template = Catalog(charset="utf-8")
    for message in sorted(extract_messages(folder), key=str):
        template.add(message)
    untranslated = {}
    for language in CATALOG_LANGUAGES:
        path = catalog_path(language)
        catalog = Catalog(locale=language, header_comment=HEADER)
        if path.exists():
            with path.open("rb") as file:
                catalog = read_po(file, locale=language)
        catalog.update(template, no_fuzzy_matching=True, keep_user_comments=True)
        catalog.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_written(catalog))
        untranslated[language] = sum(1 for entry in catalog if entry.id and not _is_translated(entry.string))
    load_translations.cache_clear()
    return untranslated


def _written(catalog: Catalog) -> bytes:
    """Return the catalog as a .po file that only changes when a message does."""
    for entry in catalog:
        entry.flags.clear()  # babel takes "95% interval" for a format of its own
    catalog.fuzzy = False
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=LINE_WIDTH, no_location=True, sort_output=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(UNSTEADY)).encode()


def _is_translated(string: str | Sequence[str] | None) -> bool:
    """Return whether every form of a translation is there."""
    return bool(string) if isinstance(string, str) else bool(string) and all(string or ())
