"""Whom the relation holds for: one interaction of satisfaction with a moderator, all others beside it."""

from analysis.messages import N_, Message
from analysis.models.moderation.moderators import NUMERIC
from analysis.models.moderation.result import Interaction, Moderation
from analysis.results import NotEstimable, Outcome, Point
from analysis.study.evidence import Beside, Evidence, NumberColumn, NumberTable
from analysis.study.number_tables import estimate_table
from analysis.study.workbench import Workbench


def moderation_evidence(bench: Workbench, moderator: str | None) -> Evidence:
    """Return one interaction, by default the first on loyalty, with all others beside it.

    Parameters
    ----------
    moderator
        Its key, alone or after the response ("tenure", "repurchase:segment").
    """
    found = bench.moderation
    words = N_("regressions with the product of satisfaction and the moderator, errors clustered by account")
    if isinstance(found, NotEstimable):
        return Evidence(estimate=found, model=words)
    table = _interaction_table(found)
    chosen = next((each for each in found.interactions if moderator in (None, each.key, _full_key(each))), None)
    if chosen is None:
        return Evidence(estimate=NotEstimable(reason=_no_moderator(found, moderator)), model=words, tables=(table,))
    contrast = chosen.contrasts[0]
    response = N_("loyalty") if chosen.response == "loyalty" else N_("buying again")
    first = N_("{name:message}: {group:message}", name=chosen.name, group=contrast.first)
    second = N_("{name:message}: {group:message}", name=chosen.name, group=contrast.second)
    return Evidence(
        estimate=contrast.difference,
        model=N_(
            "regression of {response:message} with the product of satisfaction and a moderator ({name:message}):"
            " {first:message} against {second:message}, errors clustered by account",
            response=response, name=chosen.name, first=contrast.first, second=contrast.second,
        ),
        tables=(table, *_segment_table(found)),
        beside=(
            Beside(label=first, outcome=contrast.first_effect),
            Beside(label=second, outcome=contrast.second_effect),
        ),
        notes=tuple(
            N_("{name:message} was not tested: {reason:message}", name=each.name, reason=each.reason)
            for each in found.untested
        ),
        design_effect=bench.design_effect if chosen.response == "loyalty" else bench.buying_design_effect,
        comparable=_comparison_key(chosen),
    )  # fmt: skip


def _full_key(interaction: Interaction) -> str:
    return f"{interaction.response}:{interaction.key}"


def _comparison_key(chosen: Interaction) -> str:
    """Return what is compared: the moderator, and where it has groups which of them."""
    if chosen.key in NUMERIC:
        return _full_key(chosen)
    first, second = (message.to_dict() for message in (chosen.contrasts[0].first, chosen.contrasts[0].second))
    return f"{_full_key(chosen)}:{first}:{second}"


def _no_moderator(found: Moderation, moderator: str | None) -> Message:
    if moderator is None:
        return N_("The data carry no moderator.")
    known = sorted(_full_key(each) for each in found.interactions)
    return N_(
        "The data carry no moderator named {name:text}; there are: {known:list}.", name=moderator, known=known or ["-"]
    )


def _interaction_table(found: Moderation) -> NumberTable:
    rows = tuple(
        (
            N_(
                "{name:message}: {first:message} against {second:message}", name=each.name, first=c.first,
                second=c.second,
            ),
            _full_key(each), c.first_effect.value, c.second_effect.value, c.difference.value, c.difference.low,
            c.difference.high, each.statistic, each.df, each.p_value, each.adjusted_p,
        )
        for each in found.interactions
        for c in each.contrasts
    )  # fmt: skip
    return NumberTable(
        key="moderation",
        title=N_("For whom satisfaction counts more: all interactions"),
        columns=(
            NumberColumn(key="comparison", title=N_("Comparison")),
            NumberColumn(key="moderator", title=N_("Moderator")),
            NumberColumn(key="first_effect", title=N_("Effect, first"), form="number3"),
            NumberColumn(key="second_effect", title=N_("Effect, second"), form="number3"),
            NumberColumn(key="difference", title=N_("Difference"), form="number3"),
            NumberColumn(key="conf_low", title=N_("95% from"), form="number3"),
            NumberColumn(key="conf_high", title=N_("95% to"), form="number3"),
            NumberColumn(key="f_statistic", title=N_("F"), form="number2"),
            NumberColumn(key="df", title=N_("df"), form="int"),
            NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
            NumberColumn(key="p_adjusted", title=N_("p, corrected"), form="pvalue"),
        ),
        rows=rows,
        printed=("comparison", "difference", "conf_low", "conf_high", "p_value", "p_adjusted"),
        notes=(N_("Corrected (Benjamini-Hochberg) over {tests:int} interactions.", tests=found.tests),),
    )


def _segment_table(found: Moderation) -> tuple[NumberTable, ...]:
    if isinstance(found.segments, NotEstimable):
        return ()
    rows: list[tuple[Message | str, Outcome | Point]] = []
    for each in found.segments.segments:
        rows.append((N_("{segment:text}, its own answers alone", segment=each.segment), each.own))
        rows.append((N_("{segment:text}, partially pooled", segment=each.segment), each.pooled))
    rows.append((N_("spread of the true slopes"), found.segments.spread))
    title = N_("Slopes of loyalty by segment, points per 10 points of satisfaction")
    return (estimate_table("moderation-segments", title, rows, what=N_("Segment")),)
