"""What should be done, and on which evidence: the ranked list, and what it may be worth."""

import datetime as dt
from collections.abc import Mapping, Sequence

from analysis.actions import Action
from analysis.actions.alerts import describe_condition, name_of_fact
from analysis.actions.recommend import Effect
from analysis.document.blocks import Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.section import Section
from analysis.document.figures.actions import plot_actions
from analysis.document.formatting import format_day
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.params.base import localized
from analysis.results import Estimate

KEY = "actions"
QUESTION = N_("What should be done, and what is the evidence?")
ON_THE_BOARD = 6
LONGEST_TITLE = 90
NO_ACTION = N_("The data hold no evidence for any action of the catalogue: that is no proof that all is well.")


def actions_section(context: ChapterContext, result: Sequence[Action]) -> Section:
    """Return the recommended actions, best first; or that there is no evidence for any."""
    t = context.t
    if not result:
        return Section(key=KEY, question=QUESTION, finding=t(NO_ACTION), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(*_finding(result)),
        blocks=(
            plot_actions(result, title_actions(result), t, context.theme),
            tabulate_actions(_for_the_board(result), len(result), t),
        ),
        limits=(
            t(
                N_(
                    "The revenue concerned is a fact about the customers, no promise of what an action brings in; a"
                    " simulated gain holds only if the relation is causal."
                )
            ),
        ),
        appendix=(
            tabulate_actions(result, len(result), t, anchor="table-actions-all")
            if len(result) > ON_THE_BOARD
            else None,
            tabulate_evidence(result, t, _own_names(context)),
        ),
    )


def _for_the_board(actions: Sequence[Action]) -> list[Action]:
    """Return the first actions, the last of them the one with the highest clear gain where the ranking has none."""
    shown = list(actions[:ON_THE_BOARD])
    best = _best_gain(actions)
    if best is not None and best not in shown:
        shown[-1] = best
    return shown


def _best_gain(actions: Sequence[Action]) -> Action | None:
    """Return the action on a part of the service with the highest gain of those clearly above zero."""
    clear = [action for action in actions if action.effect is not None and _is_clear(action.effect)]
    return max(clear, key=_gain_of, default=None)


def _gain_of(action: Action) -> float:
    gain = None if action.effect is None else action.effect.revenue
    return gain.value if isinstance(gain, Estimate) else 0.0


def _is_clear(effect: Effect) -> bool:
    return effect.driver != "" and isinstance(effect.revenue, Estimate) and effect.revenue.low > 0


def _finding(actions: Sequence[Action]) -> list[Message]:
    sentences = [
        NP_("One action has evidence behind it.", "{count:int} actions have evidence behind them.", len(actions))
    ]
    first = actions[0]
    if first.revenue is not None and first.customers is not None:
        sentences.append(
            N_(
                "Most revenue stands behind the first, “{title:message}”: {revenue:money}, {customers:message}.",
                title=first.title,
                revenue=first.revenue,
                customers=NP_("one customer", "{count:int} customers", first.customers),
            )
        )
    best = _best_gain(actions)
    if best is not None and best.effect is not None and isinstance(best.effect.revenue, Estimate):
        sentences.append(_gain_sentence(best.effect, best.effect.revenue))
    return sentences


def _gain_sentence(effect: Effect, gain: Estimate) -> Message:
    values = {
        "driver": clean_text(effect.driver, 40),
        "points": effect.points,
        "gain": gain.value,
    }
    if gain.unit == "money":
        return N_(
            "Where a gain can be simulated, it is largest for {driver:text}: {points:number} points more would be worth"
            " {gain:money} a year (95% interval {low:money} to {high:money}), if the relation is causal.",
            low=gain.low,
            high=gain.high,
            **values,
        )
    return N_(
        "Where a gain can be simulated, it is largest for {driver:text}: {points:number} points more would be worth"
        " {gain:percent1} of revenue (95% interval {low:percent1} to {high:percent1}), if the relation is causal.",
        low=gain.low,
        high=gain.high,
        **values,
    )


def title_actions(actions: Sequence[Action]) -> Message:
    """Return the figure's title."""
    concerned = [action for action in actions if action.revenue is not None]
    if not concerned:
        return N_("No action concerns customers who can be named")
    return N_("Most revenue stands behind: {title:message}", title=concerned[0].title)


def tabulate_actions(actions: Sequence[Action], total: int, t: Translator, *, anchor: str = "table-actions") -> Table:
    """Return what, for whom, on which evidence, to what effect, by whom and by when."""
    efforts = {"low": N_("low effort"), "medium": N_("medium effort"), "high": N_("high effort")}
    rows = [
        (
            t.sentences(
                clean_text(t(action.title), LONGEST_TITLE) + ("。" if t.language == "zh" else "."), _whom(action, t)
            ),
            t(action.evidence),
            _effect_text(action, t),
            t(N_("{owner:message}, {effort:message}", owner=action.owner, effort=efforts[action.effort])),
            format_day(dt.date.fromisoformat(action.due), t.language) if action.due else DASH,
        )
        for action in actions
    ]
    columns = (
        start(t(N_("Action, and for whom")), 2.0),
        start(t(N_("Evidence")), 2.2),
        start(t(N_("Expected effect")), 1.9),
        start(t(N_("Owner, effort")), 1.2),
        end(t(N_("Due")), 1.4),
    )
    note = N_(
        "Expected effect: the revenue of the customers concerned (which, the evidence says), a fact; then, with 95%"
        " intervals, what a model of this audit says of buying again and of revenue. Simulated gains hold if the"
        " relation is causal."
    )
    more = NP_(
        "One more action is in the appendix.", "{count:int} more actions are in the appendix.", total - len(actions)
    )
    return Table(
        title=t(N_("What should be done, most revenue concerned first")),
        columns=columns,
        rows=tuple(rows),
        notes=notes_of(t(note), t(more) if total > len(actions) else ""),
        anchor=anchor,
    )


def _whom(action: Action, t: Translator) -> str:
    if action.for_whom is None:
        return ""
    return t(N_("For: {whom:message}.", whom=action.for_whom))


def _effect_text(action: Action, t: Translator) -> str:
    """Return the revenue concerned, and what the action may bring or why nobody can say."""
    parts: list[Message] = []
    if action.revenue is not None and action.customers is not None:
        parts.append(
            NP_(
                "{revenue:money} with one customer.",
                "{revenue:money} with {count:int} customers.",
                action.customers,
                revenue=action.revenue,
            )
        )
    if action.effect is not None:
        parts.append(_brings(action.effect, t))
    elif action.no_effect is not None:
        parts.append(N_("Effect not estimable: {reason:message}", reason=action.no_effect))
    return t.sentences(*parts) if parts else DASH


def _brings(effect: Effect, t: Translator) -> Message:
    gain, chance = effect.revenue, effect.repurchase
    money = t.estimate(gain) if isinstance(gain, Estimate) else ""
    share = t.estimate(chance) if isinstance(chance, Estimate) else ""
    if effect.kind == "opened":
        return N_("{gain:text} a year, if as many buy what they lack as of customers like them.", gain=money)
    if effect.kind == "returned":
        return N_(
            "Of customers silent for a year, {share:text} have come back within {days:int} more days, without such an"
            " action; what it adds is not known.",
            share=share,
            days=effect.days,
        )
    if effect.kind == "served":
        return N_(
            "Complaints settled soon: {chance:text} points of buying again within {days:int} days.",
            chance=share,
            days=effect.days,
        )
    raised = clean_text(effect.driver, 40) if effect.driver else t(N_("satisfaction"))
    values = {"points": effect.points, "driver": raised}
    if not money:
        return N_("{points:number} points more of {driver:text}: {chance:text} points of buying again.",
                  chance=share, **values)  # fmt: skip
    return N_(
        "{points:number} points more of {driver:text}: {gain:text} a year; {chance:text} points of buying again.",
        gain=money,
        chance=share,
        **values,
    )


def _own_names(context: ChapterContext) -> dict[str, Message]:
    """Return what the client's own facts are called: the scores of dimensions, and the questions of its survey."""
    scores = {
        f"score.{each.dimension}": N_("Score of: {name:message}", name=each.name)
        for each in context.audit.score.dimensions
    }
    language = context.t.language
    items = {
        f"item.{each.key}": N_("“{label:text}”", label=clean_text(localized(each.label, language), LONGEST_TITLE))
        for each in context.audit.indicators.items
    }
    return scores | items


def tabulate_evidence(actions: Sequence[Action], t: Translator, names: Mapping[str, Message]) -> Table:
    """Return the conditions that held for each action, and what it should move.

    `names` are those of the client's own facts.
    """
    rows = tuple(
        (
            clean_text(t(action.title), LONGEST_TITLE),
            t.listing(t(describe_condition(condition, names)) for condition in action.conditions),
            t(name_of_fact(action.indicator, names)),
        )
        for action in actions
    )
    columns = (start(t(N_("Action")), 2.2), start(t(N_("Condition that held")), 1.8), start(t(N_("Aims at")), 1.2))
    note = N_("The facts that conditions ask about are defined in docs/definitions.md of the software.")
    return Table(
        title=t(N_("Why each action is recommended")),
        columns=columns,
        rows=rows,
        notes=(t(note),),
        anchor="table-actions-evidence",
    )
