"""The satisfaction index by what a response is about (its touchpoint, its product): whom it may name, and whom not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.indicators.estimation import Measure
from analysis.indicators.observations import MAX_LISTED, Labels, Observations, change_of, estimate_period, withheld
from analysis.indicators.samples import Codes, Floats
from analysis.indicators.suppression import hidden_beside, hidden_cells, published_codes
from analysis.indicators.survey import Responses, answers_of, incomparable_waves, items_of
from analysis.params.model import ClientParams
from analysis.results import Change, NotEstimable, Outcome

INDEX = Measure(kind="mean", unit="index", bounds=(0.0, 100.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Subjects:
    """The satisfaction index by one column of the responses.

    Parameters
    ----------
    by_name
        Label -> wave -> index of the responses about it, withheld where it would tell of a few respondents.
    changes
        Label -> change between the last two waves, or why there is none.
    published
        Wave -> code of what each response is about, -1 for none and where the label is hidden in that wave.
    """

    by_name: Mapping[str, Mapping[str, Outcome]]
    changes: Mapping[str, Change | NotEstimable]
    published: Mapping[str, Codes]


def score_subjects(column: str, responses: Responses, params: ClientParams, beside: Sequence[str] = ()) -> Subjects:
    """Score what responses are about; they make up the whole, so that one label may give another away.

    Parameters
    ----------
    column
        Column of the responses that says what each is about.
    responses, params
        The survey and the parameters.
    beside
        Columns of the same kind whose scores are published too: what they share with this one must not be few.
    """
    if column not in responses.frame or "satisfaction_index" not in responses.frame:
        return Subjects(by_name={}, changes={}, published={})
    score = answers_of("satisfaction_index", responses)
    labels = _listed(Labels.of(responses.frame[column].astype("object")), score, responses, params)
    others = [score_subjects(other, responses, params).published for other in beside]
    hidden = _hidden(labels, score, [codes for codes in others if codes], responses, params)
    broken = incomparable_waves(list(items_of(responses.spec, "satisfaction")), responses)
    by_name: dict[str, dict[str, Outcome]] = {}
    changes: dict[str, Change | NotEstimable] = {}
    for code, name in enumerate(labels.names):
        observed = responses.observe(np.where(labels.codes == code, score, np.nan), broken)
        found = estimate_waves(INDEX, observed, params)
        by_name[name] = {wave: withheld() if code in hidden[wave] else found[wave] for wave in found}
        changes[name] = change_of_answers(observed, by_name[name], params)
    published = {wave: np.where(np.isin(labels.codes, sorted(gone)), -1, labels.codes) for wave, gone in hidden.items()}
    return Subjects(by_name=by_name, changes=changes, published=published)


def _listed(labels: Labels, score: Floats, responses: Responses, params: ClientParams) -> Labels:
    """Return the labels to score: all, or of many those with enough answers in the last wave; the rest has none."""
    if len(labels.names) <= MAX_LISTED:
        return labels
    is_last = responses.period == len(responses.periods) - 1
    answered = is_last & np.isfinite(score) & (responses.weight > 0) & (labels.codes >= 0)
    kept = np.flatnonzero(np.bincount(labels.codes[answered], minlength=len(labels.names)) >= params.limits.min_n)
    place = np.full(len(labels.names) + 1, -1, dtype=np.int64)  # the last is that of no label, -1
    place[kept] = np.arange(len(kept))
    return Labels(codes=place[labels.codes], names=tuple(labels.names[code] for code in kept))


def change_of_answers(
    observations: Observations, by_period: Mapping[str, Outcome], params: ClientParams
) -> Change | NotEstimable:
    """Return the change of an index between the last two waves.

    Where answers are protected, nothing is told of a few who answered both: beside the errors of the two waves, that of
    the change would tell how those few moved together.
    """
    change = change_of(INDEX, observations, by_period, params)
    is_protected = observations.respondent_count is not None
    if isinstance(change, Change) and is_protected and 0 < change.overlap < params.limits.small_cell:
        return withheld()
    return change


def estimate_waves(measure: Measure, observations: Observations, params: ClientParams) -> dict[str, Outcome]:
    """Estimate each wave as a whole."""
    return {
        label: estimate_period(measure, observations, code, params) for code, label in enumerate(observations.periods)
    }


def _hidden(
    labels: Labels, score: Floats, others: Sequence[Mapping[str, Codes]], responses: Responses, params: ClientParams
) -> dict[str, frozenset[int]]:
    """Return the codes to hide in each wave."""
    if not responses.protected:
        return dict.fromkeys(responses.periods, frozenset())
    answered = np.isfinite(score) & (responses.weight > 0)
    broken = incomparable_waves(list(items_of(responses.spec, "satisfaction")), responses)
    whole = estimate_waves(INDEX, responses.observe(score, broken), params)
    hidden, floor = {}, params.limits.small_cell
    for code, wave in enumerate(responses.periods):
        rows = answered & (responses.period == code)
        people = pd.DataFrame({"label": labels.codes[rows], "respondent": responses.respondent[rows]})
        sizes = people.groupby("label")["respondent"].nunique()
        outcome = whole[wave]
        shown = not (isinstance(outcome, NotEstimable) and outcome.suppressed)
        cells = hidden_cells(
            np.asarray(sizes, dtype=np.float64),
            shown=sizes.index.to_numpy() >= 0,
            floor=floor,
            total_is_shown=shown,
        )
        people_behind = responses.share_of_respondent(rows)
        # segments and partners are shown of the last wave alone: what they share with a label must not be few
        beside: tuple[Codes, ...] = tuple(published[wave][rows] for published in others)
        if code == len(responses.periods) - 1:
            segment, partner = responses.segment.codes[rows], responses.partner.codes[rows]
            beside += published_codes(segment, partner, people_behind, floor=floor, total_is_shown=shown)
        hidden[wave] = hidden_beside(
            labels.codes[rows],
            beside,
            people_behind,
            floor=floor,
            total_is_shown=shown,
            hidden=frozenset(int(sizes.index[cell]) for cell in cells),
        )
    return hidden
