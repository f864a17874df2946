"""What else is not the same in two audits: parameters, sources and software. It stops nothing, and is said."""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import mapping_at, number_at, rows_at, text_at
from analysis.monitoring.comparison.shapes import Divergence, Kind
from analysis.monitoring.comparison.sides import Audited

MOST_NAMES = 12


def find_circumstances(before: Audited, after: Audited) -> Iterator[Divergence]:
    """Yield what differs without keeping a number from being compared.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    """
    yield from _promises(before.content, after.content)
    yield from _sources(before, after)
    yield from _files(before.manifest, after.manifest)
    yield from _software(before, after)


def _promises(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Divergence]:
    """Yield parameters that audit.json records."""
    words: dict[str, tuple[Message, Message]] = {
        "audience": (N_("Readers"), N_("What only an internal audit may show is shown by neither side here.")),
        "confidentiality": (
            N_("What respondents were promised"),
            N_("The stricter promise holds for both: groups' answers under the looser one are not shown."),
        ),
        "unit_of_analysis": (N_("Unit of analysis of the survey"), N_("Indexes of the survey are not compared.")),
    }
    for key, (subject, consequence) in words.items():
        one, other = text_at(then, key), text_at(now, key)
        if one and other and one != other:
            yield _said("protection", subject, _word(one), _word(other), consequence)
    numbers: dict[str, tuple[Message, Message]] = {
        "horizon_days": (
            N_("Horizon of repeat purchase, days"),
            N_("The repeat purchase rate is not compared, nor is what rests on it."),
        ),
        "small_cell": (
            N_("Fewest respondents that anything is shown about"),
            N_("The higher number holds for both: groups' answers under the lower one are not shown."),
        ),
    }
    for key, (subject, consequence) in numbers.items():
        before, after = number_at(then, key), number_at(now, key)
        if before is not None and after is not None and before != after:
            yield _said("protection" if key == "small_cell" else "parameters", subject, _number(before),
                        _number(after), consequence)  # fmt: skip


def _sources(before: Audited, after: Audited) -> Iterator[Divergence]:
    then, now = (
        [text_at(row, "table") for row in rows_at(audited.content, "data_quality", "tables")]
        for audited in (before, after)
    )
    if then and now and set(then) != set(now):
        yield _said(
            "sources",
            N_("Tables of data"),
            _names([name for name in then if name not in now], N_("the same but these")),
            _names([name for name in now if name not in then], N_("the same but these")),
            N_("What rests on a table that only one audit had cannot be compared."),
        )
    inputs = [mapping_at(audited.manifest, "inputs") for audited in (before, after)]
    if all(inputs) and inputs[0].keys() != inputs[1].keys():
        yield _said(
            "sources",
            N_("Files of data"),
            _names(sorted(inputs[0].keys() - inputs[1].keys()), N_("no others")),
            _names(sorted(inputs[1].keys() - inputs[0].keys()), N_("no others")),
            N_("Compared all the same; whether the files cover the same customers cannot be told from the reports."),
        )


def _files(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Divergence]:
    one, other = mapping_at(then, "params"), mapping_at(now, "params")
    changed = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    changed += sorted(one.keys() ^ other.keys())
    if one and other and changed:
        yield _said(
            "parameters",
            N_("Parameter files"),
            N_("as they were then"),
            N_("changed since: {names:list}", names=changed[:MOST_NAMES]),
            N_("What of it shows in definitions, weights and numbers is listed here; the rest cannot be told."),
        )


def _software(before: Audited, after: Audited) -> Iterator[Divergence]:
    versions = before.stored.audit.version, after.stored.audit.version
    if versions[0] != versions[1]:
        yield _said(
            "software",
            N_("Form of audit.json"),
            N_("version {version:text}", version=versions[0]),
            N_("version {version:text}", version=versions[1]),
            N_("What the older form does not record cannot be compared."),
        )
    codes = [text_at(audited.manifest, "code", "analysis") for audited in (before, after)]
    if all(codes) and codes[0] != codes[1]:
        yield _said(
            "software",
            N_("Software"),
            N_("as it was then"),
            N_("changed since"),
            N_("A number may differ because it is computed otherwise. To rule that out, build the earlier audit anew."),
        )


def _said(kind: Kind, subject: Message, then: Message, now: Message, consequence: Message) -> Divergence:
    return Divergence(kind=kind, subject=subject, then=then, now=now, consequence=consequence, stops=False)


def _word(text: str) -> Message:
    words = {
        "internal": N_("internal"),
        "external": N_("external"),
        "anonymous": N_("anonymous"),
        "aggregate": N_("in aggregate only"),
        "attributed": N_("attributed with consent"),
        "respondent": N_("respondent"),
        "account": N_("account"),
        "account_revenue": N_("account, weighted by revenue"),
    }
    return words.get(text) or N_("{text:text}", text=text)


def _number(value: float) -> Message:
    return N_("{value:int}", value=value)


def _names(names: list[str], none: Message) -> Message:
    if not names:
        return none
    if len(names) <= MOST_NAMES:
        return N_("{items:list}", items=names)
    return N_("{items:list} and {more:int} more", items=names[:MOST_NAMES], more=len(names) - MOST_NAMES)
