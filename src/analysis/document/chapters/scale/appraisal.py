"""Were the targets met, and by whom? The answer for the board, and a page for each account manager."""

from collections.abc import Mapping

from analysis.document.blocks import Block, Callout, Heading, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.appraisal_tables import (
    tabulate_every_target,
    tabulate_key_accounts,
    tabulate_manager,
    tabulate_ranks,
    tabulate_targets,
)
from analysis.document.chapters.section import Section
from analysis.document.figures.appraisal import plot_targets
from analysis.document.target_words import for_whom
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.indicators.appraisal_shapes import Appraisal, ManagerCard, TargetRow
from analysis.messages import N_, NP_, Message
from analysis.results import Estimate, NotEstimable

KEY = "appraisal"
QUESTION = N_("Were the targets met, and by whom?")
NO_MERIT = N_(
    "Account managers were given different customers: a difference between them says nothing about who did better with"
    " the same customers."
)
BY_CHANCE = N_(
    "Many managers compared on many indicators differ by chance alone; only differences marked * stand once all"
    " comparisons are counted."
)
NEARLY = N_("An open target is neither met nor missed: its interval holds the target.")


def appraisal_section(
    context: ChapterContext, result: Appraisal | NotEstimable, partners: Mapping[str, str] | None = None
) -> Section:
    """Return the question of the targets, answered; or why there is no answer.

    Parameters
    ----------
    context
        The audit with the means to write about it.
    result
        Targets and managers (`indicators.appraisal.appraise_managers`).
    partners
        Names of the channel partners by id; a partner without one is shown by its id.
    """
    t, names = context.t, partners or {}
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(*_findings(result, t, names)),
        blocks=(
            plot_targets(result, title_targets(result), t, context.theme, names),
            tabulate_targets(result, t, names, context.small_cell),
            _unanswered(result, t, names),
        ),
        limits=tuple(t(each) for each in _limits(result)),
        appendix=(
            tabulate_every_target(result, t, names, context.small_cell),
            *(tabulate_ranks(league, _name_of(league.indicator, result), t) for league in result.leagues),
        ),
    )


def manager_pages(context: ChapterContext, result: Appraisal | NotEstimable) -> tuple[tuple[Block, ...], ...]:
    """Return a page for each account manager: heading, finding, indicators beside the others', key accounts.

    None where there are no managers to speak of; the section says why.
    """
    if isinstance(result, NotEstimable):
        return ()
    return tuple(_page(context.t, card, number) for number, card in enumerate(result.managers, start=1))


def _page(t: Translator, card: ManagerCard, number: int) -> tuple[Block, ...]:
    key = f"manager-{number}"
    blocks: list[Block | None] = [
        Heading(level=2, text=t(N_("Account manager {manager:text}", manager=_shown(card.manager))), anchor=key),
        Prose(paragraphs=(t.sentences(*_card_findings(card, t)),)),
        tabulate_manager(card, t, f"table-{key}") if card.indicators else None,
        tabulate_key_accounts(card, t, f"table-{key}-accounts"),
    ]
    return tuple(block for block in blocks if block is not None)


def title_targets(result: Appraisal) -> Message:
    """Return how many targets were met, as the title of the figure."""
    met, missed, open_ = _counts(result)
    return N_("Targets met: {met:int}; missed: {missed:int}; open: {open:int}", met=met, missed=missed, open=open_)


def _counts(result: Appraisal) -> tuple[int, int, int]:
    verdicts = [row.attained.verdict for row in result.targets if row.attained is not None]
    return verdicts.count("met"), verdicts.count("missed"), verdicts.count("open")


def _findings(result: Appraisal, t: Translator, partners: Mapping[str, str]) -> list[Message]:
    if not result.targets:
        return [N_("No target was set; the account managers are compared with each other only.")]
    met, missed, open_ = _counts(result)
    answered = met + missed + open_
    if not answered:
        return [
            NP_("The data cannot answer the one target that was set.",
                "The data can answer none of the {count:int} targets that were set.", len(result.targets))
        ]  # fmt: skip
    found = [
        N_(
            "Of {answered:int} targets that the data can answer, {met:int} were met and {missed:int} missed; {open:int}"
            " stay open, because the target lies within the interval.",
            answered=answered,
            met=met,
            missed=missed,
            open=open_,
        )
    ]
    worst = _furthest(result)
    if worst is not None and isinstance(worst.outcome, Estimate):
        found.append(
            N_(
                "Furthest from its target is {name:message} ({who:text}): {value:text} against {target:text}.",
                name=worst.name,
                who=for_whom(worst, t, partners),
                value=t.estimate(worst.outcome),
                target=t.unit(worst.target, worst.unit),
            )
        )
    if result.silence is not None:
        found.append(result.silence.reason)
    return found


def _furthest(result: Appraisal) -> TargetRow | None:
    """Return the missed target with the least attainment, of the whole client where it missed any."""
    missed = [
        row
        for row in result.targets
        if row.attained is not None and row.attained.verdict == "missed" and row.attained.attainment is not None
    ]
    whole = [row for row in missed if row.group == "client"] or missed
    return min(whole, key=lambda row: row.attained.attainment or 0.0 if row.attained else 0.0, default=None)


def _unanswered(result: Appraisal, t: Translator, partners: Mapping[str, str]) -> Callout | None:
    """Return the targets without an answer, by reason."""
    reasons: dict[str, list[str]] = {}
    for row in result.targets:
        if isinstance(row.outcome, NotEstimable):
            what = t(N_("{name:message}, {who:text}", name=row.name, who=for_whom(row, t, partners)))
            reasons.setdefault(t(row.outcome.reason), []).append(what)
    if not reasons:
        return None
    items = tuple(
        t(N_("{targets:text}: {reason:text}", targets=t.join(list(dict.fromkeys(names))), reason=reason))
        for reason, names in reasons.items()
    )
    return Callout(variant="note", title=t(N_("Targets that the data cannot answer")), items=items)


def _limits(result: Appraisal) -> list[Message]:
    limits = [NEARLY] if _counts(result)[2] else []
    if result.managers:
        limits += [NO_MERIT, BY_CHANCE]
    return limits


def _card_findings(card: ManagerCard, t: Translator) -> list[Message]:
    found: list[Message] = []
    if card.revenue is None or card.active is None or card.revenue_share is None:
        found.append(NP_("One customer.", "{count:int} customers.", card.customers))
    else:
        found.append(
            N_(
                "{active:int} of {customers:int} customers bought in the last twelve months, for {revenue:money}:"
                " {share:percent} of all managers' revenue.",
                active=card.active,
                customers=card.customers,
                revenue=card.revenue,
                share=card.revenue_share,
            )
        )
    if card.open_complaints is not None:
        found.append(
            NP_("One complaint is open.", "{count:int} complaints are open.", card.open_complaints)
            if card.open_complaints
            else N_("No complaint is open.")
        )
    overdue = [line for line in card.key_accounts if line.is_overdue]
    if overdue:
        found.append(
            NP_("One key account has waited for contact longer than planned.",
                "{count:int} key accounts have waited for contact longer than planned.", len(overdue))
        )  # fmt: skip
    for verdict, template in (("better", _better), ("worse", _worse)):
        names = [t(row.name) for row in card.indicators if row.verdict == verdict]
        if names:
            found.append(template(names))
    if not any(row.verdict in ("better", "worse") for row in card.indicators):
        found.append(N_("No indicator differs from that of all the others beyond chance."))
    return found


def _better(names: list[str]) -> Message:
    return N_("Better than at all the others, beyond chance: {names:list}.", names=names)


def _worse(names: list[str]) -> Message:
    return N_("Worse than at all the others, beyond chance: {names:list}.", names=names)


def _name_of(key: str, result: Appraisal) -> Message:
    return next(row.name for card in result.managers for row in card.indicators if row.key == key)


def _shown(manager: str) -> str:
    return clean_text(short_id(manager), 40)
