"""Every indicator in every cut as one long table, a line a number, so that a pivot table can be laid over it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.document.methods import method_name
from analysis.messages import N_, Message
from analysis.report.collect import Data
from analysis.report.desk.cells import EMPTY, Cell, number_cell, text_cell, unit_format
from analysis.report.desk.chapter_rows import FROM, TO
from analysis.report.desk.rows import Row, table
from analysis.report.desk.summary_rows import outcome_cells, reason
from analysis.report.desk.words import VERDICTS, Words, at

HEAD: tuple[Message, ...] = (
    N_("Indicator"),
    N_("Dimension"),
    N_("Cut"),
    N_("Group"),
    N_("Value"),
    FROM,
    TO,
    N_("n"),
    N_("Unit"),
    N_("Method"),
    N_("Target"),
    N_("Target for"),
    N_("Attainment"),
    N_("Probability met"),
    N_("Verdict"),
    N_("Remark"),
    N_("Key"),
)
NUMBERS = (False,) * 4 + (True,) * 4 + (False, False, True, False, True, True)
WHOLE, MANAGER = N_("Whole"), N_("Account manager")
CUTS: Mapping[str, Message] = {"by_period": N_("Period"), "by_segment": N_("Segment"), "by_partner": N_("Partner")}
TARGETS = {"by_segment": "segment_targets", "by_partner": "partner_targets"}


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One number: an indicator in one group of one cut."""

    indicator: Data
    cut: Message
    group: str
    outcome: Data
    target: Data | None = None


def indicator_rows(words: Words) -> list[Row]:
    """Return the head and one row for each indicator in each cut that audit.json has; none without indicators."""
    lines = [*_indicators(words), *_managers(words)]
    if not lines:
        return []
    return table([words.t(title) for title in HEAD], [_cells(line, words) for line in lines], NUMBERS)


def _indicators(words: Words) -> Iterator[_Line]:
    results = at(words.audit, "indicators", "results") or {}
    by_period = _period_targets(words)
    names: Mapping[str, Callable[[str], str]] = {"by_period": words.t.period, "by_partner": words.partner}
    for result in results.values():
        everyone = words.t(N_("All customers"))
        yield _Line(indicator=result, cut=WHOLE, group=everyone, outcome=result["overall"], target=result.get("target"))
        for cut, title in CUTS.items():
            targets = by_period.get(result["key"], {}) if cut == "by_period" else result.get(TARGETS[cut]) or {}
            for label, outcome in (result.get(cut) or {}).items():
                group = names.get(cut, str)(label)
                yield _Line(indicator=result, cut=title, group=group, outcome=outcome, target=targets.get(label))


def _period_targets(words: Words) -> dict[str, dict[str, Data]]:
    """Return the targets of all customers by indicator and by the period that was measured for them."""
    found: dict[str, dict[str, Data]] = {}
    for row in at(words.audit, "relationship", "appraisal", "targets") or ():
        if row["group"] == "client" and row.get("attained") and row.get("measured"):
            found.setdefault(row["indicator"], {})[row["measured"]] = row["attained"]
    return found


def _managers(words: Words) -> Iterator[_Line]:
    results = at(words.audit, "indicators", "results") or {}
    for card in at(words.audit, "relationship", "appraisal", "managers") or ():
        for row in card["indicators"]:
            known = results.get(row["key"], {})
            indicator = row | {"dimension": known.get("dimension", "")}
            yield _Line(
                indicator=indicator,
                cut=MANAGER,
                group=card["manager"],
                outcome=row["outcome"],
                target=row.get("target"),
            )


def _cells(line: _Line, words: Words) -> list[Cell]:
    t, indicator, outcome = words.t, line.indicator, line.outcome
    unit = indicator["unit"]
    number = unit_format(unit, t.language, t.currency)
    return [
        text_cell(words.told(indicator["name"])),
        text_cell(words.dimension(indicator["dimension"])),
        text_cell(t(line.cut)),
        text_cell(line.group),
        *outcome_cells(outcome, words, number),
        text_cell(words.unit(unit)),
        text_cell(method_name(outcome["method"], t) if outcome.get("method") else ""),
        *_target_cells(line.target, number, words),
        text_cell(reason(outcome, words)),
        text_cell(indicator["key"]),
    ]


def _target_cells(target: Data | None, number: str, words: Words) -> list[Cell]:
    if target is None:
        return [EMPTY] * 5
    return [
        number_cell(target["target"], number),
        text_cell(words.t.period(target["period"])),
        _share(target.get("attainment"), "0.0%"),
        _share(target.get("probability"), "0%"),
        text_cell(words.t(VERDICTS[target["verdict"]])),
    ]


def _share(value: Any, number: str) -> Cell:
    return EMPTY if value is None else number_cell(value, number)
