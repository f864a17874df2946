"""The section on what customers talk about: findings as the tests allow, quotes as plain text, reasons elsewhere."""

import dataclasses
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.voices import QUESTION, state_voices, voices_section
from analysis.document.chapters.scale.voices_tables import tabulate_quotes, tabulate_themes
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.voices.result import Coverage, GroupShare, Quote, ThemeEffect, ThemeResult, ToneModel, Voices
from analysis.results import Estimate, NotEstimable

WHY = NotEstimable(reason=N_("There are no observations."))
HOSTILE = '<script>alert("x")</script> $5 #set [*] 送餐慢'


def est(value, half, unit="proportion", n=200):
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="wilson", unit=unit)


def theme(key, share, half=0.03, *, satisfaction=0.0, differs=False, **more):
    base = {
        "key": key, "label": {"en": key.title(), "zh": f"主题{key}"}, "words": (), "origin": "dictionary",
        "customers": 50, "texts": 80, "prevalence": est(share, half), "need": "common", "negative": est(0.4, 0.1),
        "segments": (GroupShare(name="A", share=est(share, 0.1)), GroupShare(name="B <b>", share=est(share, 0.1)),
                     GroupShare(name="C", share=NotEstimable(reason=N_("Share"), suppressed=True))),
        "segment_p": 0.01, "segment_adjusted_p": 0.03, "segments_differ": True,
        "satisfaction": ThemeEffect(effect=est(satisfaction, 2, "index"), adjusted_p=0.01, differs=differs),
        "repurchase": ThemeEffect(effect=WHY),
        "change": ThemeEffect(effect=est(5, 2, "percentage_points"), adjusted_p=0.01, differs=True),
        "periods": (GroupShare(name="2024-01-01/2024-12-31", share=est(0.1, 0.05)),
                    GroupShare(name="2025-01-01/2025-12-31", share=est(share, half))),
        "quotes": (Quote(text=HOSTILE, tone="negative", source="feedback", year=2025, hidden=0),),
    }  # fmt: skip
    return ThemeResult(**(base | more))


def voices(*themes, **more):
    base = {
        "n": 200, "unit": "customer", "window": "2025-01-01/2025-12-31",
        "coverage": Coverage(given=320, read=300, chinese=100, english=200, other_language=10, too_short=4, symbols=3,
                             repeated=3, without_theme=20, survey=120, feedback=180),
        "themes": themes, "rare": 2, "negative": est(0.45, 0.06),
        "tone": (ToneModel(key="own", learnt_from="scores", serves=False, language="all", texts=300,
                           accuracy=est(0.6, 0.05), auc=est(0.6, 0.05, "ratio"), majority=0.62,
                           general_accuracy=est(0.7, 0.05)),
                 ToneModel(key="general", learnt_from="reviews", serves=True, language="en", texts=200,
                           accuracy=est(0.8, 0.02), known_auc=0.88, majority=0.66, source="reviews of food")),
        "tone_note": None, "common_from": 0.05, "satisfaction_n": 400, "repurchase_n": 0, "repurchase_events": 0,
        "horizon_days": 180, "segment_test_n": 5, "found": 0, "notes": (N_("The survey came without weights of its own."),),
    }  # fmt: skip
    return Voices(**(base | more))


def context(language="en"):
    return ChapterContext(SimpleNamespace(small_cell=5), Translator(language), Theme(language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_figure_one_table_one_note_for_the_board(language):
    section = voices_section(context(language), voices(theme("delivery", 0.4), theme("price", 0.2)))
    assert section.answered
    assert [type(block) for block in section.blocks] == [Figure, Table, Callout]
    figure, table, _ = section.blocks
    assert len(table.columns) <= 6
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "n = 200" in figure.caption.replace("\u00a0", " ")
    assert figure.alt
    assert "40%" in section.finding
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if getattr(block, "anchor", "")]
    assert len(set(anchors)) == len(anchors)
    assert all(anchor.startswith(("table-voices", "figure-voices")) for anchor in anchors)


def test_the_finding_names_a_difference_only_where_a_test_tells_it():
    t = Translator("en")
    nothing = t(state_voices(voices(theme("delivery", 0.4, satisfaction=-9)), t))
    assert "cannot tell from noise" in nothing
    less = t(state_voices(voices(theme("delivery", 0.4), theme("price", 0.2, satisfaction=-9, differs=True)), t))
    assert "“Price” are 9.0 points less satisfied" in less
    more = t(state_voices(voices(theme("delivery", 0.4, satisfaction=6, differs=True)), t))
    assert "6.0 points more satisfied" in more


def test_the_title_claims_a_lead_only_where_the_intervals_part():
    sure = voices_section(context(), voices(theme("delivery", 0.5), theme("price", 0.2)))
    assert sure.blocks[0].title == "“Delivery” is what most customers write about"
    level = voices_section(context(), voices(theme("delivery", 0.5), theme("price", 0.48), theme("service", 0.1)))
    assert level.blocks[0].title == "What customers write about most: Delivery; Price"


def test_quotes_are_plain_text_with_their_source():
    section = voices_section(context(), voices(theme("delivery", 0.4)))
    (note,) = [block for block in section.blocks if isinstance(block, Callout)]
    assert note.items == (f"Delivery: “{HOSTILE}” (feedback, 2025)",)
    assert tabulate_quotes(voices(theme("delivery", 0.4, quotes=())), Translator("en")) is None


def test_without_quotes_there_is_no_note():
    section = voices_section(context(), voices(theme("delivery", 0.4, quotes=())))
    assert section.blocks[2] is None


def test_tables_mark_what_differs_and_leave_out_what_is_unknown():
    t = Translator("en")
    table = tabulate_themes(voices(), [theme("delivery", 0.4, satisfaction=-9, differs=True, negative=WHY)], t, 5)
    assert table.rows[0] == ("Delivery", "40% (37 to 43)", "–", "−9.0 (−11.0 to −7.0) *", "–", "common")


def test_hidden_segments_are_not_shown():
    section = voices_section(context(), voices(theme("delivery", 0.4)))
    (table,) = [b for b in section.appendix if isinstance(b, Table) and b.anchor == "table-voices-segments"]
    assert [column.title for column in table.columns] == ["Theme", "A", "B <b>", "p, adjusted"]
    assert table.rows[0][-1].endswith("*")
    assert "One smaller segment is not shown." in table.notes


def test_the_accuracy_of_every_tone_model_stands_beside_its_baseline():
    section = voices_section(context(), voices(theme("delivery", 0.4)))
    (table,) = [b for b in section.appendix if isinstance(b, Table) and b.anchor == "table-voices-tone"]
    assert table.rows[0] == (
        "the client's scores beside the texts; not used", "all languages", "60% (55 to 65)", "62%", "0.60 (0.55 to 0.65)",
        "70% (65 to 75)",
    )  # fmt: skip
    assert table.rows[1][2:5] == ("80% (78 to 82)", "66%", "0.88")
    assert any("reviews of food" in note for note in table.notes)


def test_many_themes_go_on_in_the_appendix():
    themes = [theme(f"t{i}", 0.4 - i / 100) for i in range(15)]
    section = voices_section(context(), voices(*themes))
    assert len(section.blocks[1].rows) == 12
    (rest,) = [b for b in section.appendix if isinstance(b, Table) and b.anchor == "table-voices-rest"]
    assert len(rest.rows) == 3
    assert any("3 more themes" in note for note in section.blocks[1].notes)


def test_themes_found_in_the_texts_show_their_words():
    found = theme("found_en_1", 0.2, origin="data", label="ramp, gate", words=("ramp", "gate", "yard"))
    section = voices_section(context(), voices(theme("delivery", 0.4), found))
    (table,) = [b for b in section.appendix if isinstance(b, Table) and b.anchor == "table-voices-found"]
    assert table.rows == (("ramp, gate", "ramp; gate; yard"),)


def test_no_answer_has_its_reason():
    silent = voices_section(context(), WHY)
    assert (silent.answered, silent.finding, silent.question) == (False, "There are no observations.", QUESTION)
    empty = voices_section(context(), voices())
    assert not empty.answered
    assert "200" in empty.finding


def test_one_window_and_no_segment_leave_those_tables_out():
    alone = dataclasses.replace(theme("delivery", 0.4), segments=(), periods=())
    section = voices_section(context(), voices(alone))
    anchors = {b.anchor for b in section.appendix if isinstance(b, Table)}
    assert not anchors & {"table-voices-segments", "table-voices-periods"}
