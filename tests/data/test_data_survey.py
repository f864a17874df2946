"""Survey answers: coding, direction, missing codes, waves, bridges, weights and composites, each against hand counts."""

import math

import numpy as np
import pytest

from analysis.data.likert import number_in, wording_codes

FIVE = {"min": 1, "max": 5}
TEN = {"min": 0, "max": 10}


def item(role="satisfaction", scale=None, **more):
    return {"role": role, "scale": scale or FIVE} | more


@pytest.fixture
def survey(load, write):
    def read(text, items, source=None, **questionnaire):
        write("s.csv", text)
        return load(sources={"survey": {"files": "s.csv"} | (source or {})}, survey={"items": items} | questionnaire)

    return read


@pytest.fixture
def refused(faults_of, write):
    def read(text, items, source=None, **questionnaire):
        write("s.csv", text)
        return faults_of(
            sources={"survey": {"files": "s.csv"} | (source or {})}, survey={"items": items} | questionnaire
        )

    return read


def answers(*values, head="responded_on,q1"):
    return head + "\n" + "".join(f"2024-01-{day:02d},{value}\n" for day, value in enumerate(values, start=1))


def coded(data, key="q1"):
    return [None if math.isnan(code) else code for code in data.table("survey")[key]]


# ---- coding


def test_numbers_texts_and_missing_codes(survey):
    items = {"q1": item(missing=[99, "不适用"])}
    data = survey(answers("1", "5分", "99", "不适用", "(跳过)", "", "4 - good", "3.0"), items)
    assert coded(data) == [1, 5, None, None, None, None, 4, 3]
    (repair,) = data.quality.repairs
    assert (repair.rule, repair.rows, repair.total, repair.removed) == ("survey_missing_code", 2, 8, False)


@pytest.mark.parametrize(
    ("texts", "scale", "codes"),
    [
        (["非常不满意", "不满意", "一般", "满意", "非常满意"], FIVE, [1, 2, 3, 4, 5]),
        (["非常不同意", "比较不同意", "中立", "比较同意", "非常同意"], FIVE, [1, 2, 3, 4, 5]),
        (["Very dissatisfied", "dissatisfied", "Neutral", "Satisfied", "VERY SATISFIED"], FIVE, [1, 2, 3, 4, 5]),
        (["strongly disagree", "somewhat disagree", "agree", "strongly agree"], {"min": 1, "max": 7}, [1, 3, 6, 7]),
        (["非常不满意", "比较不满意", "比较满意", "满意"], {"min": 1, "max": 7}, [1, 3, 5, 6]),
        (["非常满意", "很不满意"], {"min": 0, "max": 4}, [4, 0]),
    ],
)
def test_known_wordings(survey, texts, scale, codes):
    assert coded(survey(answers(*texts), {"q1": item(scale=scale)})) == codes


def test_free_text_beside_other_is_the_answer_other(survey):
    labels = {"免费赠送的": 4, "其他【请注明】": 5}
    data = survey(answers("免费赠送的", "其他【请注明】〖我妈买的。〗", "其他【请注明】"), {"q1": item(labels=labels)})
    assert coded(data) == [4, 5, 5]


def test_texts_without_a_code_are_listed_to_be_filled_in(refused):
    (fault,) = refused(answers("0-799元", "800元以上"), {"q1": item()})
    assert fault.hint.startswith('declare the code of each text, `labels: {"0-799元": ..., "800元以上": ...}`')


def test_column_named_with_the_blank_of_its_header(survey):
    data = survey(answers("4", head="responded_on,7、比重 "), {"q1": item(column="7、比重 ")})
    assert coded(data) == [4]


def test_many_items_without_a_column_are_one_fault(refused):
    (fault,) = refused(answers("4"), {f"q{number}": item() for number in range(2, 7)})
    assert (fault.what, fault.found, fault.count) == ("survey.items", "no column 'q2', 'q3', 'q4' and 2 more", 5)


def test_labels_of_the_params_win(survey):
    data = survey(answers("满意", "1", "很棒"), {"q1": item(labels={"满意": 5, "1": 2, "很棒": 4})})
    assert coded(data) == [5, 2, 4]


def test_lower_is_better_is_turned(survey):
    scale = FIVE | {"direction": "lower_is_better"}
    data = survey(answers("1", "2", "5"), {"q1": item(scale=scale)})
    assert coded(data) == [5, 4, 1]
    assert data.table("survey")["satisfaction_index"].tolist() == [100.0, 75.0, 0.0]


def test_satisfied_stays_good_and_agreement_follows_the_scale_when_lower_is_better(survey):
    scale = FIVE | {"direction": "lower_is_better"}
    assert coded(survey(answers("very satisfied", "very dissatisfied"), {"q1": item(scale=scale)})) == [5, 1]
    assert coded(survey(answers("strongly agree", "disagree"), {"q1": item("effort", scale)})) == [1, 4]


def test_typed_answers_of_a_workbook(load, folder):
    import pandas as pd

    pd.DataFrame({"responded_on": pd.to_datetime(["2024-01-01", "2024-01-02"]), "q1": [4.0, None]}).to_parquet(
        folder / "s.parquet"
    )
    data = load(sources={"survey": {"files": "s.parquet"}}, survey={"items": {"q1": item()}})
    assert coded(data) == [4, None]


def test_number_in():
    assert [number_in(text) for text in ("7", "7分", "-99", "10 - extremely likely", "5（非常满意）", "4,5")] == [
        7,
        7,
        -99,
        10,
        5,
        4.5,
    ]
    assert number_in("30%左右") is None
    assert number_in("1-2 times") is None


def test_wording_that_knows_only_some_texts_leaves_the_others():
    assert wording_codes({"满意", "有点贵"}, 1, 5, lower_is_better=False) == {"满意": 4}


# ---- answers that cannot be used


def test_undeclared_missing_codes_are_recognised(refused):
    (fault,) = refused(answers("1", "98", "99", "98", "5"), {"q1": item()})
    assert fault.what == "survey.items.q1"
    assert fault.rule == "must lie within its scale 1 to 5"
    assert fault.found == "98 (2 times), 99 (once)"
    assert fault.where == "s.csv, rows 3, 4, 5"
    assert "missing: [98, 99]" in fault.hint


def test_answer_outside_the_scale(refused):
    (fault,) = refused(answers("1", "7"), {"q1": item()})
    assert (fault.found, fault.hint) == ("7 (once)", "check `scale`: is 7 on it? (parameters)")


def test_unknown_texts(refused):
    (fault,) = refused(answers("满意", "有点贵"), {"q1": item()})
    assert fault.found == "'有点贵' (once)"
    assert "labels" in fault.hint


def test_recommendation_coded_1_to_11(refused):
    (fault,) = refused(answers(*range(1, 12)), {"q1": item("recommendation", TEN)})
    assert fault.found == "11 (once)"
    assert fault.hint.startswith("probably coded 1 to 11: recode")


def test_recommendation_coded_1_to_10(refused, survey):
    text = answers(*([1] * 5 + list(range(2, 11))))
    (fault,) = refused(text, {"q1": item("recommendation", TEN)})
    assert fault.found == "answers from 1 to 10: '1' 5 times, '0' never"
    assert "1 to 10" in fault.hint
    stated = {"q1": item("recommendation", TEN, labels={"0": 0})}
    assert coded(survey(text, stated))[0] == 1


def test_recommendation_without_zero_in_a_large_sample_is_a_note(survey):
    text = "responded_on,q1\n" + "2024-01-01,9\n" * 100
    data = survey(text, {"q1": item("recommendation", TEN)})
    assert data.quality.notes[0].values["n"] == 100
    assert not survey(text.replace("9\n2024", "0\n2024", 1), {"q1": item("recommendation", TEN)}).quality.notes


def test_recommendation_recoded_by_labels(survey):
    labels = {str(code): code - 1 for code in range(1, 12)}
    data = survey(answers(*range(1, 12)), {"q1": item("recommendation", TEN, labels=labels)})
    assert coded(data) == list(range(11))


def test_item_column_absent(refused):
    (fault,) = refused(answers("1"), {"q": item(column="Q 1")})
    assert (fault.what, fault.found, fault.hint) == ("survey.items.q", "no column 'Q 1'", "did you mean 'q1'?")


def test_waves_from_files_of_different_types(load, write, folder):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["responded_on", "wave", "q1"], ["2024-01-01", "a", 4], ["2024-01-02", "a", None]):
        book.active.append(row)
    book.save(folder / "a.xlsx")
    write("b.csv", "responded_on,wave,Frage\n2025-01-01,b,满意\n2025-01-02,b,5\n")
    sources = {"survey": [{"files": "a.xlsx"}, {"files": "b.csv", "columns": {"q1": "Frage"}}]}
    data = load(sources=sources, survey={"items": {"q1": item()}})
    assert coded(data) == [4, None, 4, 5]


def test_wave_that_the_survey_does_not_have_is_a_note(survey):
    data = survey(WAVES, {"q1": item(waves={"c": {"column": "q1_old"}})})
    assert data.quality.notes[0].values == {"wave": "c"}


# ---- waves


WAVES = "responded_on,wave,q1,q1_old\n2024-03-01,b,4,\n2023-03-01,a,,7\n2023-03-02,a,,1\n"


def test_waves_are_in_time_order(survey):
    data = survey(WAVES.replace("b,4", "A0,4"), {"q1": item()})
    assert data.waves == ("a", "A0")
    assert data.table("survey")["wave_order"].tolist() == [0, 0, 1]


def test_wave_with_its_own_column_scale_and_bridge(survey):
    changed = {"column": "q1_old", "scale": {"min": 1, "max": 7}}
    bridge = {"slope": 2 / 3, "intercept": 1 / 3, "source": "a study"}
    items = {"q1": item(waves={"a": changed | {"bridge": bridge}})}
    np.testing.assert_allclose(survey(WAVES, items).table("survey")["q1"], [5, 1, 4])


def test_wave_on_another_scale_without_a_bridge_is_left_out_with_a_note(survey):
    data = survey(WAVES, {"q1": item(waves={"a": {"column": "q1_old", "scale": {"min": 1, "max": 7}}})})
    assert coded(data) == [None, None, 4]
    assert data.quality.notes[0].values == {"wave": "a", "item": "q1"}


def test_wave_turned_the_other_way_needs_no_bridge(survey):
    scale = FIVE | {"direction": "lower_is_better"}
    text = "responded_on,wave,q1\n2023-01-01,a,1\n2024-01-01,b,5\n"
    assert coded(survey(text, {"q1": item(waves={"a": {"scale": scale}})})) == [5, 5]


def test_bridge_that_leaves_the_scale(refused):
    changed = {"column": "q1_old", "scale": {"min": 1, "max": 7}, "bridge": {"slope": 1, "intercept": 0, "source": "x"}}
    (fault,) = refused(WAVES, {"q1": item(waves={"a": changed})})
    assert fault.what == "survey.items.q1.waves.a.bridge"


@pytest.mark.parametrize(
    ("wave_by", "expected"),
    [
        ("month", ("2023-11", "2024-02", "2024-07")),
        ("quarter", ("2023-Q4", "2024-Q1", "2024-Q3")),
        ("half_year", ("2023-H2", "2024-H1", "2024-H2")),
        ("year", ("2023", "2024")),
        ("none", ("2023-2024",)),
        ("column", ("2023-2024",)),
    ],
)
def test_waves_by_date(survey, wave_by, expected):
    text = "responded_on,q1\n2024-07-01,1\n2023-11-30,2\n2024-02-01,3\n"
    assert survey(text, {"q1": item()}, wave_by=wave_by).waves == expected


def test_wave_missing_in_some_rows(refused):
    (fault,) = refused("responded_on,wave,q1\n2024-01-01,a,1\n2024-01-02,,1\n", {"q1": item()})
    assert (fault.what, fault.where) == ("survey.wave", "s.csv, row 3")


# ---- weights, keys, composites


@pytest.mark.parametrize("weight", ["", "0", "-1"])
def test_weights_fail_closed(refused, survey, weight):
    text = f"responded_on,q1,weight\n2024-01-01,1,2.5\n2024-01-02,1,{weight}\n"
    (fault,) = refused(text, {"q1": item()})
    assert fault.what == "survey.weight"
    assert survey(text, {"q1": item()}, weight_kind="none").table("survey")["weight"].tolist() == [1.0, 1.0]


def test_weights_are_kept_and_default_to_one(survey):
    assert survey("responded_on,q1,weight\n2024-01-01,1,2.5\n", {"q1": item()}).table("survey")["weight"].tolist() == [
        2.5
    ]
    assert survey(answers("1"), {"q1": item()}).table("survey")["weight"].tolist() == [1.0]


def test_keys(survey):
    text = "responded_on,customer_id,respondent_id,q1\n2024-01-01,A,r1,1\n2024-01-02,A,,1\n2024-01-03,,r2,1\n2024-01-04,,,1\n"
    table = survey(text, {"q1": item()}).table("survey")
    assert table["respondent_key"].tolist() == ["r1", "row-2", "r2", "row-4"]
    assert table["account_key"].tolist() == ["A", "A", "r2", "row-4"]


def test_anonymous_survey_has_no_customers(survey):
    data = survey(answers("1"), {"q1": item()})
    assert not data.has_real_customers
    assert data.customers.empty
    assert data.has("survey", "q1")
    assert not data.has("survey", "customer_id")


def test_composites(survey):
    items = {
        "s1": item(), "s2": item(scale={"min": 1, "max": 7}), "l": item("attitudinal_loyalty"),
        "n": item("recommendation", TEN), "r": item("repurchase_intention"), "c": item("control"),
    }  # fmt: skip
    text = "responded_on,s1,s2,l,n,r,c\n2024-01-01,5,4,3,10,,1\n2024-01-02,2,,,,,1\n2024-01-03,,,,5,5,\n"
    table = survey(text, items).table("survey")
    # 5 on 1-5 is 100, 4 on 1-7 is 50; 3 on 1-5 is 50, 10 on 0-10 is 100
    np.testing.assert_array_equal(table["satisfaction_index"], [75, 25, np.nan])
    np.testing.assert_array_equal(table["loyalty_index"], [75, np.nan, 75])
    assert "effort_index" not in table
