"""What do customers talk about, and how does it go with what they do? Themes, tone, quotes in a board's words."""

from analysis.document.blocks import Block, Callout, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.voices_tables import (
    MOST_ROWS,
    quote_text,
    tabulate_found,
    tabulate_quotes,
    tabulate_theme_periods,
    tabulate_theme_segments,
    tabulate_themes,
    tabulate_tone,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.voices import plot_voices, theme_name
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.models.voices.result import ThemeResult, Voices
from analysis.results import Estimate, NotEstimable

KEY = "voices"
QUESTION = N_("What do customers talk about, and how does it go with what they do?")
QUOTED = 4  # themes quoted for the board


def voices_section(context: ChapterContext, result: Voices | NotEstimable) -> Section:
    """Return the question of what customers talk about, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    if not result.themes:
        reason = N_("No theme is raised by enough of the {n:int} customers who wrote to be shown.", n=result.n)
        return Section(key=KEY, question=QUESTION, finding=t(reason), answered=False)
    quotes = _quotes(result, t)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_voices(result, t)),
        blocks=(
            plot_voices(result, title_voices(result, t), t, context.theme),
            tabulate_themes(result, result.themes[:MOST_ROWS], t, context.small_cell),
            Callout(variant="note", title=t(N_("In their own words")), items=quotes) if quotes else None,
        ),
        limits=(
            t(
                N_(
                    "Shares are of the customers who wrote, not of all: what the silent ones think, their texts do not"
                    " tell. A theme goes with satisfaction or with buying again; that it causes them is not shown."
                )
            ),
        ),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_voices(result: Voices, t: Translator) -> Message:
    """Return the finding: the most widespread theme and, where a test tells one, what goes with a theme."""
    first = result.themes[0]
    values = {
        "theme": theme_name(first, t),
        "share": t.level(first.prevalence),
        "limits": t.limits(first.prevalence),
        "n": result.n,
    }
    clear = clearest(result)
    if clear is None:
        return N_(
            "Of the {n:int} customers who wrote, {share:text} raise “{theme:text}” (95% interval {limits:text}), more"
            " than any other theme; whether a theme goes with more or less satisfaction, the data cannot tell from"
            " noise.",
            **values,
        )
    effect = clear.satisfaction.effect
    if not isinstance(effect, Estimate):
        raise TypeError("a difference that is told from none has a number")
    values |= {"other": theme_name(clear, t), "size": abs(effect.value), "low": effect.low, "high": effect.high}
    if effect.value < 0:
        return N_(
            "Of the {n:int} customers who wrote, {share:text} raise “{theme:text}” (95% interval {limits:text}), more"
            " than any other theme; those who raise “{other:text}” are {size:number1} points less satisfied than others"
            " who wrote ({low:points} to {high:points}).",
            **values,
        )
    return N_(
        "Of the {n:int} customers who wrote, {share:text} raise “{theme:text}” (95% interval {limits:text}), more than"
        " any other theme; those who raise “{other:text}” are {size:number1} points more satisfied than others who"
        " wrote ({low:points} to {high:points}).",
        **values,
    )


def clearest(result: Voices) -> ThemeResult | None:
    """Return the most widespread theme of those that a test tells to go with satisfaction, or None."""
    return next((theme for theme in result.themes if theme.satisfaction.differs), None)


def title_voices(result: Voices, t: Translator) -> Message:
    """Return the figure's title: the theme raised most, and whether its lead is beyond doubt."""
    first, rest = result.themes[0], result.themes[1:]
    if all(first.prevalence.low > other.prevalence.high for other in rest):
        return N_("“{theme:text}” is what most customers write about", theme=theme_name(first, t))
    level = [theme for theme in result.themes if theme.prevalence.high >= first.prevalence.low]
    names = [theme_name(theme, t) for theme in level[:3]]
    return N_("What customers write about most: {themes:text}", themes=t.listing(names))


def _quotes(result: Voices, t: Translator) -> tuple[str, ...]:
    """Return one quote of each of the first themes that have one."""
    quoted = [theme for theme in result.themes if theme.quotes][:QUOTED]
    return tuple(
        t(N_("{theme:text}: {quote:text}", theme=theme_name(theme, t), quote=quote_text(theme.quotes[0], t)))
        for theme in quoted
    )


def _appendix(result: Voices, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    rest = result.themes[MOST_ROWS:]
    return (
        Prose(paragraphs=(t.sentences(*describe_texts(result, t)), t.sentences(*describe_method(result)))),
        notes_on_sample(t(note) for note in (result.tone_note, *result.notes) if note is not None),
        tabulate_themes(result, rest, t, small_cell, anchor="table-voices-rest") if rest else None,
        tabulate_tone(result.tone, t, small_cell),
        tabulate_theme_segments(result, t, small_cell),
        tabulate_theme_periods(result, t, small_cell),
        tabulate_quotes(result, t),
        tabulate_found(result, t),
    )


def describe_texts(result: Voices, t: Translator) -> list[Message]:
    """Return what was read, and how much of it no theme covers."""
    coverage = result.coverage
    sentences = [
        N_(
            "Texts read: {read:int} of {given:int}, {chinese:int} of them Chinese and {english:int} English;"
            " {survey:int} are comments of a survey, {feedback:int} feedback and interview notes.",
            read=coverage.read,
            given=coverage.given,
            chinese=coverage.chinese,
            english=coverage.english,
            survey=coverage.survey,
            feedback=coverage.feedback,
        ),
        N_("Customers are counted over {window:text}.", window=t.period(result.window)),
        NP_(
            "One text of these mentions no theme.",
            "{count:int} texts of these mention no theme.",
            coverage.without_theme,
        ),
    ]
    if result.rare:
        sentences.append(
            NP_(
                "One theme that too few customers raise is not shown.",
                "{count:int} themes that too few customers raise are not shown.",
                result.rare,
            )
        )
    if isinstance(result.negative, Estimate):
        sentences.append(
            N_(
                "On the whole, the texts of {share:text} of the customers are negative (95% interval {limits:text}).",
                share=t.level(result.negative),
                limits=t.limits(result.negative),
            )
        )
    return sentences


def describe_method(result: Voices) -> list[Message]:
    """Return how themes, tone and comparisons are made."""
    return [
        N_(
            "A theme is a list of Chinese and English words that can be looked up (text/themes.yml, and the client's"
            " themes); a customer raises it with one text that holds one of them. What no theme covers is searched for"
            " words that come together (non-negative factors of TF-IDF), and kept where drawing the texts anew finds"
            " them again."
        ),
        N_(
            "Satisfaction: answers with a text of the same customer in the year up to them; least squares on the theme,"
            " segment and wave, errors clustered by account. Buying again: the customers and controls of the"
            " repeat-purchase model, with a term for having written at all; average marginal effect."
        ),
        N_(
            "Tone: characters, words and their pairs in a logistic regression, negative where it finds less than even"
            " odds; what the client itself calls a complaint or praise keeps that tone. How often it is right stands in"
            " the table."
        ),
    ]
