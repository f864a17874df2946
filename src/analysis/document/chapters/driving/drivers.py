"""Which parts of the service go with satisfaction most, and how they are rated, in a board's words."""

from analysis.document.blocks import Block, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.driver_tables import (
    tabulate_driver_checks,
    tabulate_driver_effects,
    tabulate_driver_outcomes,
    tabulate_outranking,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.drivers import (
    MOST_LISTED,
    driver_label,
    place_name,
    plot_driver_map,
    plot_driver_shares,
)
from analysis.document.method_tables import tabulate_coefficients, tabulate_diagnostics
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.drivers.result import DriverAnalysis, DriverShare, DriverShares, MapPosition
from analysis.results import Estimate, NotEstimable

KEY = "drivers"
QUESTION = N_("Which parts of our service go with satisfaction most?")


def drivers_section(context: ChapterContext, result: DriverAnalysis | NotEstimable) -> Section:
    """Return the question of what goes with satisfaction, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    shares = result.satisfaction
    appendix = _appendix(context, result)
    if isinstance(shares, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(shares.reason), appendix=appendix, answered=False)
    picture = result.map
    figure = plot_driver_shares(shares, t, context.theme)
    board = figure
    if not isinstance(picture, NotEstimable):
        ranks = {share.driver.key: share.rank for share in shares.shares}
        board = plot_driver_map(picture, ranks, t, context.theme)
        appendix = (figure, *appendix)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(_finding(shares, t)),
        blocks=(board, tabulate_drivers(result, shares, t)),
        limits=_limits(shares, t),
        appendix=appendix,
    )


def _finding(shares: DriverShares, t: Translator) -> Message:
    """Return who comes first as far as the data tell; where to look is the title of the map."""
    ranked = shares.ranked()
    top = ranked[0]
    possible = [driver_label(each.driver.label, t) for each in ranked if each.rank_low == 1]
    values = {
        "driver": driver_label(top.driver.label, t),
        "share": t.level(top.share),
        "limits": t.limits(top.share),
        "n": shares.n,
    }
    if top.rank_high == 1:
        return N_(
            "{driver:text} goes with satisfaction most: {share:text} of the explained differences (95% interval"
            " {limits:text}; n = {n:int}).",
            **values,
        )
    if len(possible) > min(MOST_LISTED, len(ranked) - 1):
        return N_(
            "The data cannot tell which part goes with satisfaction most; the largest share of the explained"
            " differences has {driver:text} with {share:text} (95% interval {limits:text}; n = {n:int}).",
            **values,
        )
    return N_(
        "{drivers:text} go with satisfaction most, in an order that is not certain; {driver:text} has {share:text}"
        " of the explained differences (95% interval {limits:text}; n = {n:int}).",
        drivers=t.join(possible),
        **values,
    )


def tabulate_drivers(result: DriverAnalysis, shares: DriverShares, t: Translator) -> Table:
    """Return each driver with its share, its places, its performance and where it stands on the map."""
    positions = {} if isinstance(result.map, NotEstimable) else {each.driver.key: each for each in result.map.positions}
    estimates = [share.share for share in shares.shares]
    rated = [each.performance for each in positions.values()]
    rows = tuple(
        (
            driver_label(share.driver.label, t, 0),
            t.estimate(share.share, peers=estimates),
            rank_text(share, t),
            *_performance(positions.get(share.driver.key), rated, t),
        )
        for share in shares.ranked()
    )
    columns = (
        start(t(N_("Part of the service")), 1.8),
        end(t(N_("Share of the explained differences")), 1.6),
        end(t(N_("Place by share")), 1.0),
        end(t(N_("Rated, 0 to 100")), 1.3),
        start(t(N_("On the map")), 1.3),
    )
    explained = shares.r_squared
    together = ""
    if isinstance(explained, Estimate):
        together = t(
            N_(
                "All parts together go with {share:text} of the differences in satisfaction (95% interval"
                " {limits:text}); of this, each has its share. A question that has nothing to do with satisfaction"
                " would get about {chance:percent1} by chance.",
                share=t.level(explained),
                limits=t.limits(explained),
                chance=shares.chance_share,
            )
        )
    places = N_("In brackets: 95% intervals, and the places that cannot be ruled out.")
    first = [row for row, share in enumerate(shares.ranked())
             if share.driver.key in positions and positions[share.driver.key].place == "first"]  # fmt: skip
    return Table(
        title=t(N_("The parts of the service: share in satisfaction, and rating")),
        columns=columns,
        rows=rows,
        notes=notes_of(together, t(places)),
        emphasis=tuple(first),
        anchor="table-drivers-shares",
    )


def rank_text(share: DriverShare, t: Translator) -> str:
    """Return a place with those that cannot be ruled out: "1 (1 to 3)", or "1" where it is certain."""
    if share.rank_low == share.rank_high:
        return t.number(share.rank, 0)
    return t(
        N_(
            "{value:text} ({low:text} to {high:text})",
            value=t.number(share.rank, 0),
            low=t.number(share.rank_low, 0),
            high=t.number(share.rank_high, 0),
        )
    )


def _performance(position: MapPosition | None, peers: list[Estimate], t: Translator) -> tuple[str, str]:
    if position is None:
        return DASH, DASH
    return t.estimate(position.performance, peers=peers), t(place_name(position.place))


def _limits(shares: DriverShares, t: Translator) -> tuple[str, ...]:
    limits: list[Message] = [N_("A share says what goes with satisfaction, not what acting on that part would bring.")]
    opposite = [driver_label(share.driver.label, t) for share in shares.shares if share.opposite]
    if opposite:
        limits.append(N_("Rated better by customers who are less satisfied: {drivers:text}.", drivers=t.join(opposite)))
    return tuple(t(item) for item in limits)


def _sample_notes(result: DriverAnalysis, t: Translator) -> list[str]:
    """Return which drivers and responses are not in the shares or on the map, and why."""
    notes: list[Message] = [*result.notes]
    shares = result.satisfaction
    if not isinstance(shares, NotEstimable) and shares.left_out:
        notes.append(
            N_(
                "Responses left out because they do not rate every part: {count:int} of {total:int}.",
                count=shares.left_out,
                total=shares.left_out + shares.n,
            )
        )
    if isinstance(result.map, NotEstimable):
        notes.append(N_("No map of importance and performance: {reason:message}", reason=result.map.reason))
    else:
        notes += result.map.notes
    return [t(note) for note in notes]


def _appendix(context: ChapterContext, result: DriverAnalysis) -> tuple[Block | None, ...]:
    t = context.t
    blocks: list[Block | None] = [
        Prose(paragraphs=_method(result, t)),
        notes_on_sample(_sample_notes(result, t)),
        tabulate_driver_outcomes(result, t),
    ]
    shares = result.satisfaction
    if not isinstance(shares, NotEstimable):
        blocks += [tabulate_outranking(shares, t), tabulate_driver_checks(shares, t)]
    blocks.append(tabulate_driver_effects(result, t))
    effects = result.satisfaction_effects
    if not isinstance(effects, NotEstimable):
        title = N_("Satisfaction on all parts of the service and the controls, per point")
        blocks.append(tabulate_coefficients(effects.coefficients, t, title=title, anchor="table-drivers-coefficients"))
        checks = N_("Checks of satisfaction on all parts")
        blocks.append(tabulate_diagnostics(effects.diagnostics, t, title=checks, anchor="table-drivers-checks"))
    return tuple(blocks)


def _method(result: DriverAnalysis, t: Translator) -> tuple[str, ...]:
    """Return how the shares were made, the equation and the draws included."""
    sentences: list[Message] = [
        N_(
            "Shares: the part of R² that each driver adds, averaged over all orders in which the drivers may enter"
            " (LMG, the Shapley value), divided by R²; for ordered and binary answers McFadden's R² ="
            " 1 − log L / log L₀. Drivers are rescaled to 0–100; {n:int} responses of {accounts:int} accounts that rate"
            " every part, waves stacked: {waves:list}.",
            n=result.n,
            accounts=result.accounts,
            waves=[t.period(wave) for wave in result.waves],
        ),
        N_(
            "Intervals: {draws:int} bootstrap draws of whole accounts; t on the log odds of the share. Shares are never"
            " below zero, so that intervals of shares near zero lean upwards. For ordered and binary answers a draw is"
            " one Newton step from the sample's maximum.",
            draws=result.draws,
        ),
    ]
    sentences.append(
        N_("Survey weights are in every estimate.")
        if result.weighted
        else N_("The survey came without weights of its own.")
    )
    for shares in (result.satisfaction, result.loyalty_item, result.nps, result.nps_category, result.repurchase):
        if isinstance(shares, NotEstimable):
            continue
        if shares.refit_error is not None:
            sentences.append(
                N_(
                    "Draws that were also fitted in full differ by {error:number2} standard errors of a share (root"
                    " mean square; {outcome:message}).",
                    error=shares.refit_error,
                    outcome=shares.outcome,
                )
            )
        if shares.orders is not None:
            sentences.append(
                N_(
                    "{outcome:message}: {orders:int} sampled orders instead of all; their error is in the intervals.",
                    outcome=shares.outcome,
                    orders=shares.orders,
                )
            )
    return (t.sentences(*sentences),)
