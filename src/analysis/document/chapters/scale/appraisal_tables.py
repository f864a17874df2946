"""The tables of the appraisal: targets answered, managers' indicators and key accounts, ranks with their doubt."""

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.document.blocks import Column, Table
from analysis.document.native import marked
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.target_words import (
    HOW_SURE,
    LONGEST_NAME,
    attainment_text,
    for_whom,
    probability_text,
    verdict_words,
)
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.indicators.appraisal_shapes import Appraisal, KeyAccountLine, ManagerCard, ManagerIndicator, TargetRow
from analysis.indicators.shapes import PartnerLeague
from analysis.messages import N_, Message
from analysis.results import Estimate, NotEstimable

MOST_LISTED = 200
HOW_FAR = N_("Attainment: value over target; target over value where less is better.")


def tabulate_targets(result: Appraisal, t: Translator, partners: Mapping[str, str], small_cell: int) -> Table | None:
    """Return the targets of the client, of segments and of partners, and a line for each that all managers have.

    None without targets.
    """
    rows = [_target_cells(row, t, partners, small_cell) for row in result.targets if row.group != "account_manager"]
    managers: dict[tuple[str, str], list[TargetRow]] = {}
    for row in result.targets:
        if row.group == "account_manager":
            managers.setdefault((row.indicator, row.period), []).append(row)
    rows += [_managers_cells(together, t) for together in managers.values()]
    if not rows:
        return None
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(N_("The targets and what came of them")), columns=_target_columns(t), rows=tuple(kept),
        notes=notes_of(t(HOW_FAR), t(HOW_SURE), note), anchor="table-targets",
    )  # fmt: skip


def tabulate_every_target(
    result: Appraisal, t: Translator, partners: Mapping[str, str], small_cell: int
) -> Table | None:
    """Return every target in full, those of single managers included; None where the board's table has them all."""
    if not any(row.group == "account_manager" for row in result.targets):
        return None
    rows = [_target_cells(row, t, partners, small_cell) for row in result.targets]
    kept, note = cap_rows(rows, t, MOST_LISTED)
    return Table(
        title=t(N_("Every target, one by one")), columns=_target_columns(t), rows=tuple(kept),
        notes=notes_of(t(HOW_FAR), t(HOW_SURE), note), anchor="table-targets-all",
    )  # fmt: skip


def _target_columns(t: Translator) -> tuple[Column, ...]:
    return (
        start(t(N_("Indicator, period")), 2.0),
        start(t(N_("For")), 1.5),
        end(t(N_("Value (95% interval)")), 1.6),
        end(t(N_("Target")), 0.7),
        end(t(N_("Attainment, %")), 1.5),
        end(t(N_("Probability met")), 1.1),
    )


def _name_and_period(row: TargetRow, t: Translator) -> str:
    return t(N_("{name:message}, {period:text}", name=row.name, period=clean_text(t.period(row.period), LONGEST_NAME)))


def _target_cells(row: TargetRow, t: Translator, partners: Mapping[str, str], small_cell: int) -> tuple[str, ...]:
    return (
        _name_and_period(row, t),
        for_whom(row, t, partners),
        cell_text(row.outcome, t, small_cell),
        t.unit(row.target, row.unit),
        attainment_text(row.attained, t),
        probability_text(row.attained, t),
    )


def _managers_cells(rows: Sequence[TargetRow], t: Translator) -> tuple[str, ...]:
    """Return one line for a target that several managers have: how many met it."""
    counts = Counter(row.attained.verdict for row in rows if row.attained is not None)
    words = verdict_words()
    shares = [
        t(N_("{verdict:message}: {count:int}", verdict=words[verdict], count=counts[verdict]))
        for verdict in ("met", "open", "missed")
        if counts[verdict]
    ]
    values = sorted({row.target for row in rows})
    target = t.unit(values[0], rows[0].unit) if len(values) == 1 else DASH
    who = N_("{count:int} account managers", count=len(rows))
    return _name_and_period(rows[0], t), t(who), DASH, target, t.listing(shares) or DASH, DASH


def tabulate_manager(card: ManagerCard, t: Translator, anchor: str) -> Table:
    """Return one manager's indicators beside those of all the others, with the difference and the target."""
    rows = tuple(_indicator_cells(row, t) for row in card.indicators)
    columns = (
        start(t(N_("Indicator")), 1.5),
        end(t(N_("This manager (95% interval)")), 1.7),
        end(t(N_("n")), 0.5),
        end(t(N_("All others (95% interval)")), 1.7),
        end(t(N_("Difference (95% interval)")), 1.8),
        end(t(N_("Target, probability met")), 1.2),
    )
    starred = any(row.verdict in ("better", "worse") for row in card.indicators)
    return Table(
        title=t(N_("The customers of {manager:text}, beside all the others'", manager=_shown(card.manager))),
        columns=columns,
        rows=rows,
        notes=notes_of(
            t(N_("Differences of shares are in percentage points.")),
            t(N_("* beyond what chance explains, all comparisons of all managers together.")) if starred else "",
            *_reasons(card, t),
        ),
        anchor=anchor,
    )


def _reasons(card: ManagerCard, t: Translator) -> list[str]:
    """Return why cells of a manager's table have no number, each reason once with the indicators that it concerns."""
    reasons: dict[str, list[Message]] = {}
    for row in card.indicators:
        missing = (each for each in (row.outcome, row.others, row.difference) if isinstance(each, NotEstimable))
        for reason in dict.fromkeys(t(each.reason) for each in missing):
            reasons.setdefault(reason, []).append(row.name)
    return [t(N_("{names:list}: {reason:text}", names=names, reason=reason)) for reason, names in reasons.items()]


def _indicator_cells(row: ManagerIndicator, t: Translator) -> tuple[str, ...]:
    others = t.estimate(row.others) if isinstance(row.others, Estimate) else DASH
    difference = t.difference(row.difference) if isinstance(row.difference, Estimate) else DASH
    if row.verdict in ("better", "worse"):
        difference = marked(difference, " *")
    n = DASH if row.outcome.n is None else t.number(row.outcome.n, 0)
    target = DASH
    if row.target is not None:
        target = t(
            N_(
                "{target:text}: {chance:text}",
                target=t.unit(row.target.target, row.unit),
                chance=probability_text(row.target, t),
            )
        )
    value = t.estimate(row.outcome) if isinstance(row.outcome, Estimate) else DASH
    return t(row.name), value, n, others, difference, target


def tabulate_key_accounts(card: ManagerCard, t: Translator, anchor: str) -> Table | None:
    """Return a manager's key accounts, most revenue first; None without any."""
    if not card.key_accounts:
        return None
    columns = (
        start(t(N_("Key account")), 2.2),
        end(t(N_("Revenue, 12 months")), 1.2),
        end(t(N_("Year before")), 1.2),
        end(t(N_("Days since contact")), 1.0),
        end(t(N_("Planned days")), 0.9),
        end(t(N_("Open complaints")), 0.9),
    )
    hidden = card.key_accounts_in_all - len(card.key_accounts)
    note = t(N_("{count:int} more key accounts are not shown.", count=hidden)) if hidden else ""
    overdue = any(line.is_overdue for line in card.key_accounts)
    return Table(
        title=t(N_("The key accounts of {manager:text}", manager=_shown(card.manager))),
        columns=columns,
        rows=tuple(_account_cells(line, t) for line in card.key_accounts),
        notes=notes_of(t(N_("† longer than planned.")) if overdue else "", note),
        anchor=anchor,
    )


def _account_cells(line: KeyAccountLine, t: Translator) -> tuple[str, ...]:
    waited = DASH if line.days_since_contact is None else t.number(line.days_since_contact, 0)
    return (
        clean_text(line.name or short_id(line.customer_id), LONGEST_NAME),
        DASH if line.revenue is None else t.unit(line.revenue, "money"),
        DASH if line.revenue_before is None else t.unit(line.revenue_before, "money"),
        marked(waited, " †") if line.is_overdue else waited,
        t.number(line.planned_days, 0),
        DASH if line.open_complaints is None else t.number(line.open_complaints, 0),
    )


def tabulate_ranks(league: PartnerLeague, name: Message, t: Translator) -> Table:
    """Return the managers ranked on one indicator: shrunken estimate, interval of the rank, chance of being on top."""
    rows = tuple(
        (
            _shown(row.partner_id),
            t.estimate(row.shrunken) if isinstance(row.shrunken, Estimate) else DASH,
            DASH if row.shrunken.n is None else t.number(row.shrunken.n, 0),
            t(N_("{low:int} to {high:int}", low=row.rank_low, high=row.rank_high)),
            t.percent(row.p_top_quartile),
        )
        for row in league.rows
    )
    kept, hidden = cap_rows(rows, t)
    alike = N_("A test finds no difference between the managers (p = {p:pvalue}): ranks are chance.", p=league.p_value)
    differ = N_("The managers differ beyond chance (p = {p:pvalue}).", p=league.p_value)
    return Table(
        title=t(N_("Account managers compared: {name:message}", name=name)),
        columns=(
            start(t(N_("Account manager")), 1.6),
            end(t(N_("Value, pulled to the mean (95% interval)")), 2.0),
            end(t(N_("n")), 0.6),
            end(t(N_("Rank (95% interval)")), 1.2),
            end(t(N_("Chance of the top quarter")), 1.2),
        ),
        rows=tuple(kept),
        notes=notes_of(t(differ if league.between_sd > 0 else alike), hidden),
        anchor=f"table-managers-{league.indicator}".replace("_", "-"),
    )


def _shown(manager: str) -> str:
    return clean_text(short_id(manager), LONGEST_NAME)
