"""A study's tables as files: LaTeX with booktabs, HTML that survives pasting into Word, and CSV with unrounded numbers.

A client's text is data in each of them: escaped in LaTeX and HTML, and no formula in a spreadsheet.
"""

import csv
import html
import io
import re

from analysis.document.study.tables import write_cell
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.report.audit_json import SIGNIFICANT_DIGITS
from analysis.study.evidence import Cell, NumberTable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""
BYTE_ORDER_MARK = "\ufeff"
"""Begins the CSV files: without it a spreadsheet reads Chinese as gibberish."""

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "−": "$-$", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$", "→": r"$\to$",
    "×": r"$\times$", "²": r"\textsuperscript{2}", "τ": r"$\tau$", "χ": r"$\chi$", "Δ": r"$\Delta$", "–": "--",
    "…": r"\ldots{}",
}  # fmt: skip
_TO_ESCAPE = re.compile("|".join(map(re.escape, _LATEX)))
_CELL_STYLE = "padding:2pt 6pt;font-size:10pt;"


def render_latex(table: NumberTable, t: Translator) -> str:
    """Return a table as LaTeX: a booktabs tabular in a table environment, numbers flush right.

    Chinese text needs XeLaTeX or LuaLaTeX with ctex; a comment says so.
    """
    columns = "".join("l" if column.form == "text" else "r" for column in table.columns)
    lines = [r"% \usepackage{booktabs}"]
    if t.language == "zh":
        lines.append(r"% \usepackage{ctex} % XeLaTeX, LuaLaTeX")
    lines += [
        r"\begin{table}",
        r"\caption{" + escape_latex(t(table.title)) + "}",
        r"\label{tab:" + table.key + "}",
        r"\begin{tabular}{" + columns + "}",
        r"\toprule",
        " & ".join(escape_latex(t(column.title)) for column in table.columns) + r" \\",
        r"\midrule",
        *(" & ".join(escape_latex(text) for text in row) + r" \\" for row in _texts(table, t)),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    lines += [r"\par\footnotesize " + escape_latex(t(note)) for note in table.notes]
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def escape_latex(text: str) -> str:
    r"""Return a text in which nothing is LaTeX.

    >>> escape_latex("R&D 5% _x_")
    'R\\&D 5\\% \\_x\\_'
    """
    return _TO_ESCAPE.sub(lambda found: _LATEX[found.group()], clean_text(text))


def render_word_html(table: NumberTable, t: Translator) -> str:
    """Return a table as an HTML page: three rules, every style inline, so that Word keeps it when it is pasted."""
    title, language = html.escape(t(table.title)), "zh-CN" if t.language == "zh" else "en"
    header = "".join(
        f'<th style="{_CELL_STYLE}text-align:{_align(column.form)};border-top:1.5pt solid #000;'
        f'border-bottom:0.75pt solid #000;font-weight:normal;vertical-align:bottom">{html.escape(t(column.title))}</th>'
        for column in table.columns
    )
    rows = _texts(table, t)
    body = "".join(_html_row(table, row, last=index == len(rows) - 1) for index, row in enumerate(rows))
    notes = "".join(f'<p style="font-size:9pt;margin:4pt 0 0">{html.escape(t(note))}</p>' for note in table.notes)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="font-family:\'Times New Roman\',SimSun,serif">\n<p style="font-size:10pt"><i>{title}</i></p>\n'
        f'<table style="border-collapse:collapse"><thead><tr>{header}</tr></thead>\n<tbody>\n{body}</tbody></table>\n'
        f"{notes}\n</body></html>\n"
    )


def _html_row(table: NumberTable, row: tuple[str, ...], *, last: bool) -> str:
    rule = "border-bottom:1.5pt solid #000;" if last else ""
    cells = "".join(
        f'<td style="{_CELL_STYLE}{rule}text-align:{_align(column.form)};vertical-align:top">{html.escape(text)}</td>'
        for column, text in zip(table.columns, row, strict=True)
    )
    return f"<tr>{cells}</tr>\n"


def _align(form: str) -> str:
    return "left" if form == "text" else "right"


def render_csv(table: NumberTable, t: Translator) -> str:
    """Return a table as CSV: names of columns as keys, numbers with twelve digits and a point, empty where none."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(cell, t) for cell in row])
    return BYTE_ORDER_MARK + stream.getvalue()


def _plain(cell: Cell, t: Translator) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return f"{cell:.{SIGNIFICANT_DIGITS}g}"
    return harmless(clean_text(t(cell)))


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows as it is, whatever it begins with.

    >>> harmless("=1+1"), harmless("Retail")
    ("'=1+1", 'Retail')
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _texts(table: NumberTable, t: Translator) -> list[tuple[str, ...]]:
    forms = [column.form for column in table.columns]
    return [
        tuple(clean_text(write_cell(cell, form, t)) for cell, form in zip(row, forms, strict=True))
        for row in table.rows
    ]
