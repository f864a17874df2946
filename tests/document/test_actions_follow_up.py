"""The chapters on what should be done and on what came of it: findings, figures, tables, and silence with a reason."""

import dataclasses
import json
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.actions import Action, Alert, Effect, action_titles
from analysis.data.client import ClientData, DataQuality
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.actions import actions_section
from analysis.document.chapters.scale.alerts import alerts_callout
from analysis.document.chapters.scale.follow_up import follow_up_section
from analysis.document.html import render_block
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.indicators.shapes import Indicators
from analysis.messages import N_
from analysis.monitoring import follow_up
from analysis.params.model import ClientParams
from analysis.params.steering import ActionTakenSpec
from analysis.params.survey import ItemSpec, SurveySpec
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable

IDS = [f"C{i:03d}" for i in range(60)]
ABSENT = NotEstimable(reason=N_("There is nothing to see."))


def bare_audit(items=(), dimensions=()):
    return SimpleNamespace(
        small_cell=5, indicators=SimpleNamespace(items=items), score=SimpleNamespace(dimensions=dimensions)
    )


@pytest.fixture(params=["en", "zh"])
def context(request):
    audit = bare_audit()
    return ChapterContext(audit, Translator(request.param, "EUR"), Theme(request.param))


@pytest.fixture
def english():
    return ChapterContext(bare_audit(), Translator("en", "EUR"), Theme("en"))


@pytest.fixture
def params(tmp_path):
    source = {"transactions": {"files": "orders.csv"}}
    return ClientParams(client="acme", name="Acme", sources=source, params_file=tmp_path / "acme.yml")


def estimate(value, low, high, unit="index"):
    return Estimate(value=value, low=low, high=high, n=80, method="t", unit=unit)


def action(key, revenue=None, customers=None, effect=None):
    return Action(
        key=key, title=N_("Do something"), evidence=N_("It is so."), owner=N_("Sales"), effort="low", customers=customers,
        revenue=revenue, for_whom=N_("Everybody"), due="2026-03-31", indicator="nps", conditions=("nps.high < 0",),
        effect=effect,
    )  # fmt: skip


GAIN = Effect(
    driver="Delivery", points=10.0, repurchase=estimate(0.8, 0.2, 1.4, "percentage_points"),
    revenue=estimate(31000.0, 9000.0, 75000.0, "money"),
)  # fmt: skip
MANY = [*(action(f"a{i}", 1e6 / (i + 1), 10 - i) for i in range(8)), action("gain", effect=GAIN), action("last")]


def shown(section):
    return [render_block(block) for block in (*section.blocks, *section.appendix) if block is not None]


def plain(text):
    return text.replace("\xa0", " ")


def test_no_evidence_no_section(english):
    section = actions_section(english, ())
    assert (section.answered, section.blocks) == (False, ())
    assert "no evidence for any action" in section.finding


def test_the_finding_names_the_fact_and_the_gain_with_its_interval(english):
    finding = plain(actions_section(english, MANY).finding)
    assert finding.startswith("10 actions have evidence behind them. Most revenue stands behind the first")
    assert "€1m, 10 customers" in finding
    assert "€31k a year (95% interval €9k to €75k), if the relation is causal" in finding


def test_a_gain_that_may_be_nothing_is_not_promised(english):
    unclear = dataclasses.replace(GAIN, revenue=estimate(31000.0, -9000.0, 75000.0, "money"))
    assert "causal" not in actions_section(english, [*MANY[:2], action("gain", effect=unclear)]).finding


def test_the_board_sees_six_actions_and_the_appendix_all(english):
    section = actions_section(english, MANY)
    table = next(block for block in section.blocks if block.kind == "table")
    assert [len(table.rows), len(table.columns)] == [6, 5]
    assert "€31" in table.rows[-1][2]
    assert "4 more actions are in the appendix." in table.notes
    assert len(next(block for block in section.appendix if block.anchor == "table-actions-all").rows) == 10


def test_what_an_action_aims_at_is_said_in_words(context):
    aims = ("nps", "complaint_rate", "resolved_within_30", "win_rate")
    section = actions_section(context, [dataclasses.replace(action(f"a{aim}"), indicator=aim) for aim in aims])
    evidence = next(each for each in section.appendix if each and each.anchor == "table-actions-evidence")
    named = [row[2] for row in evidence.rows]
    assert all(name and "_" not in name for name in named)
    assert ("Net Promoter Score" in named) == (context.t.language == "en")


def test_the_client_s_own_scores_and_questions_are_called_by_their_names():
    items = (SimpleNamespace(key="price_q7", label={"en": "Price", "zh": "价格"}),)
    dimensions = (SimpleNamespace(dimension="value", name=N_("Customer value")),)
    own = [
        dataclasses.replace(action("a"), indicator="score.value", conditions=("item.price_q7.high < 50",)),
        dataclasses.replace(action("b"), indicator="item.price_q7", conditions=("nps.segments_below >= 1",)),
    ]
    for language, aims, conditions in (
        ("en", ["Score of: Customer value", "“Price”"], ["“Price”, upper limit < 50",
                                                    "Net Promoter Score: groups clearly below the whole >= 1"]),
        ("zh", ["“客户价值”得分", "“价格”"], None),
    ):  # fmt: skip
        context = ChapterContext(bare_audit(items, dimensions), Translator(language, "EUR"), Theme(language))
        section = actions_section(context, own)
        rows = next(each for each in section.appendix if each and each.anchor == "table-actions-evidence").rows
        assert [row[2] for row in rows] == aims
        assert conditions is None or [row[1] for row in rows] == conditions


def test_an_action_says_what_it_may_bring_or_why_nobody_can_say(english):
    share = estimate(0.3, 0.2, 0.4, "proportion")
    why = NotEstimable(reason=N_("Too few."))
    known = [
        action("back", 5e5, 3, Effect(driver="", points=0.0, repurchase=share, revenue=why, kind="returned", days=300)),
        action("more", effect=dataclasses.replace(GAIN, driver="")),
        dataclasses.replace(action("none"), no_effect=N_("Nobody looked.")),
    ]
    table = next(
        block for block in actions_section(english, known).blocks if block is not None and block.kind == "table"
    )
    back, more, none = (plain(row[2]) for row in table.rows)
    assert back.startswith("€500k with 3 customers. Of customers silent for a year, 30%")
    assert "within 300 more days" in back
    assert more.startswith("10 points more of satisfaction: €31.0k")
    assert none == "Effect not estimable: Nobody looked."


def test_anchors_are_unique_and_everything_renders(context):
    section = actions_section(context, MANY)
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if block is not None]
    assert len(set(anchors)) == len(anchors)
    assert all(shown(section))


def test_one_action_without_customers_has_no_figure(english):
    section = actions_section(english, [action("only")])
    assert section.blocks[0] is None
    assert section.finding == "One action has evidence behind it."


def test_alerts_for_the_first_page(english):
    fired = Alert(condition="nps.low < 20", state="fired", name=N_("Net Promoter Score"), found=N_("13"))
    unknown = dataclasses.replace(fired, state="unknown", condition="retention_rate falls", found=N_("No data."))
    silent = dataclasses.replace(fired, state="silent")
    callout = alerts_callout(english, [fired, unknown, silent])
    assert callout.title == "An alert has fired"
    assert callout.items == (
        "nps.low < 20: Net Promoter Score, 13",
        "Cannot be answered: retention_rate falls. No data.",
    )
    assert alerts_callout(english, [silent]) is None
    assert alerts_callout(english, [unknown]).title == "Alerts that the data cannot answer"


@pytest.mark.parametrize(
    ("earlier", "says"),
    [
        ("2025-06-30", "2025 with 2024; the follow-up compares with the audit of 30 June 2025 instead."),
        (ABSENT, "2025 with 2024."),
    ],
)
def test_an_alert_on_a_change_says_which_periods_it_compares(earlier, says):
    change = Change(
        earlier="2024-01-01/2024-12-31", later="2025-01-01/2025-12-31", verdict="fell", overlap=0, smallest_detectable=1.0,
        difference=estimate(-3.0, -5.0, -1.0, "percentage_points"),
    )  # fmt: skip
    result = dataclasses.replace(indicator("retention_rate", 0.8, "w2", "proportion"), change=change)
    audit = SimpleNamespace(
        small_cell=5, indicators=SimpleNamespace(results={"retention_rate": result}),
        follow_up=SimpleNamespace(compared_with=earlier),
    )  # fmt: skip
    context = ChapterContext(audit, Translator("en", "EUR"), Theme("en"))
    fired = Alert(condition="retention falls", state="fired", name=N_("Retention"), found=N_("80%"))
    (item,) = alerts_callout(context, [fired]).items
    assert plain(item) == f"retention falls: Retention, 80%. Compared by the data of this audit: {says}"


# ---- follow-up


def indicator(key, value, period, unit="index"):
    spread = 0.05 if unit == "proportion" else 2.0
    overall = estimate(value, value - spread, value + spread, unit)
    return IndicatorResult(
        key=key, name=N_("Name"), definition=N_("x"), dimension="loyalty", unit=unit, unit_of_analysis="account",
        overall=overall, by_period={period: overall},
    )  # fmt: skip


def indicators(value=60.0, share=0.8, period="w2"):
    results = (indicator("loyalty_index", value, period), indicator("retention_rate", share, period, "proportion"))
    parts = ("growth", "monthly_revenue", "rfm", "concentration", "retention_curve", "feedback", "opportunities")
    empty = dict.fromkeys(parts, ABSENT) | {"items": (), "touchpoints": (), "partners": {}, "silences": {}}
    return Indicators(results={each.key: each for each in results}, **empty)


def stored(version="1.3", value=60.0, as_of="2024-12-31"):
    results = {key: result.to_dict() for key, result in indicators(value, period="w1").results.items()}
    done = [{"key": "restore_contact", "title": {"message": "Visit them", "values": {}},
             "indicator": "contact_frequency", "facts": ["overdue_customers"]},
            {"key": "win_back", "title": {"message": "Win back", "values": {}}}]  # fmt: skip
    content = {"schema_version": version, "client": "acme", "as_of": as_of, "language": "en",
               "indicators": {"results": results}, "actions": done}  # fmt: skip
    return as_of, json.dumps(content)


def client():
    days = [pd.Timestamp(year, 3, 1) for year in (2022, 2023, 2024)]
    rows = [(c, day) for c in IDS for day in days]
    rows += [(c, pd.Timestamp("2025-03-01") + pd.Timedelta(days=j)) for i, c in enumerate(IDS) for j in
             range(1 + 3 * (i < 20) + i % 2)]  # fmt: skip
    contacts = pd.DataFrame([*rows, (IDS[0], pd.Timestamp("2025-12-31"))], columns=["customer_id", "occurred_on"])
    customers = pd.DataFrame({"is_key_account": [i < 20 for i in range(60)]}, index=pd.Index(IDS, name="customer_id"))
    return ClientData(
        tables={"interactions": contacts}, customers=customers, waves=(), quality=DataQuality(tables=(), repairs=()),
        as_of=pd.Timestamp("2025-12-31"),
    )  # fmt: skip


def followed(params, *audits, taken=None, **fields):
    params = params.model_copy(update={"actions_taken": taken or {}})
    return follow_up(
        audits, indicators(**fields), client(), params, recommended=["win_back"], titles=action_titles(params)
    )


def test_without_an_earlier_audit_the_section_says_so(english, params):
    section = follow_up_section(english, followed(params))
    assert (section.answered, section.finding) == (False, "There is no earlier audit of this client to compare with.")


def test_what_was_done_and_what_moved(english, params):
    taken = {"restore_contact": ActionTakenSpec(taken_on="2025-01-01", owner="Sales", key_accounts=True)}
    found = followed(params, stored(), taken=taken, value=70.0)
    assert [(each.key, each.verdict, each.still) for each in found.actions] == [
        ("restore_contact", "moved_more", False), ("win_back", "not_taken", True),
    ]  # fmt: skip
    assert found.actions[0].comparison.difference.value == pytest.approx(3, rel=0.05)
    section = follow_up_section(english, found)
    finding = plain(section.finding)
    assert (
        "Of 2 actions recommended up to the audit of 31 December 2024, the parameters report one as taken." in finding
    )
    assert "1 of 2 indicators changed beyond what chance explains, for the better" in finding
    assert (
        "After “Visit the active customers whose planned contact is overdue”, those acted on did better than the others"
        in finding
    )
    assert any("Nobody drew lots" in limit for limit in section.limits)


def test_what_the_follow_up_compares_with_is_said_beside_what_the_alerts_do(english, params):
    section = follow_up_section(english, followed(params, stored()))
    assert "compared with the audit of 31 December 2024, none changed beyond what chance explains." in plain(
        section.finding
    )
    assert any("the alerts and the other chapters compare with the period before" in limit for limit in section.limits)


def test_an_action_for_everybody_cannot_be_compared(english, params):
    taken = {"win_back": ActionTakenSpec(taken_on="2025-01-01")}
    section = follow_up_section(english, followed(params, stored(), taken=taken))
    assert "Whether it worked cannot be said" in section.finding
    assert any("taken for everybody" in text for text in shown(section))


def test_an_action_that_no_audit_recommended_is_followed_up_too(params):
    taken = {"restore_contact": ActionTakenSpec(taken_on="2025-01-01", key_accounts=True)}
    (found,) = followed(params, taken=taken).actions
    assert (found.recommended_on, found.indicator, found.verdict) == ("", "contact_coverage", "moved_more")


def recommended(*actions, as_of, language):
    listed = [
        {"key": key, "title": {"message": text, "values": values}, "facts": ["x"]} for key, text, values in actions
    ]
    content = {"schema_version": "1.3", "client": "acme", "as_of": as_of, "language": language,
               "indicators": {"results": {}}, "actions": listed}  # fmt: skip
    return as_of, json.dumps(content)


WEAKEST = ("raise_weakest_item", "改进客户评分最低的方面：{item:text}", {"item": "价格"})
OWN_EARLIER = ("call_the_owner", "致电业主", {})
DROPPED = ("hold_a_fair", "举办展会", {})
OWN_CATALOGUE = """
call_the_owner:
  dimension: loyalty
  title: {en: "Call the owner of the company", zh: "致电业主"}
  for_whom: All customers
  when: ["nps.high < 0"]
  evidence: It is low.
  owner: Sales
  effort: low
  due_days: 30
  indicator: nps
"""


def two_languages(params, tmp_path, language):
    """Return a client with a bilingual question and a bilingual entry of its own, read in `language`."""
    (tmp_path / "own.yml").write_text(OWN_CATALOGUE, encoding="utf-8")
    item = ItemSpec(role="driver", scale={"min": 1, "max": 5}, label={"en": "Price", "zh": "价格"})
    survey = SurveySpec(items={"price": item}, confidentiality="attributed")
    changes = {"language": language, "actions": "own.yml", "params_file": tmp_path / "acme.yml", "survey": survey}
    return params.model_copy(update=changes)


def test_what_an_audit_in_the_other_language_recommended_is_said_in_the_readers(params, tmp_path):
    before = recommended(WEAKEST, OWN_EARLIER, DROPPED, as_of="2024-06-30", language="zh")
    between = recommended(("raise_weakest_item", "Anything: {item:text}", {"item": "Price"}), as_of="2024-12-31",
                          language="en")  # fmt: skip
    english = two_languages(params, tmp_path, "en")
    titles = {each.key: Translator("en", "EUR")(each.title) for each in followed(english, before).actions}
    assert titles == {
        "raise_weakest_item": "Improve what customers rate lowest: Price",
        "call_the_owner": "Call the owner of the company",
        "hold_a_fair": "举办展会",  # which no catalogue holds any more
    }
    (again,) = followed(english, before, between).actions  # the audit between was written in English
    assert (again.recommended_on, Translator("en", "EUR")(again.title)) == (
        "2024-06-30", "Improve what customers rate lowest: Price",
    )  # fmt: skip
    chinese = followed(two_languages(params, tmp_path, "zh"), between).actions
    assert [Translator("zh", "EUR")(each.title) for each in chinese] == ["改进客户评分最低的方面：价格"]


def test_the_same_wave_again_is_no_new_measurement(english, params):
    section = follow_up_section(english, followed(params, stored(), period="w1"))
    assert "Nothing has been measured anew since." in section.finding


def test_broken_and_older_audits_are_named_in_the_appendix(english, params):
    broken = ("2024-06-30", "{")
    section = follow_up_section(english, followed(params, broken, stored("1.1")))
    text = plain(" ".join(shown(section)))
    assert "folder 2024-06-30 was not used. Its audit.json is no JSON." in text
    assert "Audits of an older form were brought up to date: 31 December 2024." in text


def test_an_audit_of_a_version_too_old_is_named_where_the_board_reads_and_the_follow_up_goes_on(english, params):
    too_old = stored("0.3", as_of="2024-06-30")
    section = follow_up_section(english, followed(params, too_old, stored(), value=70.0))
    assert section.answered
    assert "recommended up to the audit of 31 December 2024" in plain(section.finding)
    named = [limit for limit in section.limits if "folder 2024-06-30 was not used" in limit]
    assert "written in version 0.3 (schema_version)" in named[0]


def test_where_no_earlier_audit_can_be_used_it_is_not_said_that_there_is_none(english, params):
    section = follow_up_section(english, followed(params, stored("0.3")))
    assert not section.answered
    assert section.finding.startswith("No earlier audit of this client can be compared with: none could be read.")
    assert "folder 2024-12-31 was not used. Its audit.json is written in version 0.3" in section.finding
    assert "folder 2024-12-31 was not used" in plain(" ".join(shown(section)))


def test_the_follow_up_renders_in_both_languages_and_is_json(context, params):
    taken = {"restore_contact": ActionTakenSpec(taken_on="2025-01-01", key_accounts=True)}
    found = followed(params, stored(), taken=taken, value=70.0)
    section = follow_up_section(context, found)
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if getattr(block, "anchor", "")]
    assert len(set(anchors)) == len(anchors) >= 3
    assert all(shown(section))
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["compared_with"] == "2024-12-31"
