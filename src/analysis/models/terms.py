"""The columns of a regression: each with a stable name and a label, none of them redundant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.messages import N_, Message

# A column whose part not explained by the columns before it is below this share of its length is redundant.
COLLINEAR = 1e-7
# A control must be known for this share of the rows; the rows without it are then left out and counted.
FEWEST_KNOWN = 0.9
MOST_LEVELS = 10


@dataclass(frozen=True, kw_only=True)
class Term:
    """A column: its stable name and what it is called."""

    key: str
    label: Message


INTERCEPT = Term(key="intercept", label=N_("Intercept"))
SATISFACTION = Term(key="satisfaction_10", label=N_("Satisfaction, per 10 points"))
LOYALTY = Term(key="loyalty_10", label=N_("Loyalty, per 10 points"))


@dataclass(frozen=True, kw_only=True)
class Control:
    """What is held constant: its name and its columns (rows x columns; none where it does not vary)."""

    name: Message
    terms: tuple[Term, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Design:
    """A full-rank design: the intercept, the focal columns, then the controls that are not redundant."""

    matrix: NDArray[np.float64]
    terms: tuple[Term, ...]
    controls: tuple[Message, ...]
    notes: tuple[Message, ...] = ()

    def position(self, key: str) -> int:
        """Return the column of term `key`; raise KeyError where it is not in the design."""
        for index, term in enumerate(self.terms):
            if term.key == key:
                return index
        raise KeyError(key)


def numeric_control(name: Message, key: str, label: Message, values: pd.Series) -> Control:
    """Return a control of one numeric column."""
    column = values.to_numpy(dtype=float)[:, None]
    return Control(name=name, terms=(Term(key=key, label=label),), values=column)


def level_label(key: str, level: str, reference: str) -> Message:
    """Return the label of one level of a categorical control against its reference."""
    if key == "segment":
        return N_("Segment {level:text} (against {reference:text})", level=level, reference=reference)
    if key == "wave":
        return N_("Wave {level:text} (against {reference:text})", level=level, reference=reference)
    if key == "respondent_level":
        return N_("Respondent {level:text} (against {reference:text})", level=level, reference=reference)
    return N_("{level:text} (against {reference:text})", level=level, reference=reference)


def categorical_control(name: Message, key: str, values: pd.Series, accounts: NDArray[Any], fewest: int) -> Control:
    """Return indicator columns of a label against its most frequent level.

    Levels of fewer than `fewest` accounts, and those beyond the `MOST_LEVELS` most frequent, count with the
    reference: an effect of their own would rest on next to nothing.
    """
    labels = values.astype(str)
    sizes = pd.Series(accounts).groupby(labels.to_numpy()).nunique()
    ranked = sorted(sizes.index, key=lambda level: (-sizes[level], level))
    reference = ranked[0]
    kept = [level for level in ranked[1:MOST_LEVELS] if sizes[level] >= fewest]
    terms = tuple(Term(key=f"{key}={level}", label=level_label(key, level, reference)) for level in kept)
    columns = [(labels == level).to_numpy(dtype=float) for level in kept]
    matrix = np.column_stack(columns) if columns else np.empty((len(labels), 0))
    return Control(name=name, terms=terms, values=matrix)


def build_design(n: int, focal: Sequence[tuple[Term, NDArray[np.float64]]], controls: Sequence[Control]) -> Design:
    """Return the design of `n` rows: focal columns, then controls; a redundant control is left out with a note.

    Raises
    ------
    ValueError
        If a focal column is itself constant or determined by those before it: the caller must check first.
    """
    columns = [np.ones(n)]
    terms = [INTERCEPT]
    for term, values in focal:
        if is_redundant(values, columns):
            raise ValueError(f"{term.key} does not vary by itself")
        columns.append(np.asarray(values, dtype=float))
        terms.append(term)
    used: list[Message] = []
    notes: list[Message] = []
    for control in controls:
        before = len(columns)
        for term, values in zip(control.terms, control.values.T, strict=True):
            if is_redundant(values, columns):
                notes.append(N_("{term:message} was left out: the data cannot tell it from the rest.", term=term.label))
                continue
            columns.append(values)
            terms.append(term)
        if len(columns) > before:
            used.append(control.name)
    return Design(matrix=np.column_stack(columns), terms=tuple(terms), controls=tuple(used), notes=tuple(notes))


def is_redundant(values: NDArray[np.float64], columns: Sequence[NDArray[np.float64]]) -> bool:
    """Return whether `values` is (numerically) a linear combination of `columns`."""
    length = float(np.linalg.norm(values))
    if length == 0:
        return True
    basis = np.column_stack(columns)
    rest = values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
    return float(np.linalg.norm(rest)) < COLLINEAR * length
