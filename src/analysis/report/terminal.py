"""Tables for a terminal: they fit its width, Chinese included, and nothing in them can command it."""

import unicodedata
from collections.abc import Iterable, Sequence

from analysis.errors import Fault

MIN_COLUMN = 8
"""Narrower columns cannot be read: below that, rows are written as blocks of lines."""
_GAP = "  "
# Control characters, invisible marks that turn text around, and line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FAULT_HEADERS = ("What", "Rule", "Found", "Where", "Hint")


def render_faults(title: str, faults: Sequence[Fault], width: int) -> str:
    """Return all faults as one table no wider than `width`, below a line that says how many there are."""
    rows = [(fault.what, fault.rule, fault.found, fault.where, fault.hint) for fault in faults]
    count = "1 fault" if len(rows) == 1 else f"{len(rows)} faults"
    return f"{title}: {count}\n\n{render_table(FAULT_HEADERS, rows, width)}"


def render_table(headers: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> str:
    """Return a table of texts whose lines are at most `width` columns wide.

    Parameters
    ----------
    headers, rows
        Texts as they are; unsafe characters are shown as escapes. A column that is empty throughout is left out.
    width
        Columns of the terminal; a wide (East Asian) character takes two.
    """
    cells = [[escape_controls(text) for text in row] for row in rows]
    used = [index for index in range(len(headers)) if any(row[index] for row in cells)]
    if not used:
        return ""
    table = [[headers[index] for index in used], *([row[index] for index in used] for row in cells)]
    wanted = [max(display_width(row[index]) for row in table) for index in range(len(used))]
    widths = _column_widths(wanted, width - len(_GAP) * (len(used) - 1))
    if any(given < min(need, MIN_COLUMN) for given, need in zip(widths, wanted, strict=True)):
        return _as_blocks(table, width)
    rule = [["-" * column for column in widths]]
    return "\n".join(line for row in [table[0], *rule, *table[1:]] for line in _row_lines(row, widths))


def escape_controls(text: str) -> str:
    """Return `text` with every character that could move the cursor or turn the text around shown as an escape."""
    return "".join(_escaped(char) if unicodedata.category(char) in _UNSAFE else char for char in text)


def display_width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(_char_width(char) for char in text)


def wrap(text: str, width: int) -> list[str]:
    """Break `text` into lines of at most `width` columns: at spaces, between wide characters, or inside long words."""
    lines, line = [], ""
    for word in _words(text):
        if display_width(line) + display_width(word.rstrip()) <= width:
            line += word
            continue
        if line.strip():
            lines.append(line.rstrip())
        *full, line = _pieces(word, width)
        lines += full
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _words(text: str) -> list[str]:
    """Return the pieces between which a line may break; each keeps the space after it."""
    words, word = [], ""
    for char in text:
        if word and (word[-1] == " " != char or _char_width(char) == 2 or _char_width(word[-1]) == 2) and char != " ":
            words.append(word)
            word = ""
        word += char
    return [*words, word] if word else words


def _pieces(word: str, width: int) -> list[str]:
    """Cut a word that is wider than a line."""
    pieces, piece = [], ""
    for char in word:
        if piece and display_width(piece) + _char_width(char) > width and char != " ":
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def _column_widths(wanted: Sequence[int], available: int) -> list[int]:
    """Give narrow columns what they need, and share the rest evenly among the wide ones."""
    widths = [0] * len(wanted)
    left, open_columns = available, sorted(range(len(wanted)), key=lambda index: wanted[index])
    while open_columns:
        column = open_columns.pop(0)
        widths[column] = max(1, min(wanted[column], left // (len(open_columns) + 1)))
        left -= widths[column]
    return widths


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [wrap(text, width) for text, width in zip(row, widths, strict=True)]
    height = max(len(lines) for lines in cells)
    filled = [lines + [""] * (height - len(lines)) for lines in cells]
    return [_GAP.join(map(_padded, parts, widths)).rstrip() for parts in zip(*filled, strict=True)]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _as_blocks(table: Sequence[Sequence[str]], width: int) -> str:
    """Write every row as lines of "header: text", for terminals too narrow for columns."""
    headers, *rows = table
    blocks = [[f"{header}: {text}" for header, text in zip(headers, row, strict=True) if text] for row in rows]
    return "\n\n".join("\n".join(line for text in block for line in wrap(text, max(width, 1))) for block in blocks)
