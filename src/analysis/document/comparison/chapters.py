"""The chapters of what was measured: what is not the same, the score, every indicator, and the groups."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Block, BulletList, Table
from analysis.document.comparison.context import ComparisonContext, present
from analysis.document.comparison.figures import plot_differences, plot_scores
from analysis.document.comparison.summary import moved, score_sentence
from analysis.document.comparison.tables import tabulate_compared, tabulate_divergences, tabulate_levels
from analysis.document.comparison.words import group_of, movement
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.monitoring.comparison.published import SCORE
from analysis.monitoring.comparison.shapes import Compared, Scope
from analysis.results import Estimate

GROUPS: tuple[Scope, ...] = ("segment", "manager", "partner")
MOST_LISTED = 10


def write_divergences(context: ComparisonContext) -> tuple[Block, ...]:
    """Return what is not the same in the two audits."""
    divergences = context.comparison.divergences
    stops = sum(each.stops for each in divergences)
    if not divergences:
        finding: Message = N_(
            "Definitions, questionnaire, weights, parameters and sources are the same in both audits, as far as the"
            " reports tell."
        )
    elif not stops:
        finding = NP_(
            "One thing differs between the two audits; it does not keep a number from being compared.",
            "{count:int} things differ between the two audits; none of them keeps a number from being compared.",
            len(divergences),
        )
    else:
        finding = NP_(
            "One difference between the two audits keeps numbers from being compared; they stand side by side, and no"
            " difference is drawn.",
            "{count:int} differences between the two audits keep numbers from being compared; they stand side by side,"
            " and no difference is drawn.",
            stops,
        )
    return present([context.lead(finding), tabulate_divergences(divergences, context.t)])


def write_score(context: ComparisonContext) -> tuple[Block, ...]:
    """Return the score and its dimensions, then and now."""
    comparison, t = context.comparison, context.t
    scores = [each for each in comparison.of("whole") if each.indicator.startswith(SCORE)]
    reweighed = None
    if comparison.reweighed is not None:
        reweighed = N_(
            "Under the weights of then, the score would now be {score:number1}: what remains of the difference is not"
            " due to the weights.",
            score=comparison.reweighed,
        )
    sentences = list(score_sentence(context)) or [N_("Neither audit has a relationship score.")]
    title = N_("The relationship score and its dimensions, then and now")
    table = tabulate_compared(scores, t, comparison.small_cell, title=title, anchor="table-scores")
    return present(
        [
            context.lead(*sentences, reweighed),
            plot_scores(scores, title, t, context.theme),
            table,
            tabulate_levels(comparison.levels, t),
            context.limits(
                N_(
                    "How closely the two scores move together is not known from the reports: the interval of their"
                    " difference holds for any correlation of their parts, so that it is rather too wide."
                )
                if any(isinstance(each.difference, Estimate) for each in scores)
                else None,
                N_("A level changes at a line: a step from one to the next may be less than a point."),
            ),
        ]
    )


def write_indicators(context: ComparisonContext) -> tuple[Block, ...]:
    """Return every indicator of the whole client, and its questions."""
    comparison, t = context.comparison, context.t
    indicators = [each for each in comparison.of("whole") if not each.indicator.startswith(SCORE)]
    counted = [each for each in indicators if each.unit != "money"]
    amounts = [each for each in indicators if each.unit == "money"]
    questions = list(comparison.of("question"))
    found = [each for each in moved(context) if each.scope in ("whole", "question")]
    found = [each for each in found if not each.indicator.startswith(SCORE)]
    tested = sum(each.adjusted_p is not None for each in (*indicators, *questions))
    finding = N_(
        "Of {tested:int} indicators and questions compared for the whole client, none changed beyond what chance"
        " explains.",
        tested=tested,
    )
    if found:
        finding = NP_(
            "Of {tested:int} indicators and questions compared for the whole client, one changed beyond what chance"
            " explains.",
            "Of {tested:int} indicators and questions compared for the whole client, {count:int} changed beyond what"
            " chance explains.",
            len(found),
            tested=tested,
        )
    small, restated = comparison.small_cell, [each.name for each in indicators if each.restated is not None]
    title = N_("What changed for the whole client, the surest first")
    return present(
        [
            context.lead(finding if tested else N_("Nothing was measured anew.")),
            _listed(found, t),
            plot_differences([*indicators, *questions], title, t, context.theme),
            tabulate_compared(counted, t, small, title=N_("Every indicator, then and now"), anchor="table-indicators"),
            tabulate_compared(
                amounts, t, small, title=N_("Amounts of money, then and now"), anchor="table-amounts", brief=True
            ),
            tabulate_compared(
                questions, t, small, title=N_("Every question, 0 to 100 points, then and now"), anchor="table-questions"
            ),
            context.limits(
                N_(
                    "Where only the two printed intervals are in hand, a change is tested as if the periods were"
                    " independent; small changes are then missed more easily."
                ),
                N_(
                    "The data of today say of the earlier period what was not printed then, because they have been"
                    " changed since: {names:list}.",
                    names=restated,
                )
                if restated
                else None,
            ),
        ]
    )  # fmt: skip


def _listed(found: Sequence[Compared], t: Translator) -> BulletList | None:
    """Return what moved, the surest of it where it is much; the tables have it all."""
    if not found:
        return None
    items = [t(movement(each, t)) for each in found[:MOST_LISTED]]
    more = len(found) - len(items)
    if more > 0:
        items.append(t(NP_("One more is in the tables.", "{count:int} more are in the tables.", more)))
    return BulletList(items=tuple(items))


def scope_titles() -> Mapping[Scope, tuple[Message, Message]]:
    """Return the title of the table of all groups of a kind, and the head of its column of names."""
    return {
        "manager": (N_("By account manager, then and now"), N_("Account manager")),
        "partner": (N_("By partner, then and now"), N_("Partner")),
    }


def write_groups(context: ComparisonContext) -> tuple[Block, ...]:
    """Return segments, account managers and partners: what moved, and every number in full."""
    comparison, t = context.comparison, context.t
    found = [each for each in moved(context) if each.scope in GROUPS]
    tested = sum(each.adjusted_p is not None for each in comparison.of(*GROUPS))
    finding: Message = N_("No segment, account manager or partner has a number that can be compared.")
    if tested and not found:
        finding = N_(
            "Of {tested:int} numbers of segments, account managers and partners, none changed beyond what chance"
            " explains.",
            tested=tested,
        )
    elif tested:
        finding = NP_(
            "Of {tested:int} numbers of segments, account managers and partners, one changed beyond what chance"
            " explains.",
            "Of {tested:int} numbers of segments, account managers and partners, {count:int} changed beyond what chance"
            " explains.",
            len(found),
            tested=tested,
        )
    tables = _group_tables(context)
    return present(
        [
            context.lead(finding),
            _listed(found, t),
            *tables,
            context.limits(
                N_(
                    "Groups are as either audit had them: a customer that changed its segment, account manager or"
                    " partner counts then for one and now for the other."
                )
                if any(tables)
                else None,
                N_(
                    "A group is compared from the two printed intervals, as if the periods were independent; small"
                    " changes are missed more easily."
                )
                if tested
                else None,
            ),
        ]
    )


def _group_tables(context: ComparisonContext) -> list[Table | None]:
    """Return a table for each segment, one each for all account managers and all partners, and one of all amounts."""
    comparison, t, small = context.comparison, context.t, context.comparison.small_cell
    of = {scope: sorted(comparison.of(scope), key=lambda each: each.group_name) for scope in GROUPS}
    tables = []
    for position, name in enumerate(dict.fromkeys(each.group_name for each in of["segment"]), 1):
        rows = [each for each in of["segment"] if each.group_name == name and each.unit != "money"]
        if rows:
            title = N_("{group:text}, then and now", group=group_of(rows[0]))
            table = tabulate_compared(rows, t, small, title=title, anchor=f"table-segment-{position}", brief=True)
            tables.append(table)
    for scope, (heading, head) in scope_titles().items():
        rows = [each for each in of[scope] if each.unit != "money"]
        tables.append(tabulate_compared(rows, t, small, title=heading, anchor=f"table-{scope}", group=head, brief=True))
    amounts = [each for scope in GROUPS for each in of[scope] if each.unit == "money"]
    title = N_("Amounts of money by segment, account manager and partner, then and now")
    tables.append(
        tabulate_compared(amounts, t, small, title=title, anchor="table-group-amounts", group=N_("Group"), brief=True)
    )
    return tables
