import datetime as dt

import pytest

from analysis.document import formatting as f
from analysis.document.estimates import format_difference, format_estimate
from analysis.document.periods import format_period, name_period_before
from analysis.results import Estimate


def estimate(value: float, low: float, high: float, unit: str) -> Estimate:
    return Estimate(value=value, low=low, high=high, n=100, method="t", unit=unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "spec", "english", "chinese"),
    [
        (1234, "int", "1,234", "1,234"),
        (-3.14159, "number", "−3.14", "−3.14"),
        (45.67, "number", "45.7", "45.7"),
        (-0.001, "number1", "0.0", "0.0"),
        (2.0, "number2", "2.00", "2.00"),
        (0.623, "percent", "62%", "62%"),
        (0.004, "percent", "0.4%", "0.4%"),
        (0.996, "percent", "99.6%", "99.6%"),
        (1.0, "percent", "100%", "100%"),
        (0.0001, "percent", "<0.1%", "<0.1%"),
        (0.1234, "percent1", "12.3%", "12.3%"),
        (3.21, "points", "+3.2", "+3.2"),
        (-3.21, "points", "−3.2", "−3.2"),
        (0.0, "points", "0.0", "0.0"),
        (1_234_567, "money", "€1.23m", "123 万欧元"),
        (2_500_000_000, "money", "€2.5bn", "25 亿欧元"),
        (-45_600, "money", "−€45.6k", "−4.56 万欧元"),
        (999_999, "money", "€1m", "100 万欧元"),
        (12, "money", "€12", "12 欧元"),
        (0.0312, "pvalue", "0.031", "0.031"),
        (0.00001, "pvalue", "<0.001", "<0.001"),
        (0.21, "pvalue", "0.21", "0.21"),
        (dt.date(2025, 3, 7), "date", "7 March 2025", "2025年3月7日"),
        ("2025-03-07", "date", "7 March 2025", "2025年3月7日"),
        ("as written: {x}", "text", "as written: {x}", "as written: {x}"),
        (None, "percent", "–", "–"),
    ],
)
def test_every_placeholder_format_in_both_languages(value: object, spec: str, english: str, chinese: str) -> None:
    assert f.format_value(value, spec, "en", "EUR") == english
    assert f.format_value(value, spec, "zh", "EUR") == chinese


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="percent1"):
        f.format_value(1, "percentage", "en", "EUR")


def test_renminbi_is_written_the_chinese_way() -> None:
    assert f.format_money(1_200_000, "zh", "CNY") == "120 万元"
    assert f.format_money_full(1_234_567.6, "zh", "CNY") == "¥1,234,568"
    assert f.format_money_full(-0.2, "en", "EUR") == "€0"


@pytest.mark.parametrize(
    ("numbers", "english", "chinese"),
    [
        (estimate(0.62, 0.58, 0.66, "proportion"), "62% (58 to 66)", "62%（58 至 66）"),
        (estimate(0.003, 0.001, 0.009, "proportion"), "0.3% (0.1 to 0.9)", "0.3%（0.1 至 0.9）"),
        (estimate(23, 11, 35, "nps"), "23 (11 to 35)", "23（11 至 35）"),
        (estimate(-4.4, -12, 5, "nps"), "−4 (−12 to 5)", "−4（−12 至 5）"),
        (estimate(71.6, 68.2, 74.9, "index"), "72 (68 to 75)", "72（68 至 75）"),
        (estimate(7.4, 7.11, 7.6, "score"), "7.40 (7.11 to 7.60)", "7.40（7.11 至 7.60）"),
        (estimate(3.1, 1.9, 4.3, "percentage_points"), "+3.1 (+1.9 to +4.3)", "+3.1（+1.9 至 +4.3）"),
        (estimate(1.2e6, 1.1e6, 1.3e6, "money"), "€1.20m (€1.10m to €1.30m)", "120 万欧元（110 至 130 万欧元）"),
    ],
)
def test_an_estimate_carries_its_interval(numbers: Estimate, english: str, chinese: str) -> None:
    assert format_estimate(numbers, "en", "EUR") == english
    assert format_estimate(numbers, "zh", "EUR") == chinese


@pytest.mark.parametrize(
    ("label", "english", "chinese"),
    [
        ("2025-03", "Mar 2025", "2025年3月"),
        ("2024-01-01/2024-12-31", "2024", "2024年"),
        ("2024-04-01/2025-03-31", "Apr 2024 – Mar 2025", "2024年4月至2025年3月"),
        ("2024-01-02/2024-12-31", "2024", "2024年"),
        ("2024-01-02/2025-12-31", "2024 – 2025", "2024年至2025年"),
        ("2023-03-02/2024-02-29", "Mar 2023 – Feb 2024", "2023年3月至2024年2月"),
        ("2024-07-05/2025-07-04", "year to 4 Jul 2025", "截至2025年7月4日的一年"),
        ("2025-01-04/2025-07-04", "half-year to 4 Jul 2025", "截至2025年7月4日的半年"),
        ("2024-09-02/2024-11-30", "quarter to 30 Nov 2024", "截至2024年11月30日的一季"),
        ("2010-12-01/2011-12-09", "1 Dec 2010 – 9 Dec 2011", "2010年12月1日至2011年12月9日"),
        ("2024-09", "Sep 2024", "2024年9月"),
        ("2018-Q2", "Q2 2018", "2018年Q2"),
        ("2025", "2025", "2025年"),
        ("2024-12-31", "31 December 2024", "2024年12月31日"),
        ("Wave 2", "Wave 2", "Wave 2"),
    ],
)
def test_periods_read_as_a_reader_writes_them(label: str, english: str, chinese: str) -> None:
    assert format_period(label, "en") == english
    assert format_period(label, "zh") == chinese


def test_lists_join_as_the_language_does() -> None:
    assert f.format_list(["a", "b", "c"], "en") == "a, b and c"
    assert f.format_list(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


def test_differences_of_shares_are_percentage_points() -> None:
    assert f.format_change(0.054, "proportion", "en", "EUR") == "+5.4"
    assert f.format_change(-1500, "money", "en", "EUR") == "−€1.5k"


def test_a_column_of_estimates_has_the_same_decimals_and_magnitude() -> None:
    shares = [estimate(0.0, 0.0, 0.019, "proportion"), estimate(0.0, 0.0, 0.024, "proportion")]
    assert [format_estimate(e, "en", "EUR", peers=shares) for e in shares] == ["0% (0 to 2)", "0% (0 to 2)"]
    amounts = [estimate(7_300, 5_110, 9_480, "money"), estimate(731, -370, 1_830, "money")]
    assert [format_estimate(e, "en", "EUR", peers=amounts) for e in amounts] == [
        "€7.30k (€5.11k to €9.48k)", "€0.73k (−€0.37k to €1.83k)",
    ]  # fmt: skip
    counts = [estimate(7.8, 5.3, 10.3, "per_year"), estimate(6.88, 4.6, 9.17, "per_year")]
    assert format_estimate(counts[1], "en", "EUR", peers=counts) == "6.9 (4.6 to 9.2)"


def test_an_interval_does_not_collapse_to_a_point_by_rounding() -> None:
    assert format_estimate(estimate(29.8, 29.6, 30.4, "index"), "en", "EUR") == "29.8 (29.6 to 30.4)"
    assert format_estimate(estimate(100, 100, 100, "index"), "en", "EUR") == "100 (100 to 100)"


def test_a_difference_is_signed_and_says_a_chinese_unit_once() -> None:
    amounts = estimate(-3_680_000, -13_850_000, 6_480_000, "money")
    assert format_difference(amounts, "zh", "CNY") == "−368 万元（−1,385 至 +648 万元）"
    assert format_difference(estimate(0.06, -0.11, 0.23, "count"), "en", "EUR") == "+0.06 (−0.11 to +0.23)"


def test_growth_beyond_reason_is_a_multiple() -> None:
    assert f.format_growth(18.089, "en") == "19.1\u00a0times"
    assert f.format_growth(1.127, "en") == "+112.7%"
    assert f.format_growth(-0.01, "zh") == "−1.0%"


@pytest.mark.parametrize(
    ("earlier", "later", "name"),
    [
        ("2024-01-02/2024-12-31", "2025-01-01/2025-12-31", "the year before"),
        ("2024-07-06/2025-01-03", "2025-01-04/2025-07-04", "the half-year before"),
        ("2025-01-01/2025-01-31", "2025-02-01/2025-02-28", "the period before"),
        ("2024-12-31", "2025-12-31", "a year before"),
        ("2018-Q2", "2018-Q3", "the quarter before"),
        ("2025 H1", "2025 H2", "the wave before"),
    ],
)
def test_the_period_before_has_a_plain_name(earlier: str, later: str, name: str) -> None:
    assert name_period_before(earlier, later).msgid == name
