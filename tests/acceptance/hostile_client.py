"""A small client that is hostile wherever a client can write: in its tables, its questionnaire and its parameters."""

import csv
import io
import json
import random
from datetime import date, timedelta

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": '"\' onmouseover=alert(3) x="</td></style></title>',
    "entity": "&lt;b&gt; &amp;amp; &#x3c;i&#x3e;",
    "typst": '#set text(red) #eval("1+1") $x^2$ @ref *b* _i_ `c` ]#[ // no comment',
    "jinja": "{{ 7 * 7 }} {% raw %} {# gone #}",
    "format": "{name} {0} {name!r:>10} {{}} {percent:percent} {",
    "printf": "%s %(x)s %d 100%",
    "backslash": r"\\server\share \n \u0041 \x00 \sum",
    "formula": "=cmd|'/c calc'!A1",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "mathtext": "$\\frac{1}{2}$ and $5",
    "markdown": "[link](javascript:alert(4)) ![i](http://127.0.0.1:9/x.png) <b>bold</b> # no heading",
    "bidi": "abc\u202egpj.exe\u202c \u200f\u061c\u2066x\u2069",
    "arabic": "مرحبا بالعالم",
    "emoji": "👩\u200d👩\u200d👧 👍🏽 ❤\ufe0f",
    "chinese": "恒川流体设备（北京）有限公司",
    "control": "a\x07b\x1b[31mred\x1b]0;title\x07\x7f\x9b2Jc\x08",
    "nul": "before\x00after",
    "mark": "\ufeffmarked\ufeff",
    "lines": "first line\nsecond\r\nthird\u2028fourth\x0bfifth\ttab",
    "unassigned": "\U000e0041\ue000\U0010ffff\u0378",
    "combining": "Z" + "\u0301\u0327\u0489" * 40,
    "long": "W" * 3000,
}
"""What is written into every text that a client has, by what it tries."""
SHORT = {name: text for name, text in HOSTILE.items() if name != "long"}
GROUPS = ("script", "typst", "jinja", "format", "backslash", "formula", "arabic", "control")
"""Hostile names that label enough customers to be shown in breakdowns and figures."""
DRIVERS = {
    "speed": HOSTILE["script"],
    "price": HOSTILE["formula"] + HOSTILE["bidi"],
    "portal": HOSTILE["emoji"] + HOSTILE["typst"],
    "bills": HOSTILE["backslash"] + "W" * 300,
}
"""Parts of the service, by item: hostile labels that reach the figures and sentences on what drives satisfaction."""
CUSTOMERS_A_GROUP = 30
LAST_DAY = date(2025, 12, 31)
LONE_SURROGATE = "\\ud83d"  # as YAML and JSON write it; no UTF-8 file can hold the character itself


def texts(number):
    """Return a hostile text for each number, all of them in turn."""
    return list(HOSTILE.values())[number % len(HOSTILE)]


def write_client(folder):
    """Write params/hostile.yml and data/hostile/*.csv under `folder`, and return the folder of the parameters."""
    data, params = folder / "data" / "hostile", folder / "params"
    data.mkdir(parents=True)
    params.mkdir()
    draw = random.Random(5)
    for name, rows in _tables(draw).items():
        _write_csv(data / f"{name}.csv", rows)
    (params / "hostile.yml").write_text(_params(), encoding="utf-8")
    return params


def _write_csv(path, rows):
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    # a mark at the beginning, as Excel writes it, and text exactly as it is
    path.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8"))


def _customers():
    return [
        (f"C{number:04d}", HOSTILE[GROUPS[number % len(GROUPS)]]) for number in range(CUSTOMERS_A_GROUP * len(GROUPS))
    ]


def _day(draw, first=date(2024, 1, 1)):
    return first + timedelta(days=draw.randrange((LAST_DAY - first).days + 1))


def _tables(draw):
    customers = _customers()
    partners = [{"partner_id": f"P{i}", "name": HOSTILE[group], "tier": texts(i)} for i, group in enumerate(GROUPS)]
    tables = {
        "customers": [
            {
                "customer_id": key,
                "name": texts(number),
                "segment": segment,
                "region": texts(number),
                "stage": "active",
                "account_manager": texts(number + 3),
                "partner_id": f"P{number % len(partners)}",
                "joined_on": "2023-05-01",
            }
            for number, (key, segment) in enumerate(customers)
        ],
        "partners": partners,
        "transactions": [
            {
                "customer_id": key,
                "ordered_on": _day(draw).isoformat(),
                "amount": f"{draw.uniform(50, 900):.2f}",
                "category": draw.choice(list(SHORT.values())),
                "business_unit": draw.choice(list(SHORT.values())),
                "region": texts(number),
                "partner_id": f"P{number % len(partners)}",
                "account_manager": texts(number),
            }
            for number, (key, _) in enumerate(customers)
            for _ in range(draw.randint(2, 7))
        ],
        "survey": [_answer(draw, number, key, wave) for wave in (1, 2) for number, (key, _) in enumerate(customers)],
        "feedback": [
            {
                "received_on": _day(draw, date(2025, 1, 1)).isoformat(),
                "text": texts(number),
                "customer_id": key,
                "channel": HOSTILE[GROUPS[number % 3]],
                "kind": HOSTILE[GROUPS[number % len(GROUPS)]],
                "severity": HOSTILE[GROUPS[number % 2]],
                "partner_id": f"P{number % len(partners)}",
            }
            for number, (key, _) in enumerate(customers)
        ],
        "interactions": [
            {
                "customer_id": key,
                "occurred_on": _day(draw).isoformat(),
                "channel": texts(number),
                "contact_id": f"{key}-{number % 2}",
                "contact_level": HOSTILE[GROUPS[number % 2]],
                "topic": texts(number),
            }
            for number, (key, _) in enumerate(customers)
            for _ in range(2)
        ],
        "opportunities": [
            {
                "opportunity_id": f"O{number}",
                "customer_id": key,
                "created_on": _day(draw, date(2025, 1, 1)).isoformat(),
                "stage": HOSTILE[GROUPS[number % 4]],
                "amount": "1000",
            }
            for number, (key, _) in enumerate(customers)
        ],
    }
    tables["transactions"][0]["ordered_on"] = LAST_DAY.isoformat()
    return tables


def _answer(draw, number, key, wave):
    level = draw.gauss(7, 1.5)
    score = lambda low, high: str(min(high, max(low, round(draw.gauss(level, 1.2)))))  # noqa: E731
    # of its own, so that the answers drawn before are what they were
    parts = random.Random(f"{key} {wave}")
    return {
        "responded_on": date(2024, 10, 15).isoformat() if wave == 1 else date(2025, 4, 15).isoformat(),
        "customer_id": key,
        "wave": f"{wave} {HOSTILE['jinja']}",
        "channel": texts(number),
        HOSTILE["format"]: score(1, 10),
        "recommend": score(0, 10),
        "loyal": score(1, 10),
        "delivery": {"1": HOSTILE["script"], "2": HOSTILE["typst"]}.get(score(1, 2), ""),
        "comment": texts(number),
        "again": str(min(10, max(1, round(parts.gauss(level, 1.5))))),
        **{item: str(min(10, max(1, round(parts.gauss(level, 2))))) for item in DRIVERS},
    }


def _params():
    """Return the parameters as JSON, which is YAML, with whatever no file of UTF-8 can hold as an escape."""
    every = " ".join(SHORT.values())
    both = {"en": every, "zh": every}
    label = lambda name: {"en": HOSTILE[name], "zh": HOSTILE[name]}  # noqa: E731
    ten = {"min": 1, "max": 10}
    params = {
        "name": HOSTILE["script"] + HOSTILE["jinja"],
        "language": "en",
        "as_of": LAST_DAY.isoformat(),
        "sources": {
            name: {"files": f"{name}.csv"}
            for name in (
                "customers",
                "partners",
                "transactions",
                "survey",
                "feedback",
                "interactions",
                "opportunities",
            )
        },
        "survey": {
            "confidentiality": "attributed",
            "unit_of_analysis": "account",
            "wave_by": "column",
            "items": {
                "satisfied": {
                    "column": HOSTILE["format"].strip(),
                    "role": "satisfaction",
                    "scale": ten,
                    "wording": both,
                    "label": label("typst"),
                },
                "recommend": {"role": "recommendation", "scale": {"min": 0, "max": 10}, "label": label("script")},
                "loyal": {"role": "attitudinal_loyalty", "scale": ten, "wording": label("format")},
                "again": {"role": "repurchase_intention", "scale": ten, "label": label("arabic"), "wording": both},
                **{
                    item: {"role": "driver", "scale": ten, "label": {"en": text, "zh": text}, "wording": both}
                    for item, text in DRIVERS.items()
                },
                "delivery": {
                    "role": "driver",
                    "scale": {"min": 1, "max": 2},
                    "label": label("backslash"),
                    "touchpoint": HOSTILE["mathtext"],
                    "labels": {HOSTILE["script"]: 1, HOSTILE["typst"]: 2},
                },
            },
        },
        "interaction": {"contact_levels": [HOSTILE["script"], HOSTILE["typst"]]},
        "benchmarks": [{"indicator": "satisfaction_index", "value": 70, "source": every, "year": 2025}],
        "targets": [{"indicator": "satisfaction_index", "period": f"2 {HOSTILE['jinja']}", "value": 70}],
        "branding": {
            "prepared_by": {"en": HOSTILE["jinja"] + HOSTILE["bidi"], "zh": every},
            "confidentiality": {"en": HOSTILE["typst"], "zh": every},
            "disclaimer": {"en": every + HOSTILE["long"], "zh": every},
        },
        "commentary": {
            "summary": {"en": f"{every}\n\n{HOSTILE['long']}", "zh": every},
            "feedback": {"en": "\n\n".join(HOSTILE.values()), "zh": every},
        },
    }
    return json.dumps(params, indent=1, ensure_ascii=True)
