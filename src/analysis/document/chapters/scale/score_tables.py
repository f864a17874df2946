"""The tables of the relationship score: ways of weighing, their weights, and the groups."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Callout, Table
from analysis.document.native import marked
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.results import Estimate, NotEstimable
from analysis.scale.groups import GroupScore
from analysis.scale.weighting import WeightedScore


def tabulate_weightings(schemes: Sequence[WeightedScore], t: Translator, small_cell: int) -> Table:
    """Return one row a way of weighing: score, level, the levels that its interval admits, the heaviest dimension."""
    peers = [scheme.overall for scheme in schemes]
    rows, emphasis, reasons = [], [], []
    for position, scheme in enumerate(schemes):
        if scheme.is_chosen:
            emphasis.append(position)
        if isinstance(scheme.overall, NotEstimable):
            rows.append((t(scheme.name), DASH, DASH, DASH, _heaviest(scheme, t)))
            reasons.append(
                t(N_("{scheme:message}: {reason:message}", scheme=scheme.name, reason=scheme.overall.reason))
            )
            continue
        rows.append(
            (
                t(scheme.name),
                cell_text(scheme.overall, t, small_cell, peers=peers),
                scheme.level,
                admitted(scheme.level_range, t),
                _heaviest(scheme, t),
            )
        )
    columns = (
        start(t(N_("Weights")), 2.2),
        end(t(N_("Points (95% interval)")), 1.5),
        end(t(N_("Level")), 0.6),
        end(t(N_("Levels within the interval")), 1.1),
        start(t(N_("Heaviest dimension")), 1.8),
    )
    return Table(
        title=t(N_("The relationship score under different weights")),
        columns=columns,
        rows=tuple(rows),
        notes=notes_of(
            t(N_("Bold: the score of this audit. An interval takes the weights as they are.")),
            *dict.fromkeys(reasons),
        ),
        emphasis=tuple(emphasis),
        anchor="table-score-weights",
    )


def admitted(levels: tuple[str, str], t: Translator) -> str:
    """Return the levels that an interval admits: one letter, or the lowest and the highest."""
    low, high = levels
    return low if low == high else t(N_("{low:text} to {high:text}", low=low, high=high))


def _heaviest(scheme: WeightedScore, t: Translator) -> str:
    if not scheme.weights:
        return DASH
    most = max(scheme.weights, key=lambda weight: weight.share)
    if sum(weight.share >= most.share - 1e-9 for weight in scheme.weights) > 1:
        return t(N_("none alone"))
    return t(N_("{dimension:message}, {share:percent}", dimension=most.name, share=most.share))


def tabulate_weights(schemes: Sequence[WeightedScore], t: Translator) -> Table | None:
    """Return the weight of each dimension under each way; None where there is but one way."""
    known = [scheme for scheme in schemes if scheme.weights]
    if len(known) < 2:
        return None
    names: dict[str, Message] = {weight.dimension: weight.name for scheme in known for weight in scheme.weights}
    shares = [{weight.dimension: weight.share for weight in scheme.weights} for scheme in known]
    rows = tuple(
        (t(name), *(t.percent(own[key]) if key in own else DASH for own in shares)) for key, name in names.items()
    )
    columns = (start(t(N_("Dimension")), 1.5), *(end(t(scheme.name), 1.3) for scheme in known))
    note = N_(
        "Weights are choices and rules, not estimates of what is right: they have no interval. Those taken from data"
        " move from one audit to the next."
    )
    return Table(
        title=t(N_("What each dimension weighs")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-score-shares",
    )  # fmt: skip


def tabulate_groups_scored(
    groups: Sequence[GroupScore],
    t: Translator,
    small_cell: int,
    *,
    title: Message,
    head: Message,
    anchor: str,
    names: Mapping[str, str] | None = None,
) -> Table | None:
    """Return one row a group with its dimensions and the whole; None where no group has a score on any dimension."""
    shown = [group for group in groups if any(isinstance(each.score, Estimate) for each in group.dimensions)]
    if not shown:
        return None
    ranked = sorted(shown, key=lambda group: (-_points(group), group.group))
    dimensions = ranked[0].dimensions
    rows = []
    for group in ranked:
        label = clean_text(short_id((names or {}).get(group.group, group.group)), 40)
        cells = [cell_text(each.score, t, small_cell) for each in group.dimensions]
        whole = cell_text(group.overall, t, small_cell)
        if group.level:
            whole = marked(whole, f" {group.level}")
        rows.append((label, *cells, whole))
    kept, note = cap_rows(rows, t)
    silent = len(groups) - len(shown)
    columns = (
        start(t(head), 1.4),
        *(end(t(each.name), 1.2) for each in dimensions),
        end(t(N_("Whole, level")), 1.3),
    )
    missing = any(isinstance(group.overall, NotEstimable) for group in shown)
    return Table(
        title=t(title),
        columns=columns,
        rows=tuple(kept),
        notes=notes_of(
            t(N_("In brackets: 95% intervals.")),
            t(
                N_(
                    "Where a dimension cannot be scored as for all customers there is no whole: the rest would not be"
                    " comparable."
                )
            )
            if missing
            else "",
            t(N_("{count:int} groups are too small for any dimension.", count=silent)) if silent else "",
            note,
        ),
        anchor=anchor,
    )


def explain_unscored(
    groups: Sequence[GroupScore], t: Translator, *, title: Message, finding: Message
) -> Callout | None:
    """Return why no group has a score on any dimension; None where one has, or where there are no groups.

    The reason for a dimension is that of the group with the most data, which comes closest to a score.
    """
    if not groups or any(isinstance(each.score, Estimate) for group in groups for each in group.dimensions):
        return None
    reasons: dict[str, list[Message]] = {}
    for place, dimension in enumerate(groups[0].dimensions):
        closest = max((group.dimensions[place].score for group in groups), key=lambda score: score.n or 0)
        if isinstance(closest, NotEstimable):
            reasons.setdefault(t(closest.reason), []).append(dimension.name)
    told = [t(N_("{names:list}: {reason:text}", names=names, reason=reason)) for reason, names in reasons.items()]
    return Callout(variant="note", title=t(title), items=(t(finding), *told))


def _points(group: GroupScore) -> float:
    return group.overall.value if isinstance(group.overall, Estimate) else float("-inf")
