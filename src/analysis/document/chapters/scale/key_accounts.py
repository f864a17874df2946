"""Which key accounts need attention: the map, the list, and a page for each."""

from analysis.document.blocks import Block, Callout, Heading, Prose, Scorecard, ScoreCell, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.section import Section
from analysis.document.figures.key_accounts import plot_portfolio, plot_quarters
from analysis.document.native import marked
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, NP_, Message
from analysis.results import NotEstimable
from analysis.scale.key_account_shapes import AccountCard, Complaints, Contact, Health, KeyAccounts, Opportunity

KEY = "key-accounts"
QUESTION = N_("Which key accounts are secure, and what is next with each?")
NAMED = 4  # accounts in a sentence
MOST_LISTED = 6  # beside the map, so that both and what cannot be concluded share a page
NAME_WIDTH = 40
CONSTANT = N_(
    "Revenue of key accounts is in constant currency, so that years compare; elsewhere it is at the rates of the day."
)
OWN_RECORD = N_("An account's own record on the scale of the audit; not an estimate, so there is no interval.")


def key_accounts_section(context: ChapterContext, result: KeyAccounts | NotEstimable) -> Section:
    """Return the question of the key accounts, answered; or why there is none.

    The cards are apart (`key_account_cards`), one a page, behind all chapters.
    """
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    finding = state_key_accounts(result)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(*finding),
        blocks=(plot_portfolio(result, title_portfolio(result), t, context.theme), tabulate_key_accounts(result, t)),
        limits=(t(_limit(result)), *([t(CONSTANT)] if context.has_two_rates else [])),
    )


def insecure(result: KeyAccounts) -> list[str]:
    """Return the names of the accounts worth more than the median whose relationship is not strong, largest first.

    The relationship is that of the map, without the dimension of value, which the worth stands for.
    """
    middle = result.middle
    return [
        clean_text(short_id(point.name), NAME_WIDTH)
        for point in result.portfolio
        if middle is not None and point.value >= middle and point.relationship < result.strong
    ]


def state_key_accounts(result: KeyAccounts) -> list[Message]:
    """Return who the key accounts are, and which of those worth most do not stand well."""
    if result.share is None:
        who = NP_("One customer is a key account.", "{count:int} customers are key accounts.", result.total)
    elif result.chosen_by == "marked":
        who = NP_(
            "One key account brings {share:percent} of the revenue of the last twelve months.",
            "{count:int} key accounts bring {share:percent} of the revenue of the last twelve months.",
            result.total,
            share=result.share,
        )
    else:
        who = NP_(
            "No key accounts are marked; one customer alone makes up {share:percent} of the revenue of the last twelve"
            " months and is taken for one.",
            "No key accounts are marked; {count:int} customers make up {share:percent} of the revenue of the last"
            " twelve months and are taken for them.",
            result.total,
            share=result.share,
        )
    if not result.portfolio:
        return [who]
    weak = insecure(result)
    if not weak:
        found = N_(
            "None of those worth more than the median has less than {strong:number} points, the dimension of value left"
            " out.",
            strong=result.strong,
        )
        return [who, found]
    found = NP_(
        "One of those worth more than the median has less than {strong:number} points, the dimension of value left out:"
        " {names:list}.",
        "{count:int} of those worth more than the median have less than {strong:number} points, the dimension of value"
        " left out, the largest first: {names:list}.",
        len(weak),
        strong=result.strong,
        names=weak[:NAMED],
    )
    return [who, found]


def title_portfolio(result: KeyAccounts) -> Message:
    """Return the map's title: how many accounts of high worth do not stand well."""
    weak = len(insecure(result))
    if not weak:
        return N_("No key account of high worth is below {strong:number} points (value left out)", strong=result.strong)
    return NP_(
        "One key account of high worth is below {strong:number} points (value left out)",
        "{count:int} key accounts of high worth are below {strong:number} points (value left out)",
        weak,
        strong=result.strong,
    )


def tabulate_key_accounts(result: KeyAccounts, t: Translator) -> Table:
    """Return the largest accounts: revenue, its change, relationship, open complaints, next step."""
    rows = tuple(
        (
            _name(card),
            DASH if card.revenue is None else t.unit(card.revenue, "money"),
            _growth(card, t),
            DASH if card.relationship is None else marked(t.number(card.relationship, 0), f" {card.level}"),
            DASH if card.complaints is None else t.number(card.complaints.open, 0),
            t(card.next_step.action),
        )
        for card in result.cards[:MOST_LISTED]
    )
    columns = (
        start(t(N_("Account")), 1.9),
        end(t(N_("Revenue, twelve months")), 1.1),
        end(t(N_("On the year before")), 0.9),
        end(t(N_("Points, level")), 0.8),
        end(t(N_("Open complaints")), 0.9),
        start(t(N_("Next")), 2.4),
    )
    more = result.total - len(rows)
    return Table(
        title=t(N_("The key accounts and what is next")),
        columns=columns,
        rows=rows,
        notes=notes_of(
            t(OWN_RECORD),
            t(
                N_(
                    "A dash: not known of the account, or a dimension is missing, so that a whole would not be"
                    " comparable."
                )
            )
            if any(DASH in row for row in rows)
            else "",
            t(_beyond(result, more)) if more else "",
        ),
        anchor="table-key-accounts",
    )


def _beyond(result: KeyAccounts, more: int) -> Message:
    """Return how many accounts the list leaves out, and whether each has a card."""
    if len(result.cards) == result.total:
        return NP_(
            "One smaller key account is not listed; it has a card like the others.",
            "{count:int} smaller key accounts are not listed; each has a card like the others.",
            more,
        )
    return NP_(
        "One smaller key account is not listed; the {cards:int} largest have a card each.",
        "{count:int} smaller key accounts are not listed; the {cards:int} largest have a card each.",
        more,
        cards=len(result.cards),
    )


def key_account_cards(context: ChapterContext, result: KeyAccounts | NotEstimable) -> tuple[tuple[Block, ...], ...]:
    """Return the blocks of each account's card, at most a page of A4 each, the largest account first."""
    if isinstance(result, NotEstimable):
        return ()
    return tuple(_card(card, number, context) for number, card in enumerate(result.cards, start=1))


def _card(card: AccountCard, number: int, context: ChapterContext) -> tuple[Block, ...]:
    t = context.t
    blocks: list[Block | None] = [
        Heading(level=2, text=_name(card), anchor=f"key-account-{number}"),
        Prose(paragraphs=(t.sentences(*_who(card)),)),
        Callout(variant="note", title=t(card.next_step.action), items=(t(card.next_step.evidence),)),
        _scorecard(card, t),
        plot_quarters(card, _trend(card, t), number, t, context.theme),
        _facts(card, number, t),
    ]
    return tuple(block for block in blocks if block is not None)


def _name(card: AccountCard) -> str:
    return clean_text(short_id(card.name), NAME_WIDTH)


def _who(card: AccountCard) -> list[Message]:
    """Return who the account is and what it brings."""
    found = []
    if card.segment:
        found.append(N_("Segment: {segment:text}.", segment=clean_text(card.segment, NAME_WIDTH)))
    if card.manager:
        found.append(N_("Account manager: {manager:text}.", manager=clean_text(card.manager, NAME_WIDTH)))
    if card.share is not None:
        found.append(N_("Share of all revenue of the last twelve months: {share:percent1}.", share=card.share))
    return found or [N_("Customer number: {id:text}.", id=clean_text(card.customer_id, NAME_WIDTH))]


def _trend(card: AccountCard, t: Translator) -> Message:
    """Return the title of the account's revenue: its size, and how it moved."""
    revenue = t.unit(card.revenue or 0.0, "money")
    if card.revenue_before is None or card.revenue_before <= 0:
        return N_("Revenue of the last twelve months: {revenue:text}", revenue=revenue)
    return N_(
        "Revenue of the last twelve months: {revenue:text}, {growth:text} on the year before",
        revenue=revenue,
        growth=_growth(card, t),
    )


def _growth(card: AccountCard, t: Translator) -> str:
    if card.revenue is None or card.revenue_before is None or card.revenue_before <= 0:
        return DASH
    return t.growth(card.revenue / card.revenue_before - 1)


def _scorecard(card: AccountCard, t: Translator) -> Scorecard:
    missing = [part.name for part in card.health if part.score is None]
    detail = N_("No whole: not comparable without {dimensions:list}.", dimensions=missing) if missing else ""
    whole = card.relationship
    return Scorecard(
        headline=ScoreCell(
            label=t(N_("Relationship")),
            value=DASH if whole is None else t.number(whole, 0),
            detail=t(detail) if whole is None else "",
            position=None if whole is None else whole / 100,
            level=card.level,
        ),
        cells=tuple(_cell(part, t) for part in card.health),
        note=t(OWN_RECORD),
    )


def _cell(part: Health, t: Translator) -> ScoreCell:
    if part.score is None:
        return ScoreCell(label=t(part.name), value=DASH, detail=t(part.reason or ""))
    partial = N_("from {known:int} of {of:int} parts", known=part.known, of=part.of)
    return ScoreCell(
        label=t(part.name),
        value=t.number(part.score, 0),
        detail=t(partial) if part.known < part.of else "",
        position=part.score / 100,
        level=part.level,
    )


def _facts(card: AccountCard, number: int, t: Translator) -> Table:
    rows: list[tuple[str, str]] = []
    if card.contact is not None:
        rows += _contact_rows(card.contact, t)
    if card.complaints is not None:
        rows.append((t(N_("Complaints")), t(_complaints(card.complaints))))
    if card.opportunity is not None:
        rows.append((t(N_("Last opportunity")), t.sentences(*_opportunity(card.opportunity))))
    if card.p_alive is not None:
        rows.append((t(N_("Chance that it still is a customer")), t.percent(card.p_alive)))
    if card.value is not None:
        rows.append((t(N_("Customer lifetime value")), t.unit(card.value, "money")))
    if card.ended is not None:
        rows.append((t(N_("Relationship ended")), t.value(card.ended, "date")))
    if not rows:
        rows.append((t(N_("Records")), t(N_("No contacts, complaints or opportunities are recorded."))))
    return Table(
        title=t(N_("{account:text} in the records", account=_name(card))),
        columns=(start(t(N_("What")), 1.0), start(t(N_("Record")), 2.4)),
        rows=tuple(rows),
        anchor=f"table-key-account-{number}",
    )


def _contact_rows(contact: Contact, t: Translator) -> list[tuple[str, str]]:
    planned = N_("planned: one every {planned:int} days", planned=contact.planned_days)
    if contact.last is None:
        last = N_("none on record; {planned:message}", planned=planned)
    elif contact.is_overdue:
        last = N_(
            "{day:date}, {days:int} days ago; {planned:message}: overdue",
            day=contact.last,
            days=contact.days,
            planned=planned,
        )
    else:
        last = N_(
            "{day:date}, {days:int} days ago; {planned:message}", day=contact.last, days=contact.days, planned=planned
        )
    rows = [(t(N_("Contacts in the last year")), t.number(contact.last_year, 0)), (t(N_("Last contact")), t(last))]
    if contact.people is not None:
        people = t.number(contact.people, 0)
        if contact.reaches_top is not None:
            top = N_("met at one of the two top levels") if contact.reaches_top else N_("nobody at the two top levels")
            people = t(N_("{people:text}; {top:message}", people=people, top=top))
        rows.append((t(N_("Contact persons in the last year")), people))
    return rows


def _complaints(complaints: Complaints) -> Message:
    values = {"year": complaints.last_year, "total": complaints.total}
    if not complaints.open:
        return N_("none open; {year:int} in the last year, {total:int} in all", **values)
    return N_(
        "{open:int} open, the oldest for {days:int} days; {year:int} in the last year, {total:int} in all",
        open=complaints.open,
        days=complaints.oldest_days or 0,
        **values,
    )


def _opportunity(opportunity: Opportunity) -> list[Message]:
    outcomes = {"won": N_("won"), "lost": N_("not won"), "": N_("undecided")}
    found = [N_("{outcome:message}, of {day:date}.", outcome=outcomes[opportunity.outcome], day=opportunity.created)]
    if opportunity.stage and not opportunity.outcome:
        found.append(N_("Stage: {stage:text}.", stage=clean_text(opportunity.stage, NAME_WIDTH)))
    if opportunity.amount is not None:
        found.append(N_("Amount: {amount:money}.", amount=opportunity.amount))
    return found


def _limit(result: KeyAccounts) -> Message:
    if result.answers_shown:
        return N_(
            "A single account's points are its own record, a few answers and events: small differences between two"
            " accounts mean nothing."
        )
    return N_(
        "What single accounts answered is not shown here, so their points rest on behaviour alone: what they think of"
        " the relationship is not in them."
    )
