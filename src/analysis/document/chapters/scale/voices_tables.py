"""The tables of what customers write: themes, segments, periods, quotes, and how far the tone may be trusted."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.figures.voices import theme_name
from analysis.document.native import marked
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.models.voices.result import Quote, ThemeEffect, ThemeResult, ToneModel, Voices
from analysis.results import Estimate

MOST_ROWS = 12
MOST_SEGMENTS = 4
LONGEST_NAME = 40

NEEDS: dict[str, Message] = {"common": N_("common"), "individual": N_("individual")}
SOURCES: dict[str, Message] = {"survey": N_("survey comment"), "feedback": N_("feedback")}
TONES: dict[str, Message] = {"positive": N_("positive"), "negative": N_("negative")}
LEARNT_FROM: dict[str, Message] = {
    "kinds": N_("the client's complaints and praise"),
    "scores": N_("the client's scores beside the texts"),
    "reviews": N_("reviews from elsewhere"),
}
LANGUAGES: dict[str, Message] = {"zh": N_("Chinese"), "en": N_("English"), "all": N_("all languages")}


def tested_text(tested: ThemeEffect, t: Translator) -> str:
    """Return an effect with its interval, an asterisk where it is told from none; a dash without one."""
    if not isinstance(tested.effect, Estimate):
        return DASH
    text = t.difference(tested.effect)
    return marked(text, " *") if tested.differs else text


def tabulate_themes(
    result: Voices, themes: Sequence[ThemeResult], t: Translator, small_cell: int, *, anchor: str = "table-voices"
) -> Table:
    """Return the themes: how many customers raise them, their tone, and what goes with them."""
    shares = [theme.prevalence for theme in themes]
    tones = [theme.negative for theme in themes]
    rows = tuple(
        (
            clean_text(theme_name(theme, t), LONGEST_NAME),
            cell_text(theme.prevalence, t, small_cell, peers=shares),
            cell_text(theme.negative, t, small_cell, peers=tones),
            tested_text(theme.satisfaction, t),
            tested_text(theme.repurchase, t),
            t(NEEDS[theme.need]),
        )
        for theme in themes
    )
    columns = (
        start(t(N_("Theme")), 1.5),
        end(t(N_("Customers")), 1.3),
        end(t(N_("Negative tone")), 1.3),
        end(t(N_("Satisfaction, points")), 1.75),
        end(t(N_("Buying again, percentage points")), 1.75),
        start(t(N_("Need")), 0.9),
    )
    compared = N_(
        "In brackets: 95% intervals. Satisfaction ({answers:int} answers) and buying again within {days:int} days"
        " ({customers:int} customers, beside past buying): those who raise the theme against others who wrote. * told"
        " from no difference at a false discovery rate of 5% over all themes.",
        answers=result.satisfaction_n,
        days=result.horizon_days,
        customers=result.repurchase_n,
    )
    common = N_(
        "Common: more than {share:percent} of the customers raise it even at the lower limit, and most segments do.",
        share=result.common_from,
    )
    further = len(result.themes) - len(themes)
    more = NP_(
        "One more theme is in the technical appendix.",
        "{count:int} more themes are in the technical appendix.",
        further,
    )
    return Table(
        title=t(N_("What customers talk about, and what goes with it")), columns=columns, rows=rows,
        notes=notes_of(t(compared), t(common), t(more) if further else ""), anchor=anchor,
    )  # fmt: skip


def tabulate_theme_segments(result: Voices, t: Translator, small_cell: int) -> Table | None:
    """Return the share who raise each theme by segment, and whether the segments differ; None without segments."""
    names = [group.name for group in result.themes[0].segments] if result.themes else []
    first = [
        name
        for place, name in enumerate(names)
        if any(isinstance(theme.segments[place].share, Estimate) for theme in result.themes)
    ]
    shown = sorted(first, key=lambda name: (-_size(result, name), name))[:MOST_SEGMENTS]
    if len(shown) < 2:
        return None
    rows = []
    for theme in result.themes:
        by_name = {group.name: group.share for group in theme.segments}
        cells = [cell_text(by_name[name], t, small_cell) for name in shown]
        p = DASH if theme.segment_adjusted_p is None else t.value(theme.segment_adjusted_p, "pvalue")
        p = marked(p, " *") if theme.segments_differ else p
        rows.append((clean_text(theme_name(theme, t), LONGEST_NAME), *cells, p))
    columns = (
        start(t(N_("Theme")), 1.7),
        *(end(clean_text(name, 24), 1.2) for name in shown),
        end(t(N_("p, adjusted")), 0.8),
    )
    note = N_(
        "Share of the customers who wrote, with 95% intervals. Test that all segments raise the theme alike, adjusted"
        " for {tests:int} tests; * the segments differ.",
        tests=result.segment_test_n,
    )
    left = len(names) - len(shown)
    others = NP_("One smaller segment is not shown.", "{count:int} smaller segments are not shown.", left)
    return Table(
        title=t(N_("Themes by segment")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(note), t(others) if left else ""), anchor="table-voices-segments",
    )  # fmt: skip


def _size(result: Voices, name: str) -> int:
    shares = [group.share for group in result.themes[0].segments if group.name == name]
    return shares[0].n or 0 if shares and not getattr(shares[0], "suppressed", False) else 0


def tabulate_theme_periods(result: Voices, t: Translator, small_cell: int) -> Table | None:
    """Return the share who raise each theme in each window of twelve months, and the change; None with one window."""
    if not result.themes or len(result.themes[0].periods) < 2:
        return None
    labels = [period.name for period in result.themes[0].periods][-3:]
    rows = []
    for theme in result.themes:
        by_name = {period.name: period.share for period in theme.periods}
        cells = [cell_text(by_name[label], t, small_cell) for label in labels]
        rows.append((clean_text(theme_name(theme, t), LONGEST_NAME), *cells, tested_text(theme.change, t)))
    columns = (
        start(t(N_("Theme")), 1.7),
        *(end(t.period(label), 1.2) for label in labels),
        end(t(N_("Change, percentage points")), 1.5),
    )
    note = N_(
        "Share of the customers who wrote in the window, with 95% intervals. * a change told from none at a false"
        " discovery rate of 5% over all themes."
    )
    return Table(
        title=t(N_("Themes over time")), columns=columns, rows=tuple(rows), notes=(t(note),),
        anchor="table-voices-periods",
    )  # fmt: skip


def quote_text(quote: Quote, t: Translator) -> str:
    """Return a quote in quotation marks with where it comes from."""
    return t(
        N_(
            "“{quote:text}” ({source:message}, {year:text})",
            quote=clean_text(quote.text),
            source=SOURCES[quote.source],
            year=str(quote.year),
        )
    )


def tabulate_quotes(result: Voices, t: Translator) -> Table | None:
    """Return the quotes of every theme; None without one."""
    rows = tuple(
        (clean_text(theme_name(theme, t), LONGEST_NAME), quote_text(quote, t), t(TONES[quote.tone]))
        for theme in result.themes
        for quote in theme.quotes
    )
    if not rows:
        return None
    columns = (start(t(N_("Theme")), 1.2), start(t(N_("In the customer's words")), 3.6), start(t(N_("Tone")), 0.7))
    note = N_(
        "Verbatim. Names, numbers and addresses that could identify somebody are covered by a mark in brackets, and a"
        " text with any word that might still be a name is not shown. Of a customer at most one text is shown, chosen"
        " for what many others say too."
    )
    return Table(
        title=t(N_("What customers wrote")), columns=columns, rows=rows, notes=(t(note),), anchor="table-voices-quotes",
    )  # fmt: skip


def tabulate_tone(models: Sequence[ToneModel], t: Translator, small_cell: int) -> Table:
    """Return each tone model with its accuracy, beside that of always naming the commoner tone."""
    rows = []
    for model in models:
        auc = cell_text(model.auc, t, small_cell) if model.auc is not None else DASH
        if model.known_auc is not None:
            auc = t.number(model.known_auc, 2)
        rows.append(
            (
                t(LEARNT_FROM[model.learnt_from]) if model.serves else t(_not_used(model)),
                t(LANGUAGES[model.language]),
                cell_text(model.accuracy, t, small_cell),
                t.percent(model.majority),
                auc,
                cell_text(model.general_accuracy, t, small_cell) if model.general_accuracy is not None else DASH,
            )
        )
    columns = (
        start(t(N_("Learnt from")), 1.8),
        start(t(N_("Language")), 0.9),
        end(t(N_("Right (95% interval)")), 1.3),
        end(t(N_("Commoner tone always")), 1.1),
        end(t(N_("Pairs ranked rightly")), 1.3),
        end(t(N_("General model, same texts")), 1.3),
    )
    sources = [model.source for model in models if model.source]
    own = N_("The client's own model: texts of customers held back in turn, all texts of a customer together.")
    known = N_(
        "General models: right on texts of another origin, none of them seen before: {sources:list}.", sources=sources
    )
    return Table(
        title=t(N_("How far the tone may be trusted")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(own) if any(model.key == "own" for model in models) else "", t(known) if sources else ""),
        anchor="table-voices-tone",
    )  # fmt: skip


def _not_used(model: ToneModel) -> Message:
    return N_("{learnt:message}; not used", learnt=LEARNT_FROM[model.learnt_from])


def tabulate_found(result: Voices, t: Translator) -> Table | None:
    """Return the words of the themes that were found in the texts; None where none was."""
    rows = tuple(
        (clean_text(theme_name(theme, t), LONGEST_NAME), t.listing(clean_text(word, 30) for word in theme.words))
        for theme in result.themes
        if theme.origin == "data"
    )
    if not rows:
        return None
    columns = (start(t(N_("Theme")), 1.5), start(t(N_("Words by which it is found")), 3.0))
    note = N_("Not in the dictionary; the same words came together when the texts were drawn anew.")
    return Table(
        title=t(N_("Themes found in the texts themselves")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-voices-found",
    )  # fmt: skip
