"""A page for each key account: health and what it rests on, trend, contacts, complaints, worth, what is next."""

from analysis.document.blocks import Block, Callout, Heading, Prose, Scorecard, ScoreCell, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.key_accounts import NAME_WIDTH, OWN_RECORD, account_name, growth_of
from analysis.document.figures.key_accounts import plot_quarters
from analysis.document.tables import DASH, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.indicators.catalogue import CATALOGUE
from analysis.messages import N_, Message
from analysis.results import NotEstimable
from analysis.scale.anchors import GROWTH_AT_0, GROWTH_AT_100
from analysis.scale.key_account_shapes import AccountCard, Complaints, Contact, Health, KeyAccounts, Opportunity


def key_account_cards(context: ChapterContext, result: KeyAccounts | NotEstimable) -> tuple[tuple[Block, ...], ...]:
    """Return the blocks of each account's card, at most a page of A4 each, the largest account first."""
    if isinstance(result, NotEstimable):
        return ()
    return tuple(_card(card, number, context) for number, card in enumerate(result.cards, start=1))


def _card(card: AccountCard, number: int, context: ChapterContext) -> tuple[Block, ...]:
    t = context.t
    blocks: list[Block | None] = [
        Heading(level=2, text=account_name(card), anchor=f"key-account-{number}"),
        Prose(paragraphs=(t.sentences(*_who(card)),)),
        Callout(variant="note", title=t(card.next_step.action), items=(t(card.next_step.evidence),)),
        _scorecard(card, t),
        plot_quarters(card, _trend(card, t), number, t, context.theme),
        _facts(card, number, t),
    ]
    return tuple(block for block in blocks if block is not None)


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
        growth=growth_of(card, t),
    )


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
        note=t.sentences(OWN_RECORD, _growth_alone(card, t)),
    )


def _growth_alone(card: AccountCard, t: Translator) -> Message | None:
    """Return what a reader must know of the points on value: a large account that shrinks has few."""
    value = next((part for part in card.health if part.dimension == "value"), None)
    if value is None or value.components != ("revenue_growth",):
        return None
    return N_(
        "Customer value is scored here by the growth of the account's revenue alone, {low:text} a year being 0 points"
        " and {high:text} 100; how much it buys is not in it, so a large account that shrinks stands low.",
        low=t.growth(GROWTH_AT_0),
        high=t.growth(GROWTH_AT_100),
    )


def _cell(part: Health, t: Translator) -> ScoreCell:
    if part.score is None:
        return ScoreCell(label=t(part.name), value=DASH, detail=t(part.reason or ""))
    return ScoreCell(
        label=t(part.name),
        value=t.number(part.score, 0),
        detail=t(_rests_on(part)),
        position=part.score / 100,
        level=part.level,
    )


def _rests_on(part: Health) -> Message | str:
    """Return what an account's points on a dimension are made of, and how much of it is known."""
    names = [CATALOGUE[key].name for key in part.components if key in CATALOGUE]  # a custom dimension names itself
    if part.known >= part.of:
        return N_("from {names:list}", names=names) if names else ""
    if not names:
        return N_("from {known:int} of {of:int} parts", known=part.known, of=part.of)
    return N_("from {known:int} of {of:int} parts: {names:list}", known=part.known, of=part.of, names=names)


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
        title=t(N_("{account:text} in the records", account=account_name(card))),
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
