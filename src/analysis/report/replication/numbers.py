"""Every table that a bundle must reproduce: those of the study, and the numbers of the audit's models."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.data.client import ClientData
from analysis.document.translate import Translator
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.relations import analyse_relations
from analysis.models.repurchase import fit_repeat_purchase
from analysis.params.model import ClientParams
from analysis.report.audit_json import HasToDict, render_audit_json
from analysis.report.replication.files import read_rows, render_rows
from analysis.report.study_tables import render_csv
from analysis.study.results import Study, StudyLooks
from analysis.study.run import study_client
from analysis.study.summary import exported_tables

COLUMNS = ("quantity", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "clusters", "unit", "method")
TOLERANCE = 1e-8
"""Numbers that differ by less, relative to their size, are the same: processors differ in the last bits of a sum."""
NAMES = ("key", "term", "item", "driver", "name", "kind", "horizon_days")
MONEY = "money"
NOT_REPRODUCED = frozenset({"lifetime_uplift"})
"""Parts not exported: lifetime value needs the orders of each customer, and those who never answered are pooled.

The bundle's README and codebook name it (`wording`)."""


def compute_tables(data: ClientData, params: ClientParams) -> dict[str, str]:
    """Return the tables of a client's study and models as CSV, by file name.

    Names of files do not begin with the client's id, and no table holds a text of the data but labels.
    """
    t = Translator(params.language)
    study = Study(
        name="",
        language=params.language,
        currency=params.money.currency,
        as_of=data.as_of.date().isoformat(),
        depth=params.depth,
        clients=(study_client(params, data),),
        pooled=(),
        looks=StudyLooks(accent=params.branding.accent),
    )
    tables = {f"{table.key}.csv": render_csv(table, t) for table in exported_tables(study)}
    loyalty, repurchase = fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params)
    relations = analyse_relations(data, params, loyalty, repurchase)
    parts: dict[str, HasToDict] = {"loyalty_model": loyalty, "repurchase_model": repurchase}
    parts |= {
        key: value for key, value in vars(relations).items() if hasattr(value, "to_dict") and key not in NOT_REPRODUCED
    }
    for key, part in parts.items():
        tables[f"audit-{key.replace('_', '-')}.csv"] = _render_numbers(part)
    return dict(sorted(tables.items()))


def _render_numbers(part: HasToDict) -> str:
    rows = [[row.get(column) for column in COLUMNS] for row in list_numbers(json.loads(render_audit_json(part)), "")]
    return render_rows(COLUMNS, rows)


def list_numbers(value: Any, path: str) -> Iterator[dict[str, Any]]:
    """Yield one row for each estimate, coefficient and further number of a result, named by where it stands in it."""
    if isinstance(value, Mapping):
        if value.get("estimable") is False:
            yield {"quantity": path or "result", "method": "not estimable"}
        elif value.get("estimable") is True:
            names = {"value": "estimate", "low": "conf_low", "high": "conf_high"}
            yield {"quantity": path} | {
                names.get(str(key), str(key)): item for key, item in value.items() if _is_plain(item)
            }
        elif {"term", "estimate", "std_error"} <= set(value):
            yield {"quantity": path} | {key: item for key, item in value.items() if key in COLUMNS}
        elif set(value) != {"message", "values"}:
            for key, item in value.items():
                yield from list_numbers(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from list_numbers(item, f"{path}[{_name_of(item, index)}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield {"quantity": path, "estimate": value}


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _name_of(item: Any, index: int) -> str:
    """Return the stable name of an element of a list, or its position."""
    if isinstance(item, Mapping):
        for key in NAMES:
            if isinstance(item.get(key), str):
                return str(item[key])
    return str(index)


@dataclass(frozen=True, kw_only=True)
class TableComparison:
    """How two versions of one table agree.

    Parameters
    ----------
    name
        Of the file.
    numbers
        Numbers compared.
    different_numbers
        Of these, those that differ.
    differing
        What differs, in words: row, column, both values.
    """

    name: str
    numbers: int
    different_numbers: int = 0
    differing: tuple[str, ...]


def compare_tables(
    expected: Mapping[str, str], found: Mapping[str, str], *, texts: bool = True, money: bool = True
) -> tuple[TableComparison, ...]:
    """Compare tables cell by cell.

    Parameters
    ----------
    expected, found
        CSV by file name.
    texts
        Whether texts are compared too; otherwise numbers alone.
    money
        Whether amounts are compared.
    """
    compared = []
    for name in sorted({*expected, *found}):
        if name not in expected or name not in found:
            where = "only one of the two has this table"
            compared.append(TableComparison(name=name, numbers=0, differing=(where,)))
        else:
            compared.append(_compare(name, read_rows(expected[name]), read_rows(found[name]), texts=texts, money=money))
    return tuple(compared)


def _compare(
    name: str, expected: list[list[str]], found: list[list[str]], *, texts: bool, money: bool
) -> TableComparison:
    if [len(row) for row in expected] != [len(row) for row in found]:
        sizes = f"{len(expected) - 1} rows are expected, {len(found) - 1} are there, or they differ in length"
        return TableComparison(name=name, numbers=0, differing=(sizes,))
    numbers, different, differing = 0, 0, []
    header = expected[0] if expected else []
    for number, (one, other) in enumerate(zip(expected, found, strict=True)):
        if not money and _is_money(one, header):
            continue
        for column, a, b in zip(header, one, other, strict=True):
            first, second = _number(a), _number(b)
            both = first is not None and second is not None
            numbers += both
            if both and math.isclose(first or 0.0, second or 0.0, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
                continue
            different += both
            if a != b and (texts or both or (first is None) != (second is None)):
                differing.append(f"row {number}, {column}: {a or 'nothing'} is expected, {b or 'nothing'} was found")
    return TableComparison(name=name, numbers=numbers, different_numbers=different, differing=tuple(differing))


def _is_money(row: list[str], header: list[str]) -> bool:
    unit = dict(zip(header, row, strict=True)).get("unit")
    return unit == MONEY or row[0].endswith("base_revenue")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
