"""Which key accounts need attention: the map and the list; each has a card besides (`key_account_cards`)."""

from analysis.document.blocks import Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.section import Section
from analysis.document.figures.key_accounts import plot_portfolio
from analysis.document.native import marked
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, NP_, Message
from analysis.results import NotEstimable
from analysis.scale.key_account_shapes import AccountCard, KeyAccounts

KEY = "key-accounts"
QUESTION = N_("Which key accounts are secure, and what is next with each?")
NAMED = 4  # accounts in a sentence
MOST_LISTED = 6  # beside the map, so that both and what cannot be concluded share a page
NAME_WIDTH = 40
CONSTANT = N_(
    "Revenue of single customers is in constant currency here and in every other chapter, so that years and lists"
    " compare; the revenue of all customers is at the rates of the day."
)
OWN_RECORD = N_("An account's own record on the scale of the audit; not an estimate, so there is no interval.")


def key_accounts_section(context: ChapterContext, result: KeyAccounts | NotEstimable) -> Section:
    """Return the question of the key accounts, answered; or why there is none.

    The cards stand behind all chapters, one a page.
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
            account_name(card),
            DASH if card.revenue is None else t.unit(card.revenue, "money"),
            growth_of(card, t),
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


def account_name(card: AccountCard) -> str:
    """Return an account's name, as long as a line bears."""
    return clean_text(short_id(card.name), NAME_WIDTH)


def growth_of(card: AccountCard, t: Translator) -> str:
    """Return how an account's revenue has moved on the year before; a dash where that is not known."""
    if card.revenue is None or card.revenue_before is None or card.revenue_before <= 0:
        return DASH
    return t.growth(card.revenue / card.revenue_before - 1)
