"""The last two chapters, in full: what was read and repaired, and how everything was computed."""

from analysis.document.blocks import Block, BulletList, Callout, Chapter, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.method_tables import (
    UNITS_OF_ANALYSIS,
    tabulate_coefficients,
    tabulate_definitions,
    tabulate_diagnostics,
    tabulate_forms,
    tabulate_repairs,
    tabulate_score,
    tabulate_tables_read,
)
from analysis.document.tables import tabulate_changes
from analysis.messages import N_, NP_, Message
from analysis.models.results import LoyaltyModel, RepurchaseModel
from analysis.results import NotEstimable


def write_data_quality(context: ChapterContext) -> Chapter:
    """Return what was read, what was repaired and what a reader should know about the data."""
    t, quality = context.t, context.audit.data_quality
    read = sum(table.rows_read for table in quality.tables)
    removed = sum(repair.rows for repair in quality.repairs if repair.removed)
    effect = sum(repair.revenue_effect for repair in quality.repairs)
    if quality.repairs:
        values = {
            "rows": read,
            "repairs": NP_(
                "one kind of repair was needed", "{count:int} kinds of repair were needed", len(quality.repairs)
            ),
            "removed": NP_("one row was taken out", "{count:int} rows were taken out", removed),
        }
        finding = N_("{rows:int} rows were read; {repairs:message} and {removed:message}.", **values)
        if abs(effect) >= 0.5:
            finding = N_(
                "{rows:int} rows were read; {repairs:message} and {removed:message}, which changes revenue by"
                " {effect:text}.",
                effect=t.signed(effect, "money"),
                **values,
            )
    else:
        finding = N_("Rows read: {rows:int}. Nothing had to be repaired.", rows=read)
    blocks: list[Block | None] = [
        *context.lead(t(finding)),
        tabulate_tables_read(quality, t),
        tabulate_repairs(quality, t),
    ]
    if quality.notes:
        notes = tuple(t(note) for note in quality.notes)
        blocks.append(Callout(variant="note", title=t(N_("Notes on the data")), items=notes))
    return context.chapter("data_quality", blocks)


def write_method(context: ChapterContext) -> Chapter:
    """Return definitions, the score's parts, all tested changes, the models in full, terms and limits."""
    t, audit = context.t, context.audit
    blocks: list[Block | None] = [
        Prose(paragraphs=tuple(t(paragraph) for paragraph in _principles(context))),
        context.section(N_("Definitions"), "method-definitions"),
        tabulate_definitions(list(audit.indicators.results.values()), t) if audit.indicators.results else None,
        context.section(N_("The relationship score"), "method-score"),
        Prose(paragraphs=(t(_score_rule()),)),
        tabulate_score(audit.score, t, context.small_cell, {r.key: r.unit for r in audit.indicators.results.values()}),
        tabulate_changes(audit.changes, t) if audit.changes.items else None,
        *_loyalty_model(context),
        *_repurchase_model(context),
        context.section(N_("Terms"), "method-terms"),
        BulletList(items=tuple(t(term) for term in _glossary())),
        context.section(N_("Limits"), "method-limits"),
        Callout(
            variant="limits", title=t(N_("What this audit does not claim")), items=tuple(t(item) for item in _limits())
        ),
    ]
    if audit.branding.disclaimer:
        blocks.append(Callout(variant="note", title=t(N_("Disclaimer")), items=(audit.branding.disclaimer,)))
    return context.chapter("method", blocks)


def _principles(context: ChapterContext) -> list[Message]:
    audit, t = context.audit, context.t
    paragraphs = [
        N_(
            "Every number has an interval that holds the true value in 95 of 100 such audits, and an n. A change is"
            " called a rise or a fall only where a test says so; where the data carry no number, the reason is given"
            " instead."
        ),
        N_("The audit looks at everything up to {date:date}; later rows are set aside.", date=audit.as_of),
    ]
    if audit.unit_of_analysis:
        promises = {
            "anonymous": N_("anonymous"),
            "aggregate": N_("in aggregate only"),
            "attributed": N_("attributed, with consent"),
        }
        unit = UNITS_OF_ANALYSIS.get(audit.unit_of_analysis, audit.unit_of_analysis)
        paragraphs.append(
            N_(
                "One observation of the survey is: {unit:text}. Intervals of survey figures allow for several answers"
                " from the same customer. Respondents were promised that their answers are used: {promise:message}.",
                unit=t(unit),
                promise=promises[audit.confidentiality],
            )
        )
        if audit.confidentiality != "attributed":
            floor = N_("Nothing is shown about fewer than {floor:int} respondents.", floor=audit.small_cell)
            paragraphs.append(floor)
    return paragraphs


def _score_rule() -> Message:
    return N_(
        "The score is the weighted mean of five dimensions; a dimension is the plain mean of its components, and a"
        " component is an indicator put on 0 to 100 between two fixed values and cut off there. The interval of a mean"
        " is the mean of the intervals, which is cautious."
    )


def _loyalty_model(context: ChapterContext) -> list[Block | None]:
    model, t = context.audit.loyalty_model, context.t
    title = context.section(N_("Model: satisfaction and loyalty"), "method-loyalty")
    if isinstance(model, NotEstimable):
        return [title, Prose(paragraphs=(t(model.reason),))]
    equation, *details = _loyalty_specification(model, context)
    return [title, Prose(paragraphs=(t(equation), t.sentences(*details))), *_loyalty_tables(context)]


def _loyalty_specification(model: LoyaltyModel, context: ChapterContext) -> list[Message]:
    t = context.t
    errors = {
        "cr3-t": N_("cluster-robust by account (CR3, t)"),
        "hc3-t": N_("heteroskedasticity-robust (HC3, t)"),
    }
    sentences = [
        N_(
            "Model: loyalty index = constant + slope × (satisfaction index / 10) + controls + error; the slope is the"
            " difference in loyalty that goes with 10 points more satisfaction, the controls held equal."
        ),
        N_(
            "Least squares of the loyalty index on the satisfaction index and controls; {n:int} answers,"
            " {accounts:int} accounts, {dropped:int} left out for missing values; standard errors {errors:message}.",
            n=model.n,
            accounts=model.accounts,
            dropped=model.dropped,
            errors=errors[model.inference],
        ),
        N_(
            "R² {r2:number2}, without controls {plain:number2}; slope without controls {slope:text} points per 10"
            " points.",
            r2=model.r_squared,
            plain=model.r_squared_unadjusted,
            slope=t.estimate(model.slope_unadjusted),
        ),
    ]
    if model.controls:
        sentences.append(N_("Controls: {controls:list}.", controls=list(model.controls)))
    if model.waves:
        sentences.append(N_("Waves: {waves:list}.", waves=[t.period(wave) for wave in model.waves]))
    sentences.append(N_("Survey weights are used.") if model.weighted else N_("There are no survey weights."))
    return sentences


def _loyalty_tables(context: ChapterContext) -> list[Block | None]:
    model, t = context.audit.loyalty_model, context.t
    if isinstance(model, NotEstimable):
        return []
    title = N_("Loyalty index on satisfaction (points per unit of the term)")
    tables: list[Block | None] = [tabulate_coefficients(model.coefficients, t, title=title, anchor="table-ols")]
    if isinstance(model.ordered, NotEstimable):
        tables.append(Prose(paragraphs=(t(N_("Ordered logit: {reason:message}", reason=model.ordered.reason)),)))
    else:
        title = N_("Ordered logit of the loyalty question, log odds; n = {n:int}", n=model.ordered.n)
        rows = (*model.ordered.coefficients, *model.ordered.cut_points)
        tables.append(tabulate_coefficients(rows, t, title=title, anchor="table-ordered"))
    if model.forms:
        tables.append(tabulate_forms(model.forms, t))
    if model.diagnostics:
        title = N_("Checks of the model of loyalty")
        tables.append(tabulate_diagnostics(model.diagnostics, t, title=title, anchor="table-checks-loyalty"))
    return tables


def _repurchase_model(context: ChapterContext) -> list[Block | None]:
    model, t = context.audit.repurchase_model, context.t
    title = context.section(N_("Model: satisfaction and buying again"), "method-repurchase")
    if isinstance(model, NotEstimable):
        return [title, Prose(paragraphs=(t(model.reason),))]
    equation, *details = _repurchase_specification(model, context)
    blocks: list[Block | None] = [title, Prose(paragraphs=(t(equation), t.sentences(*details)))]
    for fit in model.fits:
        estimator = N_("Firth's penalised likelihood") if fit.estimator == "firth" else N_("maximum likelihood")
        heading = N_(
            "{name:message}: log odds of buying again ({estimator:message}; McFadden's R² {r2:number2})",
            name=fit.name,
            estimator=estimator,
            r2=fit.mcfadden_r2,
        )
        anchor = f"table-fit-{fit.key}".replace("_", "-")
        blocks.append(tabulate_coefficients(fit.coefficients, t, title=heading, anchor=anchor))
    if model.diagnostics:
        heading = N_("Checks of the model of buying again")
        blocks.append(tabulate_diagnostics(model.diagnostics, t, title=heading, anchor="table-checks-repurchase"))
    return blocks


def _repurchase_specification(model: RepurchaseModel, context: ChapterContext) -> list[Message]:
    counts, t = model.counts, context.t
    sentences = [
        N_(
            "Model: log odds of buying again = constant + a × (satisfaction index / 10) + b × (loyalty index / 10) +"
            " past buying + controls; the fits below add the terms step by step, and effects are average"
            " differences of the predicted chance, in percentage points."
        ),
        N_(
            "Binomial regression, one row a customer: {n:int} customers, {events:int} of whom bought again within"
            " {horizon:int} days of their answer; predictors come from the {history:int} days before it. Answers from"
            " {first:date} to {last:date}.",
            n=model.n,
            events=model.events,
            horizon=model.horizon_days,
            history=model.history_days,
            first=model.first_response,
            last=model.last_response,
        ),
        N_(
            "Of {responding:int} customers with a usable answer, {censored:int} are left out because the horizon"
            " reaches past the date of the audit, and {missing:int} because something is missing.",
            responding=counts.responding,
            censored=counts.censored,
            missing=counts.missing,
        ),
    ]
    if model.controls:
        sentences.append(N_("Controls: {controls:list}.", controls=list(model.controls)))
    if isinstance(model.placebo, NotEstimable):
        sentences.append(N_("Placebo check: {reason:message}", reason=model.placebo.reason))
    else:
        sentences.append(
            N_(
                "Placebo check: the same model on purchases before the answer gives {effect:text} percentage points"
                " per 10 points; this is a diagnostic, since past purchases may themselves satisfy.",
                effect=t.estimate(model.placebo),
            )
        )
    return sentences


def _glossary() -> list[Message]:
    return [
        N_("Interval: the range that holds the true value in 95 of 100 such audits; wide means uncertain."),
        N_("n: how many respondents, accounts or customers a number rests on."),
        N_(
            "Net Promoter Score (NPS): share answering 9 or 10 of 10 to recommending, minus the share answering 0 to 6."
        ),
        N_("Top two answers: the share of answers in the two best categories of a question."),
        N_("Index: answers put on 0 (worst) to 100 (best), whatever the question's own scale."),
        N_("Percentage point: the difference of two percentages; from 40% to 44% are 4 percentage points."),
        N_("p-value: how often chance alone would show a difference at least this large, if there were none."),
        N_("RFM: customers by how recently, how often and for how much they bought."),
        N_("Constant currency: all amounts at the latest exchange rate, so that rates do not look like growth."),
        N_("Confounder: something that drives both what is compared, and so feigns or hides a relation."),
    ]


def _limits() -> list[Message]:
    return [
        N_("It does not say what caused what: it compares customers and periods as they are, without an experiment."),
        N_("It does not forecast: nothing here says what the next period will bring."),
        N_(
            "It sees only what is in the client's tables; unrecorded visits, talks and purchases elsewhere are not"
            " there."
        ),
        N_("Intervals cover chance, not errors of recording, of coverage or of the questions themselves."),
    ]
