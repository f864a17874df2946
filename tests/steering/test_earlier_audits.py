"""Earlier audits: read, migrated or named with the reason; never a crash, whatever stands in the file."""

import json

import pytest

from analysis.document.translate import Translator
from analysis.monitoring import read_earlier
from analysis.monitoring.since import published_difference
from analysis.monitoring.versions import MIGRATIONS, OLDEST
from analysis.results import Estimate

ESTIMATE = {"estimable": True, "value": 60.0, "low": 55.0, "high": 65.0, "n": 80, "method": "t", "unit": "index",
            "level": 0.95, "p_value": 0.5}  # fmt: skip
TITLE = {"message": "Improve {item:text}, {part:message}", "values": {"item": "price", "part": {
    "message": "the rest", "values": {}}}}  # fmt: skip


def stored(version="1.3", client="acme", as_of="2025-06-30", **fields):
    results = {"nps": {"overall": ESTIMATE, "by_period": {"w1": ESTIMATE, "w2": {"estimable": False}}},
               "broken": {"overall": ESTIMATE | {"low": 70.0}}, "empty": {"overall": {"estimable": False}}}  # fmt: skip
    content = {"schema_version": version, "client": client, "as_of": as_of, "language": "en",
               "indicators": {"results": results}, "score": {"overall": ESTIMATE},
               "actions": [{"key": "win_back", "title": TITLE}]}  # fmt: skip
    return as_of, json.dumps(content | fields)


def read(*audits):
    return read_earlier(audits, client="acme", as_of="2025-12-31")


def test_what_is_used_of_an_audit():
    (audit,), unreadable = read(stored())
    assert unreadable == ()
    assert (audit.as_of, audit.version) == ("2025-06-30", "1.3")
    assert list(audit.indicators) == ["nps"]  # a broken estimate is no estimate
    assert (audit.indicators["nps"].latest, list(audit.indicators["nps"].by_period)) == ("w2", ["w1"])
    assert (audit.score.value, audit.score.p_value) == (60.0, None)
    assert Translator("en")(audit.actions[0].title) == "Improve price, the rest"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_older_version_is_brought_up_to_date(version):
    (audit,), _ = read(stored(version))
    assert audit.version == version
    assert (audit.actions[0].indicator, audit.actions[0].fact) == ("retention_rate", "lost_customers")


def test_what_a_newer_version_says_itself_is_kept():
    (audit,), _ = read(stored(actions=[{"key": "win_back", "title": TITLE, "indicator": "nps", "facts": ["x", "y"]}]))
    assert (audit.actions[0].indicator, audit.actions[0].fact) == ("nps", "x")


def test_key_without_a_title_is_shown_as_it_is_written():
    (audit,), _ = read(stored(actions=[{"key": "win {back}", "indicator": "nps", "facts": ["x"]}]))
    assert Translator("zh")(audit.actions[0].title) == "win {back}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no JSON"), ("{", "is no JSON"), ("[]", "does not say in which version"),
        ('{"schema_version": 1.1}', "does not say in which version"), (stored("3.0")[1], "written in version 3.0"),
        (stored("new")[1], "written in version new"), (stored("²")[1], "written in version ²"),
        (stored("1")[1], "written in version 1,"), (stored("01.0")[1], "written in version 01.0"),
        (stored("9" * 5000 + ".0")[1], "written in version 999"), (stored("-1.0")[1], "written in version -1.0"), (stored(client="other")[1], "of another client"),
        (stored(as_of="soon")[1], "of which date"), (stored(as_of=None)[1], "of which date"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(text, says):
    audits, (unreadable,) = read(("2025-03-31", text))
    assert audits == ()
    assert unreadable.name == "2025-03-31"
    assert says in Translator("en")(unreadable.reason)


@pytest.mark.parametrize("version", ["0.3", "0.9", "0.12"])
def test_a_version_older_than_every_step_is_named_with_the_rule_and_the_others_are_used(version):
    audits, (unreadable,) = read(stored(version, as_of="2024-12-31"), stored(as_of="2025-06-30"))
    assert [audit.as_of for audit in audits] == ["2025-06-30"]
    assert unreadable.name == "2024-12-31"
    assert Translator("en")(unreadable.reason) == (
        f"Its audit.json is written in version {version} (schema_version); audits are brought up to today's form from"
        " version 1.0 on, and there is no way from an older one."
    )


def test_the_oldest_version_named_is_the_oldest_with_a_step():
    assert min(MIGRATIONS) == OLDEST


@pytest.mark.parametrize(
    "fields",
    [
        {"actions": None}, {"actions": [None, 3, {"title": TITLE}, {"key": "a", "facts": "x"}]}, {"score": None},
        {"indicators": []}, {"indicators": {"results": {"nps": None}}}, {"score": {"overall": ESTIMATE | {"n": None}}},
        {"indicators": {"results": {"nps": {"overall": ESTIMATE | {"value": "high"}, "by_period": []}}}},
    ],
)  # fmt: skip
def test_odd_content_is_left_out(fields):
    (audit,), unreadable = read(stored(**fields))
    assert unreadable == ()
    assert audit.as_of == "2025-06-30"


def test_later_audits_are_none_of_its_business():
    audits, unreadable = read(stored(as_of="2025-12-31"), stored(as_of="2026-06-30"), ("2026-06-30", "{"))
    assert (audits, unreadable) == ((), ())


def test_audits_come_oldest_first():
    audits, _ = read(stored(as_of="2025-06-30"), stored(as_of="2024-06-30"))
    assert [audit.as_of for audit in audits] == ["2024-06-30", "2025-06-30"]


def estimate(value, low, high, unit="index"):
    return Estimate(value=value, low=low, high=high, n=50, method="t", unit=unit)


def test_limits_of_a_difference_follow_from_the_printed_ones():
    """By hand: below sqrt(3^2 + 4^2) = 5, above sqrt(4^2 + 3^2) = 5 with skewed limits either side."""
    found = published_difference(estimate(50, 47, 54), estimate(60, 57, 64))
    assert (found.value, found.low, found.high) == (10, pytest.approx(5), pytest.approx(15))
    assert found.p_value == pytest.approx(2 * 0.5 * 8.9e-5, rel=0.2)  # z = 10 / (5 / 1.96) = 3.92


def test_a_difference_of_shares_is_in_percentage_points():
    found = published_difference(estimate(0.5, 0.44, 0.56, "proportion"), estimate(0.5, 0.42, 0.58, "proportion"))
    assert (found.unit, found.value, found.p_value) == ("percentage_points", 0, 1)
    assert (found.low, found.high) == (pytest.approx(-10), pytest.approx(10))
