"""Which questions, touchpoints and products moved, in a sentence for the first page."""

from collections.abc import Sequence

from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.monitoring import AnswerChange, Changes
from analysis.params.base import localized

NAMED = 4
LONGEST_NAME = 40


def state_answer_changes(changes: Changes, t: Translator) -> list[str]:
    """Return what moved behind the indicators, the surest first; nothing where no change could be tested."""
    if not changes.answers:
        return []
    tested = len(changes.answers)
    moved = _told_once([each for each in changes.answers if each.change.verdict != "no_change"])
    if not moved:
        return [
            t(
                N_(
                    "None of {tested:int} changes of questions, touchpoints and products stands out from noise.",
                    tested=tested,
                )
            )
        ]
    named: list[Message] = [
        N_(
            "{name:text} ({size:text} points)",
            name=clean_text(localized(each.label, t.language), LONGEST_NAME),
            size=t.signed(each.change.difference.value, "index"),
        )
        for each in moved[:NAMED]
    ]
    if len(moved) > NAMED:
        named.append(N_("{count:int} more", count=len(moved) - NAMED))
    return [
        t(N_("Of {tested:int} questions, touchpoints and products, these moved: {moved:list}.", tested=tested,
             moved=named))
    ]  # fmt: skip


def _told_once(moved: Sequence[AnswerChange]) -> list[AnswerChange]:
    """Return what moved without the questions of a touchpoint that moved itself."""
    touchpoints = {each.key for each in moved if each.part == "touchpoint"}
    return [each for each in moved if each.touchpoint is None or each.touchpoint not in touchpoints]
