"""What the analysis of breadth answers with: how much of the range customers buy, and what comes next."""

from dataclasses import dataclass
from typing import Literal

from analysis.models.parts import ModelPart
from analysis.results import Estimate, NotEstimable, Outcome

Kind = Literal["category", "business_unit", "region"]


@dataclass(frozen=True, kw_only=True)
class BreadthBand(ModelPart):
    """Customers who bought `kinds` kinds (or more, in the last band), and what they spent in the window."""

    kinds: int
    or_more: bool
    customers: int
    revenue: float


@dataclass(frozen=True, kw_only=True)
class Spread(ModelPart):
    """How many categories (business units, regions) a customer bought from in the window.

    Parameters
    ----------
    kind, offered
        What is counted, and how many were sold in the window.
    customers
        Customers whose purchases name one.
    mean
        Mean number a customer; for categories and business units the indicator of that name.
    several
        Share of the customers who bought from more than one, 0 to 1.
    bands
        Customers by number.
    """

    kind: Kind
    offered: int
    customers: int
    mean: Outcome
    several: Outcome
    bands: tuple[BreadthBand, ...]


@dataclass(frozen=True, kw_only=True)
class CategoryReach(ModelPart):
    """One category: customers who bought it, their share (0 to 1), and for how many it is the next best opening."""

    category: str
    customers: int
    share: Outcome
    revenue: float
    openings: int


@dataclass(frozen=True, kw_only=True)
class Opening(ModelPart):
    """A category that some customers do not buy and that one kind of customers like them buys.

    Parameters
    ----------
    held, missing
        The category that makes these customers alike (empty where it is `orders`), and the one they do not buy.
    orders
        Where they are alike in how often they order: days with an order in the window, from and to.
    customers
        Customers for whom this is the strongest opening.
    revenue
        Their revenue of the window, in the audit's currency.
    chance
        Share of the customers alike who buy `missing`, 0 to 1.
    lift
        With `held`: how many times as often the two are bought by the same customer as in customers who order as often
        but choose independently. With `orders`: the chance over that of all customers. 1 is no relation.
    typical_spend
        Median of what those alike who buy `missing` spend on it in the window.
    worth
        What the customers lacking it would spend a year if as many of them bought `missing` as of those alike, each as
        much as their median buyer: an opening, not a forecast.
    """

    held: str
    orders: tuple[int, int] | None
    missing: str
    customers: int
    revenue: float
    chance: Estimate
    lift: Estimate
    typical_spend: Outcome
    worth: Outcome


@dataclass(frozen=True, kw_only=True)
class CategoryOpening(ModelPart):
    """A category that is the strongest opening of some customers, whatever makes them alike.

    Parameters
    ----------
    missing, customers, revenue
        The category, the customers, and what they buy in the window.
    chance
        Mean share of the customers alike who buy it, each kind weighing by the customers lacking it, 0 to 1.
    worth
        Sum of what it is worth by kind: an opening, not a forecast.
    parts
        By what makes customers alike, the kind with the most customers first.
    """

    missing: str
    customers: int
    revenue: float
    chance: Estimate
    worth: Outcome
    parts: tuple[Opening, ...]


@dataclass(frozen=True, kw_only=True)
class CategoryCount(ModelPart):
    """How many customers have their strongest opening in a category."""

    category: str
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomerOpening(ModelPart):
    """The strongest opening of one customer (`revenue`: what it bought in the window)."""

    customer_id: str
    name: str
    manager: str
    held: str
    missing: str
    revenue: float


@dataclass(frozen=True, kw_only=True)
class NextBest(ModelPart):
    """The openings found.

    Parameters
    ----------
    pairs, related
        Pairs of categories tested, and how many go together beyond chance (one family, false discoveries at 5%).
    customers
        Customers with an opening.
    counts
        Customers by the category of their strongest opening, every category that is one.
    openings
        The categories with the most customers, these first.
    largest
        The customers with an opening who buy most.
    """

    pairs: int
    related: int
    customers: int
    counts: tuple[CategoryCount, ...]
    openings: tuple[CategoryOpening, ...]
    largest: tuple[CustomerOpening, ...]


@dataclass(frozen=True, kw_only=True)
class Breadth(ModelPart):
    """How broadly customers buy.

    Parameters
    ----------
    window
        Twelve months, as an ISO interval.
    customers
        Customers who bought in it.
    spreads
        Categories, business units, regions: those that the orders name.
    categories
        Each category's reach, the most bought first.
    next_best
        What customers do not buy yet and those like them do.
    """

    window: str
    customers: int
    spreads: tuple[Spread, ...]
    categories: tuple[CategoryReach, ...]
    next_best: NextBest | NotEstimable
