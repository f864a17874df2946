"""What complaints cost, how they are settled, and whether complainers come back: finding, figure and tables."""

from analysis.document.blocks import Figure
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.complaint_tables import (
    tabulate_around,
    tabulate_complaints,
    tabulate_rates,
    tabulate_recovery,
    tabulate_severity,
    tabulate_voices,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.complaints import plot_rates, plot_recovery
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.complaints.result import ComplaintRate, Complaints, Recovery, Resolution, Voices
from analysis.results import Estimate, NotEstimable

KEY = "complaints"
QUESTION = N_("What do complaints cost us, and do we win them back?")
NOT_CAUSE = N_(
    "Who was served well may differ in more than the service: the comparison holds past buying equal and nothing else."
)
SILENT = N_("Those who complain are not all who are annoyed: most leave without a word, and they are in no rate here.")
PARADOX = N_(
    "That customers are happier after a good recovery than before any trouble (the service recovery paradox) has"
    " held for"
    " satisfaction more than for buying again (de Matos, Henrique and Rossi 2007)."
)


def complaints_section(context: ChapterContext, result: Complaints | NotEstimable) -> Section:
    """Return the question of complaints, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    finding = state_complaints(result, t)
    if finding is None:
        return Section(key=KEY, question=QUESTION, finding=t(_why_silent(result)), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=finding,
        blocks=(_figure(result, context), tabulate_complaints(result, t, context.small_cell)),
        limits=_limits(result, t),
        appendix=(
            tabulate_rates(result, t, context.small_cell),
            tabulate_severity(result, t, context.small_cell),
            tabulate_recovery(result, t, context.small_cell),
            tabulate_around(result, t, context.small_cell),
            tabulate_voices(result, t, context.small_cell),
            notes_on_sample(_notes(result, t)),
        ),
    )


def state_complaints(result: Complaints, t: Translator) -> str | None:
    """Return the finding: how often, how soon settled, and whether complainers come back; None without any number."""
    sentences: list[Message] = []
    if isinstance(result.rate, ComplaintRate) and isinstance(result.rate.rate, Estimate):
        rate = result.rate.rate
        sentences.append(
            N_(
                "A customer complains {rate:text} times a year on average (95% interval {limits:text}).",
                rate=t.level(rate),
                limits=t.limits(rate),
            )
        )
    if isinstance(result.recovery, Recovery):
        sentences.append(_state_recovery(result.recovery, t))
    elif isinstance(result.resolution, Resolution) and isinstance(result.resolution.within_30, Estimate):
        within = result.resolution.within_30
        sentences.append(
            N_(
                "{share:text} of the complaints were settled within 30 days (95% interval {limits:text}).",
                share=t.level(within),
                limits=t.limits(within),
            )
        )
    return t.sentences(*sentences) if sentences else None


def _state_recovery(recovery: Recovery, t: Translator) -> Message:
    """Return whether complainers served well bought again more; a direction only where the interval excludes none."""
    difference = recovery.well_against_badly
    if not isinstance(difference, Estimate):
        return difference.reason
    values = {
        "days": recovery.landmark_days,
        "horizon": recovery.horizon_days,
        "size": t.level(difference, signed=True).lstrip("+−"),
        "low": difference.low,
        "high": difference.high,
    }
    if difference.low > 0:
        return N_(
            "Complainers settled within {days:int} days bought again more often within {horizon:int} days than"
            " those who"
            " were not, by {size:text} percentage points (95% interval {low:points} to {high:points}).",
            **values,
        )
    if difference.high < 0:
        return N_(
            "Complainers settled within {days:int} days bought again less often within {horizon:int} days than"
            " those who"
            " were not, by {size:text} percentage points (95% interval {low:points} to {high:points}).",
            **values,
        )
    values["size"] = t.level(difference, signed=True)
    return N_(
        "Whether complainers settled within {days:int} days come back more than the others, the data cannot tell:"
        " {size:text} percentage points (95% interval {low:points} to {high:points}) within {horizon:int} days.",
        **values,
    )


def _figure(result: Complaints, context: ChapterContext) -> Figure | None:
    t, theme = context.t, context.theme
    if isinstance(result.recovery, Recovery):
        figure = plot_recovery(result.recovery, title_recovery(result.recovery), t, theme)
        if figure is not None:
            return figure
    if isinstance(result.rate, ComplaintRate):
        return plot_rates(result.rate, title_rates(result.rate), t, theme)
    return None


def title_recovery(recovery: Recovery) -> Message:
    """Return the figure's title: whether those served well come back more, as far as the interval says."""
    difference = recovery.well_against_badly
    if isinstance(difference, Estimate) and difference.low > 0:
        return N_("Complainers who are settled in time buy again more often")
    if isinstance(difference, Estimate) and difference.high < 0:
        return N_("Complainers who are settled in time buy again less often")
    return N_("No difference in buying again between complaints settled in time and others that the data can tell")


def title_rates(rate: ComplaintRate) -> Message:
    """Return the figure's title: which segment complains most, where its interval stands apart from the rest."""
    found = [(group.label, group.rate) for group in rate.by_segment if isinstance(group.rate, Estimate)]
    if len(found) > 1:
        ranked = sorted(found, key=lambda row: -row[1].value)
        if ranked[0][1].low > ranked[1][1].high:
            return N_("{segment:text} complains most", segment=clean_text(ranked[0][0], 60))
        return N_("Segments complain about equally often, as far as the data can tell")
    return N_("How often customers complain")


def _limits(result: Complaints, t: Translator) -> tuple[str, ...]:
    texts = [SILENT]
    if isinstance(result.recovery, Recovery):
        texts.append(NOT_CAUSE)
    return tuple(t(text) for text in texts)


def _why_silent(result: Complaints) -> Message:
    for part in (result.rate, result.resolution):
        if isinstance(part, NotEstimable):
            return part.reason
    if isinstance(result.rate, ComplaintRate) and isinstance(result.rate.rate, NotEstimable):
        return result.rate.rate.reason
    return N_("There is no feedback.")


def _notes(result: Complaints, t: Translator) -> list[str]:
    parts = (result.rate, result.resolution, result.recovery, result.satisfaction, result.voices)
    notes = [t(part.reason) for part in parts if isinstance(part, NotEstimable)]
    if isinstance(result.rate, ComplaintRate) and result.rate.unattributed:
        notes.append(
            t(
                N_(
                    "{count:int} complaints of the window name no active customer and are in no rate.",
                    count=result.rate.unattributed,
                )
            )
        )
    if isinstance(result.recovery, Recovery):
        notes += [t(_state_paradox(result.recovery, t)), t(PARADOX)]
        if isinstance(result.recovery.per_rating, NotEstimable):
            notes.append(t(result.recovery.per_rating.reason))
    if isinstance(result.voices, Voices):
        notes.append(_state_interviews(result.voices, t))
    return notes


def _state_paradox(recovery: Recovery, t: Translator) -> Message:
    """Return whether complainers served well bought again more than customers without a complaint."""
    difference = recovery.well_against_none
    if not isinstance(difference, Estimate):
        return difference.reason
    values = {"size": t.difference(difference)}
    if difference.low > 0:
        return N_(
            "Complainers served well bought again more often than similar customers without a complaint: {size:text}"
            " percentage points.",
            **values,
        )
    if difference.high < 0:
        return N_(
            "Even complainers served well bought again less often than similar customers without a complaint:"
            " {size:text}"
            " percentage points.",
            **values,
        )
    return N_(
        "Complainers served well bought again neither more nor less often than similar customers without a"
        " complaint, as"
        " far as the data can tell: {size:text} percentage points.",
        **values,
    )


def _state_interviews(voices: Voices, t: Translator) -> str:
    """Return whether the customers interviewed are more or less satisfied than the other respondents."""
    difference = voices.interviewed_satisfaction
    if isinstance(difference, NotEstimable):
        return t(difference.reason)
    values = {"size": t.difference(difference)}
    if difference.low > 0:
        return t(N_("The customers interviewed are more satisfied than the others: {size:text} points.", **values))
    if difference.high < 0:
        return t(N_("The customers interviewed are less satisfied than the others: {size:text} points.", **values))
    return t(
        N_(
            "The customers interviewed are neither more nor less satisfied than the others, as far as the data"
            " can tell:"
            " {size:text} points.",
            **values,
        )
    )
