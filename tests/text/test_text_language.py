"""Languages are told apart by script and common words, and what says nothing is named as such."""

import pytest

from analysis.text.language import comparable, detect_language
from analysis.text.segmentation import content_words, cut_english, tone_features


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("送餐很慢，味道不错", "zh"),
        ("DN50 ball valve 漏水，密封圈换了两次", "zh"),
        ("送餐慢 slow", "zh"),
        ("The delivery came two weeks late.", "en"),
        ("Great service", "en"),
        ("Machine leaks", "en"),
        ("Lieferung kam zu spät und der Service ist nicht gut", "other"),
        ("Le produit est très bon mais la livraison est en retard", "other"),
        ("Recebi antes do prazo, muito bom", "other"),
        ("配送がとても遅かったです", "other"),
        ("배송이 너무 늦어요", "other"),
        ("Доставка опоздала", "other"),
        ("التسليم متأخر", "other"),
        ("👍👍👍", "symbols"),
        ("12345 !!", "symbols"),
        ("", "symbols"),
        ("\u200b", "symbols"),
        ("好", "short"),
        ("x", "short"),
        ("好👍", "short"),
    ],
)
def test_languages(text, language):
    assert detect_language(text) == language


def test_the_same_text_is_recognised_in_another_width_case_and_punctuation():
    assert comparable("Ｔｏｏ ＬＡＴＥ！！") == comparable("too late") == "toolate"
    assert comparable("送餐慢！") == comparable("送餐慢")
    assert comparable("送餐慢") != comparable("送餐快")


def test_words_without_stop_words_numbers_and_marks():
    words = content_words("这个送餐真的慢，等了2小时", "zh")
    assert "送餐" in words
    assert not {"这个", "真的", "2", "，"} & set(words)
    assert content_words("The delivery was late and the 2 valves leak", "en") == ["delivery", "late", "valves", "leak"]
    assert cut_english("Don’t WAIT") == ["don't", "wait"]


def test_features_of_both_languages_and_repeated_marks():
    assert tone_features("Too late!!!") == ["too", "late", "too_late", "!"]
    features = tone_features("不好吃")
    assert {"不", "好", "吃", "不好", "好吃"} <= set(features)
    assert tone_features("👍 123") == []
