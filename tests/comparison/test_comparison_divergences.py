"""What is not the same in two audits is named, and nothing that rests on it is compared."""

from types import SimpleNamespace

import pytest
from audit_pairs import NOW, THEN, audit, changed, estimate, item, key_accounts, lifecycle, pair, params, said, stored

from analysis.document.translate import Translator
from analysis.monitoring.comparison.compare import compare_audits
from analysis.monitoring.comparison.protection import WITHHELD
from analysis.results import Estimate, NotEstimable

SAY = Translator("en", "EUR")


def compare(then, now, client=None, **options):
    return compare_audits(stored(then, now), client or params(), earlier=THEN, later=NOW, **options)


def reason(comparison, indicator, scope="whole"):
    (found,) = [each for each in comparison.of(scope) if each.indicator == indicator]
    assert isinstance(found.difference, NotEstimable), found
    assert found.verdict == "not_compared"
    return SAY(found.difference.reason)


def subjects(comparison, *, stops=True):
    return [SAY(each.subject) for each in comparison.divergences if each.stops == stops]


def test_two_audits_of_one_kind_differ_in_nothing():
    assert compare(*pair()).divergences == ()  # dates and counts within a definition are no other definition


def test_another_horizon_is_another_definition():
    then, now = pair()
    comparison = compare(
        then, changed(now, 180, "indicators", "results", "retention_rate", "definition", "values", "days")
    )
    assert subjects(comparison) == ["definition of “Retention rate”"]
    assert reason(comparison, "retention_rate") == "Not the same in the two audits: definition of “Retention rate”."
    assert [each.indicator for each in comparison.of("whole") if isinstance(each.difference, Estimate)] == [
        "score", "score.satisfaction", "score.value", "satisfaction_index", "revenue_growth"
    ]  # fmt: skip


def test_a_definition_that_stops_a_component_stops_its_dimension_and_the_score():
    then, now = pair()
    comparison = compare(
        then, changed(now, said("Another mean."), "indicators", "results", "satisfaction_index", "definition")
    )
    assert "definition of “Satisfaction index”" in reason(comparison, "score.satisfaction")
    assert "definition of “Satisfaction index”" in reason(comparison, "score")
    assert "Satisfaction index" in reason(comparison, "satisfaction_index", "segment")
    assert [each.indicator for each in comparison.levels] == ["score.value"]
    assert comparison.key_accounts.silence is not None


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([item("overall", 70.0, "2025 H2", scale=(1.0, 5.0))], "asked on a scale of 1–5"),
        ([item("overall", 70.0, "2025 H2"), item("speed", 70.0, "2025 H2")], "not asked"),
        ([item("overall", 70.0, "2025 H2", role="driver")], "a part of the service"),
    ],
)
def test_another_questionnaire_stops_the_indexes_made_of_it(items, says):
    then, now = pair()
    comparison = compare(then, changed(now, items, "indicators", "items"))
    (divergence,) = [each for each in comparison.divergences if each.stops]
    assert divergence.kind == "questionnaire"
    assert says in f"{SAY(divergence.then)} {SAY(divergence.now)}"
    assert "question “" in reason(comparison, "satisfaction_index")
    assert isinstance(comparison.whole("retention_rate").difference, Estimate)


def test_a_question_of_the_service_stops_itself_alone():
    then, now = pair()
    comparison = compare(then, changed(now, [*now["indicators"]["items"], item("price", 50.0, "2025 H2", role="driver")],
                                       "indicators", "items"))  # fmt: skip
    assert isinstance(comparison.whole("satisfaction_index").difference, Estimate)
    assert reason(comparison, "item.price", "question") == "Only one of the two audits has it."
    assert subjects(comparison) == ["question “Price”"]


def test_other_weights_stop_the_score_alone_and_the_old_ones_are_applied_to_the_new_dimensions():
    then, now = pair()
    heavier = [row | {"weight": weight} for row, weight in zip(now["score"]["dimensions"], (0.5, 0.5), strict=True)]
    score = now["score"] | {"dimensions": heavier, "overall": estimate(0.5 * 70.0 + 0.5 * 50.0, 6.0)}
    comparison = compare(then, now | {"score": score})
    assert subjects(comparison) == ["weights of the score"]
    assert "weights of the score" in reason(comparison, "score")
    assert "Satisfaction 50%" in SAY(comparison.divergences[0].now)
    assert isinstance(comparison.whole("score.satisfaction").difference, Estimate)
    assert comparison.reweighed == pytest.approx(0.6 * 70.0 + 0.4 * 50.0)
    odd = now | {"score": score | {"overall": estimate(10.0, 6.0)}}  # put together otherwise: not by these weights
    assert compare(then, odd).reweighed is None


def test_other_anchors_stop_the_dimension():
    then, now = pair()
    comparison = compare(then, changed(now, 0.4, "score", "dimensions", 1, "components", 0, "full"))
    assert subjects(comparison) == ["components and anchors of “Customer value”"]
    assert "components and anchors" in reason(comparison, "score.value")
    assert SAY(comparison.divergences[0].now) == "Revenue growth from −0.20 to 0.40"
    assert comparison.reweighed is None


def test_a_new_dimension_stops_the_score():
    then, now = pair()
    extra = {"dimension": "green", "name": said("Green"), "weight": 0.1, "score": estimate(50.0, 9.0), "level": "C"}
    comparison = compare(then, changed(now, [*now["score"]["dimensions"], extra], "score", "dimensions"))
    assert "dimensions of the score" in reason(comparison, "score")


def test_other_lines_stop_the_levels_alone():
    then, now = pair()
    comparison = compare(then, changed(now, 70.0, "score", "cuts", "B"))
    assert subjects(comparison) == ["lowest score of each level"]
    assert isinstance(comparison.whole("score").difference, Estimate)
    assert comparison.levels == ()
    assert comparison.key_accounts.silence is not None


def test_another_currency_stops_the_amounts():
    then, now = pair()
    comparison = compare(then, now | {"currency": "USD"})
    assert "currency" in reason(comparison, "revenue")
    assert comparison.whole("revenue").plain is None
    assert comparison.customers.flows == ()


def test_sources_parameters_and_software_are_named_and_stop_nothing():
    then, now = pair()
    now = changed(now, [{"table": "survey"}, {"table": "feedback"}], "data_quality", "tables")
    made = {"params": {"acme.yml": "a"}, "inputs": {"orders.csv": "1"}, "code": {"analysis": "x"}}
    manifests = {
        THEN: made,
        NOW: {"params": {"acme.yml": "b"}, "inputs": {"sales.csv": "1"}, "code": {"analysis": "y"}},
    }
    comparison = compare(then, now, manifests=manifests)
    assert subjects(comparison) == []
    assert subjects(comparison, stops=False) == ["Tables of data", "Files of data", "Parameter files", "Software"]
    assert subjects(compare(then, pair()[1], manifests={THEN: made, NOW: made}), stops=False) == []


@pytest.mark.parametrize(
    ("now", "client"),
    [
        ({"small_cell": 10}, {}), ({"confidentiality": "aggregate"}, {}),
        ({}, {"limits": SimpleNamespace(small_cell=20)}), ({}, {"survey": SimpleNamespace(confidentiality="anonymous")}),
    ],
)  # fmt: skip
def test_groups_under_a_looser_promise_are_withheld(now, client):
    loose, later = pair()
    comparison = compare(loose, later | now, params(**client))
    (group,) = [each for each in comparison.of("segment") if each.indicator == "satisfaction_index"]
    assert group.before is WITHHELD
    assert group.difference != WITHHELD
    assert "looser promise" in SAY(group.difference.reason)
    assert isinstance(comparison.whole("satisfaction_index").difference, Estimate)  # 80 answers: no small cell


def test_a_stricter_past_is_shown_today():
    then, now = pair({"small_cell": 10})
    (group,) = compare(then, now, params(limits=SimpleNamespace(small_cell=10))).of("segment")
    assert isinstance(group.before, Estimate)
    assert group.after is WITHHELD


def test_key_accounts_that_moved_between_levels_come_first():
    then, now = pair()
    now = changed(now, key_accounts(C1=(72.0, "B"), C2=(68.0, "B"), C3=(40.0, "D")), "relationship", "key_accounts")
    then = changed(then, key_accounts(C1=(70.0, "B"), C2=(55.0, "C"), C4=(81.0, "A")), "relationship", "key_accounts")
    accounts = compare(then, now).key_accounts
    assert [(move.customer_id, move.level_before, move.level_after) for move in accounts.moves] == [
        ("C2", "C", "B"), ("C1", "B", "B")
    ]  # fmt: skip
    assert [(each.name, each.before, each.after) for each in accounts.crossed] == [("Customer C2", 55.0, 68.0)]
    assert (accounts.only_then, accounts.only_now) == (("Customer C4",), ("Customer C3",))


@pytest.mark.parametrize("client", [{"audience": "external"}, {"survey": SimpleNamespace(confidentiality="aggregate")}])
def test_scores_of_single_accounts_are_for_whom_they_were_promised_to(client):
    accounts = compare(*pair(), params(**client)).key_accounts
    assert accounts.silence is not None
    assert accounts.crossed == ()
    assert all(move.before is move.after is None for move in accounts.moves)
    assert [move.revenue_after for move in accounts.moves] == [100.0, 100.0]  # the client's own sales


def test_customers_won_and_lost_between_days_a_year_apart():
    customers = compare(*pair()).customers
    assert [(each.stage, each.before, each.after) for each in customers.stages] == [
        ("prospect", 10, 8), ("active", 30, 33), ("lost", 5, 9)
    ]  # fmt: skip
    assert [(each.start, each.end, each.customers) for each in customers.transitions] == [("active", "lost", 4)]
    assert [each.key for each in customers.flows] == ["new", "lost"]
    assert customers.silences == ()


def test_who_moved_is_not_told_where_the_later_audit_looks_back_to_another_day():
    then, now = pair()
    now = changed(now, lifecycle(NOW, year_before="2025-01-31"), "relationship", "lifecycle")
    customers = compare(then, now).customers
    assert customers.transitions == ()
    assert len(customers.stages) == 3
    assert "cannot be told from the two reports" in SAY(customers.silences[0])


def test_another_rule_of_the_stages_stops_counting_them():
    then, now = pair()
    rule = said("Active: an order within {days:int} days.", days=90)
    customers = compare(then, changed(now, rule, "relationship", "lifecycle", "rule")).customers
    assert customers.stages == customers.transitions == ()
    assert "has changed in between" in SAY(customers.silences[0])


def series(count, **changes):
    days = [f"{2010 + i}-12-31" for i in range(count)]
    audits = [audit(day, wave=f"{day[:4]} H2", satisfaction=60.0 + i % 2, **changes) for i, day in enumerate(days)]
    for day, content in zip(days, audits, strict=True):
        results = content["indicators"]["results"]
        year = f"{day[:4]}-01-01/{day}"
        results["retention_rate"]["by_period"] = {year: results["retention_rate"]["overall"]}
    return days, audits


@pytest.mark.parametrize(("count", "charted"), [(8, False), (9, True)])
def test_a_control_chart_takes_nine_audits_that_measured_apart(count, charted):
    days, audits = series(count)
    found = compare_audits(stored(*audits), params(), earlier=days[-2], later=days[-1]).series
    assert found.days == tuple(days)
    assert ("satisfaction_index" in [chart.key for chart in found.charts]) == charted
    assert found.fewest == 9


def test_audits_on_the_same_months_are_charted_once():
    days, audits = series(9)
    for i, content in enumerate(audits):
        results = content["indicators"]["results"]
        results["satisfaction_index"]["by_period"] = {f"20{10 + i}-01-01/20{11 + i}-06-30": estimate(60.0 + i % 2, 5.0)}
    found = compare_audits(stored(*audits), params(), earlier=days[-2], later=days[-1]).series
    assert "satisfaction_index" not in [chart.key for chart in found.charts]


def test_a_series_says_what_is_not_comparable_with_the_latest():
    days, audits = series(3)
    audits[0] = changed(audits[0], said("Another mean."), "indicators", "results", "satisfaction_index", "definition")
    found = compare_audits(stored(*audits), params(), earlier=days[1], later=days[2]).series
    (row,) = [row for row in found.rows if row.indicator == "satisfaction_index"]
    assert [isinstance(outcome, Estimate) for outcome in row.outcomes] == [False, True, True]
