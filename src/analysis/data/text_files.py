"""Reads delimited text files in their declared encoding, and says which encoding it would have been."""

import gzip
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.paths import NamedFile
from analysis.data.raw import Raw, first_of_each, with_provenance
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    from analysis.params.sources import FileFormat

MIN_UTF8_SEQUENCES = 4
"""So many valid multi-byte sequences and no invalid one are no accident: the file is UTF-8."""
COMMON_SHARE = 0.9
"""Share of characters in common use among the non-ASCII ones from which a decoding as GB18030 is believed."""
SAMPLE = 1_000_000
"""Characters judged when an encoding is guessed."""


def read_text_file(file: NamedFile, spec: "FileFormat", *, what: str) -> Raw:
    """Return a delimited text file, every column as text.

    Raises
    ------
    DataError
        For a wrong encoding, an empty file, a wrong separator, or rows longer than the header.
    """
    separator = spec.separator or ("\t" if ".tsv" in file.path.name.lower() else ",")
    encoding = "utf-8-sig" if spec.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else spec.encoding
    _refuse_disguised_utf8(file, encoding, what)
    try:
        with warnings.catch_warnings():
            # a row longer than the header would lose data with a mere warning
            warnings.simplefilter("error", pd.errors.ParserWarning)
            header, body = _parse(file, spec.header_row, separator, encoding)
    except UnicodeError as error:
        raise DataError([_wrong_encoding(file, spec.encoding, what)]) from error
    except pd.errors.EmptyDataError as error:
        rule, found = "must have a row of column names", "an empty file"
        raise DataError([Fault(what=what, rule=rule, found=found, where=file.name)]) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, gzip.BadGzipFile, EOFError) as error:
        raise DataError([_malformed(file, what, error)]) from error
    if len(header) == 1:
        refuse_wrong_separator(header[0], file, separator, what)
    keep, repeated = first_of_each(header)
    frame = body.iloc[:, keep]
    frame.columns = pd.Index([header[position] for position in keep])
    filled = body.notna().any(axis=1).to_numpy()
    located = with_provenance(frame, file.name, first_row=spec.header_row + 2)
    if not filled.all():
        located = located.loc[filled].reset_index(drop=True)
    return Raw(frame=located, columns=tuple(frame.columns), repeated=repeated - {""})


def _parse(file: NamedFile, header_row: int, separator: str, encoding: str) -> tuple[list[str], pd.DataFrame]:
    options: dict = {
        "sep": separator,
        "encoding": encoding,
        "header": None,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [""],
        # blank lines stay, so that a row's number is its line in the file (unless a quoted text holds line breaks)
        "skip_blank_lines": False,
    }
    first = pd.read_csv(file.path, skiprows=header_row, nrows=1, **options)
    header = ["" if pd.isna(name) else str(name).strip() for name in first.iloc[0]]
    try:
        body = pd.read_csv(
            file.path, skiprows=header_row + 1, names=range(len(header)), index_col=False, low_memory=False, **options
        )
    except pd.errors.EmptyDataError:
        body = pd.DataFrame({position: pd.Series(dtype="str") for position in range(len(header))})
    return header, body


def refuse_wrong_separator(name: str, file: NamedFile, separator: str, what: str) -> None:
    """Raise `DataError` where the one column name there is holds another separator."""
    for other in (";", "\t", ",", "|"):
        if other != separator and name.count(other) >= 1:
            written = {"\t": "\\t"}.get(other, other)
            raise DataError(
                [
                    Fault(
                        what=what,
                        rule="must have columns parted by the declared separator",
                        found=f"one column '{name[:40]}'",
                        where=file.name,
                        hint=f"probably `separator: '{written}'`",
                    )
                ]
            )


def _malformed(file: NamedFile, what: str, error: Exception) -> Fault:
    found = str(error).replace("Error tokenizing data. C error: ", "").strip()
    return Fault(
        what=what,
        rule="must have the same columns in every row",
        found=found[:120],
        where=file.name,
        hint="a text that holds the separator needs quotes, or the separator is another",
    )


def _content(file: NamedFile) -> bytes:
    if file.path.suffix.lower() == ".gz":
        with gzip.open(file.path) as handle:
            return handle.read()
    return file.path.read_bytes()


def _refuse_disguised_utf8(file: NamedFile, encoding: str, what: str) -> None:
    """Refuse UTF-8 declared as something else: most encodings read it without complaint, as nonsense."""
    if encoding.lower().startswith(("utf", "ascii")):
        return
    try:
        text = _content(file).decode("utf-8-sig")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
        return
    if sum(not character.isascii() for character in text[:SAMPLE]) >= MIN_UTF8_SEQUENCES:
        raise DataError(
            [
                Fault(
                    what=what,
                    rule=f"must be encoded as declared ({encoding})",
                    found="valid UTF-8",
                    where=file.name,
                    hint="declare `encoding: utf-8`",
                )
            ]
        )


def _wrong_encoding(file: NamedFile, declared: str, what: str) -> Fault:
    content = _content(file)
    try:
        content.decode(declared)
        position, found = 0, "undecodable bytes"
    except UnicodeDecodeError as error:
        position = error.start
        found = f"byte 0x{content[position]:02x} at position {position}"
    line = content[:position].count(b"\n") + 1
    guess = likely_encoding(content)
    return Fault(
        what=what,
        rule=f"must be encoded as declared ({declared})",
        found=found,
        where=f"{file.name}, line {line}",
        hint=f"it reads as `encoding: {guess}`" if guess else "",
    )


def likely_encoding(content: bytes) -> str | None:
    """Return the encoding that reads `content` as sensible text: by byte-order mark, validity and script."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8", "gb18030", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _common_hanzi(text[:SAMPLE]) >= COMMON_SHARE:
            return encoding
    return None


def _common_hanzi(text: str) -> float:
    """Return the share of the non-ASCII characters that GB 2312, the set of those in common use, has.

    Western accents followed by a letter also decode as GB18030, but to rare characters outside that set.
    """
    foreign = "".join(character for character in text if not character.isascii())
    common = foreign.encode("gb2312", errors="ignore").decode("gb2312")
    return len(common) / len(foreign) if foreign else 0.0
