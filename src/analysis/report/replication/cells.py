"""Whether somebody can be told from what is commonly known of a respondent: segment, key account, level."""

from dataclasses import dataclass

import pandas as pd

QUASI = ("segment", "is_key_account", "respondent_level")
MERGED = "other"
UNKNOWN = ""


@dataclass(frozen=True, kw_only=True)
class SmallCells:
    """What the check of small groups found.

    Parameters
    ----------
    floor
        Fewest people of a group.
    groups, people
        Groups by segment, key account and level, and the people in them.
    small_groups, small_people
        Of these, those with fewer than `floor`, before anything was merged.
    merged
        Columns whose values were merged for people of small groups.
    left_people
        People who are still in a small group in the data as exported.
    """

    floor: int
    groups: int
    people: int
    small_groups: int
    small_people: int
    merged: tuple[str, ...]
    left_people: int


def protect_cells(people: pd.DataFrame, floor: int, *, merge: bool) -> tuple[pd.DataFrame, SmallCells]:
    """Return the rows, with the values of small groups merged where `merge`, and what was found.

    Where a segment has too few key accounts (or too few others), all of it counts as no key account, and where that
    is not enough, segments become one; then, within each group, the levels of the fewest people become one until it is
    large enough. Groups that stay small in spite of all are left for the caller to refuse.

    Parameters
    ----------
    people
        One row a response: ``person``, ``account`` and the columns of `QUASI`; a missing value is a value.
    floor
        Fewest people of a group.
    merge
        Whether anything is merged, or only counted.
    """
    before = people.astype(object).where(people.notna(), UNKNOWN)
    after = _merge_levels(_merge_segments(before, floor), floor) if merge else before
    small, left = _small_rows(before, list(QUASI), floor), _small_rows(after, list(QUASI), floor)
    found = SmallCells(
        floor=floor,
        groups=len(before.drop_duplicates(list(QUASI))),
        people=int(before["person"].nunique()),
        small_groups=len(before[small].drop_duplicates(list(QUASI))),
        small_people=int(before.loc[small, "person"].nunique()),
        merged=tuple(column for column in QUASI if bool((before[column] != after[column]).any())),
        left_people=int(after.loc[left, "person"].nunique()),
    )
    return after.where(after != UNKNOWN, None), found


def _small_rows(people: pd.DataFrame, columns: list[str], floor: int, unit: str = "person") -> "pd.Series[bool]":
    """Return which rows are in a group of fewer than `floor` people, or accounts."""
    return people.groupby(columns)[unit].transform("nunique") < floor


def _merge_segments(people: pd.DataFrame, floor: int) -> pd.DataFrame:
    """Return the rows with few key accounts counted among the others, and few accounts of a segment in a merged one.

    Accounts are counted here: an employer that knows its segment must find itself among several.
    """
    merged, pair = people.copy(), list(QUASI[:2])
    for column, value in (("is_key_account", False), ("segment", MERGED)):
        small = _small_rows(merged, pair, floor, "account")
        accounts = merged.loc[small, "account"]
        merged.loc[merged["account"].isin(accounts), column] = value
    while bool((small := _small_rows(merged, pair, floor, "account")).any()) and bool((~small).any()):
        sizes = merged[~small].groupby("segment")["account"].nunique()
        rows = small | (merged["segment"] == sizes.idxmin())
        merged.loc[rows, "segment"], merged.loc[rows, "is_key_account"] = MERGED, False
    return merged


def _merge_levels(people: pd.DataFrame, floor: int) -> pd.DataFrame:
    """Return the rows with the levels of the fewest people as one, within segment and key account."""
    merged = people.copy()
    for _, rows in people.groupby(list(QUASI[:2])):
        sizes = rows.groupby("respondent_level")["person"].nunique().sort_values(kind="stable")
        if sizes.iloc[0] >= floor or len(sizes) < 2:
            continue
        count = int((sizes < floor).sum())
        while rows.loc[rows["respondent_level"].isin(sizes.index[:count]), "person"].nunique() < floor:
            if count == len(sizes):
                break
            count += 1
        chosen = rows.index[rows["respondent_level"].isin(sizes.index[:count])]
        merged.loc[chosen, "respondent_level"] = MERGED
    return merged


def middle_days(days: pd.Series, groups: pd.Series, fewest: int) -> pd.Series:
    """Return days in which at least `fewest` neighbours of a group share one: the middle day of theirs.

    Microaggregation (Domingo-Ferrer and Mateo-Sanz 2002) of one variable with a fixed size of groups.

    Parameters
    ----------
    days
        One a customer, missing where unknown.
    groups
        Within which neighbours are sought.
    fewest
        Customers that share a day; where a group has fewer, all of it shares one.
    """
    known = days.notna()
    rank = days[known].groupby(groups[known]).rank(method="first").sub(1)
    sizes = groups[known].map(groups[known].value_counts())
    last = (sizes // fewest).clip(lower=1) - 1  # the last takes what is left over
    block = (rank // fewest).clip(upper=last).astype(int)
    middle = days[known].groupby([groups[known], block]).transform("median").dt.normalize()
    return middle.reindex(days.index)
