"""Whether the client keeps in touch with those who matter, and through how many people: finding, figure, tables."""

from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.contacts_tables import (
    tabulate_accounts,
    tabulate_channels,
    tabulate_contacts,
    tabulate_overdue,
    tabulate_people,
    tabulate_single_threads,
    tabulate_tenure,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.contacts import plot_contacts
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.models.contacts.result import Contacts, Frequency, KeyCoverage, People, ResponseTime
from analysis.results import Estimate, NotEstimable

KEY = "contacts"
QUESTION = N_("Do we keep in touch with those who matter, and through how many people?")


def contacts_section(context: ChapterContext, result: Contacts | NotEstimable) -> Section:
    """Return the question of contacts, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    finding = state_contacts(result, t)
    if finding is None:
        return Section(key=KEY, question=QUESTION, finding=t(_why_silent(result)), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=finding,
        blocks=(plot_contacts(result, title_contacts(result), t, context.theme), tabulate_overdue(result, t)),
        limits=(t(N_("Only contacts that were recorded count: a call that nobody wrote down is no contact here.")),),
        appendix=(
            tabulate_contacts(result, t, context.small_cell),
            tabulate_channels(result, t, context.small_cell),
            tabulate_accounts(result, t),
            tabulate_people(result, t),
            tabulate_single_threads(result, t),
            tabulate_tenure(result, t),
            notes_on_sample(_notes(result, t)),
        ),
    )


def state_contacts(result: Contacts, t: Translator) -> str | None:
    """Return the finding: coverage of the key accounts, then what hangs on one person; None without either."""
    sentences: list[Message] = []
    keys, people = result.key_accounts, result.people
    if isinstance(keys, KeyCoverage):
        sentences.append(_state_coverage(keys, t))
    elif isinstance(result.frequency, Frequency) and isinstance(result.frequency.silent, Estimate):
        silent = result.frequency.silent
        sentences.append(
            N_(
                "{share:text} of the active customers had no recorded contact in the window (95% interval"
                " {limits:text}).",
                share=t.level(silent),
                limits=t.limits(silent),
            )
        )
    if isinstance(people, People) and isinstance(people.single_share, Estimate):
        sentences.append(_state_people(people, people.single_share, t))
    return t.sentences(*sentences) if sentences else None


def _state_coverage(keys: KeyCoverage, t: Translator) -> Message:
    count, kept = len(keys.accounts), len(keys.accounts) - keys.overdue
    marked = keys.basis == "marked"
    who = (
        NP_("the one key account", "the {count:int} key accounts", count)
        if marked
        else NP_("the largest customer", "the {count:int} largest customers", count)
    )
    if not isinstance(keys.coverage, Estimate):
        return N_("Of {who:message}, {kept:int} were met within the planned interval.", who=who, kept=kept)
    values = {"who": who, "kept": kept, "share": t.level(keys.coverage), "limits": t.limits(keys.coverage)}
    if not keys.overdue:
        return N_(
            "Of {who:message}, all were met within the planned interval: {share:text} (95% interval {limits:text}).",
            **values,
        )
    if keys.overdue_revenue is None:
        return N_(
            "Of {who:message}, {kept:int} were met within the planned interval: {share:text} (95% interval"
            " {limits:text}).",
            **values,
        )
    return N_(
        "Of {who:message}, {kept:int} were met within the planned interval: {share:text} (95% interval {limits:text});"
        " those overdue stand for {revenue:money} of revenue a year.",
        revenue=keys.overdue_revenue,
        **values,
    )


def _state_people(people: People, share: Estimate, t: Translator) -> Message:
    values = {"share": t.level(share), "limits": t.limits(share)}
    if people.single_revenue is None:
        return N_(
            "{share:text} of the customers who were met (95% interval {limits:text}) are known through one"
            " person only.",
            **values,
        )
    return N_(
        "{share:text} of the customers who were met (95% interval {limits:text}) are known through one person"
        " only, with"
        " {revenue:money} of revenue a year behind them.",
        revenue=people.single_revenue,
        **values,
    )


def title_contacts(result: Contacts) -> Message:
    """Return the figure's title: how many key accounts are overdue, or how many hang on one person."""
    keys = result.key_accounts
    if isinstance(keys, KeyCoverage):
        if not keys.overdue:
            return (
                N_("Every key account was met as planned")
                if keys.basis == "marked"
                else N_("Every one of the largest customers was met as planned")
            )
        if keys.basis == "marked":
            return N_(
                "{overdue:int} of {all:int} key accounts are overdue for a contact",
                overdue=keys.overdue,
                all=len(keys.accounts),
            )
        return N_(
            "{overdue:int} of the {all:int} largest customers are overdue for a contact",
            overdue=keys.overdue,
            all=len(keys.accounts),
        )
    if isinstance(result.people, People):
        return NP_(
            "One customer is known through one person only",
            "{count:int} customers are known through one person only",
            result.people.single,
        )
    return N_("How often the active customers are met")


def _why_silent(result: Contacts) -> Message:
    for part in (result.frequency, result.key_accounts, result.people):
        if isinstance(part, NotEstimable):
            return part.reason
    return N_("There are too few contacts on record.")


def _notes(result: Contacts, t: Translator) -> list[str]:
    """Return response time, levels and what could not be told, as sentences."""
    notes: list[str] = []
    response = result.response
    if isinstance(response, ResponseTime):
        notes.append(_state_response(response, t))
    parts = (result.frequency, response, result.key_accounts, result.levels, result.people, result.tenure)
    notes += [t(part.reason) for part in parts if isinstance(part, NotEstimable)]
    if isinstance(result.key_accounts, KeyCoverage) and result.key_accounts.inactive:
        notes.append(
            t(
                NP_(
                    "One marked key account is not active and not counted.",
                    "{count:int} marked key accounts are not active and not counted.",
                    result.key_accounts.inactive,
                )
            )
        )
    return notes


def _state_response(response: ResponseTime, t: Translator) -> str:
    what = N_("written questions of customers") if response.written_only else N_("questions of customers")
    opening = N_(
        "{questions:int} {what:message} are on record, {answered:int} of them with an answer; the others may have been"
        " answered outside the record.",
        questions=response.questions,
        what=what,
        answered=response.answered,
    )
    within = None
    if isinstance(response.within, Estimate):
        within = N_(
            "{share:text} (95% interval {limits:text}) were answered on record within {days:int} days.",
            share=t.level(response.within),
            limits=t.limits(response.within),
            days=response.within_days,
        )
    median = None
    if isinstance(response.median_days, Estimate):
        median = N_("Half were answered within {days:text} days.", days=t.estimate(response.median_days))
    return t.sentences(opening, within, median)
