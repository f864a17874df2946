"""Did what was recommended happen, and did it work? The earlier audits, the actions taken, and what moved since."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from scipy.stats import false_discovery_control

from analysis.data.client import ClientData
from analysis.indicators.shapes import Indicators
from analysis.messages import N_, Message
from analysis.models.parts import ModelPart
from analysis.monitoring.control_chart import ControlChart
from analysis.monitoring.earlier import EarlierAudit, RecommendedAction, UnreadableAudit, read_earlier
from analysis.monitoring.effect import GroupComparison, compare_groups
from analysis.monitoring.outcomes import outcome_of
from analysis.monitoring.series import chart_series
from analysis.monitoring.since import RATE, IndicatorChange, changes_since
from analysis.params.model import ClientParams
from analysis.params.steering import ActionTakenSpec
from analysis.results import Estimate, NotEstimable

Verdict = Literal["moved_more", "moved_less", "no_difference", "drifting", "not_comparable", "not_taken"]
Concerned = Callable[[str, pd.Timestamp], pd.Index | None]
"""Name of a fact and a day -> the customers whom it concerned then."""
Titles = Callable[[str, Mapping[str, Any], str], tuple[Message, str, str] | None]
"""Key of an action, what its title was filled with and in which language -> title today, indicator and fact."""
NO_EARLIER = NotEstimable(reason=N_("There is no earlier audit of this client to compare with."))
NONE_USABLE = NotEstimable(reason=N_("No earlier audit of this client can be compared with: none could be read."))


@dataclass(frozen=True, kw_only=True)
class ActionFollowUp(ModelPart):
    """One recommended action, followed up.

    Parameters
    ----------
    key, title
        The action.
    recommended_on
        Date of the first audit that recommended it, ISO 8601; "" where none did.
    taken_on, owner
        When it was begun and by whom, as the parameters say; "" where they do not.
    still
        Whether this audit recommends it again.
    indicator
        What it aims at.
    comparison
        Those acted on against the others, or why they cannot be compared.
    verdict
        ``moved_more``/``moved_less``: than the others, in the good direction, after Benjamini-Hochberg over all actions
        compared; ``drifting``: the groups moved apart the same way already before; ``no_difference``: none that the
        data can tell; ``not_comparable``; ``not_taken``.
    """

    key: str
    title: Message
    recommended_on: str
    taken_on: str
    owner: str
    still: bool
    indicator: str
    comparison: GroupComparison | NotEstimable
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class FollowUp(ModelPart):
    """What came of earlier audits.

    Parameters
    ----------
    earlier
        Dates of the earlier audits, oldest first, each with the version that it was written in.
    unreadable
        Earlier audits that could not be used.
    compared_with
        Date of the audit that is compared with, or why there is none.
    changes
        Indicators against that audit, the surest first; one family of tests.
    score_before
        The relationship score as that audit printed it.
    false_discovery_rate
        Of the families of changes and of comparisons.
    charts
        Control charts, those with a signal first.
    actions
        What that audit recommended, in its order, then what else was taken.
    """

    earlier: tuple[tuple[str, str], ...]
    unreadable: tuple[UnreadableAudit, ...]
    compared_with: str | NotEstimable
    changes: tuple[IndicatorChange, ...]
    score_before: Estimate | None
    false_discovery_rate: float
    charts: tuple[ControlChart, ...]
    actions: tuple[ActionFollowUp, ...]


def follow_up(
    stored: Sequence[tuple[str, str]],
    indicators: Indicators,
    data: ClientData,
    params: ClientParams,
    *,
    recommended: Sequence[str] = (),
    titles: Titles | None = None,
    concerned: Concerned | None = None,
) -> FollowUp:
    """Return what came of the earlier audits and of the actions taken.

    Parameters
    ----------
    stored
        Name of the folder and text of the audit.json of each published audit (`report.earlier.find_stored_audits`).
    indicators, data, params
        Of this audit.
    recommended
        Keys of the actions that this audit recommends.
    titles
        What an action is called today, in the language of this audit, the indicator that it aims at and the fact that
        it rests on; None for an action that the catalogue no longer holds, which keeps the title it was given.
    concerned
        Which customers a fact concerned on a day, so that those acted on can be compared with others like them.
    """
    as_of = data.as_of.date().isoformat()
    audits, unreadable = read_earlier(stored, client=params.client, as_of=as_of)
    latest = audits[-1] if audits else None
    actions = [
        _followed(item, spec, data, params, recommended, concerned) for item, spec in _to_follow(audits, params, titles)
    ]
    return FollowUp(
        earlier=tuple((audit.as_of, audit.version) for audit in audits),
        unreadable=unreadable,
        compared_with=(NONE_USABLE if unreadable else NO_EARLIER) if latest is None else latest.as_of,
        changes=() if latest is None else changes_since(latest, indicators, data, params),
        score_before=None if latest is None else latest.score,
        false_discovery_rate=RATE,
        charts=chart_series(indicators, audits, data),
        actions=_judged(actions),
    )


@dataclass(frozen=True, kw_only=True)
class _Item:
    action: RecommendedAction
    recommended_on: str


def _to_follow(
    audits: Sequence[EarlierAudit], params: ClientParams, titles: Titles | None
) -> Iterator[tuple[_Item, ActionTakenSpec | None]]:
    """Yield what the latest earlier audit recommended, then what else the parameters say was taken."""
    first: dict[str, tuple[str, str, RecommendedAction]] = {}
    for audit in audits:
        for action in audit.actions:
            first.setdefault(action.key, (audit.as_of, audit.language, action))
    keys = [action.key for action in audits[-1].actions] if audits else []
    for key in dict.fromkeys([*keys, *params.actions_taken]):
        unknown = RecommendedAction(key=key, title=Message(key), indicator="", fact="")
        day, language, action = first.get(key, ("", params.language, unknown))
        known = None if titles is None else titles(key, action.title.values, language)
        if known is not None:
            title, indicator, fact = known
            action = RecommendedAction(
                key=key, title=title, indicator=action.indicator or indicator, fact=action.fact or fact
            )
        yield _Item(action=action, recommended_on=day), params.actions_taken.get(key)


def _followed(
    item: _Item,
    spec: ActionTakenSpec | None,
    data: ClientData,
    params: ClientParams,
    recommended: Sequence[str],
    concerned: Concerned | None,
) -> ActionFollowUp:
    found = _compared(item, spec, data, params, concerned)
    verdict: Verdict = "not_taken" if spec is None else "not_comparable"
    if isinstance(found, GroupComparison):
        verdict = "no_difference"
    return ActionFollowUp(
        key=item.action.key,
        title=item.action.title,
        recommended_on=item.recommended_on,
        taken_on="" if spec is None else spec.taken_on.isoformat(),
        owner="" if spec is None else spec.owner,
        still=item.action.key in recommended,
        indicator=item.action.indicator,
        comparison=found,
        verdict=verdict,
    )


def _compared(
    item: _Item,
    spec: ActionTakenSpec | None,
    data: ClientData,
    params: ClientParams,
    concerned: Concerned | None,
) -> GroupComparison | NotEstimable:
    if spec is None:
        return NotEstimable(reason=N_("The parameters do not say that it was taken."))
    if spec.is_for_everybody:
        return NotEstimable(reason=N_("It was taken for everybody, so there is nobody to compare with."))
    taken_on = pd.Timestamp(spec.taken_on)
    if taken_on >= data.as_of:
        return NotEstimable(reason=N_("It was not taken before the date of this audit."))
    outcome = outcome_of(item.action.indicator, data, params)
    if isinstance(outcome, Message):
        return NotEstimable(reason=outcome)
    day = pd.Timestamp(item.recommended_on) if item.recommended_on else taken_on
    pool = concerned(item.action.fact, min(day, taken_on)) if concerned is not None else None
    return compare_groups(outcome, taken_on, customers_of(spec, data), pool, data, params)


def customers_of(spec: ActionTakenSpec, data: ClientData) -> pd.Index:
    """Return the customers for whom an action was taken; ids that the data do not know are left out."""
    customers = data.customers
    found = pd.Index(spec.customers, dtype=object).intersection(customers.index)
    for column, value in (
        ("segment", spec.segment),
        ("partner_id", spec.partner_id),
        ("account_manager", spec.account_manager),
    ):
        if value is not None and column in customers:
            found = found.union(customers.index[(customers[column] == value).to_numpy(dtype=bool, na_value=False)])
    if spec.key_accounts:
        found = found.union(customers.index[customers["is_key_account"].astype(bool)])
    return found


def _judged(actions: Sequence[ActionFollowUp]) -> tuple[ActionFollowUp, ...]:
    """Return the actions with the verdicts of their family."""
    compared = [action.comparison for action in actions if isinstance(action.comparison, GroupComparison)]
    if not compared:
        return tuple(actions)
    adjusted = iter(false_discovery_control([each.difference.p_value or 0.0 for each in compared], method="bh"))
    return tuple(
        dataclasses.replace(action, verdict=_verdict(action.comparison, float(next(adjusted))))
        if isinstance(action.comparison, GroupComparison)
        else action
        for action in actions
    )


def _verdict(found: GroupComparison, adjusted_p: float) -> Verdict:
    if adjusted_p > RATE:
        return "no_difference"
    up = found.difference.value > 0
    placebo = found.placebo
    if isinstance(placebo, Estimate) and (placebo.low > 0 if up else placebo.high < 0):
        return "drifting"
    return "moved_more" if up == found.good else "moved_less"
