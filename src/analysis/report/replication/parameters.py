"""The bundle's params.yml: the client's declarations that the models read, over the bundle's own files."""

import io
import re
from typing import Any

from ruamel.yaml import YAML

from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec
from analysis.report.replication.extract import Release
from analysis.report.replication.files import values_back

NAME = "params"
"""Stem of the file, and so the client's id in the bundle."""
DATA = "data"
CLIENT = "[client]"
SHORTEST_NAME = 3
"""Shorter names are words of their own in other texts, and stay."""


def render_params(params: ClientParams, release: Release, as_of: str) -> str:
    """Return params.yml: no branding, no path but the bundle's own, no name of the client.

    Parameters
    ----------
    params
        The client's.
    release
        What is exported.
    as_of
        Date of the data (ISO).
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # declared as None, meant as a flag
    yaml.width = 1000
    stream = io.StringIO()
    yaml.dump(bundle_params(params, release, as_of), stream)
    return "# What the models read, as it was declared for the client.\n" + stream.getvalue()


def bundle_params(params: ClientParams, release: Release, as_of: str) -> dict[str, Any]:
    """Return the bundle's parameters as plain data."""
    survey = params.survey
    if survey is None:
        raise ValueError("there is no questionnaire")
    kept = ("confidentiality", "unit_of_analysis", "respondent_weights", "weight_kind")
    told: dict[str, Any] = {
        "name": "Replication data",
        "language": params.language,
        "as_of": as_of,
        "data_folder": ".",
        "sources": {name: _source(name, release) for name in release.tables},
        "survey": {key: getattr(survey, key) for key in kept}
        | {"wave_by": "column", "items": {key: _item(survey.items[key], params) for key in release.items}},
        "segment": "segment" if "segment" in release.tables.get("customers", ()) else None,
        "audience": params.audience,
        "money": {"currency": params.money.currency},
        "repurchase": params.repurchase.model_dump(mode="json"),
        "limits": params.limits.model_dump(mode="json") | {"max_repair_share": 1.0, "max_repair_share_by_rule": {}},
        "depth": params.depth,
        "uplift_points": params.uplift_points,
        "bootstrap_draws": params.bootstrap_draws,
        "seed": params.seed,
    }
    if params.study is not None:
        study = _given(params.study.model_dump(mode="json"))
        hypotheses = [_given(each) for each in study["hypotheses"]]
        told["study"] = study | {
            "hypotheses": [each | {"statement": without_names(each["statement"], params)} for each in hypotheses]
        }
    return told


def _given(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if value is not None}


def _source(name: str, release: Release) -> dict[str, Any]:
    source: dict[str, Any] = {"files": f"{DATA}/{name}.csv"}
    back = values_back(release.tables[name])
    return source | ({"values": back} if back else {})


def _item(item: ItemSpec, params: ClientParams) -> dict[str, Any]:
    """Return a question whose answers are coded already: on the item's own scale, higher is better."""
    told: dict[str, Any] = {"role": item.role, "scale": {"min": item.scale.min, "max": item.scale.max}}
    for key in ("wording", "label"):
        text = getattr(item, key)
        if text:
            told[key] = without_names(dict(text) if isinstance(text, dict) else text, params)
    if item.role == "recommendation":
        told["labels"] = {"0": 0}  # the loader need not ask whether 0 was offered
    return told


def without_names(text: Any, params: ClientParams) -> Any:
    """Return a text, or one by language, without the client's names and without anything that is replaced when read."""
    if isinstance(text, dict):
        return {language: without_names(each, params) for language, each in text.items()}
    names = params.name.values() if isinstance(params.name, dict) else [params.name]
    for name in sorted({name for name in names if len(name) >= SHORTEST_NAME}, key=len, reverse=True):
        text = re.sub(re.escape(name), CLIENT, text, flags=re.IGNORECASE)
    return text.replace("${", "$ {")
