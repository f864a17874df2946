"""How far the two relations can be trusted, and what goes with satisfaction itself: tables and notes for the cards."""

from collections.abc import Sequence

from analysis.messages import N_, NP_, Message
from analysis.models.drivers.result import DriverShares, EffectTable
from analysis.models.robustness.result import InfluenceResult, Robustness, SpecificationCurve
from analysis.models.robustness.unseen_factor import Confounding, EValue
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Point
from analysis.study.evidence import NumberColumn, NumberTable
from analysis.study.number_tables import coefficient_table, estimate_table
from analysis.study.workbench import Workbench

Row = tuple[Message | str, Outcome | Point]


def loyalty_doubts(found: Robustness) -> tuple[tuple[NumberTable, ...], tuple[Message, ...]]:
    """Return the tables and notes on the relation of satisfaction and loyalty."""
    tables = _curve_tables("loyalty", found.loyalty_curve) + _influence_table("loyalty", found.loyalty_influence)
    notes = _curve_notes(found.loyalty_curve)
    if isinstance(found.confounding, Confounding):
        tables += _benchmark_table(found.confounding)
        notes += (
            N_(
                "Robustness value {value:percent1}: an unseen factor that explains less than this of what is left of"
                " both satisfaction and loyalty cannot explain the slope away ({alpha:percent1} for the interval to"
                " include zero).",
                value=found.confounding.robustness_value,
                alpha=found.confounding.robustness_value_alpha,
            ),
        )
    return tables, notes


def buying_doubts(found: Robustness) -> tuple[tuple[NumberTable, ...], tuple[Message, ...]]:
    """Return the tables and notes on the relation of satisfaction and buying again."""
    curve, influence = found.repurchase_curve, found.repurchase_influence
    tables = _curve_tables("repurchase", curve) + _influence_table("repurchase", influence)
    notes: tuple[Message, ...] = ()
    if isinstance(found.e_value, EValue):
        notes = (
            N_(
                "E-value of satisfaction and buying again: {value:number2} (for the interval's limit {limit:number2}).",
                value=found.e_value.value,
                limit=found.e_value.limit_value,
            ),
        )
    return tables, notes


def _curve_notes(curve: SpecificationCurve | NotEstimable) -> tuple[Message, ...]:
    if isinstance(curve, NotEstimable):
        return ()
    return (
        N_(
            "Under {count:int} defensible specifications the estimate runs from {low:number2} to {high:number2} (median"
            " {median:number2}); {clear:int} of the {intervals:int} intervals exclude zero on the same side.",
            count=curve.estimated,
            low=curve.lowest,
            high=curve.highest,
            median=curve.median,
            clear=curve.clear,
            intervals=curve.intervals,
        ),
    )


def _curve_tables(key: str, curve: SpecificationCurve | NotEstimable) -> tuple[NumberTable, ...]:
    if isinstance(curve, NotEstimable):
        return ()
    levels = tuple(
        (choice.name, level.label, level.mean, level.count, choice.share)
        for choice in curve.choices
        for level in choice.levels
    )
    columns = (
        NumberColumn(key="choice", title=N_("Choice")),
        NumberColumn(key="level", title=N_("Answer")),
        NumberColumn(key="mean", title=N_("Mean estimate"), form="number3"),
        NumberColumn(key="specifications", title=N_("Specifications"), form="int"),
        NumberColumn(key="share_of_spread", title=N_("Share of the spread"), form="number2"),
    )
    titles = {
        "loyalty": N_("Specification curve of loyalty: what the choices do to the estimate"),
        "repurchase": N_("Specification curve of buying again: what the choices do to the estimate"),
    }
    summary = NumberTable(key=f"{key}-choices", title=titles[key], columns=columns, rows=levels, notes=curve.notes)
    return summary, _specification_table(key, curve)


def _specification_table(key: str, curve: SpecificationCurve) -> NumberTable:
    """Return every specification, one row each: for the files, a document would be all table."""
    rows: list[Row] = [(each.key, each.effect) for each in curve.specifications]
    titles = {
        "loyalty": N_("Specification curve of loyalty: every specification"),
        "repurchase": N_("Specification curve of buying again: every specification"),
    }
    return estimate_table(f"{key}-specifications", titles[key], rows, what=N_("Specification"), in_document=False)


def _influence_table(key: str, found: InfluenceResult | NotEstimable) -> tuple[NumberTable, ...]:
    if isinstance(found, NotEstimable):
        return ()
    rows: list[Row] = [
        (N_("as reported"), found.effect),
        (N_("without the account that holds it up most"), found.lowest),
        (N_("without the account that holds it down most"), found.highest),
    ]
    if found.sign.accounts is not None:
        rows.append((N_("without the {count:int} accounts that turn its sign", count=found.sign.accounts),
                     found.sign.after))  # fmt: skip
    titles = {
        "loyalty": N_("Single accounts and the slope of loyalty"),
        "repurchase": N_("Single customers and the effect on buying again"),
    }
    return (estimate_table(f"{key}-influence", titles[key], rows, what=N_("Effect")),)


def _benchmark_table(found: Confounding) -> tuple[NumberTable, ...]:
    rows: list[Row] = [
        (
            NP_(
                "as strong as {name:message}",
                "{count:int} times as strong as {name:message}",
                each.multiple,
                name=each.name,
            ),
            each.adjusted,
        )
        for each in found.benchmarks
    ]
    if not rows:
        return ()
    title = N_("What an unseen factor as strong as a measured one would leave of the slope of loyalty")
    return (estimate_table("loyalty-confounding", title, rows, what=N_("Unseen factor")),)


def driver_tables(bench: Workbench) -> tuple[NumberTable, ...]:
    """Return what goes with satisfaction and the other outcomes, driver by driver."""
    found = bench.drivers
    if isinstance(found, NotEstimable):
        return ()
    every = (found.satisfaction, found.loyalty_item, found.nps, found.nps_category, found.repurchase)
    tables = [_share_table(shares, bench.params) for shares in every if isinstance(shares, DriverShares)]
    if isinstance(found.satisfaction_effects, EffectTable):
        title = N_("Satisfaction index on all drivers: least squares, per point")
        notes: Sequence[Message] = found.satisfaction_effects.notes
        tables.append(coefficient_table("drivers-ols", title, found.satisfaction_effects.coefficients, notes))
    return tuple(tables)


def _share_table(shares: DriverShares, params: ClientParams) -> NumberTable:
    rows: list[Row] = [(share.driver.name(params), share.share) for share in shares.ranked()]
    title = N_("Shares of the drivers in what they explain: {outcome:message}", outcome=shares.outcome)
    note = N_("Shapley values of R²; {draws:int} bootstrap draws; n = {n:int} in {accounts:int} clusters.",
              draws=shares.draws, n=shares.n, accounts=shares.accounts)  # fmt: skip
    notes = [note]
    if isinstance(shares.r_squared, Estimate):
        r2 = N_("Together they explain {value:percent} of the differences (adjusted).", value=shares.r_squared.value)
        notes.append(r2)
    key = f"drivers-{shares.key}".replace("_", "-")
    return estimate_table(key, title, rows, what=N_("Driver"), notes=notes)
