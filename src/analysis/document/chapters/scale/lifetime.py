"""What are the customers worth from here on? The answer for the board, what it leaves open, and the rest behind."""

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.lifetime_tables import (
    tabulate_forecast,
    tabulate_models,
    tabulate_potential,
    tabulate_segments,
    tabulate_top,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.lifetime import plot_lifetime
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifetime.result import ContractValue, ForecastComparison, LifetimeValue
from analysis.results import Estimate, NotEstimable

KEY = "lifetime"
QUESTION = N_("What are our customers worth from here on?")


def lifetime_section(context: ChapterContext, result: LifetimeValue | NotEstimable) -> Section:
    """Return the question of the customers' value, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_lifetime(result, t)),
        blocks=(
            plot_lifetime(result, title_lifetime(result), t, context.theme),
            tabulate_segments(result, t, context.small_cell),
        ),
        limits=(
            t.sentences(
                state_basis(result),
                N_(
                    "The interval says what as many other customers of the same kind would be worth; what the market"
                    " and the client itself will do is not in it."
                ),
            ),
        ),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_lifetime(result: LifetimeValue, t: Translator) -> Message:
    """Return the value of all customers with its interval, and what of last year's revenue is at risk."""
    if isinstance(result.total, NotEstimable):
        return N_(
            "What the {customers:int} customers are worth together cannot be told: {reason:message}",
            customers=result.customers,
            reason=result.total.reason,
        )
    values = {
        "years": result.horizon_years,
        "value": t.level(result.total),
        "limits": t.limits(result.total),
        "rate": result.discount_rate,
        "money": _money(result),
    }
    opening = (
        N_(
            "Over the next {years:number} years the customers there are should bring {value:text} of {money:message}"
            " in today's money (95% interval {limits:text})",
            **values,
        )
        if result.source == "model"
        else N_(
            "If they went on as in the last twelve months, the customers there are would bring {value:text} of"
            " {money:message} in today's money over the next {years:number} years (95% interval {limits:text})",
            **values,
        )
    )
    if isinstance(result.at_risk, NotEstimable):
        return N_("{opening:message}.", opening=opening)
    return N_(
        "{opening:message}; of last year's revenue, about {risk:money} is expected to have come from customers who have"
        " since left.",
        opening=opening,
        risk=result.at_risk.value,
    )


def _money(result: LifetimeValue) -> Message:
    return N_("revenue") if result.margin_basis == "none" else N_("margin")


def title_lifetime(result: LifetimeValue) -> Message:
    """Return the figure's title: how much of the revenue came from those who have probably left."""
    last = result.bands[-1] if result.bands else None
    if last is None or last.customers == 0:
        return N_("No customer is more likely to have left than to be still there")
    return N_(
        "{customers:percent} of the customers have probably left; they brought {revenue:percent} of last year's"
        " revenue",
        customers=last.customers_share,
        revenue=last.revenue_share,
    )


def state_basis(result: LifetimeValue) -> Message:
    """Return whose forecast is used, and how it did on the period held out."""
    chosen = next(model for model in result.models if model.chosen)
    forecast = result.forecast
    if isinstance(forecast, NotEstimable):
        return N_(
            "The forecast is that of the {model:message} model, which could not be tried on a period held out:"
            " {reason:message}",
            model=chosen.label,
            reason=forecast.reason,
        )
    gap = forecast.revenue_difference
    clear = isinstance(gap, Estimate) and (gap.high < 0 or gap.low > 0)
    values = {
        "model": chosen.label,
        "days": forecast.days,
        "error": forecast.model.revenue_error,
        "naive": forecast.naive.revenue_error,
    }
    if forecast.used == "model":
        if clear:
            return N_(
                "Forecasting the last {days:int} days, the {model:message} model missed a customer's revenue by"
                " {error:money} on average, “the same as last year” by {naive:money}: the model is used.",
                **values,
            )
        return N_(
            "Forecasting the last {days:int} days, the {model:message} model missed a customer's revenue by"
            " {error:money} on average, “the same as last year” by {naive:money}: the model is used, though the data"
            " cannot tell the two apart.",
            **values,
        )
    if clear:
        return N_(
            "Forecasting the last {days:int} days, “the same as last year” missed a customer's revenue by {naive:money}"
            " on average, the {model:message} model by {error:money}: the simpler forecast is used.",
            **values,
        )
    return N_(
        "Forecasting the last {days:int} days, “the same as last year” missed a customer's revenue by {naive:money} on"
        " average, the {model:message} model by {error:money}: the simpler forecast is used, though the data cannot"
        " tell the two apart.",
        **values,
    )


def _appendix(result: LifetimeValue, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    paragraphs = [
        t.sentences(_counting(result), _choice(result, t)),
        t.sentences(_assumptions(result, t), _concentration(result)),
        t(_contracts(result.contracts, result, t)),
    ]
    forecast = result.forecast
    return (
        Prose(paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph)),
        notes_on_sample(t(note) for note in result.notes),
        tabulate_forecast(forecast, t, small_cell) if isinstance(forecast, ForecastComparison) else None,
        tabulate_models(result, t),
        tabulate_top(result, t),
        tabulate_potential(result, t, small_cell),
    )


def _counting(result: LifetimeValue) -> Message:
    """Return what is counted: horizon, discount, margin."""
    values = {"years": result.horizon_years, "rate": result.discount_rate, "margin": result.margin}
    if result.margin_basis == "orders":
        return N_(
            "Counted is the margin of the orders themselves ({margin:percent} of revenue) over {years:number} years,"
            " discounted at {rate:percent} a year.",
            **values,
        )
    if result.margin_basis == "stated":
        return N_(
            "Counted is a margin of {margin:percent} of revenue, as stated in the parameters, over {years:number}"
            " years, discounted at {rate:percent} a year.",
            **values,
        )
    return N_(
        "Counted is revenue over {years:number} years, discounted at {rate:percent} a year: neither the orders nor the"
        " parameters say what margin it leaves.",
        **values,
    )


def _choice(result: LifetimeValue, t: Translator) -> str:
    """Return which purchase model is used, and why."""
    first, second = sorted(result.models, key=lambda model: not model.chosen)
    values = {"chosen": first.label, "other": second.label, "own": first.aic, "others": second.aic}
    if first.aic <= second.aic:
        better = N_(
            "Of the two purchase models {chosen:message} describes the purchases better (AIC {own:number1} against"
            " {others:number1} of {other:message}).",
            **values,
        )
    else:
        better = N_(
            "Of the two purchase models {chosen:message} is used (AIC {own:number1} against {others:number1} of"
            " {other:message}, all of whose parameters the data do not tell).",
            **values,
        )
    amounts = N_("The amounts are those of the Gamma-Gamma model.") if result.spend.parameters else None
    return t.sentences(better, amounts)


def _assumptions(result: LifetimeValue, t: Translator) -> str:
    """Return the two assumptions that can be checked, with what was found."""
    regularity, independence = result.regularity, result.spend.independence
    first = (
        N_(
            "How evenly customers buy: k = {k:text}, where 1 is at random, as the models take it, and more is more"
            " regular.",
            k=t.estimate(regularity),
        )
        if isinstance(regularity, Estimate)
        else N_("How evenly customers buy is not told: {reason:message}", reason=regularity.reason)
    )
    second = (
        N_(
            "How often goes with how much at a correlation of {r:text}; the model of the amounts takes it as 0.",
            r=t.estimate(independence),
        )
        if isinstance(independence, Estimate)
        else independence.reason
    )
    return t.sentences(first, second)


def _concentration(result: LifetimeValue) -> Message | None:
    if result.top_share is None:
        return None
    return N_("The ten most valuable customers hold {share:percent} of the value.", share=result.top_share)


def _contracts(found: ContractValue | NotEstimable, result: LifetimeValue, t: Translator) -> Message:
    """Return what the contracts in force are worth, which is never added to the value of orders."""
    if isinstance(found, NotEstimable):
        return N_("The value of contracts is not told: {reason:message}", reason=found.reason)
    values = {"customers": found.customers, "yearly": found.yearly, "years": result.horizon_years}
    if isinstance(found.total, NotEstimable):
        return N_(
            "{customers:int} customers have contracts in force worth {yearly:money} a year; what they will bring is not"
            " told: {reason:message}",
            reason=found.total.reason,
            **values,
        )
    return N_(
        "{customers:int} customers have contracts in force worth {yearly:money} a year. From how long {watched:int}"
        " relationships under contract lasted ({ended:int} ended) they should bring {value:text} of {money:message}"
        " within {years:number} years, discounted. This is not added to the value of orders, which may be made under"
        " the same contracts.",
        watched=found.relationships,
        ended=found.ended,
        value=t.estimate(found.total),
        money=_money(result),
        **values,
    )
