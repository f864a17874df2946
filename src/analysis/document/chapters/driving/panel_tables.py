"""The tables of the panel analyses and of the comparisons of predictors."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Table
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.panel.results import (
    ChangeOnChange,
    CrossLagged,
    FixedEffects,
    PanelAnalysis,
    PurchaseTiming,
    Timing,
)
from analysis.models.prediction.results import OutcomeComparison, RankComparison, VuongTest
from analysis.results import Estimate, NotEstimable, Outcome, Point

Row = tuple[Message, Outcome, int | None]


def tabulate_movements(panel: PanelAnalysis, t: Translator) -> Table | None:
    """Return what goes with 10 points of an account's own satisfaction; None where nothing could be estimated."""
    rows = [row for row in _movements(panel) if isinstance(row[1], Estimate)]
    if not rows:
        return None
    texts = tuple(
        (t(label), t(_unit(outcome)), t.difference(outcome), DASH if accounts is None else t.number(accounts, 0))
        for label, outcome, accounts in rows
        if isinstance(outcome, Estimate)
    )
    columns = (
        start(t(N_("With 10 points more satisfaction")), 3.2),
        start(t(N_("Unit")), 1.2),
        end(t(N_("Difference (95% interval)")), 1.7),
        end(t(N_("Customers")), 0.9),
    )
    note = N_(
        "Each customer is compared with itself in other waves, unless it says otherwise; waves are held constant."
    )
    return Table(
        title=t(N_("The same customers from wave to wave")),
        columns=columns,
        rows=texts,
        notes=(t(note),),
        anchor="table-panel-movements",
    )


def _unit(outcome: Outcome) -> Message:
    in_percent = isinstance(outcome, Estimate) and outcome.unit == "percentage_points"
    return N_("percentage points") if in_percent else N_("points")


def _movements(panel: PanelAnalysis) -> Sequence[Row]:
    """Return label, outcome and accounts of every movement that was estimated."""
    rows: list[Row] = []
    fixed, changes = panel.fixed_effects, panel.changes
    if isinstance(fixed, FixedEffects):
        rows.append((N_("Loyalty of the same customer"), fixed.within, fixed.accounts))
        rows.append((N_("Loyalty, one customer against another"), fixed.pooled, fixed.accounts))
    if isinstance(changes, ChangeOnChange):
        rows.append((N_("Change of loyalty from one wave to the next"), changes.slope, changes.accounts))
        rows.append((N_("Change of loyalty, where satisfaction rose"), changes.gain, changes.accounts))
        rows.append((N_("Change of loyalty, where satisfaction fell"), changes.loss, changes.accounts))
    for timing, label in (
        (panel.lag, N_("Loyalty in the next wave, satisfaction then held constant")),
        (panel.lead, N_("Loyalty in the wave before, satisfaction then held constant (placebo)")),
    ):
        if isinstance(timing, Timing):
            rows.append((label, timing.neighbour, timing.accounts))
    purchases = panel.purchases
    if isinstance(purchases, PurchaseTiming):
        days = purchases.horizon_days
        rows.append((N_("Bought within {days:int} days after", days=days), purchases.after, purchases.accounts))
        rows.append(
            (N_("Bought within {days:int} days before (placebo)", days=days), purchases.before, purchases.accounts)
        )
    return rows


def tabulate_overlap(panel: PanelAnalysis, t: Translator) -> Table:
    """Return how many accounts answered in consecutive waves."""
    rows = tuple(
        (f"{t.period(row.earlier)} → {t.period(row.later)}", t.number(row.accounts, 0)) for row in panel.overlaps
    )
    note = N_(
        "{accounts:int} customers answered in any wave, {repeated:int} in more than one.",
        accounts=panel.accounts,
        repeated=panel.repeated,
    )
    return Table(
        title=t(N_("Customers who answered in both of two consecutive waves")),
        columns=(start(t(N_("Waves")), 2.0), end(t(N_("Customers")))),
        rows=rows,
        notes=(t(note),),
        anchor="table-panel-overlap",
    )


def tabulate_paths(model: CrossLagged, t: Translator) -> Table:
    """Return the paths of the cross-lagged model and what lasts."""
    rows: list[Row] = [(path.label, path.estimate, None) for path in model.paths]
    rows.append((N_("Satisfaction → loyalty less loyalty → satisfaction"), model.dominance, None))
    texts = tuple(
        (t(label), t.difference(outcome), DASH if outcome.p_value is None else t.value(outcome.p_value, "pvalue"))
        for label, outcome, _ in rows
        if isinstance(outcome, Estimate)
    )
    lasting = (
        (N_("Share of differences in satisfaction that last"), model.lasting_satisfaction),
        (N_("Share of differences in loyalty that last"), model.lasting_loyalty),
    )
    texts += tuple((t(label), t.number(share.value, 2), DASH) for label, share in lasting if isinstance(share, Point))
    improper = N_(
        "One estimated variance is below zero, by no more than chance allows: the paths are to be read with care."
    )
    unit = N_("Paths: points in the next wave per 10 points by which a customer is off its own usual level.")
    return Table(
        title=t(N_("What carries over from one wave to the next (random-intercept cross-lagged model)")),
        columns=(start(t(N_("Path")), 3.0), end(t(N_("Estimate (95% interval)")), 1.8), end(t(N_("p")), 0.7)),
        rows=texts,
        notes=notes_of(t(unit), t(_fit_sentence(model)), "" if model.admissible else t(improper)),
        anchor="table-panel-paths",
    )


def _fit_sentence(model: CrossLagged) -> Message:
    fit = model.fit
    if isinstance(fit, NotEstimable):
        return fit.reason
    return N_(
        "Fit: chi-square {chi:number2} on {df:int} degrees of freedom (scaled by {scaling:number2}); RMSEA"
        " {rmsea:number3}; CFI {cfi:number3}. Customers: {n:int}, with {patterns:int} patterns of missing waves. No p:"
        " with so few customers and missing waves it would find fault too often.",
        chi=fit.chi_square,
        df=fit.df,
        scaling=fit.scaling,
        rmsea=fit.rmsea,
        cfi=fit.cfi,
        n=model.n,
        patterns=model.patterns,
    )


def tabulate_scores(comparison: OutcomeComparison, short: Mapping[str, Message], t: Translator) -> Table:
    """Return the sets' scores on held-out customers, and their differences; `short` are the sets' short names."""
    rows = [
        (
            t(score.name),
            t.number(score.log_score, 2),
            DASH if not isinstance(score.gain, Estimate) else t.difference(score.gain),
        )
        for score in comparison.scores
    ]
    for each in comparison.differences:
        if isinstance(each.difference, Estimate):
            label = N_(
                "Difference: {first:message} less {second:message}",
                first=short[each.first],
                second=short[each.second],
            )
            rows.append((t(label), DASH, t.difference(each.difference)))
    note = N_(
        "Log score of customers the model had not seen, times 100; higher is better. Customers: {n:int}; held out"
        " together by account or group of companies: {clusters:int}.",
        n=comparison.n,
        clusters=comparison.clusters,
    )
    return Table(
        title=t(N_("How well each predicts: {outcome:message}", outcome=comparison.label)),
        columns=(
            start(t(N_("Prediction from")), 3.0),
            end(t(N_("Log score"))),
            end(t(N_("Difference (95% interval)")), 1.8),
        ),
        rows=tuple(rows),
        notes=notes_of(t(note), _vuong(comparison.vuong, short, t)),
        anchor=f"table-panel-{comparison.key.replace('_', '-')}",
    )


def _vuong(test: VuongTest | NotEstimable, short: Mapping[str, Message], t: Translator) -> str:
    if isinstance(test, NotEstimable):
        return t(test.reason)
    return t(
        N_(
            "Vuong's test of {first:message} against {second:message}, clustered: t = {statistic:number2},"
            " p = {p:pvalue}; distinguishable at all: p = {alike:pvalue} ({draws:int} draws).",
            first=short[test.first],
            second=short[test.second],
            statistic=test.statistic,
            p=test.p_difference,
            alike=test.p_distinguishable,
            draws=test.draws,
        )
    )


def tabulate_rank(rank: RankComparison, t: Translator) -> Table:
    """Return the slopes of level and rank, and how well the rule predicts."""
    rows: list[Row] = [
        (N_("Level of satisfaction alone, per 10 points"), rank.level, None),
        (N_("Predicted share (rank) alone, per 10 points"), rank.rank, None),
        (N_("Level beside the predicted share"), rank.level_beside_rank, None),
        (N_("Predicted share beside the level"), rank.rank_beside_level, None),
        (N_("Correlation of predicted and stated share"), rank.rule, None),
    ]
    texts = tuple((t(label), t.difference(outcome)) for label, outcome, _ in rows if isinstance(outcome, Estimate))
    note = N_(
        "Answers: {n:int} from {accounts:int} customers, who rated {suppliers:number1} suppliers on average.",
        n=rank.n,
        accounts=rank.accounts,
        suppliers=rank.suppliers,
    )
    return Table(
        title=t(N_("Share of wallet: percentage points that go with level and rank")),
        columns=(start(t(N_("Predictor")), 2.4), end(t(N_("Difference (95% interval)")), 1.6)),
        rows=texts,
        notes=(t(note), t(rank.formula)),
        anchor="table-panel-rank",
    )
