"""The rows and columns that the models read, de-identified: answers, customers who answered, and their order days."""

from dataclasses import dataclass

import pandas as pd

from analysis.data.client import ClientData
from analysis.errors import DataError, Fault
from analysis.params.model import ClientParams
from analysis.report.replication.cells import SmallCells, middle_days, protect_cells
from analysis.report.replication.codes import RANDOM, draw_codes, draw_scale, number_labels, recode
from analysis.report.replication.editions import Edition

READ_ROLES = frozenset(
    {"satisfaction", "attitudinal_loyalty", "recommendation", "repurchase_intention", "effort", "driver", "moderator",
     "marker"}
)  # fmt: skip
"""Roles of the questions that some model reads."""
OTHERS = "others"


@dataclass(frozen=True, kw_only=True)
class Release:
    """What is exported.

    Parameters
    ----------
    edition
        Which of the two.
    tables
        ``survey``, ``customers`` and, in the full edition, ``transactions``: canonical columns, codes for ids.
    items
        Questions exported, in the questionnaire's order.
    cells
        What the check of small groups found.
    """

    edition: Edition
    tables: dict[str, pd.DataFrame]
    items: tuple[str, ...]
    cells: SmallCells


def release_data(data: ClientData, params: ClientParams, edition: Edition) -> Release:
    """Return the de-identified tables of a client.

    Raises
    ------
    DataError
        In the public edition: some respondents would stay in a group of fewer than `small_cell`.
    """
    survey = data.table("survey")
    items = tuple(
        key
        for key, item in (params.survey.items.items() if params.survey else ())
        if item.role in READ_ROLES and key in survey and survey[key].notna().any()
    )
    people, cells = protect_cells(_people(data, params), params.limits.small_cell, merge=edition == "public")
    if edition == "public" and cells.left_people:
        raise DataError([_too_few(cells)])
    codes = _id_codes(data, edition)
    tables = {"survey": _survey(survey, people, items, codes, edition)}
    customers = _customers(data, people, params, codes, edition)
    if not customers.empty:
        tables["customers"] = customers
    if edition == "full" and data.has("transactions") and not customers.empty:
        tables["transactions"] = _transactions(data, set(customers["customer_id"]), codes)
        if OTHERS in set(tables["transactions"]["customer_id"]):
            tables["customers"] = pd.concat(
                [customers, pd.DataFrame({"customer_id": [OTHERS], "is_key_account": ["no"]})]
            )
    return Release(edition=edition, tables=tables, items=items, cells=cells)


def _too_few(cells: SmallCells) -> Fault:
    return Fault(
        what="survey",
        rule=f"must not let fewer than {cells.floor} people be told apart where answers were promised to stay unknown",
        found=f"{cells.left_people} people in groups too small, whatever is merged",
        where="the survey and the customers together",
        hint="such a survey cannot be exported for the public",
    )


def _people(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return each response's person, account and what is commonly known of them."""
    survey, customers = data.table("survey"), data.customers
    ids = survey["customer_id"]
    segment = ids.map(customers["segment"]) if params.segment and "segment" in customers else None
    level = survey.get("respondent_level")
    return pd.DataFrame(
        {
            "person": survey["respondent_key"].astype(str),
            "account": survey["account_key"].astype(str),
            "segment": pd.Series(None, index=survey.index, dtype=object) if segment is None else segment.astype(object),
            "is_key_account": ids.map(customers["is_key_account"]).astype(object),
            "respondent_level": pd.Series(None, index=survey.index, dtype=object)
            if level is None
            else level.astype(object),
        }
    )


def _id_codes(data: ClientData, edition: Edition) -> dict[str, str]:
    """Return one code for each account, person and group of companies: one order for all of them, as ids have it."""
    survey = data.table("survey")
    names = set(survey["account_key"].astype(str)) | set(survey["respondent_key"].astype(str))
    if "parent_id" in data.customers:
        names |= set(data.customers["parent_id"].dropna().astype(str))
    return draw_codes(names, "k", ordered=edition == "full")


def _survey(
    survey: pd.DataFrame, people: pd.DataFrame, items: tuple[str, ...], codes: dict[str, str], edition: Edition
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "response_id": _response_codes(len(survey), edition),
            "responded_on": survey["responded_on"],
            "customer_id": recode(survey["customer_id"], codes),
            "respondent_id": recode(survey["respondent_key"], codes),
            "wave": survey["wave"].astype(str),
            "weight": survey["weight"],
        }
    )
    if people["respondent_level"].notna().any():
        frame["respondent_level"] = people["respondent_level"]
    # several answers of one person in a wave (about several products, say) are told apart by their number alone
    number = survey.groupby([survey["account_key"], survey["respondent_key"], survey["wave"]]).cumcount() + 1
    if bool((number > 1).any()):
        frame["touchpoint"] = "t" + number.astype(str)
    frame = pd.concat([frame, survey[list(items)]], axis=1)
    if edition == "public":
        frame["responded_on"] = frame.groupby("wave")["responded_on"].transform("min")
        frame = frame.sort_values(["responded_on", "response_id"], ignore_index=True)
    return frame


def _response_codes(count: int, edition: Edition) -> list[str]:
    """Return a code for each response: its row in the canonical order, or in the public edition a random one."""
    numbers = list(range(1, count + 1))
    if edition == "public":
        RANDOM.shuffle(numbers)
    return [f"r{number:0{len(str(count))}d}" for number in numbers]


def _customers(
    data: ClientData, people: pd.DataFrame, params: ClientParams, codes: dict[str, str], edition: Edition
) -> pd.DataFrame:
    """Return the customers who answered, with the columns that some model reads."""
    survey = data.table("survey")
    known = survey["customer_id"].notna()
    ids = pd.Index(sorted(survey.loc[known, "customer_id"].astype(str).unique()))
    own = data.customers.reindex(ids)
    first = people[known].assign(customer=survey.loc[known, "customer_id"].astype(str)).groupby("customer").first()
    protected = first.reindex(ids)
    frame = pd.DataFrame({"customer_id": [codes[name] for name in ids]})
    if params.segment and protected["segment"].notna().any():
        labels = number_labels(protected["segment"].dropna().astype(str), "S")
        frame["segment"] = recode(protected["segment"].reset_index(drop=True), labels)
    flags = protected["is_key_account"].astype(object).where(protected["is_key_account"].notna(), False)
    frame["is_key_account"] = ["yes" if flag else "no" for flag in flags]
    if own["joined_on"].notna().any():
        joined = pd.to_datetime(own["joined_on"]).reset_index(drop=True)
        if edition == "public":
            alike = frame["is_key_account"] + frame.get("segment", pd.Series("", index=frame.index)).fillna("")
            joined = middle_days(joined, alike, params.limits.small_cell)
        frame["joined_on"] = joined
    if edition == "full" and own["parent_id"].notna().any():
        frame["parent_id"] = recode(own["parent_id"].reset_index(drop=True), codes).to_numpy()
    return frame.sort_values("customer_id", ignore_index=True)


def _transactions(data: ClientData, kept: set[str], codes: dict[str, str]) -> pd.DataFrame:
    """Return amounts by customer and day, purchases and returns apart; customers who never answered are one."""
    orders = data.table("transactions")
    orders = orders[orders["customer_id"].notna()]
    names = orders["customer_id"].astype(str).map(lambda name: codes.get(name, OTHERS))
    frame = pd.DataFrame(
        {
            "customer_id": names.where(names.isin(kept), OTHERS),
            "ordered_on": orders["ordered_on"].dt.normalize(),
            "is_return": orders["is_return"].astype(bool),
            "amount": orders["revenue"].fillna(0.0) * draw_scale(),
        }
    )
    keys = ["customer_id", "ordered_on", "is_return"]
    return frame.groupby(keys)["amount"].sum().reset_index()
