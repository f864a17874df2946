"""Every number of two audits against its other self: known answers, one family, and what correlation may do."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from audit_pairs import NOW, THEN, audit, changed, estimate, pair, params, silent, stored
from scipy.stats import false_discovery_control

from analysis.document.translate import Translator
from analysis.errors import InputError
from analysis.monitoring.comparison.compare import compare_audits
from analysis.monitoring.comparison.differences import shared_days
from analysis.monitoring.since import published_difference
from analysis.results import Estimate, NotEstimable

SAY = Translator("en", "EUR")


def compare(*audits, earlier=THEN, later=NOW, client=None, **options):
    return compare_audits(stored(*audits), client or params(), earlier=earlier, later=later, **options)


def one(comparison, indicator, scope="whole"):
    (found,) = [each for each in comparison.of(scope) if each.indicator == indicator]
    return found


def test_a_difference_of_two_printed_intervals_by_hand():
    found = one(compare(*pair()), "satisfaction_index")
    # limits of 60 and 70, five on either side: ten, and the root of 50 on either side; z = 10 / (7.0711 / 1.95996)
    assert (found.before.value, found.after.value, found.difference.value) == (60.0, 70.0, 10.0)
    assert (found.difference.low, found.difference.high) == pytest.approx((10 - 50**0.5, 10 + 50**0.5))
    assert found.difference.p_value == pytest.approx(0.005574, abs=1e-6)
    assert (found.basis, found.overlap, found.earlier, found.later) == ("published", None, "2024 H2", "2025 H2")


def test_a_share_is_compared_in_percentage_points():
    found = one(compare(*pair({"retention": 0.7}, {"retention": 0.9})), "retention_rate")
    assert (found.difference.value, found.difference.unit) == (pytest.approx(20.0), "percentage_points")
    assert (found.verdict, found.good) == ("rose", True)
    assert found.shared == 0.0


def test_growth_holds_for_any_correlation():
    found = one(compare(*pair({"growth": 0.0}, {"growth": 0.08})), "revenue_growth")
    assert (found.difference.low, found.difference.high) == pytest.approx((-2.0, 18.0))  # 8 less and plus 5 and 5


def test_the_score_is_opposed_as_far_as_growth_enters():
    comparison = compare(*pair({"growth": 0.0}, {"growth": 0.0}))
    value = one(comparison, "score.value")
    assert value.difference.high == pytest.approx(25.0)  # 12.5 + 12.5: nothing but growth is in it
    score = one(comparison, "score")
    opposed = 0.4 * 25.0 / 12.0  # weight times width of its dimension over the width of the whole
    half = (6.0**2 + 6.0**2 + 2 * opposed * 36.0) ** 0.5
    assert score.difference.high - score.difference.value == pytest.approx(half)
    satisfaction = one(comparison, "score.satisfaction")
    assert satisfaction.difference.high - satisfaction.difference.value == pytest.approx(50**0.5)


def test_limits_that_hold_for_any_correlation_hold_for_neighbouring_growth():
    """Two growths share the year between them: taken as independent they are too narrow, at worst not."""
    rng = np.random.default_rng(7)
    years = rng.normal(100.0, 3.0, size=(20_000, 3))
    first, second = years[:, 1] / years[:, 0] - 1, years[:, 2] / years[:, 1] - 1
    error = float(np.std(first))

    def covered(opposed):
        def limits(value):
            half = 1.959964 * error
            return Estimate(value=value, low=value - half, high=value + half, n=9, method="t", unit="proportion")

        pairs = zip(first[:2000], second[:2000], strict=True)
        found = [published_difference(limits(one), limits(other), opposed=opposed) for one, other in pairs]
        return sum(each.low <= 0 <= each.high for each in found) / len(found)

    assert covered(0.0) < 0.92
    assert 0.95 < covered(1.0) < 1.0


def test_a_test_on_raw_data_is_taken_over_where_the_periods_are_just_these():
    then, now = pair()
    difference = estimate(9.0, 2.0, p_value=0.0003)
    change = {"earlier": "2024 H2", "later": "2025 H2", "difference": difference, "overlap": 55}
    path = ("indicators", "results", "satisfaction_index", "change")
    found = one(compare(then, changed(now, change, *path)), "satisfaction_index")
    assert (found.basis, found.overlap, found.difference.value, found.verdict) == ("paired", 55, 9.0, "rose")
    other = one(compare(then, changed(now, change | {"earlier": "2024 H1"}, *path)), "satisfaction_index")
    assert other.basis == "published"


@pytest.mark.parametrize(("printed", "basis"), [(60.0, "paired"), (59.0, "published")])
def test_the_follow_up_counts_only_of_the_audit_that_is_compared_with(printed, basis):
    then, now = pair()
    row = {"indicator": "satisfaction_index", "basis": "paired", "overlap": 40, "before": estimate(printed, 5.0),
           "difference": estimate(8.0, 3.0, p_value=0.001)}  # fmt: skip
    now = changed(now, {"compared_with": THEN, "changes": [row]}, "follow_up")
    assert one(compare(then, now), "satisfaction_index").basis == basis
    away = changed(now, "2024-06-30", "follow_up", "compared_with")
    assert one(compare(then, away), "satisfaction_index").basis == "published"


def test_what_the_data_of_today_say_of_then_is_told():
    then, now = pair()
    now = changed(now, {"2024 H2": estimate(61.5, 5.0), "2025 H2": estimate(70.0, 5.0)},
                  "indicators", "results", "satisfaction_index", "by_period")  # fmt: skip
    assert one(compare(then, now), "satisfaction_index").restated == 61.5
    assert one(compare(*pair()), "satisfaction_index").restated is None


def test_all_differences_are_one_family():
    comparison = compare(*pair({"retention": 0.7}, {"retention": 0.76}))
    tested = [each for each in comparison.compared if each.adjusted_p is not None]
    raw = [each.difference.p_value for each in tested]
    assert comparison.tested == len(tested) == 8  # three scores, three indicators, the question, one segment
    assert [each.adjusted_p for each in tested] == pytest.approx(list(false_discovery_control(raw)))
    for each in tested:
        assert (each.verdict in ("rose", "fell")) == (each.adjusted_p <= 0.05)
    retention = one(comparison, "retention_rate")
    assert retention.difference.p_value < retention.adjusted_p


def test_amounts_of_money_stand_side_by_side_and_are_not_tested():
    found = one(compare(*pair()), "revenue")
    assert isinstance(found.difference, NotEstimable)
    assert (found.plain, found.adjusted_p, found.verdict) == (10.0, None, "not_compared")


def test_the_same_wave_measures_nothing_anew():
    then, now = audit(THEN, wave="2024 H2"), audit(NOW, wave="2024 H2", satisfaction=61.0)
    found = one(compare(then, now), "satisfaction_index")
    assert "nothing was measured anew" in SAY(found.difference.reason)


def test_a_number_that_one_audit_lacks_says_so():
    then, now = pair()
    gone = changed(then, silent("Nobody answered."), "indicators", "results", "retention_rate", "overall")
    found = one(compare(gone, now), "retention_rate")
    assert SAY(found.difference.reason) == "The earlier audit has no number. Nobody answered."
    without = changed(now, {}, "indicators", "results", "retention_rate")
    assert SAY(one(compare(then, without), "retention_rate").difference.reason) == "Only one of the two audits has it."


@pytest.mark.parametrize(
    ("earlier", "later", "share"),
    [("2024-01-01/2024-12-31", "2025-01-01/2025-12-31", 0.0), ("2025-01-01/2025-12-31", "2025-07-02/2026-07-01", 183 / 365),
     ("2024 H2", "2025 H1", None), ("2024-13-01/2024-12-31", "2025-01-01/2025-12-31", None)],
)  # fmt: skip
def test_how_many_days_two_periods_share(earlier, later, share):
    assert shared_days(earlier, later) == (None if share is None else pytest.approx(share))


def test_actions_then_are_taken_or_not_and_their_aims_now():
    then, now = pair()
    now = changed(now, [{"key": "win_back", "title": then["actions"][0]["title"], "indicator": "x", "facts": ["y"]},
                        {"key": "ask_customers", "title": then["actions"][1]["title"]}], "actions")  # fmt: skip
    taken = {"win_back": SimpleNamespace(taken_on=dt.date(2025, 3, 1), owner="Sales"),
             "add_contacts": SimpleNamespace(taken_on=dt.date(2026, 3, 1), owner="Sales")}  # fmt: skip
    comparison = compare(then, now, client=params(actions_taken=taken))
    first, second = comparison.actions
    assert (first.key, first.taken_on, first.owner, first.still) == ("win_back", "2025-03-01", "Sales", True)
    assert (second.key, second.taken_on, second.still) == ("add_contacts", "", False)  # begun after the later audit
    assert len(comparison.new_actions) == 1


def test_alerts_then_and_now():
    then, now = pair()
    alert = {"condition": "nps.low < 20", "state": "fired", "name": then["actions"][0]["title"],
             "found": {"message": "{value:number}", "values": {"value": 4}}}  # fmt: skip
    comparison = compare(then, changed(now, [alert], "alerts"))
    (found,) = comparison.alerts
    assert (found.before, found.after, SAY(found.found_after), comparison.alerts_known) == ("", "fired", "4", True)
    old = {key: value for key, value in then.items() if key != "alerts"}
    assert not compare(old, now).alerts_known


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": "9.0"}'])
def test_an_audit_that_cannot_be_read_is_refused_by_name(text):
    then, now = pair()
    with pytest.raises(InputError) as caught:
        compare_audits([(THEN, text), *stored(now)], params(), earlier=THEN, later=NOW)
    (fault,) = caught.value.faults
    assert fault.what == f"the audit of {THEN}"
    assert fault.where == f"{THEN}/audit.json"
    with pytest.raises(InputError, match="not of the day that its folder says"):
        compare_audits([("2024-06-30", stored(then)[0][1]), *stored(now)], params(), earlier="2024-06-30", later=NOW)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_older_forms_are_compared_as_far_as_they_go(version):
    then, now = pair()
    for key in ("relationship", "alerts", "follow_up"):
        then.pop(key)
    comparison = compare(then | {"schema_version": version}, now)
    assert one(comparison, "satisfaction_index").difference.value == 10.0
    assert comparison.versions == (version, "1.3")
    assert isinstance(comparison.key_accounts, NotEstimable)
    assert isinstance(comparison.customers, NotEstimable)
    assert any(each.kind == "software" for each in comparison.divergences)


@pytest.mark.parametrize("path", [("indicators",), ("score",), ("relationship",), ("actions",), ("alerts",), ("follow_up",),
                                  ("data_quality",), ("indicators", "results", "retention_rate"), ("indicators", "items"),
                                  ("relationship", "key_accounts"), ("relationship", "lifecycle"), ("score", "dimensions"),
                                  ("relationship", "key_accounts", "cards"), ("currency",), ("small_cell",)])  # fmt: skip
@pytest.mark.parametrize("odd", [None, 3, "x", [], [None, 3, {"key": 1}], {"results": 1, "x": {}}])
def test_odd_content_never_stops_it(path, odd):
    then, now = pair()
    comparison = compare(changed(then, odd, *path), now)
    assert comparison.earlier == THEN
    compare(then, changed(now, odd, *path))
