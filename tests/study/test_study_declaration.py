"""What is declared, how it is hashed, and what is tested because of it."""

import datetime as dt
import hashlib
import json

import pytest

from analysis.errors import ParamsError
from analysis.params.load import load_params
from analysis.study.cards import list_hypotheses
from analysis.study.declaration import canonical_declaration, describe_declaration
from analysis.study.propositions import PROPOSITIONS

HEAD = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"
STUDY = """study:
  declared_on: 2024-10-14
  hypotheses:
    - id: H1
      proposition: satisfaction_raises_loyalty
      statement: {en: More satisfied, zh: 越满意}
      smallest_effect: 1
    - {id: H2, proposition: relation_is_moderated, statement: Tenure, smallest_effect: 2, moderator: tenure,
       direction: two_sided}
    - {id: H3, proposition: loyalty_mediates, statement: Through loyalty, smallest_effect: 0.5, exploratory: true}
"""
FIRST, LAST = dt.date(2024, 11, 4), dt.date(2025, 11, 30)


@pytest.fixture
def load(tmp_path):
    def read(text):
        (tmp_path / "acme.yml").write_text(HEAD + text, encoding="utf-8")
        return load_params("acme", tmp_path)

    return read


@pytest.fixture
def faults(load):
    def read(text):
        with pytest.raises(ParamsError) as caught:
            load(text)
        return caught.value.faults

    return read


def test_a_client_need_not_declare_anything(load):
    assert load("").study is None


def test_the_hash_is_that_of_the_canonical_json(load):
    study = load(STUDY).study
    declaration = describe_declaration(study, FIRST, LAST)
    assert declaration.sha256 == hashlib.sha256(canonical_declaration(study).encode()).hexdigest()
    declared = json.loads(declaration.canonical)
    assert (declared["declared_on"], declared["data_from"], len(declared["hypotheses"])) == ("2024-10-14", None, 3)
    assert declared["hypotheses"][0] == {
        "alpha": 0.05, "direction": "positive", "exploratory": False, "id": "H1", "moderator": None,
        "proposition": "satisfaction_raises_loyalty", "smallest_effect": 1.0,
        "statement": {"en": "More satisfied", "zh": "越满意"},
    }  # fmt: skip
    assert (declaration.count, declaration.declared_on) == (3, "2024-10-14")


def test_the_hash_does_not_depend_on_layout_and_changes_with_every_part(load):
    digest = describe_declaration(load(STUDY).study, FIRST, LAST).sha256
    same = STUDY.replace("smallest_effect: 1\n", "smallest_effect: 1.0 # a point\n      alpha: 0.05\n")
    assert describe_declaration(load(same).study, FIRST, LAST).sha256 == digest
    for old, new in (
        ("More satisfied", "Far more satisfied"), ("0.5", "0.6"), ("tenure", "segment"), ("H3", "H4"),
        ("2024-10-14", "2024-10-15"), ("2024-10-14", "2024-10-14\n  data_from: 2024-10-15"),
    ):  # fmt: skip
        assert describe_declaration(load(STUDY.replace(old, new)).study, FIRST, LAST).sha256 != digest


@pytest.mark.parametrize(
    ("declared", "timing", "in_time"),
    [
        ("2024-11-03", "before", True),
        ("2024-11-04", "during", False),  # on the day of the first answer nobody knows which came first
        ("2025-11-30", "during", False),
        ("2025-12-01", "after", False),
    ],
)
def test_only_what_was_declared_before_every_answer_is_in_time(load, declared, timing, in_time):
    found = describe_declaration(load(STUDY.replace("2024-10-14", declared)).study, FIRST, LAST)
    assert (found.timing, found.in_time) == (timing, in_time)


def test_nothing_declared_is_said():
    found = describe_declaration(None, FIRST, LAST)
    assert (found.timing, found.in_time, found.count, found.sha256) == ("undeclared", False, 0, "")


def test_declared_hypotheses_come_first_and_every_other_proposition_is_explored(load):
    listed = list_hypotheses(load(STUDY).study, in_time=True, language="zh")
    assert [each.id for each in listed] == ["H1", "H2", "H3", "E1", "E2", "E3", "E4", "E5"]
    assert [each.confirmatory for each in listed] == [True, True] + [False] * 6
    assert {each.proposition for each in listed} == set(PROPOSITIONS)
    assert (listed[0].statement, listed[1].moderator) == ("越满意", "tenure")


def test_declared_too_late_everything_is_exploratory(load):
    listed = list_hypotheses(load(STUDY).study, in_time=False, language="en")
    assert not any(each.confirmatory for each in listed)
    assert sum(each.declared for each in listed) == 3


def test_an_id_that_was_declared_is_not_given_again(load):
    listed = list_hypotheses(load(STUDY.replace("id: H3", "id: E1")).study, in_time=True, language="en")
    names = [each.id for each in listed]
    assert len(names) == len(set(names)) == 8


@pytest.mark.parametrize(
    ("old", "new", "what", "words"),
    [
        ("satisfaction_raises_loyalty", "satisfaction_raises_loyality", "proposition", "did you mean"),
        ("smallest_effect: 1", "smallest_effect: 0", "smallest_effect", "above 0"),
        ("smallest_effect: 1", "smalest_effect: 1", "smalest_effect", "did you mean 'smallest_effect'"),
        ("id: H2", "id: H1", "hypotheses", "H1 more than once"),
        ("proposition: loyalty_mediates", "proposition: loyalty_mediates, moderator: tenure", "moderator", "left out"),
        ("2024-10-14", "soon", "declared_on", "date"),
        ("id: H1", "id: the first", "id", "letter"),
    ],
)
def test_faults_name_the_line_the_rule_and_what_is_probably_meant(faults, old, new, what, words):
    found = faults(STUDY.replace(old, new))
    told = [fault for fault in found if what in fault.what and words in str(fault)]
    assert told, [str(fault) for fault in found]
    assert "acme.yml, line " in told[0].where


def test_an_empty_list_of_hypotheses_is_refused(faults):
    assert any("at least one hypothesis" in str(fault) for fault in faults(
        "study: {declared_on: 2024-10-14, hypotheses: []}\n"))  # fmt: skip
