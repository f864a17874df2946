"""Clients with little: any single table is an audit, and what is missing is said, in both languages, without a crash."""

import datetime as dt
import json
import random
import re
from functools import cache

import pytest
from shipped import run_audit_command

from analysis.audit import run_audit
from analysis.document.compose import WRITERS, compose_document
from analysis.params.load import load_params

SURVEY = """
survey:
  confidentiality: {confidentiality}
  unit_of_analysis: {unit}
  wave_by: {waves}
  items:
    sat: {{role: satisfaction, wording: "{sat}", scale: {{min: 1, max: 10}}}}
    rec: {{role: recommendation, wording: "{rec}", scale: {{min: 0, max: 10}}}}
"""


def day(draw, first=0, last=730):
    return dt.date(2024, 1, 1) + dt.timedelta(draw.randrange(first, last))


def rows(count, make, seed=11):
    draw = random.Random(seed)
    return [make(draw, number) for number in range(count)]


def answer(draw, number, *more):
    return ",".join([f"C{number % 60}", str(day(draw, 366)), str(draw.randint(1, 10)), str(draw.randint(0, 10)), *more])


ORDERS = ("customer_id,ordered_on,amount", rows(240, lambda d, n: f"C{n % 60},{day(d)},{d.randint(10, 900)}"))
ANSWERS = ("customer_id,responded_on,sat,rec", rows(120, answer))

CLIENTS = {
    "survey": {"survey": ANSWERS},
    "customers": {"customers": ("customer_id,name", rows(50, lambda d, n: f"C{n},Firm {n}"))},
    "feedback": {
        "feedback": (
            "received_on,text,customer_id,kind",
            rows(60, lambda d, n: f"{day(d)},Late again,C{n % 20},{d.choice(['complaint', 'praise'])}"),
        )
    },
    "opportunities": {
        "opportunities": (
            "opportunity_id,customer_id,created_on,closed_on,amount,is_won",
            rows(80, lambda d, n: f"O{n},C{n % 25},{day(d, 0, 500)},{day(d, 500)},{n + 10},{d.choice(['yes', 'no'])}"),
        )
    },
    "contracts": {
        "contracts": (
            "customer_id,starts_on,ends_on,value",
            rows(60, lambda d, n: f"C{n},{day(d, 0, 200)},{day(d, 200) if n % 2 else ''},{n + 10}"),
        )
    },
    "interactions": {
        "interactions": (
            "customer_id,occurred_on,channel,contact_id,contact_level",
            rows(
                300, lambda d, n: f"C{n % 30},{day(d)},call,P{d.randint(1, 60)},{d.choice(['executive', 'specialist'])}"
            ),
        )
    },
    "transactions": {"transactions": ORDERS},
    "one_customer": {
        "transactions": ("customer_id,ordered_on,amount", ["C1,2024-03-01,100", "C1,2025-03-01,50"]),
        "customers": ("customer_id,name,segment", ["C1,Solo,A"]),
        "survey": ("customer_id,responded_on,sat,rec", ["C1,2025-01-01,8,9"]),
    },
    "one_order": {"transactions": ("customer_id,ordered_on,amount", ["C1,2024-03-01,100"])},
    "equal_amounts": {"transactions": (ORDERS[0], rows(240, lambda d, n: f"C{n % 60},{day(d)},100"))},
    "zero_amounts": {"transactions": (ORDERS[0], rows(240, lambda d, n: f"C{n % 60},{day(d)},0"))},
    "returns_only": {"transactions": (ORDERS[0], rows(240, lambda d, n: f"C{n % 60},{day(d)},-10"))},
    "three_answers": {"survey": (ANSWERS[0], [f"C{n},2025-01-0{n},{n + 5},{n + 6}" for n in (1, 2, 3)])},
    "equal_answers": {
        "survey": (ANSWERS[0], rows(60, lambda d, n: f"C{n},{day(d, 366, 600)},8,9")),
        "transactions": ORDERS,
    },
    "anonymous": {"survey": ("responded_on,sat,rec", [row.split(",", 1)[1] for row in ANSWERS[1]])},
    "weighted": {
        "survey": (f"{ANSWERS[0]},weight", rows(120, lambda d, n: answer(d, n, f"{d.uniform(0.3, 3):.2f}"))),
        "transactions": ORDERS,
    },
    "account_revenue": {
        "survey": (f"{ANSWERS[0]},respondent_id", rows(120, lambda d, n: answer(d, n, f"R{n}"))),
        "transactions": ORDERS,
    },
    "empty_table": {"transactions": (ORDERS[0], []), "survey": ANSWERS},
}
QUESTIONS = {
    "en": {"sat": "How satisfied are you?", "rec": "Would you recommend us?"},
    "zh": {"sat": "您有多满意？", "rec": "您愿意推荐我们吗？"},
}


def write_client(folder, name, language="en", **survey):
    tables = CLIENTS[name]
    data = folder / "data" / name
    data.mkdir(parents=True)
    (folder / "params").mkdir(exist_ok=True)
    for table, (header, lines) in tables.items():
        (data / f"{table}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    sources = "".join(f"  {table}: {{files: {table}.csv}}\n" for table in tables)
    text = f"name: Acme\nlanguage: {language}\nas_of: 2026-01-01\nlimits: {{max_repair_share: 1}}\nsources:\n{sources}"
    if "survey" in tables:
        asked = {"confidentiality": "aggregate", "unit": "respondent", "waves": "half_year"} | survey
        text += SURVEY.format(**asked, **QUESTIONS[language])
    (folder / "params" / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder / "params"


@pytest.fixture(scope="module")
def chapters_of(tmp_path_factory):
    """Return a function that gives the text of each chapter of a client's document, made once."""

    @cache
    def written(name, **options):
        params = load_params(name, write_client(tmp_path_factory.mktemp(name), name, **options))
        document = compose_document(run_audit(params))
        return {key: "\n".join(strings(document[key])) for key in WRITERS}

    return written


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("svg", "anchor", "kind", "type", "key"):
                yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)
    elif hasattr(value, "blocks"):
        yield from strings([block.to_dict() for block in value.blocks])


SETTINGS = {
    "anonymous": {"confidentiality": "anonymous"},
    "account_revenue": {"unit": "account_revenue"},
    "three_answers": {"waves": "none"},
}


@pytest.mark.parametrize("name", CLIENTS)
def test_every_chapter_is_written_or_says_why_not(chapters_of, name):
    chapters = chapters_of(name, **SETTINGS.get(name, {}))
    for key, text in chapters.items():
        sentences = [sentence for sentence in re.split(r"(?<=[.。])\s", text) if len(sentence) > 15]
        assert sentences, key
        assert not re.search(r"\bnan\b|\bNone\b(?! of\b)|\binf\b|NaT|\{\w+(:\w+)?\}", text), key


@pytest.mark.parametrize(
    ("name", "chapter", "says"),
    [
        ("survey", "satisfaction", "of 100 points"),
        ("customers", "satisfaction", "There are no survey answers."),
        ("feedback", "feedback", "came in"),
        ("opportunities", "feedback", "were won"),
        ("contracts", "loyalty", "were still customers a year later"),
        ("interactions", "interaction", "times a year"),
        ("transactions", "value", "Revenue of the last twelve months"),
        ("three_answers", "satisfaction", "Withheld to protect the respondents"),
        ("empty_table", "value", "There are no transactions."),
        ("empty_table", "data_quality", "supplied without any row"),
        ("equal_answers", "drivers", "gave the same satisfaction"),
        ("zero_amounts", "value", "No order has an amount other than zero."),
    ],
)
def test_what_a_single_table_says(chapters_of, name, chapter, says):
    assert says in chapters_of(name, **SETTINGS.get(name, {}))[chapter]


def test_small_numbers_are_no_broken_english(chapters_of):
    for name in ("one_customer", "one_order", "three_answers"):
        text = "\n".join(chapters_of(name).values())
        assert not re.search(r"(?<![\d.,])1 (?:answers|accounts|rows|customers|observations|tested changes)\b", text), (
            name
        )


@pytest.mark.parametrize("name", ["one_customer", "contracts", "opportunities", "anonymous"])
def test_chinese_of_sparse_clients_holds_no_english(chapters_of, name):
    text = "\n".join(chapters_of(name, language="zh", **SETTINGS.get(name, {})).values())
    assert not re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", text)


@pytest.mark.parametrize(("name", "language"), [("customers", "en"), ("one_customer", "zh")])
def test_the_command_builds_them(tmp_path, name, language):
    folder = tmp_path / "客户 资料"  # blanks and Chinese in the path are no obstacle
    params = write_client(folder, name, language=language)
    done = run_audit_command("report", name, "--params", params, "--out", folder / "报告")
    assert done.returncode == 0, done.stderr
    audit = json.loads((folder / "报告" / name / "2026-01-01" / "audit.json").read_text(encoding="utf-8"))
    assert audit["as_of"] == "2026-01-01"
    assert not audit["score"]["overall"]["estimable"]
