"""The same accounts over the waves: known truth, invariances, order in time, and input that carries no answer."""

import dataclasses
import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from model_clients import split_third
from panels import PANEL_PARAMS, panel_client

from analysis.models.panel.analysis import analyse_panel
from analysis.models.panel.results import (
    ChangeOnChange,
    CrossLagged,
    FixedEffects,
    PanelAnalysis,
    PurchaseTiming,
    Timing,
)
from analysis.results import Estimate, NotEstimable


def with_survey(data, change, **changes):
    """Return the client with its survey changed by a function."""
    tables = dict(data.tables) | {"survey": change(data.table("survey").copy())}
    return dataclasses.replace(data, tables=tables, **changes)


def numbers(result, skip=()) -> dict[str, tuple[float, ...]]:
    """Return every estimate of a result by its path."""
    found = {}

    def walk(value, path):
        if isinstance(value, Estimate):
            found[path] = (value.value, value.low, value.high)
        elif dataclasses.is_dataclass(value) and not isinstance(value, NotEstimable):
            for name, inner in vars(value).items():
                walk(inner, f"{path}.{name}")
        elif isinstance(value, tuple):
            for place, inner in enumerate(value):
                walk(inner, f"{path}[{place}]")

    walk(result, "")
    return {key: value for key, value in found.items() if not any(part in key for part in skip)}


@cache
def client():
    return panel_client(weights=True, effect=0.1)


@cache
def result() -> PanelAnalysis:
    return analyse_panel(client(), PANEL_PARAMS)


def test_every_part_has_an_answer_with_an_interval():
    found = result()
    assert isinstance(found.fixed_effects, FixedEffects)
    assert isinstance(found.changes, ChangeOnChange)
    assert isinstance(found.lag, Timing)
    assert isinstance(found.lead, Timing)
    assert isinstance(found.purchases, PurchaseTiming)
    assert isinstance(found.cross_lagged, CrossLagged)
    estimates = numbers(found)
    assert len(estimates) >= 18
    assert all(low < value < high for value, low, high in estimates.values())
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_demo_client_is_answered():
    found = analyse_panel(known_client(2000), demo_params())
    assert found.waves == ("2024 H2", "2025 H1", "2025 H2")
    assert found.fixed_effects.within.low > 0
    assert found.purchases.accounts > 100
    assert found.purchases.windows_overlap
    assert any("windows" in note.msgid for note in found.notes)


def test_weights_move_every_estimate():
    plain = numbers(analyse_panel(with_survey(client(), lambda s: s.assign(weight=1.0)), PANEL_PARAMS))
    weighted = numbers(result())
    assert plain.keys() == weighted.keys()
    assert all(plain[key][0] != pytest.approx(weighted[key][0], rel=1e-6) for key in plain)
    assert result().weighted


def renamed(survey):
    ids = survey["account_key"].map(lambda name: f"z{9999 - int(name[1:]):04d}")
    return survey.assign(account_key=ids, respondent_key=ids + survey["respondent_key"].str[-2:])


@pytest.mark.parametrize(
    ("change", "skip"),
    [
        (split_third, ()),
        (lambda s: s.sample(frac=1, random_state=3), ()),
        (lambda s: s.assign(weight=7 * s["weight"]), ()),
        (renamed, ("purchases",)),
    ],
    ids=["some rows split in halves", "other order of rows", "weights times seven", "other names of accounts"],
)
def test_what_may_not_matter_does_not(change, skip):
    changed = numbers(analyse_panel(with_survey(client(), change), PANEL_PARAMS), skip)
    for key, expected in numbers(result(), skip).items():
        assert changed[key] == pytest.approx(expected, rel=2e-4, abs=2e-5), key


def test_a_finer_scale_changes_slopes_as_it_must():
    scaled = analyse_panel(
        with_survey(client(), lambda s: s.assign(loyalty_index=s["loyalty_index"] / 2)), PANEL_PARAMS
    )
    for part, name in (("fixed_effects", "within"), ("changes", "loss"), ("lag", "neighbour")):
        was, now = (getattr(getattr(each, part), name) for each in (result(), scaled))
        assert (2 * now.value, 2 * now.low) == pytest.approx((was.value, was.low))
    forward, back = (each.cross_lagged.path("loyalty_to_satisfaction").value for each in (result(), scaled))
    assert back == pytest.approx(2 * forward, rel=1e-3)


def test_what_lasts_or_moves_all_accounts_changes_nothing():
    def shifted(survey):
        own = survey["account_key"].str[1:].astype(int) % 7
        return survey.assign(
            satisfaction_index=survey["satisfaction_index"] + own + 3 * survey["wave_order"],
            loyalty_index=survey["loyalty_index"] - 2 * own + 5 * (survey["wave_order"] == 1),
        )

    moved = analyse_panel(with_survey(client(), shifted), PANEL_PARAMS)
    assert moved.fixed_effects.within.value == pytest.approx(result().fixed_effects.within.value)
    assert moved.lead.neighbour.value == pytest.approx(result().lead.neighbour.value)
    assert moved.purchases.after.value == pytest.approx(result().purchases.after.value)
    assert moved.fixed_effects.pooled.value != pytest.approx(result().fixed_effects.pooled.value, rel=1e-3)


def test_orders_after_the_answers_move_nothing_before_them():
    orders = client().table("transactions")
    answered = client().table("survey")["responded_on"].unique()
    behind = pd.Series(False, index=orders.index)
    for day in answered:
        behind |= (orders["ordered_on"] > day) & (orders["ordered_on"] <= day + pd.Timedelta(days=60))
    fewer = orders[~(behind & (np.arange(len(orders)) % 3 == 0))]
    data = dataclasses.replace(client(), tables=dict(client().tables) | {"transactions": fewer})
    moved, found = analyse_panel(data, PANEL_PARAMS), result()
    assert numbers(moved.purchases.before) == numbers(found.purchases.before)
    assert moved.purchases.after.value != found.purchases.after.value
    assert numbers(moved, ("purchases",)) == numbers(found, ("purchases",))


def test_an_account_that_cannot_be_followed_is_left_out():
    short = dataclasses.replace(client(), as_of=pd.Timestamp("2025-01-20"))
    orders = client().table("transactions")
    tables = dict(client().tables) | {"transactions": orders[orders["ordered_on"] <= short.as_of]}
    cut = analyse_panel(dataclasses.replace(short, tables=tables), PANEL_PARAMS).purchases
    third = client().table("survey").query("wave_order == 2")["account_key"].nunique()
    assert third > 0
    assert cut.n < result().purchases.n
    assert cut.after.value != result().purchases.after.value


def test_more_purchases_after_satisfaction_show_after_and_not_before():
    found = analyse_panel(panel_client(400, effect=0.15, missing=0.1, respondents=1), PANEL_PARAMS).purchases
    # 15 points per 10 points, attenuated by the noise of a respondent's answer (4 points beside some 10 that move)
    assert found.after.low > 4
    assert 7.5 < found.after.value < 20
    assert found.before.low < 0 < found.before.high
    assert found.difference.low > 0
    assert not found.windows_overlap


def reason_of(outcome) -> str:
    assert isinstance(outcome, NotEstimable)
    return outcome.reason.msgid


def disjoint(survey):
    keep = (survey["account_key"].str[1:].astype(int) % 3) == survey["wave_order"]
    return survey[keep]


ANSWERLESS = {
    "no common account": (disjoint, "No account answered in more than one wave."),
    "one wave": (lambda s: s[s["wave_order"] == 0], "There is only one wave"),
    "constant satisfaction": (lambda s: s.assign(satisfaction_index=70.0), "No account's satisfaction changed"),
    "everybody at the ceiling": (
        lambda s: s.assign(satisfaction_index=100.0, loyalty_index=100.0),
        "No account's satisfaction changed",
    ),
    "constant loyalty": (lambda s: s.assign(loyalty_index=70.0), "No account's loyalty changed"),
    "weights of zero": (lambda s: s.assign(weight=0.0), "Some survey weights are missing or not above zero."),
    "a negative weight": (
        lambda s: s.assign(weight=np.where(np.arange(len(s)) == 5, -1.0, 1.0)),
        "Some survey weights are missing or not above zero.",
    ),
    "a missing weight": (
        lambda s: s.assign(weight=np.where(np.arange(len(s)) == 5, np.nan, 1.0)),
        "Some survey weights are missing or not above zero.",
    ),
    "four accounts": (lambda s: s[s["account_key"] < "a0004"], "Fewer than {least:int} accounts"),
    "fifteen accounts": (lambda s: s[s["account_key"] < "a0015"], "Only {accounts:int} accounts"),
    "two respondents": (lambda s: s[s["account_key"] < "a0001"], "Fewer than {least:int} answers"),
    "satisfaction not asked": (lambda s: s.drop(columns="satisfaction_index"), "There is no survey answer"),
    "loyalty not asked": (lambda s: s.drop(columns="loyalty_index"), "The survey does not ask about loyalty."),
    "a handful moved": (
        lambda s: s.assign(satisfaction_index=np.where(s["account_key"] < "a0003", s["satisfaction_index"], 70.0)),
        "The satisfaction of all but a few accounts",
    ),
}


@pytest.mark.parametrize("case", ANSWERLESS)
def test_what_cannot_be_answered_says_why(case):
    change, reason = ANSWERLESS[case]
    assert reason in reason_of(analyse_panel(with_survey(client(), change), PANEL_PARAMS))


def test_no_survey_says_why():
    tables = {"transactions": client().table("transactions")}
    assert "no survey answer" in reason_of(analyse_panel(dataclasses.replace(client(), tables=tables), PANEL_PARAMS))


def test_everybody_moving_alike_is_no_movement():
    def alike(survey):
        own = survey["account_key"].str[1:].astype(float)
        return survey.assign(satisfaction_index=own / 4 + 5 * survey["wave_order"])

    found = analyse_panel(with_survey(client(), alike), PANEL_PARAMS)
    assert "otherwise than everybody's" in reason_of(found.fixed_effects)
    assert "otherwise than everybody's" in reason_of(found.changes)
    assert "otherwise than everybody's" in reason_of(found.purchases.after)
    assert isinstance(found.lag, NotEstimable)


def test_the_same_question_twice_is_told():
    found = analyse_panel(
        with_survey(client(), lambda s: s.assign(loyalty_index=s["satisfaction_index"])), PANEL_PARAMS
    )
    assert "same question" in reason_of(found.fixed_effects)
    assert "same question" in reason_of(found.changes)
    assert isinstance(found.lag, NotEstimable)
    assert "same question" in reason_of(found.cross_lagged)
    assert isinstance(found.purchases, PurchaseTiming)


def test_two_waves_do_not_tell_what_comes_first():
    found = analyse_panel(with_survey(client(), lambda s: s[s["wave_order"] < 2]), PANEL_PARAMS)
    assert isinstance(found.fixed_effects, FixedEffects)
    assert isinstance(found.purchases, PurchaseTiming)
    for part in (found.lag, found.lead, found.cross_lagged):
        assert "three waves" in reason_of(part)


def test_without_orders_or_names_only_the_purchases_fall_silent():
    tables = {"survey": client().table("survey")}
    assert "no orders" in reason_of(analyse_panel(dataclasses.replace(client(), tables=tables), PANEL_PARAMS).purchases)
    nameless = with_survey(client(), lambda s: s.assign(customer_id=None), has_real_customers=False)
    found = analyse_panel(nameless, PANEL_PARAMS)
    assert "anonymous" in reason_of(found.purchases)
    assert found.fixed_effects == result().fixed_effects


@pytest.mark.parametrize("shift", [30, -30], ids=["after", "before"])
def test_an_outcome_that_never_varies_is_told(shift):
    survey, orders = client().table("survey"), client().table("transactions")
    days = survey.groupby(["account_key", "wave_order"])["responded_on"].max().reset_index()
    always = pd.DataFrame({"customer_id": days["account_key"], "ordered_on": days["responded_on"]})
    always["ordered_on"] += pd.Timedelta(days=shift)
    tables = dict(client().tables) | {
        "transactions": pd.concat([orders, always.assign(revenue=1.0, is_return=False)], ignore_index=True)
    }
    found = analyse_panel(dataclasses.replace(client(), tables=tables), PANEL_PARAMS).purchases
    silent, told = (found.after, found.before) if shift > 0 else (found.before, found.after)
    assert "at least {needed:int}" in reason_of(silent)
    assert isinstance(found.difference, NotEstimable)
    assert isinstance(told, Estimate)


def test_too_few_waves_with_orders_around_them_are_told():
    orders = client().table("transactions")
    late = orders[orders["ordered_on"] > pd.Timestamp("2024-12-01")]
    data = dataclasses.replace(client(), tables=dict(client().tables) | {"transactions": late})
    assert "orders before and after" in reason_of(analyse_panel(data, PANEL_PARAMS).purchases)


def test_a_refusal_of_rises_and_falls_leaves_the_common_slope():
    def rising(survey):
        return survey.assign(satisfaction_index=survey["satisfaction_index"] / 20 + 20 * survey["wave_order"])

    found = analyse_panel(with_survey(client(), rising), PANEL_PARAMS).changes
    assert isinstance(found.slope, Estimate)
    assert "fell in too few" in reason_of(found.asymmetry)


def test_more_respondents_of_a_level_that_counts_nothing_change_nothing():
    params = PANEL_PARAMS.model_copy(
        update={"survey": PANEL_PARAMS.survey.model_copy(update={"respondent_weights": {"executive": 0.0}})}
    )
    some = with_survey(client(), lambda s: s[s["respondent_level"] != "executive"])
    found = analyse_panel(client(), params)
    assert found.fixed_effects == analyse_panel(some, params).fixed_effects
    assert found.fixed_effects != result().fixed_effects
