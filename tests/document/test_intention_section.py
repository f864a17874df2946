"""Saying and doing in a board's words."""

from types import SimpleNamespace

import pytest
from made_behaviour import REASON, behaviour_of, est, intention_model

from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.intention import intention_section
from analysis.document.html import render_block
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import NotEstimable


def section_of(model, language="en"):
    context = ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language))
    return intention_section(context, behaviour_of(intention=model))


def blocks_of(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_figure_one_table_one_note(language):
    section = section_of(intention_model(), language)
    for kind in (Figure, Table, Callout):
        assert len(blocks_of(section.blocks, kind)) == 1
    blocks = [block for block in (*section.blocks, *section.appendix) if block is not None]
    anchors = [block.anchor for block in blocks if isinstance(block, Figure | Table)]
    assert len(anchors) == len(set(anchors))
    assert all("<b>wieder" not in render_block(block) for block in blocks)


def test_the_finding_has_both_effects_their_difference_and_the_shares():
    assert section_of(intention_model()).finding == (
        "Where satisfaction is 10 points higher, the share of customers who say that they will buy again differs by +6.6"
        " percentage points (95% interval +4.4 to +8.8), the share who do by +3.0 (+0.8 to +5.2): what they say goes"
        " with satisfaction more strongly, by +3.6 percentage points (+0.7 to +6.5). Of those who said so, 80% bought"
        " within 180 days; of those who did not, 51%."
    )


@pytest.mark.parametrize(("value", "title", "words"), [
    (3.6, "Satisfaction goes with what customers say more than with what they do", "what they say goes"),
    (-3.6, "Satisfaction goes with what customers do more than with what they say", "what they do goes"),
    (0.5, "The data cannot tell whether satisfaction goes more", "the data cannot tell the two apart"),
])  # fmt: skip
def test_a_direction_is_named_only_where_the_interval_excludes_none(value, title, words):
    section = section_of(intention_model(est(value, 2.9, p_value=0.01)))
    (figure,) = blocks_of(section.blocks, Figure)
    assert figure.title.startswith(title)
    assert words in section.finding


def test_the_table_says_who_said_and_who_did():
    (table,) = blocks_of(section_of(intention_model()).blocks, Table)
    assert [row[1] for row in table.rows] == ["192", "49", "30", "29", "241", "59"]
    assert table.rows[0][2] == "64% (59 to 69)"
    assert "Kauf <b>wieder</b>" in table.notes[0]  # text, escaped where it is rendered


def test_published_studies_stand_beside():
    (note,) = blocks_of(section_of(intention_model()).blocks, Callout)
    assert "0.48 (0.38 to 0.58)" in note.items[0]
    assert "0.63" in note.items[0]


def test_a_withheld_table_is_a_limit_and_says_no_share():
    hidden = NotEstimable(reason=N_("Too few customers said one of the two for a comparison."), suppressed=True)
    section = section_of(intention_model(table=hidden))
    assert not blocks_of(section.blocks, Table)
    assert "Of those who said so" not in section.finding
    assert "Too few customers said one of the two for a comparison." in section.limits
    text = " ".join(render_block(block) for block in (*section.blocks, *section.appendix) if block is not None)
    assert "192" not in text


def test_a_difference_that_is_not_estimable_leaves_the_effects():
    section = section_of(intention_model(REASON))
    assert section.finding.startswith("Where satisfaction is 10 points higher")
    (figure,) = blocks_of(section.blocks, Figure)
    assert len(figure.data) == 2
    effects = next(table for table in blocks_of(section.appendix, Table) if table.anchor == "table-intention-effects")
    assert effects.rows[2][1] == "There are no observations."


def test_no_question_leaves_the_reason():
    section = section_of(REASON)
    assert not section.answered
    assert section.finding == "There are no observations."
    assert section.blocks == section.appendix == ()
