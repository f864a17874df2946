"""The first sheet: the score and its dimensions, what changed, the alerts and what to do, with their numbers."""

from collections.abc import Sequence
from typing import Any

from analysis.messages import N_
from analysis.report.collect import Data, Unit
from analysis.report.desk.cells import EMPTY, Cell, day_cell, is_day, number_cell, number_format, text_cell, unit_format
from analysis.report.desk.chapter_rows import FROM, TO, chapter_rows
from analysis.report.desk.rows import CAPTION, NOTE, Gap, Row, level_cell, span, table
from analysis.report.desk.words import EFFORTS, STATES, VERDICTS, Words, at


def summary_rows(front: Unit, words: Words) -> list[Row]:
    """Return the rows of the first sheet: the document's first page, its score and actions as native tables."""
    audit = words.audit
    tables = [*_score(words), *_changes(words), *_alerts(words), *_actions(words)]
    told = {"scorecard": bool(at(audit, "score")), "actions": bool(audit.get("actions"))}
    blocks = [block for block in front if not told.get(block["kind"])]
    opening = _opening(blocks)
    return [*chapter_rows(blocks[:opening], words), *tables, *chapter_rows(blocks[opening:], words)]


def _opening(blocks: Sequence[Data]) -> int:
    """Return how many blocks stand before the tables: the title and the finding."""
    leads = [index for index, block in enumerate(blocks) if block["kind"] == "prose" and block["lead"]]
    titles = [index for index, block in enumerate(blocks) if block["kind"] == "heading"]
    return max((*leads[:1], *titles[:1]), default=-1) + 1


def outcome_cells(outcome: Data | None, words: Words, number: str = "") -> list[Cell]:
    """Return value, limits and n of an outcome as audit.json has it; of one without a number, nothing but its n."""
    if outcome is None or not outcome.get("estimable"):
        n = None if outcome is None else outcome.get("n")
        return [EMPTY, EMPTY, EMPTY, EMPTY if n is None else number_cell(n, "#,##0")]
    written = number or unit_format(outcome["unit"], words.t.language, words.t.currency)
    found = [number_cell(outcome[key], written) if key in outcome else EMPTY for key in ("value", "low", "high")]
    return [*found, number_cell(outcome["n"], "#,##0") if outcome.get("n") is not None else EMPTY]


def reason(outcome: Data | None, words: Words) -> str:
    """Return why an outcome has no number, in words; that it is withheld where it is; "" where it has one."""
    if outcome is None or outcome.get("estimable"):
        return ""
    if outcome.get("suppressed"):
        floor = words.audit.get("small_cell", 0)
        return words.t(N_("withheld (fewer than {floor:int} answers)", floor=floor))
    return words.told(outcome.get("reason"))


def _score(words: Words) -> list[Row]:
    score, t = words.audit.get("score"), words.t
    if not score:
        return []
    body = [_score_row(t(N_("Relationship score")), score["overall"], score["level"], None, words)]
    for each in score["dimensions"]:
        body.append(_score_row(words.told(each["name"]), each["score"], each["level"], each["weight"], words))
    head = [t(N_("Dimension")), t(N_("Points, 0 to 100")), t(FROM), t(TO), t(N_("n")), t(N_("Level")), t(N_("Weight"))]
    numbers = [False, True, True, True, True, False, True, False]
    title = span(t(N_("The relationship score")), CAPTION)
    return [Gap(), *title, *table([*head, t(N_("Remark"))], body, numbers)]


def _score_row(name: str, outcome: Data, level: str, weight: float | None, words: Words) -> list[Cell]:
    number = number_format("number", 1, words.t.language)
    share = EMPTY if weight is None else number_cell(weight, "0%")
    cells = outcome_cells(outcome, words, number)
    return [text_cell(name), *cells, level_cell(level or ""), share, text_cell(reason(outcome, words))]


def _changes(words: Words) -> list[Row]:
    items, t = at(words.audit, "changes", "items"), words.t
    if not items:
        return []
    body = []
    for item in items:
        change = item["change"]
        difference = change["difference"]
        number = number_format("number", 1, t.language, signed=True)
        if difference["unit"] == "money":
            number = number_format("money", 0, t.language, signed=True, currency=t.currency)
        elif difference["unit"] == "proportion":
            number = number_format("percent", 1, t.language, signed=True)
        elif difference["unit"] not in ("percentage_points", "index", "nps", "days"):
            number = number_format("number", 2, t.language, signed=True)
        verdict = t(VERDICTS[change["verdict"]])
        body.append(
            [
                text_cell(words.told(item["name"])),
                *outcome_cells(difference, words, number),
                number_cell(item["adjusted_p"], "0.000"),
                text_cell(verdict, {} if change["verdict"] == "no_change" else {"bold": True}),
                text_cell(t.period(change["earlier"])),
                text_cell(t.period(change["later"])),
                text_cell(words.unit(difference["unit"])),
            ]
        )
    head = [N_("Indicator"), N_("Difference"), FROM, TO, N_("n"), N_("Adjusted p"), N_("Verdict"), N_("Earlier")]
    head += [N_("Later"), N_("Unit")]
    numbers = [False, True, True, True, True, True]
    return [Gap(), *span(t(N_("All tested changes")), CAPTION), *table([t(title) for title in head], body, numbers)]


def _alerts(words: Words) -> list[Row]:
    alerts, t = words.audit.get("alerts"), words.t
    if not alerts:
        return []
    body = [
        [
            text_cell(alert["condition"]),
            text_cell(t(STATES[alert["state"]]), {"bold": True} if alert["state"] == "fired" else {}),
            text_cell(words.told(alert["found"])),
        ]
        for alert in alerts
    ]
    head = [t(N_("Alert")), t(N_("State")), t(N_("Found"))]
    return [Gap(), *span(t(N_("Alerts")), CAPTION), *table(head, body)]


def _actions(words: Words) -> list[Row]:
    actions, t = words.audit.get("actions"), words.t
    if not actions:
        return []
    money = number_format("money", 0, t.language, currency=t.currency)
    body = [
        [
            text_cell(words.told(action["title"])),
            _number(action.get("customers"), "#,##0"),
            _number(action.get("revenue"), money),
            day_cell(action["due"], t.language) if is_day(action.get("due")) else EMPTY,
            text_cell(_effort(action.get("effort", ""), words)),
            text_cell(words.told(action.get("owner"))),
            text_cell(words.told(action.get("for_whom"))),
            text_cell(words.told(action.get("evidence"))),
        ]
        for action in actions
    ]
    head = [N_("Action"), N_("Customers"), N_("Revenue"), N_("Due"), N_("Effort"), N_("Who"), N_("For whom")]
    titles = [t(title) for title in [*head, N_("Evidence")]]
    note = next((block["note"] for block in words.content.front if block["kind"] == "actions"), "")
    rows = table(titles, body, [False, True, True, True])
    return [Gap(), *span(t(N_("Recommended actions")), CAPTION), *rows, *span(note, NOTE)]


def _number(value: Any, number: str) -> Cell:
    return EMPTY if value is None else number_cell(value, number)


def _effort(effort: str, words: Words) -> str:
    return words.t(EFFORTS.get(effort, effort))
