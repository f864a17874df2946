"""The first page of a portfolio: alerts first, what moved, how many clients, and how they differ."""

from collections.abc import Sequence

from analysis.document.blocks import Block, Callout
from analysis.document.formatting import format_date
from analysis.document.portfolio.context import PortfolioContext, present
from analysis.document.portfolio.tables import tabulate_industries
from analysis.document.portfolio.words import alert_words, movement_words
from analysis.messages import N_, NP_, Message

MOST_LISTED = 8
SIGNIFICANT = 0.05


def write_summary(context: PortfolioContext) -> tuple[Block, ...]:
    """Return what a partner of the firm reads first."""
    portfolio, t = context.portfolio, context.t
    fired, moved = portfolio.fired, portfolio.moved
    alerts = None
    if fired:
        items = _listed([t(alert_words(alert)) for alert in fired], context)
        title = NP_("One alert has fired", "{count:int} alerts have fired", len(fired))
        alerts = Callout(variant="caution", title=t(title), items=items)
    by_client = {each.client: [other for other in moved if other.client == each.client] for each in moved}
    movers = context.bullets(_listed([t(movement_words(each, t)) for each in by_client.values()], context))
    return present(
        context.lead(_who(context), _fired_words(len(fired)), _moved_words(context)),
        alerts,
        movers,
        tabulate_industries(context),
        context.prose(spread_words(context), _unusable(context)),
    )


def _who(context: PortfolioContext) -> Message:
    clients = context.portfolio.clients
    days = sorted(client.as_of for client in clients)
    if days[0] == days[-1]:
        return NP_(
            "One client, audited as of {day:date}.",
            "{count:int} clients, all audited as of {day:date}.",
            len(clients),
            day=days[0],
        )
    return N_(
        "{count:int} clients, with their latest audits of {first:text} to {last:text}.",
        count=len(clients),
        first=format_date(days[0], context.t.language),
        last=format_date(days[-1], context.t.language),
    )


def _fired_words(fired: int) -> Message:
    if not fired:
        return N_("No alert has fired.")
    return NP_("One alert has fired.", "{count:int} alerts have fired.", fired)


def _moved_words(context: PortfolioContext) -> Message:
    portfolio = context.portfolio
    if not portfolio.movements:
        return N_("No client has two audits whose numbers can be compared.")
    moved = portfolio.moved
    if not moved:
        return N_(
            "Of {tested:int} numbers held against the audits before, none moved beyond what chance explains.",
            tested=len(portfolio.movements),
        )
    return N_(
        "Of {tested:int} numbers held against the audits before, {better:int} became better and {worse:int} worse"
        " beyond what chance explains.",
        tested=len(portfolio.movements),
        better=sum(each.good is True for each in moved),
        worse=sum(each.good is False for each in moved),
    )


def _listed(items: Sequence[str], context: PortfolioContext) -> tuple[str, ...]:
    """Return the first of some items, and how many more there are."""
    rest = len(items) - MOST_LISTED
    if rest <= 0:
        return tuple(items)
    more = NP_("and one more", "and {count:int} more", rest)
    return (*items[:MOST_LISTED], context.t(more))


def spread_words(context: PortfolioContext) -> Message:
    """Return whether the clients' scores differ, and by how much."""
    standing = context.score
    if not standing.rows:
        return N_("No client has a relationship score.")
    if standing.mean is None or standing.between_sd is None or standing.p_value is None:
        return NP_(
            "One client alone has a score that could be compared: there is nothing to draw together.",
            "Two clients alone have scores that can be compared; they stand as they are, since the spread between two"
            " cannot be told from their noise.",
            len(standing.rows),
        )
    values = {"count": len(standing.rows), "mean": standing.mean, "spread": standing.between_sd}
    if standing.p_value > SIGNIFICANT:
        return N_(
            "The scores of {count:int} clients can be compared, with a mean of {mean:number1}; they do not differ"
            " beyond what chance explains, so that no rank should be read into them.",
            **values,
        )
    return N_(
        "The scores of {count:int} clients can be compared; their mean is {mean:number1} and the standard deviation"
        " between clients {spread:number1} points.",
        **values,
    )


def _unusable(context: PortfolioContext) -> Message | None:
    unreadable = len(context.portfolio.unreadable)
    barred = sum(client.barrier is not None for client in context.portfolio.clients)
    if unreadable and barred:
        return N_("Some audits cannot be used, and some clients' scores are not compared; a chapter below says why.")
    if unreadable:
        return NP_("One audit cannot be used; a chapter below says why.",
                   "{count:int} audits cannot be used; a chapter below says why.", unreadable)  # fmt: skip
    if barred:
        return NP_("The score of one client is not compared; a chapter below says why.",
                   "The scores of {count:int} clients are not compared; a chapter below says why.", barred)  # fmt: skip
    return None
