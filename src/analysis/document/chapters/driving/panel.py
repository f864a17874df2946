"""Is it the same customers who change? The panel and the comparisons of predictors, for the technical appendix."""

from analysis.document.blocks import Block, BulletList, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.panel_tables import (
    tabulate_movements,
    tabulate_overlap,
    tabulate_paths,
    tabulate_rank,
    tabulate_scores,
)
from analysis.document.chapters.section import Section
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.panel.results import (
    ChangeOnChange,
    CrossLagged,
    FixedEffects,
    PanelAnalysis,
    Proposition,
    PurchaseTiming,
)
from analysis.models.prediction.nps_satisfaction import SHORT_NAMES as NPS_NAMES
from analysis.models.prediction.rank_level import SHORT_NAMES as RANK_NAMES
from analysis.models.prediction.results import NpsComparison, OutcomeComparison, PredictionComparison, RankComparison
from analysis.results import Estimate, NotEstimable

QUESTION = N_("Is it the same customers who change?")


def panel_section(
    context: ChapterContext, panel: PanelAnalysis | NotEstimable, prediction: PredictionComparison | NotEstimable
) -> Section:
    """Return the section; the panel's finding first, what predicts better in the appendix.

    Parameters
    ----------
    context
        Translator and theme.
    panel, prediction
        As `analyse_panel` and `analyse_prediction` return them.
    """
    t = context.t
    if isinstance(panel, NotEstimable) and isinstance(prediction, NotEstimable):
        return Section(key="panel", question=QUESTION, finding=t(panel.reason), answered=False)
    compared = _prediction_parts(prediction, t)
    if isinstance(panel, NotEstimable):
        finding = t.sentences(panel.reason, *_prediction_findings(prediction, t))
        return Section(key="panel", question=QUESTION, finding=finding, appendix=tuple(compared))
    return Section(
        key="panel",
        question=QUESTION,
        finding=t.sentences(*_findings(panel), *_prediction_findings(prediction, t)),
        blocks=(tabulate_movements(panel, t),),
        limits=tuple(t(note) for note in panel.notes),
        appendix=(*_panel_parts(panel, t), *compared),
    )


def state_within(fixed: FixedEffects) -> Message:
    """Return whether a customer's loyalty moves with its own satisfaction, with the interval."""
    within = fixed.within
    if isinstance(within, NotEstimable):
        return within.reason
    values = {"low": within.low, "high": within.high, "accounts": fixed.accounts}
    if within.low > 0:
        return N_(
            "Where a customer's satisfaction is 10 points above what is usual for it, its loyalty is {value:number1}"
            " points above its own usual level (95% interval {low:number1} to {high:number1}; {accounts:int} customers"
            " who answered more than once).",
            value=within.value,
            **values,
        )
    if within.high < 0:
        return N_(
            "Where a customer's satisfaction is 10 points above what is usual for it, its loyalty is {value:number1}"
            " points below its own usual level (95% interval of the difference {low:points} to {high:points};"
            " {accounts:int} customers who answered more than once).",
            value=-within.value,
            **values,
        )
    return N_(
        "The data do not show whether a customer's loyalty moves with its own satisfaction: with 10 points more it"
        " differs by {value:points} points (95% interval {low:points} to {high:points}; {accounts:int} customers who"
        " answered more than once).",
        value=within.value,
        **values,
    )


def state_purchases(purchases: PurchaseTiming) -> Message | None:
    """Return whether the same customers buy more often after an answer in which they are more satisfied."""
    after = purchases.after
    if isinstance(after, NotEstimable):
        return None
    values = {"days": purchases.horizon_days, "low": after.low, "high": after.high, "accounts": purchases.accounts}
    if after.low > 0:
        return N_(
            "When the same customer is 10 points more satisfied, it is {value:number1} percentage points likelier to"
            " buy within the next {days:int} days (95% interval {low:number1} to {high:number1}; {accounts:int}"
            " customers).",
            value=after.value,
            **values,
        )
    if after.high < 0:
        return N_(
            "When the same customer is 10 points more satisfied, it is {value:number1} percentage points less likely"
            " to buy within the next {days:int} days (95% interval of the difference {low:points} to {high:points};"
            " {accounts:int} customers).",
            value=-after.value,
            **values,
        )
    return N_(
        "Whether the same customers buy more often after they were more satisfied, the data do not show (95% interval"
        " {low:points} to {high:points} percentage points within {days:int} days; {accounts:int} customers).",
        **values,
    )


def _findings(panel: PanelAnalysis) -> list[Message]:
    fixed, purchases = panel.fixed_effects, panel.purchases
    found = [fixed.reason if isinstance(fixed, NotEstimable) else state_within(fixed)]
    if isinstance(purchases, PurchaseTiming):
        bought = state_purchases(purchases)
        found += [bought] if bought is not None else []
    return found


def _prediction_findings(prediction: PredictionComparison | NotEstimable, t: Translator) -> list[Message]:
    """Return in one sentence which of recommendation and satisfaction predicts better."""
    if isinstance(prediction, NotEstimable) or isinstance(prediction.nps, NotEstimable):
        return []
    comparison = prediction.nps.repurchase
    if isinstance(comparison, NotEstimable):
        return []
    difference = comparison.difference("recommendation", "satisfaction")
    if isinstance(difference, NotEstimable):
        return []
    interval = t.difference(difference)
    if difference.low > 0:
        return [
            N_(
                "Of who buys again, the recommendation question says more than satisfaction (held-out log score:"
                " {difference:text}).",
                difference=interval,
            )
        ]
    if difference.high < 0:
        return [
            N_(
                "Of who buys again, satisfaction says more than the recommendation question (held-out log score:"
                " {difference:text}).",
                difference=interval,
            )
        ]
    return [
        N_(
            "Whether the recommendation question or satisfaction says more of who buys again, the data do not show"
            " (difference of the held-out log score: {difference:text}).",
            difference=interval,
        )
    ]


def _panel_parts(panel: PanelAnalysis, t: Translator) -> list[Block | None]:
    """Return the equation, who answered when, the cross-lagged model, and what could not be estimated."""
    crossed = panel.cross_lagged
    equation = N_(
        "Loyalty of customer i in wave t = customer i + wave t + b × satisfaction of i in t. An observation is a"
        " customer in a wave, the mean of its respondents; errors are clustered by customer (CR3)."
    )
    asymmetry = panel.changes.asymmetry if isinstance(panel.changes, ChangeOnChange) else None
    steeper = (
        N_(
            "Per 10 points, the change of loyalty where satisfaction falls is {difference:text} points larger than"
            " where it rises.",
            difference=t.difference(asymmetry),
        )
        if isinstance(asymmetry, Estimate)
        else None
    )
    lead = _lead_sentence(panel.purchases, t)
    weighting = N_("All estimates carry the survey weights.") if panel.weighted else None
    texts = [t(text) for text in (equation, steeper, lead, weighting) if text is not None]
    return [
        Prose(paragraphs=tuple(texts)),
        tabulate_overlap(panel, t),
        tabulate_paths(crossed, t) if isinstance(crossed, CrossLagged) else None,
        _bullets(t, *_silences(panel)),
        _bullets(t, *(text for each in panel.propositions for text in _published(each))),
    ]


def _lead_sentence(purchases: PurchaseTiming | NotEstimable, t: Translator) -> Message | None:
    if isinstance(purchases, NotEstimable) or not isinstance(purchases.difference, Estimate):
        return None
    return N_(
        "After the answer less before it, the share of buyers differs by {difference:text} percentage points per 10"
        " points of satisfaction.",
        difference=t.difference(purchases.difference),
    )


def _silences(panel: PanelAnalysis) -> list[Message]:
    """Return why what is missing is missing."""
    changes, purchases = panel.changes, panel.purchases
    parts: tuple[tuple[Message, object], ...] = (
        (N_("Rises and falls"), changes.asymmetry if isinstance(changes, ChangeOnChange) else changes),
        (N_("Satisfaction of the wave before"), panel.lag),
        (N_("Satisfaction of the wave after"), panel.lead),
        (N_("Buying after the answer"), purchases.after if isinstance(purchases, PurchaseTiming) else purchases),
        (N_("Buying before the answer"), purchases.before if isinstance(purchases, PurchaseTiming) else purchases),
        (N_("What carries over"), panel.cross_lagged),
    )
    return [
        N_("{what:message}: {reason:message}", what=label, reason=part.reason)
        for label, part in parts
        if isinstance(part, NotEstimable)
    ]


def _published(proposition: Proposition) -> list[Message]:
    return [
        N_(
            "{hypothesis:message} Published: {finding:message} ({source:text}, {year:text})",
            hypothesis=proposition.hypothesis,
            finding=anchor.finding,
            source=anchor.source,
            year=str(anchor.year),
        )
        for anchor in proposition.anchors
    ]


def _prediction_parts(prediction: PredictionComparison | NotEstimable, t: Translator) -> list[Block | None]:
    if isinstance(prediction, NotEstimable):
        return [_bullets(t, prediction.reason)]
    parts: list[Block | None] = []
    silent: list[Message] = []
    for result, names in ((prediction.nps, NPS_NAMES), (prediction.rank, RANK_NAMES)):
        if isinstance(result, NotEstimable):
            silent.append(result.reason)
            continue
        if isinstance(result, RankComparison):
            parts.append(tabulate_rank(result, t))
        for comparison in _comparisons(result):
            if isinstance(comparison, NotEstimable):
                silent.append(comparison.reason)
            else:
                parts.append(tabulate_scores(comparison, names, t))
        parts.append(_bullets(t, _folds(result), *_published(result.proposition)))
    return [*parts, _bullets(t, *silent)]


def _comparisons(result: NpsComparison | RankComparison) -> tuple[OutcomeComparison | NotEstimable, ...]:
    if isinstance(result, RankComparison):
        return result.between, result.within
    return result.repurchase, result.purchases


def _folds(result: NpsComparison | RankComparison) -> Message:
    return N_(
        "Cross-validated in {folds:int} parts, {repeats:int} times; customers of one account or group are held out"
        " together.",
        folds=result.folds,
        repeats=result.repeats,
    )


def _bullets(t: Translator, *items: Message) -> BulletList | None:
    texts = tuple(dict.fromkeys(t(item) for item in items))
    return BulletList(items=texts) if texts else None
