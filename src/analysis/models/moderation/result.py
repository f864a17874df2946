"""What the question "for whom does satisfaction count more" answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Estimate, NotEstimable, Outcome, Point

Response = Literal["loyalty", "repurchase"]


@dataclass(frozen=True, kw_only=True)
class Contrast(ModelPart):
    """How strongly satisfaction goes with the response for two kinds of customers, and the difference.

    Parameters
    ----------
    first, second
        Who is compared: two groups, or the two quartiles of a number.
    first_effect, second_effect
        What 10 points more satisfaction go with: points of the loyalty index, or percentage points of the chance to
        buy again, averaged over the customers as they are in everything else.
    difference
        `first_effect` minus `second_effect`; for buying again the second difference of the probability, which unlike
        the coefficient of a product is in percentage points.
    """

    first: Message
    second: Message
    first_effect: Estimate
    second_effect: Estimate
    difference: Estimate


@dataclass(frozen=True, kw_only=True)
class Stretch(ModelPart):
    """A stretch of a moderator on which satisfaction's slope differs from zero, with the share of the answers in it.

    `low` and `high` are in the moderator's own unit, cut to the answered range; `share` is weighted, 0 to 1.
    """

    low: float
    high: float
    share: float
    sign: Literal["positive", "negative"]


@dataclass(frozen=True, kw_only=True)
class JohnsonNeyman(ModelPart):
    """For which values of a numeric moderator the slope differs from zero.

    Parameters
    ----------
    stretches
        In rising order; empty where there is no such value, which is an answer.
    low, high
        The answered range that was looked at.
    share
        Share of the answers inside the stretches, 0 to 1.
    simultaneous
        True: the 95% hold for all values of the moderator at once (Scheffe's band), not for one at a time.
    """

    stretches: tuple[Stretch, ...]
    low: float
    high: float
    share: float
    simultaneous: bool = True


@dataclass(frozen=True, kw_only=True)
class Interaction(ModelPart):
    """One moderator and one response, tested.

    Parameters
    ----------
    response, key, name
        Which response; the moderator's stable name, and in words.
    n, accounts
        Rows used and the accounts (groups of companies) they are clustered by.
    contrasts
        One for a number (upper against lower quartile) or two groups; one for each group against the most frequent.
    statistic, df, p_value
        F test that satisfaction goes with the response equally strongly for all.
    adjusted_p
        The p-value by Benjamini and Hochberg within the family of all interactions of this audit.
    differs
        Whether `adjusted_p` is below 5%.
    region
        For a number and loyalty, else None.
    """

    response: Response
    key: str
    name: Message
    n: int
    accounts: int
    contrasts: tuple[Contrast, ...]
    statistic: float
    df: int
    p_value: float
    adjusted_p: float
    differs: bool
    region: JohnsonNeyman | None = None


@dataclass(frozen=True, kw_only=True)
class Untested(ModelPart):
    """A moderator that could not be tested, and why."""

    response: Response
    key: str
    name: Message
    reason: Message


@dataclass(frozen=True, kw_only=True)
class SegmentSlope(ModelPart):
    """One segment's slope: by its own answers alone, and partially pooled with those of the other segments.

    Both in points of the loyalty index per 10 points of satisfaction.
    """

    segment: str
    own: Outcome
    pooled: Outcome


@dataclass(frozen=True, kw_only=True)
class SegmentSlopes(ModelPart):
    """Slopes by segment.

    Parameters
    ----------
    segments
        Steepest (pooled, else own) first; those without a number last.
    spread
        Standard deviation of the true slopes between segments, the middle of what the data leave open; a number
        without an interval.
    """

    segments: tuple[SegmentSlope, ...]
    spread: Point | NotEstimable


@dataclass(frozen=True, kw_only=True)
class Moderation(ModelPart):
    """For whom satisfaction goes with loyalty, and with buying again, more strongly.

    Parameters
    ----------
    n, accounts
        Responses behind the models of loyalty, and their accounts.
    weighted
        Whether survey weights were used.
    slope
        Of everyone: points of loyalty per 10 points of satisfaction, as in `LoyaltyModel`.
    interactions
        Tested, loyalty first.
    tests
        How many: the family of the adjustment.
    untested
        Moderators that the data do not carry.
    repurchase
        None where buying again was tested, else why it was not.
    segments
        Slopes by segment, or why there are none.
    """

    n: int
    accounts: int
    weighted: bool
    slope: Estimate
    interactions: tuple[Interaction, ...]
    tests: int
    untested: tuple[Untested, ...]
    repurchase: NotEstimable | None
    segments: SegmentSlopes | NotEstimable
