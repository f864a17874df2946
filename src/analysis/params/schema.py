"""What a parameter file may say, for editors (JSON Schema) and for people (docs/parameters.md): both from the model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from analysis.params.faults import NOT_IN_FILE
from analysis.params.model import ClientParams
from analysis.params.words import Slot, describe, is_model, is_union, literals

TITLES = {"ClientParams": "The file", "ScaleWeights": "Relationship score", "FileFormat": "A file"}
"""Headings that the name of the model would not give."""

INTRODUCTION = """# Parameters

One client is one file, `params/<client>.yml`, laid over `params/defaults.yml`: mappings are merged key by key, lists
and single values are replaced. The name of the file is the client's id: lower-case letters, digits, `_` and `-`.

- `${NAME}` in a text stands for the environment variable of that name (folders, database URLs); its value never
  reaches a report. `${CLIENT}` is the client's id.
- Numbers and dates that stand where a text is expected are taken as they are written: `period: 2026` means "2026".
- YAML 1.2 holds: `no` and `yes` are texts, `false` and `true` are truth values. Dates are written 2026-01-31.
- An unknown key is an error. `audit validate <client>` lists everything that is wrong at once, with file and line.
- `audit schema` prints the JSON Schema. An editor that knows YAML completes and checks the file with it: save it as
  `params/schema.json` and begin the file with `# yaml-language-server: $schema=schema.json`.

This page is generated from the model (`analysis.params`); a test keeps it in step.
"""


def params_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a client's parameter file.

    What the loader fills in, the client's id among it, is neither required nor allowed.
    """
    schema = ClientParams.model_json_schema()
    for field in NOT_IN_FILE:
        del schema["properties"][field]
    schema["required"] = [field for field in schema["required"] if field not in NOT_IN_FILE]
    schema |= {
        "title": "Parameters of one client",
        "description": "One client's parameter file, laid over defaults.yml.",
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def parameters_markdown() -> str:
    """Return docs/parameters.md: one section for each group of parameters, one row for each key."""
    sections = [INTRODUCTION]
    for model, paths in _groups().items():
        where = "" if model is ClientParams else f"Written at {', '.join(f'`{path}`' for path in paths)}.\n\n"
        about = (model.__doc__ or "").strip().partition("\n\n")[0]
        rows = [_row(name, field) for name, field in model.model_fields.items() if name not in NOT_IN_FILE]
        header = "| key | what it may be | default | meaning |\n|---|---|---|---|\n"
        sections.append(f"## {_title(model)}\n\n{about}\n\n{where}{header}" + "\n".join(rows) + "\n")
    return "\n".join(sections)


def write_parameters_doc(path: Path) -> None:
    """Write `parameters_markdown` to `path` (UTF-8)."""
    Path(path).write_text(parameters_markdown(), encoding="utf-8")


def _groups() -> dict[type[BaseModel], list[str]]:
    """Return every group of parameters, the file itself first, with the paths at which it may be written."""
    groups: dict[type[BaseModel], list[str]] = {}

    def visit(model: type[BaseModel], path: str) -> None:
        groups.setdefault(model, []).append(path)
        if len(groups[model]) > 1:
            return
        for name, field in model.model_fields.items():
            for below, suffix in _models(Slot.of(field.annotation)):
                visit(below, f"{path}.{name}{suffix}".removeprefix("."))

    visit(ClientParams, "")
    return groups


def _models(slot: Slot, suffix: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    for member in slot.members:
        if is_model(member.annotation):
            yield member.annotation, suffix
        elif member.kind == "mapping":
            yield from _models(Slot.of(get_args(member.annotation)[1]), f"{suffix}.<name>")
        elif member.kind == "list":
            yield from _models(Slot.of(get_args(member.annotation)[0]), f"{suffix}[ ]")


def _title(model: type[BaseModel]) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in model.__name__)
    return TITLES.get(model.__name__, words.strip().removesuffix(" spec").capitalize())


def _row(name: str, field: FieldInfo) -> str:
    slot = Slot.of(field.annotation, field.metadata)
    meaning = " ".join((field.description or "").split())
    cells = (f"`{name}`", _kind(slot), _default(field), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _kind(slot: Slot) -> str:
    """Return `describe`, with links in place of the keys of other groups and literals set as code."""
    nullable = ", or null" if slot.nullable else ""
    if is_model(slot.annotation):
        return f"see {_link(slot.annotation)}{nullable}"
    if values := literals(slot.annotation):
        return ", ".join(f'`"{value}"`' if not value.strip(" ,.'") else f"`{value}`" for value in values) + nullable
    if any(True for _ in _models(slot)):
        if is_union(slot.annotation):
            return " or ".join(_kind(member) for member in slot.members) + nullable
        arguments = get_args(slot.annotation)
        inner = _kind(Slot.of(arguments[-1])).removeprefix("see ")
        if slot.kind == "list":
            return f"a list of {inner}{nullable}"
        names = ", ".join(f"`{value}`" for value in literals(Slot.of(arguments[0]).annotation)) or "a name"
        return f"a mapping of {names} to {inner}{nullable}"
    return describe(slot)


def _link(model: type[BaseModel]) -> str:
    title = _title(model)
    return f"[{title}](#{title.lower().replace(' ', '-')})"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or isinstance(value, BaseModel):
        return "its defaults"
    if value is None:
        return "null"
    return f"`{json.dumps(value, ensure_ascii=False)}`" if value not in ({}, [], "") else "none"
