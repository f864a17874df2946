"""The document of two audits side by side: what each chapter says of what was found, in both languages."""

import pytest
from audit_pairs import NOW, THEN, audit, changed, estimate, pair, params, said, silent, stored

from analysis.document.comparison.compose import WRITERS, compose_comparison
from analysis.document.comparison.context import ComparisonLooks
from analysis.document.comparison.stored import StoredTranslator
from analysis.document.html import render_block
from analysis.messages import N_
from analysis.monitoring.comparison.compare import compare_audits

LOOKS = ComparisonLooks(accent="#1f5a7a", prepared_by="Practice")


def compose(then, now, earlier=THEN, later=NOW, others=(), **options):
    client = params(**options)
    return compose_comparison(compare_audits(stored(then, now, *others), client, earlier=earlier, later=later), LOOKS)


def texts(blocks):
    """Return all that a reader sees of some blocks."""
    return "\n".join(render_block(block) for block in blocks)


def table(document, chapter, anchor):
    (found,) = [block for block in document[chapter].blocks if getattr(block, "anchor", "") == anchor]
    return found


def row(found, name):
    (cells,) = [cells for cells in found.rows if cells[0] == name]
    return cells


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chapter_is_written_in_both_languages(language):
    document = compose(*pair(), language=language)
    assert (document.cover.language, document.cover.date_iso) == (language, NOW)
    for key in WRITERS:
        chapter = document[key]
        assert chapter is document[key]
        assert len(chapter.blocks) > 1, key
        assert texts(chapter.blocks)
    assert document.front.blocks[0] is document.cover


def test_the_first_page_says_what_moved_for_certain():
    document = compose(*pair({"retention": 0.7}, {"retention": 0.9}))
    page = texts(document["summary"].blocks)
    assert "Between 31 December 2024 and 31 December 2025, 5 of 8 numbers compared changed beyond what chance" in page
    assert "for the better" in page
    assert "Retention rate rose by 20.0 percentage points (95% interval of the difference +12.9 to +27.1)." in page
    assert "which chance alone may explain" in page  # the score
    assert "Active customers: 30 then, 33 now; lost ones: 5 then, 9 now." in page
    assert "Of 2 actions recommended then, none is reported as taken; 2 are advised again." in page


def test_calm_is_no_proof():
    page = texts(compose(*pair(now={"satisfaction": 61.0}))["summary"].blocks)
    assert "none of 8 numbers compared changed" in page
    assert "no proof that nothing changed" in page


def test_all_for_the_worse_is_said_so():
    page = texts(compose(*pair({"retention": 0.95}, {"retention": 0.6, "satisfaction": 60.0}))["summary"].blocks)
    assert "one of 8 numbers compared changed beyond what chance explains, for the worse." in page


def test_then_now_difference_and_verdict_stand_in_one_row():
    document = compose(*pair({"retention": 0.7}, {"retention": 0.9}))
    cells = row(table(document, "indicators", "table-indicators"), "Retention rate")
    assert cells[1:4] == ("70% (65 to 75)", "90% (85 to 95)", "+20.0 (+12.9 to +27.1)")
    assert cells[-1] == "rose"
    amount = row(table(document, "indicators", "table-amounts"), "Revenue")
    assert amount[3:] == ("+€10", "not tested")
    assert "North" in table(document, "groups", "table-segment-1").title


def test_what_is_not_compared_has_no_difference_anywhere_and_its_reason():
    then, now = pair()
    document = compose(
        then, changed(now, said("Another mean."), "indicators", "results", "retention_rate", "definition")
    )
    cells = row(table(document, "indicators", "table-indicators"), "Retention rate")
    assert cells[3:] == ("–", "–", "–")
    assert "Definition of “Retention rate”" in texts(document["summary"].blocks)
    assert (
        row(table(document, "divergences", "table-divergences"), "Definition of “Retention rate”")[2] == "Another mean."
    )
    reasons = dict(table(document, "method", "table-not-compared").rows)
    assert reasons["Retention rate"] == "Not the same in the two audits: definition of “Retention rate”."
    figure = [block for block in document["indicators"].blocks if block.kind == "figure"]
    assert all("Retention rate" not in drawing.svg for drawing in figure)


def test_a_score_under_other_weights_is_told_under_the_old_ones():
    then, now = pair()
    rows = [each | {"weight": weight} for each, weight in zip(now["score"]["dimensions"], (0.5, 0.5), strict=True)]
    now = now | {"score": now["score"] | {"dimensions": rows, "overall": estimate(60.0, 6.0)}}
    page = texts(compose(then, now)["score"].blocks)
    assert "The relationship score is not compared." in page
    assert "Under the weights of then, the score would now be 62.0" in page
    (figure,) = [block for block in compose(then, now)["score"].blocks if block.kind == "figure"]
    assert "Relationship score" not in figure.svg
    assert "Satisfaction" in figure.svg


def test_withheld_groups_stay_withheld():
    then, now = pair(now={"confidentiality": "aggregate"})
    document = compose(then, now)
    cells = row(table(document, "groups", "table-segment-1"), "Satisfaction index")
    assert cells[1].startswith("withheld")
    assert "60" not in cells[1]
    assert cells[3] == "–"


def test_an_audit_without_anything_says_so_in_every_chapter():
    empty = {"schema_version": "1.0", "client": "acme", "language": "en", "currency": "EUR"}
    document = compose(empty | {"as_of": THEN}, empty | {"as_of": NOW})
    assert "nothing was measured that can be compared" in texts(document["summary"].blocks)
    for key in WRITERS:
        assert len(document[key].blocks) > 1, key
    assert "does not record alerts" in texts(document["steering"].blocks)
    assert "At least one of the two audits does not record it." in texts(document["customers"].blocks)


def test_three_audits_are_drawn_as_a_series():
    first = audit("2023-12-31", wave="2023 H2", satisfaction=55.0)
    document = compose(*pair(), others=[first])
    blocks = document["series"].blocks
    assert [block.anchor for block in blocks if block.kind in ("figure", "table")] == [
        "figure-score-series", "table-series"
    ]  # fmt: skip
    assert row(table(document, "series", "table-series"), "Satisfaction index")[1:] == (
        "55 (50 to 60)", "60 (55 to 65)", "70 (65 to 75)"
    )  # fmt: skip


def test_what_a_client_wrote_stays_text():
    then, now = pair()
    evil = "<script>alert(1)</script>"
    for content in (then, now):
        results = content["indicators"]["results"]
        results["satisfaction_index"]["by_segment"] = {evil: estimate(50.0, 9.0)}
        content["relationship"]["key_accounts"]["cards"][0]["name"] = evil
    document = compose(then, now)
    page = "".join(texts(document[key].blocks) for key in WRITERS)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_stored_sentence_that_counts_is_found_by_its_plural():
    message = N_("{count:int} alerts have fired", count=3)  # as audit.json holds it: the form that was used, alone
    assert StoredTranslator("en")(message) == "3 alerts have fired"
    assert StoredTranslator("zh")(message) != message.msgid.replace("{count:int}", "3")
    assert "3" in StoredTranslator("zh")(message)


def test_a_missing_score_is_no_zero():
    then, now = pair()
    then = changed(then, silent("A dimension is missing."), "score", "overall")
    page = texts(compose(then, now)["summary"].blocks)
    assert "The relationship score is not compared. The earlier audit has no number. A dimension is missing." in page
    assert "then not scored" in page
