"""A client whose tables are too large for memory: counted in full by an engine, looked at in detail on a sample."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data import load
from analysis.data.census import Census
from analysis.data.choice import LARGE
from analysis.data.client import ClientData, DataQuality, TableSummary
from analysis.data.contract import TABLES
from analysis.data.customers import derive_customers
from analysis.data.cut import first_date
from analysis.data.faults import merge_alike
from analysis.data.gather import Gathered, gather_tables, without_rows
from analysis.data.large import tables
from analysis.data.large.engine import Engine, open_engine
from analysis.data.large.notes import sample_notes
from analysis.data.large.sample import customers_to_keep, draw_customers, draw_rows, sample_size
from analysis.data.large.tables import Clean
from analysis.data.large.totals import take_census
from analysis.data.ledger import Ledger
from analysis.data.paths import DataFolder
from analysis.data.raw import release_memory
from analysis.data.sources import Reader
from analysis.errors import DataError, Fault
from analysis.messages import Message

if TYPE_CHECKING:
    from analysis.params.model import ClientParams


def load_large_client(params: "ClientParams", folder: DataFolder, kind: str) -> ClientData:
    """Return a client's data with a census of all customers, and the rows of a sample of them.

    Where customers and rows are few enough to be held, the data are those that the pandas road would have read, and
    there is no census. Faults are those of the pandas road: the rules run on all rows.

    Raises
    ------
    DataError
        With every fault of every table that could be examined.
    """
    engine = open_engine(kind, params)
    try:
        return _Road(params, folder, kind, engine).go()
    finally:
        engine.close()


class _Road:
    """The steps on the way, and what each leaves for the next."""

    def __init__(self, params: "ClientParams", folder: DataFolder, kind: str, engine: Engine) -> None:
        self.params, self.kind, self.engine = params, kind, engine
        self.small = gather_tables(params, Reader(folder=folder), without=LARGE)
        names: list[str] = [name for name in LARGE if name in params.sources]
        self.large = {name: tables.gather_large(params, engine, folder, name) for name in names}
        self.ledger = Ledger(params.limits)

    def go(self) -> ClientData:
        """Return the client's data."""
        faults = [*self.small.faults, *(fault for table in self.large.values() for fault in table.faults)]
        as_of, early = self._date(faults)
        rates = self._rates(as_of)
        clean = self._clean(as_of.date(), rates)
        own = Ledger(self.params.limits)
        frames, waves = load.clean_tables(self.params, self._copy(self.small.frames), as_of, own)
        faults += [*self.ledger.faults, *own.faults]
        if early is not None:
            raise DataError([early, *merge_alike(faults)])
        if faults:
            raise DataError(merge_alike(faults))
        census = take_census(self.params, self.engine, self.kind, clean, frames, as_of)
        release_memory()
        own.repairs += self.ledger.repairs
        return self._assemble(census, clean, frames, waves, own, as_of)

    def _copy(self, frames: Mapping[str, pd.DataFrame]) -> Gathered:
        return dataclasses.replace(self.small, frames=dict(frames))

    def _date(self, faults: list[Fault]) -> tuple[pd.Timestamp, Fault | None]:
        """Return the audit's date, and what is wrong with one before the data."""
        ends = {name: tables.first_and_last(table, self.engine) for name, table in self.large.items()}
        dated = dict(self.small.frames)
        dated.update((name, frame) for name, frame in ends.items() if frame is not None)
        as_of = load.audit_date(self.params, dated)
        if as_of is None:
            if not faults:
                raise DataError([load.nothing_dated(self.params)])
            as_of = load.END_OF_TIME
        return as_of, load.before_the_data(self.params, dated, as_of)

    def _rates(self, as_of: pd.Timestamp) -> pd.DataFrame | None:
        rates = {name: frame for name, frame in self.small.frames.items() if name == "rates"}
        cleaned, _ = load.clean_tables(self.params, self._copy(rates), as_of, Ledger(self.params.limits))
        return cleaned.get("rates")

    def _clean(self, as_of: dt.date, rates: pd.DataFrame | None) -> dict[str, Clean]:
        """Return the large tables after their repairs, those of which anything is left."""
        known = rates is not None or "rates" not in self.params.sources or not self.small.faults
        listed = self.small.frames.get("customers")
        ids = None
        if listed is not None and "customer_id" in listed.columns:
            ids = self.engine.small(listed[["customer_id"]].dropna().drop_duplicates())
        found: dict[str, Clean] = {}
        for name, table in self.large.items():
            cleaned = tables.clean_large(
                table, self.engine, self.ledger, as_of, rates=rates, params=self.params, listed=ids, prices_known=known
            )
            if cleaned is not None:
                found[name] = cleaned
        return found

    def _assemble(
        self,
        census: Census,
        clean: Mapping[str, Clean],
        frames: dict[str, pd.DataFrame],
        waves: tuple[str, ...],
        ledger: Ledger,
        as_of: pd.Timestamp,
    ) -> ClientData:
        """Return the data: all of it where it can be held, else of the customers drawn and added, and the census."""
        summaries = [table.summary for table in clean.values()]
        quality = self._quality(summaries, frames, ledger)
        parts = _Parts(params=self.params, waves=waves, quality=quality, as_of=as_of)
        limits, ids = self.params.limits, census.customers.index
        rows = sum(summary.rows_kept for summary in summaries)
        count = sample_size(len(ids), rows, most_customers=limits.model_customers, most_rows=limits.model_rows)
        if count >= len(ids):
            data = parts.data(frames | self._rows_of(None, 1.0, clean, as_of), None)
            hashes = load.hashes_of(self.params, data.tables)
            return _noted(dataclasses.replace(data, input_hashes=MappingProxyType(hashes)), ())
        drawn = draw_customers(ids, count, self.params.seed)
        held = ids[ids.isin(drawn) | ids.isin(_asked(frames)) | census.customers["is_key_account"].to_numpy(dtype=bool)]
        census = dataclasses.replace(census, sampled=len(drawn), added=len(held) - len(drawn))
        large = self._rows_of(held, count / len(ids), clean, as_of)
        parts = dataclasses.replace(parts, census=census, quality=dataclasses.replace(quality, census=census))
        sampled = parts.data(restricted(frames | large, held), held)
        hashes = load.hashes_of(self.params, {**sampled.tables, **frames})
        data = dataclasses.replace(
            sampled,
            input_hashes=MappingProxyType(hashes),
            drawn=parts.data(restricted(frames | large, drawn), drawn),
            whole=dataclasses.replace(parts.data(frames, None), customers=census.customers),
        )
        return _noted(data, sample_notes(census))

    def _rows_of(
        self, held: pd.Index | None, share: float, clean: Mapping[str, Clean], as_of: pd.Timestamp
    ) -> dict[str, pd.DataFrame]:
        """Return the large tables of some customers (or all), repaired by the pandas road itself.

        Of rows without a customer, as feedback may have, the same share is drawn.
        """
        chosen = None if held is None else self.engine.small(pd.DataFrame({"#held": list(held)}, dtype="str"))
        frames = {name: frame for name, frame in self.small.frames.items() if name == "rates"}
        for name in clean:
            table = self.large[name]
            rows = table.rows_of(self.engine, chosen, lambda texts: draw_rows(texts, share, self.params.seed))
            if len(rows):
                frames[name] = rows
        lenient = self.params.limits.model_copy(update={"max_repair_share": 1.0, "max_repair_share_by_rule": {}})
        again, _ = load.clean_tables(self.params, self._copy(frames), as_of, Ledger(lenient))
        return {name: again[name] for name in LARGE if name in again}

    def _quality(
        self, summaries: list[TableSummary], frames: Mapping[str, pd.DataFrame], ledger: Ledger
    ) -> DataQuality:
        empty = [name for name, table in self.large.items() if not table.rows_read]
        ledger.notes = [*self.small.notes, *(without_rows(name) for name in empty), *ledger.notes]
        small = load.quality_of(frames, self.small, ledger)
        known = {summary.table: summary for summary in (*small.tables, *summaries)}
        for name, table in self.large.items():
            known.setdefault(name, TableSummary(table=name, rows_read=table.rows_read, rows_kept=0))
        return dataclasses.replace(small, tables=tuple(known[name] for name in TABLES if name in known))


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Parts:
    """What all views of one client share."""

    params: "ClientParams"
    waves: tuple[str, ...]
    quality: DataQuality
    as_of: pd.Timestamp
    census: Census | None = None

    def data(self, frames: Mapping[str, pd.DataFrame], held: pd.Index | None) -> ClientData:
        """Return a client of these tables; with `held`, of these customers only."""
        ordered = {name: frames[name] for name in TABLES if name in frames}
        customers = derive_customers(ordered, self.params.segment)
        if held is not None:
            customers = customers[customers.index.isin(held)]
        return ClientData(
            tables=MappingProxyType(ordered),
            customers=customers,
            waves=self.waves,
            quality=self.quality,
            as_of=self.as_of,
            first_date=first_date(ordered) if self.census is None else self._first_date(ordered),
            census=self.census,
            has_real_customers=len(customers) > 0,
        )

    def _first_date(self, frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
        """Return the first date of all orders, which those of a sample may not reach."""
        day = None if self.census is None else self.census.first_day
        return first_date(frames) if day is None else pd.Timestamp(day, unit="D").as_unit("us")


def restricted(frames: Mapping[str, pd.DataFrame], held: pd.Index) -> dict[str, pd.DataFrame]:
    """Return tables without the rows of other customers; rows that name no customer stay."""
    kept = {}
    for name, frame in frames.items():
        if "customer_id" in frame.columns:
            frame = frame[frame["customer_id"].isna() | frame["customer_id"].isin(held)].reset_index(drop=True)
        if len(frame):
            kept[name] = frame
    return kept


def _asked(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the customers who were asked or have answered: of both, so that response is not overstated."""
    tables_asked = [frames[name] for name in ("survey", "invitations") if name in frames]
    return customers_to_keep([frame["customer_id"] for frame in tables_asked if "customer_id" in frame.columns])


def _noted(data: ClientData, notes: Sequence[Message]) -> ClientData:
    quality = dataclasses.replace(data.quality, notes=(*data.quality.notes, *notes, *load.early_ends(data)))
    return dataclasses.replace(data, quality=quality)
