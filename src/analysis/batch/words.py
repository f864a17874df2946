"""How outcomes are said, on the page of all reports and on the terminal alike."""

from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.batch.shapes import Outcome, State
from analysis.messages import N_, NP_, Message


def state_word(state: State) -> Message:
    """Return the name of a state, as a column of outcomes shows it."""
    return _state_words()[state]


def _state_words() -> Mapping[State, Message]:
    return {
        "built": N_("Built"),
        "unchanged": N_("Unchanged"),
        "refused": N_("Input refused"),
        "failed": N_("Failed"),
        "stopped": N_("Interrupted"),
        "waiting": N_("Not begun"),
    }


def summary(outcomes: Iterable[Outcome]) -> Message:
    """Return one sentence on what came of all clients."""
    outcomes = list(outcomes)
    counts = Counter(outcome.state for outcome in outcomes)
    parts = [_count(state, counts[state]) for state in _state_words() if counts[state]]
    alerted = sum(bool(outcome.alerts) for outcome in outcomes)
    if alerted:
        parts.append(N_("{count:int} with an alert", count=alerted))
    return NP_("{count:int} client: {parts:list}.", "{count:int} clients: {parts:list}.", len(outcomes), parts=parts)


def _count(state: State, count: int) -> Message:
    words: Mapping[State, Message] = {
        "built": N_("{count:int} built", count=count),
        "unchanged": N_("{count:int} unchanged", count=count),
        "refused": N_("{count:int} with input that cannot be used", count=count),
        "failed": N_("{count:int} failed", count=count),
        "stopped": N_("{count:int} interrupted", count=count),
        "waiting": N_("{count:int} not begun", count=count),
    }
    return words[state]


def reasons(outcome: Outcome) -> list[Message | str]:
    """Return in a few words each why an outcome deserves a look: alerts, the cause, how many faults."""
    found: list[Message | str] = []
    if outcome.faults:
        found.append(NP_("{count:int} fault", "{count:int} faults", len(outcome.faults)))
    if outcome.cause is not None:
        found.append(outcome.cause)
    elif outcome.state == "failed":
        found.append(outcome.detail.partition("\n")[0])
    if outcome.alerts:
        found.append(NP_("{count:int} alert", "{count:int} alerts", len(outcome.alerts)))
    if outcome.unanswered:
        count = len(outcome.unanswered)
        found.append(NP_("{count:int} alert without an answer", "{count:int} alerts without an answer", count))
    return found
