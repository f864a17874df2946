"""Is it the same customers who change? All panel analyses of one client together."""

from collections.abc import Sequence

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.panel.account_panel import AccountPanel, build_account_panel, overlap
from analysis.models.panel.cross_lagged import MOST_WAVES, fit_cross_lagged
from analysis.models.panel.fixed_effects import fit_changes, fit_fixed_effects, refuse, repeated_rows
from analysis.models.panel.results import PanelAnalysis, Proposition, PublishedFinding, PurchaseTiming, WaveOverlap
from analysis.models.panel.timing import fit_purchase_timing, fit_timing
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def analyse_panel(data: ClientData, params: ClientParams) -> PanelAnalysis | NotEstimable:
    """Follow the same accounts over the waves: fixed effects, change on change, lag and lead, cross-lagged paths.

    Returns
    -------
    PanelAnalysis or NotEstimable
        Not estimable as a whole where no account (or too few) answered in two waves; single parts otherwise.
    """
    panel = build_account_panel(data, params)
    if isinstance(panel, NotEstimable):
        return panel
    repeated = repeated_rows(panel)
    reason = refuse(repeated, params)
    if reason is not None:
        return reason
    purchases = fit_purchase_timing(panel, data, params)
    return PanelAnalysis(
        waves=panel.waves,
        accounts=panel.rows["account"].nunique(),
        repeated=repeated.rows["account"].nunique(),
        overlaps=_overlaps(panel),
        weighted=bool(np.ptp(panel.weights) > 0),
        fixed_effects=fit_fixed_effects(panel, params),
        changes=fit_changes(panel, params),
        lag=fit_timing(panel, params, "lag"),
        lead=fit_timing(panel, params, "lead"),
        purchases=purchases,
        cross_lagged=fit_cross_lagged(panel, params),
        propositions=propositions(),
        notes=tuple(_notes(panel, purchases, params)),
    )


def propositions() -> tuple[Proposition, ...]:
    """Return what the literature expects of the numbers here."""
    return (
        Proposition(
            key="satisfaction_precedes_purchases",
            hypothesis=N_("Satisfaction leads to later purchases, not purchases to later satisfaction."),
            direction="positive",
            anchors=(
                PublishedFinding(
                    finding=N_(
                        "Half of the panel studies reviewed have two waves only, too few to tell which comes first."
                    ),
                    source="Usami, Murayama & Hamaker, A unified framework of longitudinal models to examine "
                    "reciprocal relations, Psychological Methods 24",
                    year=2019,
                ),
            ),
        ),
        Proposition(
            key="losses_weigh_more",
            hypothesis=N_("A fall of satisfaction weighs more than a rise of the same size."),
            direction="positive",
            anchors=(
                PublishedFinding(
                    finding=N_("Falls are expected to weigh more than rises."),
                    source="Anderson & Mittal, Strengthening the satisfaction-profit chain, Journal of Service "
                    "Research 3",
                    year=2000,
                ),
                PublishedFinding(
                    finding=N_("In three settings no asymmetric form was better than the straight line."),
                    source="Streukens & de Ruyter, Reconsidering nonlinearity and asymmetry in customer satisfaction "
                    "and loyalty models, Marketing Letters 15",
                    year=2004,
                ),
            ),
        ),
    )


def _overlaps(panel: AccountPanel) -> tuple[WaveOverlap, ...]:
    return tuple(
        WaveOverlap(earlier=earlier, later=later, accounts=overlap(panel, place, place + 1))
        for place, (earlier, later) in enumerate(zip(panel.waves[:-1], panel.waves[1:], strict=True))
    )


def _notes(panel: AccountPanel, purchases: PurchaseTiming | NotEstimable, params: ClientParams) -> Sequence[Message]:
    notes = [
        N_(
            "An account's value in a wave is the mean of its respondents; where other people answer for it the next"
            " time, part of the change is theirs."
        ),
        N_(
            "Satisfaction and loyalty come from the same questionnaire: the mood of the day moves both, which makes"
            " them look closer than they are."
        ),
    ]
    if len(panel.waves) > MOST_WAVES:
        notes.append(N_("The paths between waves use the latest {waves:int} waves.", waves=MOST_WAVES))
    if isinstance(purchases, PurchaseTiming) and purchases.windows_overlap:
        notes.append(
            N_(
                "Some waves lie closer together than twice the {days:int} days of the windows, so that purchases after"
                " one answer are partly purchases before the next: what satisfaction sets off then shows before the"
                " next answer too.",
                days=params.repurchase.horizon_days,
            )
        )
    return notes
