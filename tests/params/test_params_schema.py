"""The schema and the page describe exactly the model."""

import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from analysis.params.model import ClientParams
from analysis.params.schema import parameters_markdown, params_schema, write_parameters_doc

ROOT = Path(__file__).parents[2]
VALID = {"name": "Acme", "sources": {"transactions": {"files": "orders.csv"}}}


def test_the_schema_is_a_schema_and_takes_a_sound_file():
    schema = params_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(VALID, schema)
    jsonschema.validate(
        VALID | {"sources": {"transactions": [{"files": ["a.csv", "b.csv"]}]}, "name": {"zh": "甲"}}, schema
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"client": "acme"},
        {"environment": {}},
        {"params_file": "x"},
        {"languge": "en"},
        {"language": "fr"},
        {"limits": {"small_cell": 1}},
        {"name": {"fr": "x"}},
        {"sources": {"orders": {"files": "a"}}},
        {"money": {"currency": "euro"}},
    ],
)
def test_the_schema_refuses_what_the_model_refuses(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(VALID | wrong, params_schema())


def test_the_schema_needs_no_client_id_and_no_default():
    assert params_schema()["required"] == ["name", "sources"]


def test_everything_in_the_schema_is_titled_and_described():
    schema = params_schema()
    groups = [schema, *schema["$defs"].values()]
    assert len(groups) > 15
    for group in groups:
        assert group["title"]
        assert group["description"]
        for name, field in group["properties"].items():
            assert field.get("description"), f"{group['title']}.{name}"


def test_the_defaults_that_ship_fit_the_schema_on_their_own():
    defaults = YAML(typ="safe").load((ROOT / "params" / "defaults.yml").read_text(encoding="utf-8"))
    jsonschema.validate(defaults, params_schema() | {"required": []})


def test_the_page_is_in_step_with_the_model(tmp_path):
    write_parameters_doc(tmp_path / "parameters.md")
    assert (tmp_path / "parameters.md").read_bytes() == (ROOT / "docs" / "parameters.md").read_bytes()


def test_the_page_has_a_row_for_every_key_and_every_link_leads_somewhere():
    page = parameters_markdown()
    schema = params_schema()
    rows = re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)
    keys = [name for group in [schema, *schema["$defs"].values()] for name in group["properties"]]
    assert sorted(rows) == sorted(keys)
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", page, flags=re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) <= headings


def test_the_page_says_what_required_ranged_and_chosen_values_are():
    page = parameters_markdown()
    assert "| `name` | text, or one text per language {en: ..., zh: ...} | required | The client's name. |" in page
    assert "| `fiscal_year_start` | a whole number from 1 to 12 | `1` | First month of the fiscal year. |" in page
    assert "| `audience` | `internal`, `external` |" in page


def test_every_field_of_the_model_can_be_written_except_what_the_loader_fills_in():
    written = set(params_schema()["properties"])
    assert set(ClientParams.model_fields) - written == {"client", "params_file", "environment"}
