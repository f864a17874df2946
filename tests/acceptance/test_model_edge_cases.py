"""Awkward data through the whole audit: what can be estimated is, the rest is refused in words, and every page is written."""

import json
import re
from dataclasses import replace

import jsonschema
import pytest
from edge_clients import CASES, ordinary_client, write_client

from analysis.audit import run_audit
from analysis.document.compose import compose_document
from analysis.document.html import render_block
from analysis.errors import DataError
from analysis.report.audit_json import render_audit_json
from analysis.report.audit_schema import load_audit_schema

SCHEMA = jsonschema.Draft202012Validator(load_audit_schema())
QUESTIONS = ("drivers", "shape", "behaviour", "mediation", "moderation", "panel", "prediction", "uplift")
MODELS = ("loyalty_model", "repurchase_model")
SAME_SATISFACTION = "gave the same satisfaction"
NO_SURVEY = "no survey answer about satisfaction"
ANONYMOUS = "The survey is anonymous: answers cannot be joined"
NO_ORDERS = "There are no orders"
NOBODY = "Nobody bought again"
EVERYBODY = "Everybody bought again"
FEW_BUYERS = "the model needs at least {needed:int}"
NO_LOYALTY = "does not ask about loyalty"
SAME_PARTS = "rate the parts of the service the same"


def refused(reason, *keys):
    return dict.fromkeys(keys, reason)


CONSTANT = refused(
    SAME_SATISFACTION, "loyalty_model", "repurchase_model", "shape", "mediation", "moderation", "prediction"
) | {"panel": "No account's satisfaction changed", "uplift": "Everybody gave the same answer"}
REFUSED = {
    "ordinary": {},
    "constant satisfaction": CONSTANT,
    "constant satisfaction, unequal weights": CONSTANT,
    "constant driver": {},
    "constant drivers": refused(SAME_PARTS, "drivers", "uplift"),
    "collinear drivers": {},
    "constant loyalty": {"prediction": "gave the same recommendation"},
    "satisfaction is loyalty": {},
    "everything at the ceiling": CONSTANT | refused(SAME_PARTS, "drivers", "uplift"),
    "complete separation": {"mediation": "almost without exception"},
    "quasi-complete separation": {"mediation": "almost without exception"},
    "segment of four": {},
    "no common respondent": {"panel": "No account answered in more than one wave"},
    "nobody buys again": refused(NOBODY, "repurchase_model", "mediation", "uplift"),
    "everybody buys again": refused(EVERYBODY, "repurchase_model", "mediation", "uplift"),
    "forty drivers": refused(FEW_BUYERS, "repurchase_model", "mediation")
    | {"uplift": "to tell {count:int} questions apart", "panel": "only one wave"},
    "no drivers": refused("does not ask about single parts", "drivers", "uplift"),
    "no loyalty": refused(NO_LOYALTY, "loyalty_model", "shape", "mediation", "moderation", "panel")
    | {"prediction": "does not ask whether customers would recommend"},
    "no intention": {},
    "anonymous": refused(ANONYMOUS, "repurchase_model", "behaviour", "mediation", "prediction", "uplift")
    | {"panel": "No account answered in more than one wave"},
    "survey only": refused(NO_ORDERS, "repurchase_model", "behaviour", "mediation", "prediction", "uplift"),
    "orders only": refused(NO_SURVEY, *MODELS, *set(QUESTIONS) - {"drivers", "uplift"})
    | {"drivers": "does not ask about single parts", "uplift": NO_SURVEY},
    "one wave": {"panel": "only one wave"},
    "a silent respondent": {},
    "returns only": refused(NO_ORDERS, "repurchase_model", "behaviour", "mediation", "prediction", "uplift"),
    "revenue of zero": {},
    "huge ids": {},
}
"""The questions that a client's data do not carry, with the core of the reason; every other one must be answered."""
INSIDE = {
    "ordinary": {},
    "constant satisfaction": {"drivers.satisfaction": "alike in this", "behaviour.count": SAME_SATISFACTION},
    "constant loyalty": {"drivers.nps": "alike in this", "mediation.serial": "gave the same answer"},
    "satisfaction is loyalty": {"mediation.serial": "does not vary apart from the rest"},
    "complete separation": {"prediction.nps.repurchase": "too cleanly"},
    "quasi-complete separation": {"prediction.nps.repurchase": "too cleanly"},
    "segment of four": {"moderation.segments.segments.3.own": "withheld to protect them"},
    "nobody buys again": {
        "behaviour.count": "Nobody ordered after answering",
        "moderation.repurchase": NOBODY,
        "shape.buying": NOBODY,
        "robustness.repurchase_curve": NOBODY,
    },
    "everybody buys again": {
        "behaviour.intention": "bought again within",
        "moderation.repurchase": EVERYBODY,
        "robustness.repurchase_curve": EVERYBODY,
    },
    "forty drivers": {"drivers.satisfaction": "to tell {count:int} questions apart"},
    "no loyalty": {"robustness.loyalty_curve": NO_LOYALTY, "behaviour.intention": "Nobody was asked"},
    "no intention": {"behaviour.intention": "Nobody was asked", "mediation.parallel": "was not asked"},
    "anonymous": {"moderation.segments": "not divided into segments", "shape.buying": ANONYMOUS},
    "survey only": {"panel.purchases": NO_ORDERS, "robustness.repurchase_curve": NO_ORDERS},
}
"""What is refused inside an answer, by its place."""
ANSWERED = {
    "ordinary": (
        "drivers.satisfaction",
        "behaviour.intention",
        "moderation.repurchase",
        "panel.purchases",
        "panel.fixed_effects.between_minus_within",
        "robustness.loyalty_curve",
        "robustness.repurchase_curve",
    ),
    "constant satisfaction": ("drivers.nps",),
    "constant driver": ("drivers.satisfaction", "drivers.map"),
    "collinear drivers": ("drivers.satisfaction", "drivers.map"),
    "forty drivers": ("robustness.loyalty_curve",),
    "no loyalty": ("drivers.satisfaction", "robustness.repurchase_curve"),
    "anonymous": ("drivers.satisfaction", "robustness.loyalty_curve"),
}
"""What must be answered inside an answer, by its place."""
QUICK = {
    "everything at the ceiling": "en",
    "quasi-complete separation": "zh",
    "anonymous": "en",
    "orders only": "zh",
}
"""Cases whose document every run of the tests writes, in this language; the slow tests write all, in both."""
JARGON = re.compile(
    r"\b(nan|null|inf|singular|matri(x|ces)|arrays?|converge\w*|exceptions? (in|of)|invalid|rank|estimator|dof)\b",
    re.IGNORECASE,
)
UNFIT = re.compile(r"\bnan\b|\bNone\b(?! of\b)|\binf\b|NaT|\{\w+(:\w+)?\}")
# References to the literature keep their titles.
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}(?!.*\d{4}）)")


def audit_of(name, folder, **changes):
    return run_audit(write_client(folder, **(CASES[name]() | changes)))


def reasons_of(value):
    """Return every reason of a refusal anywhere inside, as templates."""
    if isinstance(value, dict):
        if value.get("estimable") is False:
            yield value["reason"]["message"]
        for item in value.values():
            yield from reasons_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from reasons_of(item)


def at(value, path):
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def texts_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("svg", "anchor", "kind"):
                yield from texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)


def check_document(audit, language):
    """Write every chapter in a language and render every block.

    The catalogue of actions is read in the audit's own language; in the other one there are none to show.
    """
    actions = audit.actions if language == audit.language else ()
    for chapter in compose_document(replace(audit, language=language, actions=actions)).chapters:
        assert chapter.blocks
        for block in chapter.blocks:
            assert render_block(block)
            for text in texts_of(block.to_dict()):
                assert not UNFIT.search(text), text
                assert language == "en" or not ENGLISH.search(text), text


@pytest.mark.parametrize("name", CASES)
def test_what_can_be_estimated_is_and_the_rest_says_why_not(name, tmp_path):
    audit = audit_of(name, tmp_path)
    data = json.loads(render_audit_json(audit), parse_constant=pytest.fail)
    SCHEMA.validate(data)
    answers = data["relations"] | {key: data[key] for key in MODELS}
    for key in (*MODELS, *QUESTIONS):
        reason = answers[key]["reason"]["message"] if answers[key].get("estimable") is False else ""
        expected = REFUSED[name].get(key, "")
        assert bool(reason) == bool(expected), f"{key}: {reason}"
        assert expected in reason, key
    for place, expected in INSIDE.get(name, {}).items():
        assert expected in at(answers, place)["reason"]["message"], place
    for place in ANSWERED.get(name, ()):
        assert (at(answers, place) or {}).get("estimable", True), place  # null: nothing to refuse
    for reason in reasons_of(answers):
        assert re.fullmatch(r"[A-Z{].*[.?]”?", reason, re.DOTALL), reason
        assert not JARGON.search(reason), reason
    if name in QUICK:
        check_document(audit, QUICK[name])


@pytest.mark.slow
@pytest.mark.parametrize("depth", ["board", "full"])
@pytest.mark.parametrize("name", CASES)
def test_every_page_is_written_in_both_languages(name, depth, tmp_path):
    params = CASES[name]().get("params", {}) | {"depth": depth}
    audit = audit_of(name, tmp_path, params=params)
    SCHEMA.validate(json.loads(render_audit_json(audit), parse_constant=pytest.fail))
    for language in ("en", "zh"):
        check_document(audit, language)


@pytest.mark.parametrize(
    ("weight", "told"), [(0, "0 (2 times)"), (-1.5, "-1.5 (2 times)"), (None, "no value (2 times)")]
)
def test_weights_of_zero_or_below_are_refused_with_their_place(weight, told, tmp_path):
    tables = ordinary_client()
    tables["survey"]["weight"] = 1.0
    tables["survey"].loc[[3, 4], "weight"] = weight
    with pytest.raises(DataError) as refusal:
        run_audit(write_client(tmp_path, tables))
    (fault,) = refusal.value.faults
    assert (fault.what, fault.rule) == ("survey.weight", "must be above 0 in every response")
    assert (fault.found, fault.where) == (told, "survey.csv, rows 5, 6")
    assert "weight_kind: none" in fault.hint


def test_returns_without_purchases_stop_the_audit_until_they_are_allowed(tmp_path):
    case = CASES["returns only"]()
    del case["params"]
    with pytest.raises(DataError, match="refund_without_purchase must concern at most"):
        run_audit(write_client(tmp_path, **case))
