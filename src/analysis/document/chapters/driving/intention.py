"""Whether customers do what they say, in a board's words."""

from analysis.document.blocks import Block, Callout, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.intention import plot_intention
from analysis.document.method_tables import tabulate_coefficients
from analysis.document.methods import method_name
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, start
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.behaviour.result import Behaviour, IntentionModel, SaidAndDone
from analysis.results import Estimate, NotEstimable, Outcome

KEY = "intention"
QUESTION = N_("Do customers do what they say?")
LONGEST_ITEM = 80


def intention_section(context: ChapterContext, behaviour: Behaviour | NotEstimable) -> Section:
    """Return the question of intention and behaviour, answered; or why there is no answer."""
    t = context.t
    model = behaviour if isinstance(behaviour, NotEstimable) else behaviour.intention
    if isinstance(model, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(model.reason), answered=False)
    table = None if isinstance(model.table, NotEstimable) else _tabulate(context, model, model.table)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(state_difference(model), state_saying(model)),
        blocks=(plot_intention(model, title_of(model), t, context.theme), table, _note(context, model)),
        limits=_limits(context, model),
        appendix=_appendix(context, model),
    )


def title_of(model: IntentionModel) -> Message:
    """Return the figure's title: whether saying or doing goes with satisfaction more strongly."""
    if isinstance(model.difference, Estimate) and model.difference.low > 0:
        return N_("Satisfaction goes with what customers say more than with what they do")
    if isinstance(model.difference, Estimate) and model.difference.high < 0:
        return N_("Satisfaction goes with what customers do more than with what they say")
    return N_("The data cannot tell whether satisfaction goes more with what customers say or with what they do")


def state_difference(model: IntentionModel) -> Message:
    """Return both effects and their difference as one sentence, the difference with its interval."""
    said, done, gap = model.intention_effect, model.purchase_effect, model.difference
    effects = N_(
        "Where satisfaction is 10 points higher, the share of customers who say that they will buy again differs by"
        " {said:points} percentage points (95% interval {said_low:points} to {said_high:points}), the share who do by"
        " {done:points} ({done_low:points} to {done_high:points})",
        said=said.value,
        said_low=said.low,
        said_high=said.high,
        done=done.value,
        done_low=done.low,
        done_high=done.high,
    )
    if isinstance(gap, NotEstimable):
        return N_("{effects:message}.", effects=effects)
    size = {"effects": effects, "low": gap.low, "high": gap.high, "gap": gap.value}
    if gap.low > 0:
        return N_(
            "{effects:message}: what they say goes with satisfaction more strongly, by {gap:points} percentage points"
            " ({low:points} to {high:points}).",
            **size,
        )
    if gap.high < 0:
        return N_(
            "{effects:message}: what they do goes with satisfaction more strongly (saying less doing {gap:points}"
            " percentage points, {low:points} to {high:points}).",
            **size,
        )
    return N_(
        "{effects:message}; the data cannot tell the two apart (saying less doing {gap:points} percentage points,"
        " {low:points} to {high:points}).",
        **size,
    )


def state_saying(model: IntentionModel) -> Message | None:
    """Return how many of those who said so bought, and of those who did not; None where it is not known."""
    if isinstance(model.table, NotEstimable):
        return None
    said, silent = model.table.bought_if_said, model.table.bought_if_silent
    if isinstance(said, NotEstimable):
        return None
    if isinstance(silent, NotEstimable):
        return N_(
            "Of those who said so, {share:percent} bought within {days:int} days.",
            share=said.value,
            days=model.horizon_days,
        )
    return N_(
        "Of those who said so, {share:percent} bought within {days:int} days; of those who did not, {other:percent}.",
        share=said.value,
        days=model.horizon_days,
        other=silent.value,
    )


def _tabulate(context: ChapterContext, model: IntentionModel, table: SaidAndDone) -> Table:
    t = context.t
    counts = (table.said_bought, table.said_not, table.silent_bought, table.silent_not)
    labels = (
        N_("Said that they would, and bought"),
        N_("Said that they would, and did not buy"),
        N_("Did not say so, and bought"),
        N_("Did not say so, and did not buy"),
    )
    rows = [
        (t(label), t.number(count, 0), cell_text(share, t, context.small_cell))
        for label, count, share in zip(labels, counts, table.shares, strict=True)
    ]
    rows += [
        (
            t(N_("Bought, of those who said so")),
            t.number(table.said_bought + table.said_not, 0),
            cell_text(table.bought_if_said, t, context.small_cell),
        ),
        (
            t(N_("Bought, of those who did not")),
            t.number(table.silent_bought + table.silent_not, 0),
            cell_text(table.bought_if_silent, t, context.small_cell),
        ),
    ]
    columns = (
        start(t(N_("What they said and did")), 2.2),
        end(t(N_("Customers")), 0.8),
        end(t(N_("Share (95% interval)")), 1.5),
    )
    note = N_(
        "Said so: {threshold:message} to the question {item:text}. Bought: within {days:int} days after the answer.",
        threshold=model.threshold,
        item=clean_text(model.item, LONGEST_ITEM),
        days=model.horizon_days,
    )
    return Table(
        title=t(N_("What customers said, and what they did")), columns=columns, rows=tuple(rows), notes=(t(note),),
        emphasis=(4, 5), anchor="table-intention-said-done",
    )  # fmt: skip


def _note(context: ChapterContext, model: IntentionModel) -> Block | None:
    t, (anchor,) = context.t, model.anchors
    said, done = model.intention_correlation, model.purchase_correlation
    if isinstance(said, NotEstimable) or isinstance(done, NotEstimable):
        return None
    text = N_(
        "Correlation of satisfaction with the intention: {said:text}, with buying again: {done:text}. Published studies"
        " average {anchor:number2} with the intention and find no clear one with buying (Curtis and others,"
        " {year:text}).",
        said=t.estimate(said),
        done=t.estimate(done),
        anchor=anchor.value,
        year=str(anchor.year),
    )
    return Callout(variant="note", title=t(N_("Beside published studies")), items=(t(text),))


def _limits(context: ChapterContext, model: IntentionModel) -> tuple[str, ...]:
    t = context.t
    limits: list[Message] = []
    if isinstance(model.table, NotEstimable):
        limits.append(model.table.reason)
    limits.append(
        N_(
            "A customer may have meant to buy later than {days:int} days, or somebody else may decide; not having"
            " bought is no broken promise.",
            days=model.horizon_days,
        )
    )
    return tuple(t(limit) for limit in limits)


def _appendix(context: ChapterContext, model: IntentionModel) -> tuple[Block | None, ...]:
    t = context.t
    method = N_(
        "Two logistic regressions with the same {n:int} customers and the same columns (satisfaction / 10, past buying,"
        " controls), one of the intention (counted where it is {threshold:message}), one of an order within {days:int}"
        " days; average marginal effects. {missing:int} customers were left out because something was unknown. Their"
        " difference: {draws:int} draws of whole groups of companies, both regressions at once.",
        n=model.n,
        threshold=model.threshold,
        days=model.horizon_days,
        missing=model.missing,
        draws=model.draws,
    )
    weights = N_("With survey weights.") if model.weighted else N_("The survey came without weights of its own.")
    return (
        Prose(paragraphs=(t.sentences(method, weights),)),
        notes_on_sample(t(note) for note in model.notes),
        _tabulate_effects(context, model),
        tabulate_coefficients(
            model.coefficients_intention, t, title=N_("Saying that one will buy again: log odds"),
            anchor="table-intention-coefficients",
        ),
        tabulate_coefficients(
            model.coefficients_purchase, t, title=N_("Buying again, the same customers: log odds"),
            anchor="table-intention-purchase-coefficients",
        ),
    )  # fmt: skip


def _tabulate_effects(context: ChapterContext, model: IntentionModel) -> Table:
    t = context.t
    pairs: list[tuple[Message, Outcome]] = [
        (N_("Effect on saying, percentage points"), model.intention_effect),
        (N_("Effect on buying, percentage points"), model.purchase_effect),
        (N_("Saying less doing, percentage points"), model.difference),
        (N_("Correlation with the intention"), model.intention_correlation),
        (N_("Correlation with buying again"), model.purchase_correlation),
        (N_("Difference of the correlations"), model.correlation_difference),
    ]
    if not isinstance(model.table, NotEstimable):
        pairs.append((N_("Bought if said less bought if not, percentage points"), model.table.difference))
    rows = []
    for label, outcome in pairs:
        if isinstance(outcome, NotEstimable):
            rows.append((t(label), t(outcome.reason), DASH, DASH))
            continue
        p = DASH if outcome.p_value is None else t.value(outcome.p_value, "pvalue")
        rows.append((t(label), t.estimate(outcome), p, method_name(outcome.method, t)))
    columns = (
        start(t(N_("Of 10 points of satisfaction")), 2.0),
        end(t(N_("Estimate (95% interval)")), 1.6),
        end(t(N_("p")), 0.6),
        start(t(N_("Interval")), 2.0),
    )
    return Table(
        title=t(N_("Saying and doing in full")), columns=columns, rows=tuple(rows), anchor="table-intention-effects"
    )
