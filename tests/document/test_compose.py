import dataclasses
import json
import re
from pathlib import Path

import pytest

from analysis.document.blocks import ActionList, Callout, Heading, Markdown, Prose, Scorecard, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.drivers import write_drivers
from analysis.document.chapters.voices import write_partners
from analysis.document.compose import compose_document
from analysis.document.gaps import state_gaps
from analysis.document.methods import method_name
from analysis.document.prose import state_level
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.document.vocabulary import canonical_word
from analysis.indicators.shapes import Indicators, PartnerLeague, PartnerStanding
from analysis.messages import N_
from analysis.params.model import CHAPTERS
from analysis.results import Estimate, NotEstimable

CLIENT_TEXT = ("<script>alert", "Acme", "Retail", "Delivery", "Panel", "Curtis et al.")


@pytest.fixture(scope="module", params=["en", "zh"])
def document(request, make_audit):
    return compose_document(make_audit(request.param))


@pytest.fixture(scope="module")
def english(make_audit):
    return compose_document(make_audit("en"))


def texts(value):
    """Every text of a block's data, without SVG."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("svg", "kind", "anchor", "key", "accent"):
                yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def test_the_chapters_are_those_of_the_params_in_their_order(document) -> None:
    assert tuple(chapter.key for chapter in document.chapters) == CHAPTERS
    for chapter in document.chapters:
        assert isinstance(chapter.blocks[0], Heading)
        assert chapter.blocks[0].level == 1
        assert document[chapter.key] is chapter
    with pytest.raises(KeyError):
        document["nothing"]


def test_blocks_are_json_ready_and_anchors_are_unique(document) -> None:
    blocks = [block.to_dict() for chapter in document.chapters for block in chapter.blocks]
    assert json.loads(json.dumps(blocks, allow_nan=False))
    anchors = [block["anchor"] for block in blocks if block.get("anchor")]
    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in anchors)


def test_tables_have_as_many_cells_as_columns(document) -> None:
    tables = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Table)]
    assert len(tables) > 10
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.title
        assert table.columns[0].align == "start"


def test_no_english_sentence_is_left_in_a_chinese_document(make_audit) -> None:
    document = compose_document(make_audit("zh"))
    blocks = [document.cover.to_dict(), *(block.to_dict() for chapter in document.chapters for block in chapter.blocks)]
    for text in texts(blocks):
        if not any(part in text for part in CLIENT_TEXT):
            assert not re.search(r"[A-Za-z]{2,}[ ,;]+[A-Za-z]{2,}[ ,;]+[A-Za-z]{2,}", text), text


def test_the_first_page_holds_score_changes_and_three_actions(english) -> None:
    page = english["summary"]
    card = next(block for block in page.blocks if isinstance(block, Scorecard))
    assert (card.headline.value, card.headline.level, card.headline.position) == ("65", "B", 0.65)
    assert len(card.cells) == 5
    assert card.cells[0].change == "Satisfaction index: +4.0"
    assert card.cells[0].tone == "good"
    actions = next(block for block in page.blocks if isinstance(block, ActionList))
    assert len(actions.items) == 3
    assert actions.items[0].effect == "€500k with 12 customers"
    bullets = [text for block in page.blocks if block.kind == "bullets" for text in block.items]
    assert bullets[0] == "Satisfaction index rose by 4.0 points against the wave before."
    assert bullets[1] == "One further indicator shows no change that the data can tell from noise."
    lead = page.blocks[1]
    assert isinstance(lead, Prose)
    assert "level B (anything from B to C is compatible with the data)" in lead.paragraphs[0]


def test_a_chapter_opens_with_its_finding_and_ends_with_its_limits(english) -> None:
    chapter = english["satisfaction"]
    lead = chapter.blocks[1]
    assert isinstance(lead, Prose)
    assert lead.lead
    assert lead.paragraphs[0] == (
        "Customers rate their satisfaction at 72 of 100 points (95% interval 70 to 74; n\u00a0=\u00a0200), 4.0 points more"
        " than the wave before."
    )
    assert any("the target of 80 for 2025 is missed" in paragraph for paragraph in lead.paragraphs)
    assert any(
        "not clearly different from the benchmark of 70 (Panel, 2024, n\u00a0=\u00a01,200)" in paragraph
        for paragraph in lead.paragraphs
    )
    limits = chapter.blocks[-1]
    assert isinstance(limits, Callout)
    assert limits.variant == "limits"
    assert any("withheld to protect respondents" in item for item in limits.items)


def test_withheld_cells_say_so_and_show_no_n(english) -> None:
    tables = [block for block in english["satisfaction"].blocks if isinstance(block, Table)]
    row = next(row for table in tables for row in table.rows if row[0] == "Small")
    assert row[1:] == ("withheld (fewer than 5 answers)", "–")


def test_own_questions_about_one_of_the_five_stand_in_its_chapter(make_audit) -> None:
    audit = make_audit("en")
    asked = [
        dataclasses.replace(
            audit.indicators.items[0], key=f"projects_{dimension}", label="Joint projects", role="custom",
            dimension=dimension,
        )
        for dimension in ("depth_breadth", "value", "sustainability")
    ]  # fmt: skip
    indicators = dataclasses.replace(audit.indicators, items=(*audit.indicators.items, *asked))
    chapters = {c.key: c for c in compose_document(dataclasses.replace(audit, indicators=indicators)).chapters}
    for key in ("depth_breadth", "value"):
        anchor = f"table-{key}-questions".replace("_", "-")
        (table,) = [block for block in chapters[key].blocks if isinstance(block, Table) and block.anchor == anchor]
        assert [row[0] for row in table.rows] == ["Joint projects"]
    silent = chapters["depth_breadth"]  # there are no transactions, but there are these answers
    assert [block.kind for block in silent.blocks] == ["heading", "prose", "table"]
    assert silent.blocks[1].paragraphs == ("There are no transactions.",)
    assert not any(getattr(block, "anchor", "").endswith("-questions") for block in chapters["loyalty"].blocks)


def test_a_silent_chapter_is_a_heading_and_its_reason(english) -> None:
    chapter = english["depth_breadth"]
    assert [block.kind for block in chapter.blocks] == ["heading", "prose"]
    assert chapter.blocks[1].paragraphs == ("There are no transactions.",)


def test_an_unknown_indicator_gives_its_reason_in_words(english) -> None:
    lead = english["interaction"].blocks[1]
    assert lead.paragraphs[0] == "Contact coverage is not known: There are no records of contacts."


def test_commentary_stands_in_its_chapter(document) -> None:
    assert isinstance(document["loyalty"].blocks[-1], Markdown)
    assert not any(isinstance(block, Markdown) for block in document["value"].blocks)


def test_models_that_cannot_be_estimated_leave_their_reasons(make_audit) -> None:
    none = NotEstimable(reason=N_("There are no survey answers."))
    chapter = write_drivers(
        ChapterContext(make_audit(loyalty_model=none, repurchase_model=none), Translator("en"), Theme())
    )
    assert [block.kind for block in chapter.blocks] == ["heading", "prose"]
    assert chapter.blocks[1].paragraphs == ("There are no survey answers.",)


def test_drivers_speak_of_going_with_and_never_of_causing(english) -> None:
    lead = english["drivers"].blocks[1]
    assert lead.paragraphs[0].startswith(
        "10 points more satisfaction go with 5.4 points more loyalty (95% interval 4.8 to 6.0;"
    )
    assert lead.paragraphs[1].endswith(
        "Answers to the survey do not predict buying again better than past buying alone."
    )
    said = " ".join(lead.paragraphs)
    assert not re.search(r"\b(causes?|leads? to|increases?|drives?)\b", said)


def test_a_relation_within_noise_is_called_none(make_audit, loyalty_model, repurchase_model) -> None:
    flat = Estimate(value=0.3, low=-0.5, high=1.1, n=300, method="cr3-t", unit="index")
    audit = make_audit(loyalty_model=dataclasses.replace(loyalty_model, slope=flat))
    chapter = write_drivers(ChapterContext(audit, Translator("en"), Theme()))
    assert "No relation between satisfaction and loyalty" in chapter.blocks[1].paragraphs[0]


def league(names: list[str], rank_high: int) -> PartnerLeague:
    own = Estimate(value=70, low=60, high=80, n=25, method="empirical-bayes", unit="index")
    rows = tuple(
        PartnerStanding(
            partner_id=name, name=name, raw=own, shrunken=own, rank_low=1, rank_high=rank_high, p_top_quartile=0.4
        )
        for name in names
    )
    return PartnerLeague(indicator="satisfaction_index", rows=rows, too_small=7, between_sd=3.0)


def partners_of(indicators: Indicators, made: PartnerLeague, make_audit):
    changed = dataclasses.replace(indicators, partners={"satisfaction_index": made})
    return write_partners(ChapterContext(make_audit("en", indicators=changed), Translator("en"), Theme("en")))


def test_a_long_league_shows_both_ends_and_counts_the_rest(indicators, make_audit) -> None:
    chapter = partners_of(indicators, league([f"P{i:04d}" for i in range(1200)], 360), make_audit)
    table = next(block for block in chapter.blocks if isinstance(block, Table))
    assert len(table.rows) == 24
    assert (table.rows[0][0], table.rows[-1][0]) == ("P0000", "P1199")
    assert any("1,176 are not shown" in note for note in table.notes)
    assert "none is the best beyond doubt" in chapter.blocks[1].paragraphs[0]


def test_a_best_partner_is_named_only_where_its_rank_is_beyond_doubt(indicators, make_audit) -> None:
    chapter = partners_of(indicators, league(["First", "Second"], 1), make_audit)
    assert "First leads the 2 partners compared" in chapter.blocks[1].paragraphs[0]


def test_data_quality_counts_rows_and_revenue(english) -> None:
    assert english["data_quality"].blocks[1].paragraphs[0] == (
        "210 rows were read; one kind of repair was needed and 10 rows were taken out."
    )


def test_the_cover_names_client_date_and_interface_texts(document) -> None:
    cover = document.cover
    assert cover.date_iso == "2025-12-31"
    assert "2025" in cover.as_of
    assert "\u202e" not in cover.client
    assert "{page}" in cover.labels["page_of"]
    assert "{pages}" in cover.labels["page_of"]
    assert all(cover.labels[name] for name in ("contents", "skip_to_content", "figure", "table", "as_of", "commentary"))


def test_the_same_audit_gives_the_same_document(make_audit, english) -> None:
    again = compose_document(make_audit("en"))
    assert [chapter.blocks for chapter in again.chapters] == [chapter.blocks for chapter in english.chapters]


def test_partners_that_only_chance_tells_apart_share_one_sentence_and_no_table(indicators, make_audit) -> None:
    alike = dataclasses.replace(league(["First", "Second", "Third"], 3), between_sd=0.0)
    chapter = partners_of(indicators, alike, make_audit)
    assert chapter.blocks[1].paragraphs == (
        "On Satisfaction index (3 partners compared), partners do not differ by more than chance alone would bring.",
    )
    assert not any(isinstance(block, Table) for block in chapter.blocks)


def test_a_machine_s_identifier_is_shown_by_its_beginning(indicators, make_audit) -> None:
    made = league(["0015a82c2db000af6aaaf3ae2ecb0532", "Delta Distribution", "P3"], 3)
    table = next(block for block in partners_of(indicators, made, make_audit).blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["0015a82c…", "Delta Distribution", "P3"]


def test_examples_of_repairs_are_short_and_few(make_audit) -> None:
    made = make_audit("en")
    long = "11b497b34a6af20dacf2fd7ab01c2f23"
    repair = dataclasses.replace(made.data_quality.repairs[0], examples=(f"{long}/{long}", "汇率.csv:26", "7", "8"))
    quality = dataclasses.replace(made.data_quality, repairs=(repair,))
    chapter = compose_document(make_audit("en", data_quality=quality))["data_quality"]
    table = next(block for block in chapter.blocks if getattr(block, "anchor", "") == "table-repairs")
    assert table.rows[0][-1] == "11b497b3…/11b497b3…, 汇率.csv:26, 7"


def test_the_kinds_of_the_data_contract_are_named_in_the_report_s_language() -> None:
    assert Translator("zh")(canonical_word("complaint")) == "投诉"
    assert Translator("zh")(canonical_word(" High ")) == "高"
    assert Translator("zh")(canonical_word("官方微信")) == "官方微信"
    assert Translator("en")(canonical_word("web form")) == "web form"


def test_without_a_score_the_first_page_says_how_the_rest_stands_and_the_reason_once(make_audit) -> None:
    made = make_audit("en")
    absent = NotEstimable(reason=N_("There are no records of contacts."))
    dimensions = tuple(
        dataclasses.replace(d, score=absent, level="", components=()) if d.dimension == "interaction" else d
        for d in made.score.dimensions
    )
    reason = N_(
        "There is no overall score, because not every dimension can be scored (missing: {dimensions:list}).",
        dimensions=[dimensions[3].name],
    )
    score = dataclasses.replace(
        made.score, overall=NotEstimable(reason=reason), level="", level_range=("", ""), dimensions=dimensions
    )
    page = compose_document(make_audit("en", score=score))["summary"]
    said = " ".join(texts([block.to_dict() for block in page.blocks]))
    assert page.blocks[1].paragraphs == (
        "Depth and breadth stands highest with 64 of 100 points, Satisfaction lowest with 60. There is no overall score,"
        " because not every dimension can be scored (missing: Interaction).",
    )
    assert said.count("There are no records of contacts.") == 1
    assert said.count("no overall score") == 1


def test_only_what_has_a_number_is_tabulated(english) -> None:
    table = next(
        block for block in english["loyalty"].blocks if isinstance(block, Table) and block.anchor == "table-loyalty"
    )
    assert [row[0] for row in table.rows] == ["Net Promoter Score", "Repeat purchase rate"]
    assert not any(block.kind == "table" for block in english["interaction"].blocks)


def test_each_reason_is_said_once_with_all_that_it_concerns(indicators) -> None:
    short = NotEstimable(reason=N_("There are no transactions."))
    results = indicators.results
    unknown = dataclasses.replace(results["revenue_growth"], overall=short)
    untested = dataclasses.replace(results["nps"], change=short)
    gaps = state_gaps([unknown, untested], Translator("en"), 5, [(N_("Monthly revenue"), short)])
    assert gaps == ["Revenue growth, Monthly revenue and Net Promoter Score over time: There are no transactions."]


def test_nobody_and_large_growth_are_said_in_words(indicators) -> None:
    repeat = indicators.results["repeat_purchase_rate"]
    none = Estimate(value=0, low=0, high=0.004, n=1078, method="wilson", unit="proportion")
    definition = N_("Share of the customers who bought again within {days:int} days.", days=180)
    said = state_level(dataclasses.replace(repeat, overall=none, definition=definition), Translator("en"))
    assert said.startswith("None of the customers who bought came back within 180 days (95% interval 0.0 to 0.4%;")
    growth = dataclasses.replace(
        indicators.results["revenue_growth"],
        overall=Estimate(value=2.5, low=2.0, high=3.0, n=90, method="b", unit="proportion"),
    )
    assert state_level(growth, Translator("en")).startswith(
        "Revenue of the last twelve months is 3.5\u00a0times that of the year before (95% interval 200 to 300;"
    )


def test_every_interval_method_of_the_definitions_has_words_in_both_languages() -> None:
    text = (Path(__file__).parents[2] / "docs" / "definitions.md").read_text(encoding="utf-8")
    table = text.partition("## Intervals")[2].partition("## Indicators")[0]
    keys = re.findall(r"^\| `([a-z-]+)` \|", table, flags=re.MULTILINE)
    assert len(keys) > 10
    for key in keys:
        english, chinese = method_name(key, Translator("en")), method_name(key, Translator("zh"))
        assert english != key
        assert re.search("[一-鿿]", chinese), chinese


def test_a_target_and_a_benchmark_carry_their_verdict_and_origin(english) -> None:
    table = next(
        block for block in english["satisfaction"].blocks if getattr(block, "anchor", "") == "table-satisfaction"
    )
    assert table.columns[-1].title == "Target or benchmark"
    assert table.rows[0][-1] == "target 80: missed; benchmark 70 (2024)"
