"""A regression with one interaction: satisfaction, a moderator, their products, and what else is held constant."""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.moderation.moderators import Moderator
from analysis.models.shape.spline import weighted_quantiles
from analysis.models.terms import SATISFACTION, Control, Term, build_design, is_redundant
from analysis.params.model import ClientParams

QUARTILES = (0.25, 0.75)
# Below this share of the rows it is known for too few to speak of the customers.
FEWEST_KNOWN = 0.5
GROUP_WORDS: dict[tuple[str, str], Message] = {
    ("key_account", "yes"): N_("key accounts"),
    ("key_account", "no"): N_("other accounts"),
}


@dataclass(frozen=True, kw_only=True)
class Interacted:
    """The design of one moderator.

    Parameters
    ----------
    matrix
        Intercept, satisfaction in tens, the moderator's columns, their products with satisfaction, then the controls.
    rows
        Positions of its rows among the sample's.
    columns
        How many columns the moderator has (q).
    kinds
        Values of the moderator's columns for the kinds compared: (first, second) of each contrast, shape (c, 2, q).
    words
        What the kinds are called, pairs in the same order.
    """

    matrix: Floats
    rows: Codes
    columns: int
    kinds: Floats
    words: tuple[tuple[Message, Message], ...]

    def slope_map(self, kind: Floats) -> Floats:
        """Return the map from the coefficients to satisfaction's own coefficient among a kind."""
        direction = np.zeros(self.matrix.shape[1])
        direction[1] = 1.0
        direction[2 + self.columns : 2 + 2 * self.columns] = kind
        return direction

    def moved(self, kind: Floats) -> Floats:
        """Return the design were everybody of one kind, satisfaction and all else as they are."""
        design = self.matrix.copy()
        design[:, 2 : 2 + self.columns] = kind
        design[:, 2 + self.columns : 2 + 2 * self.columns] = design[:, [1]] * kind
        return design


def interact(
    moderator: Moderator,
    satisfaction: Floats,
    weights: Floats,
    clusters: Codes,
    controls: tuple[Control, ...],
    params: ClientParams,
) -> Interacted | Message:
    """Return the design with a moderator's interaction, or why the data do not carry it."""
    rows = np.flatnonzero(moderator.known)
    groups = moderator.groups
    if groups is not None and len(groups) < 2:
        return N_("All but a few belong to the same group.")
    if len(rows) < FEWEST_KNOWN * len(satisfaction):
        return N_("It is unknown for too many.")
    accounts = len(np.unique(clusters[rows]))
    if len(rows) < params.limits.min_n or accounts < params.limits.min_clusters:
        return N_("It is known for too few.")
    values = moderator.values[rows]
    if groups is None and differing_accounts(values[:, 0], clusters[rows]) < FEWEST_DIFFERING:
        return N_("It hardly varies.")
    x = satisfaction[rows] / 10
    focal = [(SATISFACTION, x)]
    focal += [(term, values[:, j]) for j, term in enumerate(moderator.terms)]
    focal += [
        (Term(key=f"{SATISFACTION.key}:{term.key}", label=term.label), x * values[:, j])
        for j, term in enumerate(moderator.terms)
    ]
    columns = [np.ones(len(rows))]
    for _, column in focal:
        if is_redundant(column, columns):
            return N_("The data cannot tell it from the rest.")
        columns.append(column)
    held = [Control(name=control.name, terms=control.terms, values=control.values[rows]) for control in controls]
    matrix = build_design(len(rows), focal, held).matrix
    if accounts < 2 * matrix.shape[1]:
        return N_("It is known for too few.")
    kinds, words = _kinds(moderator, values, weights[rows])
    return Interacted(matrix=matrix, rows=rows, columns=values.shape[1], kinds=kinds, words=words)


def _kinds(moderator: Moderator, values: Floats, weights: Floats) -> tuple[Floats, tuple[tuple[Message, Message], ...]]:
    """Return the kinds that are compared: the quartiles of a number, or each group with the most frequent one."""
    if moderator.groups is None:
        low, high = weighted_quantiles(values[:, 0], weights, QUARTILES)
        if high <= low:  # more than half have the same
            low, high = values[:, 0].min(), values[:, 0].max()
        words = tuple(_number_words(moderator, float(value)) for value in (high, low))
        return np.array([[[high], [low]]]), ((words[0], words[1]),)
    count = len(moderator.groups) - 1
    kinds = np.stack([np.stack([row, np.zeros(count)]) for row in np.eye(count)])
    names = [GROUP_WORDS.get((moderator.key, group), N_("{group:text}", group=group)) for group in moderator.groups]
    return kinds, tuple((name, names[0]) for name in names[1:])


def _number_words(moderator: Moderator, value: float) -> Message:
    if moderator.logarithmic:  # a number of days
        return N_("at {value:int}", value=moderator.own_unit(value))
    return N_("at {value:number1}", value=moderator.own_unit(value))
