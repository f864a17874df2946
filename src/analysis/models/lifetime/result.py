"""What the analysis of customer lifetime value answers with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome, Point

Source = Literal["model", "naive"]
MarginBasis = Literal["orders", "stated", "none"]


@dataclass(frozen=True, kw_only=True)
class Parameter(ModelPart):
    """A parameter of a model, times in periods; no standard error where the data do not tell it."""

    name: str
    value: float
    std_error: float | None


@dataclass(frozen=True, kw_only=True)
class FittedModel(ModelPart):
    """A purchase model fitted to the client's customers.

    Parameters
    ----------
    key, label
        ``bg_nbd`` or ``pareto_nbd``, and its name.
    parameters
        With standard errors from the observed information.
    log_likelihood, aic
        At the maximum; the lower AIC is the better model.
    customers
        Customers fitted.
    identified
        Whether the data tell all parameters.
    chosen
        Whether it is used: the lowest AIC, unless another is close whose parameters the data tell and its own not.
    """

    key: str
    label: Message
    parameters: tuple[Parameter, ...]
    log_likelihood: float
    aic: float
    customers: int
    identified: bool
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class SpendModel(ModelPart):
    """What is expected to be spent on a purchase.

    Parameters
    ----------
    parameters
        Of the Gamma-Gamma model; empty where customers' own means stand.
    log_likelihood
        At the maximum, or None.
    customers
        Customers with a repeat purchase.
    mean_amount
        Mean of the expected amounts over all customers, in the audit's currency, returns taken off.
    reason
        Why there is no model, or None.
    independence
        Correlation of how often with how much (logarithms), over the customers with repeat purchases: the model takes
        it to be none.
    """

    parameters: tuple[Parameter, ...]
    log_likelihood: float | None
    customers: int
    mean_amount: float
    reason: Message | None
    independence: Outcome


@dataclass(frozen=True, kw_only=True)
class Forecast(ModelPart):
    """One way to forecast a period that was held out.

    Parameters
    ----------
    orders, revenue
        Forecast totals.
    orders_bias, revenue_bias
        By which share of what really came the total was off (0.1: 10% too high); None where nothing came.
    orders_error, revenue_error
        Mean absolute error a customer.
    """

    orders: float
    revenue: float
    orders_bias: float | None
    revenue_bias: float | None
    orders_error: float
    revenue_error: float


@dataclass(frozen=True, kw_only=True)
class ForecastComparison(ModelPart):
    """The model and "the same as last year" on a period that neither had seen.

    Parameters
    ----------
    cut, until
        Last day used, and last day forecast (ISO).
    days
        Length of the period held out.
    customers, orders, revenue
        Customers forecast (who had bought by `cut`), and what they really bought.
    model, naive
        The two forecasts.
    orders_difference, revenue_difference
        Error a customer of the model less that of the naive forecast: below 0 the model is nearer.
    used
        The forecast with the smaller error of revenue, which is the one that customers are valued by.
    """

    cut: str
    until: str
    days: int
    customers: int
    orders: float
    revenue: float
    model: Forecast
    naive: Forecast
    orders_difference: Outcome
    revenue_difference: Outcome
    used: Source


@dataclass(frozen=True, kw_only=True)
class SegmentValue(ModelPart):
    """The customers of one segment: how many, last year's revenue, value, share gone, and revenue at risk."""

    segment: str
    customers: int
    revenue: float
    value: Outcome
    gone: Outcome
    at_risk: Point | NotEstimable


@dataclass(frozen=True, kw_only=True)
class CustomerStanding(ModelPart):
    """One of the most valuable customers.

    Parameters
    ----------
    customer_id, name
        Of the client's own records; the id where there is no name.
    revenue
        Of the last twelve months.
    orders
        Purchases expected in the next twelve months.
    alive
        Chance that it is still a customer, 0 to 1.
    value
        Expected over the horizon, discounted.
    share
        Of the value of all customers, 0 to 1.
    """

    customer_id: str
    name: str
    revenue: float
    orders: float
    alive: float
    value: float
    share: float


@dataclass(frozen=True, kw_only=True)
class ChanceBand(ModelPart):
    """Customers whose chance of still being there lies between two values, and their part of everything, 0 to 1."""

    low: float
    high: float
    customers: int
    customers_share: float
    revenue_share: float
    value_share: float


@dataclass(frozen=True, kw_only=True)
class Potential(ModelPart):
    """What customers spend elsewhere, or could.

    Parameters
    ----------
    basis
        ``share_of_wallet`` (asked), ``records`` (column `potential`) or ``peers`` (distance to the upper quartile of
        customers of the same segment and standing).
    amount
        A year, beyond what they bought in the last one.
    customers
        Customers it is about.
    customers_below
        Customers among them with something left.
    """

    basis: Literal["share_of_wallet", "records", "peers"]
    amount: Outcome | Point
    customers: int
    customers_below: int


@dataclass(frozen=True, kw_only=True)
class ContractValue(ModelPart):
    """What the contracts in force are worth, from how long contracts last.

    Parameters
    ----------
    customers, yearly
        Customers with a contract in force, and its value a year.
    relationships, ended
        Relationships under contract watched, and those that ended.
    retention
        Share of them that lasts a year from its beginning (Kaplan-Meier with entry), where that was watched.
    total
        Expected over the horizon, discounted.
    observed_months
        Age to which the curve was watched; beyond it the average rate of ending is taken to go on.
    """

    customers: int
    yearly: float
    relationships: int
    ended: int
    retention: float | None
    total: Outcome
    observed_months: int


@dataclass(frozen=True, kw_only=True)
class LifetimeValue(ModelPart):
    """What the customers are worth from here on.

    Parameters
    ----------
    customers, single_purchase
        Customers who ever bought, and those who did so once.
    source
        ``model``, or ``naive`` (the same as last year) where that forecast the held-out period better.
    horizon_years, discount_rate, period_days
        As in the params (`value`).
    margin, margin_basis
        Share of revenue that counts, over all customers (1.0 where value is revenue), and where it comes from.
    total
        Expected residual value of all customers over the horizon, discounted, in the audit's currency.
    revenue
        Of the last twelve months, of known customers.
    gone, probably_gone
        Expected share of customers who have left, and how many have a chance below one half of still being there.
    at_risk
        Revenue of the last twelve months times the chance that the customer has left, summed. Without an interval: a
        few large customers make most of it, and the interval held the truth in 87% of cases.
    bands
        Customers, revenue and value by the chance of still being there.
    segments, top
        By segment, and the most valuable customers.
    top_share
        Share of the value that the ten most valuable hold.
    models, spend
        What was fitted; the chosen purchase model first.
    regularity
        How evenly customers buy: 1 is at random, as the models take it; larger is more regular (Wheat & Morrison's k).
    forecast
        The held-out comparison, or why there is none (the model is used then).
    contracts
        The value of contracts, or why there is none; never added to `total`, as orders may be made under a contract.
    potentials
        What more there would be, by each basis there is.
    notes
        What a reader must know of the sample and the assumptions.
    """

    customers: int
    single_purchase: int
    source: Source
    horizon_years: float
    discount_rate: float
    period_days: float
    margin: float
    margin_basis: MarginBasis
    total: Outcome
    revenue: float
    gone: Outcome
    probably_gone: int
    at_risk: Point | NotEstimable
    bands: tuple[ChanceBand, ...]
    segments: tuple[SegmentValue, ...]
    top: tuple[CustomerStanding, ...]
    top_share: float | None
    models: tuple[FittedModel, ...]
    spend: SpendModel
    regularity: Outcome
    forecast: ForecastComparison | NotEstimable
    contracts: ContractValue | NotEstimable
    potentials: tuple[Potential, ...]
    notes: tuple[Message, ...]
