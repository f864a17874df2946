"""For whom satisfaction counts more: known differences found, none where there is none, time order, degenerate data."""

import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params, split_third

from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.moderation.analysis import analyse_moderation
from analysis.models.moderation.moderators import past_buying, response_moderators
from analysis.models.moderation.result import Moderation
from analysis.models.shape.degrees import effective_degrees
from analysis.params.survey import ItemSpec
from analysis.results import Estimate, NotEstimable


@pytest.fixture(scope="module")
def data():
    return four_segments(make_client())


@pytest.fixture(scope="module")
def found(data):
    return analyse_moderation(data, make_params())


def four_segments(data, extra=0):
    """Give the accounts four segments of about equal size, and `extra` accounts a segment of their own."""
    names = np.array(["North", "South", "East", "West"])
    segment = names[np.arange(len(data.customers)) % 4].astype(object)
    segment[:extra] = "Tiny"
    return client_of(data.table("survey"), data.table("transactions"), data.customers.assign(segment=segment))


def with_survey(data, **columns):
    return client_of(data.table("survey").assign(**columns), data.table("transactions"), data.customers)


def interaction(result, key, response="loyalty"):
    return next(item for item in result.interactions if (item.key, item.response) == (key, response))


def steeper(data, who, by=0.5):
    """Return the client with `by` more points of loyalty a point of satisfaction for some responses."""
    survey = data.table("survey")
    more = survey["loyalty_index"] + by * np.asarray(who(survey), dtype=float) * (survey["satisfaction_index"] - 65)
    return with_survey(data, loyalty_index=more)


def test_where_all_are_alike_nothing_differs(data, found):
    assert isinstance(found, Moderation)
    assert not any(item.differs for item in found.interactions)
    assert found.tests == len(found.interactions)
    keys = [item.key for item in found.interactions if item.response == "loyalty"]
    assert keys == ["segment", "tenure", "key_account", "respondent_level", "recency", "frequency"]
    assert {item.key for item in found.interactions if item.response == "repurchase"} >= {"tenure", "frequency"}
    assert found.slope.value == pytest.approx(fit_satisfaction_loyalty(data, make_params()).slope.value)


def test_a_group_for_whom_satisfaction_counts_more_is_found(data):
    """Executives have 0.5 points more a point of satisfaction: 5 per 10 points."""
    result = analyse_moderation(steeper(data, lambda f: f["respondent_level"] == "executive"), make_params())
    item = interaction(result, "respondent_level")
    contrast = item.contrasts[0]
    assert item.differs
    assert contrast.difference.low < 5 < contrast.difference.high
    assert contrast.first_effect.value - contrast.second_effect.value == pytest.approx(contrast.difference.value)
    assert contrast.second_effect.low < 6 < contrast.second_effect.high
    assert not interaction(result, "tenure").differs


def test_a_number_has_a_region(data):
    """The slope is 0.6 per point less 0.15 a year of tenure over the first: zero at about five years."""
    joined = data.customers["joined_on"]
    years = (pd.Timestamp("2025-04-01") - data.table("survey")["customer_id"].map(joined)).dt.days / 365.25
    result = analyse_moderation(steeper(data, lambda f: years - 1, by=-0.15), make_params())
    item = interaction(result, "tenure")
    assert item.differs
    assert item.region.simultaneous
    first = item.region.stretches[0]
    assert first.sign == "positive"
    assert first.high < 5
    assert 0 < item.region.share < 1
    assert item.contrasts[0].difference.high < 0


def test_slopes_of_segments_are_drawn_together(data, found):
    slopes = found.segments.segments
    assert [item.segment for item in slopes] == sorted(
        (item.segment for item in slopes), key=lambda name: -next(s.pooled.value for s in slopes if s.segment == name)
    )
    own = [item.own.value for item in slopes]
    pooled = [item.pooled.value for item in slopes]
    assert np.ptp(pooled) < np.ptp(own)
    assert all(item.pooled.high - item.pooled.low < item.own.high - item.own.low for item in slopes)
    assert found.segments.spread.value > 0


def test_a_segment_of_four_is_withheld_and_one_of_few_accounts_says_so():
    few = four_segments(make_client(respondents=1), extra=4)
    result = analyse_moderation(few, make_params()).segments
    tiny = next(item for item in result.segments if item.segment == "Tiny")
    assert tiny.own.suppressed
    assert tiny.pooled.suppressed
    assert "n" not in tiny.own.to_dict()
    some = four_segments(make_client(respondents=3), extra=8)
    tiny = next(item for item in analyse_moderation(some, make_params()).segments.segments if item.segment == "Tiny")
    assert isinstance(tiny.own, NotEstimable)
    assert not tiny.own.suppressed
    assert isinstance(tiny.pooled, NotEstimable)


def test_declared_questions_moderate(data):
    params = make_params()
    item = {"role": "moderator", "scale": {"min": 1, "max": 5}, "label": {"en": "Involvement", "zh": "卷入程度"}}
    items = dict(params.survey.items) | {"involved": ItemSpec.model_validate(item)}
    params = params.model_copy(update={"survey": params.survey.model_copy(update={"items": items})})
    asked = with_survey(data, involved=lambda f: 1.0 + f.index % 5)
    result = analyse_moderation(steeper(asked, lambda f: f["involved"] / 5, by=0.8), params)
    mine = interaction(result, "involved")
    assert mine.name.values["label"] == "Involvement"
    assert mine.differs
    assert [word.values["value"] for word in (mine.contrasts[0].first, mine.contrasts[0].second)] == [4.0, 2.0]
    assert interaction(result, "involved", "repurchase").n > 200


def test_survey_weights_move_every_estimate():
    data, params = make_client(weights=True), make_params()
    plain = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    first, second = analyse_moderation(data, params), analyse_moderation(data, plain)
    assert (first.weighted, second.weighted) == (True, False)
    for one in first.interactions:
        other = interaction(second, one.key, one.response)
        assert one.statistic != pytest.approx(other.statistic, rel=1e-6), (one.response, one.key)
    for one in first.segments.segments:
        other = next(item for item in second.segments.segments if item.segment == one.segment)
        assert one.own.value != pytest.approx(other.own.value, rel=1e-6)


def test_rows_split_in_two_of_half_the_weight_change_nothing():
    data, params = four_segments(make_client(accounts=120, weights=True)), make_params()
    survey = data.table("survey")
    halves = split_third(survey)
    whole = analyse_moderation(data, params)
    split = analyse_moderation(client_of(halves, data.table("transactions"), data.customers), params)
    assert len(whole.interactions) == len(split.interactions) > 5
    for one, other in zip(whole.interactions, split.interactions, strict=True):
        assert one.p_value == pytest.approx(other.p_value, rel=1e-6), (one.response, one.key)
        for first, second in zip(one.contrasts, other.contrasts, strict=True):
            assert first.difference.value == pytest.approx(second.difference.value, rel=1e-6)
            assert first.difference.std_error == pytest.approx(second.difference.std_error, rel=1e-6)
    for one, other in zip(whole.segments.segments, split.segments.segments, strict=True):
        assert one.pooled.low == pytest.approx(other.pooled.low, rel=1e-6)


def test_row_order_and_names_of_the_accounts_change_nothing(data, found):
    survey = data.table("survey").sample(frac=1, random_state=5).reset_index(drop=True)
    back = {name: f"z{999 - place:03d}" for place, name in enumerate(data.customers.index)}
    survey = survey.assign(customer_id=survey["customer_id"].map(back), account_key=survey["account_key"].map(back))
    orders = data.table("transactions")
    orders = orders.assign(customer_id=orders["customer_id"].map(back).fillna("passer-by"))
    other = analyse_moderation(client_of(survey, orders, data.customers.rename(index=back)), make_params())
    assert [item.p_value for item in other.interactions] == pytest.approx([i.p_value for i in found.interactions])


def test_past_buying_by_hand_and_the_future_changes_nothing():
    day = pd.Timestamp("2025-03-10")
    rows = pd.DataFrame(
        {"customer_id": ["a", "a", "b", "c"], "responded_on": [day, day + pd.Timedelta(days=1), day, day]}
    )
    orders = pd.DataFrame(
        [("a", "2024-01-01"), ("a", "2025-03-01"), ("a", "2025-03-10"), ("a", "2025-04-01"), ("c", "2025-03-11")],
        columns=["customer_id", "ordered_on"],
    ).assign(ordered_on=lambda frame: pd.to_datetime(frame["ordered_on"]), is_return=False, revenue=1.0)
    params = make_params(repurchase={"horizon_days": 100, "history_days": 200})
    found = past_buying(rows, client_of(None, orders, pd.DataFrame()), params)
    # the order of the day itself is neither past nor future; b never bought, c not before
    assert found["recency"].tolist() == pytest.approx([9, 1, np.nan, np.nan], nan_ok=True)
    assert found["frequency"].tolist() == [1, 2, 0, 0]
    moved = orders.assign(
        ordered_on=orders["ordered_on"].where(orders["ordered_on"] < day, day + pd.Timedelta(days=50))
    )
    later = past_buying(rows.head(1), client_of(None, moved, pd.DataFrame()), params)
    assert (later["recency"][0], later["frequency"][0]) == (9, 1)


def test_moving_the_future_changes_no_moderator(data):
    params = make_params()
    orders = data.table("transactions")
    last = data.table("survey").groupby("customer_id")["responded_on"].min()
    is_past = orders["ordered_on"] < orders["customer_id"].map(last).fillna(pd.Timestamp("2025-12-31"))
    fewer = client_of(data.table("survey"), orders[is_past], data.customers)
    sample = build_loyalty_sample(data, params)
    first = sample.rows["responded_on"] == sample.rows["customer_id"].map(last)
    for one, other in zip(
        response_moderators(sample, data, params), response_moderators(sample, fewer, params), strict=True
    ):
        assert one.key == other.key
        np.testing.assert_array_equal(one.values[first], other.values[first])


def test_degrees_of_freedom_are_those_of_the_accounts_that_contribute():
    rng = np.random.default_rng(3)
    even = rng.normal(size=(20_000, 1))
    assert effective_degrees(even) == pytest.approx(20_000, rel=0.1)
    assert effective_degrees(rng.normal(size=(20_000, 3))) == pytest.approx(20_000, rel=0.1)
    few = np.r_[even[:12], 1e-6 * even[12:500]]
    assert effective_degrees(few) < 30
    assert effective_degrees(np.ones((10, 1))) == 9
    two = rng.normal(size=(300, 2))
    assert effective_degrees(np.column_stack([two, two @ [1.0, -2.0]])) == pytest.approx(effective_degrees(two))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"satisfaction_index": 75.0}, "same satisfaction"),
        ({"loyalty_index": 100.0}, "same loyalty"),
        ({"loyalty_index": lambda frame: frame["satisfaction_index"]}, "same question"),
        ({"weight": 0.0}, "weights"),
        ({"account_key": "one"}, "accounts"),
        ({"loyalty_index": np.nan}, "does not ask about loyalty"),
        ({"satisfaction_index": np.nan}, "no survey answer about satisfaction"),
    ],
)
def test_degenerate_answers_have_a_reason(data, columns, words):
    result = analyse_moderation(with_survey(data, **columns), make_params())
    assert isinstance(result, NotEstimable)
    assert words in result.reason.msgid


def test_moderators_that_cannot_be_tested_say_why(data):
    customers = data.customers.assign(segment="Only", is_key_account=True, joined_on=pd.Timestamp("2020-01-01"))
    one = client_of(data.table("survey").assign(respondent_level=pd.NA), data.table("transactions"), customers)
    result = analyse_moderation(one, make_params())
    reasons = {item.key: item.reason.msgid for item in result.untested if item.response == "loyalty"}
    assert "same group" in reasons["segment"]
    assert "same group" in reasons["key_account"]
    assert isinstance(result.segments, NotEstimable)
    assert [item.key for item in result.interactions if item.response == "loyalty"] == [
        "tenure",
        "recency",
        "frequency",
    ]


def test_key_accounts_are_no_matter_where_the_client_names_none(data):
    """A customer table without such a column reads as one in which nobody is a key account."""
    customers = data.customers.assign(is_key_account=False)
    result = analyse_moderation(client_of(data.table("survey"), data.table("transactions"), customers), make_params())
    assert "key_account" not in {item.key for item in (*result.interactions, *result.untested)}


def test_groups_that_all_bought_again_are_not_compared(data):
    """Complete separation within a group: every customer of the South buys the day after its response."""
    survey, orders = data.table("survey"), data.table("transactions")
    south = data.customers.index[data.customers["segment"] == "South"]
    last = survey.groupby("customer_id")["responded_on"].max().reindex(south) + pd.Timedelta(days=1)
    extra = pd.DataFrame({"customer_id": south, "ordered_on": last.to_numpy(), "revenue": 100.0, "is_return": False})
    bought = client_of(survey, pd.concat([orders, extra], ignore_index=True), data.customers)
    result = analyse_moderation(bought, make_params())
    reason = next(item.reason for item in result.untested if (item.key, item.response) == ("segment", "repurchase"))
    assert "nearly everybody" in reason.msgid or "Too few" in reason.msgid


def test_an_outcome_that_never_happens_and_missing_orders_leave_loyalty(data):
    survey = data.table("survey")
    orders = data.table("transactions")
    before = orders[orders["ordered_on"] < survey["responded_on"].min()]
    for transactions, words in ((before, "Nobody bought again"), (None, "no orders")):
        result = analyse_moderation(client_of(survey, transactions, data.customers), make_params())
        assert words in result.repurchase.reason.msgid
        assert interaction(result, "tenure").p_value <= 1


def test_an_anonymous_survey_is_compared_by_what_it_holds(data):
    survey = data.table("survey").assign(customer_id=pd.NA)
    survey["account_key"] = survey["respondent_key"]
    result = analyse_moderation(
        client_of(survey, None, data.customers.iloc[:0], has_real_customers=False), make_params()
    )
    assert [item.key for item in result.interactions] == ["respondent_level"]
    assert "not divided into segments" in result.segments.reason.msgid
    assert "anonymous" in result.repurchase.reason.msgid


def test_forty_questions_of_sixty_people_are_one_family(data):
    params = make_params()
    keys = [f"m{number}" for number in range(40)]
    spec = ItemSpec.model_validate({"role": "moderator", "scale": {"min": 1, "max": 5}})
    items = dict(params.survey.items) | dict.fromkeys(keys, spec)
    params = params.model_copy(update={"survey": params.survey.model_copy(update={"items": items})})
    small = make_client(accounts=60, respondents=1)
    answers = np.random.default_rng(2).integers(1, 6, (60, 40)).astype(float)
    asked = client_of(
        small.table("survey").assign(**dict(zip(keys, answers.T, strict=True))), small.table("transactions"),
        small.customers,
    )  # fmt: skip
    result = analyse_moderation(asked, params)
    assert result.tests >= 40
    assert all(item.adjusted_p >= item.p_value for item in result.interactions)


def test_result_is_json_without_nan_and_deterministic(data, found):
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.dumps(analyse_moderation(data, make_params()).to_dict(), allow_nan=False) == text
    assert all(isinstance(c.difference, Estimate) for item in found.interactions for c in item.contrasts)
