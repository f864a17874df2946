"""What did growth come from? Prices, quantities, mix and range; the season aside; and how few customers made it."""

from analysis.document.blocks import Block, Callout, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.growth_tables import (
    tabulate_bridge_steps,
    tabulate_growth_parts,
    tabulate_movers,
    tabulate_trend,
)
from analysis.document.chapters.section import Section
from analysis.document.figures.growth_parts import part_names, plot_growth_parts, shown_parts
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.growth import GrowthParts, Handful, SameMonths
from analysis.models.lifecycle.price_volume import GrowthPart, PriceVolume
from analysis.results import Estimate, NotEstimable

KEY = "growth"
QUESTION = N_("What did growth come from?")


def growth_section(context: ChapterContext, result: GrowthParts | NotEstimable) -> Section:
    """Return the question of growth, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    table: Table = (
        tabulate_growth_parts(result.price_volume, t, context.small_cell)
        if isinstance(result.price_volume, PriceVolume)
        else tabulate_bridge_steps(result, t)
    )
    bridge = tabulate_bridge_steps(result, t) if isinstance(result.price_volume, PriceVolume) else None
    appendix: tuple[Block | None, ...] = (
        bridge, tabulate_movers(result, t), tabulate_trend(result, t, context.small_cell)
    )  # fmt: skip
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(state_growth(result, t), state_parts(result, t)),
        blocks=(
            plot_growth_parts(result, title_growth(result, t), t, context.theme),
            table,
            Callout(
                variant="note", title=t(N_("The season aside, and a handful of customers")), items=_asides(result, t)
            ),
        ),
        limits=tuple(t(limit) for limit in _limits(result)),
        appendix=appendix,
    )


def state_growth(result: GrowthParts, t: Translator) -> Message:
    """Return how revenue moved, a direction only where the interval names one."""
    growth = result.growth
    values: dict[str, object] = {"earlier": result.earlier, "later": result.later}
    if not isinstance(growth, Estimate):
        return N_("Revenue of twelve months went from {earlier:money} to {later:money}.", **values)
    values |= {"size": t.growth(growth.value), "limits": t.limits(growth)}
    if growth.low > 0:
        return N_(
            "Revenue of twelve months grew from {earlier:money} to {later:money} ({size:text}, 95% interval"
            " {limits:text}).",
            **values,
        )
    if growth.high < 0:
        return N_(
            "Revenue of twelve months shrank from {earlier:money} to {later:money} ({size:text}, 95% interval"
            " {limits:text}).",
            **values,
        )
    return N_(
        "Revenue of twelve months went from {earlier:money} to {later:money} ({size:text}, 95% interval {limits:text}),"
        " within the usual ups and downs of the customers.",
        **values,
    )


def state_parts(result: GrowthParts, t: Translator) -> Message | None:
    """Return what prices, quantities and the rest did to revenue; None where they cannot be told apart."""
    if not isinstance(result.price_volume, PriceVolume):
        return None
    names = part_names()
    parts = [
        t(
            N_(
                "{part:message} {amount:text}",
                part=names[part.key],
                amount=t.signed(part.amount, "money"),
            )
        )
        for part in shown_parts(result.price_volume)
        if part.key != "unsplit"
    ]
    if not parts:
        return None
    if not any(isinstance(part.estimate, Estimate) for part in result.price_volume.parts):
        return N_("By parts: {parts:text}.", parts=t.listing(parts))
    clear = [part for part in result.price_volume.parts if _is_clear(part)]
    if not clear:
        return N_("By parts: {parts:text}; none of them beyond what other such customers could have brought about.",
                  parts=t.listing(parts))  # fmt: skip
    return N_(
        "By parts: {parts:text}; beyond what other such customers could have brought about: {clear:list}.",
        parts=t.listing(parts),
        clear=[names[part.key] for part in clear],
    )


def _is_clear(part: GrowthPart) -> bool:
    return isinstance(part.estimate, Estimate) and (part.estimate.low > 0 or part.estimate.high < 0)


def title_growth(result: GrowthParts, t: Translator) -> Message:
    """Return the figure's title: the parts that pulled most to either side, or how revenue went."""
    if not isinstance(result.price_volume, PriceVolume) or not shown_parts(result.price_volume):
        return N_(
            "Revenue of twelve months went from {earlier:money} to {later:money}",
            earlier=result.earlier, later=result.later,
        )  # fmt: skip
    names = part_names()
    parts = sorted(shown_parts(result.price_volume), key=lambda part: part.amount)
    lowest, highest = parts[0], parts[-1]
    values = {"up": names[highest.key], "more": highest.amount, "down": names[lowest.key], "less": -lowest.amount}
    if lowest.amount >= 0:
        return N_("Added most to revenue: {up:message} ({more:money})", **values)
    if highest.amount <= 0:
        return N_("Took most from revenue: {down:message} ({less:money})", **values)
    return N_("Added most to revenue: {up:message} ({more:money}); took most: {down:message} ({less:money})", **values)


def _asides(result: GrowthParts, t: Translator) -> tuple[str, ...]:
    items = [state_same_months(result.same_months, t), *state_handful(result.handful, t)]
    return tuple(t(item) for item in items if item is not None)


def state_same_months(months: SameMonths | NotEstimable, t: Translator) -> Message:
    """Return the latest months against the same of the year before, or why they cannot be compared."""
    if isinstance(months, NotEstimable):
        return months.reason
    values = {"first": t.period(months.first), "last": t.period(months.last)}
    growth = months.growth
    if not isinstance(growth, Estimate):
        return N_("{first:text} to {last:text} against the same months a year before: {reason:message}",
                  reason=growth.reason, **values)  # fmt: skip
    values |= {"size": t.growth(growth.value), "limits": t.limits(growth)}
    return N_(
        "{first:text} to {last:text} against the same months a year before: {size:text} (95% interval {limits:text}).",
        **values,
    )


def state_handful(handful: Handful, t: Translator) -> list[Message]:
    """Return how much of the movement a handful of customers made, and the growth without them."""
    found = []
    if handful.share_of_gains is not None:
        found.append(
            N_(
                "The {count:int} largest gains make up {share:percent} of all gains.",
                count=handful.customers,
                share=handful.share_of_gains,
            )
        )
    if handful.share_of_losses is not None:
        found.append(
            N_(
                "The {count:int} largest losses make up {share:percent} of all losses.",
                count=handful.customers,
                share=handful.share_of_losses,
            )
        )
    if handful.growth is not None and handful.growth_without is not None:
        found.append(
            N_(
                "Without the {count:int} customers whose revenue moved most, growth would be {without:text} instead of"
                " {all:text}.",
                count=handful.customers,
                without=t.growth(handful.growth_without),
                all=t.growth(handful.growth),
            )
        )
    return found


def _limits(result: GrowthParts) -> list[Message]:
    limits: list[Message] = []
    if isinstance(result.price_volume, NotEstimable):
        limits.append(result.price_volume.reason)
    else:
        limits.append(
            N_(
                "A price is revenue by quantity of a product: discounts, variants and who buys at which price move it,"
                " too. Where products are counted in different units, quantity and mix cannot be read apart."
            )
        )
    return limits
