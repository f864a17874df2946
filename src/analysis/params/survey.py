"""The client's questionnaire: which column holds which item, on which scale, for what purpose."""

from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.params.base import BrokenRule, LocalizedText, NotNegative, Spec

Role = Literal[
    "satisfaction",
    "attitudinal_loyalty",
    "recommendation",
    "repurchase_intention",
    "effort",
    "commitment",
    "trust",
    "driver",
    "moderator",
    "marker",
    "competitor_rating",
    "share_of_wallet",
    "control",
    "custom",
]


class ScaleSpec(Spec):
    """An answer scale."""

    min: float
    """Lowest code."""
    max: float
    """Highest code."""
    direction: Literal["higher_is_better", "lower_is_better"] = "higher_is_better"
    """Which end is good; the canonical data are turned so that higher is better."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min >= self.max:
            raise BrokenRule("must have its min below its max", f"min {self.min:g}, max {self.max:g}")
        return self


class BridgeSpec(Spec):
    """Turns answers on a wave's own scale into the item's scale: slope * answer + intercept."""

    slope: float
    """Units of the item's scale per unit of the wave's scale."""
    intercept: float
    """Value on the item's scale of a 0 on the wave's scale."""
    source: str
    """Where the bridge comes from: a study in which both scales were asked."""


class WaveItemSpec(Spec):
    """How an item differed in one wave."""

    column: str | None = None
    """The wave's own column."""
    scale: ScaleSpec | None = None
    """The wave's own scale; without a bridge it breaks the trend."""
    missing: list[float | str] | None = None
    """The wave's own missing codes."""
    bridge: BridgeSpec | None = None
    """How the wave's scale maps onto the item's."""


class ItemSpec(Spec):
    """One question."""

    column: str | None = None
    """Column of the survey source; default: the item's own key."""
    role: Role
    """What the item measures."""
    wording: LocalizedText = ""
    """The question as it was asked."""
    label: LocalizedText = ""
    """A short label for charts and tables; default: the wording."""
    scale: ScaleSpec
    """Its answer scale; a recommendation item must be 0 to 10."""
    missing: list[float | str] = Field(default_factory=list)
    """Codes for no answer, such as 98, 99, -99, or texts such as "不适用"."""
    labels: dict[str, float] = Field(default_factory=dict)
    """Answer text -> code, for text answers ({"非常满意": 5}); the usual Likert wordings are known."""
    touchpoint: str | None = None
    """Touchpoint or stage that the item is about, for touchpoint scores."""
    dimension: str | None = None
    """Name of the dimension that an item of role custom measures: one of the client's own, such as sustainability,
    which then is a dimension of the relationship score (see `scale: custom:`); or one of the five, whose chapter shows
    the item."""
    waves: dict[str, WaveItemSpec] = Field(default_factory=dict)
    """Per wave, where it differed."""

    @model_validator(mode="after")
    def _custom_has_dimension(self) -> Self:
        if self.role == "custom" and not (self.dimension or "").strip():
            raise BrokenRule("must name the dimension that an item of role custom measures", "nothing", key="dimension")
        if self.role != "custom" and self.dimension is not None:
            rule = "must be left out where the role is not custom, since the role says what the item measures"
            raise BrokenRule(rule, self.dimension, key="dimension")
        return self

    @model_validator(mode="after")
    def _recommendation_is_0_10(self) -> Self:
        if self.role == "recommendation" and (self.scale.min, self.scale.max) != (0, 10):
            raise BrokenRule(
                "must be 0 to 10 for a recommendation item",
                f"{self.scale.min:g} to {self.scale.max:g}",
                key="scale",
                hint="recode the answers with `labels`, or give the item the role attitudinal_loyalty",
            )
        return self


class SurveySpec(Spec):
    """The survey as a whole."""

    items: dict[str, ItemSpec]
    """Item key -> item; the key is the column of the canonical table."""
    confidentiality: Literal["anonymous", "aggregate", "attributed"] = "aggregate"
    """What respondents were promised; *attributed* means with their consent."""
    unit_of_analysis: Literal["respondent", "account", "account_revenue"] = "respondent"
    """What one observation is: a respondent, an account, or an account weighted by its revenue."""
    respondent_weights: dict[str, NotNegative] = Field(default_factory=dict)
    """Weight of a respondent's level when several answers of an account are averaged (unit account); default 1."""
    wave_by: Literal["column", "month", "quarter", "half_year", "year", "none"] = "column"
    """What makes a wave: the column `wave`, or the date of the answer."""
    weight_kind: Literal["survey", "none"] = "survey"
    """Whether the column `weight`, if present, is a survey (inverse probability) weight."""
