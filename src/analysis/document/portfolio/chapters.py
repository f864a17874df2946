"""The chapters of a portfolio after its first page."""

from analysis.document.blocks import Block
from analysis.document.portfolio.context import PortfolioContext, present
from analysis.document.portfolio.figures import plot_bands, plot_scores
from analysis.document.portfolio.summary import spread_words
from analysis.document.portfolio.tables import (
    tabulate_actions,
    tabulate_alerts,
    tabulate_bands,
    tabulate_barriers,
    tabulate_dimensions,
    tabulate_movements,
    tabulate_quality,
    tabulate_standing,
    tabulate_unreadable,
)
from analysis.messages import N_, NP_, Message
from analysis.portfolio.bands import FEWEST, FEWEST_APART, quotable
from analysis.portfolio.quality import FEWEST_RESPONDING, MOST_REMOVED, MOST_REPAIRED, MOST_REVENUE, OLDEST


def write_standing(context: PortfolioContext) -> tuple[Block, ...]:
    """Return the clients' scores: figure, ranks and what cannot be concluded."""
    standing, t = context.score, context.t
    ranked = standing.mean is not None
    return present(
        context.lead(spread_words(context)),
        plot_scores(standing, N_("The relationship scores of the clients"), t, context.theme),
        tabulate_standing(standing, t),
        context.limits(
            N_("That one client is better than the next: intervals of ranks overlap far more often than not.")
            if ranked
            else None,
            N_(
                "That a client is managed worse: a score also follows the trade, the customers and the questions that"
                " were asked."
            ),
        ),
    )


def write_dimensions(context: PortfolioContext) -> tuple[Block, ...]:
    """Return every client's dimensions, and each dimension's league."""
    t, portfolio = context.t, context.portfolio
    names = {standing.measure: standing.name for standing in portfolio.standings[1:]}
    apart = [each for each in portfolio.standings[1:] if each.p_value is not None and each.p_value <= 0.05]
    finding: Message = N_("No dimension tells the clients apart beyond what chance explains.")
    if all(each.p_value is None for each in portfolio.standings[1:]):
        finding = N_("Too few clients have dimensions that can be compared; every client's own are below.")
    elif apart:
        widest = max(apart, key=lambda each: each.between_sd or 0.0)
        finding = N_(
            "The clients differ beyond chance on: {names:list}. They are furthest apart on {widest:message}, with a"
            " standard deviation between clients of {spread:number1} points.",
            names=[each.name for each in apart],
            widest=widest.name,
            spread=widest.between_sd,
        )
    return present(
        context.lead(finding),
        tabulate_dimensions(portfolio, names, t),
        *(tabulate_standing(standing, t) for standing in portfolio.standings[1:] if standing.mean is not None),
    )


def write_bands(context: PortfolioContext) -> tuple[Block, ...]:
    """Return the bands of the score and of every indicator, over all clients and by industry."""
    t, bands = context.t, context.portfolio.bands
    published = [band for band in bands if band.numbers is not None]
    measures = {standing.measure for standing in context.portfolio.standings}
    of_score = [band for band in published if band.measure in measures]
    quoted = quotable(bands)
    finding: Message = N_(
        "No band can be given: each needs at least {fewest:int} clients whose numbers mean the same.", fewest=FEWEST
    )
    if published:
        industries = len({band.industry for band in published} - {""})
        finding = NP_(
            "One industry has bands of its own.",
            "{count:int} industries have bands of their own.",
            industries,
        )
        if not industries:
            finding = N_("There are bands over all clients; no industry has enough clients for its own.")
    kept = sum(band.edition != context.portfolio.as_of for band in published)
    title = N_("Benchmark bands of the relationship score")
    return present(
        context.lead(
            finding,
            N_("The file benchmarks.yml holds those of indicators, in the form that the parameters of an audit take.")
            if quoted
            else None,
        ),
        plot_bands([band for band in of_score if band.measure == "score"], title, t, context.theme),
        tabulate_bands(of_score, t, title=N_("Bands of the score and its dimensions"), anchor="table-bands-score"),
        tabulate_bands(quoted, t, title=N_("Bands of indicators"), anchor="table-bands-indicators"),
        context.prose(
            N_(
                "Numbers of an earlier edition stay until at least {apart:int} clients differ from it, because two"
                " editions that differ by one client would tell that client's number.",
                apart=FEWEST_APART,
            )
            if kept
            else None
        ),
        context.limits(
            N_("How many clients there are, and which: a band must not tell.") if published else None,
            N_("How the trade as a whole stands: these are a consultancy's clients, not a sample of firms.")
            if published
            else None,
        ),
    )


def write_movers(context: PortfolioContext) -> tuple[Block, ...]:
    """Return what moved since each client's audit before."""
    t, portfolio = context.t, context.portfolio
    moved, single = portfolio.moved, sum(not client.previous for client in portfolio.clients)
    finding: Message = N_("No client has two audits whose numbers can be compared.")
    if portfolio.movements and not moved:
        finding = N_("Nothing moved beyond what chance explains, of {tested:int} numbers tested together.",
                     tested=len(portfolio.movements))  # fmt: skip
    elif moved:
        finding = NP_(
            "One number of {tested:int} moved beyond what chance explains.",
            "{count:int} numbers of {tested:int} moved beyond what chance explains.",
            len(moved),
            tested=len(portfolio.movements),
        )
    alone = NP_(
        "One client has a single audit, and so no movement.",
        "{count:int} clients have a single audit, and so no movement.",
        single,
    )
    return present(
        context.lead(finding, alone if single else None),
        tabulate_movements(moved, t),
        context.limits(
            N_(
                "Only the printed intervals of both audits are in hand, so that small changes are missed;"
                " make compare CLIENT=... says more of one client."
            )
            if portfolio.movements
            else None,
        ),
    )


def write_alerts(context: PortfolioContext) -> tuple[Block, ...]:
    """Return alerts and recommended actions of all clients."""
    t, portfolio = context.t, context.portfolio
    unknown = len(portfolio.alerts) - len(portfolio.fired)
    finding: Message = N_("No alert has fired.")
    if portfolio.fired:
        finding = NP_("One alert has fired.", "{count:int} alerts have fired.", len(portfolio.fired))
    silent = NP_(
        "One cannot be answered by the client's data, which is not the same as calm.",
        "{count:int} cannot be answered by the clients' data, which is not the same as calm.",
        unknown,
    )
    overdue = sum(each.overdue for each in portfolio.actions)
    late = NP_(
        "One recommended action was due before {day:date}.",
        "{count:int} recommended actions were due before {day:date}.",
        overdue,
        day=portfolio.as_of,
    )
    return present(
        context.lead(finding, silent if unknown else None, late if overdue else None),
        tabulate_alerts(portfolio.alerts, t),
        tabulate_actions(portfolio.actions, t),
    )


def write_quality(context: PortfolioContext) -> tuple[Block, ...]:
    """Return the data-quality league."""
    t, quality = context.t, context.portfolio.quality
    troubled = sum(bool(each.concerns) for each in quality)
    finding: Message = N_("No client's data give cause for concern.")
    if troubled:
        finding = NP_(
            "The data of one client of {total:int} give cause for concern.",
            "The data of {count:int} clients of {total:int} give cause for concern.",
            troubled,
            total=len(quality),
        )
    return present(
        context.lead(finding),
        tabulate_quality(quality, t),
        context.prose(
            N_(
                "Concerns: no survey, no orders, more than {removed:percent} of rows removed or {repaired:percent}"
                " repaired, revenue changed by more than {revenue:percent}, a newest record older than {days:int} days,"
                " a response rate below {rate:percent} with all of its interval, and topics that an audit had to be"
                " silent about. Fewer concerns come first, then fewer rows mended.",
                removed=MOST_REMOVED,
                repaired=MOST_REPAIRED,
                revenue=MOST_REVENUE,
                days=OLDEST,
                rate=FEWEST_RESPONDING,
            )
        ),
    )


def write_limits(context: PortfolioContext) -> tuple[Block, ...]:
    """Return who is not compared on what, and which audits cannot be used."""
    t, portfolio = context.t, context.portfolio
    barriers, unreadable = tabulate_barriers(portfolio, t), tabulate_unreadable(portfolio.unreadable, t)
    finding: Message = N_("Every client is compared on every dimension, and every audit could be read.")
    if barriers is not None:
        finding = N_("A number is compared only with those that mean the same; the rest stand by themselves.")
    elif unreadable is not None:
        finding = N_("Every client is compared on every dimension, but not every audit could be read.")
    return present(context.lead(finding), barriers, unreadable)


def write_method(context: PortfolioContext) -> tuple[Block, ...]:
    """Return how the numbers were made."""
    single = len(context.portfolio.clients) == 1
    return present(
        context.lead(N_("Only the published audits were read: nothing was computed from any client's data.")),
        context.bullets(
            [
                N_(
                    "Fair scores: the clients' true scores are taken to be spread normally around their mean; each"
                    " published score is drawn towards it by as much as its interval is wide (hierarchical model; the"
                    " spread between clients is averaged over, with a flat prior). Ranks come from 2,000 joint draws."
                ),
                N_(
                    "Comparable: the same dimensions, weights, components, anchors, horizons and units of analysis; of"
                    " several scales, the one that most clients share. How many categories a client sells and how often"
                    " it plans to call are its own hundred per cent."
                ),
                N_(
                    "Movements: differences of the printed numbers, their limits recovered from the printed intervals;"
                    " all numbers of all clients are one family (Benjamini and Hochberg, 5%). The score's difference"
                    " holds for any correlation of the two."
                ),
                N_(
                    "Bands: mean and standard deviation between clients by random effects (REML), at least"
                    " {fewest:int} clients, none with more than a third of the weight, rounded no finer than the"
                    " standard error of the mean; the number of clients is a class.",
                    fewest=FEWEST,
                ),
                N_(
                    "A client whose agreement keeps its numbers out of benchmarks says so in its parameters"
                    " (benchmarking: false); it is in this portfolio, and in no band."
                ),
            ]
        ),
        context.limits(N_("Anything by comparison: there is one client alone.")) if single else None,
    )
