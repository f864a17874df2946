"""From one client's parameters to its data: read, map, check, repair, derive. The whole road on one page."""

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.choice import engine_for
from analysis.data.client import RECORDED_ON, ClientData, DataQuality, TableSummary
from analysis.data.contract import ROW, SOURCE, TABLES
from analysis.data.customers import derive_customers
from analysis.data.cut import earliest_date, first_date, last_date, set_future_aside
from analysis.data.duplicates import drop_duplicate_responses, flag_identical_lines, merge_duplicate_keys
from analysis.data.faults import merge_alike
from analysis.data.fingerprint import hash_inputs
from analysis.data.gather import Gathered, gather_tables
from analysis.data.ledger import Ledger
from analysis.data.mapping import Written
from analysis.data.money import add_revenue, convert_money
from analysis.data.order import in_time_order
from analysis.data.paths import data_folder
from analysis.data.raw import release_memory
from analysis.data.repairs import (
    drop_refunds_without_purchase,
    drop_without_customer,
    flag_unlisted_customers,
    mend_impossible_dates,
)
from analysis.data.scores import add_survey_columns, check_weights
from analysis.data.small_waves import leave_out_small_waves
from analysis.data.sources import Reader
from analysis.data.survey_items import code_items
from analysis.data.validation import LAST_YEAR, validate_table
from analysis.data.waves import assign_waves
from analysis.errors import DataError, Fault
from analysis.messages import N_, Message
from analysis.params.load import written_at

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.survey import SurveySpec

PERIODS = ("month", "quarter", "half_year", "year", "none")
"""Waves that are periods of the calendar: a respondent may be asked more than once in one."""
END_OF_TIME = pd.Timestamp(LAST_YEAR, 12, 31).as_unit("us")


def load_client_data(params: "ClientParams") -> ClientData:
    """Return a client's data: read, mapped, checked, repaired and cut at the audit's date.

    The files of a synthetic client are generated first. Row order in the sources makes no difference, and neither
    does anything dated after `as_of`.

    Raises
    ------
    DataError
        With every fault of every table that could be examined.
    """
    folder = data_folder(params)
    if params.synthetic is not None:
        from analysis.synthetic.write import write_client

        write_client(params.synthetic, folder.path, client=params.client)
    if (engine := engine_for(params, folder)) != "pandas":
        from analysis.data.large.road import load_large_client

        return load_large_client(params, folder, engine)
    gathered = gather_tables(params, Reader(folder=folder))
    as_of = audit_date(params, gathered.frames)
    ledger = Ledger(params.limits, notes=gathered.notes)
    if as_of is None:
        if not gathered.faults:
            raise DataError([nothing_dated(params)])
        as_of = END_OF_TIME  # there will be no audit, but every other fault is to be found
    if (too_early := before_the_data(params, gathered.frames, as_of)) is not None:
        raise DataError([too_early, *merge_alike(gathered.faults)])
    frames, waves = clean_tables(params, gathered, as_of, ledger)
    faults = [*gathered.faults, *ledger.faults]
    if faults:
        raise DataError(merge_alike(faults))
    customers = derive_customers(frames, params.segment)
    release_memory()
    data = ClientData(
        tables=MappingProxyType(frames),
        customers=customers,
        waves=waves,
        quality=quality_of(frames, gathered, ledger),
        as_of=as_of,
        first_date=first_date(frames),
        has_real_customers=len(customers) > 0,
        input_hashes=MappingProxyType(hashes_of(params, frames)),
    )
    notes = (*data.quality.notes, *early_ends(data))
    return dataclasses.replace(data, quality=dataclasses.replace(data.quality, notes=notes))


def early_ends(data: ClientData) -> list[Message]:
    """Return notes on the records that end before the audit's date."""
    ends = {name: data.recorded_until(name) for name in RECORDED_ON}
    notes = []
    if ends["transactions"] < data.as_of:
        note = N_(
            "The orders end on {last:date}, before the date of the audit: what customers bought is judged up to then.",
            last=ends["transactions"].date(),
        )
        notes.append(note)
    if ends["interactions"] < data.as_of:
        note = N_(
            "The contacts end on {last:date}, before the date of the audit: contact is judged up to then.",
            last=ends["interactions"].date(),
        )
        notes.append(note)
    return notes


def audit_date(params: "ClientParams", frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
    """Return the date of the audit: as declared, or the last date of the data; None without any."""
    last = pd.Timestamp(params.as_of) if params.as_of is not None else last_date(frames)
    return None if last is None else last.normalize().as_unit("us")


def nothing_dated(params: "ClientParams") -> Fault:
    """Return the fault of a client without a single date."""
    return Fault(
        what="sources",
        rule="must hold at least one dated row",
        found="no date in any table",
        where=written_at(params, ("sources",)),
        hint="or give the audit's date: `as_of: 2026-06-30`, or --as-of with the command",
    )


def before_the_data(params: "ClientParams", frames: Mapping[str, pd.DataFrame], as_of: pd.Timestamp) -> Fault | None:
    """Return what is wrong with an audit's date before which there is no dated row at all."""
    first = earliest_date(frames)
    if first is None or as_of >= first:
        return None
    last = last_date(frames)
    return Fault(
        what="as_of",
        rule="must not be before the first date in the data",
        found=as_of.date().isoformat(),
        where=written_at(params, ("as_of",)),
        hint=f"the data go from {first.date()}" + (f" to {last.date()}" if last is not None else ""),
    )


def clean_tables(
    params: "ClientParams", gathered: Gathered, as_of: pd.Timestamp, ledger: Ledger
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Return the canonical tables in the order of the contract, and the waves; faults go to the ledger."""
    frames: dict[str, pd.DataFrame] = {}
    waves: tuple[str, ...] = ()
    # rates first: revenue is needed to state what each repair costs
    for name in sorted(gathered.frames, key=lambda name: (name != "rates", list(TABLES).index(name))):
        frame = gathered.frames.pop(name)  # so that a large table is not held twice
        if not _usable(frame, name):
            continue
        frame = in_time_order(frame, TABLES[name])
        release_memory()  # the unsorted rows: a large table is the measure of the whole audit's memory
        priced = "rates" in frames or "rates" not in params.sources or not gathered.faults
        # where the rates themselves could not be read, that is the fault, and not each currency without one
        money = (frames.get("rates"), params.money, as_of, ledger.faults if priced else [])
        # before the cut, so that the revenue set aside can be stated
        frame = add_revenue(frame, *money) if name == "transactions" else convert_money(frame, name, *money)
        frame = set_future_aside(frame, name, as_of, ledger)
        if frame.empty:
            continue
        ledger.faults.extend(validate_table(frame, name, gathered.unread.get(name)))
        frame = mend_impossible_dates(frame, name, ledger)
        if name == "survey" and params.survey is not None:
            written = partial(written_at, params)
            frame = _code_survey(frame, params.survey, gathered.columns[name], ledger, written)
        frame = merge_duplicate_keys(frame, TABLES[name], ledger)
        frame = drop_without_customer(frame, TABLES[name], ledger)
        if name == "transactions":
            frame = drop_refunds_without_purchase(frame, ledger)
            frame = flag_identical_lines(frame, TABLES[name], ledger)
        if name == "survey" and params.survey is not None:
            frame = _finish_survey(frame, params.survey, ledger)
        if len(frame):
            frames[name] = frame
    flag_unlisted_customers(frames, ledger)
    plain = {name: _plain(frames[name]) for name in TABLES if name in frames}
    if "survey" in plain and params.survey is not None and not ledger.faults and not gathered.faults:
        shown = leave_out_small_waves(plain["survey"], params, ledger)
        plain["survey"], waves = add_survey_columns(shown, params.survey)
    return plain, waves


def _usable(frame: pd.DataFrame, name: str) -> bool:
    """Return whether the required columns are there; if not, the mapping has said so."""
    return all(column.name in frame.columns for column in TABLES[name].columns if column.required)


def _code_survey(
    frame: pd.DataFrame, survey: "SurveySpec", columns: tuple[str, ...], ledger: Ledger, written: Written
) -> pd.DataFrame:
    frame = frame.assign(wave=assign_waves(frame, survey, ledger.faults))
    check_weights(frame, survey, ledger.faults)
    coded = code_items(frame, survey, columns, written=written)
    ledger.faults.extend(coded.faults)
    ledger.notes.extend(coded.notes)
    if coded.missing_rows is not None:
        description = N_("Answers given as a declared code for no answer were set missing.")
        ledger.record(
            "survey",
            "survey_missing_code",
            description,
            concerned=frame[coded.missing_rows],
            total=len(frame),
            removed=False,
        )
    kept = frame.drop(columns=[column for column in frame.columns if column.startswith("item:")])
    return pd.concat([kept, coded.codes], axis=1)


def _finish_survey(frame: pd.DataFrame, survey: "SurveySpec", ledger: Ledger) -> pd.DataFrame:
    frame = drop_duplicate_responses(frame, ledger, list(survey.items), by_day=survey.wave_by in PERIODS)
    # the answers are part of the order now: responses equal in all else must not depend on the file's order
    return in_time_order(frame, TABLES["survey"])


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without provenance; flags are plain booleans except an opportunity's open outcome."""
    flags = {
        column: frame[column].fillna(value=False).astype(bool)
        for column in ("is_key_account", "tax_included")
        if column in frame.columns
    }
    return frame.drop(columns=[SOURCE, ROW]).assign(**flags)


def quality_of(frames: Mapping[str, pd.DataFrame], gathered: Gathered, ledger: Ledger) -> DataQuality:
    """Return what was read and repaired, table by table."""
    summaries = [
        _summary(name, frames.get(name), gathered.rows_read[name]) for name in TABLES if name in gathered.rows_read
    ]
    order = list(TABLES)
    repairs = sorted(ledger.repairs, key=lambda repair: order.index(repair.table))
    return DataQuality(tables=tuple(summaries), repairs=tuple(repairs), notes=tuple(ledger.notes))


def _summary(name: str, frame: pd.DataFrame | None, rows_read: int) -> TableSummary:
    if frame is None:
        return TableSummary(table=name, rows_read=rows_read, rows_kept=0)
    date = TABLES[name].date
    days = frame[date].dropna() if date in frame.columns else pd.Series(dtype="datetime64[us]")
    return TableSummary(
        table=name,
        rows_read=rows_read,
        rows_kept=len(frame),
        customers=int(frame["customer_id"].nunique()) if "customer_id" in frame.columns else None,
        first=None if days.empty else days.min().date().isoformat(),
        last=None if days.empty else days.max().date().isoformat(),
    )


def hashes_of(params: "ClientParams", frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the hashes of the files, or of the rows themselves where a database supplied some of them."""
    hashes = hash_inputs(params)
    if hashes is not None:
        return hashes
    return {f"table {name}": hash_rows(frame) for name, frame in frames.items()}


def hash_rows(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's values, in its canonical order."""
    digest = hashlib.sha256(",".join(frame.columns).encode())
    digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()
