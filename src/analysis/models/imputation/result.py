"""What the comparison with filled-in answers answers with."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.params.base import LocalizedText
from analysis.results import Outcome


@dataclass(frozen=True, kw_only=True)
class ItemGaps(ModelPart):
    """One question: how many of the `n` answers are missing, and whether they were filled in."""

    item: str
    label: LocalizedText
    role: str
    n: int
    missing: int
    filled: bool

    @property
    def share(self) -> float:
        """Return the share missing, 0 to 1."""
        return self.missing / self.n


@dataclass(frozen=True, kw_only=True)
class ImputedEffect(ModelPart):
    """One effect from the answers as they are, and with the missing ones filled in.

    Parameters
    ----------
    key
        ``loyalty`` (points of loyalty per 10 points of satisfaction), ``repurchase`` (percentage points per 10 points)
        or ``driver:<item>`` (points of satisfaction per 10 points of the driver, the other drivers held).
    label
        The driver's name, or None for the first two.
    complete
        From the answers as they are: the audit's own rule for the indices, whole answers only for the drivers.
    imputed
        With the missing answers filled in.
    difference
        `imputed` less `complete`, or None where one has no value.
    missing_information
        Share (0-1) of what could be known that the missing answers take away, or None.
    simulation_error
        Standard error of `imputed` that comes from the number of imputations being finite, or None.
    """

    key: str
    label: LocalizedText | None
    complete: Outcome
    imputed: Outcome
    difference: float | None
    missing_information: float | None
    simulation_error: float | None


@dataclass(frozen=True, kw_only=True)
class ImputationComparison(ModelPart):
    """Every effect from complete answers beside that from answers filled in by multiple imputation.

    Parameters
    ----------
    n, complete
        Responses with at least one of the answers, and those of them without any gap.
    imputations, rounds
        Data sets made, and rounds of the chained equations in each.
    items
        The questions with what is missing of each.
    effects
        The effects, complete beside imputed.
    weighted
        Whether survey weights were in the equations and the fits.
    notes
        What a reader must know.
    """

    n: int
    complete: int
    imputations: int
    rounds: int
    items: tuple[ItemGaps, ...]
    effects: tuple[ImputedEffect, ...]
    weighted: bool
    notes: tuple[Message, ...] = ()

    def effect(self, key: str) -> ImputedEffect:
        """Return one effect; raise KeyError where it is not there."""
        for effect in self.effects:
            if effect.key == key:
                return effect
        raise KeyError(key)
