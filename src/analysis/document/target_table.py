"""The targets that the client set for single segments and partners, held against their own estimates."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Column, Table
from analysis.document.target_words import HOW_SURE, probability_text, verdict_words
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_
from analysis.results import Estimate, IndicatorResult


def tabulate_group_targets(
    results: Sequence[IndicatorResult], t: Translator, *, partners: Mapping[str, str], anchor: str
) -> Table | None:
    """Return one row a target: indicator, group, estimate, target, verdict and probability; None without any.

    Parameters
    ----------
    results
        The chapter's indicators.
    t
        The reader's language.
    partners
        Names of the partners by id; a partner without one is shown by its id, shortened.
    anchor
        The table's stable id.
    """
    verdicts = verdict_words()
    rows = []
    for result in results:
        held = [(group, group, result.by_segment, attained) for group, attained in result.segment_targets.items()]
        held += [
            (partners.get(group, short_id(group)), group, result.by_partner, attained)
            for group, attained in result.partner_targets.items()
        ]
        for name, group, outcomes, attained in held:
            outcome = outcomes[group]
            if isinstance(outcome, Estimate):
                target = t.unit(attained.target, result.unit)
                texts = (t(result.name), clean_text(name, 60), t.estimate(outcome), target)
                rows.append((*texts, t(verdicts[attained.verdict]), probability_text(attained, t)))
    if not rows:
        return None
    return Table(
        title=t(N_("Targets of single segments and partners")),
        columns=(
            Column(title=t(N_("Indicator")), width=2.2),
            Column(title=t(N_("Segment or partner")), width=2.0),
            Column(title=t(N_("Value (95% interval)")), align="end", width=2.0),
            Column(title=t(N_("Target")), align="end"),
            Column(title=t(N_("Verdict"))),
            Column(title=t(N_("Probability met")), align="end"),
        ),
        rows=tuple(rows),
        notes=(
            t(N_("Met or missed only where the whole interval lies on one side of the target; else open.")),
            t(HOW_SURE),
        ),
        anchor=anchor,
    )
