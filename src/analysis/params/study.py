"""The researcher's study: hypotheses declared before the run, each about one proposition of the literature."""

import datetime as dt
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from analysis.params.base import BrokenRule, LocalizedText, Spec, Words

PropositionKey = Literal[
    "satisfaction_raises_loyalty",
    "intention_is_not_behaviour",
    "relation_is_nonlinear",
    "loyalty_mediates",
    "relation_is_moderated",
    "rank_beats_level",
    "nps_beats_satisfaction",
    "satisfaction_precedes_purchases",
]
Direction = Literal["positive", "negative", "two_sided"]


class HypothesisSpec(Spec):
    """One hypothesis, as it was declared."""

    id: Annotated[
        str, Words("a letter and up to seven letters or digits, such as H1", "ids such as H1, each a letter and digits")
    ] = Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,7}$")
    """Short name, printed with every result (H1, H2a ...)."""
    proposition: PropositionKey
    """What it is about; each stands for one model and one estimate (README, "For researchers")."""
    statement: LocalizedText
    """The hypothesis in the researcher's own words."""
    direction: Direction = "positive"
    """Sign of the estimate that would support it; `two_sided`: either."""
    smallest_effect: float = Field(gt=0)
    """Smallest effect of interest, in the unit of the proposition's estimate (README, "For researchers"): an effect
    whose whole interval lies below it is too small to matter."""
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Level of the test; the interval that is judged holds the truth with probability 1 - alpha."""
    moderator: str | None = None
    """Which moderator the hypothesis is about (relation_is_moderated only); default: the first that can be tested."""
    exploratory: bool = False
    """True for a question that is asked and not tested: kept apart from the confirmatory family."""

    @model_validator(mode="after")
    def _moderator_where_one_is_tested(self) -> Self:
        if self.moderator is not None and self.proposition != "relation_is_moderated":
            raise BrokenRule(
                "must be left out unless the proposition is relation_is_moderated", self.moderator, key="moderator"
            )
        return self


class StudySpec(Spec):
    """The declaration of a study, made before the data were looked at."""

    declared_on: dt.date
    """Day of the declaration. Hypotheses are confirmatory only if it lies before the first answer used; else they are
    treated as exploratory, unless `data_from` leaves earlier answers out."""
    hypotheses: list[HypothesisSpec]
    """The hypotheses; together, those that are not exploratory are one family of tests."""
    data_from: dt.date | None = None
    """Only survey answers from this day on are used, for a test on data that were not there at the declaration."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if not self.hypotheses:
            raise BrokenRule("must name at least one hypothesis", "none", key="hypotheses")
        twice = [name for name, count in Counter(each.id for each in self.hypotheses).items() if count > 1]
        if twice:
            raise BrokenRule(
                "must give every hypothesis an id of its own", f"{twice[0]} more than once", key="hypotheses"
            )
        return self
