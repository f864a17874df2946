"""The relationship score's parameters: weights of the dimensions, where they come from, and the levels."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from analysis.params.base import BrokenRule, LocalizedText, Spec
from analysis.params.pairwise import (
    LARGEST,
    REFUSED,
    comparison_matrix,
    missing_pairs,
    priorities,
    repeated_pairs,
)
from analysis.params.survey import SurveySpec

DIMENSIONS = ("satisfaction", "loyalty", "value", "interaction", "depth_breadth")
Judgement = Annotated[float, Field(ge=0.11, le=9)]
SHOWN = 4  # pairs that a fault names
SUM_TOLERANCE = 0.005  # shares are often written with two decimals: a third three times is 0.99


class CustomDimension(Spec):
    """A dimension of the client's own, made of the questionnaire's items of role `custom` that name it."""

    weight: float = Field(default=1, ge=0)
    """Weight of the dimension; 0 shows it without counting it."""
    name: LocalizedText = ""
    """Its name in the documents; default: the name that the items give it."""


class ScaleWeights(Spec):
    """The relationship score: weights of the dimensions and the levels.

    Weights of 1 and more are relative to each other. Where one lies between 0 and 1, all of them are shares and must
    sum to 1.
    """

    satisfaction: float = Field(default=1, ge=0)
    """Weight of satisfaction."""
    loyalty: float = Field(default=1, ge=0)
    """Weight of loyalty."""
    value: float = Field(default=1, ge=0)
    """Weight of value."""
    interaction: float = Field(default=1, ge=0)
    """Weight of interaction."""
    depth_breadth: float = Field(default=1, ge=0)
    """Weight of depth and breadth."""
    custom: dict[str, CustomDimension] = Field(default_factory=dict)
    """Name of a custom dimension -> its weight and its name in the documents; one that is not listed has weight 1."""
    weighting: Literal["direct", "pairwise", "entropy", "prediction"] = "direct"
    """Which weights make the score: these, those of `pairwise`, or those that the client's data give; the others are
    shown beside it."""
    pairwise: dict[str, dict[str, Judgement]] = Field(default_factory=dict)
    """Pairwise comparison: dimension -> other dimension -> how many times as important the first is (1 to 9; below 1
    where it is less important). Each pair of dimensions once."""
    levels: dict[Literal["A", "B", "C", "D"], float] = {"A": 80.0, "B": 65.0, "C": 50.0, "D": 35.0}  # noqa: RUF012
    """Lowest score of each level; below D is E."""

    @property
    def given(self) -> dict[str, float]:
        """Return the weights as written, of the five dimensions and of the custom ones that are listed."""
        return {name: float(getattr(self, name)) for name in DIMENSIONS} | {
            name: spec.weight for name, spec in self.custom.items()
        }

    @property
    def are_shares(self) -> bool:
        """Return whether the weights are shares: one of them lies between 0 and 1."""
        return any(0 < weight < 1 for weight in self.given.values())

    @model_validator(mode="after")
    def _usable(self) -> Self:
        given = self.given
        if not any(given.values()):
            raise BrokenRule("must give at least one dimension a weight above 0", "only zeros")
        total = sum(given.values())
        if self.are_shares and abs(total - 1) > SUM_TOLERANCE:
            found = f"{total:.4g} ({', '.join(f'{name} {weight:g}' for name, weight in given.items())})"
            raise BrokenRule(
                "must sum to 1 where a weight lies between 0 and 1, since the weights are shares then",
                found,
                hint="or write relative weights of 1 and more, such as 2 and 1",
            )
        repeated = set(DIMENSIONS) & set(self.custom)
        if repeated:
            rule = "must not name one of the five dimensions, whose weights stand beside it"
            raise BrokenRule(rule, ", ".join(sorted(repeated)), key="custom")
        cuts = [cut for _, cut in sorted(self.levels.items())]
        if len(set(cuts)) < 4 or cuts != sorted(cuts, reverse=True):
            found = ", ".join(f"{level} {cut:g}" for level, cut in sorted(self.levels.items())) or "none"
            raise BrokenRule("must give A, B, C and D, each below the one before", found, key="levels")
        return self


def custom_dimensions(survey: SurveySpec | None) -> tuple[str, ...]:
    """Return the custom dimensions that the questionnaire's items name, in their order; none of the five."""
    items = survey.items.values() if survey is not None else ()
    named = (item.dimension for item in items if item.role == "custom" and item.dimension)
    return tuple(dict.fromkeys(name for name in named if name not in DIMENSIONS))


def all_dimensions(survey: SurveySpec | None) -> tuple[str, ...]:
    """Return the five dimensions and the client's own."""
    return (*DIMENSIONS, *custom_dimensions(survey))


def check_scale(scale: ScaleWeights, survey: SurveySpec | None) -> None:
    """Raise `BrokenRule` (about the key `scale`) where the weights do not fit the dimensions that there are."""
    own = custom_dimensions(survey)
    unknown = [name for name in scale.custom if name not in own]
    if unknown:
        hint = f"the questionnaire names: {', '.join(own)}" if own else "no item of role custom names a dimension"
        rule = "must have below `custom` only dimensions that an item of role custom names"
        raise BrokenRule(rule, ", ".join(unknown), key="scale", hint=hint)
    unlisted = [name for name in own if name not in scale.custom]
    if scale.are_shares and unlisted:
        rule = "must give every custom dimension its share, 0 included, where weights are shares"
        raise BrokenRule(rule, f"none for {', '.join(unlisted)}", key="scale")
    if scale.pairwise:
        _check_pairwise(scale.pairwise, (*DIMENSIONS, *own))
    elif scale.weighting == "pairwise":
        raise BrokenRule("must give the comparisons `pairwise`, since the weighting is pairwise", "none", key="scale")


def _check_pairwise(judgements: Mapping[str, Mapping[str, float]], names: tuple[str, ...]) -> None:
    used = dict.fromkeys(name for first, others in judgements.items() for name in (first, *others))
    unknown = [name for name in used if name not in names]
    if unknown:
        rule = "must compare below `pairwise` dimensions of the score"
        raise BrokenRule(rule, ", ".join(unknown), key="scale", hint=f"these are: {', '.join(names)}")
    if len(names) > LARGEST:
        rule = f"must compare below `pairwise` at most {LARGEST} dimensions"
        raise BrokenRule(rule, str(len(names)), key="scale")
    rule = "must compare below `pairwise` each pair of dimensions once"
    twice, missing = repeated_pairs(judgements), missing_pairs(judgements, names)
    if twice:
        raise BrokenRule(rule, f"more than once: {_pairs(twice)}", key="scale")
    if missing:
        raise BrokenRule(rule, f"missing: {_pairs(missing)}", key="scale")
    ratio = priorities(comparison_matrix(judgements, names)).consistency_ratio
    if ratio > REFUSED:
        raise BrokenRule(
            f"must not contradict itself below `pairwise`: the consistency ratio (Saaty) must be at most {REFUSED:.2f}",
            f"{ratio:.2f}",
            key="scale",
            hint="look for a judgement that the others do not support",
        )


def _pairs(pairs: list[tuple[str, str]]) -> str:
    shown = "; ".join(f"{first} with {second}" for first, second in pairs[:SHOWN])
    return shown if len(pairs) <= SHOWN else f"{shown} and {len(pairs) - SHOWN} more"
