"""The tables of who differs: moderators in short and in full, regions of numeric moderators, segments."""

from analysis.document.blocks import Table
from analysis.document.chapters.driving.shape_tables import slope_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.moderation.result import (
    Contrast,
    Interaction,
    JohnsonNeyman,
    Moderation,
    Response,
    SegmentSlopes,
)
from analysis.results import Estimate, NotEstimable, Outcome

LONGEST_NAME = 60
RESPONSES: dict[Response, Message] = {"loyalty": N_("Loyalty"), "repurchase": N_("Buying again")}
MOST_ROWS = 40


def tabulate_moderators(result: Moderation, t: Translator) -> Table:
    """Return one row a test: who is compared, the difference with its interval, the adjusted p, and the words."""
    rows = [
        (
            _name(item, t),
            t(RESPONSES[item.response]),
            _kinds(item, t),
            effect_text(item.contrasts[0].difference, t) if len(item.contrasts) == 1 else DASH,
            t.value(item.adjusted_p, "pvalue"),
            t(verdict(item)),
        )
        for item in result.interactions
    ]
    columns = (
        start(t(N_("Customers by")), 1.4),
        start(t(N_("Relation to")), 0.9),
        start(t(N_("Compared")), 1.5),
        end(t(N_("Difference (95% interval)")), 1.4),
        end(t(N_("p, adjusted")), 0.7),
        start(t(N_("In words")), 1.5),
    )
    note = N_(
        "Difference of what 10 points more satisfaction go with, first less second: points of loyalty, or percentage"
        " points of the chance to buy again. p allows for {tests:int} comparisons having been made.",
        tests=result.tests,
    )
    kept, more = cap_rows(rows, t)
    return Table(
        title=t(N_("For whom satisfaction counts more")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(note), more), anchor="table-moderation-tests",
    )  # fmt: skip


def verdict(item: Interaction) -> Message:
    """Return in words what the adjusted test says."""
    if not item.differs:
        return N_("no difference told from noise")
    if len(item.contrasts) > 1:
        return N_("the groups differ")
    contrast = item.contrasts[0]
    stronger = contrast.first if contrast.difference.value > 0 else contrast.second
    return N_("stronger {who:message}", who=_who(stronger))


def _who(kind: Message) -> Message:
    """Return a kind so that it can follow "stronger": "for key accounts", "at 12"."""
    return kind if "{value" in kind.msgid else N_("for {who:message}", who=kind)


def _name(item: Interaction, t: Translator) -> str:
    return clean_text(t(item.name), LONGEST_NAME)


def _kinds(item: Interaction, t: Translator) -> str:
    if len(item.contrasts) > 1:
        return t(N_("{count:int} groups", count=len(item.contrasts) + 1))
    return t(
        N_("{first:message} less {second:message}", first=item.contrasts[0].first, second=item.contrasts[0].second)
    )


def effect_text(outcome: Outcome, t: Translator) -> str:
    """Return an effect or difference with one decimal, or a dash."""
    if isinstance(outcome, Estimate) and outcome.unit == "percentage_points":
        return t.estimate(outcome)
    return slope_text(outcome, t)


def tabulate_contrasts(result: Moderation, t: Translator) -> Table | None:
    """Return every contrast in full."""
    pairs: list[tuple[Interaction, Contrast]] = [(item, one) for item in result.interactions for one in item.contrasts]
    rows = [
        (
            t(N_("{name:text} ({response:message})", name=_name(item, t), response=RESPONSES[item.response])),
            t(N_("{first:message} less {second:message}", first=one.first, second=one.second)),
            effect_text(one.first_effect, t),
            effect_text(one.second_effect, t),
            effect_text(one.difference, t),
            t.value(item.p_value, "pvalue"),
        )
        for item, one in pairs
    ]
    if not rows:
        return None
    columns = (
        start(t(N_("Customers by")), 1.5),
        start(t(N_("Compared")), 1.5),
        end(t(N_("First")), 1.3),
        end(t(N_("Second")), 1.3),
        end(t(N_("Difference")), 1.3),
        end(t(N_("p of the test")), 0.6),
    )
    kept, more = cap_rows(rows, t, MOST_ROWS)
    return Table(
        title=t(N_("What 10 points more satisfaction go with, by kind of customer")), columns=columns, rows=tuple(kept),
        notes=notes_of(
            t(N_("95% intervals, not adjusted; p before the adjustment, one for all groups of a comparison.")),
            more,
        ),
        anchor="table-moderation-contrasts",
    )  # fmt: skip


def tabulate_regions(result: Moderation, t: Translator) -> Table | None:
    """Return for which values of each number the slope differs from zero."""
    rows = tuple(
        (
            _name(item, t),
            t(N_("{low:number} to {high:number}", low=item.region.low, high=item.region.high)),
            t(_stretches(item.region)),
            t.percent(item.region.share),
        )
        for item in result.interactions
        if item.region is not None
    )
    if not rows:
        return None
    columns = (
        start(t(N_("Customers by")), 1.6),
        start(t(N_("Range of the answers")), 1.2),
        start(t(N_("Satisfaction goes with loyalty")), 2.6),
        end(t(N_("Share of answers in it")), 0.9),
    )
    note = N_("Johnson-Neyman regions; the 95% hold for all values of the number at once.")
    return Table(
        title=t(N_("For which values the relation differs from nothing")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-moderation-regions",
    )  # fmt: skip


def _stretches(region: JohnsonNeyman) -> Message:
    if not region.stretches:
        return N_("for no value")
    parts = [
        N_("positively from {low:number} to {high:number}", low=part.low, high=part.high)
        if part.sign == "positive"
        else N_("negatively from {low:number} to {high:number}", low=part.low, high=part.high)
        for part in region.stretches
    ]
    return N_("{parts:list}", parts=parts)


def tabulate_segments(slopes: SegmentSlopes, t: Translator) -> Table:
    """Return each segment's slope by its own answers and pooled."""
    rows = []
    notes = []
    for item in slopes.segments:
        reason = item.own.reason if isinstance(item.own, NotEstimable) else None
        n = item.own.n if isinstance(item.own, Estimate) else None
        name = clean_text(short_id(item.segment), LONGEST_NAME)
        rows.append((name, DASH if n is None else t.number(n, 0), slope_text(item.own, t), slope_text(item.pooled, t)))
        if reason is not None:
            notes.append(t(N_("{item:text}: {reason:message}", item=name, reason=reason)))
    columns = (
        start(t(N_("Segment")), 1.8),
        end(t(N_("n")), 0.6),
        end(t(N_("Own answers (95% interval)")), 1.6),
        end(t(N_("Pooled (95% interval)")), 1.6),
    )
    kept, more = cap_rows(rows, t, MOST_ROWS)
    return Table(
        title=t(N_("Points of loyalty per 10 points of satisfaction, by segment")), columns=columns, rows=tuple(kept),
        notes=notes_of(*notes, more), anchor="table-moderation-segments",
    )  # fmt: skip


def tabulate_untested(result: Moderation, t: Translator) -> Table | None:
    """Return what could not be tested, and why."""
    if not result.untested:
        return None
    rows = tuple(
        (clean_text(t(item.name), LONGEST_NAME), t(RESPONSES[item.response]), t(item.reason))
        for item in result.untested
    )
    columns = (start(t(N_("Customers by")), 1.4), start(t(N_("Relation to")), 1.0), start(t(N_("Why not")), 3.0))
    return Table(title=t(N_("Not tested")), columns=columns, rows=rows, anchor="table-moderation-untested")
