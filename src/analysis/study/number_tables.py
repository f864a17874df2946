"""Results of models as tables of numbers: coefficients, effects, checks, comparisons."""

from collections.abc import Sequence

from analysis.messages import N_, Message
from analysis.models.parts import Coefficient, Diagnostic
from analysis.results import Estimate, NotEstimable, Outcome, Point
from analysis.study.evidence import Cell, NumberColumn, NumberTable


def coefficient_table(
    key: str, title: Message, rows: Sequence[Coefficient], notes: Sequence[Message] = ()
) -> NumberTable:
    """Return a regression table: estimate, standard error, 95% limits and p of each term."""
    return NumberTable(
        key=key,
        title=title,
        columns=(
            NumberColumn(key="term", title=N_("Term")),
            NumberColumn(key="estimate", title=N_("Estimate"), form="number3"),
            NumberColumn(key="std_error", title=N_("Standard error"), form="number3"),
            NumberColumn(key="conf_low", title=N_("95% from"), form="number3"),
            NumberColumn(key="conf_high", title=N_("95% to"), form="number3"),
            NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
        ),
        rows=tuple((r.label, r.estimate, r.std_error, r.conf_low, r.conf_high, r.p_value) for r in rows),
        notes=tuple(notes),
    )


def estimate_table(
    key: str,
    title: Message,
    rows: Sequence[tuple[Message | str, Outcome | Point]],
    *,
    what: Message,
    notes: Sequence[Message] = (),
    in_document: bool = True,
) -> NumberTable:
    """Return outcomes one below the other; what is not estimable leaves its reason among the notes.

    Parameters
    ----------
    rows
        What each number is, and the number.
    what
        Heading of the first column.
    in_document
        False for a table that is only a file.
    """
    reasons = [
        N_("{what:message}: {reason:message}", what=label, reason=outcome.reason)
        for label, outcome in rows
        if isinstance(outcome, NotEstimable)
    ]
    return NumberTable(
        key=key,
        title=title,
        columns=(
            NumberColumn(key="quantity", title=what),
            NumberColumn(key="estimate", title=N_("Estimate"), form="number3"),
            NumberColumn(key="conf_low", title=N_("95% from"), form="number3"),
            NumberColumn(key="conf_high", title=N_("95% to"), form="number3"),
            NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
            NumberColumn(key="n", title=N_("n"), form="int"),
        ),
        rows=tuple((label, *_numbers(outcome)) for label, outcome in rows),
        notes=(*notes, *reasons),
        in_document=in_document,
    )


def _numbers(outcome: Outcome | Point) -> tuple[Cell, ...]:
    if isinstance(outcome, Point):
        return outcome.value, None, None, None, outcome.n
    if isinstance(outcome, Estimate):
        return outcome.value, outcome.low, outcome.high, outcome.p_value, outcome.n
    return None, None, None, None, None if outcome.suppressed else outcome.n


def diagnostic_table(key: str, title: Message, rows: Sequence[Diagnostic]) -> NumberTable:
    """Return a model's checks: what each found, its statistic and p."""
    return NumberTable(
        key=key,
        title=title,
        columns=(
            NumberColumn(key="check", title=N_("Check")),
            NumberColumn(key="finding", title=N_("Finding")),
            NumberColumn(key="statistic", title=N_("Statistic"), form="number2"),
            NumberColumn(key="df", title=N_("df"), form="number"),
            NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
        ),
        rows=tuple((r.name, r.finding, r.statistic, r.df, r.p_value) for r in rows),
    )
