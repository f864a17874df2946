"""What single customers brought in a year: one definition for every list, card and map that shows them by name."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.samples import Floats


def account_revenue(data: ClientData, years_ago: int = 0) -> pd.Series | None:
    """Return each customer's revenue of the last twelve months on record, or None without orders.

    Constant currency, so that years and customers compare; returns deducted; orders of all kinds.

    Parameters
    ----------
    data
        The client; customers who are not in its list are left out.
    years_ago
        1 for the twelve months before, and so on.

    Returns
    -------
    pandas.Series
        Indexed as `data.customers`, 0 for who bought nothing.
    """
    if not data.has("transactions"):
        return None
    lines = data.table("transactions")
    end = data.recorded_until("transactions") - pd.DateOffset(years=years_ago)
    begin = data.recorded_until("transactions") - pd.DateOffset(years=years_ago + 1)
    inside = (lines["ordered_on"] > begin) & (lines["ordered_on"] <= end)
    sums = lines.loc[inside, "revenue_constant"].groupby(lines["customer_id"]).sum()
    return sums.reindex(data.customers.index).fillna(0.0)


def revenue_of(ids: pd.Index, data: ClientData) -> Floats | None:
    """Return the same for some customers as an array in their order; who is not in the client's list has none."""
    found = account_revenue(data)
    return None if found is None else np.asarray(found.reindex(ids).fillna(0.0), dtype=np.float64)
