"""Amounts as revenue: without VAT, in the audit's currency, at the day's rate and at constant rates."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.faults import row_fault
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.model import MoneySpec


def add_revenue(
    frame: pd.DataFrame, rates: pd.DataFrame | None, money: "MoneySpec", as_of: pd.Timestamp, faults: list[Fault]
) -> pd.DataFrame:
    """Return order lines with ``revenue``, ``revenue_constant`` and ``is_return``.

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
    daily = pd.Series(1.0, index=frame.index)
    constant = pd.Series(1.0, index=frame.index)
    if "currency" in frame.columns:
        foreign = frame["currency"].notna() & (frame["currency"] != money.currency)
        if foreign.any():
            rows = frame.loc[foreign]
            daily[foreign] = _daily_rates(rows, rates).to_numpy()
            constant[foreign] = rows["currency"].map(_latest_rates(rates, as_of)).to_numpy(dtype="float64")
            # later rows are about to be set aside: no rate is asked for them
            unpriced = foreign & (frame["ordered_on"] <= as_of) & (daily.isna() | constant.isna())
            _refuse_unpriced(frame, unpriced, money, faults)
    return frame.assign(revenue=net * daily, revenue_constant=net * constant, is_return=frame["amount"] < 0)


def _daily_rates(rows: pd.DataFrame, rates: pd.DataFrame | None) -> pd.Series:
    if rates is None or rates.empty:
        return pd.Series(np.nan, index=rows.index)
    left = rows[["currency", "ordered_on"]].assign(_position=np.arange(len(rows)))
    left = left[left["ordered_on"].notna()].sort_values("ordered_on", kind="stable")
    right = rates[["currency", "date", "rate"]].sort_values("date", kind="stable")
    joined = pd.merge_asof(left, right, left_on="ordered_on", right_on="date", by="currency")
    found = joined.set_index("_position")["rate"].reindex(np.arange(len(rows)))
    return pd.Series(found.to_numpy(), index=rows.index)


def _latest_rates(rates: pd.DataFrame | None, as_of: pd.Timestamp) -> dict[str, float]:
    if rates is None or rates.empty:
        return {}
    known = rates[rates["date"] <= as_of].sort_values("date", kind="stable")
    return {str(currency): float(rate) for currency, rate in known.groupby("currency")["rate"].last().items()}


def _refuse_unpriced(frame: pd.DataFrame, unpriced: "pd.Series[bool]", money: "MoneySpec", faults: list[Fault]) -> None:
    if unpriced.any():
        faults.append(
            row_fault(
                frame,
                unpriced,
                what="transactions.currency",
                rule=f"needs a rate to {money.currency} at or before the order's date",
                values=frame["currency"],
                hint="add the table `rates` (currency, date, rate, source), or rows to it",
            )
        )
