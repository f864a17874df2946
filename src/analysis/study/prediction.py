"""Which answer predicts better: recommendation against satisfaction, rank against level."""

from analysis.messages import N_, Message
from analysis.models.prediction.results import OutcomeComparison, VuongTest
from analysis.results import NotEstimable, Outcome
from analysis.study.evidence import Beside, Evidence, NumberColumn, NumberTable
from analysis.study.number_tables import estimate_table
from analysis.study.workbench import Workbench

Row = tuple[Message | str, Outcome]
EFFECT = N_("Effect")


def nps_evidence(bench: Workbench) -> Evidence:
    """Return how much better recommendation predicts buying again than satisfaction does."""
    words = N_(
        "logits of buying again on past buying and controls with either answer, log score on customers held back,"
        " repeated cross-validation"
    )
    found = bench.prediction if isinstance(bench.prediction, NotEstimable) else bench.prediction.nps
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words)
    if isinstance(found.repurchase, NotEstimable):
        return Evidence(estimate=found.repurchase, model=words)
    tables = _comparison_tables("prediction-nps", found.repurchase)
    if not isinstance(found.purchases, NotEstimable):
        tables += _comparison_tables("prediction-nps-orders", found.purchases)
    return _comparison(found.repurchase, words, tables)


def rank_evidence(bench: Workbench) -> Evidence:
    """Return how much better the rank among suppliers predicts share of wallet than the level of satisfaction does."""
    words = N_(
        "least squares of share of wallet on the share that the Wallet Allocation Rule predicts from ranks, or on the"
        " level of satisfaction; log score on accounts held back, repeated cross-validation"
    )
    found = bench.prediction if isinstance(bench.prediction, NotEstimable) else bench.prediction.rank
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words)
    rows: list[Row] = [
        (N_("level, alone"), found.level),
        (N_("rank, alone"), found.rank),
        (N_("level, beside rank"), found.level_beside_rank),
        (N_("rank, beside level"), found.rank_beside_level),
        (N_("correlation of predicted and stated share"), found.rule),
    ]
    table = estimate_table("rank-level", N_("Share of wallet: percentage points per 10 points"), rows, what=EFFECT)
    if isinstance(found.between, NotEstimable):
        return Evidence(estimate=found.between, model=words, tables=(table,))
    tables = (table, *_comparison_tables("prediction-rank", found.between))
    return _comparison(found.between, words, tables)


def _comparison(found: OutcomeComparison, words: Message, tables: tuple[NumberTable, ...]) -> Evidence:
    beside = tuple(
        Beside(label=N_("{name:message}: gain over the controls", name=score.name), outcome=score.gain)
        for score in found.scores
        if score.gain is not None
    )
    notes: tuple[Message, ...] = ()
    if isinstance(found.vuong, VuongTest):
        note = N_("Vuong's test, whole sample: t = {t:number2}, p = {p:pvalue}.", t=found.vuong.statistic,
                  p=found.vuong.p_value)  # fmt: skip
        notes = (note,)
    return Evidence(estimate=found.differences[0].difference, model=words, tables=tables, beside=beside, notes=notes)


def _comparison_tables(key: str, found: OutcomeComparison) -> tuple[NumberTable, ...]:
    names = {score.key: score.name for score in found.scores}
    scores = NumberTable(
        key=f"{key}-scores",
        title=N_("Log scores, times 100: {outcome:message}", outcome=found.label),
        columns=(
            NumberColumn(key="predictors", title=N_("Predictors")),
            NumberColumn(key="log_score", title=N_("Log score"), form="number3"),
        ),
        rows=tuple((score.name, score.log_score) for score in found.scores),
        notes=(N_("n = {n:int} in {clusters:int} clusters.", n=found.n, clusters=found.clusters),),
    )
    rows: list[Row] = [
        (N_("{first:message} minus {second:message}", first=names[d.first], second=names[d.second]), d.difference)
        for d in found.differences
    ]
    title = N_("Differences of log scores, times 100: {outcome:message}", outcome=found.label)
    return (scores, estimate_table(f"{key}-differences", title, rows, what=N_("Comparison")))
