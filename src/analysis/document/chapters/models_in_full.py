"""The two models in full: equation, sample, coefficients and checks, for whoever wants to verify them."""

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.method_tables import tabulate_coefficients, tabulate_diagnostics, tabulate_forms
from analysis.messages import N_, Message
from analysis.models.results import LoyaltyModel, RepurchaseModel
from analysis.results import NotEstimable


def loyalty_in_full(context: ChapterContext) -> list[Block | None]:
    """Return the regressions of loyalty on satisfaction: equation, tables, checks; or why there is none."""
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
    sentences.append(
        N_("Survey weights are used.") if model.weighted else N_("The survey came without weights of its own.")
    )
    return [*sentences, *model.notes]


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


def repurchase_in_full(context: ChapterContext) -> list[Block | None]:
    """Return the regression of buying again: equation, every set of predictors, checks; or why there is none."""
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
    return [*sentences, *model.notes]
