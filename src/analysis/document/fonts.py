"""Where the bundled fonts are, and which families a figure names: open fonts from packages, never the machine's own."""

from functools import cache
from importlib.resources import files
from pathlib import Path

LATIN = "Source Sans Pro"
CHINESE = "Noto Sans SC"


@cache
def package_fonts(package: str, folder: str, pattern: str) -> tuple[Path, ...]:
    """Return the font files of an installed package, sorted by name.

    Parameters
    ----------
    package
        Import name of the package.
    folder
        Folder inside the package, or ``"."``.
    pattern
        Glob for the file names.

    Raises
    ------
    FileNotFoundError
        Where the package holds no such file.
    """
    found = tuple(sorted((Path(str(files(package))) / folder).glob(pattern)))
    if not found:
        raise FileNotFoundError(f"the package {package} holds no font {pattern}")
    return found


def figure_font_paths() -> tuple[Path, ...]:
    """Return the static fonts that figures are drawn with: Source Sans Pro and Noto Sans SC, regular.

    Static, because a variable font's text comes out thin in an SVG and falls back to Japanese glyphs.
    """
    latin = package_fonts("font_source_sans_pro", "files", "SourceSansPro-Regular.ttf")
    return latin + package_fonts("pylopdf_fonts_zh_cn", ".", "NotoSansSC-Regular.otf")


def figure_font_families(language: str) -> list[str]:
    """Return the font families of a figure in `language` (``en``, ``zh``), in the order a renderer tries them.

    Chinese figures name the Chinese font first: its punctuation is full-width, its Latin letters are drawn to match.
    """
    return [CHINESE, LATIN] if language.lower().startswith("zh") else [LATIN, CHINESE]
