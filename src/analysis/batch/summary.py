"""What a run prints in the end: a table of all outcomes, and in full what is wrong with whom."""

from collections.abc import Iterator, Mapping

from analysis.batch.memory import as_size
from analysis.batch.store import Entry
from analysis.batch.words import reasons, state_word, summary
from analysis.document.translate import Translator
from analysis.report.terminal import escape_controls, render_faults, render_table

_HEADERS = ("Client", "As of", "Outcome", "Seconds", "Memory", "Remarks")


def render_outcomes(entries: Mapping[str, Entry], width: int) -> str:
    """Return one sentence and a table of what came of each client, no wider than `width`."""
    translate = Translator("en")
    rows = []
    for client, entry in entries.items():
        outcome = entry.outcome
        seconds = "" if outcome.state == "waiting" else f"{outcome.seconds:.1f}"
        memory = as_size(outcome.peak_bytes) if outcome.peak_bytes else ""
        remarks = "; ".join(translate(reason) for reason in reasons(outcome))
        as_of = outcome.folder.rpartition("/")[2]
        rows.append((client, as_of, translate(state_word(outcome.state)), seconds, memory, remarks))
    sentence = translate(summary(entry.outcome for entry in entries.values()))
    return f"{render_table(_HEADERS, rows, width)}\n\n{sentence}"


def render_problems(entries: Mapping[str, Entry], width: int) -> Iterator[str]:
    """Yield, for each client that has any, all its faults, its failure and its alerts, in full."""
    for client, entry in entries.items():
        outcome = entry.outcome
        if outcome.faults:
            yield f"{client}: {render_faults(outcome.title, outcome.faults, width)}"
        elif outcome.state == "failed" and outcome.detail:
            yield "\n".join(f"{client}: {escape_controls(line)}" for line in outcome.detail.splitlines())
        lines = [f"{client}: alert without an answer: {text}" for text in outcome.unanswered]
        lines += [f"{client}: alert: {text}" for text in outcome.alerts]
        if lines:
            yield "\n".join(map(escape_controls, lines))
