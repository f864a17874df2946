"""Key accounts that moved between levels, and customers won and lost, as the two audits tell them."""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.messages import N_, Message
from analysis.monitoring.comparison.customer_shapes import (
    AccountCrossing,
    AccountMove,
    CustomerMoves,
    Flow,
    KeyAccountMoves,
    StageCount,
    Transition,
)
from analysis.monitoring.comparison.divergences import Barriers, redefined
from analysis.monitoring.comparison.protection import Promise
from analysis.monitoring.comparison.published import mapping_at, number_at, rows_at, text_at
from analysis.monitoring.comparison.sides import Audited
from analysis.monitoring.earlier import at, read_message
from analysis.results import NotEstimable

FORM = NotEstimable(reason=N_("At least one of the two audits does not record it."))
Content = Mapping[str, Any]


def compare_key_accounts(
    before: Audited, after: Audited, barriers: Barriers, rule: Promise
) -> KeyAccountMoves | NotEstimable:
    """Return how the key accounts moved.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    barriers
        What keeps levels from being compared.
    rule
        What may be shown.
    """
    then, now = (mapping_at(audited.content, "relationship", "key_accounts") for audited in (before, after))
    if not rows_at(then, "cards") or not rows_at(now, "cards"):
        return FORM
    silence = _silence(then, now, barriers, rule)
    return KeyAccountMoves(
        moves=tuple(sorted(_moves(then, now, silence is None), key=_first_moved)),
        crossed=() if silence is not None else tuple(_crossed(then, now)),
        only_then=tuple(_names_only(then, now)),
        only_now=tuple(_names_only(now, then)),
        silence=silence,
    )


def _silence(then: Content, now: Content, barriers: Barriers, rule: Promise) -> Message | None:
    shown = then.get("answers_shown"), now.get("answers_shown")
    if any(shown) and not rule.is_internal:
        return N_("Answers of single accounts are for insiders, and not every reader of this comparison is one.")
    if any(shown) and rule.confidentiality != "attributed":
        return N_("Respondents were not promised that their answers would be shown with their account.")
    if shown[0] != shown[1]:
        return N_("One audit could show answers of single accounts and the other not, so their scores differ in kind.")
    return barriers.levels


def _moves(then: Content, now: Content, scored: bool) -> Iterator[AccountMove]:
    cards = {text_at(card, "customer_id"): card for card in rows_at(then, "cards")}
    for card in rows_at(now, "cards"):
        earlier = cards.get(text_at(card, "customer_id"))
        if earlier is not None:
            yield AccountMove(
                customer_id=text_at(card, "customer_id"),
                name=text_at(card, "name") or text_at(card, "customer_id"),
                manager=text_at(card, "manager"),
                before=number_at(earlier, "relationship") if scored else None,
                after=number_at(card, "relationship") if scored else None,
                level_before=text_at(earlier, "level") if scored else "",
                level_after=text_at(card, "level") if scored else "",
                revenue_before=number_at(earlier, "revenue"),
                revenue_after=number_at(card, "revenue"),
            )


def _first_moved(move: AccountMove) -> tuple[bool, float, str]:
    changed = bool(move.level_before and move.level_after) and move.level_before != move.level_after
    return not changed, -(move.revenue_after or 0.0), move.customer_id


def _crossed(then: Content, now: Content) -> Iterator[AccountCrossing]:
    lines = number_at(then, "strong"), number_at(now, "strong")
    if then.get("compared") != now.get("compared") or lines[0] != lines[1] or lines[0] is None:
        return
    places = {text_at(point, "customer_id"): number_at(point, "relationship") for point in rows_at(then, "portfolio")}
    for point in rows_at(now, "portfolio"):
        before, after = places.get(text_at(point, "customer_id")), number_at(point, "relationship")
        if before is not None and after is not None and (before >= lines[0]) != (after >= lines[0]):
            yield AccountCrossing(name=text_at(point, "name"), before=before, after=after)


def _names_only(one: Content, other: Content) -> Iterator[str]:
    """Yield the names of the accounts that one audit shows and the other does not, largest first."""
    others = {text_at(row, "customer_id") for part in ("cards", "portfolio") for row in rows_at(other, part)}
    seen: set[str] = set()
    for row in (row for part in ("cards", "portfolio") for row in rows_at(one, part)):
        key = text_at(row, "customer_id")
        if key not in others and key not in seen:
            seen.add(key)
            yield text_at(row, "name") or key


def compare_customers(before: Audited, after: Audited) -> CustomerMoves | NotEstimable:
    """Return the customers won and lost: stages on both days, and the parts of the two years' revenue.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    """
    lives = [mapping_at(audited.content, "relationship", "lifecycle") for audited in (before, after)]
    bridges = [mapping_at(audited.content, "relationship", "growth") for audited in (before, after)]
    silences = []
    stages = tuple(_stages(*lives))
    rules = [read_message(life.get("rule")) for life in lives]
    if rules[0] is not None and rules[1] is not None and redefined(rules[0], rules[1]):
        stages = ()
        silences.append(N_("The rule that tells active, dormant and lost customers apart has changed in between."))
    transitions: tuple[Transition, ...] = ()
    if stages and text_at(lives[1], "year_before") == before.day:
        transitions = tuple(_transitions(lives[1]))
    elif stages:
        silences.append(
            N_(
                "Who moved from one stage to another between the two days cannot be told from the two reports: each"
                " looks back one year. The counts are those of the two days."
            )
        )
    flows = tuple(_flows(before, after, bridges))
    years = tuple(text_at(bridge, "later_label") for bridge in bridges)
    if not stages and not flows:
        return FORM if not silences else NotEstimable(reason=silences[0])
    return CustomerMoves(
        stages=stages, transitions=transitions, flows=flows, year_before=years[0], year_after=years[1],
        silences=tuple(silences),
    )  # fmt: skip


def _stages(then: Content, now: Content) -> Iterator[StageCount]:
    counts = {text_at(row, "stage"): number_at(row, "customers") for row in rows_at(then, "stages")}
    for row in rows_at(now, "stages"):
        before, after = counts.get(text_at(row, "stage")), number_at(row, "customers")
        if before is not None and after is not None:
            yield StageCount(stage=text_at(row, "stage"), before=int(before), after=int(after))


def _transitions(life: Content) -> Iterator[Transition]:
    for row in rows_at(life, "transitions"):
        start, end, count = text_at(row, "start"), text_at(row, "end"), number_at(row, "customers")
        if start and end and start != end and count:
            yield Transition(start=start, end=end, customers=int(count))


def _flows(before: Audited, after: Audited, bridges: list[dict[str, Any]]) -> Iterator[Flow]:
    if at(before.content, "currency") != at(after.content, "currency"):
        return
    earlier = {text_at(row, "key"): row for row in rows_at(bridges[0], "bridge")}
    for row in rows_at(bridges[1], "bridge"):
        then = earlier.get(text_at(row, "key"))
        amounts = number_at(then, "amount"), number_at(row, "amount")
        if amounts[0] is not None and amounts[1] is not None and any(amounts):
            counts = [number_at(each, "customers") for each in (then, row)]
            yield Flow(
                key=text_at(row, "key"),
                customers_before=None if counts[0] is None else int(counts[0]),
                customers_after=None if counts[1] is None else int(counts[1]),
                amount_before=amounts[0],
                amount_after=amounts[1],
            )
