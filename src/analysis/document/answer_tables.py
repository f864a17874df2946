"""What was answered behind the indices, as tables: questions, touchpoints and products, with their change."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.prose import cell_text
from analysis.document.tables import (
    cap_rows,
    change_text,
    end,
    is_known,
    n_text,
    notes_of,
    sort_value,
    start,
    value_and_n,
)
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.indicators.shapes import ItemResult, ProductResult, TouchpointResult
from analysis.messages import N_, Message
from analysis.monitoring import Changes
from analysis.params.base import localized
from analysis.results import Change, NotEstimable, Outcome

Found = Change | NotEstimable | None
QUESTIONS = N_("The questions, best rated first")


def tabulate_items(
    items: Sequence[ItemResult], changes: Changes, t: Translator, small_cell: int, *, title: Message = QUESTIONS,
    anchor: str = "table-items",
) -> Table:  # fmt: skip
    """Return the questionnaire's items, best rated first: points, change, mean, share of the two best answers, n."""
    ranked = sorted(items, key=lambda item: (-sort_value(item.index), item.key))
    compared = _is_compared([item.change for item in items])
    rows = [
        (
            clean_text(localized(item.label, t.language), 80),
            cell_text(item.index, t, small_cell, peers=[other.index for other in items]),
            *((change_text(item.change, t),) if compared else ()),
            cell_text(item.mean, t, small_cell, peers=[other.mean for other in items]),
            f"{t.number(item.scale[0])}–{t.number(item.scale[1])}",
            cell_text(item.top2, t, small_cell, peers=[other.top2 for other in items]),
            n_text(item.mean, t),
        )
        for item in ranked
    ]
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(title),
        columns=(
            start(t(N_("Question")), 1.9 if compared else 2.4),
            end(t(N_("Points, 0 to 100")), 1.4 if compared else 1.5),
            *((end(t(N_("Change to the wave before")), 1.6),) if compared else ()),
            end(t(N_("Mean answer")), 1.4 if compared else 1.6),
            end(t(N_("Scale")), 0.7),
            end(t(N_("Two best answers")), 1.5 if compared else 1.6),
            end(t(N_("n")), 0.6),
        ),
        rows=tuple(kept),
        notes=notes_of(
            t(N_("Every question is turned so that a higher answer is better.")),
            *_change_notes([item.change for item in items], changes, t),
            note,
        ),
        anchor=anchor,
    )


def tabulate_own_items(
    dimension: str, items: Sequence[ItemResult], changes: Changes, t: Translator, small_cell: int
) -> Table | None:
    """Return the client's own questions (role custom) about one of the five dimensions; None without any."""
    own = [item for item in items if item.dimension == dimension and is_known(item.index)]
    if not own:
        return None
    return tabulate_items(
        own, changes, t, small_cell, title=N_("The client's own questions about this, best rated first"),
        anchor=f"table-{dimension}-questions".replace("_", "-"),
    )  # fmt: skip


def tabulate_touchpoints(
    touchpoints: Sequence[TouchpointResult], changes: Changes, t: Translator, small_cell: int
) -> Table:
    """Return the touchpoints, best score first."""
    return _tabulate_scores(
        [(row.touchpoint, row.score, row.change) for row in touchpoints], changes, t, small_cell,
        title=N_("Touchpoints, best rated first"), heading=N_("Touchpoint"), anchor="table-touchpoints",
    )  # fmt: skip


def tabulate_products(
    products: Sequence[ProductResult], changes: Changes, t: Translator, small_cell: int
) -> Table | None:
    """Return the satisfaction index by the product that responses are about, best first; None where none is known."""
    if not any(is_known(product.score) for product in products):
        return None
    return _tabulate_scores(
        [(row.product, row.score, row.change) for row in products], changes, t, small_cell,
        title=N_("Satisfaction by product, best rated first"), heading=N_("Product"), anchor="table-products",
    )  # fmt: skip


def _tabulate_scores(
    scores: Sequence[tuple[str, Outcome, Found]], changes: Changes, t: Translator, small_cell: int, *, title: Message,
    heading: Message, anchor: str,
) -> Table:  # fmt: skip
    ranked = sorted(scores, key=lambda row: (-sort_value(row[1]), row[0]))
    peers, found = [score for _, score, _ in ranked], [change for _, _, change in ranked]
    compared = _is_compared(found)
    rows = []
    for name, score, change in ranked:
        value, n = value_and_n(score, t, small_cell, peers)
        rows.append((clean_text(name, 60), value, *((change_text(change, t),) if compared else ()), n))
    kept, note = cap_rows(rows, t)
    columns = (
        start(t(heading), 2.0),
        end(t(N_("Points, 0 to 100")), 1.5),
        *((end(t(N_("Change to the wave before")), 1.5),) if compared else ()),
        end(t(N_("n")), 0.7),
    )
    return Table(
        title=t(title), columns=columns, rows=tuple(kept),
        notes=notes_of(t(N_("In brackets: 95% intervals.")), *_change_notes(found, changes, t), note), anchor=anchor,
    )  # fmt: skip


def _is_compared(changes: Sequence[Found]) -> bool:
    return any(isinstance(change, Change) for change in changes)


def _change_notes(shown: Sequence[Found], changes: Changes, t: Translator) -> list[str]:
    """Return what the column of changes says and how it was tested; nothing without one."""
    if not _is_compared(shown):
        return []
    moved = any(isinstance(change, Change) and change.verdict != "no_change" for change in shown)
    family = N_(
        "Changes in points; {tested:int} changes of questions, touchpoints and products were tested as a family of"
        " their own, the rate of false findings held at {rate:percent} (Benjamini and Hochberg).",
        tested=len(changes.answers),
        rate=changes.false_discovery_rate,
    )
    return [t(N_("* a change that the test tells from noise.")) if moved else "", t(family)]
