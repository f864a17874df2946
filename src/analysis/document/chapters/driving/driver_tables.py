"""The appendix's tables of the drivers: all outcomes side by side, who outranks whom, checks and effects."""

from analysis.document.blocks import Table
from analysis.document.figures.drivers import driver_label
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.drivers.result import DriverAnalysis, DriverShares, EffectTable
from analysis.results import Estimate, NotEstimable

SHORT_NAMES: dict[str, Message] = {
    "satisfaction": N_("Satisfaction"),
    "loyalty_item": N_("Loyalty question"),
    "nps": N_("Net Promoter Score"),
    "nps_category": N_("Promoter, passive, detractor"),
    "repurchase": N_("Buying again"),
}


def tabulate_driver_outcomes(result: DriverAnalysis, t: Translator) -> Table | None:
    """Return each driver's share in every outcome that has shares, and why the others have none."""
    outcomes = {key: getattr(result, key) for key in SHORT_NAMES}
    known = {key: shares for key, shares in outcomes.items() if isinstance(shares, DriverShares)}
    if not known:
        return None
    cells = {key: {share.driver.key: share.share for share in shares.shares} for key, shares in known.items()}
    rows = [
        (
            driver_label(driver.label, t),
            *(
                t.estimate(column[driver.key], peers=list(column.values())) if driver.key in column else DASH
                for column in cells.values()
            ),
        )
        for driver in result.drivers
    ]
    total = (
        t(N_("All parts together, of all differences")),
        *(
            t.estimate(shares.r_squared) if isinstance(shares.r_squared, Estimate) else DASH
            for shares in known.values()
        ),
    )
    answers = (t(N_("n")), *(t.number(shares.n, 0) for shares in known.values()))
    notes = [
        t(
            N_(
                "{name:message}: p of all parts together {p:pvalue}; a question unrelated to it would get about"
                " {chance:percent1} by chance.",
                name=SHORT_NAMES[key],
                p=shares.p_value,
                chance=shares.chance_share,
            )
        )
        for key, shares in known.items()
    ]
    if "loyalty_item" in known:
        notes.append(t(N_("Loyalty question: {outcome:message}.", outcome=known["loyalty_item"].outcome)))
    controls = [t(control) for shares in known.values() for control in shares.controls]
    if controls:
        notes.append(t(N_("Buying again: always in, and nobody's share: {controls:list}.", controls=controls)))
    notes += [
        t(N_("{name:message}: {reason:message}", name=SHORT_NAMES[key], reason=shares.reason))
        for key, shares in outcomes.items()
        if isinstance(shares, NotEstimable)
    ]
    return Table(
        title=t(N_("Each part's share of the explained differences, by outcome")),
        columns=(start(t(N_("Part of the service")), 1.6), *(end(t(SHORT_NAMES[key]), 1.2) for key in known)),
        rows=(*rows, total, answers),
        notes=tuple(notes),
        emphasis=(len(rows),),
        anchor="table-drivers-outcomes",
    )


def tabulate_outranking(shares: DriverShares, t: Translator) -> Table:
    """Return for each pair in how many of the draws the first has the larger share."""
    order = sorted(range(len(shares.shares)), key=lambda j: shares.shares[j].rank)
    names = [driver_label(share.driver.label, t) for share in shares.shares]
    pairs = [
        (names[i], names[j], t.percent(shares.outranks[i][j]))
        for position, i in enumerate(order)
        for j in order[position + 1 :]
    ]
    rows, note = cap_rows(pairs, t)
    columns = (start(t(N_("Part of the service")), 1.6), start(t(N_("against")), 1.6), end(t(N_("Share of the draws"))))
    return Table(
        title=t(N_("How often one part has a larger share in satisfaction than another")),
        columns=columns,
        rows=tuple(rows),
        notes=notes_of(t(N_("Of {draws:int} bootstrap draws.", draws=shares.draws)), note),
        anchor="table-drivers-outranking",
    )


def tabulate_driver_checks(shares: DriverShares, t: Translator) -> Table:
    """Return the shares beside Johnson's relative weights, and the error of sampled orders where there is one."""
    rows = tuple(
        (
            driver_label(share.driver.label, t),
            t.percent(share.share.value),
            DASH if share.relative_weight is None else t.percent(share.relative_weight),
            DASH if share.monte_carlo_error is None else t.number(100 * share.monte_carlo_error, 2),
        )
        for share in shares.ranked()
    )
    columns = (
        start(t(N_("Part of the service")), 1.8),
        end(t(N_("Shapley share"))),
        end(t(N_("Relative weight (Johnson)")), 1.3),
        end(t(N_("Error of sampled orders, points")), 1.4),
    )
    note = N_("Relative weights are a check only: a second way of sharing out the same R².")
    return Table(
        title=t(N_("Shares in satisfaction by two methods")),
        columns=columns, rows=rows, notes=(t(note),), anchor="table-drivers-methods",
    )  # fmt: skip


def tabulate_driver_effects(result: DriverAnalysis, t: Translator) -> Table | None:
    """Return what 10 points of each driver go with, all others and the controls the same."""
    tables = [
        (N_("Satisfaction, points"), result.satisfaction_effects),
        (N_("Net Promoter Score, points"), result.nps_effects),
    ]
    known = [(name, table) for name, table in tables if isinstance(table, EffectTable)]
    if not known:
        return None
    columns = [{row.driver.key: row.effect for row in table.effects} for _, table in known]
    rows = tuple(
        (
            driver_label(driver.label, t),
            *(t.difference(column[driver.key]) if driver.key in column else DASH for column in columns),
        )
        for driver in result.drivers
    )
    notes = [
        t(N_("{name:message}: {reason:message}", name=name, reason=table.reason))
        for name, table in tables
        if isinstance(table, NotEstimable)
    ]
    held = list(dict.fromkeys(t(control) for _, table in known for control in table.controls))
    if held:
        notes.insert(0, t(N_("Held constant: the other parts, and {controls:list}.", controls=held)))
    return Table(
        title=t(N_("What 10 points of one part go with, all else the same")),
        columns=(start(t(N_("Part of the service")), 1.8), *(end(t(name), 1.5) for name, _ in known)),
        rows=rows,
        notes=tuple(notes),
        anchor="table-drivers-effects",
    )
