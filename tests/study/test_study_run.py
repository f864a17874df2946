"""A study from data to cards: the real models on a small client, and clients that can answer nothing."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_cases import orders_only

from analysis.data.client import ClientData, DataQuality
from analysis.data.customers import derive_customers
from analysis.data.money import add_revenue
from analysis.data.scores import add_survey_columns
from analysis.document.study.compose import CHAPTERS, compose_study
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.params.load import load_params
from analysis.report.audit_json import render_audit_json
from analysis.results import Estimate, NotEstimable
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Study, StudyLooks
from analysis.study.run import restrict_answers, run_study, study_client
from analysis.study.summary import exported_tables
from analysis.study.workbench import Workbench
from analysis.synthetic.draw import draw_client
from analysis.synthetic.truth import DrawSpec

PARAMS = Path(__file__).parents[2] / "params"


@pytest.fixture(scope="module")
def params():
    return load_params("demo", PARAMS).model_copy(update={"bootstrap_draws": 100})


def draw(params, customers):
    """Return a client of known truth as the data layer would."""
    drawn = draw_client(
        DrawSpec(seed=3, customers=customers), None, tables=("customers", "survey", "transactions", "rates")
    )
    frames = dict(drawn.canonical)
    frames["transactions"] = add_revenue(frames["transactions"], frames["rates"], params.money, drawn.as_of, [])
    frames["survey"], waves = add_survey_columns(frames["survey"], params.survey)
    return ClientData(
        tables=frames,
        customers=derive_customers(frames, params.segment),
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=drawn.as_of,
        first_date=frames["transactions"]["ordered_on"].min(),
    )


@pytest.fixture(scope="module")
def data(params):
    return draw(params, 330)


@pytest.fixture(scope="module")
def found(data, params):
    return study_client(params, data)


def whole(*clients):
    return Study(
        name="Acme", language="en", currency="EUR", as_of="2025-12-31", depth="board", clients=clients, pooled=(),
        looks=StudyLooks(accent="#1f5a7a"),
    )  # fmt: skip


def test_every_proposition_gets_a_verdict_or_a_reason(found):
    assert {card.hypothesis.proposition for card in found.cards} == set(PROPOSITIONS)
    assert [card.hypothesis.id for card in found.cards[:6]] == [f"H{i}" for i in range(1, 7)]
    assert all(card.hypothesis.confirmatory for card in found.cards[:6])
    for card in found.cards:
        assert (card.verdict is None) == isinstance(card.evidence.estimate, NotEstimable)
        assert (card.power is None) == (card.verdict is None)
        if isinstance(card.evidence.estimate, Estimate):
            assert card.evidence.estimate.low < card.evidence.estimate.high
            assert 0.05 <= card.power.power_now <= 1


def test_the_estimate_is_the_models_own(found, data, params):
    slope = fit_satisfaction_loyalty(data, params).slope
    assert found.card("satisfaction_raises_loyalty").evidence.estimate == slope
    assert found.declaration.timing == "before"
    assert (found.answers, found.accounts) == (
        len(data.table("survey")), data.table("survey")["account_key"].nunique(),
    )  # fmt: skip


def test_the_document_json_and_files_hold_finite_numbers_only(found):
    study = whole(found)
    text = render_audit_json(study)  # raises where a number is not finite
    assert found.declaration.sha256 in text
    document = compose_study(study)
    assert all(document[key].blocks for key in CHAPTERS)
    keys = [table.key for table in exported_tables(study)]
    assert len(keys) == len(set(keys)) > 15
    assert {"verdicts", "power", "loyalty-ols", "repurchase-effects", "moderation"} <= set(keys)
    for table in exported_tables(study):
        numbers = [cell for row in table.rows for cell in row if isinstance(cell, float)]
        assert np.isfinite(numbers).all(), table.key


def test_every_specification_is_in_the_files_and_not_in_the_document(found):
    study = whole(found)
    (table,) = [each for each in exported_tables(study) if each.key == "loyalty-specifications"]
    assert len(table.rows) > 20
    blocks = compose_study(study)["tables"].blocks
    assert "table-loyalty-specifications" not in {getattr(block, "anchor", "") for block in blocks}
    assert "table-loyalty-choices" in {getattr(block, "anchor", "") for block in blocks}
    assert "loyalty-specifications" in blocks[-1].paragraphs[0]


def test_doubts_stand_on_the_card_of_the_relation(found):
    notes = " ".join(note.msgid for note in found.card("satisfaction_raises_loyalty").evidence.notes)
    assert "defensible specifications" in notes
    assert "Robustness value" in notes


def test_the_design_effect_grows_with_answers_that_are_alike(params):
    data = draw(params, 120)
    effect = Workbench(data, params).design_effect
    assert effect > 1
    survey = data.table("survey")
    twice = pd.concat([survey, survey.assign(respondent_key=survey["respondent_key"] + "x")], ignore_index=True)
    doubled = ClientData(**{**vars(data), "tables": {**data.tables, "survey": twice}})
    # every answer twice: the accounts know no more than before, single answers seem to know twice as much
    assert Workbench(doubled, params).design_effect == pytest.approx(2 * effect, rel=0.05)


def test_without_a_survey_every_card_is_its_reason():
    data, params = orders_only()
    study = study_client(params, data)
    assert study.declaration.timing == "undeclared"
    assert all(isinstance(card.evidence.estimate, NotEstimable) for card in study.cards)
    assert [card.hypothesis.id for card in study.cards] == [f"E{i}" for i in range(1, 9)]
    document = compose_study(whole(study))
    assert all(document[key].blocks for key in CHAPTERS)
    assert "No hypotheses were declared" in document["declaration"].blocks[1].paragraphs[0]


def test_only_answers_from_the_declared_day_on_are_used(data):
    day = dt.date(2025, 4, 1)
    kept, notes = restrict_answers(data, day)
    survey = kept.table("survey")
    assert survey["responded_on"].min() >= pd.Timestamp(day)
    assert kept.waves == data.waves[1:]
    assert sorted(survey["wave_order"].unique()) == [0, 1]
    assert notes[0].values["left"] == len(data.table("survey")) - len(survey) > 0
    assert len(data.waves) == 3  # the data themselves are not changed
    assert restrict_answers(data, None) == (data, ())
    empty, _ = restrict_answers(data, dt.date(2030, 1, 1))
    assert not empty.has("survey")


def test_a_study_needs_a_client():
    with pytest.raises(ValueError, match="at least one"):
        run_study([])


@pytest.mark.slow
def test_the_demonstration_clients_are_studied_and_pooled():
    study = run_study([load_params(client, PARAMS, language="en") for client in ("demo", "demo-zh")])
    assert study.ids == ("demo", "demo-zh")
    # the truth of both: satisfaction works on loyalty (data/<client>/truth.json)
    assert [each.card("satisfaction_raises_loyalty").verdict for each in study.clients] == ["supported"] * 2
    assert len(study.pooled) == len(PROPOSITIONS)
