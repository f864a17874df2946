"""What the simulation of better performance answers with."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import Outcome


@dataclass(frozen=True, kw_only=True)
class DriverGain(ModelPart):
    """What one driver's better performance would bring, if the relations are causal.

    Parameters
    ----------
    driver, label
        Key of the item, and its label in the report's language.
    performance
        Mean performance of the customers, 0-100.
    satisfaction
        Points of the satisfaction index, mean over customers.
    chance
        Chance to buy again within the horizon, percentage points.
    share
        Change of what the customers are worth over the horizon, as a proportion of it.
    money
        `share` of the revenue of the last twelve months, in the audit's currency.
    probability_best
        Share of the draws in which this driver's money is the highest, 0 to 1.
    """

    driver: str
    label: str
    performance: float
    satisfaction: Outcome
    chance: Outcome
    share: Outcome
    money: Outcome
    probability_best: float


@dataclass(frozen=True, kw_only=True)
class UpliftSimulation(ModelPart):
    """What better performance would be worth, driver by driver, if the relations are causal.

    Parameters
    ----------
    drivers
        Highest gain first.
    points
        By how many points of 100 each driver is raised (less where the end of the scale is nearer).
    worth
        What a customer that buys again is worth, in words ("revenue within 180 days").
    customers, answers
        Customers whose chances are moved, and answers that tie the drivers to satisfaction.
    base_revenue
        Revenue of the last twelve months that the shares are applied to, in the audit's currency; None where the
        orders cover less than a year.
    draws, horizon_days
        Joint draws, and the horizon of repeat purchase in days.
    notes
        What a reader must know.
    """

    drivers: tuple[DriverGain, ...]
    points: float
    worth: Message
    customers: int
    answers: int
    base_revenue: float | None
    draws: int
    horizon_days: int
    notes: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class LifetimeGain(ModelPart):
    """What one driver's better performance would add to what customers are worth, if the relations are causal.

    Parameters
    ----------
    driver, label
        Key of the item, and its label in the report's language.
    share
        Change of what the customers followed are worth, as a proportion of it.
    money
        `share` of the lifetime value of all customers, in the audit's currency.
    probability_best
        Share of the draws in which this driver adds most, 0 to 1.
    """

    driver: str
    label: str
    share: Outcome
    money: Outcome
    probability_best: float


@dataclass(frozen=True, kw_only=True)
class LifetimeUplift(ModelPart):
    """What better performance would add to lifetime value, driver by driver, if the relations are causal.

    Parameters
    ----------
    drivers
        Highest gain first.
    points
        By how many points of 100 each driver is raised (less where the end of the scale is nearer).
    worth
        What lifetime value counts, in words ("margin within 3 years, discounted").
    total
        Lifetime value of all customers, which the shares are applied to, in the audit's currency.
    valued
        Customers that it is the sum of.
    horizon_years, discount_rate
        Years ahead that it counts, and by how much a year later counts for less, a proportion.
    customers, draws
        Customers whose chances are moved, and joint draws.
    """

    drivers: tuple[LifetimeGain, ...]
    points: float
    worth: Message
    total: float
    valued: int
    horizon_years: float
    discount_rate: float
    customers: int
    draws: int
