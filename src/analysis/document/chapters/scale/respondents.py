"""Do those who answered speak for all customers? The answer for the board, and the rest for the appendix."""

from analysis.document.blocks import Block, Callout
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.respondents_tables import (
    tabulate_afterwards,
    tabulate_bounds,
    tabulate_differences,
    tabulate_models_again,
    tabulate_rates,
    tabulate_reweighted,
    tabulate_weights,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.respondents import plot_respondents
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.respondents.result import (
    BalanceTest,
    RefittedModel,
    Respondents,
    StandardisedDifference,
)
from analysis.results import Estimate, NotEstimable, Point

KEY = "respondents"
QUESTION = N_("Do those who answered speak for all customers?")
ALPHA = 0.05
UNKNOWN = N_(
    "Weights put right only what is known of all customers. Whether those who did not answer feel as the others do,"
    " these data cannot tell."
)
NOT_BY_ANSWERING = N_(
    "That customers who answered bought more afterwards does not mean that the survey made them buy: who feels close to"
    " the company does both."
)


def respondents_section(context: ChapterContext, result: Respondents | NotEstimable) -> Section:
    """Return the question of who answered, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    firmness = _firmness(result, t)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(*state_respondents(result, t)),
        blocks=(
            plot_respondents(result, title_respondents(result, t), t, context.theme),
            tabulate_reweighted(result, t, context.small_cell),
            Callout(variant="note", title=t(N_("What the silence may hide")), items=firmness) if firmness else None,
        ),
        limits=_limits(result, t),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_respondents(result: Respondents, t: Translator) -> list[Message]:
    """Return the finding: whether those who answered are like all customers, and what weighting them changes."""
    if result.base is None or result.answered is None:
        return [
            N_("That cannot be told: the survey is anonymous."),
            *([] if not _latest_rate(result) else [_rate_sentence(result, t)]),
        ]
    values = {"answered": result.answered, "base": result.base}
    largest = _largest(result)
    found: list[Message] = []
    if isinstance(result.test, BalanceTest) and result.test.p_value <= ALPHA and largest is not None:
        found.append(
            N_(
                "Not quite. The {answered:int} of {base:int} customers who answered differ from all in what is known of"
                " both (p = {p:pvalue}), most in {what:message}: {size:text} standard deviations (95% interval"
                " {limits:text}).",
                p=result.test.p_value,
                what=largest[0].label,
                size=t.level(largest[1], signed=True),
                limits=t.limits(largest[1]),
                **values,
            )
        )
    elif isinstance(result.test, BalanceTest):
        found.append(
            N_(
                "As far as can be seen, yes: in what is known of both, the {answered:int} of {base:int} customers who"
                " answered do not differ from all beyond chance (p = {p:pvalue}).",
                p=result.test.p_value,
                **values,
            )
        )
    else:
        found.append(
            N_(
                "{answered:int} of {base:int} customers answered; whether they are like the others cannot be told:"
                " {reason:message}",
                reason=result.test.reason,
                **values,
            )
        )
    return [*found, *_weighted_sentence(result, t)]


def _weighted_sentence(result: Respondents, t: Translator) -> list[Message]:
    row = next((each for each in result.indicators if isinstance(each.difference, Point)), None)
    if row is None or not isinstance(row.difference, Point):
        return []
    return [
        N_(
            "Weighted to all customers, the {name:message} moves by {size:text} points.",
            name=row.name,
            size=t.signed(row.difference.value, row.difference.unit),
        )
    ]


def title_respondents(result: Respondents, t: Translator) -> Message:
    """Return the figure's title: in what those who answered differ most."""
    largest = _largest(result)
    if isinstance(result.test, BalanceTest) and result.test.p_value <= ALPHA and largest is not None:
        return N_(
            "Those who answered differ from all customers most in {what:message} ({size:text} standard deviations)",
            what=largest[0].label,
            size=t.level(largest[1], signed=True),
        )
    return N_("In what is known of both, those who answered do not differ from all customers beyond chance")


def _largest(result: Respondents) -> tuple[StandardisedDifference, Estimate] | None:
    """Return the largest difference among those whose interval excludes none, or the largest of all."""
    known = [(row, row.difference) for row in result.differences if isinstance(row.difference, Estimate)]
    clear = [pair for pair in known if pair[1].low > 0 or pair[1].high < 0] or known
    return max(clear, key=lambda pair: abs(pair[1].value), default=None)


def _latest_rate(result: Respondents) -> Estimate | None:
    rates = [row.rate for row in result.rates if row.group == "wave" and isinstance(row.rate, Estimate)]
    return rates[-1] if rates else None


def _rate_sentence(result: Respondents, t: Translator) -> Message:
    rate = _latest_rate(result)
    if rate is None:
        return N_("There is no response rate.")
    return N_("Of the latest invitations {rate:text} were answered (95% interval).", rate=t.estimate(rate))


def _firmness(result: Respondents, t: Translator) -> tuple[str, ...]:
    """Return behaviour afterwards, bounds and models in one sentence each, where there are numbers."""
    found: list[Message] = []
    after = result.afterwards
    if not isinstance(after, NotEstimable) and isinstance(after.adjusted, Estimate):
        values = {
            "days": after.horizon_days,
            "size": t.level(after.adjusted, signed=True),
            "low": after.adjusted.low,
            "high": after.adjusted.high,
        }
        if after.adjusted.low > 0 or after.adjusted.high < 0:
            found.append(
                N_(
                    "With equal past buying, the chance to buy again within {days:int} days was {size:text} percentage"
                    " points apart from that of customers who did not answer (95% interval {low:points} to"
                    " {high:points}): the silent are not like the others.",
                    **values,
                )
            )
        else:
            found.append(
                N_(
                    "With equal past buying, customers who answered and customers who did not bought again within"
                    " {days:int} days about as often: {size:text} percentage points apart (95% interval {low:points} to"
                    " {high:points}).",
                    **values,
                )
            )
    found += [_model_sentence(row, t) for row in result.models if isinstance(row.difference, Estimate)]
    if isinstance(result.weights, NotEstimable):
        found.append(N_("No weights: {reason:message}", reason=result.weights.reason))
    return tuple(t(each) for each in found)


def _model_sentence(row: RefittedModel, t: Translator) -> Message:
    if not isinstance(row.difference, Estimate) or not isinstance(row.raked, Estimate):
        raise TypeError("only a model fitted again has a sentence")
    return N_(
        "{name:message}: {raked:text} with the weights, {size:text} against the reported ({low:points} to"
        " {high:points}).",
        name=row.name,
        raked=t.estimate(row.raked),
        size=t.level(row.difference, signed=True),
        low=row.difference.low,
        high=row.difference.high,
    )


def _limits(result: Respondents, t: Translator) -> tuple[str, ...]:
    found = [t(UNKNOWN)]
    after = result.afterwards
    if not isinstance(after, NotEstimable) and isinstance(after.adjusted, Estimate) and after.adjusted.low > 0:
        found.append(t(NOT_BY_ANSWERING))
    return tuple(found)


def _appendix(result: Respondents, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    after = result.afterwards
    silent = [t(after.reason)] if isinstance(after, NotEstimable) and result.base is not None else []
    return (
        tabulate_rates(result, t, small_cell),
        tabulate_differences(result, t),
        None if isinstance(result.weights, NotEstimable) else tabulate_weights(result.weights, t),
        None if isinstance(after, NotEstimable) else tabulate_afterwards(after, t, small_cell),
        tabulate_bounds(result, t),
        tabulate_models_again(result, t, small_cell),
        notes_on_sample([*(t(note) for note in result.notes), *silent]),
    )
