"""What customers could buy that they do not yet: the widest openings, as sentences and tables."""

from analysis.document.blocks import Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.contacts_tables import customer_name
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.contacts import plot_breadth
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.contacts.breadth_result import Breadth, CategoryOpening, NextBest, Opening, Spread
from analysis.models.contacts.result import Contacts
from analysis.results import Estimate, NotEstimable

KEY = "breadth"
QUESTION = N_("What could they buy from us that they do not yet?")
BOARD_ROWS = 6
KINDS = {
    "category": N_("Product categories"),
    "business_unit": N_("Business units"),
    "region": N_("Regions"),
}
NO_FORECAST = N_(
    "An opening says what customers alike buy: it is no forecast, and some customers have no need of what they"
    " do not buy."
)


def breadth_section(context: ChapterContext, result: Contacts | NotEstimable) -> Section:
    """Return the question of breadth, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    breadth = result.breadth
    if isinstance(breadth, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(breadth.reason), answered=False)
    finding = state_breadth(breadth, t)
    if finding is None:
        return Section(key=KEY, question=QUESTION, finding=t(_why_silent(breadth)), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=finding,
        blocks=(
            plot_breadth(breadth, title_breadth(breadth), t, context.theme),
            tabulate_openings(breadth, t, context.small_cell),
        ),
        limits=(t(NO_FORECAST),),
        appendix=(
            tabulate_kinds(breadth, t, context.small_cell),
            tabulate_spreads(breadth, t, context.small_cell),
            tabulate_bands(breadth, t),
            tabulate_largest(breadth, t),
            notes_on_sample(_notes(breadth, t)),
        ),
    )


def state_breadth(result: Breadth, t: Translator) -> str | None:
    """Return the finding: how broadly customers buy, then the widest opening; None where neither has a number."""
    sentences: list[Message] = []
    for spread in result.spreads:
        # that everybody buys in one region is no breadth to speak of
        is_told = spread.kind != "region" or (isinstance(spread.several, Estimate) and spread.several.value > 0)
        if isinstance(spread.mean, Estimate) and is_told:
            sentences.append(_state_spread(spread, spread.mean, t))
            break
    best = _widest(result)
    if best is not None:
        sentences.append(_state_opening(best, t))
    return t.sentences(*sentences) if sentences else None


def _state_spread(spread: Spread, mean: Estimate, t: Translator) -> Message:
    values = {"mean": t.level(mean), "offered": spread.offered, "limits": t.limits(mean)}
    if spread.kind == "category":
        return N_(
            "A customer buys {mean:text} of {offered:int} product categories a year on average (95% interval"
            " {limits:text}).",
            **values,
        )
    if spread.kind == "business_unit":
        return N_(
            "A customer buys from {mean:text} of {offered:int} business units a year on average (95% interval"
            " {limits:text}).",
            **values,
        )
    return N_(
        "A customer buys in {mean:text} of {offered:int} regions a year on average (95% interval {limits:text}).",
        **values,
    )


def _state_opening(opening: CategoryOpening, t: Translator) -> Message:
    values = {
        "missing": clean_text(opening.missing, 60),
        "customers": opening.customers,
        "share": t.level(opening.chance),
        "limits": t.limits(opening.chance),
    }
    if isinstance(opening.worth, Estimate):
        return N_(
            "The widest opening is {missing:text}, for {customers:int} customers: {share:text} of those like them (95%"
            " interval {limits:text}) buy it; at that rate and a median spend it would be worth {worth:text} a year.",
            worth=t.estimate(opening.worth),
            **values,
        )
    return N_(
        "The widest opening is {missing:text}, for {customers:int} customers: {share:text} of those like them (95%"
        " interval {limits:text}) buy it.",
        **values,
    )


def _widest(result: Breadth) -> CategoryOpening | None:
    if isinstance(result.next_best, NotEstimable) or not result.next_best.openings:
        return None
    return result.next_best.openings[0]


def title_breadth(result: Breadth) -> Message:
    """Return the figure's title: the category that is the strongest opening of the most customers."""
    best = _widest(result)
    if best is None:
        return N_("What customers buy")
    return N_(
        "{name:text} is the next opening for the most customers: {count:int}",
        name=clean_text(best.missing, 60),
        count=best.customers,
    )


def _why_silent(result: Breadth) -> Message:
    for spread in result.spreads:
        if isinstance(spread.mean, NotEstimable):
            return spread.mean.reason
    if isinstance(result.next_best, NotEstimable):
        return result.next_best.reason
    return N_("Nobody bought in the last twelve months.")


def tabulate_openings(result: Breadth, t: Translator, small_cell: int) -> Table | None:
    """Return the openings with the most customers; None where there is none."""
    if isinstance(result.next_best, NotEstimable):
        return None
    shown = result.next_best.openings[:BOARD_ROWS]
    chances, worths = [row.chance for row in shown], [row.worth for row in shown]
    reach = {row.category: row.share for row in result.categories}
    everyone = [reach.get(row.missing) for row in shown]
    rows = tuple(
        (
            clean_text(row.missing, 40),
            t.number(row.customers, 0),
            t.unit(row.revenue, "money", full=True),
            cell_text(row.chance, t, small_cell, peers=chances),
            cell_text(reach.get(row.missing), t, small_cell, peers=everyone),
            cell_text(row.worth, t, small_cell, peers=worths),
        )
        for row in shown
    )
    columns = (
        start(t(N_("Not bought")), 1.2),
        end(t(N_("Customers")), 0.8),
        end(t(N_("Their revenue")), 1.0),
        end(t(N_("Alike who buy it")), 1.3),
        end(t(N_("All who buy it")), 1.3),
        end(t(N_("Worth a year")), 1.6),
    )
    note = N_(
        "In brackets: 95% intervals. Alike: customers who order as often, or who buy a category that goes with"
        " it. Worth:"
        " customers times the share of those alike who buy it times their median spend on it: an opening, not a"
        " forecast."
    )
    return Table(
        title=t(N_("The widest openings")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-breadth-openings",
    )  # fmt: skip


def tabulate_kinds(result: Breadth, t: Translator, small_cell: int) -> Table | None:
    """Return the openings by what makes customers alike, with their lift."""
    if isinstance(result.next_best, NotEstimable):
        return None
    found = [part for row in result.next_best.openings for part in row.parts]
    chances, lifts, worths = ([getattr(part, name) for part in found] for name in ("chance", "lift", "worth"))
    rows = [
        (
            clean_text(row.missing, 40),
            _alike_cell(row, t),
            t.number(row.customers, 0),
            cell_text(row.chance, t, small_cell, peers=chances),
            cell_text(row.lift, t, small_cell, peers=lifts),
            cell_text(row.worth, t, small_cell, peers=worths),
        )
        for row in found
    ]
    kept, cut = cap_rows(rows, t)
    columns = (
        start(t(N_("Not bought")), 1.1),
        start(t(N_("Customers alike")), 1.2),
        end(t(N_("Customers")), 0.8),
        end(t(N_("Alike who buy it")), 1.3),
        end(t(N_("Lift")), 1.2),
        end(t(N_("Worth a year")), 1.6),
    )
    note = N_(
        "Lift: how many times as often it is bought as by customers in general, or (where a category makes"
        " alike) as chance"
        " would bring among those who order as often. {pairs:int} pairs of categories were tested, {related:int} go"
        " together beyond chance.",
        pairs=result.next_best.pairs,
        related=result.next_best.related,
    )
    return Table(
        title=t(N_("The openings by what makes customers alike")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(note), cut), anchor="table-breadth-kinds",
    )  # fmt: skip


def _alike_cell(opening: Opening, t: Translator) -> str:
    if opening.orders is None:
        return t(N_("buy {held:text}", held=clean_text(opening.held, 40)))
    first, last = opening.orders
    if first == last:
        return t(N_("{days:int} order days a year", days=first))
    return t(N_("{first:int} to {last:int} order days a year", first=first, last=last))


def tabulate_spreads(result: Breadth, t: Translator, small_cell: int) -> Table:
    """Return categories, business units and regions a customer."""
    rows = tuple(
        (
            t(KINDS[spread.kind]),
            t.number(spread.offered, 0),
            cell_text(spread.mean, t, small_cell),
            cell_text(spread.several, t, small_cell),
            n_text(spread.mean, t),
        )
        for spread in result.spreads
    )
    columns = (
        start(t(N_("What")), 1.5),
        end(t(N_("Sold")), 0.7),
        end(t(N_("A customer buys from")), 1.6),
        end(t(N_("Customers with more than one")), 1.7),
        end(t(N_("n")), 0.6),
    )
    return Table(
        title=t(N_("How broadly customers buy")), columns=columns, rows=rows,
        notes=notes_of(
            t(N_("In brackets: 95% intervals.")), t(N_("Window: {window:text}.", window=t.period(result.window)))
        ),
        anchor="table-breadth",
    )  # fmt: skip


def tabulate_bands(result: Breadth, t: Translator) -> Table | None:
    """Return the customers by number of categories (or the first kind there is), with what they spent."""
    if not result.spreads:
        return None
    spread = result.spreads[0]
    total = sum(band.revenue for band in spread.bands)
    rows = tuple(
        (
            t(N_("{least:int} or more", least=band.kinds)) if band.or_more else t.number(band.kinds, 0),
            t.number(band.customers, 0),
            t.percent(band.customers / spread.customers) if spread.customers else DASH,
            t.unit(band.revenue, "money", full=True),
            t.percent(band.revenue / total) if total > 0 else DASH,
        )
        for band in spread.bands
    )
    columns = (
        start(t(KINDS[spread.kind]), 1.6),
        end(t(N_("Customers"))),
        end(t(N_("Share of customers"))),
        end(t(N_("Revenue")), 1.4),
        end(t(N_("Share of revenue"))),
    )
    return Table(
        title=t(N_("Customers by how much of the range they buy")), columns=columns, rows=rows,
        anchor="table-breadth-bands",
    )  # fmt: skip


def tabulate_largest(result: Breadth, t: Translator) -> Table | None:
    """Return the customers with an opening who buy most."""
    if not isinstance(result.next_best, NextBest) or not result.next_best.largest:
        return None
    rows = tuple(
        (
            customer_name(row.name, row.customer_id),
            clean_text(row.manager, 24) or DASH,
            clean_text(row.missing, 40),
            t(N_("buy {held:text}", held=clean_text(row.held, 40))) if row.held else t(N_("order as often")),
            t.unit(row.revenue, "money", full=True),
        )
        for row in result.next_best.largest
    )
    columns = (
        start(t(N_("Customer")), 2.0),
        start(t(N_("Account manager")), 1.0),
        start(t(N_("Not bought")), 1.2),
        start(t(N_("Alike because they")), 1.3),
        end(t(N_("Revenue a year")), 1.1),
    )
    return Table(
        title=t(N_("The largest customers with an opening")),
        columns=columns,
        rows=rows,
        anchor="table-breadth-customers",
    )


def _notes(result: Breadth, t: Translator) -> list[str]:
    notes = [t(result.next_best.reason)] if isinstance(result.next_best, NotEstimable) else []
    return notes + [t(spread.mean.reason) for spread in result.spreads if isinstance(spread.mean, NotEstimable)]
