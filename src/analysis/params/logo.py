"""The client's logo as a data URI, so that documents stay one file and nothing of this machine is in them."""

import base64
from pathlib import Path

from analysis.errors import Fault, ParamsError

MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
MAX_BYTES = 2_000_000


def load_logo(logo: str | None, params_file: Path) -> str:
    """Return the logo as a data URI, or the empty string where none is declared.

    Parameters
    ----------
    logo
        Path relative to the parameter file (.svg or .png), or None.
    params_file
        The client's parameter file.

    Raises
    ------
    ParamsError
        If the file is missing, of another kind, or above 2 MB.
    """
    if logo is None:
        return ""
    path = params_file.parent / logo
    if path.suffix.lower() not in MEDIA_TYPES:
        raise ParamsError([_fault(logo, params_file, "must be an .svg or .png file", path.suffix or "no suffix")])
    if not path.is_file():
        raise ParamsError([_fault(logo, params_file, "must exist", "no such file")])
    content = path.read_bytes()
    if len(content) > MAX_BYTES:
        raise ParamsError([_fault(logo, params_file, "must be at most 2 MB", f"{len(content) / 1e6:.1f} MB")])
    encoded = base64.b64encode(content).decode("ascii")
    return f"data:{MEDIA_TYPES[path.suffix.lower()]};base64,{encoded}"


def _fault(logo: str, params_file: Path, rule: str, found: str) -> Fault:
    return Fault(
        what=f"branding.logo '{logo}'", rule=rule, found=found, where=f"{params_file.parent.name}/{params_file.name}"
    )
