import datetime as dt
import hashlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from analysis.document.figures.base import broken_period, cut_names, tick_formatter
from analysis.document.figures.breakdown import plot_breakdown
from analysis.document.figures.customers import plot_concentration, plot_retention, plot_rfm, retention_finding
from analysis.document.figures.models import (
    plot_effects,
    plot_loyalty_relation,
    plot_repurchase_relation,
    plot_validation,
)
from analysis.document.figures.nps import nps_groups, plot_recommendation
from analysis.document.figures.revenue import (
    bridge_steps,
    month_ticks,
    monthly_finding,
    plot_growth_bridge,
    plot_monthly_revenue,
)
from analysis.document.figures.trend import plot_trend
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.indicators.shapes import MonthlyRevenue, MonthRevenue
from analysis.messages import N_
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable

EN, ZH = Translator("en", "EUR"), Translator("zh", "CNY")
PAPER = Theme("en")


def all_figures(language, satisfaction, nps, recommendation, indicators, loyalty_model, repurchase_model):
    t, theme = (EN, PAPER) if language == "en" else (ZH, Theme("zh"))
    return [
        plot_breakdown(satisfaction, t, theme),
        plot_trend(satisfaction, t, theme),
        plot_recommendation(recommendation, nps, t, theme),
        plot_growth_bridge(indicators.growth, t, theme),
        plot_monthly_revenue(indicators.monthly_revenue, t, theme),
        plot_concentration(indicators.concentration, t, theme),
        plot_rfm(indicators.rfm, t, theme),
        plot_retention(indicators.retention_curve, t, theme),
        plot_loyalty_relation(loyalty_model, t, theme),
        plot_repurchase_relation(repurchase_model, t, theme),
        plot_effects(repurchase_model.fits[0], t, theme),
        plot_validation(repurchase_model.validation, t, theme),
    ]


@pytest.fixture(scope="module", params=["en", "zh"])
def figures(request, satisfaction, nps, recommendation, indicators, loyalty_model, repurchase_model):
    made = all_figures(request.param, satisfaction, nps, recommendation, indicators, loyalty_model, repurchase_model)
    return request.param, made


def texts_of(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_figure_has_finding_alternative_and_data_and_no_title_inside(figures) -> None:
    _, made = figures
    for figure in made:
        assert figure.title
        assert len(figure.alt) > 30
        assert figure.data
        assert len({tuple(row) for row in figure.data}) == 1  # every row has the same columns
        assert figure.title not in " ".join(texts_of(figure.svg))
        assert not re.search(r"font-weight|bold| [67]00 ", figure.svg)


def test_a_figure_is_one_svg_element_without_anything_a_page_would_trip_over(figures) -> None:
    _, made = figures
    for figure in made:
        assert figure.svg.startswith("<svg ")
        for forbidden in ("<?xml", "<!DOCTYPE", "<metadata", "<style", "<script", "1999/xlink:"):
            assert forbidden not in figure.svg
        assert "dc:date" not in figure.svg


def test_no_two_figures_share_an_id(figures) -> None:
    _, made = figures
    ids = [identifier for figure in made for identifier in re.findall(r' id="([^"]+)"', figure.svg)]
    assert len(ids) == len(set(ids))
    for figure in made:
        for target in re.findall(r'(?:url\(#|href="#)([^")]+)', figure.svg):
            assert f' id="{target}"' in figure.svg


def test_a_chinese_figure_speaks_chinese(figures) -> None:
    language, made = figures
    if language == "zh":
        for figure in made:
            for text in [figure.title, figure.alt, figure.caption, *texts_of(figure.svg)]:
                text = text.replace('<script>alert("x")</script> $5 & #set [*]', "")
                assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", text), text
            assert "Noto Sans SC" in figure.svg
    else:
        assert "Source Sans Pro" in made[0].svg


def test_a_hostile_name_stays_text(satisfaction) -> None:
    figure = plot_breakdown(satisfaction, EN, PAPER)
    assert "<script" not in figure.svg
    assert any(text.startswith('<script>alert("x")') for text in texts_of(figure.svg))
    assert "\u202e" not in figure.svg + figure.title + figure.alt


def test_figures_leave_matplotlib_as_it_was(satisfaction) -> None:
    before = dict(mpl.rcParams)
    plot_breakdown(satisfaction, EN, PAPER)
    assert dict(mpl.rcParams) == before


SCRIPT = """
import hashlib, sys
from analysis.document.figures.breakdown import plot_breakdown
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import Estimate, IndicatorResult
e = lambda v: Estimate(value=v, low=v - 2, high=v + 2, n=40, method="t", unit="index")
r = IndicatorResult(key="k", name=N_("Loyalty"), definition=N_("Loyalty"), dimension="loyalty", unit="index",
                    unit_of_analysis="respondent", overall=e(50), by_segment={"A": e(40), "B": e(60)})
print(hashlib.sha256(plot_breakdown(r, Translator("zh"), Theme("zh")).svg.encode()).hexdigest())
"""


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    here: dict[str, object] = {}
    printed: list[str] = []
    exec(SCRIPT, here | {"print": printed.append})
    assert run.stdout.strip() == printed[0]
    assert len(printed[0]) == len(hashlib.sha256(b"").hexdigest())


def changed(result: IndicatorResult, verdict: str) -> IndicatorResult:
    import dataclasses

    assert isinstance(result.change, Change)
    return dataclasses.replace(result, change=dataclasses.replace(result.change, verdict=verdict))


def test_a_trend_says_rose_or_fell_only_where_the_test_does(satisfaction) -> None:
    titles = {verdict: plot_trend(changed(satisfaction, verdict), EN, PAPER).title for verdict in
              ("rose", "fell", "no_change")}  # fmt: skip
    assert titles["rose"] == "Satisfaction index rose against the wave before (+4.0)"
    assert "fell" in titles["fell"]
    assert titles["no_change"].endswith("no change against the wave before that the data can tell from noise")


def test_a_breakdown_is_certain_only_where_intervals_part(satisfaction) -> None:
    import dataclasses

    near = {"A": satisfaction.overall, "B": dataclasses.replace(satisfaction.overall, value=73.0)}
    apart = plot_breakdown(satisfaction, EN, PAPER)
    close = plot_breakdown(dataclasses.replace(satisfaction, by_segment=near), EN, PAPER)
    assert "beyond the uncertainty of both" in apart.title
    assert "the order is not certain" in close.title


def test_groups_that_read_the_same_need_no_picture(satisfaction) -> None:
    import dataclasses

    same = dataclasses.replace(satisfaction, by_segment={"A": satisfaction.overall, "B": satisfaction.overall})
    assert plot_breakdown(same, EN, PAPER) is None


def test_withheld_groups_are_counted_and_not_drawn(satisfaction) -> None:
    figure = plot_breakdown(satisfaction, EN, PAPER)
    assert "Groups without an estimate: 1" in figure.caption
    assert not any("Small" in text for text in texts_of(figure.svg))


def test_of_many_groups_the_ends_are_drawn_and_the_rest_counted(satisfaction) -> None:
    import dataclasses

    def group(value: float) -> Estimate:
        return Estimate(value=value, low=value - 1, high=value + 1, n=30, method="t", unit="index")

    many = dataclasses.replace(satisfaction, by_segment={f"S{i:02d}": group(float(i)) for i in range(40)})
    figure = plot_breakdown(many, EN, PAPER)
    assert [row["Label"] for row in figure.data] == [
        f"S{i:02d}" for i in (39, 38, 37, 36, 35, 34, 33, 6, 5, 4, 3, 2, 1, 0)
    ]
    assert "26 more groups" in figure.caption


def test_nothing_to_draw_is_no_figure(satisfaction, nps) -> None:
    import dataclasses

    none = NotEstimable(reason=N_("There are no observations."))
    assert plot_breakdown(dataclasses.replace(satisfaction, by_segment={"A": none}), EN, PAPER) is None
    assert plot_trend(nps, EN, PAPER) is None


def test_recommendation_groups_follow_the_convention() -> None:
    shares = {str(code): 0.1 for code in range(1, 11)}
    assert nps_groups(shares) == pytest.approx((0.6, 0.2, 0.2))
    assert nps_groups({"10.0": 0.5, "0": 0.5}) == pytest.approx((0.5, 0.0, 0.5))


def test_the_bridge_leaves_out_empty_steps_and_adds_up(bridge) -> None:
    steps = bridge_steps(bridge)
    assert [key for key, _, _ in steps] == ["new", "expanded", "contracted", "lost"]
    assert bridge.earlier + sum(amount for _, _, amount in steps) == bridge.later


@pytest.mark.parametrize(
    ("growth", "words"), [((0.1, 0.05), "Revenue grew by 10%"), ((-0.1, 0.05), "Revenue shrank by 10%"),
                          ((0.01, 0.05), "usual ups and downs")],
)  # fmt: skip
def test_growth_is_named_only_beyond_its_interval(bridge, growth, words) -> None:
    import dataclasses

    value, half = growth
    estimate = Estimate(value=value, low=value - half, high=value + half, n=40, method="b", unit="proportion")
    assert words in plot_growth_bridge(dataclasses.replace(bridge, growth=estimate), EN, PAPER).title


def test_the_months_of_an_axis_include_a_january() -> None:
    days = [dt.date(2016 + (9 + i) // 12, (9 + i) % 12 + 1, 1) for i in range(23)]  # October 2016 to August 2018
    named = [days[i] for i in month_ticks(days)]
    assert [(day.year, day.month) for day in named] == [(2017, 1), (2017, 5), (2017, 9), (2018, 1), (2018, 5)]
    assert month_ticks(days[:4]) == [0, 1, 2, 3]


def test_the_title_of_monthly_revenue_compares_full_years_or_names_the_average() -> None:
    def months(count: int) -> MonthlyRevenue:
        made = [
            MonthRevenue(month=f"{2023 + i // 12}-{i % 12 + 1:02d}", revenue=1, revenue_constant=1000.0 * (1 + i // 12),
                         customers=3, complete=True) for i in range(count)
        ]  # fmt: skip
        return MonthlyRevenue(months=tuple(made), comparisons=())

    two, one = (EN(monthly_finding(months(count), EN)) for count in (24, 9))
    assert two.startswith("The last twelve complete months brought €24k, the twelve before €12k")
    assert one == "An average month brought €1k; the strongest was Jan 2023 (€1k)"


def test_a_curve_of_customers_who_do_not_return_says_so(indicators) -> None:
    import dataclasses

    curve = dataclasses.replace(indicators.retention_curve, kind="activity")
    gone = [dataclasses.replace(point, share=0.0, low=0.0) for point in curve.points[1:]]
    none = dataclasses.replace(curve, points=(curve.points[0], *gone))
    few = [dataclasses.replace(point, share=0.02, low=0.01) for point in curve.points[1:]]
    hardly = dataclasses.replace(curve, points=(curve.points[0], *few))
    assert (
        EN(retention_finding(none)) == "No customer bought in the quarter that ended 360 days after the first purchase"
    )
    assert EN(retention_finding(hardly)).startswith("Hardly any customer comes back: 2% bought")
    drawn = plot_retention(none, EN, PAPER)
    assert [row["Label"] for row in drawn.data] == [180, 360]  # that a first purchase is one says nothing


def test_the_ticks_of_an_axis_have_the_same_decimals() -> None:
    assert tick_formatter("count", EN).format_ticks([2.5, 3.0, 3.5]) == ["2.5", "3.0", "3.5"]
    assert tick_formatter("proportion", EN).format_ticks([0.0, 0.25, 0.5]) == ["0", "25", "50"]
    assert tick_formatter("percentage_points", EN).format_ticks([-10, 0, 10]) == ["−10", "0", "+10"]


def test_groups_that_leave_many_out_say_so_unless_a_cell_is_withheld(satisfaction) -> None:
    import dataclasses

    few = dataclasses.replace(
        satisfaction, by_segment={k: satisfaction.by_segment[k] for k in list(satisfaction.by_segment)[:2]}
    )
    assert "The groups hold 90 of 200; the rest belongs to none." in plot_breakdown(few, EN, PAPER).caption
    assert "The groups hold" not in plot_breakdown(satisfaction, EN, PAPER).caption


def test_a_period_breaks_between_its_ends_only() -> None:
    assert broken_period("Mar 2024 – Feb 2025") == "Mar 2024 –\nFeb 2025"
    assert broken_period("2024年3月至2025年2月") == "2024年3月至\n2025年2月"
    assert broken_period("截至2025年7月4日的半年") == "截至2025年7月4日的半年"


def test_long_names_that_begin_alike_are_cut_in_their_middle() -> None:
    assert cut_names(["Machinery for the north", "Machinery for the south"], 16) == [
        "Machiner…e north",
        "Machiner…e south",
    ]
    assert cut_names(["Short", "A name of some length"], 12) == ["Short", "A name of s…"]
