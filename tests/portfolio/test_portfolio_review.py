"""A portfolio's numbers against those that are known: standings, who is compared, movements, alerts, quality."""

import json

import numpy as np
import pytest
from published_audits import BEFORE, DAY, audit, changed, dimension, estimate, said, silent, stored, table, twelve

from analysis.indicators.league import shrink
from analysis.portfolio.review import review_portfolio
from analysis.report.audit_json import render_audit_json
from analysis.results import Estimate


def review(*audits, **options):
    portfolio = review_portfolio(stored(*audits), "en", **options)
    assert portfolio is not None
    return portfolio


def test_fair_scores_are_the_hierarchical_estimates_of_the_published_intervals():
    values, halves = [40.0, 50, 55, 60, 75], [4.0, 8, 4, 2, 12]
    audits = [audit(f"c{i}", value, half=half) for i, (value, half) in enumerate(zip(values, halves, strict=True))]
    standing = review(*audits).standings[0]
    posterior = shrink(np.array(values), (np.array(halves) / 1.959964) ** 2)
    expected = {f"c{i}": mean for i, mean in enumerate(posterior.mean)}
    assert {row.client: row.shrunken.value for row in standing.rows} == pytest.approx(expected, rel=1e-6)
    assert [row.client for row in standing.rows] == sorted(expected, key=expected.get, reverse=True)
    pulled = {row.client: abs(row.shrunken.value - row.own.value) for row in standing.rows}
    assert pulled["c4"] > 1 > pulled["c3"]
    for row in standing.rows:
        assert row.rank_low <= row.rank_high
        assert row.shrunken.low <= row.shrunken.value <= row.shrunken.high
    assert standing.rows[-1].rank_low == 5
    assert sum(row.p_top_quartile for row in standing.rows) == pytest.approx(1.0, abs=0.01)
    assert standing.p_value < 0.001


def test_clients_that_are_alike_are_said_to_be():
    standing = review(*[audit(f"c{i}", 60.0 + 0.3 * i) for i in range(6)]).standings[0]
    assert standing.p_value > 0.9
    assert all(row.rank_high - row.rank_low >= 4 for row in standing.rows)


def test_two_clients_stand_as_they_are():
    standing = review(audit("a", 60.0), audit("b", 70.0)).standings[0]
    assert [row.client for row in standing.rows] == ["b", "a"]
    assert [row.shrunken for row in standing.rows] == [None, None]
    assert standing.mean is standing.between_sd is standing.p_value is None


def test_one_client_alone_and_none_at_all():
    assert len(review(audit("a")).standings[0].rows) == 1
    assert review_portfolio({}, "en") is None
    assert review_portfolio({"a": [(DAY, "{")]}, "en") is None


def other_weights(client):
    content = changed(audit(client), 0.8, "score", "dimensions", 0, "weight")
    return changed(content, 0.2, "score", "dimensions", 1, "weight")


def test_scores_of_other_weights_horizons_or_dimensions_are_not_compared():
    short = changed(audit("short"), 90, "indicators", "results", "repeat_purchase_rate", "definition", "values", "days")
    lacking = changed(audit("lacking"), silent("There are no survey answers."), "score", "overall")
    fewer = changed(audit("fewer"), [dimension("loyalty", 60.0)], "score", "dimensions")
    flat = changed(audit("flat"), estimate(60.0, 0.0), "score", "overall")
    odd = [other_weights("weights"), short, lacking, fewer, flat]
    portfolio = review(*[audit(f"c{i}", 50.0 + i) for i in range(6)], *odd)
    standing = portfolio.standings[0]
    assert len(standing.rows) == 6
    reasons = {client: reason.msgid for client, reason in standing.left_out}
    assert set(reasons) == {"weights", "short", "lacking", "fewer", "flat"}
    assert "weigh" in reasons["weights"]
    assert "horizon" in reasons["short"]
    assert reasons["lacking"] == "There are no survey answers."
    assert "other dimensions" in reasons["fewer"]
    assert "width" in reasons["flat"]
    assert {client.client for client in portfolio.clients if client.barrier is not None} == set(reasons)
    loyalty = next(each for each in portfolio.standings if each.measure == "loyalty")
    assert {client for client, _ in loyalty.left_out} == {"short"}  # other weights do not touch a dimension


def test_how_much_a_client_sells_and_what_it_calls_its_levels_do_not_keep_it_apart():
    audits = []
    for place in range(3):
        content = audit(f"c{place}", 50.0 + place)
        parts = [
            {"indicator": "categories_bought", "name": said("x"), "zero": 1, "full": 4 + place, "score": estimate(50)}
        ]
        content["score"]["dimensions"][1]["components"] = parts
        definition = said(
            "Levels {levels:list}, {all:int} categories, to {day:date}", levels=[f"L{place}"], all=place, day=DAY
        )
        content["indicators"]["results"]["categories_bought"] = {
            **content["indicators"]["results"]["satisfaction_index"],
            "definition": definition,
        }
        audits.append(content)
    assert len(review(*audits).standings[0].rows) == 3


def test_movements_are_tested_on_the_printed_intervals_as_one_family():
    before = [audit(f"c{i}", 60.0, half=2.0, day=BEFORE) for i in range(4)]
    now = [audit(f"c{i}", 60.0 if i else 75.0, half=2.0) for i in range(4)]
    portfolio = review(*before, *now)
    moved = {(each.client, each.measure) for each in portfolio.moved}
    assert moved == {("c0", key) for key in
                     ("score", "score.satisfaction", "score.loyalty", "satisfaction_index", "repeat_purchase_rate")}  # fmt: skip
    assert all(each.verdict == "rose" and each.good for each in portfolio.moved)
    found = {each.measure: each for each in portfolio.movements if each.client == "c0"}
    # independent limits for an indicator, limits for any correlation for the score
    assert found["satisfaction_index"].difference.high - 15 == pytest.approx(2 * 2**0.5)
    assert found["score"].difference.high - 15 == pytest.approx(4.0)
    assert len(portfolio.movements) == 4 * 6
    raw = sorted(each.difference.p_value for each in portfolio.movements)
    adjusted = sorted(each.adjusted_p for each in portfolio.movements)
    assert all(a >= p for a, p in zip(adjusted, raw, strict=True))


def test_what_was_not_measured_anew_or_means_something_else_is_not_tested():
    before, now = audit("a", 40.0, day=BEFORE), other_weights("a")
    for content in (before, now):
        content["indicators"]["results"]["satisfaction_index"]["by_period"] = {"W1": estimate(65.0)}
    now["indicators"]["results"]["repeat_purchase_rate"]["definition"]["values"]["days"] = 90
    tested = {each.measure for each in review(before, now).movements}
    assert tested == {"score.satisfaction", "response_rate"}


def test_the_latest_and_the_one_before_are_read_and_what_cannot_be_read_is_named():
    texts = stored(audit("a", 50.0, day="2024-06-30"), audit("a", 55.0, day=BEFORE), audit("a", 60.0))
    texts["a"].append(("2026-01-31", "no json"))
    texts["b"] = [(DAY, json.dumps(audit("other")))]
    texts["c"] = [(DAY, json.dumps(audit("c") | {"schema_version": "9.0"}))]
    texts["d"] = [("2025-01-01", json.dumps(audit("d")))]
    portfolio = review_portfolio(texts, "en")
    (client,) = portfolio.clients
    assert (client.as_of, client.previous) == (DAY, BEFORE)
    assert [(each.client, each.day) for each in portfolio.unreadable] == [
        ("a", "2026-01-31"), ("b", DAY), ("c", DAY), ("d", "2025-01-01")
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_older_versions_are_read(version):
    content = audit("old") | {"schema_version": version}
    del content["industry"], content["benchmarking"]
    if version in ("1.0", "1.1"):
        content["actions"] = [{"key": "win_back", "title": said("Win back")}]
    portfolio = review(content, audit("new"))
    old = next(client for client in portfolio.clients if client.client == "old")
    assert (old.version, old.industry) == (version, "")
    assert len(portfolio.standings[0].rows) == 2


@pytest.mark.parametrize("path", [["score"], ["indicators"], ["data_quality"], ["actions"], ["alerts"], ["name"], ["industry"],
                                  ["indicators", "results"], ["score", "dimensions"], ["score", "level_range"],
                                  ["indicators", "monthly_revenue"], ["data_quality", "tables"]], ids="-".join)  # fmt: skip
@pytest.mark.parametrize(
    "value", [None, 7, "text", [1, None, {"a": []}], {"x": 3}], ids=lambda value: type(value).__name__
)
def test_whatever_stands_in_a_file_the_portfolio_is_made(path, value):
    portfolio = review(*[audit(f"c{i}", 50.0 + i) for i in range(4)], changed(audit("odd"), value, *path))
    assert len(portfolio.clients) == 5
    render_audit_json(portfolio)


def test_alerts_and_overdue_actions_come_first():
    fired = {"condition": "nps < 0", "state": "fired", "name": said("NPS"), "found": said("low")}
    unknown = {"condition": "x > 1", "state": "unknown", "name": said("X"), "found": said("no data")}
    calm = {"condition": "y > 1", "state": "silent", "name": said("Y"), "found": said("fine")}
    late = [{"key": "k", "title": said("Do it"), "facts": ["f"], "due": "2025-06-01"}]
    portfolio = review(audit("a", alerts=[unknown, calm]), audit("b", alerts=[fired], actions=late), audit("c"))
    assert [(each.client, each.state) for each in portfolio.alerts] == [("b", "fired"), ("a", "unknown")]
    assert [(each.client, each.overdue, each.count) for each in portfolio.actions] == [
        ("b", 1, 1),
        ("a", 0, 1),
        ("c", 0, 1),
    ]


def test_the_league_of_data_counts_rows_revenue_answers_and_age():
    poor = audit("poor", day="2025-03-31")
    poor["data_quality"] = {"tables": [table("transactions", 100, last="2025-03-30")], "repairs": [
        {"table": "transactions", "rows": 10, "total": 100, "removed": True, "revenue_effect": -500.0}]}  # fmt: skip
    portfolio = review(poor, audit("good"))
    good, bad = portfolio.quality
    assert (good.client, good.rows, good.responses, good.age_days) == ("good", 1200, 200, 0)
    assert (good.removed, good.repaired) == (pytest.approx(6 / 1200), pytest.approx(12 / 1200))
    assert good.revenue_share == pytest.approx(-50 / 10000)
    assert isinstance(good.response_rate, Estimate)
    assert good.concerns == ()
    assert (bad.responses, bad.removed, bad.age_days) == (None, 0.1, 276)
    assert [concern.msgid.split(" ")[0] for concern in bad.concerns] == ["no", "newest", "repairs", "{share:percent}"]


def test_names_that_two_clients_share_get_their_ids():
    portfolio = review(audit("a", name="Acme"), audit("b", name="Acme"), audit("c", name=""))
    assert [client.name for client in portfolio.clients] == ["Acme (a)", "Acme (b)", "c"]


def test_the_same_audits_give_the_same_json_in_any_order():
    audits = twelve()
    texts = [render_audit_json(review(*each)) for each in (audits, audits[::-1])]
    assert texts[0] == texts[1]
