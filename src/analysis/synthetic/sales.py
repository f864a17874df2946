"""What accounts order: lines with products, prices, currencies and returns, and the rates that money needs."""

import datetime as dt

import numpy as np
import pandas as pd

from analysis.synthetic.accounts import Accounts
from analysis.synthetic.labels import customer_ids, manager_codes, partner_codes, to_dates
from analysis.synthetic.purchases import Purchases
from analysis.synthetic.truth import AS_OF, START, WEEKS, ClientSpec, stream
from analysis.synthetic.words import Vocabulary

CATEGORY_PRICES = (180.0, 950.0, 620.0, 140.0, 45.0, 380.0)  # typical price of one piece, in euros
YUAN_PER_EURO = 7.8
DOLLAR_RATE = {"EUR": 0.92, "CNY": 7.15}  # audit currency per dollar, on average
VAT = {"EUR": 0.19, "CNY": 0.13}
FOREIGN_REGION = 4
TAX_INCLUDED_SHARE = 0.10
RETURN_SHARE = 0.025
PRICE_GROWTH = 0.03  # a year
MONTHS = 25


def draw_rates(spec: ClientSpec, words: Vocabulary) -> pd.DataFrame:
    """Draw one rate a month: audit currency per unit of the foreign currency."""
    rng = stream(spec.seed, "rates")
    dates = pd.date_range(START, periods=MONTHS, freq="MS", unit="us")
    walk = np.exp(np.cumsum(0.008 * rng.standard_normal(MONTHS)))
    return pd.DataFrame(
        {
            "currency": words.foreign_currency,
            "date": dates,
            "rate": np.round(DOLLAR_RATE[words.currency] * walk, 4),
            "source": "synthetic rates",
        }
    )


def rate_on(rates: pd.DataFrame, day: np.ndarray) -> np.ndarray:
    """Return the rate in force on each day (counted from START): the latest one set."""
    set_on = (rates["date"] - pd.Timestamp(START)).dt.days.to_numpy()
    return rates["rate"].to_numpy()[np.searchsorted(set_on, day, side="right") - 1]


def draw_transactions(
    spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases, rates: pd.DataFrame
) -> pd.DataFrame:
    """Draw the order lines, returns included, up to the end of the purchase process (two weeks after `AS_OF`)."""
    rng = stream(spec.seed, "sales")
    orders = len(purchases.account)
    per_order = np.minimum(1 + rng.poisson(1.2 + 0.6 * accounts.is_key[purchases.account]), 6)
    order = np.repeat(np.arange(orders), per_order)
    line = np.arange(len(order)) - np.repeat(np.cumsum(per_order) - per_order, per_order) + 1
    account, day = purchases.account[order], purchases.day[order]
    product = _products(rng, len(accounts), account)
    frame = pd.DataFrame({"account": account, "day": day, "order": order, "line": line, "product": product})
    frame = _price(rng, spec, words, accounts, frame, rates)
    frame = pd.concat([frame, _returns(rng, frame)], ignore_index=True)
    frame = frame.sort_values(["day", "order", "is_return", "line"], kind="stable", ignore_index=True)
    return _label(spec, words, accounts, frame)


def _products(rng: np.random.Generator, n: int, account: np.ndarray) -> np.ndarray:
    """Draw a product for each line; accounts differ in the categories they buy."""
    categories = len(CATEGORY_PRICES)
    taste = rng.gamma(0.55, size=(n, categories)) + 1e-9
    cumulative = np.cumsum(taste / taste.sum(axis=1, keepdims=True), axis=1)
    category = (rng.random(len(account))[:, None] > cumulative[account]).sum(axis=1).clip(max=categories - 1)
    return category * 4 + rng.integers(0, 4, len(account))


def _price(
    rng: np.random.Generator,
    spec: ClientSpec,
    words: Vocabulary,
    accounts: Accounts,
    frame: pd.DataFrame,
    rates: pd.DataFrame,
) -> pd.DataFrame:
    """Add quantity, amount and margin in the order's currency."""
    size = np.exp(0.7 * rng.standard_normal(len(accounts)) + 0.9 * accounts.is_key)
    growth = 0.10 * rng.standard_normal(len(accounts))
    prices = np.repeat(CATEGORY_PRICES, 4) * np.exp(0.3 * stream(0, "catalogue").standard_normal(24))
    account, day, lines = frame["account"].to_numpy(), frame["day"].to_numpy(), len(frame)
    quantity = 1 + rng.poisson(3 * size[account] * np.exp(growth[account] * day / 365))
    discount = np.round(rng.choice([0.0, 0.03, 0.05, 0.10, 0.15], lines, p=[0.45, 0.2, 0.2, 0.1, 0.05]), 2)
    money = prices[frame["product"]] * quantity * (1 - discount) * (1 + PRICE_GROWTH) ** (day / 365)
    money = money * (YUAN_PER_EURO if words.currency == "CNY" else 1.0)
    foreign = accounts.region[account] == FOREIGN_REGION
    gross = (rng.random(len(accounts)) < TAX_INCLUDED_SHARE)[account] & ~foreign
    money = np.where(foreign, money / rate_on(rates, day), money)
    margin = money * rng.uniform(0.18, 0.48, lines)
    amount = np.where(gross, money * (1 + VAT[words.currency]), money)
    return frame.assign(
        quantity=quantity.astype(float), amount=np.round(amount, 2), margin=np.round(margin, 2), foreign=foreign,
        gross=gross, is_return=False,
    )  # fmt: skip


def _returns(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Draw which lines come back, a few weeks later, as negative lines of an order of their own."""
    chosen = frame[rng.random(len(frame)) < RETURN_SHARE]
    later = chosen["day"] + rng.integers(5, 40, len(chosen))
    back = chosen.assign(
        day=later, quantity=-chosen["quantity"], amount=-chosen["amount"], margin=-chosen["margin"], is_return=True
    )
    return back[back["day"] < WEEKS * 7]


def _label(spec: ClientSpec, words: Vocabulary, accounts: Accounts, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the canonical columns."""
    account = frame["account"].to_numpy()
    names = [name for products in words.categories.values() for name in products]
    category = frame["product"].to_numpy() // 4
    prefix = np.where(frame["is_return"], "R", "S")
    number = frame["order"].to_numpy() + 1
    return pd.DataFrame(
        {
            "customer_id": customer_ids(spec)[account],
            "ordered_on": to_dates(frame["day"].to_numpy()),
            "amount": frame["amount"].to_numpy(),
            "order_id": pd.array([f"{a}{b:06d}" for a, b in zip(prefix, number, strict=True)], dtype="str"),
            "line_id": frame["line"].astype("str").to_numpy(),
            "product_id": np.array(names)[frame["product"]],
            "quantity": frame["quantity"].to_numpy(),
            "currency": np.where(frame["foreign"], words.foreign_currency, words.currency),
            "tax_included": frame["gross"].to_numpy(),
            "margin": frame["margin"].to_numpy(),
            "category": np.array(list(words.categories))[category],
            "business_unit": np.array(words.business_units)[category],
            "region": np.array(words.regions)[accounts.region[account]],
            "partner_id": partner_codes(accounts.partner)[account],
            "account_manager": manager_codes(accounts.manager)[account],
        }
    )


def yearly_revenue(transactions: pd.DataFrame, rates: pd.DataFrame, words: Vocabulary) -> pd.Series:
    """Return each customer's revenue of the last year before `AS_OF`, without VAT, in the audit's currency."""
    last = pd.Timestamp(AS_OF)
    recent = transactions[transactions["ordered_on"].between(last - dt.timedelta(days=364), last)]
    rate = np.where(recent["currency"] == words.currency, 1.0, rates["rate"].iloc[-2])
    net: pd.Series = recent["amount"] * rate / np.where(recent["tax_included"], 1 + VAT[words.currency], 1.0)
    return net.groupby(recent["customer_id"]).sum()
