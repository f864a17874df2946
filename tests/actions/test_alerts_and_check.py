"""Conditions, alerts, and what is refused of them and of a client's own catalogue, all faults at once."""

import dataclasses

import pytest

from analysis.actions import check_steering, evaluate_alerts
from analysis.actions.catalogue import load_catalogue
from analysis.actions.facts import Fact, clearly_below, fact_kind, fact_names
from analysis.actions.judge import judge
from analysis.document.translate import Translator
from analysis.errors import ParamsError
from analysis.messages import N_
from analysis.params.base import BrokenRule
from analysis.params.conditions import SHORT, parse_condition
from analysis.params.load import load_params
from analysis.results import Estimate, IndicatorResult, NotEstimable, TargetAttainment


def est(value, low, high, unit="index", **fields):
    outcome = Estimate(value=value, low=low, high=high, n=200, method="t", unit=unit)
    return Fact(kind="estimate", outcome=outcome, **fields)


FACTS = {
    "nps": est(25, 15, 35, "nps", change="fell", benchmark=30.0,
               target=TargetAttainment(target=40, period="2025", verdict="missed")),
    "score": est(60, 50, 70, level="C"),
    "retention_rate": Fact(kind="estimate", outcome=NotEstimable(reason=N_("Too few customers."))),
    "lost_customers": Fact(kind="count", number=3),
    "top10_share": Fact(kind="number", number=0.44, unit_is_share=True),
    "survey": Fact(kind="flag", number=1.0),
    "feedback": Fact(kind="flag", number=0.0),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("nps.low < 20", "holds"), ("nps.low<20", "holds"), ("nps < 20", "does_not_hold"), ("nps.high > 35", "does_not_hold"),
        ("nps.high >= 35", "holds"), ("nps.n < 200", "does_not_hold"), ("nps.n <= 200", "holds"), ("nps.low > -1e2", None),
        ("nps falls", "holds"), ("nps rises", "does_not_hold"), ("nps misses target", "holds"),
        ("nps meets target", "does_not_hold"), ("nps.high < target", "holds"), ("nps.high < benchmark", "does_not_hold"),
        ("nps.low < benchmark", "holds"), ("score.level worse than B", "holds"), ("score.level worse than C", "does_not_hold"),
        ("score.level better than D", "holds"), ("score.high < 65.5", "does_not_hold"), ("retention_rate.low < 0.9", "unknown"),
        ("retention falls", "unknown"), ("retention_rate falls", "unknown"), ("retention_rate is missing", "holds"), ("nps is known", "holds"),
        ("lost_customers >= 3", "holds"), ("lost_customers > 3", "does_not_hold"), ("top10_share > 40%", "holds"),
        ("survey is missing", "does_not_hold"), ("feedback is missing", "holds"), ("nobody >= 1", "unknown"),
        ("nps.low > -20", "holds"), ("loyalty_index falls", "unknown"), ("score.low < target", "unknown"),
        ("nps low < 3", None), ("nps.low < twenty", None), ("", None), ("nps is gone", None), ("score worse than B", None),
        ("nps.level worse than F", None), ("nps misses benchmark", None), ("nps.low < 20 and nps falls", None),
    ],
)  # fmt: skip
def test_conditions(text, verdict):
    if verdict is None:
        with pytest.raises(BrokenRule):
            parse_condition(text)
    else:
        assert judge(parse_condition(text), FACTS) == verdict


def test_alerts_say_what_they_found_those_that_fired_first():
    texts = ["nps rises", "retention_rate falls", "nps.low < 20", "top10_share > 0.5", "survey is missing"]
    alerts = evaluate_alerts(texts, FACTS)
    assert [(alert.state, alert.condition) for alert in alerts] == [
        ("fired", "nps.low < 20"), ("unknown", "retention_rate falls"), ("silent", "nps rises"),
        ("silent", "top10_share > 0.5"), ("silent", "survey is missing"),
    ]  # fmt: skip
    found = [Translator("en")(alert.found).replace("\xa0", " ") for alert in alerts]
    assert found[0] == "25.0 (95% interval 15.0 to 35.0, n = 200)"
    assert found[1:] == ["Too few customers.", found[0], "44%", "recorded"]
    assert Translator("en")(alerts[0].name) == "Net Promoter Score"


def test_an_alert_on_a_group_or_a_dimension_is_called_by_its_name():
    facts = {
        "nps.segments_below": Fact(kind="count", number=2.0),
        "score.value": est(40, 30, 50, values={"name": N_("Score of: {name:message}", name=N_("Customer value"))}),
    }
    names = {each.condition: Translator("en")(each.name) for each in evaluate_alerts(
        ["nps.segments_below >= 1", "score.value.high < 60"], facts)}  # fmt: skip
    assert names == {
        "nps.segments_below >= 1": "Net Promoter Score: groups clearly below the whole",
        "score.value.high < 60": "Score of: Customer value",
    }


def test_an_alert_on_a_change_says_the_change_and_what_it_is_held_against():
    fell = dataclasses.replace(FACTS["nps"], values={"change": N_("-8 points")})
    change, level = evaluate_alerts(["nps falls", "nps.low < 20"], {"nps": fell})
    assert Translator("en")(change.found).endswith("n\xa0=\xa0200); -8 points against the period before")
    assert "-8" not in Translator("en")(level.found)


def test_every_name_has_a_kind_and_others_have_none():
    names = fact_names(dimensions=("loyalty", "绿色"), items=("q1",))
    assert len(set(names)) == len(names)
    assert {"nps", "nps.segments_below", "score.绿色", "item.q1", "lost_customers", "survey"} < set(names)
    assert all(fact_kind(name, dimensions=("loyalty", "绿色"), items=("q1",)) for name in names)
    assert not any(fact_kind(name) for name in ("npss", "item.q9", "score.green", "nps.segments", "x.y.z", ""))


def result(**groups):
    whole = Estimate(value=70, low=68, high=72, n=900, method="t", unit="index")
    return IndicatorResult(
        key="satisfaction_index", name=N_("x"), definition=N_("x"), dimension="satisfaction", unit="index",
        unit_of_analysis="account", overall=whole,
        by_segment={name: Estimate(value=v, low=v - 4, high=v + 4, n=30, method="t", unit="index")
                    for name, v in groups.items()},
    )  # fmt: skip


def test_the_bar_for_a_group_rises_with_the_number_of_groups():
    """With two groups the half-width 4 becomes 4 * 2.241 / 1.960 = 4.57, with five 4 * 2.576 / 1.960 = 5.26."""
    two = result(a=65.2, b=70)
    five = result(a=65.2, b=70, c=70, d=70, e=64)
    assert clearly_below(two, two.by_segment) == ["a"]
    assert clearly_below(five, five.by_segment) == ["e"]
    assert clearly_below(result(a=60), result(a=60).by_segment) is None


def test_the_bad_side_is_the_indicators_own():
    turned = dataclasses.replace(result(a=60, b=80), higher_is_better=False)
    assert clearly_below(turned, turned.by_segment) == ["b"]
    assert clearly_below(turned, turned.by_segment, above=True) == ["a"]


# ---- a client's own catalogue

ENTRY = """
{key}:
  dimension: feedback
  title: {{en: "Answer within a day: {{count}}", zh: 一天内回复}}
  for_whom: Everybody who asks
  when: [{when}]
  evidence: "{{count}} complaints are open."
  owner: Service
  effort: low
  due_days: 14
  indicator: {indicator}
"""


def entry(key="answer_fast", when='"open_complaints >= 1"', indicator="complaint_rate"):
    return ENTRY.format(key=key, when=when, indicator=indicator)


@pytest.fixture
def write(tmp_path):
    def write(catalogue=None, more=""):
        actions = "" if catalogue is None else "actions: own.yml\n"
        if catalogue is not None:
            (tmp_path / "own.yml").write_text(catalogue, encoding="utf-8")
        text = "name: Acme\nsources: {transactions: {files: orders.csv}}\n" + actions + more
        (tmp_path / "acme.yml").write_text(text, encoding="utf-8")
        return load_params("acme", tmp_path)

    return write


def faults(params):
    with pytest.raises(ParamsError) as caught:
        check_steering(params)
    return caught.value.faults


def test_an_own_entry_is_added_and_one_of_the_same_key_replaces(write):
    params = write(entry() + entry("win_back"))
    check_steering(params)
    catalogue = load_catalogue(params)
    assert list(catalogue)[-1] == "answer_fast"
    assert catalogue["win_back"].spec.owner == "Service"
    assert catalogue["widen_range"].spec.due_days == 120


@pytest.mark.parametrize("aim", ["score", "score.loyalty"])
def test_an_own_entry_may_aim_at_a_score_of_the_client(write, aim):
    check_steering(write(entry(indicator=aim)))
    (fault,) = faults(write(entry(indicator="score.loyalti")))
    assert (fault.what, fault.hint) == ("answer_fast.indicator", "did you mean 'score.loyalty'?")


def test_all_faults_of_an_own_catalogue_at_once_with_their_lines(write):
    text = entry("Bad key") + entry("b", when='"nps low"') + entry("c").replace("effort: low", "effort: tiny")
    text += entry("d").replace("  owner: Service\n", "").replace("due_days: 14", "due_days: soon")
    text += entry("e").replace("dimension", "dimensoin")
    text += entry("f").replace("{count} complaints", "{count:int} complaints")
    text += entry("g", when="")
    found = {fault.what: fault for fault in faults(write(text))}
    assert found["['Bad key']"].rule.startswith("must be small letters")
    assert found["b.when[0]"].rule == "must be a condition"
    assert found["c.effort"].rule.startswith("must be one of")
    assert found["d.owner"].rule == "must be given"
    assert found["d.due_days"].found == "'soon'"
    assert found["e.dimensoin"].hint == "did you mean 'dimension'?"
    assert "placeholders" in found["f.evidence"].rule
    assert "no evidence, no action" in found["g.when"].rule
    line = next(i for i, each in enumerate(text.splitlines(), 1) if "effort: tiny" in each)
    assert found["c.effort"].where.endswith(f"own.yml, line {line}")


def test_conditions_of_an_entry_ask_for_the_interval_and_name_what_is_known(write):
    text = entry("a", when='"nps < 0"') + entry("b", when='"nps.low < 0"') + entry("c", when='"nsp.high < 0"')
    text += entry("d", indicator="npss") + entry("e", when='"score.level worse than C", "open_complaints.high > 1"')
    text += entry("f").replace("effort: low", "effort: low\n  yields_to: [win_bak, f]")
    found = {(fault.what, fault.rule): fault for fault in faults(write(text))}
    whole = "must ask for the whole interval: no evidence, no action"
    assert found["a.when[0]", whole].hint == "write 'nps.high < ...'"
    assert ("b.when[0]", whole) in found
    assert found["c.when[0]", "must name a fact that the audit knows"].hint == "did you mean 'nps'?"
    assert found["d.indicator", "must be a known indicator"].hint == "did you mean 'nps'?"
    assert ("e.when[0]", "must ask for the interval of the score") in found
    assert any(what == "e.when[1]" for what, _ in found)
    assert {fault.found for fault in found.values() if fault.what.startswith("f.yields_to")} == {"'win_bak'", "'f'"}
    assert all("own.yml, line" in fault.where for fault in found.values())


def test_faults_of_alerts_and_of_actions_taken_come_together(write):
    more = (
        "alerts: [npss < 3, lost_customers falls, survey > 1, nps.level worse than B, item.q1 < 3]\n"
        "actions_taken: {win_bak: {taken_on: 2026-01-01}, win_back: {taken_on: 2026-01-01}}\n"
    )
    found = faults(write(more=more))
    assert [fault.what for fault in found] == [*(f"alerts[{i}]" for i in range(5)), "actions_taken.win_bak"]
    assert found[0].hint == "did you mean 'nps'?"
    assert found[5].hint == "did you mean 'win_back'?"
    assert all(fault.where.endswith(("line 3", "line 4")) for fault in found)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no such file"), (b"\xff\xfe\x00", "other bytes"), (b"- a", "a list")]
)
def test_a_file_that_is_none(write, tmp_path, content, says):
    params = write("")
    if content is None:
        (tmp_path / "own.yml").unlink()
    else:
        (tmp_path / "own.yml").write_bytes(content)
    (fault,) = faults(params)
    assert says in fault.found


def test_short_names_stand_for_facts_and_hide_none():
    names = fact_names()
    assert set(SHORT.values()) <= set(names)
    assert set(SHORT).isdisjoint(names)
    assert parse_condition("satisfaction.segments_below > 2").fact == "satisfaction_index.segments_below"
