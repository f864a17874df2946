"""What the parameters may say about the score's weights, and what they are told where they may not."""

import pytest

from analysis.errors import ParamsError
from analysis.params.load import load_params
from analysis.params.pairwise import comparison_matrix, priorities
from analysis.scale.anchors import direct_weights
from analysis.scale.weighting import pairwise_priorities, pairwise_remark

START = "name: Acme\nsources: {transactions: {files: orders.csv}}\n"
ASKED = (
    "name: Acme\nsources: {survey: {files: s.csv}}\nsurvey:\n  items:\n"
    "    green: {role: custom, dimension: sustainability, scale: {min: 1, max: 5}}\n"
)
FIVE = ("satisfaction", "loyalty", "value", "interaction", "depth_breadth")
DRINKS = (  # Saaty (2008), table 3: consumption of coffee, wine, tea, beer, soda, milk, water in the USA
    (1, 9, 5, 2, 1, 1, 1 / 2),
    (1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9),
    (1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9),
    (1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3),
    (1, 9, 4, 2, 1, 2, 1 / 2),
    (1, 9, 3, 1, 1 / 2, 1, 1 / 3),
    (2, 9, 9, 3, 2, 3, 1),
)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params").mkdir()

    def write_and_load(text):
        (tmp_path / "params" / "acme.yml").write_text(text, encoding="utf-8")
        return load_params("acme", tmp_path / "params")

    return write_and_load


def pairwise(values, names=FIVE):
    """Return the comparisons of the names as YAML: how many times as important each is as those after it."""
    rows = iter(values)
    lines = [
        f"    {first}: {{{', '.join(f'{second}: {next(rows)}' for second in names[place + 1 :])}}}"
        for place, first in enumerate(names[:-1])
    ]
    return "scale:\n  pairwise:\n" + "\n".join(lines) + "\n"


def test_published_priorities_are_reproduced():
    found = priorities(DRINKS)
    assert found.weights == pytest.approx((0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327), abs=0.0006)
    assert found.consistency_ratio == pytest.approx(0.022, abs=0.0006)


def test_judgements_without_contradiction_have_a_ratio_of_zero():
    found = priorities(comparison_matrix({"a": {"b": 2, "c": 6}, "b": {"c": 3}}, ("a", "b", "c")))
    assert found.weights == pytest.approx((0.6, 0.3, 0.1))
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_weights_are_equal_where_nothing_is_said(load):
    assert direct_weights(load(START)) == dict.fromkeys(FIVE, pytest.approx(0.2))


def test_weights_above_one_are_relative(load):
    params = load(START + "scale: {satisfaction: 3, interaction: 0}\n")
    assert direct_weights(params)["satisfaction"] == pytest.approx(0.5)


def test_shares_that_sum_to_one_are_taken(load):
    text = "scale: {satisfaction: 0.4, loyalty: 0.3, value: 0.1, interaction: 0.1, depth_breadth: 0.1}\n"
    assert direct_weights(load(START + text))["satisfaction"] == pytest.approx(0.4)


def test_shares_that_do_not_sum_to_one_are_refused_with_the_rule(load):
    text = "scale: {satisfaction: 0.4, loyalty: 0.3, value: 0.1, interaction: 0.1, depth_breadth: 0.2}\n"
    with pytest.raises(ParamsError) as caught:
        load(START + text)
    (fault,) = caught.value.faults
    assert fault.what == "scale"
    assert fault.rule == "must sum to 1 where a weight lies between 0 and 1, since the weights are shares then"
    assert fault.found.startswith("1.1 (satisfaction 0.4, loyalty 0.3")
    assert fault.where.endswith("acme.yml, line 3")


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        (
            "scale: {custom: {climate: {weight: 2}}}\n",
            "must have below `custom` only dimensions that an item of role custom names",
            "climate",
        ),
        (
            "scale: {satisfaction: 0.2, loyalty: 0.2, value: 0.2, interaction: 0.2, depth_breadth: 0.2}\n",
            "must give every custom dimension its share, 0 included, where weights are shares",
            "none for sustainability",
        ),
        ("scale: {weighting: pairwise}\n", "must give the comparisons `pairwise`", "none"),
        (
            "scale: {pairwise: {value: {profit: 2}}}\n",
            "must compare below `pairwise` dimensions of the score",
            "profit",
        ),
        ("scale: {pairwise: {value: {loyalty: 2}}}\n", "must compare below `pairwise` each pair", "missing: "),
        (
            "scale: {pairwise: {value: {loyalty: 2}, loyalty: {value: 3}}}\n",
            "must compare below `pairwise` each pair",
            "more than once: loyalty with value",
        ),
    ],
)
def test_what_does_not_fit_the_dimensions_is_refused(load, text, rule, found):
    with pytest.raises(ParamsError) as caught:
        load(ASKED + text)
    (fault,) = caught.value.faults
    assert fault.what == "scale"
    assert fault.rule.startswith(rule)
    assert fault.found.startswith(found)


def test_a_custom_dimension_weighs_one_unless_it_is_listed(load):
    assert direct_weights(load(ASKED))["sustainability"] == pytest.approx(1 / 6)
    listed = load(ASKED + "scale: {custom: {sustainability: {weight: 5}}}\n")
    assert direct_weights(listed)["sustainability"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "item",
    [
        "{role: custom, scale: {min: 1, max: 5}}",
        "{role: driver, dimension: price, scale: {min: 1, max: 5}}",
    ],
)
def test_a_custom_item_and_no_other_names_a_dimension(load, item):
    text = f"name: Acme\nsources: {{survey: {{files: s.csv}}}}\nsurvey:\n  items:\n    q: {item}\n"
    with pytest.raises(ParamsError) as caught:
        load(text)
    assert caught.value.faults[0].what == "survey.items.q.dimension"


def test_contradicting_comparisons_are_said_and_beyond_the_limit_refused(load):
    good = load(START + pairwise([1, 1, 2, 2, 1, 2, 2, 2, 2, 1]))
    assert pairwise_priorities(good).consistency_ratio < 0.1
    assert pairwise_remark(good) is None
    doubtful = load(START + pairwise([3, 1, 5, 2, 3, 2, 2, 2, 2, 3]))
    ratio = pairwise_priorities(doubtful).consistency_ratio
    assert 0.1 < ratio <= 0.2
    assert pairwise_remark(doubtful).values["ratio"] == ratio
    with pytest.raises(ParamsError) as caught:
        load(START + pairwise([9, 1, 9, 1, 9, 1, 9, 9, 1, 9]))
    assert "consistency ratio (Saaty) must be at most 0.20" in caught.value.faults[0].rule
