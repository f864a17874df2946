"""Buying again in a board's words: one finding, one figure, one table, and everything else in the appendix."""

from types import SimpleNamespace

import pytest
from made_behaviour import REASON, behaviour_of, compared, count_model, est

from analysis.document.blocks import Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.repurchase import repurchase_section
from analysis.document.html import render_block
from analysis.document.theme import Theme
from analysis.document.translate import Translator


def context_of(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language, "EUR"), Theme(language))


def figures_and_tables(blocks):
    return [b for b in blocks if isinstance(b, Figure)], [b for b in blocks if isinstance(b, Table)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_figure_and_one_table_for_the_board(repurchase_model, language):
    section = repurchase_section(context_of(language), repurchase_model, behaviour_of())
    figures, tables = figures_and_tables(section.blocks)
    assert section.answered
    assert len(figures) == len(tables) == 1
    assert len(tables[0].columns) == 5
    assert all(column.align == "end" for column in tables[0].columns[1:])
    blocks = [block for block in (*section.blocks, *section.appendix) if block is not None]
    anchors = [block.anchor for block in blocks if isinstance(block, Figure | Table)]
    assert len(anchors) == len(set(anchors))
    assert all(render_block(block).strip() for block in blocks)


def test_the_finding_has_its_interval_and_the_verdict(repurchase_model):
    section = repurchase_section(context_of(), repurchase_model, behaviour_of())
    assert section.finding == (
        "10 points more satisfaction go with a chance to buy again that is 3.7 percentage points higher (95% interval"
        " +1.7 to +5.7 percentage points), comparing customers with the same past buying; the answers do not predict"
        " buying again better than past buying alone."
    )


def test_the_table_sets_three_models_side_by_side(repurchase_model):
    section = repurchase_section(context_of(), repurchase_model, behaviour_of())
    (table,) = figures_and_tables(section.blocks)[1]
    effects = [row[1] for row in table.rows]
    assert effects == ["+3.7 (+1.7 to +5.7)", "1.07 (1.02 to 1.12)", "1.01 (0.96 to 1.06)"]
    assert [row[2] for row in table.rows] == ["3.0 (1.0 to 5.0) *"] * 3  # excludes none
    assert [row[3] for row in table.rows] == ["0.4 (−0.4 to 1.2)"] * 3


def test_full_tables_checks_and_calibration_are_in_the_appendix(repurchase_model):
    section = repurchase_section(context_of(), repurchase_model, behaviour_of())
    figures, tables = figures_and_tables(section.appendix)
    anchors = {table.anchor for table in tables}
    assert "figure-repurchase-calibration" in {figure.anchor for figure in figures}
    for model in ("count", "duration"):
        assert {f"table-repurchase-{model}", f"table-repurchase-{model}-checks", f"table-repurchase-{model}-baseline",
                f"table-repurchase-{model}-satisfaction-loyalty", f"table-repurchase-held-out-{model}"} <= anchors  # fmt: skip
    held = next(table for table in tables if table.anchor == "table-repurchase-held-out-duration")
    assert any(note.startswith("Concordance: −1.680") for note in held.notes)
    prose = " ".join(text for block in section.appendix for text in getattr(block, "paragraphs", ()))
    assert "on 31 December 2025, where the record of orders ends" in prose
    assert "With survey weights." in prose


def test_how_often_and_how_soon_answer_where_whether_cannot(repurchase_model):
    others = behaviour_of(comparison=compared(REASON))
    section = repurchase_section(context_of(), REASON, others)
    assert section.answered
    assert section.finding == (
        "There are no observations. 10 points more satisfaction go with 1.07 times as many orders (95% interval 1.02 to"
        " 1.12), comparing customers with the same past buying. No relation between satisfaction and how soon the next"
        " order comes can be told from noise (per 10 points 1.01 times as likely on any day, 95% interval 0.96 to 1.06)."
    )
    (table,) = figures_and_tables(section.blocks)[1]
    assert table.rows[0][1] == "–"


def test_a_direction_is_named_only_where_the_interval_excludes_none():
    unclear = behaviour_of(count=count_model(est(1.02, 0.1, "ratio")), duration=REASON, comparison=compared(REASON))
    finding = repurchase_section(context_of(), REASON, unclear).finding
    assert "No relation between satisfaction and the number of orders can be told from noise" in finding
    assert "go with" not in finding


@pytest.mark.parametrize("behaviour", [REASON, behaviour_of(count=REASON, duration=REASON, comparison=REASON)])
def test_nothing_to_answer_leaves_the_reason(behaviour):
    section = repurchase_section(context_of(), REASON, behaviour)
    assert not section.answered
    assert section.finding == "There are no observations."
    assert section.blocks == section.appendix == section.limits == ()


def test_without_the_models_of_behaviour_the_relation_remains(repurchase_model):
    section = repurchase_section(context_of(), repurchase_model, REASON)
    figures, tables = figures_and_tables(section.blocks)
    assert section.answered
    assert (len(figures), len(tables)) == (1, 0)
    missing = repurchase_section(context_of(), repurchase_model, behaviour_of(count=REASON, duration=REASON))
    assert missing.limits == (
        "How often customers buy: There are no observations.",
        "How soon customers buy: There are no observations.",
    )
