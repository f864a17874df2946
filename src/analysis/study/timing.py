"""What comes first: purchases after and before the answer, and the panel models, within the same accounts."""

from analysis.messages import N_, Message
from analysis.models.panel.results import CrossLagged, PanelAnalysis, PurchaseTiming
from analysis.results import NotEstimable, Outcome
from analysis.study.evidence import Beside, Evidence, NumberTable
from analysis.study.number_tables import estimate_table
from analysis.study.workbench import Workbench

Row = tuple[Message | str, Outcome]
EFFECT = N_("Effect")


def timing_evidence(bench: Workbench) -> Evidence:
    """Return buying after minus buying before the answer, within accounts, with the panel models beside it."""
    found = bench.panel
    words = N_(
        "linear probability model with account and wave effects: bought in the horizon after, and before, the answer;"
        " errors clustered by group of companies"
    )
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words)
    tables = _panel_tables(found)
    timing = found.purchases
    if isinstance(timing, NotEstimable):
        return Evidence(estimate=timing, model=words, tables=tables, notes=found.notes)
    beside = [
        Beside(label=N_("Buying after the answer"), outcome=timing.after),
        Beside(label=N_("Buying before the answer (placebo)"), outcome=timing.before),
    ]
    if isinstance(found.cross_lagged, CrossLagged):
        label = N_("Cross-lagged: satisfaction to loyalty minus the reverse, points per 10 points")
        beside.append(Beside(label=label, outcome=found.cross_lagged.dominance))
    return Evidence(
        estimate=timing.difference, model=words, tables=(_purchase_table(timing), *tables), beside=tuple(beside),
        notes=found.notes,
    )  # fmt: skip


def _purchase_table(timing: PurchaseTiming) -> NumberTable:
    rows: list[Row] = [
        (N_("bought after the answer"), timing.after),
        (N_("bought before the answer"), timing.before),
        (N_("difference"), timing.difference),
    ]
    title = N_("Purchases around the answer, within accounts: percentage points per 10 points of satisfaction")
    note = N_(
        "n = {n:int} account-waves of {accounts:int} accounts in {groups:int} groups of companies; {days:int} days on"
        " either side.",
        n=timing.n, accounts=timing.accounts, groups=timing.groups, days=timing.horizon_days,
    )  # fmt: skip
    return estimate_table("panel-purchases", title, rows, what=EFFECT, notes=(note,))


def _panel_tables(found: PanelAnalysis) -> tuple[NumberTable, ...]:
    rows: list[Row] = []
    if not isinstance(found.fixed_effects, NotEstimable):
        effects = found.fixed_effects
        rows += [
            (N_("within accounts (fixed effects)"), effects.within),
            (N_("between and within accounts together"), effects.pooled),
            (N_("between minus within accounts"), effects.between_minus_within),
        ]
    if not isinstance(found.changes, NotEstimable):
        changes = found.changes
        rows += [
            (N_("change on change"), changes.slope),
            (N_("rises"), changes.gain),
            (N_("falls"), changes.loss),
            (N_("falls minus rises"), changes.asymmetry),
        ]
    for name, timing in ((N_("the wave before"), found.lag), (N_("the wave after (placebo)"), found.lead)):
        if not isinstance(timing, NotEstimable):
            rows.append((N_("satisfaction of {wave:message}", wave=name), timing.neighbour))
    tables = []
    if rows:
        title = N_("The same accounts over the waves: points of loyalty per 10 points of satisfaction")
        tables.append(estimate_table("panel-loyalty", title, rows, what=EFFECT))
    if isinstance(found.cross_lagged, CrossLagged):
        tables.append(_cross_lagged_table(found.cross_lagged))
    return tuple(tables)


def _cross_lagged_table(model: CrossLagged) -> NumberTable:
    rows: list[Row] = [(path.label, path.estimate) for path in model.paths]
    rows.append((N_("satisfaction to loyalty minus loyalty to satisfaction"), model.dominance))
    title = N_("Random-intercept cross-lagged model: points in the next wave per 10 points")
    return estimate_table("panel-cross-lagged", title, rows, what=N_("Path"), notes=(_fit_note(model),))


def _fit_note(model: CrossLagged) -> Message:
    fit = model.fit
    if isinstance(fit, NotEstimable):
        return N_("n = {n:int} accounts; fit: {reason:message}", n=model.n, reason=fit.reason)
    return N_(
        "n = {n:int} accounts; χ²({df:int}) = {chi:number2}, RMSEA {rmsea:number3}, CFI {cfi:number3}.",
        n=model.n, df=fit.df, chi=fit.chi_square, rmsea=fit.rmsea, cfi=fit.cfi,
    )  # fmt: skip
