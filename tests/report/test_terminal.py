import io

import pytest

from analysis.errors import Fault
from analysis.report.progress import TerminalProgress
from analysis.report.terminal import display_width, escape_controls, render_faults, render_table, wrap

FAULT = Fault(
    what="survey.q3",
    rule="must lie within its scale 1 to 10",
    found="98 (412 times), 99 (7 times)",
    where="survey.csv, rows 3, 17 and 417 more",
    hint="98 and 99 look like missing codes: declare them under `missing`",
)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("text", ["", "非常满意的客户答复说明" * 3, "x" * 100])
def test_no_line_is_wider_than_the_terminal(width, text):
    fault = Fault(what=FAULT.what, rule=FAULT.rule, found=FAULT.found + text, where=FAULT.where, hint=FAULT.hint)
    table = render_faults("The data cannot be used", [FAULT, fault], width)
    assert max(display_width(line) for line in table.splitlines()[1:]) <= width


@pytest.mark.parametrize("width", [30, 80, 200])
def test_every_word_of_every_fault_is_in_the_table(width):
    table = "".join(render_faults("Faults", [FAULT], width).split())
    for text in (FAULT.what, "must", "scale", "(412", "417", "missing`"):
        assert text in table


def test_faults_are_one_table_with_one_header():
    table = render_faults("The data cannot be used", [FAULT, FAULT, FAULT], 160)
    assert table.splitlines()[0] == "The data cannot be used: 3 faults"
    assert table.count("What") == 1
    assert render_faults("T", [FAULT], 160).startswith("T: 1 fault\n")


def test_table_of_short_texts_is_as_narrow_as_they_are():
    assert render_table(["A", "B"], [["x", "客户"], ["long", "y"]], 80) == "A     B\n----  ----\nx     客户\nlong  y"


def test_column_that_is_empty_throughout_is_left_out():
    assert render_table(["A", "Hint"], [["x", ""]], 80) == "A\n-\nx"


def test_narrow_columns_of_short_texts_are_no_reason_to_give_up_the_table():
    table = render_table(["Repair", "Of", "Examples"], [["duplicate_key", "3", "C00868, C01081, C00391 " * 4]], 60)
    assert table.splitlines()[0].split() == ["Repair", "Of", "Examples"]


def test_wide_characters_take_two_columns_and_marks_none():
    assert [display_width(text) for text in ("ab", "客户", "e\u0301", "Ａ")] == [2, 4, 1, 2]


def test_lines_break_at_spaces_between_wide_characters_and_inside_long_words():
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("客户不满意", 4) == ["客户", "不满", "意"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("", 5) == [""]


def test_a_clients_text_cannot_command_the_terminal():
    assert escape_controls("a\x1b[31m\r\n\u202eb") == "a\\x1b[31m\\r\\n\\u202eb"
    hostile = Fault(what="\x1b]0;owned\x07", rule="r", found="\x9b2J", where="w")
    table = render_faults("T", [hostile], 80)
    assert not any(char in table for char in "\x1b\x07\x9b")


def test_progress_in_a_log_is_one_line_a_step():
    stream = io.StringIO()
    with TerminalProgress(stream) as progress:
        for name, seconds in (("data and models", 1.234), ("depth_breadth", 0.04)):
            progress.step(name, None)
            progress.step(name, seconds)
    assert stream.getvalue() == "  data and models            1.2 s\n  depth breadth              0.0 s\n"


def test_progress_on_a_terminal_is_in_place_and_an_unfinished_line_is_ended():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    with TerminalProgress(stream) as progress:
        progress.step("value", None)
        progress.step("value", 2.0)
        progress.step("loyalty", None)
    first, second = f"  {'value':<24}", f"  {'loyalty':<24}"
    assert stream.getvalue() == f"{first}\r{first}   2.0 s\n{second}\n"
