"""What the results that are more than one number have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Base of the results below: frozen data that turn themselves into JSON-ready dicts."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data, nested results included; data frames are left out."""
        return {key: _plain(value) for key, value in vars(self).items() if not isinstance(value, pd.DataFrame)}


def _plain(value: Any) -> Any:
    """Turn nested results, mappings and tuples into dicts and lists."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
