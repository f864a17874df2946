"""Survey answers as numbers: each item's answers coded on its own scale and turned so that higher is better.

Nothing is guessed silently: an answer that is no code of the item's scale is a fault that names the probable cause.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.faults import (
    MANY_ALIKE,
    describe_rows,
    did_you_mean,
    list_columns,
    row_fault,
    shorten,
    times,
)
from analysis.data.likert import SKIPPED, number_in, wording_codes
from analysis.data.mapping import Extra
from analysis.errors import Fault
from analysis.messages import N_, Message

if TYPE_CHECKING:
    from analysis.params.sources import SourceSpec
    from analysis.params.survey import ItemSpec, ScaleSpec, SurveySpec, WaveItemSpec

USUAL_MISSING_CODES = frozenset(
    {-1.0, -2.0, -7.0, -8.0, -9.0, -97.0, -98.0, -99.0, -999.0, 77.0, 88.0, 97.0, 98.0, 99.0, 998.0, 999.0}
)
"""Codes that survey tools and institutes use for "no answer", "don't know" and "not applicable"."""
ONES_WITHOUT_ZERO = 5
"""So many 1s and no 0 at all: on a 0-10 scale 0 is at least as common as 1, so by chance below 0.5^5 = 3 %."""
FREE_TEXT = re.compile(r"〖.*〗$")
"""What a respondent wrote beside the answer "other", as Chinese survey tools export it: 其他〖...〗."""
RECODED = ", ".join(f'"{code}": {code - 1}' for code in range(1, 12))
"""Labels that turn answers coded 1 to 11 into 0 to 10."""
LARGE_SAMPLE = 100
"""Answers from which on "nobody answered 0" is worth a note."""


@dataclass
class CodedItems:
    """Item columns, and what was found while coding them: faults, notes, and rows with a declared missing code."""

    codes: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    missing_rows: "pd.Series[bool] | None" = None
    written: Callable[[tuple[str, ...]], str] = ".".join


def item_columns(survey: "SurveySpec", spec: "SourceSpec") -> tuple[Extra, ...]:
    """Return the source columns that hold the items, waves with a column of their own included."""
    extras: list[Extra] = []
    for key, item in survey.items.items():
        own = (spec.columns.get(key) or item.column or key).strip()
        extras.append(Extra(name=item_name(key), source=own, values_of=key))
        for wave, changed in item.waves.items():
            if changed.column:
                name = item_name(key, wave)
                extras.append(Extra(name=name, source=changed.column.strip(), values_of=key))
    return tuple(extras)


def item_name(key: str, wave: str | None = None) -> str:
    """Return the column of the mapped frame that holds an item's answers before they are coded."""
    return f"item:{key}" if wave is None else f"item:{key}@{wave}"


def code_items(
    frame: pd.DataFrame,
    survey: "SurveySpec",
    columns: Sequence[str] = (),
    written: Callable[[tuple[str, ...]], str] = ".".join,
) -> CodedItems:
    """Return the items of a survey as codes on their scales, higher is better.

    Parameters
    ----------
    frame
        Mapped survey rows with ``wave``, the uncoded item columns of `item_columns` and the provenance.
    survey
        The questionnaire.
    columns
        The source's own columns, among which one that is absent may have a near namesake.
    written
        Says where in the parameter file a key stands.

    Returns
    -------
    CodedItems
        One float column an item, NaN where there is no answer or no comparable one.
    """
    coded = CodedItems(pd.DataFrame(index=frame.index), written=written)
    _note_absent_waves(frame, survey, coded)
    missing = np.zeros(len(frame), dtype=bool)
    absent: dict[str, ItemSpec] = {}
    for key, item in survey.items.items():
        if item_name(key) not in frame.columns and not _has_wave_column(frame, key, item):
            absent[key] = item
            continue
        values = pd.Series(np.nan, index=frame.index)
        for wave, rows in _parts(frame, item):
            changed = item.waves.get(wave) if wave is not None else None
            answers = _answers(frame.loc[rows], key, wave, changed)
            part = _code_part(frame.loc[rows], answers, key, item, changed, coded)
            missing[rows.to_numpy()] |= part.declared_missing.to_numpy()
            values[rows] = _comparable(part.codes, key, item, wave, changed, coded, frame.loc[rows])
        if item.role == "recommendation":
            _check_recommendation(frame, values, key, item, coded)
        coded.codes[key] = values
    coded.faults.extend(_absent(absent, columns, written))
    coded.missing_rows = frame.index.to_series().notna() & missing
    return coded


def _note_absent_waves(frame: pd.DataFrame, survey: "SurveySpec", coded: CodedItems) -> None:
    declared = {wave for item in survey.items.values() for wave in item.waves}
    for wave in sorted(declared - set(frame["wave"].dropna())):
        coded.notes.append(
            N_("The questionnaire describes a wave {wave:text} that the survey does not have.", wave=wave)
        )


def _has_wave_column(frame: pd.DataFrame, key: str, item: "ItemSpec") -> bool:
    return any(item_name(key, wave) in frame.columns for wave in item.waves)


def _absent(
    items: "dict[str, ItemSpec]", columns: Sequence[str], written: Callable[[tuple[str, ...]], str]
) -> Iterable[Fault]:
    """Yield a fault for every item without a column, or one for all where there are many."""
    if len(items) > MANY_ALIKE:
        names = [repr(item.column or key) for key, item in items.items()]
        yield Fault(
            what="survey.items",
            rule="need their columns in the survey",
            found=f"no column {', '.join(names[:MANY_ALIKE])} and {len(names) - MANY_ALIKE} more",
            where=written(("survey", "items", next(iter(items)))),
            hint=list_columns(columns),
            count=len(items),
        )
        return
    for key, item in items.items():
        name = item.column or key
        yield Fault(
            what=f"survey.items.{key}",
            rule="needs its column in the survey",
            found=f"no column '{name}'",
            where=written(("survey", "items", key, "column")),
            hint=did_you_mean(name, tuple(columns)),
        )


def _parts(frame: pd.DataFrame, item: "ItemSpec") -> Iterable[tuple[str | None, "pd.Series[bool]"]]:
    """Yield the rows that share one declaration: each wave that differs, and all the others together."""
    special = [wave for wave in item.waves if (frame["wave"] == wave).any()]
    for wave in special:
        yield wave, frame["wave"] == wave
    rest = ~frame["wave"].isin(special)
    if rest.any():
        yield None, rest


def _answers(rows: pd.DataFrame, key: str, wave: str | None, changed: "WaveItemSpec | None") -> pd.Series:
    own = item_name(key, wave) if changed is not None and changed.column else item_name(key)
    if own not in rows.columns:
        return pd.Series(np.nan, index=rows.index, dtype="str")
    return rows[own]


@dataclass(frozen=True)
class _Part:
    codes: pd.Series
    declared_missing: "pd.Series[bool]"


def _code_part(
    rows: pd.DataFrame,
    answers: pd.Series,
    key: str,
    item: "ItemSpec",
    changed: "WaveItemSpec | None",
    coded: CodedItems,
) -> _Part:
    """Return the answers of some rows as codes on the scale on which they were asked, with faults gathered."""
    scale = changed.scale if changed is not None and changed.scale else item.scale
    declared = changed.missing if changed is not None and changed.missing is not None else item.missing
    table = _code_table(answers, item, scale, declared)
    codes = answers.map(table.codes).astype("float64")
    unknown = answers.isin(table.unknown)
    if unknown.any():
        hint = _unknown_hint(table, coded.written(("survey", "items", key)))
        rule = f"must be answers on its scale {_span(scale)}"
        coded.faults.append(row_fault(rows, unknown, what=f"survey.items.{key}", rule=rule, values=answers, hint=hint))
    outside = codes.notna() & ~codes.between(scale.min, scale.max)
    if outside.any():
        hint = _outside_hint(codes, outside, item, scale, coded.written(("survey", "items", key)))
        rule = f"must lie within its scale {_span(scale)}"
        coded.faults.append(row_fault(rows, outside, what=f"survey.items.{key}", rule=rule, values=codes, hint=hint))
    return _Part(codes.where(~outside), answers.isin(table.missing))


@dataclass(frozen=True)
class _CodeTable:
    codes: dict[str, float]
    missing: frozenset[str]
    unknown: frozenset[str]


def _code_table(answers: pd.Series, item: "ItemSpec", scale: "ScaleSpec", declared: list[float | str]) -> _CodeTable:
    """Return what each distinct answer means: declared missing, the client's label, a number, a known wording."""
    missing_numbers = {float(value) for value in declared if not isinstance(value, str)}
    missing_texts = {value.strip() for value in declared if isinstance(value, str)}
    labels = {text.strip(): float(code) for text, code in item.labels.items()}
    codes: dict[str, float] = {}
    missing: set[str] = set()
    words: set[str] = set()
    for text in answers.dropna().drop_duplicates():
        if text in SKIPPED:
            continue
        number = number_in(text)
        if text in missing_texts or number in missing_numbers:
            missing.add(text)
        elif (label := text if text in labels else FREE_TEXT.sub("", text)) in labels:
            codes[text] = labels[label]
        elif number is not None:
            codes[text] = number
        else:
            words.add(text)
    known = wording_codes(words, scale.min, scale.max, lower_is_better=scale.direction == "lower_is_better")
    return _CodeTable(codes | known, frozenset(missing), frozenset(words - set(known)))


def _span(scale: "ScaleSpec") -> str:
    return f"{scale.min:g} to {scale.max:g}"


def _unknown_hint(table: _CodeTable, place: str) -> str:
    texts = sorted(table.unknown)
    shown = ", ".join(f'"{shorten(text)[1:-1]}": ...' for text in texts[:MANY_ALIKE])
    more = ", ..." if len(texts) > MANY_ALIKE else ""
    return f"declare the code of each text, `labels: {{{shown}{more}}}`, or list it under `missing` ({place})"


def _outside_hint(
    codes: pd.Series, outside: "pd.Series[bool]", item: "ItemSpec", scale: "ScaleSpec", place: str
) -> str:
    """Return the probable causes, one for each kind of code that was found."""
    found = set(codes[outside])
    usual, other = sorted(found & USUAL_MISSING_CODES), found - USUAL_MISSING_CODES
    causes: list[str] = []
    if usual:
        listed = ", ".join(f"{code:g}" for code in usual)
        verb = "is a usual code" if len(usual) == 1 else "are usual codes"
        causes.append(f"{listed} {verb} for no answer; if so, declare `missing: [{listed}]`")
    if item.role == "recommendation" and other == {11.0} and not (codes == 0).any():
        causes.append(f"probably coded 1 to 11: recode with `labels: {{{RECODED}}}`")
    elif scale.min == 1 and other == {0.0}:
        causes.append("0 may be a code for no answer (`missing: [0]`), or the scale starts at 0")
    elif other:
        causes.append(f"check `scale`: is {', '.join(f'{code:g}' for code in sorted(other)[:MANY_ALIKE])} on it?")
    return "; ".join(causes) + f" ({place})"


def _comparable(
    codes: pd.Series,
    key: str,
    item: "ItemSpec",
    wave: str | None,
    changed: "WaveItemSpec | None",
    coded: CodedItems,
    rows: pd.DataFrame,
) -> pd.Series:
    """Return codes on the item's scale, higher is better: bridged, or left out where a wave's scale differed."""
    scale = changed.scale if changed is not None and changed.scale else item.scale
    if changed is not None and changed.bridge is not None:
        bridged = changed.bridge.slope * codes + changed.bridge.intercept
        tolerance = 1e-9 * (item.scale.max - item.scale.min)
        outside = bridged.notna() & ~bridged.between(item.scale.min - tolerance, item.scale.max + tolerance)
        if outside.any():
            rule = f"must map onto the item's scale {_span(item.scale)}"
            what = f"survey.items.{key}.waves.{wave}.bridge"
            coded.faults.append(row_fault(rows, outside, what=what, rule=rule, values=bridged))
        return _turned(bridged.where(~outside), item.scale)
    if (scale.min, scale.max) != (item.scale.min, item.scale.max):
        if codes.notna().any():
            coded.notes.append(
                N_(
                    "In wave {wave:text} the question {item:text} was asked on another scale, without a bridge: its"
                    " answers of that wave are left out, and its trend is broken there.",
                    wave=wave or "",
                    item=key,
                )
            )
        return pd.Series(np.nan, index=codes.index)
    return _turned(codes, scale)


def _turned(codes: pd.Series, scale: "ScaleSpec") -> pd.Series:
    return codes if scale.direction == "higher_is_better" else scale.min + scale.max - codes


def _check_recommendation(
    frame: pd.DataFrame, values: pd.Series, key: str, item: "ItemSpec", coded: CodedItems
) -> None:
    """Refuse or note answers that look coded 1 to 10; `labels` that state what "0" means switch the check off."""
    answered = values.notna()
    if "0" in item.labels or not answered.any() or (values == 0).any():
        return
    if any(fault.what == f"survey.items.{key}" for fault in coded.faults):
        return
    ones = values == 1
    if int(ones.sum()) >= ONES_WITHOUT_ZERO:
        coded.faults.append(
            Fault(
                what=f"survey.items.{key}",
                rule="must be coded 0 to 10 (recommendation)",
                found=f"answers from 1 to {values.max():g}: '1' {times(int(ones.sum()))}, '0' never",
                where=describe_rows(frame.loc[ones]),
                hint="probably asked from 1 to 10: give the item the role attitudinal_loyalty and the scale 1 to 10;"
                f" or asked from 0 to 10 and coded 1 to 11: `labels: {{{RECODED}}}`; or 0 was offered and nobody chose"
                f' it: `labels: {{"0": 0}}` ({coded.written(("survey", "items", key))})',
                count=int(answered.sum()),
            )
        )
    elif int(answered.sum()) >= LARGE_SAMPLE:
        coded.notes.append(
            N_(
                "Nobody of {n:int} answered 0 to the recommendation question {item:text}; check that it was asked"
                " from 0 to 10.",
                n=int(answered.sum()),
                item=key,
            )
        )
