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
        ``before`` the first survey answer used, ``during`` (after the first, not after the last), ``after`` all of
        them, or ``undeclared``. Declared after the data were there, a hypothesis is exploratory.
    declared_on
        Day of the declaration (ISO), or "" where there is none.
    data_from
        First day of the survey answers that may be used (ISO), or "" for all.
    first_data, last_data
        First and last survey answer used (ISO); without a survey the date of the data.
    count
        Hypotheses declared.
    canonical
        The hypotheses as canonical JSON (sorted keys, no spaces, UTF-8), or "".
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
        return self.timing in ("before", "during")


def canonical_hypotheses(study: StudySpec) -> str:
    """Return the hypotheses as JSON that does not depend on how the file is laid out."""
    hypotheses = [hypothesis.model_dump(mode="json") for hypothesis in study.hypotheses]
    return json.dumps(hypotheses, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def describe_declaration(study: StudySpec | None, first_data: dt.date, last_data: dt.date) -> Declaration:
    """Return what was declared and when, held against the first and last data used."""
    dates = {"first_data": first_data.isoformat(), "last_data": last_data.isoformat()}
    if study is None:
        return Declaration(timing="undeclared", declared_on="", data_from="", count=0, canonical="", sha256="", **dates)
    canonical = canonical_hypotheses(study)
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
    return "during" if declared_on > first_data else "before"
