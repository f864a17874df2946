"""What cannot be shown to name nobody: names that look like any other word, in both languages, and what stays."""

import pytest

from analysis.text.masking import MARKS, Masker
from analysis.text.ordinary import OrdinaryWords, common_words

WORDS = OrdinaryWords({"pump", "pumps", "flange", "ERP"})


def quotable(text: str, language: str) -> bool:
    return WORDS.name_nobody(Masker().mask(text, language).text, language, MARKS[language].values())


@pytest.mark.parametrize(
    "text",
    [
        "Jennifer from support was great", "Siobhan was rude", "Nguyen delivered it late", "siobhan was rude",
        "NGUYEN WAS LATE", "Mark was rude", "It was Rose who helped", "Very good. Baker was late.",
        "James never called", "the Pump was late", "badge 88123 was rude", "room 4711 was cold",
        "good (jennifer)", "good,jennifer", "Ωmega was late",
    ],
)  # fmt: skip
def test_an_english_text_with_what_may_be_a_name_is_not_quoted(text):
    assert not quotable(text, "en")


@pytest.mark.parametrize(
    "text", ["娜娜态度好", "阿里木送的餐", "Tony老师态度好", "晓明给我送来的", "张 送来的", "房间8812很吵"]
)
def test_a_chinese_text_with_what_may_be_a_name_is_not_quoted(text):
    assert not quotable(text, "zh")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The delivery was late again, and nobody called.", "en"),
        ("Two pumps arrived after 3 days; the ERP shows 24 of 1,200.", "en"),
        ("Call Mr Smith: the flange leaked in 2024.", "en"),
        ("送餐有点慢，但是味道不错。", "zh"),
        ("一张饼8块钱，温度不够，王经理态度好", "zh"),
    ],
)
def test_ordinary_texts_may_be_quoted(text, language):
    assert quotable(text, language)


@pytest.mark.parametrize(
    ("text", "language", "secret"),
    [
        ("Ask for S. Klein in service", "en", "Klein"),
        ("Passport C01X00T47 was asked", "en", "C01X00T47"),
        ("Plate S-AB 1234 blocked the gate", "en", "AB"),
        ("IBAN DE89 3704 0044 0532 0130 00", "en", "DE89"),
        ("employee number 4711 was rude", "en", "4711"),
        ("客服工号8812很差", "zh", "8812"),
        ("欧阳娜娜服务好", "zh", "娜"),
    ],
)
def test_what_patterns_can_find_stands_under_a_mark(text, language, secret):
    masked = Masker().mask(text, language)
    assert secret not in masked.text
    assert masked.hidden == 1


def test_words_are_common_by_writers_and_not_by_texts():
    texts = ["the klaxon"] * 9 + ["ask Weber", "our Weber", "by weber", "via weber", "SAP is slow", "no SAP"]
    writers = ["a"] * 9 + list("bcdefg")
    assert common_words(texts, writers, 2) == {"SAP"}
