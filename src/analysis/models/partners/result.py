"""What the analysis of channel partners answers with."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome, Point, TargetAttainment, Unit


@dataclass(frozen=True, kw_only=True)
class MeasureSpec(ModelPart):
    """What partners are compared on: stable key, name, unit and direction, and whether it counts in the standing.

    `partners` is how many could be compared, `p_value` that of the test that all are alike (adjusted over the family),
    None where there is no league.
    """

    key: str
    name: Message
    unit: Unit
    higher_is_better: bool
    counts: bool
    partners: int
    p_value: float | None


@dataclass(frozen=True, kw_only=True)
class CardMeasure(ModelPart):
    """One measure of one partner.

    Parameters
    ----------
    key
        Of the measure.
    own
        The partner's own figure.
    fair
        The same, drawn towards the mean of all partners by as much as its noise deserves; None where it is not in the
        league.
    rest
        The figure of all customers that it does not serve.
    difference
        Fair figure (where there is none, own figure) less rest; a difference of shares in percentage points.
    rank_low, rank_high, p_top_quartile
        95% interval of its rank (1 is best) and the chance that it belongs to the best quarter, from the same draws;
        None where it is not in the league.
    target
        The partner's own target for the measure, where one is set and can be answered.
    """

    key: str
    own: Outcome
    fair: Outcome | None
    rest: Outcome
    difference: Point | NotEstimable
    rank_low: int | None
    rank_high: int | None
    p_top_quartile: float | None
    target: TargetAttainment | None


@dataclass(frozen=True, kw_only=True)
class Standing(ModelPart):
    """A partner's place over all measures that count.

    `score` is the mean over them of how many standard deviations (of the partners) it lies above their mean; ranks and
    the chance of the best quarter come from the same draws. `revenue` is that of its customers in the last twelve
    months (None without orders).
    """

    partner_id: str
    name: str
    score: Outcome
    revenue: float | None
    rank_low: int
    rank_high: int
    p_top_quartile: float


@dataclass(frozen=True, kw_only=True)
class PartnerCard(ModelPart):
    """One partner: who it is, what it serves, and how it stands on each measure.

    Parameters
    ----------
    partner_id, name, tier, region
        As in the client's list; empty where unknown.
    customers, active
        Customers it serves, and those of them who are active.
    revenue, revenue_before, revenue_share
        Revenue of the active customers in the last twelve months and in those before (None where the orders do not
        reach back), and its share of all revenue with active customers, 0 to 1; None without orders.
    measures
        In the order of `Partners.measures`.
    is_ranked
        Whether it takes part in the overall standing.
    """

    partner_id: str
    name: str
    tier: str
    region: str
    customers: int
    active: int
    revenue: float | None
    revenue_before: float | None
    revenue_share: float | None
    measures: tuple[CardMeasure, ...]
    is_ranked: bool


@dataclass(frozen=True, kw_only=True)
class Partners(ModelPart):
    """Partners compared.

    Parameters
    ----------
    partners
        Partners that serve at least one customer.
    measures
        What they are compared on.
    standings
        The overall league, best mean first, or why there is none.
    unranked
        Partners answered on their card and not in the overall league.
    error_correlation
        Mean correlation of the errors of the measures that count, 0 to 1, by which the scatter is widened.
    draws
        Joint draws behind ranks and chances.
    cards
        The partners by revenue (or customers), at most `MOST_CARDS`.
    """

    partners: int
    measures: tuple[MeasureSpec, ...]
    standings: tuple[Standing, ...] | NotEstimable
    unranked: int
    error_correlation: float
    draws: int
    cards: tuple[PartnerCard, ...]
