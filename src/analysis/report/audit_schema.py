"""The published JSON Schema of audit.json."""

import json
from importlib.resources import files
from typing import Any


def load_audit_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every audit.json obeys."""
    schema: dict[str, Any] = json.loads(files("analysis.report").joinpath("audit.schema.json").read_text("utf-8"))
    return schema
