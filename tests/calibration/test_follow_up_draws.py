"""Earlier audits of drawn clients, and actions taken for customers drawn by lot: what they are is held to their words."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.audit import SCHEMA_VERSION
from analysis.calibration.earlier_audits import RECORDS, VERSION, EarlierJson, seen_on, unchanging
from analysis.calibration.groups import follow_up as group
from analysis.calibration.groups import leaving, prospects
from analysis.calibration.quantities import quantity_of, unregistered
from analysis.calibration.readings import read_result
from analysis.calibration.scenarios import scenarios
from analysis.calibration.taken_actions import (
    EFFECTS,
    TAKEN_DAYS,
    drawn_by_lot,
    stretched,
    taken_on,
    with_effect,
)
from analysis.indicators.compute import compute_indicators
from analysis.monitoring import control_false_discoveries, follow_up, read_earlier
from analysis.monitoring.outcomes import OUTCOMES, Span
from analysis.params.steering import ActionTakenSpec

SEED, CUSTOMERS = 510_000, 240
DAY = pd.Timestamp("2025-06-30")
PARAMS = scenarios()["audits-400"].params


@cache
def client(customers=CUSTOMERS):
    return scenarios()["audits-400"].draw(SEED, customers=customers, tables=None)


@cache
def indicators(day=None):
    data = client() if day is None else seen_on(day, client(), PARAMS)
    return control_false_discoveries(compute_indicators(data, PARAMS))[0]


def test_the_earlier_audit_is_written_as_audits_are():
    assert VERSION == SCHEMA_VERSION
    stored = EarlierJson(params=PARAMS, as_of=DAY, indicators=indicators(DAY)).published()
    (audit,), unreadable = read_earlier([stored], client=PARAMS.client, as_of="2025-12-31")
    assert (audit.as_of, unreadable) == ("2025-06-30", ())
    assert audit.indicators["nps"].overall.value == pytest.approx(indicators(DAY).results["nps"].overall.value)
    assert audit.indicators["nps"].latest == "2025 H1"


def test_an_earlier_day_sees_nothing_of_later_ones():
    data = client()
    later = data.table("survey").assign(
        sat_overall=lambda frame: frame["sat_overall"].mask(frame["responded_on"] > DAY, 1.0)
    )
    other = dataclasses.replace(data, tables=data.tables | {"survey": later})
    then, still = seen_on(DAY, data, PARAMS), seen_on(DAY, other, PARAMS)
    for name, frame in then.tables.items():
        pd.testing.assert_frame_equal(frame, still.table(name))
    assert then.waves == ("2024 H2", "2025 H1")


def test_on_the_date_of_the_audit_itself_all_is_seen():
    data = client()
    whole = seen_on(data.as_of, data, PARAMS)
    pd.testing.assert_frame_equal(whole.table("transactions"), data.table("transactions"))
    pd.testing.assert_frame_equal(whole.customers, data.customers)


def test_everything_that_a_follow_up_prints_is_registered():
    data = client()
    acted_on = drawn_by_lot(data, np.random.default_rng(1))
    spec = ActionTakenSpec(taken_on=taken_on(data).date(), customers=list(acted_on))
    params = PARAMS.model_copy(update={"actions_taken": {"restore_contact": spec}})
    earlier = EarlierJson(params=params, as_of=DAY, indicators=indicators(DAY), actions=group._recommended(params))
    found = follow_up([earlier.published()], indicators(), data, params)
    readings = read_result(found.to_dict(), "follow_up")
    assert {"follow_up/changes/nps/before", "follow_up/changes/nps/difference"} <= set(readings)
    assert "follow_up/actions/restore_contact/comparison/difference" in readings
    assert unregistered(readings) == ()


def readings():
    return group.read(client(), PARAMS)


def test_the_group_reads_what_it_is_for():
    found = readings()
    assert unregistered(found) == ()
    judged = {quantity_of(path).label(path) for path in found if not quantity_of(path).exempt}
    wanted = {
        "change since an earlier audit, nps", "change since an earlier audit, revenue", "satisfaction by product",
        "satisfaction by product, change", "touchpoint score, change", "item, change",
        "changes of questions, any reported", "changes since an earlier audit, reported",
        *(f"acted on against the others, {key}" for key in group.ACTIONS if key != "reach_top_contacts"),
        *(f"control chart that rings though nothing changes, {each}_per_month" for each in ("complaints", "contacts")),
    }  # fmt: skip
    assert wanted - judged == set()


def test_every_outcome_that_groups_are_compared_by_is_aimed_at():
    aims = {each["indicator"] for each in group._recommended(PARAMS)}
    assert {OUTCOMES[aim].name.msgid for aim in aims} == {each.name.msgid for each in OUTCOMES.values()}


@pytest.mark.parametrize("indicator", EFFECTS)
def test_an_effect_is_on_average_what_it_is_said_to_be(indicator):
    """The outcome of those acted on, with the effect and without: nothing else differs."""
    vain = stretched(client(1500), PARAMS)
    acted_on = drawn_by_lot(vain, np.random.default_rng(2))
    worked = with_effect(vain, acted_on, PARAMS, np.random.default_rng(3))
    span, spec = Span(start=taken_on(vain), end=vain.as_of), OUTCOMES[indicator]
    before, after = (spec.values(each, PARAMS, span) for each in (vain, worked))
    ids = before.index if spec.absent is None else vain.customers.index
    gain = after.reindex(ids).fillna(0.0) - before.reindex(ids).fillna(0.0)
    assert (gain[~ids.isin(acted_on)] == 0).all()
    own = gain[ids.isin(acted_on)]
    assert abs(own.mean() - EFFECTS[indicator]) < 4 * own.sem()
    assert own.sem() < 0.2 * EFFECTS[indicator]
    assert span.days == TAKEN_DAYS


def test_where_nothing_changes_rows_stay_and_days_are_drawn_by_lot():
    data = client(1500)
    still = unchanging(data, PARAMS, np.random.default_rng(4))
    for name, date in RECORDS:
        assert len(still.table(name)) == len(data.table(name))
        assert still.table(name)[date].max() <= data.as_of
        years = still.table(name)[date].dt.year.value_counts(normalize=True)
        assert years.to_numpy() == pytest.approx([0.5, 0.5], abs=0.03)


def test_clients_with_newcomers_carry_every_predictor_of_prospects():
    scenario = scenarios()["demo-1000"]
    found = prospects.read(scenario.draw(SEED, tables=None), scenario.params)
    assert unregistered(found) == ()
    drivers = {path.split("/")[5] for path in found if "/drivers/" in path}
    assert {"known", "offer", "contacts"} < drivers
    assert any(driver.startswith("segment=") for driver in drivers)


def test_clients_whom_many_have_left_carry_the_segments_among_what_goes_with_leaving():
    scenario = scenarios()["demo-1000"]
    found = leaving.read(scenario.draw(SEED, tables=None), scenario.params)
    assert unregistered(found) == ()
    drivers = {path.split("/")[4] for path in found}
    assert {"satisfaction", "contact", "trend", "tenure", "loyalty"} < drivers
    assert len([driver for driver in drivers if driver.startswith("segment=")]) >= 2
    few = scenarios()["demo-400"]
    assert leaving.read(few.draw(SEED, tables=None), few.params) == {}
