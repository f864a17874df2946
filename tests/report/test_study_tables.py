"""A study's tables as files: nothing a client wrote is LaTeX, markup or a formula."""

import csv
import html.parser
import io

import pytest

from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.report.study_tables import escape_latex, harmless, render_csv, render_latex, render_word_html
from analysis.study.evidence import NumberColumn, NumberTable

HOSTILE = "=cmd|'/c calc'!A1 & 5% $x_1$ <script>alert(1)</script> \\input{x} 客户"
TABLE = NumberTable(
    key="effects",
    title=N_("Effects of {name:text}", name=HOSTILE),
    columns=(
        NumberColumn(key="term", title=N_("Term")),
        NumberColumn(key="estimate", title=N_("Estimate"), form="number3"),
        NumberColumn(key="n", title=N_("n"), form="int"),
        NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
    ),
    rows=((HOSTILE, -0.123456789012345, 1255, 0.0001), ("plain", None, None, None)),
    notes=(N_("n = {n:int}.", n=1255),),
)
EN, ZH = Translator("en"), Translator("zh")


def rows_of(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_holds_unrounded_numbers_under_stable_names():
    text = render_csv(TABLE, EN)
    assert text.startswith("\ufeffterm,estimate,n,p_value\r\n")
    assert rows_of(text)[1][1:] == ["-0.123456789012", "1255", "0.0001"]
    assert rows_of(text)[2] == ["plain", "", "", ""]


def test_no_cell_of_text_is_a_formula_and_no_number_is_made_text():
    assert rows_of(render_csv(TABLE, EN))[1][0].startswith("'=cmd")
    assert [harmless(text) for text in ("+1", "-1", "@x", " =1", "\tx", "1", "")] == [
        "'+1", "'-1", "'@x", "' =1", "'\tx", "1", "",
    ]  # fmt: skip


def test_latex_is_a_booktabs_table_in_which_every_text_is_escaped():
    text = render_latex(TABLE, EN)
    for command in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{tabular}{lrrr}", r"\label{tab:effects}"):
        assert command in text
    assert r"\input{x}" not in text
    assert r"\& 5\% \$x\_1\$ \textless{}script\textgreater{}" in text
    assert "$-$0.123 & 1,255" in text
    assert text.count("{") == text.count("}")
    for line in text.splitlines():
        if " & " in line:
            assert line.replace(r"\&", "").count("&") == 3, line


def test_chinese_latex_says_what_it_needs():
    assert "ctex" in render_latex(TABLE, ZH)
    assert "ctex" not in render_latex(TABLE, EN)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a\\b", r"a\textbackslash{}b"), ("{x}", r"\{x\}"), ("a~b^c", r"a\textasciitilde{}b\textasciicircum{}c"),
     ("−1 ± 2", r"$-$1 $\pm$ 2"), ("客户", "客户")],
)  # fmt: skip
def test_each_special_character_is_escaped_once(text, escaped):
    assert escape_latex(text) == escaped


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.unstyled, self.cells = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag in ("td", "th", "table") and "style" not in dict(attrs):
            self.unstyled.append(tag)

    def handle_data(self, data):
        self.cells.append(data)


def test_html_carries_its_styles_in_its_cells_and_shows_hostile_text_as_text():
    page = Tags()
    page.feed(render_word_html(TABLE, EN))
    assert page.unstyled == []
    assert "script" not in page.tags
    assert {"style", "link", "img"} & set(page.tags) == set()
    assert HOSTILE in page.cells
    assert page.tags.count("td") == 8
    assert '<html lang="zh-CN">' in render_word_html(TABLE, ZH)
