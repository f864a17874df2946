"""The parts of a bundle, by hand: small groups, shared days, codes, and how two versions of a table are compared."""

import pandas as pd
import pytest

from analysis.report.replication.cells import middle_days, protect_cells
from analysis.report.replication.codes import draw_codes, draw_scale, number_labels, recode
from analysis.report.replication.files import read_rows, render_frame, render_rows
from analysis.report.replication.numbers import compare_tables, list_numbers


def people(*groups):
    """Rows of as many people as each group says, each person an account of its own."""
    rows = [
        {"segment": segment, "is_key_account": key, "respondent_level": level}
        for segment, key, level, count in groups
        for _ in range(count)
    ]
    frame = pd.DataFrame(rows)
    names = [f"p{i}" for i in range(len(frame))]
    return frame.assign(person=names, account=names)


def sizes(frame):
    filled = frame.astype(object).where(frame.notna(), "")
    return filled.groupby(["segment", "is_key_account", "respondent_level"]).size().to_dict()


def test_small_groups_are_counted_and_left_where_nothing_is_to_be_merged():
    before = people(("A", False, "top", 6), ("A", False, "mid", 3), ("B", False, "top", 1))
    after, found = protect_cells(before, 5, merge=False)
    assert (found.groups, found.people, found.small_groups, found.small_people) == (3, 10, 2, 4)
    assert found.merged == ()
    assert found.left_people == 4
    assert sizes(after) == sizes(before)


def test_the_levels_of_the_fewest_people_become_one_until_it_is_large_enough():
    before = people(("A", False, "top", 3), ("A", False, "mid", 6), ("A", False, "low", 20))
    after, found = protect_cells(before, 5, merge=True)
    assert sizes(after) == {("A", False, "other"): 9, ("A", False, "low"): 20}
    assert found.merged == ("respondent_level",)
    assert found.left_people == 0


def test_a_few_key_accounts_count_among_the_others_and_a_small_segment_joins_another():
    before = people(("A", True, "top", 2), ("A", False, "top", 10), ("B", False, "top", 2), ("C", False, "top", 30))
    after, found = protect_cells(before, 5, merge=True)
    assert sizes(after) == {("other", False, "top"): 14, ("C", False, "top"): 30}
    assert found.merged == ("segment", "is_key_account")
    assert found.left_people == 0


def test_too_few_people_in_all_are_said_to_be_left():
    _, found = protect_cells(people(("A", False, "top", 3)), 5, merge=True)
    assert found.left_people == 3


def test_days_are_shared_by_neighbours_of_a_group():
    days = pd.Series(pd.to_datetime([f"2020-01-{day:02d}" for day in (1, 3, 5, 20, 22, 24, 30)] + [None, "2021-05-05"]))
    groups = pd.Series(["a"] * 8 + ["b"])
    shared = middle_days(days, groups, 3)
    assert [day.day for day in shared[:7]] == [3, 3, 3, 23, 23, 23, 23]
    assert shared.isna().tolist() == [False] * 7 + [True, False]


def test_codes_sort_as_the_names_do_where_they_are_to():
    names = [f"c{i}" for i in range(200)]
    codes = draw_codes(names + names[:5], "k", ordered=True)
    assert sorted(codes, key=codes.get) == sorted(names)
    assert len(set(codes.values())) == 200
    assert draw_codes(names, "k", ordered=True) != codes
    shuffled = draw_codes(names, "k", ordered=False)
    assert sorted(shuffled, key=shuffled.get) != sorted(names)
    assert number_labels(["b", "a", *"cdefghijk"], "S")["b"] == "S02"
    assert 0.2 <= draw_scale() <= 5


def test_a_name_without_a_code_is_never_left_as_it_is():
    assert recode(pd.Series(["a", None]), {"a": "k1"}).fillna("").tolist() == ["k1", ""]
    with pytest.raises(ValueError, match="no code"):
        recode(pd.Series(["a", "b"]), {"a": "k1"})


def test_a_file_holds_every_digit_and_no_formula():
    frame = pd.DataFrame(
        {"x": [0.1 + 0.2, 3.0, float("nan")], "d": pd.to_datetime(["2020-01-02", None, "2021-01-01"]),
         "t": ["=1", None, "-a"], "b": [True, False, True]}
    )  # fmt: skip
    assert read_rows(render_frame(frame)) == [
        ["x", "d", "t", "b"],
        ["0.30000000000000004", "2020-01-02", "'=1", "true"],
        ["3", "", "", "false"],
        ["", "2021-01-01", "'-a", "true"],
    ]


def test_a_number_that_differs_is_found_and_one_of_another_rounding_is_not():
    expected = render_rows(["quantity", "estimate", "unit"], [["a", 1.0, "index"], ["b", 2.5, "money"]])
    assert not compare_tables({"t": expected}, {"t": expected.replace("2.5", "2.5000000001")})[0].differing
    (found,) = compare_tables({"t": expected}, {"t": expected.replace("2.5", "2.5001")})
    assert (found.numbers, found.different_numbers) == (2, 1)
    assert found.differing == ("row 2, estimate: 2.5 is expected, 2.5001 was found",)
    assert not compare_tables({"t": expected}, {"t": expected.replace("2.5", "9")}, money=False)[0].differing
    assert compare_tables({"t": expected}, {"t": expected.replace("index", "score")})[0].differing
    assert not compare_tables({"t": expected}, {"t": expected.replace("index", "score")}, texts=False)[0].differing
    assert compare_tables({"t": expected}, {"t": expected.replace("2.5", "")}, texts=False)[0].differing


def test_a_row_or_a_table_that_is_missing_is_found():
    table = render_rows(["a"], [[1], [2]])
    assert compare_tables({"t": table}, {"t": render_rows(["a"], [[1]])})[0].differing
    assert [each.name for each in compare_tables({"t": table, "u": table}, {"t": table}) if each.differing] == ["u"]


def test_every_number_of_a_result_is_named_by_where_it_stands():
    result = {
        "n": 7,
        "slope": {"estimable": True, "value": 1.5, "low": 1.0, "high": 2.0, "n": 7, "method": "cr3-t", "unit": "index"},
        "gone": {"estimable": False, "reason": {"message": "No.", "values": {"n": 3}}},
        "rows": [{"term": "x", "estimate": 0.5, "std_error": 0.1, "label": {"message": "X", "values": {"k": 2}}}],
        "list": [{"key": "one", "score": 2.5}, {"score": 3.5}],
        "yes": True,
    }
    rows = {row["quantity"]: row for row in list_numbers(result, "")}
    assert list(rows) == ["n", "slope", "gone", "rows[x]", "list[one].score", "list[1].score"]
    assert rows["slope"]["conf_low"] == 1.0
    assert rows["rows[x]"]["std_error"] == 0.1
    assert rows["gone"] == {"quantity": "gone", "method": "not estimable"}
