"""Amounts in the audit's currency: revenue without VAT, at the day's rate and at constant rates; other money."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.faults import row_fault
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.model import MoneySpec

OTHER_MONEY: Mapping[str, tuple[str, str]] = {
    "contracts": ("value", "starts_on"),
    "opportunities": ("amount", "created_on"),
}
"""Table -> its column of money, and the date whose rate holds for it."""


def add_revenue(
    frame: pd.DataFrame, rates: pd.DataFrame | None, money: "MoneySpec", as_of: pd.Timestamp, faults: list[Fault]
) -> pd.DataFrame:
    """Return order lines with ``revenue``, ``revenue_constant`` and ``is_return``, the margin in the audit's currency.

    Parameters
    ----------
    frame
        Mapped transactions; an empty ``currency`` is the audit's.
    rates
        Units of the audit's currency per unit of ``currency``, by date; a rate holds until the next one.
    money
        Audit currency and VAT rate, which is taken out of amounts marked ``tax_included``.
    as_of
        Constant-currency revenue uses the last rate at or before it.
    faults
        Where a currency without a rate at or before the order's date is entered.
    """
    net = frame["amount"].astype("float64")
    if "tax_included" in frame.columns and money.vat_rate:
        included = frame["tax_included"].fillna(value=False).astype(bool)
        net = net.where(~included, net / (1 + money.vat_rate))
    daily = daily_rates(frame, "ordered_on", rates, money)
    constant = pd.Series(1.0, index=frame.index)
    foreign = _is_foreign(frame, money)
    if foreign.any():
        latest = latest_rates(rates, as_of)
        constant[foreign] = frame.loc[foreign, "currency"].map(latest).to_numpy(dtype="float64")
        # later rows are about to be set aside: no rate is asked for them
        unpriced = foreign & (frame["ordered_on"] <= as_of) & (daily.isna() | constant.isna())
        _refuse_unpriced(frame, unpriced, "transactions", money, faults)
    added = {"revenue": net * daily, "revenue_constant": net * constant, "is_return": frame["amount"] < 0}
    if "margin" in frame.columns:
        added["margin"] = frame["margin"] * daily
    return frame.assign(**added)


def convert_money(
    frame: pd.DataFrame,
    name: str,
    rates: pd.DataFrame | None,
    money: "MoneySpec",
    as_of: pd.Timestamp,
    faults: list[Fault],
) -> pd.DataFrame:
    """Return contracts or opportunities with their money in the audit's currency; other tables as they are.

    A row without a currency is in the audit's own; else the rate of the day on which the contract starts or the
    opportunity was created holds. A currency without a rate by then is entered in `faults`.
    """
    if name not in OTHER_MONEY or "currency" not in frame.columns:
        return frame
    column, date = OTHER_MONEY[name]
    if column not in frame.columns:
        return frame
    rate = daily_rates(frame, date, rates, money)
    unpriced = rate.isna() & frame[column].notna() & (frame[date] <= as_of)
    _refuse_unpriced(frame, unpriced, name, money, faults)
    return frame.assign(**{column: frame[column] * rate})


def _is_foreign(frame: pd.DataFrame, money: "MoneySpec") -> "pd.Series[bool]":
    if "currency" not in frame.columns:
        return pd.Series(data=False, index=frame.index)
    return frame["currency"].notna() & (frame["currency"] != money.currency)


def daily_rates(frame: pd.DataFrame, date: str, rates: pd.DataFrame | None, money: "MoneySpec") -> pd.Series:
    """Return what a unit of each row's currency was worth on its `date`; 1 for the audit's own, NaN where unknown."""
    daily = pd.Series(1.0, index=frame.index)
    foreign = _is_foreign(frame, money)
    if foreign.any():
        daily[foreign] = _looked_up(frame.loc[foreign], date, rates).to_numpy()
    return daily


def _looked_up(rows: pd.DataFrame, date: str, rates: pd.DataFrame | None) -> pd.Series:
    if rates is None or rates.empty:
        return pd.Series(np.nan, index=rows.index)
    left = rows[["currency", date]].rename(columns={date: "_on"}).assign(_position=np.arange(len(rows)))
    left = left[left["_on"].notna()].sort_values("_on", kind="stable")
    right = rates[["currency", "date", "rate"]].sort_values("date", kind="stable")
    joined = pd.merge_asof(left, right, left_on="_on", right_on="date", by="currency")
    found = joined.set_index("_position")["rate"].reindex(np.arange(len(rows)))
    return pd.Series(found.to_numpy(), index=rows.index)


def latest_rates(rates: pd.DataFrame | None, as_of: pd.Timestamp) -> dict[str, float]:
    """Return what a unit of each currency was last worth at a day."""
    if rates is None or rates.empty:
        return {}
    known = rates[rates["date"] <= as_of].sort_values("date", kind="stable")
    return {str(currency): float(rate) for currency, rate in known.groupby("currency")["rate"].last().items()}


def _refuse_unpriced(
    frame: pd.DataFrame, unpriced: "pd.Series[bool]", name: str, money: "MoneySpec", faults: list[Fault]
) -> None:
    if unpriced.any():
        faults.append(
            row_fault(
                frame,
                unpriced,
                what=f"{name}.currency",
                rule=f"needs a rate to {money.currency} at or before the row's date",
                values=frame["currency"],
                hint="add the table `rates` (currency, date, rate, source), or rows to it",
            )
        )
