"""What answers and orders say together: intention beside behaviour, and the way through loyalty."""

from collections.abc import Sequence

from analysis.messages import N_, Message
from analysis.models.behaviour.result import IntentionModel
from analysis.models.mediation.result import MediationResult
from analysis.models.results import RepurchaseModel
from analysis.results import NotEstimable, Outcome
from analysis.study.doubts import buying_doubts
from analysis.study.evidence import Beside, Evidence, NumberTable
from analysis.study.number_tables import coefficient_table, diagnostic_table, estimate_table
from analysis.study.workbench import Workbench

Row = tuple[Message | str, Outcome]
EFFECT = N_("Effect")


def intention_evidence(bench: Workbench) -> Evidence:
    """Return the effect of satisfaction on the intention minus that on buying, on the same customers."""
    found = bench.behaviour if isinstance(bench.behaviour, NotEstimable) else bench.behaviour.intention
    words = N_(
        "two logits with the same predictors on the same customers, average marginal effects, their difference by a"
        " bootstrap over groups of companies that keeps both together"
    )
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words, tables=repurchase_tables(bench.repurchase))
    rows: list[Row] = [
        (N_("on the intention"), found.intention_effect),
        (N_("on buying again"), found.purchase_effect),
        (N_("difference"), found.difference),
        (N_("correlation with the intention"), found.intention_correlation),
        (N_("correlation with buying again"), found.purchase_correlation),
        (N_("difference of the correlations"), found.correlation_difference),
    ]
    title = N_("Satisfaction with what customers say and with what they do, percentage points per 10 points")
    doubts, doubt_notes = buying_doubts(bench.robustness)
    return Evidence(
        estimate=found.difference,
        model=words,
        tables=(
            estimate_table("intention-behaviour", title, rows, what=EFFECT),
            *_intention_logits(found),
            *repurchase_tables(bench.repurchase),
            *doubts,
        ),
        beside=_beside((N_("Effect on the intention"), N_("Effect on buying again")), rows)
        + _beside((N_("Correlation with the intention"), N_("Correlation with buying again")), rows[3:]),
        notes=(*found.notes, *doubt_notes),
        design_effect=bench.buying_design_effect,
        draws=found.draws,
    )


def _intention_logits(found: IntentionModel) -> tuple[NumberTable, ...]:
    return (
        coefficient_table("intention-logit", N_("Intention to buy again: log odds"), found.coefficients_intention),
        coefficient_table("behaviour-logit", N_("Buying again, same customers: log odds"), found.coefficients_purchase),
    )


def _beside(labels: Sequence[Message], rows: Sequence[Row]) -> tuple[Beside, ...]:
    return tuple(Beside(label=label, outcome=outcome) for label, (_, outcome) in zip(labels, rows, strict=False))


def repurchase_tables(model: RepurchaseModel | NotEstimable) -> tuple[NumberTable, ...]:
    """Return the regressions of buying again in full: coefficients, effects, checks."""
    if isinstance(model, NotEstimable):
        return ()
    tables = []
    for fit in model.fits:
        key = fit.key.replace("_", "-")
        note = N_(
            "n = {n:int} customers, {events:int} bought again; log likelihood {value:number2}, McFadden's R²"
            " {r2:number3}.",
            n=model.n, events=model.events, value=fit.log_likelihood, r2=fit.mcfadden_r2,
        )  # fmt: skip
        title = N_("Buying again, {set:message}: log odds", set=fit.name)
        tables.append(coefficient_table(f"repurchase-{key}", title, fit.coefficients, (note,)))
    last = model.fits[-1]
    title = N_("Buying again: average marginal effects, percentage points")
    effects: list[Row] = [(row.label, row.effect) for row in last.effects]
    effects.append((N_("placebo: satisfaction on having bought before the answer"), model.placebo))
    tables.append(estimate_table("repurchase-effects", title, effects, what=N_("One step of")))
    if model.diagnostics:
        title = N_("Checks of the model of buying again")
        tables.append(diagnostic_table("repurchase-checks", title, model.diagnostics))
    return tuple(tables)


def mediation_evidence(bench: Workbench) -> Evidence:
    """Return the indirect effect through loyalty, with total and direct effect beside it."""
    found = bench.mediation
    words = N_(
        "g-computation: loyalty on satisfaction by least squares, buying again on both by a logit, the controls of the"
        " model of buying again, percentiles of a bootstrap over groups of companies"
    )
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words)
    main = found.main
    tables = [_mediation_table("mediation", N_("Satisfaction, loyalty, buying again: effects"), main)]
    for key, title, other in (
        ("mediation-parallel", N_("Mediators side by side: effects"), found.parallel),
        ("mediation-serial", N_("Mediators in a chain: effects"), found.serial),
        ("mediation-orders", N_("Satisfaction, loyalty, orders a year: effects"), found.orders),
    ):
        if not isinstance(other, NotEstimable):
            tables.append(_mediation_table(key, title, other))
    return Evidence(
        estimate=main.indirect,
        model=words,
        tables=tuple(tables),
        beside=(
            Beside(label=N_("Total effect"), outcome=main.total),
            Beside(label=N_("Direct effect"), outcome=main.direct),
            Beside(label=N_("Share of the total that is indirect"), outcome=main.proportion),
        ),
        notes=found.notes,
        design_effect=bench.buying_design_effect,
        draws=main.draws,
    )


def _mediation_table(key: str, title: Message, found: MediationResult) -> NumberTable:
    rows: list[Row] = [
        (N_("total"), found.total),
        (N_("direct"), found.direct),
        (N_("indirect"), found.indirect),
        *(
            (N_("indirect: {path:message}", path=path.label), path.effect)
            for path in found.paths
            if len(found.paths) > 1
        ),
        (N_("indirect over total"), found.proportion),
        *(
            (N_("{source:message} → {target:message}", source=arrow.source, target=arrow.target), arrow.coefficient)
            for arrow in found.coefficients
        ),
    ]
    note = N_("n = {n:int}, {accounts:int} clusters, {draws:int} bootstrap draws.", n=found.n,
              accounts=found.accounts, draws=found.draws)  # fmt: skip
    return estimate_table(key, title, rows, what=EFFECT, notes=(note,))
