"""Whether somebody can be told from what is commonly known of a respondent: segment, key account, level."""

from dataclasses import dataclass

import pandas as pd

QUASI = ("segment", "is_key_account", "respondent_level")
MERGED = "other"


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


def count_cells(people: pd.DataFrame, floor: int) -> tuple[int, pd.Series]:
    """Return the number of groups, and for each row whether its group has fewer than `floor` people.

    Parameters
    ----------
    people
        One row a response: ``person`` and the columns of `QUASI`; a missing value is a value.
    """
    filled = people.astype(object).where(people.notna(), "")
    sizes = filled.groupby(list(QUASI))["person"].transform("nunique")
    return len(filled.drop_duplicates(list(QUASI))), sizes < floor


def protect_cells(people: pd.DataFrame, floor: int, *, merge: bool) -> tuple[pd.DataFrame, SmallCells]:
    """Return the rows, with the values of small groups merged where `merge`, and what was found.

    The level goes first, since a model misses it least; then the segment, then the key account, each only for people
    who are still in a small group. Groups of people that stay small in spite of all are left for the caller to refuse.
    """
    groups, small = count_cells(people, floor)
    count, found = int(small.sum() and people.loc[small, "person"].nunique()), small
    small_groups = int(
        people[small].astype(object).where(people[small].notna(), "").drop_duplicates(list(QUASI)).shape[0]
    )
    merged: list[str] = []
    protected = people.copy()
    for column, value in (("respondent_level", MERGED), ("segment", None), ("is_key_account", False)):
        if not merge or not found.any():
            break
        # a whole account shares its segment and whether it is a key account
        rows = found if column == "respondent_level" else protected["account"].isin(protected.loc[found, "account"])
        if protected.loc[rows, column].notna().any():
            protected[column] = protected[column].astype(object).where(~rows, value)
            merged.append(column)
        _, found = count_cells(protected, floor)
    return protected, SmallCells(
        floor=floor,
        groups=groups,
        people=int(people["person"].nunique()),
        small_groups=small_groups,
        small_people=count,
        merged=tuple(merged),
        left_people=int(protected.loc[found, "person"].nunique()),
    )
