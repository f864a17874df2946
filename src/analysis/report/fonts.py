"""The fonts of the PDF: which families, in which order, and which characters each of them can show."""

import shutil
import struct
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from fontTools.ttLib import TTFont

from analysis.document.fonts import CHINESE, LATIN, figure_font_paths, package_fonts

CJK = "Noto Sans CJK SC"
_CJK_INDEX = 2  # of the simplified Chinese face in the collection
_FIGURE_FACE = "NotoSansSC-Regular.otf"


@cache
def text_font_files() -> tuple[tuple[str, Path, int], ...]:
    """Return family, file and face index of every font that text may use, in the order they are tried.

    Only one file per family and weight: where a package brings a face twice, which of the two is used would depend on
    the order in which the machine lists a folder.
    """
    latin = package_fonts("font_source_sans_pro", "files", "SourceSansPro-Regular.otf")[0]
    cjk = package_fonts("manimgx_fonts_cjk", ".", "*.ttc")[0]
    scripts = [path for path in package_fonts("manimgx_fonts", ".", "*.ttf") if "Italic" not in path.name]
    # Noto Sans (Greek, Cyrillic, accents) before the single scripts, emoji and symbols last: they hold stray letters.
    scripts.sort(key=lambda path: (_family(path) in ("Noto Sans Symbols", "Noto Emoji"), _family(path)))
    return ((LATIN, latin, -1), (CJK, cjk, _CJK_INDEX), *((_family(path), path, -1) for path in scripts))


@cache
def font_families() -> tuple[str, ...]:
    """Return the names of the text's families, in the order they are tried."""
    return tuple(family for family, _, _ in text_font_files())


@cache
def _family(path: Path) -> str:
    with closing(TTFont(path, lazy=True)) as font:
        return str(font["name"].getBestFamilyName())


@cache
def covered_by(index: int) -> frozenset[int]:
    """Return the code points that the `index`-th of the text's fonts has a glyph for."""
    _, path, face = text_font_files()[index]
    with closing(TTFont(path, fontNumber=face, lazy=True)) as font:
        return _coverage(font)


def _coverage(font: TTFont) -> frozenset[int]:
    """Read the character map; large fonts are read by ranges, since naming their 45,000 glyphs takes 0.2 s."""
    raw: bytes = font.reader["cmap"]
    (count,) = struct.unpack_from(">H", raw, 2)
    offsets = {struct.unpack_from(">HHI", raw, 4 + 8 * i)[2] for i in range(count)}
    full = [offset for offset in sorted(offsets) if struct.unpack_from(">H", raw, offset)[0] == 12]
    if not full:
        return frozenset(font.getBestCmap())
    (groups,) = struct.unpack_from(">I", raw, full[0] + 12)
    body = raw[full[0] + 16 : full[0] + 16 + 12 * groups]
    covered: set[int] = set()
    for first, last, _ in struct.iter_unpack(">III", body):
        covered.update(range(first, last + 1))
    return frozenset(covered)


@cache
def figure_coverage() -> tuple[frozenset[int], ...]:
    """Return the code points of the figures' two fonts: Source Sans Pro, Noto Sans SC."""
    found = []
    for path in figure_font_paths():
        with closing(TTFont(path, lazy=True)) as font:
            found.append(_coverage(font))
    return tuple(found)


FIGURE_FAMILIES = (LATIN, CHINESE)


@cache
def typst_fonts() -> typst.Fonts:
    """Return the fonts for the Typst compiler, loaded once; nothing of the machine's own, nothing embedded.

    Typst searches folders only, so the wanted files are gathered in one for the moment of loading.
    """
    wanted = [path for _, path, _ in text_font_files()]
    wanted += package_fonts("font_source_sans_pro", "files", "SourceSansPro-*.otf")
    wanted += package_fonts("manimgx_fonts", ".", "*Italic*.ttf")
    wanted += package_fonts("pylopdf_fonts_zh_cn", ".", _FIGURE_FACE)
    with TemporaryDirectory(prefix="relationship-audit-fonts-") as folder:
        for path in dict.fromkeys(wanted):
            _place(path, Path(folder) / path.name)
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _place(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError:  # a file system without symbolic links
        shutil.copyfile(source, target)
