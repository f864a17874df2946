"""What was declared before the run, and whether it was declared in time: the hash and date that a study prints."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from analysis.models.parts import ModelPart
from analysis.params.study import StudySpec

Timing = Literal["undeclared", "before", "during", "after"]


@dataclass(frozen=True, kw_only=True)
class Declaration(ModelPart):
    """The hypotheses of one client as they were declared.

    Parameters
    ----------
    timing
        ``before`` the day of the first survey answer used, ``during`` (on that day or later, not after the last),
        ``after`` all of them, or ``undeclared``. Only what was declared before every answer that tests it is
        confirmatory: whoever declares during a survey may have seen its first answers, and says with `data_from` that
        only later ones are to be used.
    declared_on
        Day of the declaration (ISO), or "" where there is none.
    data_from
        First day of the survey answers that may be used (ISO), or "" for all.
    first_data, last_data
        First and last survey answer used (ISO); without a survey the date of the data.
    count
        Hypotheses declared.
    canonical
        Hypotheses, day of the declaration and first day of the data as canonical JSON (sorted keys, no spaces, UTF-8),
        or "".
    sha256
        SHA-256 of `canonical`, hexadecimal, or "".
    """

    timing: Timing
    declared_on: str
    data_from: str
    first_data: str
    last_data: str
    count: int
    canonical: str
    sha256: str

    @property
    def in_time(self) -> bool:
        """Return whether the declared hypotheses may be tested as confirmatory."""
        return self.timing == "before"


def canonical_declaration(study: StudySpec) -> str:
    """Return all that was declared as JSON that does not depend on how the file is laid out.

    The dates belong to it: with another day of declaration, or other data, the same hypotheses are another test.
    """
    declaration = study.model_dump(mode="json", include={"declared_on", "data_from", "hypotheses"})
    return json.dumps(declaration, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def describe_declaration(study: StudySpec | None, first_data: dt.date, last_data: dt.date) -> Declaration:
    """Return what was declared and when, held against the first and last data used."""
    dates = {"first_data": first_data.isoformat(), "last_data": last_data.isoformat()}
    if study is None:
        return Declaration(timing="undeclared", declared_on="", data_from="", count=0, canonical="", sha256="", **dates)
    canonical = canonical_declaration(study)
    return Declaration(
        timing=_timing(study.declared_on, first_data, last_data),
        declared_on=study.declared_on.isoformat(),
        data_from=study.data_from.isoformat() if study.data_from else "",
        count=len(study.hypotheses),
        canonical=canonical,
        sha256=hashlib.sha256(canonical.encode("utf-8")).hexdigest(),
        **dates,
    )


def _timing(declared_on: dt.date, first_data: dt.date, last_data: dt.date) -> Timing:
    if declared_on > last_data:
        return "after"
    return "before" if declared_on < first_data else "during"
