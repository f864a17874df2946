"""One indicator by group: a dot and its interval for each, the whole client as a line."""

from collections.abc import Mapping

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    indicator_label,
    intervals,
    name_rows,
    pick_ends,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome

COVERED = 0.8  # below this share of the observations a reader must know that the groups are not everyone


def plot_breakdown(
    result: IndicatorResult, t: Translator, theme: Theme, *, group: str = "by_segment", limit: int = 14
) -> Figure | None:
    """Return a dot-and-interval chart of an indicator by segment or partner.

    None where no group has an estimate, or all have the same.

    Parameters
    ----------
    result
        The indicator.
    group
        ``by_segment`` or ``by_partner``.
    limit
        Most groups shown; of more, the highest and the lowest.
    """
    outcomes: Mapping[str, Outcome] = getattr(result, group)
    estimates = {label: outcome for label, outcome in outcomes.items() if isinstance(outcome, Estimate)}
    if not estimates or (len(estimates) > 1 and len({t.unit(e.value, result.unit) for e in estimates.values()}) == 1):
        return None  # nothing, or the same everywhere: no picture is needed
    ranked = sorted(estimates, key=lambda label: (-estimates[label].value, label))
    shown = pick_ends(ranked, limit)
    chosen = [estimates[label] for label in shown]
    key = f"{result.key}-{group.removeprefix('by_')}".replace("_", "-")
    with figure_drawing(theme, key, rows_height(len(shown))) as sheet:
        intervals(sheet.ax, chosen, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in chosen], y=range(len(chosen)), ax=sheet.ax, color=theme.color, s=42,
            zorder=3, linewidth=0, legend=False,
        )  # fmt: skip
        if isinstance(result.overall, Estimate):
            sheet.ax.axvline(result.overall.value, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        name_rows(sheet.ax, [short_id(label) for label in shown])
        row_notes(sheet.ax, [f"{t.estimate(e, peers=chosen)}  {t.n(e.n)}" for e in chosen])
        style_value_axis(sheet.ax, "x", result.unit, t, indicator_label(result, t))
    return figure_block(
        sheet, t,
        title=_finding(result, ranked, estimates, t),
        alt=_alternative(result, shown, estimates, t),
        caption=_caption(result, outcomes, len(ranked) - len(shown), len(outcomes) - len(estimates), t),
        data=[estimate_row(label, estimates[label]) for label in shown],
    )  # fmt: skip


def _finding(result: IndicatorResult, ranked: list[str], estimates: Mapping[str, Estimate], t: Translator) -> Message:
    first, last = estimates[ranked[0]], estimates[ranked[-1]]
    values = {
        "name": result.name,
        "highest": clean_text(short_id(ranked[0]), 60),
        "high": t.unit(first.value, result.unit),
        "lowest": clean_text(short_id(ranked[-1]), 60),
        "low": t.unit(last.value, result.unit),
    }
    if len(ranked) == 1:
        return N_("{name:message} in {highest:text}: {high:text}", **values)
    if first.low > last.high:
        return N_(
            "{name:message} is highest in {highest:text} ({high:text}) and lowest in {lowest:text} ({low:text}),"
            " beyond the uncertainty of both",
            **values,
        )
    return N_(
        "{name:message} lies between {low:text} ({lowest:text}) and {high:text} ({highest:text}); the intervals"
        " overlap, so the order is not certain",
        **values,
    )


def _alternative(result: IndicatorResult, shown: list[str], estimates: Mapping[str, Estimate], t: Translator) -> str:
    opening = N_(
        "Dot chart of {name:message} by group, {unit:text}, with {level:percent} intervals.",
        name=result.name,
        unit=indicator_label(result, t),
        level=estimates[shown[0]].level,
    )
    return t.sentences(
        opening, t.listing(f"{clean_text(label, 60)}: {t.estimate(estimates[label])}" for label in shown)
    )


def _caption(
    result: IndicatorResult, outcomes: Mapping[str, Outcome], unshown: int, without: int, t: Translator
) -> str:
    level = result.overall.level if isinstance(result.overall, Estimate) else 0.95
    parts: list[Message] = [N_("Dot: estimate; bar: {level:percent} interval.", level=level)]
    if isinstance(result.overall, Estimate):
        parts.append(N_("Dashed line: all together, {value:text}.", value=t.unit(result.overall.value, result.unit)))
    if unshown:
        parts.append(N_("{count:int} more groups lie between the upper and the lower half shown.", count=unshown))
    inside, everyone = _coverage(result, outcomes)
    if inside < COVERED * everyone:
        parts.append(
            N_("The groups hold {inside:int} of {all:int}; the rest belongs to none.", inside=inside, all=everyone)
        )
    if without:
        parts.append(N_("Groups without an estimate: {count:int} (too few answers, or withheld).", count=without))
    return t.sentences(*parts)


def _coverage(result: IndicatorResult, outcomes: Mapping[str, Outcome]) -> tuple[int, int]:
    """Return how many observations the groups hold, and of how many; (0, 0) where a group's n is not to be known."""
    counts = [outcome.n for outcome in outcomes.values()]
    if result.overall.n is None or None in counts or any(_is_withheld(outcome) for outcome in outcomes.values()):
        return 0, 0
    return sum(count for count in counts if count is not None), result.overall.n


def _is_withheld(outcome: Outcome) -> bool:
    return isinstance(outcome, NotEstimable) and outcome.suppressed
