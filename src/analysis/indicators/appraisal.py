"""Were the targets met, and by whom? Every target answered, and a card for each account manager.

Managers are compared with all the others on several indicators at once, so some differ by chance alone: a verdict is
given only where a difference stands after Benjamini-Hochberg over all managers and indicators [1]_. What customers a
manager was given is no merit of the manager; no comparison here allows for it.

References
----------
.. [1] Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd
from scipy import stats

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.appraisal_shapes import Appraisal, ManagerCard, ManagerIndicator, Verdict
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.league import compute_leagues
from analysis.indicators.ledger import open_ledger
from analysis.indicators.manager_cards import CARD_KEYS, describe_customers, rank_managers, write_card
from analysis.indicators.manager_comparison import GrowthByManager, observe_by_manager
from analysis.indicators.manager_indicators import SURVEY_KEYS, compute_some, label_by_manager, managers_of
from analysis.indicators.observations import Observations
from analysis.indicators.shapes import Indicators, PartnerLeague
from analysis.indicators.survey import collect_responses
from analysis.indicators.target_review import review_targets
from analysis.indicators.targets import declared_targets
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable

LEAGUE_KEYS = ("retention_rate", "repeat_purchase_rate", "contact_coverage", "satisfaction_index")
MOST_CARDS = 60
RATE = 0.05
EXTERNAL = NotEstimable(
    reason=N_("This audit is for readers outside the company; the appraisal of its account managers is not.")
)
NO_MANAGERS = NotEstimable(reason=N_("The list of customers does not say who manages which account."))
ONE_MANAGER = NotEstimable(
    reason=N_("All customers have the same account manager, so there is nobody to compare with.")
)


def appraise_managers(data: ClientData, params: ClientParams, indicators: Indicators) -> Appraisal | NotEstimable:
    """Hold every target against its estimate, and describe each account manager's customers beside all the others'.

    Parameters
    ----------
    data, params
        The client.
    indicators
        Its indicators, whose estimates the targets of the client, of segments and of partners are held against.

    Returns
    -------
    Appraisal or NotEstimable
        The latter where there is neither a target nor a manager to speak of.
    """
    managers = managers_of(data)
    silence = _silence(managers, params)
    labelled = label_by_manager(data) if silence is None else data
    by_manager: Mapping[str, IndicatorResult] = {}
    responses = collect_responses(labelled, params)
    ledger = open_ledger(data)
    if silence is None:
        by_manager = compute_some(_wanted(data, params), responses, ledger, labelled, params)
    targets = review_targets(indicators.results, by_manager, data, params)
    if silence is not None and not targets:
        return NotEstimable(reason=N_("No target was set, and no account manager can be appraised: {reason:message}",
                                      reason=silence.reason))  # fmt: skip
    cards: tuple[ManagerCard, ...] = ()
    leagues: tuple[PartnerLeague, ...] = ()
    compared = 0
    if silence is None:
        observed = {
            key: found
            for key, result in by_manager.items()
            if (found := observe_by_manager(result, responses, labelled, params)) is not None
        }
        growth = None if ledger is None else GrowthByManager(ledger, labelled, params)
        table = describe_customers(data, managers)
        written = [
            write_card(str(manager), table, by_manager, observed, growth, targets, data, params)
            for manager in rank_managers(table)[:MOST_CARDS]
        ]
        cards, compared = _with_verdicts(written)
        leagues = _leagues(by_manager, observed, labelled, params)
    return Appraisal(
        targets=targets,
        managers=cards,
        silence=silence,
        without_manager=_unmanaged(data, managers),
        compared=compared,
        false_discovery_rate=RATE,
        leagues=leagues,
    )


def _silence(managers: pd.Series, params: ClientParams) -> NotEstimable | None:
    if params.audience != "internal":
        return EXTERNAL
    if managers.empty:
        return NO_MANAGERS
    return ONE_MANAGER if managers.nunique() < 2 else None


def _wanted(data: ClientData, params: ClientParams) -> set[str]:
    """Return the indicators to compute by manager: those of the cards, and those that a manager has a target for."""
    keys = {each.indicator for each in declared_targets(data, params) if each.group == "account_manager"}
    keys = (keys | set(CARD_KEYS)) & set(CATALOGUE)
    return keys - SURVEY_KEYS if answers_are_protected(params) else keys


def _unmanaged(data: ClientData, managers: pd.Series) -> int:
    customers = data.customers
    if "stage" in customers:
        customers = customers[customers["stage"] != "prospect"]
    return len(customers) - len(managers)


def _with_verdicts(cards: Sequence[ManagerCard]) -> tuple[tuple[ManagerCard, ...], int]:
    """Return the cards with verdicts that hold the rate of false findings over them all, and how many were tested."""
    tested = [
        (card.manager, row.key, row.difference.p_value)
        for card in cards
        for row in card.indicators
        if isinstance(row.difference, Estimate) and row.difference.p_value is not None
    ]
    if not tested:
        return tuple(cards), 0
    adjusted = stats.false_discovery_control([p for _, _, p in tested], method="bh")
    stands = {(manager, key): float(p) <= RATE for (manager, key, _), p in zip(tested, adjusted, strict=True)}
    judged = [
        dataclasses.replace(
            card,
            indicators=tuple(
                dataclasses.replace(row, verdict=_verdict(row, stands.get((card.manager, row.key))))
                for row in card.indicators
            ),
        )
        for card in cards
    ]
    return tuple(judged), len(tested)


def _verdict(row: ManagerIndicator, stands: bool | None) -> Verdict | None:
    if stands is None or not isinstance(row.difference, Estimate):
        return None
    if not stands:
        return "no_difference"
    return "better" if (row.difference.value > 0) == row.higher_is_better else "worse"


def _leagues(
    by_manager: Mapping[str, IndicatorResult],
    observed: Mapping[str, Observations],
    data: ClientData,
    params: ClientParams,
) -> tuple[PartnerLeague, ...]:
    sources = {key: observed[key] for key in LEAGUE_KEYS if key in observed}
    return tuple(compute_leagues(by_manager, sources, data, params).values())
