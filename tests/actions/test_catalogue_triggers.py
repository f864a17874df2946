"""Every entry of the shipped catalogue fires on its evidence and is silent without it."""

import pytest

from analysis.actions.catalogue import shipped_catalogue
from analysis.actions.check import entry_problems
from analysis.actions.facts import Fact
from analysis.actions.judge import judge
from analysis.actions.recommend import fired, template
from analysis.document.translate import Translator
from analysis.params.model import ClientParams
from analysis.params.steering import ACTION_DIMENSIONS
from analysis.results import Estimate, TargetAttainment


def est(value, low, high, unit="index", **fields):
    outcome = Estimate(value=value, low=low, high=high, n=200, method="t", unit=unit)
    return Fact(kind="estimate", outcome=outcome, **fields)


def moved(verdict):
    return est(50, 45, 55, change=verdict)


def held(verdict):
    return est(50, 45, 55, target=TargetAttainment(target=60, period="2025", verdict=verdict))


def count(number):
    return Fact(kind="count", number=number)


def share(number):
    return Fact(kind="number", number=number)


def flag(known):
    return Fact(kind="flag", number=float(known))


def group(name):
    return {name: count(2)}, {name: count(0)}


def falls(name):
    return {name: moved("fell")}, {name: moved("no_change")}


def misses(name):
    return {name: held("missed")}, {name: held("open")}


def missing(name, **others):
    return {name: flag(False), **others}, {name: flag(True), **others}


CASES = {
    "raise_weakest_item": group("weakest_item"),
    "improve_first_drivers": group("drivers_first"),
    "protect_strong_drivers": group("drivers_keep"),
    "explain_satisfaction_fall": falls("satisfaction_index"),
    "reach_satisfaction_target": misses("satisfaction_index"),
    "lift_unsatisfied_segments": group("satisfaction_index.segments_below"),
    "ease_doing_business": ({"effort_index": est(55, 51, 59)}, {"effort_index": est(55, 49, 61)}),
    "mend_weakest_touchpoint": group("weakest_touchpoint"),
    "close_satisfaction_gap": (
        {"satisfaction_index": est(65, 62, 68, benchmark=71)}, {"satisfaction_index": est(69, 65, 73, benchmark=71)},
    ),
    "win_over_detractors": ({"nps": est(-9, -16, -2, "nps")}, {"nps": est(-9, -20, 2, "nps")}),
    "explain_nps_fall": falls("nps"),
    "reach_nps_target": misses("nps"),
    "bind_loose_segments": group("loyalty_index.segments_below"),
    "ask_for_references": (
        {"nps": est(42, 33, 51, "nps"), "growing_customers": count(3)},
        {"nps": est(42, 28, 56, "nps"), "growing_customers": count(3)},
    ),
    "reward_satisfaction": (
        {"satisfaction_repurchase": est(3, 0.5, 5.5, "percentage_points")},
        {"satisfaction_repurchase": est(3, -0.5, 6.5, "percentage_points")},
    ),
    "raise_repeat_purchase": falls("repeat_purchase_rate"),
    "second_purchase": group("single_purchase_customers"),
    "win_back": group("lost_customers"),
    "win_back_key_accounts": group("lost_key_accounts"),
    "explain_retention_fall": falls("retention_rate"),
    "hold_leaving_segments": group("retention_rate.segments_below"),
    "reach_retention_target": misses("retention_rate"),
    "renew_contracts": group("ending_contracts"),
    "call_late_customers": group("late_customers"),
    "stop_shrinking": group("shrinking_customers"),
    "defend_key_revenue": group("shrinking_key_accounts"),
    "turn_revenue_round": (
        {"revenue_growth": est(-0.08, -0.15, -0.01, "proportion")},
        {"revenue_growth": est(-0.08, -0.18, 0.02, "proportion")},
    ),
    "reach_revenue_target": misses("revenue"),
    "spread_dependence": ({"top10_share": share(0.51)}, {"top10_share": share(0.5)}),
    "develop_potential": group("untapped_customers"),
    "mend_order_value": falls("average_order_value"),
    "hold_lost_revenue": ({"lost_revenue_share": share(0.11)}, {"lost_revenue_share": share(0.1)}),
    "restore_contact": group("overdue_customers"),
    "restore_key_contact": group("overdue_key_accounts"),
    "reach_coverage_target": misses("contact_coverage"),
    "cover_neglected_segments": group("contact_coverage.segments_below"),
    "restore_frequency": falls("contact_frequency"),
    "raise_response_rate": (
        {"response_rate": est(0.25, 0.22, 0.28, "proportion")}, {"response_rate": est(0.25, 0.18, 0.32, "proportion")},
    ),
    "add_contacts": group("single_contact_key_accounts"),
    "reach_top_contacts": group("key_accounts_without_top_contact"),
    "widen_range": group("single_category_customers"),
    "spread_contacts": (
        {"single_thread_share": est(0.4, 0.31, 0.49, "proportion")},
        {"single_thread_share": est(0.4, 0.29, 0.51, "proportion")},
    ),
    "restore_breadth": falls("categories_bought"),
    "sell_across_units": (
        {"business_units_bought": est(1.3, 1.2, 1.4, "count")}, {"business_units_bought": est(1.3, 1.0, 1.6, "count")},
    ),
    "coach_partners": group("weak_partners"),
    "coach_partners_recommendation": group("nps.partners_below"),
    "coach_partners_repurchase": group("repeat_purchase_rate.partners_below"),
    "coach_partners_retention": group("retention_rate.partners_below"),
    "learn_from_partners": group("partners_ahead"),
    "close_complaints": group("open_complaints"),
    "visit_repeat_complainers": group("repeat_complainers"),
    "win_back_complainers": group("lapsed_complainers"),
    "speed_resolution": (
        {"resolved_within_30": est(0.6, 0.52, 0.68, "proportion")},
        {"resolved_within_30": est(0.6, 0.48, 0.72, "proportion")},
    ),
    "reduce_complaints": (
        {"complaint_rate": est(0.25, 0.21, 0.29, "proportion")}, {"complaint_rate": est(0.25, 0.19, 0.31, "proportion")},
    ),
    "raise_win_rate": (
        {"win_rate": est(0.2, 0.12, 0.28, "proportion")}, {"win_rate": est(0.2, 0.08, 0.32, "proportion")},
    ),
    "settle_stale_opportunities": group("stale_opportunities"),
    "record_opportunities": missing("opportunities"),
    "ask_customers": missing("survey"),
    "record_contacts": missing("interactions"),
    "record_contact_persons": missing("contact_persons", interactions=flag(True)),
    "record_feedback": missing("feedback"),
    "record_resolutions": missing("resolutions", feedback=flag(True)),
    "record_margins": missing("margins", active_customers=count(9)),
    "set_targets": missing("targets"),
    "complete_segments": group("customers_without_segment"),
    "name_account_managers": group("customers_without_manager"),
    "match_customer_ids": group("unmatched_rows"),
    "renew_order_record": group("record_gap_days"),
}  # fmt: skip
"""Key of the entry -> facts on which it fires, and facts with the same estimates on which it is silent."""

ENTRIES = shipped_catalogue()


@pytest.mark.parametrize("key", ENTRIES)
def test_each_entry_fires_on_its_evidence_and_is_silent_without_it(key):
    firing, silent = CASES[key]
    assert fired({key: ENTRIES[key]}, firing) == (key,)
    assert fired({key: ENTRIES[key]}, silent) == ()


@pytest.mark.parametrize("key", ENTRIES)
def test_each_condition_matters(key):
    """Without the fact that a condition asks about, the entry is silent, unless it asks for just that."""
    firing, _ = CASES[key]
    for condition in ENTRIES[key].conditions:
        rest = {name: fact for name, fact in firing.items() if name != condition.fact}
        assert judge(condition, firing) == "holds"
        assert judge(condition, rest) == ("holds" if condition.verb == "missing" else judge(condition, {}))
        assert condition.verb == "missing" or fired({key: ENTRIES[key]}, rest) == ()


def test_no_case_is_left_of_an_entry_that_is_gone():
    assert set(CASES) == set(ENTRIES)


def test_there_are_at_least_forty_entries_over_all_dimensions():
    assert len(ENTRIES) >= 40
    assert {entry.spec.dimension for entry in ENTRIES.values()} == set(ACTION_DIMENSIONS)


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    source = {"transactions": {"files": "orders.csv"}}
    folder = tmp_path_factory.mktemp("params")
    return ClientParams(client="acme", name="Acme", sources=source, params_file=folder / "acme.yml")


@pytest.mark.parametrize("key", ENTRIES)
def test_each_entry_asks_for_evidence_and_names_what_is_known(key, params):
    assert list(entry_problems(key, ENTRIES[key].spec, ENTRIES, params)) == []


@pytest.mark.parametrize("key", ENTRIES)
def test_each_entry_speaks_both_languages_with_the_same_placeholders(key):
    spec, facts = ENTRIES[key].spec, {}
    for name in ("title", "for_whom", "evidence", "evidence_one", "owner"):
        text = getattr(spec, name)
        if text is None:
            continue
        assert set(text) == {"en", "zh"}, f"{key}.{name}"
        bound = [template(text, language, Fact(kind="flag"), facts) for language in ("en", "zh")]
        assert set(bound[0].values) == set(bound[1].values), f"{key}.{name}"
        assert Translator("zh")(bound[1]) != Translator("en")(bound[0])


def test_an_entry_yields_to_the_one_that_says_more():
    facts = {"weakest_item": count(1), "weakest_touchpoint": count(1)}
    assert fired(ENTRIES, facts).count("mend_weakest_touchpoint") == 0
    assert "mend_weakest_touchpoint" in fired(ENTRIES, {"weakest_touchpoint": count(1)})
