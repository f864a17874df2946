"""Small clients whose data are as awkward as real ones get: drawn from one ordinary client, then bent."""

import numpy as np
import pandas as pd

from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")
WAVES = {"W1": "2025-02-03", "W2": "2025-06-02"}
DRIVERS = ("speed", "price", "portal", "bills")
TEN = {"min": 1, "max": 10}
ITEMS = {
    "satisfied": {"role": "satisfaction", "scale": TEN, "label": {"en": "Satisfied", "zh": "总体满意度"}},
    "loyal": {"role": "attitudinal_loyalty", "scale": TEN, "label": {"en": "Loyal", "zh": "忠诚态度"}},
    "recommend": {"role": "recommendation", "scale": {"min": 0, "max": 10}, "label": {"en": "Would", "zh": "推荐意愿"}},
    "again": {"role": "repurchase_intention", "scale": TEN, "label": {"en": "Again", "zh": "再次购买意愿"}},
} | {
    key: {"role": "driver", "scale": TEN, "label": {"en": key.title(), "zh": f"题目{index}"}}
    for index, key in enumerate(DRIVERS)
}


def ordinary_client(customers=90, seed=4, drivers=DRIVERS):
    """Draw customers with segments, an answer each in two waves, and orders of which satisfaction raises the chance."""
    draw = np.random.default_rng(seed)
    ids = np.array([f"C{number:03d}" for number in range(customers)])
    mood = draw.normal(size=customers)
    survey = pd.concat([_answers(draw, ids, mood, wave, drivers) for wave in WAVES], ignore_index=True)
    satisfied = survey.groupby("customer_id")["satisfied"].mean().reindex(ids).to_numpy()
    masters = pd.DataFrame(
        {
            "customer_id": ids,
            "name": [f"Firm {number}" for number in range(customers)],
            "segment": np.array(["Retail", "Trade", "Export"])[np.arange(customers) % 3],
            "joined_on": pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 1400, customers), "D"),
        }
    )
    return {"customers": masters, "survey": survey, "transactions": _orders(draw, ids, satisfied)}


def _answers(draw, ids, mood, wave, drivers):
    count = len(ids)
    on_scale = lambda values, low=1: np.clip(np.round(values), low, 10)  # noqa: E731
    answers = {
        key: on_scale(6.5 + 0.8 * mood + 1.4 * draw.normal(size=count) + 0.1 * place)
        for place, key in enumerate(drivers)
    }
    weights = np.linspace(0.5, 0.0, len(drivers))
    middle = sum(weight * (answers[key] - 6.5) for weight, key in zip(weights, drivers, strict=True))
    satisfied = on_scale(6.5 + middle / max(weights.sum(), 1) * 1.3 + 0.7 * mood + draw.normal(size=count))
    loyal = on_scale(3 + 0.5 * satisfied + 1.2 * draw.normal(size=count))
    return pd.DataFrame(
        {
            "customer_id": ids,
            "respondent_id": [f"{each}-1" for each in ids],
            "responded_on": pd.Timestamp(WAVES[wave]) + pd.to_timedelta(draw.integers(0, 20, count), "D"),
            "wave": wave,
            "satisfied": satisfied,
            "loyal": loyal,
            "recommend": on_scale(loyal + draw.normal(size=count), 0),
            "again": on_scale(1 + 0.8 * loyal + 1.5 * draw.normal(size=count)),
            **answers,
        }
    )


def _orders(draw, ids, satisfied):
    """Draw days of orders over two years; after the second wave, how many depends on satisfaction."""
    rows = []
    for each, level in zip(ids, satisfied, strict=True):
        before = draw.integers(0, 500, draw.integers(1, 7))
        after = draw.integers(530, 730, draw.poisson(np.exp(0.35 * (level - 6.5))))
        rows += [(each, int(day)) for day in np.concatenate([before, after])]
    frame = pd.DataFrame([*rows, (ids[0], 729)], columns=["customer_id", "day"])
    frame["ordered_on"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame.pop("day"), "D")
    frame["amount"] = np.round(draw.uniform(50, 500, len(frame)), 2)
    return frame


def write_client(folder, tables, params=None, survey=None, items=None):
    """Write the tables as CSV files and return the parameters that describe them.

    Parameters
    ----------
    folder
        Where the files go.
    tables
        Canonical name -> frame.
    params, survey
        Changes of the parameters, and of their part about the survey.
    items
        The items asked, by key; default: `ITEMS`.
    """
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", date_format="%Y-%m-%d")
    asked = {
        "confidentiality": "attributed", "unit_of_analysis": "respondent", "wave_by": "column", "items": items or ITEMS,
    }  # fmt: skip
    content = {
        "client": "edge",
        "name": "Edge",
        "as_of": AS_OF.date(),
        "data_folder": ".",
        "params_file": folder / "edge.yml",
        "sources": {name: {"files": f"{name}.csv"} for name in tables},
        "repurchase": {"horizon_days": 150, "history_days": 365},
        "bootstrap_draws": 100,
    }
    if "survey" in tables:
        content["survey"] = asked | (survey or {})
    return ClientParams.model_validate(content | (params or {}))


def with_answers(**columns):
    """Return the ordinary client with other answers; a function is given the survey."""
    tables = ordinary_client()
    survey = tables["survey"]
    made = {key: value(survey) if callable(value) else value for key, value in columns.items()}
    return {"tables": tables | {"survey": survey.assign(**made)}}


def with_orders(change):
    """Return the ordinary client with the orders that `change` makes of its survey and orders."""
    tables = ordinary_client()
    return {"tables": tables | {"transactions": change(tables["survey"], tables["transactions"])}}


def without_items(*roles, also=()):
    """Return the ordinary client that was not asked about these roles."""
    items = {key: item for key, item in ITEMS.items() if item["role"] not in roles and key not in also}
    return {"tables": ordinary_client(), "items": items}


def without_tables(*names):
    """Return the ordinary client without these tables."""
    return {"tables": {name: frame for name, frame in ordinary_client().items() if name not in names}}


def buyers_apart(survey, orders, *, overlap):
    """Return orders in which the satisfied half buys again and the other does not; `overlap` of the middle do both."""
    mean = survey.groupby("customer_id")["satisfied"].mean()
    order = mean.rank(method="first")
    buys = order > len(order) / 2
    if overlap:
        middle = order[mean == mean.median()].index
        buys.loc[middle] = np.arange(len(middle)) % 2 == 0
    return _who_orders_after(orders, mean.index[buys])


def _who_orders_after(orders, customers, day="2025-07-20"):
    """Keep the orders before the second wave, and add one after it for each of `customers`."""
    before = orders[orders["ordered_on"] < "2025-02-03"]
    again = pd.DataFrame({"customer_id": list(customers), "ordered_on": pd.Timestamp(day), "amount": 100.0})
    first = pd.DataFrame({"customer_id": list(customers), "ordered_on": pd.Timestamp("2025-03-10"), "amount": 100.0})
    last = pd.DataFrame({"customer_id": ["PASSER"], "ordered_on": [AS_OF], "amount": [10.0]})
    return pd.concat([before, first, again, last], ignore_index=True)


def nobody_again(survey, orders):
    return _who_orders_after(orders, [])


def everybody_again(survey, orders):
    return _who_orders_after(orders, sorted(set(survey["customer_id"])))


def segment_of_four():
    tables = ordinary_client()
    segments = tables["customers"]["segment"].mask(np.arange(len(tables["customers"])) < 4, "Museum")
    return {"tables": tables | {"customers": tables["customers"].assign(segment=segments)}}


def strangers_in_the_second_wave():
    tables = ordinary_client(customers=120)
    survey = tables["survey"]
    early = survey["customer_id"] < "C060"
    return {"tables": tables | {"survey": survey[early == (survey["wave"] == "W1")]}}


def many_drivers():
    keys = tuple(f"part{number:02d}" for number in range(40))
    items = {key: item for key, item in ITEMS.items() if item["role"] != "driver"}
    items |= {key: {"role": "driver", "scale": TEN, "label": f"Part {key[-2:]}"} for key in keys}
    tables = ordinary_client(customers=60, drivers=keys)
    survey = tables["survey"]
    return {"tables": tables | {"survey": survey[survey["wave"] == "W2"]}, "items": items}


def anonymous():
    tables = ordinary_client()
    survey = tables["survey"].drop(columns=["customer_id", "respondent_id"])
    return {"tables": tables | {"survey": survey}, "survey": {"confidentiality": "anonymous"}}


def unequal_weights(survey):
    return np.where(np.arange(len(survey)) % 3 == 0, 3.0, 0.4)


def one_silent_respondent():
    tables = ordinary_client()
    survey = tables["survey"].copy()
    survey[list(ITEMS)] = survey[list(ITEMS)].astype("Int64").mask(survey["customer_id"] == "C007")
    return {"tables": tables | {"survey": survey}}


def one_wave():
    tables = ordinary_client()
    return {"tables": tables | {"survey": tables["survey"][tables["survey"]["wave"] == "W2"]}}


def huge_ids():
    """Ids of 80 signs in several scripts; segments of 300 signs, of Chinese, and with a mark that turns the writing."""
    tables = ordinary_client()
    names = {f"C{number:03d}": f"客户-{number:03d}-" + "Ω9" * 36 for number in range(90)}
    segments = {"Retail": "零售与分销", "Trade": "Großhandel " + "x" * 290, "Export": "تصدير \u202eabc 🚢"}
    tables["customers"]["segment"] = tables["customers"]["segment"].map(segments)
    return {"tables": {name: frame.replace({"customer_id": names}) for name, frame in tables.items()}}


CASES = {
    "ordinary": lambda: {"tables": ordinary_client()},
    "constant satisfaction": lambda: with_answers(satisfied=8),
    "constant satisfaction, unequal weights": lambda: with_answers(satisfied=8, weight=unequal_weights),
    "constant driver": lambda: with_answers(portal=7),
    "constant drivers": lambda: with_answers(**dict.fromkeys(DRIVERS, 7)),
    "collinear drivers": lambda: with_answers(price=lambda survey: survey["speed"]),
    "constant loyalty": lambda: with_answers(loyal=8, recommend=9),
    "satisfaction is loyalty": lambda: with_answers(loyal=lambda survey: survey["satisfied"]),
    "everything at the ceiling": lambda: with_answers(**dict.fromkeys(ITEMS, 10)),
    "complete separation": lambda: with_orders(lambda survey, orders: buyers_apart(survey, orders, overlap=False)),
    "quasi-complete separation": lambda: with_orders(lambda survey, orders: buyers_apart(survey, orders, overlap=True)),
    "segment of four": segment_of_four,
    "no common respondent": strangers_in_the_second_wave,
    "nobody buys again": lambda: with_orders(nobody_again),
    "everybody buys again": lambda: with_orders(everybody_again),
    "forty drivers": many_drivers,
    "no drivers": lambda: without_items("driver"),
    "no loyalty": lambda: without_items("attitudinal_loyalty", "recommendation", "repurchase_intention"),
    "no intention": lambda: without_items("repurchase_intention"),
    "anonymous": anonymous,
    "survey only": lambda: without_tables("customers", "transactions"),
    "orders only": lambda: without_tables("customers", "survey"),
    "one wave": one_wave,
    "a silent respondent": one_silent_respondent,
    "returns only": lambda: (
        with_orders(lambda survey, orders: orders.assign(amount=-orders["amount"]))
        | {"params": {"limits": {"max_repair_share": 1}}}
    ),
    "revenue of zero": lambda: with_orders(lambda survey, orders: orders.assign(amount=0.0)),
    "huge ids": huge_ids,
}
"""What is awkward -> the arguments of `write_client`."""
