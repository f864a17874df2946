"""What cannot be concluded, and why: the other half of what a chapter says."""

from collections.abc import Iterable

from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.results import IndicatorResult, NotEstimable


def state_gaps(
    results: Iterable[IndicatorResult],
    t: Translator,
    small_cell: int,
    others: Iterable[tuple[Message, NotEstimable]] = (),
) -> list[str]:
    """Return what cannot be concluded: unknown levels, untested changes, withheld groups.

    Each reason is said once, with everything that it concerns.

    Parameters
    ----------
    results
        The indicators of a chapter.
    t
        The report's language.
    small_cell
        Fewest respondents that anything is shown about.
    others
        Names and reasons of further results that are not estimable.
    """
    results = list(results)
    silent: dict[str, list[Message]] = {}
    untested: list[tuple[Message, NotEstimable]] = []
    for result in results:
        if isinstance(result.overall, NotEstimable):
            silent.setdefault(t(result.overall.reason), []).append(result.name)
        elif isinstance(result.change, NotEstimable):
            untested.append((N_("{name:message} over time", name=result.name), result.change))
    for name, outcome in [*others, *untested]:
        silent.setdefault(t(outcome.reason), []).append(name)
    gaps = [t(N_("{names:list}: {reason:text}", names=names, reason=reason)) for reason, names in silent.items()]
    return [*gaps, *_withheld(results, t, small_cell)]


def _withheld(results: Iterable[IndicatorResult], t: Translator, small_cell: int) -> list[str]:
    """Return how many cells are withheld, or nothing."""
    withheld = sum(
        isinstance(outcome, NotEstimable) and outcome.suppressed
        for result in results
        for outcomes in (result.by_segment, result.by_partner, result.by_period)
        for outcome in outcomes.values()
    )
    if not withheld:
        return []
    sentence = NP_(
        "One cell is withheld to protect respondents (fewer than {floor:int} answers, or a smaller cell could be worked"
        " out from it).",
        "{count:int} cells are withheld to protect respondents (fewer than {floor:int} answers, or a smaller cell could"
        " be worked out from them).",
        withheld,
        floor=small_cell,
    )
    return [t(sentence)]
