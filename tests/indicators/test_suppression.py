"""Small cells stay hidden, and cannot be had by subtraction."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from indicator_clients import make_data, make_params, survey, survey_spec

from analysis.indicators.compute import compute_indicators
from analysis.indicators.suppression import hidden_cells, hidden_groups
from analysis.results import Estimate, NotEstimable


def hide(*counts: float, shown: list[bool] | None = None, floor: int = 5) -> list[int]:
    mask = np.array([True] * len(counts) if shown is None else shown)
    return sorted(hidden_cells(np.array(counts, dtype=float), shown=mask, floor=floor))


def test_nothing_small_nothing_hidden():
    assert hide(5, 40, 9) == []


def test_one_small_cell_takes_the_next_smallest_along():
    assert hide(40, 3, 8) == [1, 2]


def test_two_small_cells_that_are_large_enough_together_need_no_third():
    assert hide(40, 3, 4) == [1, 2]


def test_two_small_cells_that_are_too_small_together_take_a_third():
    assert hide(40, 1, 2, 9) == [1, 2, 3]


def test_few_respondents_without_a_group_are_a_hidden_cell():
    assert hide(40, 9, 2, shown=[True, True, False]) == [1]
    assert hide(40, 9, 20, shown=[True, True, False]) == []


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(0, 6))
def test_what_is_not_published_never_adds_up_to_a_few(counts, unlisted):
    cells = np.array([*counts, unlisted], dtype=float)
    shown = np.array([True] * len(counts) + [False])
    hidden = hidden_cells(cells, shown=shown, floor=5)
    published = [cell for cell in range(len(counts)) if cell not in hidden]
    assert all(cells[cell] >= 5 for cell in published)
    remainder = cells.sum() - cells[published].sum()
    assert remainder == 0 or remainder >= 5 or not published


SIZES = {"big": 40, "mid": 25, "tiny": 3}


def client(confidentiality: str, audience: str = "internal"):
    rows, customers = [], {}
    for segment, size in SIZES.items():
        for number in range(size):
            customer = f"{segment}{number}"
            customers[customer] = segment
            answers = {"sat": float(1 + number % 5), "rec": float(number % 11), "loyal": 4.0, "ease": 3.0}
            rows.append({"wave": "2025-01", "customer_id": customer} | answers)
    table = pd.DataFrame({"segment": customers})
    params = make_params(survey=survey_spec(confidentiality=confidentiality), audience=audience)
    return make_data({"survey": survey(rows)}, customers=table), params


@pytest.mark.parametrize(
    ("confidentiality", "audience"), [("aggregate", "internal"), ("anonymous", "internal"), ("attributed", "external")]
)
def test_a_tiny_segment_cannot_be_computed_from_the_rest(confidentiality, audience):
    result = compute_indicators(*client(confidentiality, audience)).results["satisfaction_index"]
    hidden = {
        name for name, outcome in result.by_segment.items() if isinstance(outcome, NotEstimable) and outcome.suppressed
    }
    assert hidden == {"tiny", "mid"}
    assert isinstance(result.by_segment["big"], Estimate)
    assert all("n" not in result.by_segment[name].to_dict() for name in hidden)
    # what an attacker has: the total and the published segments
    assert result.overall.n - result.by_segment["big"].n >= 5 + 3


def test_with_consent_and_inside_only_the_interval_needs_enough():
    result = compute_indicators(*client("attributed")).results["satisfaction_index"]
    assert isinstance(result.by_segment["mid"], Estimate)
    assert result.by_segment["tiny"] == NotEstimable(reason=result.by_segment["tiny"].reason, n=3)


def test_a_wave_of_four_is_withheld_everywhere():
    rows = [
        {"wave": "2025-01", "customer_id": f"c{n}", "sat": float(1 + n % 5), "rec": 9.0, "loyal": 4.0, "ease": 3.0}
        for n in range(4)
    ]
    data = make_data({"survey": survey(rows)})
    got = compute_indicators(data, make_params(survey=survey_spec(confidentiality="anonymous")))
    outcomes = [got.results[key].overall for key in ("satisfaction_index", "nps", "loyalty_index", "satisfaction_top2")]
    outcomes += [outcome for item in got.items for outcome in (item.mean, item.index, item.top2)]
    assert all(isinstance(outcome, NotEstimable) and outcome.suppressed for outcome in outcomes)
    assert all(item.n is None and not item.distribution for item in got.items)


def test_no_combination_of_published_cells_leaves_a_few():
    result = compute_indicators(*client("aggregate")).results["nps"]
    shown = [outcome.n for outcome in result.by_segment.values() if outcome.n is not None]
    for size in range(1, len(shown) + 1):
        for chosen in itertools.combinations(shown, size):
            assert result.overall.n - sum(chosen) not in (1, 2, 3, 4)


def test_a_segment_less_its_partners_would_be_three_people():
    # segment 0: partner 0 (ten), partner 1 (eight), three without a partner; segment 1: twenty without, partner 2 (nine)
    segment = np.repeat([0, 0, 0, 1, 1], [10, 8, 3, 20, 9])
    partner = np.repeat([0, 1, -1, -1, 2], [10, 8, 3, 20, 9])
    hidden = hidden_groups(segment, partner, np.ones(50), floor=5)
    assert hidden == (frozenset(), {1})


def test_all_customers_without_a_partner_less_a_segment_would_be_two_people():
    segment = np.repeat([0, 0, 1, 1], [12, 2, 15, 15])
    partner = np.repeat([-1, -1, 0, 1], [12, 2, 15, 15])
    assert hidden_groups(segment, partner, np.ones(44), floor=5) == (frozenset(), frozenset())
    # of the segment 0 all are without a partner, and two of segment 1 are, too
    segment = np.repeat([0, 1, 1, 1], [14, 2, 15, 15])
    partner = np.repeat([-1, -1, 0, 1], [14, 2, 15, 15])
    assert hidden_groups(segment, partner, np.ones(46), floor=5)[1] != frozenset()


def unions(codes: np.ndarray, hidden: frozenset[int]) -> np.ndarray:
    """Every sum of published groups, and the total less it, as rows of 0 and 1."""
    masks = [codes == code for code in np.unique(codes) if code >= 0 and code not in hidden]
    sums = [
        np.sum(chosen, axis=0) if chosen else np.zeros(len(codes))
        for size in range(len(masks) + 1)
        for chosen in itertools.combinations(masks, size)
    ]
    return np.array([*sums, *(1 - mask for mask in sums)])


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.integers(1, 12)), min_size=3, max_size=10))
def test_no_difference_of_published_unions_is_a_few_respondents(cells):
    segment, partner, counts = (np.array(column) for column in zip(*cells, strict=True))
    hidden = hidden_groups(segment, partner, counts.astype(float), floor=5)
    first, second = unions(segment, hidden[0]), unions(partner, hidden[1])
    apart = np.abs(first[:, None, :] - second[None, :, :]) @ counts
    whole = counts.sum()
    published = len(first) > 2 or len(second) > 2
    assert not published or whole < 5 or ((apart == 0) | (apart >= 5)).all()


TOUCHED = {"hotline": 30, "website": 12, "fair": 3}


@pytest.mark.parametrize("confidentiality", ["anonymous", "attributed"])
@pytest.mark.parametrize(("column", "found"), [("touchpoint", "touchpoints"), ("product_id", "products")])
def test_a_touchpoint_or_product_of_three_cannot_be_had_from_the_others(confidentiality, column, found):
    rows = [
        {"wave": "2025-01", column: name, "sat": float(1 + n % 5), "rec": 8.0, "loyal": 4.0, "ease": 3.0}
        for name, size in TOUCHED.items()
        for n in range(size)
    ]
    data = make_data({"survey": survey(rows)})
    got = compute_indicators(data, make_params(survey=survey_spec(confidentiality=confidentiality)))
    subjects = getattr(got, found)
    assert len(subjects) == len(TOUCHED)
    hidden = {
        getattr(subject, found.removesuffix("s"))
        for subject in subjects
        if isinstance(subject.score, NotEstimable) and subject.score.suppressed
    }
    assert hidden == ({"fair", "website"} if confidentiality == "anonymous" else set())
