"""The section on the score: what it is, whether its level hangs on the weights, and a reason where there is none."""

import dataclasses
from types import SimpleNamespace

import pytest

from analysis.document.blocks import Callout, Figure, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.score import CHOICE, score_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import Estimate, NotEstimable
from analysis.scale.analysis import PredictionFacts, ScoreAnalysis
from analysis.scale.groups import GroupDimension, GroupScore
from analysis.scale.shapes import DimensionScore, RelationshipScore
from analysis.scale.weighting import NAMES, DimensionWeight, WeightedScore

CUTS = {"A": 80.0, "B": 65.0, "C": 50.0, "D": 35.0}
WHY = NotEstimable(reason=N_("There are no observations."))
DIMENSIONS = {"satisfaction": N_("Satisfaction"), "value": N_("Customer value")}


def est(value, half=4.0, method="combined-limits"):
    return Estimate(value=value, low=value - half, high=value + half, n=229, method=method, unit="index")


def scheme(key, overall, level="", admits=("C", "B"), shares=(0.5, 0.5), *, is_chosen=False):
    weights = tuple(
        DimensionWeight(dimension=name, name=label, share=share)
        for (name, label), share in zip(DIMENSIONS.items(), shares, strict=False)
    )
    known = isinstance(overall, Estimate)
    return WeightedScore(
        key=key, name=NAMES[key], weights=weights if known else (), overall=overall, level=level,
        level_range=admits if known else ("", ""), is_chosen=is_chosen,
    )  # fmt: skip


def group(name, whole, *, value=None):
    cells = (est(70), value or est(40))
    return GroupScore(
        group=name, overall=whole, level="B" if isinstance(whole, Estimate) else "",
        dimensions=tuple(
            GroupDimension(dimension=key, name=label, score=cell, level="")
            for (key, label), cell in zip(DIMENSIONS.items(), cells, strict=True)
        ),
    )  # fmt: skip


def analysed(*others, **changes):
    direct = scheme("direct", est(66, 10), "B", is_chosen=True)
    dimensions = tuple(
        DimensionScore(dimension=key, name=name, weight=0.5, score=est(66), level="B", components=())
        for key, name in DIMENSIONS.items()
    )
    base = {
        "score": RelationshipScore(
            overall=direct.overall, level="B", level_range=("C", "B"), dimensions=dimensions, cuts=CUTS
        ),
        "weighting": "direct", "schemes": (direct, *others), "bootstrap": est(66, 8, "bootstrap-percentile"),
        "draws": 400, "segments": (group("North", est(68)), group("South", WHY, value=WHY)), "partners": (),
        "consistency_ratio": None, "consistency_remark": None, "prediction": WHY,
    }  # fmt: skip
    return ScoreAnalysis(**(base | changes))


@pytest.fixture(params=["en", "zh"])
def context(request):
    audit = SimpleNamespace(small_cell=5)
    return ChapterContext(audit, Translator(request.param, "EUR"), Theme(request.param))


@pytest.fixture
def english():
    return ChapterContext(SimpleNamespace(small_cell=5), Translator("en", "EUR"), Theme("en"))


def tables(blocks):
    return {block.anchor: block for block in blocks if isinstance(block, Table)}


def test_a_level_that_depends_on_the_weights_is_said_to(english):
    section = score_section(english, analysed(scheme("entropy", est(57), "C", ("C", "C"), (0.2, 0.8))))
    assert section.finding == (
        "The relationship scores 66 of 100 points (95% interval 56 to 76), level B, and this level depends on the"
        " weights: weighed by how much customers differ it is 57 points, level C."
    )
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.title == "The level depends on the weights: B and C under one or another"
    assert section.limits == (CHOICE.msgid,)


def test_a_level_that_stays_is_said_to_stay(english):
    section = score_section(english, analysed(scheme("entropy", est(70), "B")))
    assert "every other way of weighing that was tried gives the same level" in section.finding
    assert "the interval admits C to B" in section.finding


def test_it_is_said_why_no_partner_has_a_score(english):
    few = NotEstimable(
        reason=N_("There are too few observations: {n:int}; an estimate needs at least {min:int}.", n=9, min=20), n=9
    )
    cells = group("P1", WHY).dimensions
    silent = [
        dataclasses.replace(
            group(name, WHY), dimensions=tuple(dataclasses.replace(cell, score=score) for cell in cells)
        )
        for name, score in (("P1", WHY), ("P2", few))
    ]
    section = score_section(english, analysed(partners=tuple(silent)))
    (callout,) = [block for block in section.appendix if isinstance(block, Callout)]
    assert callout.title == "The relationship by partner"
    assert callout.items[0].startswith("None of the 2 partners has a score on any dimension.")
    assert callout.items[1].startswith("Satisfaction and Customer value: There are too few observations: 9;")
    for partners in ((), (silent[0], group("P3", WHY))):
        appendix = score_section(english, analysed(partners=partners)).appendix
        assert not any(isinstance(block, Callout) for block in appendix)


def test_the_table_shows_all_ways_and_why_one_gives_none(english):
    section = score_section(
        english, analysed(scheme("entropy", est(57), "C", ("C", "C"), (0.2, 0.8)), scheme("prediction", WHY))
    )
    table = tables(section.blocks)["table-score-weights"]
    assert table.rows == (
        ("As the client sets them", "66 (56 to 76)", "B", "C to B", "none alone"),
        ("By how much customers differ", "57 (53 to 61)", "C", "C", "Customer value, 80%"),
        ("By what foretells purchases", "–", "–", "–", "–"),
    )
    assert table.emphasis == (0,)
    assert "By what foretells purchases: There are no observations." in table.notes
    assert len(table.columns) <= 6


def test_one_way_alone_needs_no_figure(english):
    section = score_section(english, analysed(scheme("prediction", WHY)))
    assert not any(isinstance(block, Figure) for block in section.blocks)
    assert section.finding.endswith("level B; the interval admits C to B.")


def test_groups_without_a_dimension_have_no_whole_and_the_note_says_why(english):
    table = tables(score_section(english, analysed()).appendix)["table-score-segments"]
    assert table.rows[0][0] == "North"
    assert table.rows[0][-1] == "68 (64 to 72) B"
    assert table.rows[1][0] == "South"
    assert table.rows[1][-1] == table.rows[1][2]  # what stands where there is no number
    assert any("not be comparable" in note for note in table.notes)


def test_a_contradicting_comparison_is_a_limit_for_the_board(english):
    remark = N_(
        "The pairwise comparison of the dimensions contradicts itself: its consistency ratio is {ratio:number2}, and"
        " above {limit:number2} the judgements should be gone over again.",
        ratio=0.15,
        limit=0.1,
    )
    section = score_section(english, analysed(consistency_ratio=0.15, consistency_remark=remark))
    assert "its consistency ratio is 0.15" in section.limits[1]


def test_both_intervals_stand_side_by_side_in_the_appendix(english):
    texts = " ".join(
        p for block in score_section(english, analysed()).appendix for p in getattr(block, "paragraphs", ())
    )
    assert "The printed interval of the score, 56 to 76" in texts
    assert "Percentiles of 400 draws of accounts" in texts
    assert "give 58 to 74" in texts


def test_without_a_score_the_reason_is_the_finding(english):
    result = analysed()
    silent = dataclasses.replace(result, score=dataclasses.replace(result.score, overall=WHY), bootstrap=WHY)
    for answer in (silent, WHY):
        section = score_section(english, answer)
        assert (section.answered, section.finding, section.blocks) == (False, "There are no observations.", ())


def test_it_is_written_in_both_languages(context):
    result = analysed(
        scheme("equal", est(66), "B"), scheme("entropy", est(57), "C", ("C", "C"), (0.2, 0.8)), scheme("prediction", WHY),
        prediction=PredictionFacts(explained=0.05, n=225, events=164, day="2025-07-04"), consistency_ratio=0.05,
    )  # fmt: skip
    section = score_section(context, result)
    anchors = [block.anchor for block in (*section.blocks, *section.appendix) if isinstance(block, Figure | Table)]
    assert len(anchors) == len(set(anchors))
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.alt
    assert figure.data
    assert "<svg" in figure.svg
