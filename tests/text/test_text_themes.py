"""Themes are found by their words, in both languages, overlapping words included; clients add their own."""

import numpy as np
import pytest

from analysis.text.discovery import discover_themes
from analysis.text.resources import load_yaml
from analysis.text.themes import Matcher, ThemeWords, theme_dictionary


def theme(key, *words):
    return ThemeWords(key=key, label=key, words=words)


def test_chinese_words_are_found_anywhere_and_english_ones_whole():
    matcher = Matcher([theme("a", "送餐", "price*"), theme("b", "app", "lead time*")])
    texts = ["今天送餐慢", "Prices went up", "overpriced", "our app", "happy apples", "Lead  times grow", "lead-time"]
    assert matcher.count(texts).tolist() == [[1, 0], [1, 0], [0, 0], [0, 1], [0, 0], [0, 1], [0, 1]]


def test_a_longer_word_counts_for_the_themes_of_its_beginning_too():
    matcher = Matcher([theme("a", "送餐"), theme("b", "送餐员"), theme("c", "餐员")])
    assert matcher.count(["送餐员好", "送餐好"]).tolist() == [[1, 1, 1], [1, 0, 0]]


def test_a_word_of_two_themes_counts_for_both_and_stars_of_different_length_too():
    matcher = Matcher([theme("a", "repair*", "x"), theme("b", "repaired", "x")])
    assert matcher.count(["repaired", "repair", "x"]).tolist() == [[1, 1], [1, 0], [1, 1]]


def test_what_looks_like_a_pattern_is_a_word():
    matcher = Matcher([theme("a", "c++", "(x)", ".*")])
    assert matcher.count(["c++ is", "cc", "(x)", "anything"]).sum(axis=1).tolist() == [1, 0, 1, 0]


def test_no_words_and_no_texts_are_answers():
    assert Matcher([]).count(["x"]).shape == (1, 0)
    assert Matcher([theme("a", "x")]).count([]).shape == (0, 1)
    assert Matcher([theme("a", " ", "*")]).count(["*"]).tolist() == [[0]]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("送餐太慢了", "delivery"),
        ("味道不错，就是凉了", "taste"),
        ("肉太少，吃不饱", "portion"),
        ("汤洒了，盒子破损", "packaging"),
        ("服务态度恶劣", "service_attitude"),
        ("密封用了两天又漏了", "quality"),
        ("涨价没有任何说明", "price"),
        ("电话没人接", "response"),
        ("同一张发票寄了两次", "invoicing"),
        ("平台登录不上", "digital"),
        ("The shipment arrived three weeks late", "delivery"),
        ("Prices went up again", "price"),
        ("The seal leaks after two days", "quality"),
        ("The invoice was wrong", "invoicing"),
        ("Nobody answers the hotline", "response"),
        ("The technician installed it well", "technical_support"),
        ("Warranty claims take months", "after_sales"),
    ],
)
def test_the_dictionary_knows_what_people_write(text, key):
    themes = theme_dictionary()
    counts = Matcher(themes).count([text])[0]
    assert counts[[each.key for each in themes].index(key)] > 0


@pytest.mark.parametrize("text", ["质量很好", "happy with you", "The range of the sensor"])
def test_words_inside_other_words_do_not_count(text):
    themes = theme_dictionary()
    found = {each.key for each, count in zip(themes, Matcher(themes).count([text])[0], strict=True) if count}
    assert not found & {"portion", "digital"}


def test_every_theme_has_both_languages():
    for key, entry in load_yaml("themes.yml").items():
        assert set(entry) == {"label", "words"}, key
        assert all(entry["label"][language].strip() for language in ("en", "zh")), key
        words = [str(word) for word in entry["words"]]
        assert any(word[0].isascii() for word in words), key
        assert any(not word[0].isascii() for word in words), key
        assert len(set(words)) == len(words), key


def test_a_client_adds_words_and_themes():
    known = ThemeWords(key="price", label="", words=("kickback*",), origin="client")
    new = ThemeWords(key="welding", label={"en": "Welding", "zh": "焊接"}, words=("焊", "weld*"), origin="client")
    themes = {each.key: each for each in theme_dictionary([known, new])}
    assert themes["price"].label == {"en": "Price and value", "zh": "价格与性价比"}
    assert {"kickback*", "discount*"} <= set(themes["price"].words)
    assert list(themes)[-1] == "welding"
    counts = Matcher(tuple(themes.values())).count(["the welds crack", "kickbacks"])
    assert counts[0, -1] == 1
    assert counts[1, list(themes).index("price")] == 1


def made_up_texts(rng, groups, size):
    texts = []
    for number in range(size):
        words = groups[number % len(groups)]
        texts.append(" ".join(rng.choice(words, 4, replace=False)) + f" case{number % 7}")
    return texts


def test_groups_of_words_that_come_together_are_found_and_named_by_them():
    rng = np.random.default_rng(1)
    groups = (["forklift", "ramp", "unloading", "gate", "yard"], ["recipe", "kitchen", "menu", "chef", "oven"])
    found = discover_themes(made_up_texts(rng, groups, 400), "en", seed=3)
    words = [set(each.words) for each in found]
    for group in groups:
        assert any(len(set(group) & found_words) >= 4 for found_words in words)
    assert all(each.origin == "data" and each.label for each in found)


def test_texts_without_any_pattern_give_no_stable_theme():
    rng = np.random.default_rng(2)
    words = np.array([f"{a}{b}{c}word" for a in "bcdfg" for b in "aeiou" for c in "klmnp"])
    texts = [" ".join(rng.choice(words, 6, replace=False)) for _ in range(300)]
    assert discover_themes(texts, "en", seed=3) == ()


def test_discovery_is_the_same_again_and_answers_what_is_too_little():
    rng = np.random.default_rng(1)
    texts = made_up_texts(rng, (["forklift", "ramp", "unloading", "gate", "yard"],), 200)
    assert discover_themes(texts, "en", seed=3) == discover_themes(texts, "en", seed=3)
    assert discover_themes(texts[:20], "en", seed=3) == ()
    assert discover_themes(["same words here always"] * 100, "en", seed=3) == ()
    assert discover_themes(["the and of"] * 100, "en", seed=3) == ()
