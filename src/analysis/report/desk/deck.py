"""What the slides say, before anything is placed: one message a slide, chosen from the document's blocks.

The rule. A chapter opens with its indicators as a table, under its finding. Each question that it answers has one
slide: its figure, or its table where there is none. A chapter of which no question shows a figure shows its first one.
Then the actions, and one slide on method and limits. Not slides: questions of how firm a finding is, pages of single
accounts and account managers, data quality, definitions and models; the notes say where they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.document.translate import Translator
from analysis.document.visible import visible_text
from analysis.messages import N_
from analysis.report.collect import Content, Data
from analysis.report.desk.deck_sections import Section, plain_paragraphs, split_chapter, texts_of, write_notes
from analysis.report.desk.measure import as_title, first_sentence, split_sentences

CLOSING = "method"
WITHOUT_SLIDES = frozenset({"data-quality", CLOSING, "technical"})
"""Chapters to look things up in."""
IN_NOTES = frozenset(
    {
        "satisfaction-respondents",
        "drivers-shape",
        "drivers-intention",
        "drivers-mediation",
        "drivers-moderation",
        "drivers-robustness",
    }
)
"""Questions of how firm a finding is: answered in the notes of the last slide."""
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "actions-actions": ("table",),
    "key-accounts-key-accounts": ("figure", "table"),
}
_FIGURE_FIRST, _TABLE_FIRST = ("figure", "table"), ("table", "figure")


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One message.

    Parameters
    ----------
    title
        The finding, of any length; cut where it is set.
    chapter
        The chapter's name, shown above.
    figure, table
        The block that shows it, if any; a table may go on for several slides where `in_full`.
    points
        Sentences beside it, most important first; those that find no room stand in the notes only.
    notes
        Paragraphs behind the message.
    asides
        Two short lists with their headings, side by side, below the table or instead of one.
    """

    title: str
    chapter: str = ""
    figure: Data | None = None
    table: Data | None = None
    in_full: bool = False
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    asides: tuple[tuple[str, tuple[str, ...]], ...] = ()


def plan_deck(content: Content, t: Translator) -> list[Slide]:
    """Return the slides after the title slide, in order."""
    chapters = [split_chapter(unit) for unit in content.chapters]
    slides = list(_opening(split_chapter(content.front), t, chapters))
    notes_only: list[str] = []
    silent: list[str] = []
    for sections in chapters:
        if not sections or sections[0].anchor in WITHOUT_SLIDES:
            continue
        made = list(_chapter_slides(sections))
        slides += made
        for section in sections:
            if section.anchor in IN_NOTES and section.paragraphs:
                notes_only.append(f"{section.heading} {section.paragraphs[0]}")
        if not made:
            silent += [f"{sections[0].heading}: {text}" for text in sections[0].paragraphs[:1]]
    closing = next((sections for sections in chapters if sections and sections[0].anchor == CLOSING), [])
    return [*slides, *_closing(closing, silent, notes_only, t)]


def _opening(front: Sequence[Section], t: Translator, chapters: Sequence[Sequence[Section]]) -> Iterator[Slide]:
    """Yield the alerts that fired, the summary, and the actions where no chapter has them in full."""
    blocks = [block for section in front for block in section.blocks]
    name = front[0].heading if front else ""
    for block in blocks:
        if block["kind"] == "callout" and block["variant"] == "caution":
            yield Slide(title=visible_text(block["title"]), chapter=name, points=texts_of(block["items"]))
    scores = next((block for block in blocks if block["kind"] == "scorecard"), None)
    paragraphs = [text for section in front for text in section.paragraphs]
    finding, rest = first_sentence(paragraphs[0]) if paragraphs else (name, "")
    asides = [(section.heading, texts_of(list_["items"])) for section in front for list_ in section.of("bullets")]
    actions = next((block for block in blocks if block["kind"] == "actions"), None)
    if actions is not None and actions["items"]:
        asides.append((visible_text(actions["title"]), texts_of(item["title"] for item in actions["items"])))
    if scores is not None or asides:
        yield Slide(
            title=as_title(finding) or name,
            chapter=name,
            table=_score_table(scores, t) if scores is not None else None,
            points=_sentences(rest),
            asides=tuple(asides),
            notes=write_notes(blocks),
        )
    has_actions = any(section.anchor == "actions-actions" for sections in chapters for section in sections)
    if actions is not None and actions["items"] and not has_actions:
        yield Slide(title=visible_text(actions["title"]), chapter=name, table=_action_table(actions, t), in_full=True)


def _score_table(scores: Data, t: Translator) -> Data:
    """Return the scorecard as a table: the overall score in bold, then its dimensions."""
    cells = [scores["headline"], *scores["cells"]]
    rows = [[cell["label"], cell["value"], cell["detail"], cell["level"], cell["change"]] for cell in cells]
    titles = (N_("Dimension"), N_("Points, 0 to 100"), N_("95% interval and n"), N_("Level"), N_("What changed"))
    table: Data = {
        "kind": "table",
        "title": "",
        "columns": [
            {"title": t(title), "align": align, "width": width}
            for title, align, width in zip(
                titles, ("start", "end", "end", "end", "start"), (2, 0.6, 1.2, 0.4, 3), strict=True
            )
        ],
        "rows": rows,
        "notes": [scores["note"]] if scores["note"] else [],
        "emphasis": [0],
    }
    kept = [index for index in range(5) if index in (0, 1) or any(row[index] for row in rows)]
    table["columns"] = [table["columns"][index] for index in kept]
    table["rows"] = [[row[index] for index in kept] for row in rows]
    return table


def _action_table(actions: Data, t: Translator) -> Data:
    titles = (N_("Action"), N_("Evidence"), N_("Who"), N_("Concerns"), N_("Effort"))
    widths = (2.2, 2.6, 1.1, 1.3, 0.8)
    return {
        "kind": "table",
        "title": "",
        "columns": [
            {"title": t(title), "align": "start", "width": width} for title, width in zip(titles, widths, strict=True)
        ],
        "rows": [[item[key] for key in ("title", "why", "who", "effect", "effort")] for item in actions["items"]],
        "notes": [actions["note"]] if actions["note"] else [],
        "emphasis": [],
    }


def _chapter_slides(sections: Sequence[Section]) -> Iterator[Slide]:
    """Yield a chapter's opening and its questions."""
    lead, questions = sections[0], [section for section in sections[1:] if section.anchor not in IN_NOTES]
    name = lead.heading
    if lead.is_shown or lead.of("markdown"):
        yield from _lead_slides(lead, name, any(section.of("figure") for section in questions))
    limits = [block for section in sections for block in section.of("callout") if block["variant"] == "limits"]
    remarks = [block for section in sections for block in section.of("markdown")]
    for section in questions:
        if section.is_shown:
            shared = [block for block in (*limits, *remarks) if not any(block is own for own in section.blocks)]
            caveats = limits if len(sections) == 2 else []
            yield from _question_slides(section, name, shared, caveats)


def _lead_slides(lead: Section, name: str, has_figure: bool) -> Iterator[Slide]:
    """Yield a chapter's indicators under its finding, and its first figure where no question has one."""
    paragraphs = lead.paragraphs
    own = [text for block in lead.of("markdown") if block.get("is_cell") for text in plain_paragraphs(block)]
    if own:
        yield Slide(
            title=name or as_title(first_sentence(own[0])[0]), points=tuple(own), notes=write_notes(lead.blocks)
        )
        return
    finding, rest = first_sentence(paragraphs[0]) if paragraphs else ("", "")
    tables, figures = lead.of("table"), lead.of("figure")
    own_table = [block for block in tables if block["anchor"] == f"table-{lead.anchor}"] or tables[:1]
    notes = write_notes(lead.blocks)
    for table in own_table:
        points = _sentences(rest, *paragraphs[1:])
        yield Slide(title=as_title(finding) or name, chapter=name, table=table, points=points, notes=notes)
    for figure in figures[: 0 if has_figure and own_table else 1]:
        yield Slide(title=visible_text(figure["title"]), chapter=name, figure=figure, notes=notes)


def _question_slides(section: Section, name: str, shared: Iterable[Data], caveats: Iterable[Data]) -> Iterator[Slide]:
    """Yield what shows the answer to one question; its finding is the title of the first.

    `caveats` are the chapter's limits where they can only be meant for this question.
    """
    paragraphs = section.paragraphs
    finding, rest = first_sentence(paragraphs[0]) if paragraphs else (section.heading, "")
    remarks = [*(block for block in section.of("callout") if block["variant"] == "note"), *caveats]
    said = [text for block in remarks for text in texts_of(block["items"])]
    points = (*_sentences(rest, *paragraphs[1:]), *said)
    figures = section.of("figure")
    if section.anchor in _SHOWN and "figure" not in _SHOWN[section.anchor] and figures and figures[0]["title"]:
        points, finding = (finding, *points), visible_text(figures[0]["title"])
    notes = (section.heading, *write_notes([*section.blocks, *shared]))
    wanted = _SHOWN.get(section.anchor, _FIGURE_FIRST)
    found = [(kind, block) for kind in wanted for block in section.of(kind)[:1]]
    found = found or [(kind, block) for kind in _TABLE_FIRST for block in section.of(kind)[:1]]
    for index, (kind, block) in enumerate(found if section.anchor in _SHOWN else found[:1]):
        yield Slide(
            title=as_title(finding) if index == 0 else visible_text(block["title"]),
            chapter=name,
            figure=block if kind == "figure" else None,
            table=block if kind == "table" else None,
            in_full=kind == "table" and section.anchor.startswith("actions"),
            points=points if index == 0 else (),
            notes=notes,
        )


def _closing(method: Sequence[Section], silent: list[str], in_notes: list[str], t: Translator) -> Iterator[Slide]:
    """Yield the last slide: what the numbers rest on, what they do not claim, and what has no answer."""
    blocks = [block for section in method for block in section.blocks]
    limits = [block for block in blocks if block["kind"] == "callout" and block["variant"] == "limits"]
    paragraphs = method[0].paragraphs if method else []
    asides: list[tuple[str, tuple[str, ...]]] = []
    if paragraphs:
        asides.append((method[0].heading, _sentences(*paragraphs)))
    asides += [(visible_text(block["title"]), texts_of(block["items"])) for block in limits]
    if silent:
        asides.append((t(N_("Chapters without an answer")), tuple(silent)))
    notes = list(paragraphs)
    if in_notes:
        notes += [t(N_("Answered in the report, without a slide of their own:")), *in_notes]
    notes.append(
        t(
            N_(
                "The report has what no slide shows: pages of key accounts and account managers, data quality, "
                "definitions and the models in full."
            )
        )
    )
    if asides:
        title = t(N_("What the numbers rest on, and what they do not claim"))
        yield Slide(title=title, chapter=method[0].heading if method else "", asides=tuple(asides), notes=tuple(notes))


def _sentences(*paragraphs: str) -> tuple[str, ...]:
    return tuple(sentence for text in paragraphs for sentence in split_sentences(text))
