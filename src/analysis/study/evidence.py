"""What one analysis of one client says about one proposition, and the tables behind it, numbers still unrounded."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Estimate, Outcome

Cell = Message | str | float | int | None
Format = Literal["text", "int", "number", "number2", "number3", "pvalue"]


@dataclass(frozen=True, kw_only=True)
class NumberColumn(ModelPart):
    """A column: `key` is its name in a CSV file, `title` its heading, `form` how its numbers are written."""

    key: str
    title: Message
    form: Format = "text"


@dataclass(frozen=True, kw_only=True)
class NumberTable(ModelPart):
    """A table whose cells are numbers, texts of the client, messages or None; rounded only where it is printed.

    Parameters
    ----------
    key
        Stable name ([a-z0-9-]), unique within a client's study: the stem of its files.
    title
        What it shows.
    columns, rows
        As many cells in each row as there are columns.
    notes
        Below the table.
    printed
        Keys of the columns that the document shows where all are too many for a page; empty for all. The files hold
        every column.
    in_document
        False for a table that is as long as a document, and only a file.
    """

    key: str
    title: Message
    columns: tuple[NumberColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Message, ...] = ()
    printed: tuple[str, ...] = ()
    in_document: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row of {self.key} needs {len(self.columns)} cells")


@dataclass(frozen=True, kw_only=True)
class Beside(ModelPart):
    """A further number on a card: what it is, and the number or why there is none."""

    label: Message
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Evidence(ModelPart):
    """What the data of one client say about one proposition.

    Parameters
    ----------
    estimate
        The number that the hypothesis is judged by, or why there is none.
    model
        The model it comes from, in one or two sentences: outcome, predictors, controls, estimator, clustering.
    tables
        Everything behind it.
    beside
        Numbers that a reader of the card should see next to the estimate.
    notes
        What a reader must know.
    design_effect
        Variance of the estimate over its variance if every row were an account of its own; None where not known.
    draws
        Bootstrap draws behind the interval, or None.
    comparable
        What the estimate compares, where clients may differ in it (a moderator): only equal ones are pooled.
    correlation
        The same relation as a correlation, which has no scale, or None.
    """

    estimate: Outcome
    model: Message
    tables: tuple[NumberTable, ...] = ()
    beside: tuple[Beside, ...] = ()
    notes: tuple[Message, ...] = ()
    design_effect: float | None = None
    draws: int | None = None
    comparable: str = ""
    correlation: Outcome | None = None

    @property
    def is_estimable(self) -> bool:
        """Return whether there is a number."""
        return isinstance(self.estimate, Estimate)
