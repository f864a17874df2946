"""The audit as JSON: the one file that the portfolio, the monitoring and outside tools read."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

FILE_NAME = "audit.json"
# Sums differ in their last bits between processors; twelve digits agree (docs/architecture.md).
SIGNIFICANT_DIGITS = 12


class HasToDict(Protocol):
    """Anything that can describe itself as plain data, such as a `ClientAudit`."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""


def write_audit_json(audit: HasToDict, folder: Path | str) -> None:
    """Write `audit` as ``audit.json`` into `folder`; do nothing where `folder` is empty (a notebook run by hand).

    Raises
    ------
    ValueError
        A number is not finite: results say `NotEstimable` instead.
    TypeError
        A value has no place in JSON.
    """
    if str(folder):
        Path(folder, FILE_NAME).write_text(render_audit_json(audit), encoding="utf-8")


def render_audit_json(audit: HasToDict) -> str:
    """Return `audit` as JSON text: the same text for the same results, in the results' own order of keys."""
    return json.dumps(_plain(audit.to_dict(), "audit"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _plain(value: Any, path: str) -> Any:
    """Return `value` with JSON's own types only, floats rounded; `path` says where in an error."""
    if hasattr(value, "to_dict"):
        return _plain(value.to_dict(), path)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dt.datetime):  # pandas' Timestamp too; the canonical tables know days only
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item"):  # numpy's scalars
        return _plain(value.item(), path)
    if isinstance(value, float):
        return _rounded(value, path)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{path} holds a {type(value).__name__}, which JSON cannot")


def _rounded(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{path} is {value}: a result without a number must say NotEstimable")
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0  # never a negative zero
