"""The chances of prospects, of clients with many newcomers: so many earlier ones that all predictors can be used.

Half of the customers of a drawn client join on a day drawn by lot within the record, and what is on record of them
before that day is taken out.
"""

import numpy as np
import pandas as pd

from analysis.calibration.earlier_audits import with_tables
from analysis.calibration.groups.common import with_draws
from analysis.calibration.readings import Reading, read_result
from analysis.data.client import ClientData
from analysis.data.contract import TABLES as DECLARED
from analysis.models.lifecycle.prospects import Prospects
from analysis.models.lifecycle.transitions import Lifecycle, analyse_lifecycle
from analysis.params.model import ClientParams

TABLES = None
CELLS = {"demo-1000": 1.0}
TRUTH = (10, 20_000)
NEWCOMERS = 0.5
LAST_DAYS = 30  # before the date of the audit nobody joins any more
HOME = "relationship/lifecycle/prospects"


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    found = analyse_lifecycle(_with_newcomers(data, params, rng), with_draws(data, params))
    if not isinstance(found, Lifecycle) or not isinstance(found.prospects, Prospects):
        return {}
    told = found.prospects.to_dict()
    return mark_predictors(read_result({part: told[part] for part in ("rate", "model")}, HOME), HOME)


def mark_predictors(found: dict[str, Reading], home: str) -> dict[str, Reading]:
    """Return the readings with the odds ratios of a model named by its predictors.

    A client with few prospects who ordered leaves out the last ones, and the odds ratios of the rest are then others.
    """
    start = f"{home}/model/drivers/"
    names = " ".join(sorted(path.removeprefix(start).partition("/")[0] for path in found if path.startswith(start)))
    return {f"{path} [{names}]" if path.startswith(start) else path: each for path, each in found.items()}


def _with_newcomers(data: ClientData, params: ClientParams, rng: np.random.Generator) -> ClientData:
    ids = data.customers.index
    first = data.table("transactions")["ordered_on"].min()
    days = (data.as_of - first).days - LAST_DAYS
    joined = pd.Series(first + pd.to_timedelta(rng.integers(0, days, len(ids)), unit="D"), index=ids)
    stays = ~(joined >= data.customers["ended_on"])  # who was gone by then does not join
    joined = joined[(rng.random(len(ids)) < NEWCOMERS) & stays]
    tables = {}
    for name, frame in data.tables.items():
        date = DECLARED[name].date
        if "customer_id" not in frame or date is None:
            tables[name] = frame
            continue
        since = frame["customer_id"].map(joined)
        if name == "customers":
            tables[name] = frame.assign(joined_on=since.fillna(frame[date]).astype(frame[date].dtype))
        else:
            tables[name] = frame[~(frame[date] < since)].reset_index(drop=True)
    return with_tables(data, tables, params)
