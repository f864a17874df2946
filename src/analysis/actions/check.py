"""What of alerts, actions taken and a client's own catalogue can be seen to be wrong before anything is computed.

A condition of a catalogue must ask for evidence: of an estimate, the limit that puts the whole interval on one side. An
alert may ask for any number, since it is the client's own alarm.
"""

from collections.abc import Iterator, Mapping

from analysis.actions.catalogue import Entry, load_catalogue, shipped_catalogue
from analysis.actions.facts import Kind, fact_kind, fact_names
from analysis.errors import Fault, ParamsError
from analysis.indicators.catalogue import CATALOGUE
from analysis.params.catalogue import load_own_catalogue
from analysis.params.conditions import COMPARISONS, Condition, parse_condition
from analysis.params.faults import suggestion
from analysis.params.load import written_at
from analysis.params.model import ClientParams
from analysis.params.scale import DIMENSIONS, custom_dimensions
from analysis.params.steering import ActionEntrySpec

Problem = tuple[str, str]
"""A broken rule, and a hint."""


def check_steering(params: ClientParams) -> None:
    """Refuse alerts, actions taken and entries of the client's own catalogue that cannot mean anything.

    Raises
    ------
    ParamsError
        With every fault, each with its place.
    """
    faults = [*_alert_faults(params)]
    try:
        catalogue = load_catalogue(params)
    except ParamsError as error:
        raise ParamsError([*faults, *error.faults]) from None
    faults += _own_faults(params, catalogue)
    faults += _taken_faults(params, catalogue)
    if faults:
        raise ParamsError(faults)


def _vocabulary(params: ClientParams) -> dict[str, tuple[str, ...]]:
    items = tuple(params.survey.items) if params.survey else ()
    return {"dimensions": (*DIMENSIONS, *custom_dimensions(params.survey)), "items": items}


def _alert_faults(params: ClientParams) -> Iterator[Fault]:
    for place, text in enumerate(params.alerts):
        for rule, hint in _problems(parse_condition(text), params):
            where = written_at(params, ("alerts", place))
            yield Fault(what=f"alerts[{place}]", rule=rule, found=repr(text), where=where, hint=hint)


def _problems(condition: Condition, params: ClientParams, *, evidence: bool = False) -> Iterator[Problem]:
    """Yield what is wrong with a condition; `evidence`: of a catalogue, which must ask for intervals."""
    vocabulary = _vocabulary(params)
    kind = fact_kind(condition.fact, **vocabulary)
    if kind is None:
        names = fact_names(**vocabulary)
        hint = suggestion(condition.fact, names) or "docs/definitions.md lists what there is"
        yield "must name a fact that the audit knows", hint
        return
    yield from _misuse(condition, kind)
    if evidence and kind == "estimate":
        yield from _without_evidence(condition)


def _misuse(condition: Condition, kind: Kind) -> Iterator[Problem]:
    if condition.verb in ("rises", "falls", "meets", "misses") and condition.fact not in CATALOGUE:
        yield "must name an indicator, which alone has changes and targets", ""
    if condition.operand in ("target", "benchmark") and condition.fact not in CATALOGUE:
        yield "must name an indicator, which alone has targets and benchmarks", ""
    if condition.verb in ("worse", "better") and condition.fact.partition(".")[0] != "score":
        yield "must name a score, which alone has a level", "such as 'score.level worse than B'"
    if condition.verb in COMPARISONS and kind == "flag":
        yield "must ask whether it is known or missing", f"such as '{condition.fact} is missing'"
    if condition.field and kind != "estimate":
        yield "must not ask for a part of an estimate where there is only a count", f"leave '.{condition.field}' out"


def _without_evidence(condition: Condition) -> Iterator[Problem]:
    if condition.verb in ("worse", "better"):
        yield "must ask for the interval of the score", "such as 'score.high < 50'"
    if condition.verb in COMPARISONS:
        wanted = "high" if "<" in condition.verb else "low"
        if condition.field != wanted:
            rule = "must ask for the whole interval: no evidence, no action"
            yield rule, f"write '{condition.fact}.{wanted} {condition.verb} ...'"


def entry_problems(
    key: str, spec: ActionEntrySpec, catalogue: Mapping[str, Entry], params: ClientParams
) -> Iterator[tuple[str, str, str, str]]:
    """Yield the path below the entry, the broken rule, what was found and a hint, for all that is wrong with it."""
    for place, text in enumerate(spec.when):
        for rule, hint in _problems(parse_condition(text), params, evidence=True):
            yield f"when[{place}]", rule, repr(text), hint
    words = _vocabulary(params)
    known = (*CATALOGUE, *(name for name in fact_names(**words) if fact_kind(name, **words) == "estimate"))
    if spec.indicator not in known:
        yield "indicator", "must be a known indicator", repr(spec.indicator), suggestion(spec.indicator, known)
    for place, other in enumerate(spec.yields_to):
        if other not in catalogue or other == key:
            hint = suggestion(other, catalogue)
            yield f"yields_to[{place}]", "must name another entry of the catalogue", repr(other), hint


def _own_faults(params: ClientParams, catalogue: Mapping[str, Entry]) -> Iterator[Fault]:
    own, tree = load_own_catalogue(params.actions, params.params_file)
    for key, spec in own.items():
        for below, rule, found, hint in entry_problems(key, spec, catalogue, params):
            name, _, place = below.rstrip("]").partition("[")
            path = (key, name, int(place)) if place else (key, name)
            where = "" if tree is None else str(tree.nearest(path).place)
            yield Fault(what=f"{key}.{below}", rule=rule, found=found, where=where, hint=hint)


def _taken_faults(params: ClientParams, catalogue: Mapping[str, Entry]) -> Iterator[Fault]:
    for key in params.actions_taken:
        if key not in catalogue:
            hint = suggestion(key, catalogue) or f"known are: {', '.join(list(shipped_catalogue())[:6])} ..."
            rule, where = "must name an entry of the catalogue", written_at(params, ("actions_taken", key))
            yield Fault(what=f"actions_taken.{key}", rule=rule, found=repr(key), where=where, hint=hint)
