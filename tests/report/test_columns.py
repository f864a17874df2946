"""Widths of a table's columns."""

import pytest

from analysis.report.columns import LINE, PADDING, SHORTEST_WORDS, column_shares, count_lines, text_width


def table(columns, *rows):
    return {
        "columns": [{"title": title, "align": align, "width": width} for title, align, width in columns],
        "rows": rows,
    }


def test_chinese_characters_count_twice():
    assert text_width("客户 ab") == 7
    assert text_width("") == 0


def test_the_space_between_chinese_and_digits_counts():
    assert text_width("2026年11月30日") == 8 + 3 * 2 + 5 * 0.5
    assert text_width("客户 2026") == 4 + 1 + 4


def test_a_column_of_words_is_not_pressed_below_its_dates():
    shares = column_shares(
        table([("日", "start", 1.0), ("修复", "start", 1.0)], ["2026年11月30日，销售部", "数据" * 200])
    )
    assert shares[0] * LINE >= text_width("2026年11月30日") + PADDING


def test_room_that_is_left_goes_by_the_authors_weights():
    shares = column_shares(table([("A", "start", 2.0), ("B", "end", 1.0)], ["abcd", "12"]))
    rest = LINE - (4 + PADDING) - (2 + PADDING)
    assert shares == pytest.approx([(4 + PADDING + rest * 2 / 3) / LINE, (2 + PADDING + rest / 3) / LINE])
    assert sum(shares) == pytest.approx(1)


def test_long_texts_give_way_and_numbers_do_not():
    shares = column_shares(table([("A", "start", 5.0), ("B", "end", 1.0)], ["x" * 400, "1,234,567.8"]))
    assert shares[1] * LINE == pytest.approx(11 + PADDING)
    assert shares[0] * LINE == pytest.approx(LINE - 11 - PADDING)


def test_the_longer_of_two_texts_gets_more():
    shares = column_shares(table([("A", "start", 1.0), ("B", "start", 1.0)], ["x y " * 15, "y z " * 75]))
    assert shares[1] > shares[0] > (SHORTEST_WORDS + PADDING) / LINE


def test_words_are_set_one_above_the_other_before_a_long_text_is_squeezed():
    repairs = [("Table", "start", 1.0), ("Repair", "start", 1.0), ("Rows", "end", 1.0)]
    shares = column_shares(table(repairs, ["Stages of opportunities", "word " * 40, "12,345 (0.1%)"]))
    assert shares[0] * LINE < len("Stages of opportunities")
    assert shares[0] * LINE > len("opportunities") + PADDING
    assert shares[1] > 0.6


def test_chinese_may_break_anywhere_and_is_pressed_to_the_least():
    shares = column_shares(table([("表", "start", 1.0), ("修复", "start", 1.0)], ["客户联系记录" * 4, "数据" * 200]))
    assert SHORTEST_WORDS + PADDING < shares[0] * LINE < 24


def test_too_many_columns_share_the_line():
    shares = column_shares(table([(str(i), "end", 1.0) for i in range(20)], ["x" * 20] * 20))
    assert shares == pytest.approx([1 / 20] * 20)


@pytest.mark.parametrize(
    ("title", "word"), [("Share", 5), ("Standard error", 8), ("One observation is", 11), ("Unbreakableheadword", 19)]
)
def test_head_keeps_its_words_whole(title, word):
    shares = column_shares(table([(title, "end", 1.0), ("B", "start", 1.0)], ["1", "y z " * 125]))
    assert shares[0] * LINE >= word + PADDING - 1e-9
    assert shares[0] * LINE <= max(word, 16) + PADDING + 1e-9


def test_heads_of_numbers_break_before_the_words_beside_them_are_squeezed():
    heads = [
        "Customers",
        "Share of customers",
        "Revenue",
        "Share of revenue",
        "Days since last purchase",
        "Purchases a customer",
    ]
    columns = [("Segment by buying behaviour", "start", 2.0), *((head, "end", 1.0) for head in heads)]
    shares = column_shares(
        table(columns, ["Waning: bought some time ago, seldom and little", "27", "8%", "288,045", "1%", "108", "3.3"])
    )
    assert shares[0] * LINE > 25
    assert all(share * LINE >= len("Customers") for share in shares)


def test_table_without_rows():
    assert column_shares(table([("A", "start", 1.0)])) == [1.0]


def test_lines_are_those_of_the_longest_cell_of_each_row():
    words = table([("A", "start", 1.0), ("B", "start", 1.0)], ["short", "x" * 120], ["short", "short"])
    half = LINE / 2 - PADDING  # characters that fit into half a line: 51
    assert half == 51
    assert count_lines(words, [0.5, 0.5]) == 3 + 1
    assert count_lines(table([("A", "start", 1.0)], ["客" * 52], [""]), [0.5]) == 3 + 1
    assert count_lines(table([("A", "start", 1.0)]), [1.0]) == 0
