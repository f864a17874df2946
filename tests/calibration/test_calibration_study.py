"""Every interval and test that a study prints is a quantity of the calibration: its cards, tables, notes and pools.

What a study prints of one client are numbers of the audit's models: they are looked up, by value, among what the models
of that client answer, and what is found there is registered. What it computes itself is pooled.
"""

import dataclasses
import re
from functools import cache, cached_property

import numpy as np
import pytest

from analysis.calibration.groups.rank import with_answers, with_questions
from analysis.calibration.quantities import quantity_of, unregistered
from analysis.calibration.readings import mark_references, read_result
from analysis.calibration.scenarios import scenarios
from analysis.results import Estimate, NotEstimable
from analysis.study.pooled import pool_clients
from analysis.study.results import Study, StudyLooks
from analysis.study.run import study_client
from analysis.study.summary import exported_tables
from analysis.study.workbench import Workbench

DRAWS = 59
PARTS = ("drivers", "shape", "behaviour", "mediation", "moderation", "robustness", "panel", "prediction")
INTERVALS = {"conf_low": "conf_high", "predicted_low": "predicted_high"}
TESTS = {"p_value", "p_adjusted", "q_p_value"}
OTHERS = {"smallest_effect", "power_now"}  # what looks like one of them, and is none
SUSPECT = re.compile(r"low|high|limit|upper|(^|_)p($|_)")
DIGITS = 12


@cache
def bench() -> Workbench:
    """Return the models of a small client who was also asked about competitors."""
    cell = scenarios()["demo-400"]
    params = cell.params.model_copy(update={"bootstrap_draws": DRAWS})
    data = with_answers(cell.draw(500_000, customers=330), np.random.default_rng(1), follows=True)
    return Workbench(data, with_questions(params))


@cache
def study() -> Study:
    """Return the study of that client, and of it with a copy of itself."""
    one = study_client(bench().params, bench().data)
    clients = (one, dataclasses.replace(one, client="copy"))
    return Study(
        name="A + A", language="en", currency="EUR", as_of=one.as_of, depth="board", clients=clients,
        pooled=pool_clients(clients), looks=StudyLooks(accent="#000000"),
    )  # fmt: skip


@cache
def models():
    """Return path -> reading of all that the models of the workbench answer."""
    found = {}
    for path, result in (
        ("loyalty_model", bench().loyalty),
        ("repurchase_model", bench().repurchase),
        *((f"relations/{part}", getattr(bench(), part)) for part in PARTS),
    ):
        if not isinstance(result, NotEstimable):
            found |= mark_references(read_result(result.to_dict(), path))
    return found


def exact(value) -> float:
    return float(f"{value:.{DIGITS}g}")


@cache
def known():
    """Return the limits, and the p-values, for which the calibration has a quantity."""
    judged = [each for path, each in models().items() if quantity_of(path) is not None]
    limits = {(exact(each.low), exact(each.high)) for each in judged if np.isfinite(each.low)}
    return limits, {exact(each.p_value) for each in judged if np.isfinite(each.p_value)}


def rows_of(table):
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def told_p_values(node):
    """Yield the p-values that sentences tell."""
    if isinstance(node, dict):
        if isinstance(node.get("message"), str) and isinstance(node.get("values"), dict):
            yield from (node["values"][name] for name in re.findall(r"\{(\w+):pvalue\}", node["message"]))
        node = list(node.values())
    if isinstance(node, list | tuple):
        for each in node:
            yield from told_p_values(each)


def test_the_models_behind_a_study_are_those_of_the_calibration():
    assert len(models()) > 400
    assert unregistered(models()) == ()
    assert {"relations/prediction/rank/rank", "relations/prediction/rank/rule"} <= set(models())


def test_every_proposition_of_the_client_has_an_estimate():
    """Else a card would be judged here that prints nothing."""
    cards = study().clients[0].cards
    assert [each.hypothesis.proposition for each in cards if not isinstance(each.interval, Estimate)] == []


def test_every_column_of_a_study_s_tables_is_known_for_what_it_is():
    columns = {column.key for table in exported_tables(study()) for column in table.columns}
    assert set(INTERVALS) | set(INTERVALS.values()) | TESTS <= columns
    plain = columns - set(INTERVALS) - set(INTERVALS.values()) - TESTS - OTHERS
    assert [key for key in plain if SUSPECT.search(key)] == []


def test_every_interval_and_test_of_a_table_is_a_quantity():
    limits, p_values = known()
    tables = [table for table in exported_tables(study()) if table.key not in ("verdicts", "power", "pooled")]
    counted, strange = 0, []
    for table in tables:
        for row in rows_of(table):
            if row.get("conf_low") is not None:
                counted += 1
                strange += [(table.key, row)] * ((exact(row["conf_low"]), exact(row["conf_high"])) not in limits)
            for key in TESTS & set(row):
                counted += row[key] is not None
                strange += [(table.key, row)] * (row[key] is not None and exact(row[key]) not in p_values)
    assert counted > 300
    assert strange == []


def test_every_number_of_a_theory_card_is_a_quantity():
    limits, p_values = known()
    for card in study().clients[0].cards:
        found = [card.evidence.estimate, *(each.outcome for each in card.evidence.beside), card.evidence.correlation]
        for each in (each for each in found if isinstance(each, Estimate)):
            assert (exact(each.low), exact(each.high)) in limits, card.hypothesis.proposition
            assert each.p_value is None or exact(each.p_value) in p_values
        assert quantity_of(f"study/cards/{card.hypothesis.proposition}").exempt
        assert quantity_of(f"study/cards/{card.hypothesis.proposition}/p_adjusted").exempt


def test_a_test_that_only_a_study_makes_is_that_of_an_interval():
    """Where a model gives no p-value, the card's is of the same t as the interval: it says what the interval says."""
    p_values = known()[1]
    own = [card for card in study().clients[0].cards if exact(card.p_value) not in p_values]
    assert {card.hypothesis.proposition for card in own} <= {"rank_beats_level", "nps_beats_satisfaction"}
    for card in own:
        excludes = card.evidence.estimate.low > 0 or card.evidence.estimate.high < 0
        assert excludes == (card.p_value < 0.05)


def test_every_p_value_in_a_sentence_is_a_quantity():
    found = list(told_p_values(study().clients[0].to_dict()))
    assert found
    assert [each for each in found if exact(each) not in known()[1]] == []


def test_every_number_of_a_pool_is_a_quantity():
    for card in study().pooled:
        home = f"study/pooled/{card.hypothesis.proposition}"
        assert isinstance(card.interval, Estimate)
        assert (card.interval.low, card.interval.high) == (card.meta.low, card.meta.high)
        paths = [f"{home}/{each}" for each in ("mean", "new", "alike", "estimates/0", "p_adjusted")]
        paths += [f"{home}/correlation"] * (card.correlation is not None)
        assert unregistered(paths) == ()
    printed = next(table for table in exported_tables(study()) if table.key == "pooled")
    assert len(printed.rows) == len(study().pooled) > 7


@pytest.mark.parametrize("path", ["study/pooled/loyalty_mediates/novel", "relations/mediation/linear/a/b/c"])
def test_another_number_would_be_found(path):
    assert unregistered([path]) == (path,)


def test_every_model_of_the_workbench_is_looked_through():
    models_of = {name for name, each in vars(Workbench).items() if isinstance(each, cached_property)}
    assert models_of - {"loyalty", "repurchase", "design_effect", "buying_design_effect"} == set(PARTS)
