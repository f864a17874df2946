"""The codebook: every column of every file, for a program (CSV) and for a reader (Markdown)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.document.translate import Translator
from analysis.messages import Message
from analysis.params.base import Language, localized
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.report.replication import wording
from analysis.report.replication.extract import Release
from analysis.report.replication.files import render_rows
from analysis.report.replication.parameters import without_names

COLUMNS = (
    "file", "column", "role", "meaning", "meaning_en", "question", "question_en", "scale_min", "scale_max", "direction",
    "direction_en", "missing", "missing_en", "unit", "unit_en", "n", "share_missing", "min", "max", "mean", "levels",
)  # fmt: skip
MOST_LEVELS = 12
ROLES = {"response_id": "key", "account": "cluster", "group": "cluster", "loyalty_index": "outcome",
         "ordered_answer": "outcome", "bought": "outcome", "weight": "weight"}  # fmt: skip
ANALYSIS = "analysis_"
DECIMALS = 6


def describe_columns(files: Mapping[str, pd.DataFrame], release: Release, params: ClientParams) -> list[dict[str, Any]]:
    """Return one row for each column of each file, with `COLUMNS`.

    Parameters
    ----------
    files
        Name without .csv -> content, the canonical tables and the rows of the regressions.
    release
        What is exported.
    params
        The client's.
    """
    items = {key: params.survey.items[key] for key in release.items} if params.survey else {}
    own, english = Translator(params.language), Translator("en")
    rows = []
    for name, frame in files.items():
        for column in frame.columns:
            item = items.get(column) if name == "survey" else None
            told = _item_row(item, params, own, english) if item else _plain_row(name, column, own, english)
            rows.append({"file": f"data/{name}.csv", "column": column} | told | _summary(frame[column], column))
    return rows


def _both(key: str, message: Message | None, own: Translator, english: Translator) -> dict[str, str]:
    return {key: own(message), f"{key}_en": english(message)} if message else {}


def _item_row(item: ItemSpec, params: ClientParams, own: Translator, english: Translator) -> dict[str, Any]:
    def text(language: Language) -> str:
        return str(without_names(localized(item.wording or item.label, language), params))

    turned = item.scale.direction == "lower_is_better"
    return (
        {"role": item.role, "question": text(params.language), "question_en": text("en")}
        | {"scale_min": item.scale.min, "scale_max": item.scale.max}
        | _both("meaning", wording.QUESTION, own, english)
        | _both("direction", wording.TURNED if turned else wording.HIGHER, own, english)
        | _both("missing", wording.EMPTY, own, english)
    )


def _plain_row(name: str, column: str, own: Translator, english: Translator) -> dict[str, Any]:
    meaning = wording.MEANINGS.get(column)
    if meaning is None:
        return {"role": "predictor"} | _both("meaning", wording.PREDICTOR, own, english)
    role = ROLES.get(column, "id" if column.endswith("_id") else "attribute")
    return (
        {"role": role}
        | _both("meaning", meaning, own, english)
        | _both("missing", None if name.startswith(ANALYSIS) else wording.EMPTY_VALUE, own, english)
        | _both("unit", wording.UNITS.get(column), own, english)
    )


def _summary(values: pd.Series, column: str) -> dict[str, Any]:
    """Return n, share missing, and range and mean of numbers, range of days, or the levels of labels."""
    known = values.dropna()
    found: dict[str, Any] = {"n": len(known), "share_missing": round(1 - len(known) / max(len(values), 1), DECIMALS)}
    if known.empty:
        return found
    if pd.api.types.is_bool_dtype(known):
        return found | {"levels": "false; true"}
    if pd.api.types.is_datetime64_any_dtype(known):
        return found | {"min": known.min().date().isoformat(), "max": known.max().date().isoformat()}
    if pd.api.types.is_numeric_dtype(known):
        numbers = known.astype(float)
        return found | {key: round(float(getattr(numbers, key)()), DECIMALS) for key in ("min", "max", "mean")}
    levels = sorted(set(known.astype(str)))
    if column.endswith("_id") or len(levels) > MOST_LEVELS:
        return found
    return found | {"levels": "; ".join(levels)}


def render_codebook(rows: list[dict[str, Any]]) -> str:
    """Return the codebook as CSV."""
    return render_rows(COLUMNS, [[row.get(column) for column in COLUMNS] for row in rows])


def render_codebook_page(rows: list[dict[str, Any]], release: Release, params: ClientParams) -> str:
    """Return the codebook as Markdown: in the client's language, the English below."""
    languages: tuple[Language, ...] = ("en",) if params.language == "en" else (params.language, "en")
    return "\n".join(_page(rows, release, params, language) for language in languages)


def _page(rows: list[dict[str, Any]], release: Release, params: ClientParams, language: Language) -> str:
    t = Translator(language)
    suffix = "_en" if language == "en" else ""
    lines = [f"# {t(wording.CODEBOOK)}", ""]
    for heading, paragraphs in (
        (wording.CHANGES, wording.describe_changes(release, params)),
        (wording.RISKS, wording.describe_risks(release, params)),
        (wording.GROUPS, wording.describe_cells(release.cells)),
    ):
        lines += [f"## {t(heading)}", "", *(f"- {t(paragraph)}" for paragraph in paragraphs), ""]
    for file in dict.fromkeys(row["file"] for row in rows):
        name = file.removeprefix("data/").removesuffix(".csv")
        lines += [f"## `{file}`", "", t(wording.TABLE_NAMES[name]), "", *_table_head(t)]
        lines += [_table_row(row, suffix) for row in rows if row["file"] == file]
        lines.append("")
    return "\n".join(lines)


def _table_head(t: Translator) -> list[str]:
    titles = [t(title) for title in wording.HEADINGS]
    return ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]


def _table_row(row: dict[str, Any], suffix: str) -> str:
    def told(key: str) -> str:
        return str(row.get(key + suffix, row.get(key, "")) or "")

    spread = f"{row['scale_min']:g}–{row['scale_max']:g}" if "scale_min" in row else told("unit")
    scale = "; ".join(part for part in (spread, told("direction")) if part)
    values = row.get("levels") or "–".join(str(row[key]) for key in ("min", "max") if key in row)
    if "mean" in row:
        values += f" (⌀ {row['mean']:g})"
    missing = f"{100 * row['share_missing']:.1f}%"
    meaning = ": ".join(part for part in (told("meaning"), told("question")) if part)
    cells = [f"`{row['column']}`", str(row.get("role", "")), meaning, scale, str(row["n"]), missing, values]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Return a text that stays within its cell and is no markup."""
    flat = " ".join(text.split())
    for mark in ("\\", "|", "<", "["):
        flat = flat.replace(mark, f"\\{mark}")
    return flat
