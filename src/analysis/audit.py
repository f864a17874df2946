"""The whole audit of one client on one page: parameters in, every result out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.actions import (
    Action,
    Alert,
    Evidence,
    FactBook,
    action_titles,
    actions_from,
    concerned_customers,
    evaluate_alerts,
)
from analysis.data.client import ClientData, DataQuality
from analysis.data.load import load_client_data
from analysis.indicators.compute import compute_indicators
from analysis.indicators.shapes import Indicators
from analysis.models.loyalty import LoyaltyModel, fit_satisfaction_loyalty
from analysis.models.relations import Relations, analyse_relations
from analysis.models.repurchase import RepurchaseModel, fit_repeat_purchase
from analysis.monitoring import Changes, FollowUp, control_false_discoveries, follow_up
from analysis.params.base import Language, LocalizedText, localized
from analysis.params.logo import load_logo
from analysis.params.model import Chapter, ClientParams
from analysis.relationship import Relationship, analyse_relationship
from analysis.results import NotEstimable
from analysis.scale import RelationshipScore

SCHEMA_VERSION = "1.3"


@dataclass(frozen=True, kw_only=True)
class Branding:
    """How the document looks, in the report's language: texts, accent colour, logo as a data URI or ""."""

    accent: str
    confidentiality: str = ""
    disclaimer: str = ""
    prepared_by: str = ""
    logo: str = ""


@dataclass(frozen=True, kw_only=True)
class ClientAudit:
    """Everything that one client's documents say.

    Parameters
    ----------
    client, name
        Id and name.
    language, industry, audience, currency
        Language of the documents (en, zh), what the client's business is (or ""), who reads them, the audit's currency
        (ISO 4217).
    as_of
        Date of the audit, ISO 8601.
    confidentiality, unit_of_analysis
        What respondents were promised, and what one observation is; "" without a survey.
    waves
        Survey waves, oldest first.
    horizon_days, small_cell
        Horizon of repeat purchase, and the fewest respondents that anything is shown about.
    branding, commentary
        Looks, and the consultant's Markdown by chapter, in the report's language.
    data_quality
        What was read and repaired.
    indicators
        Every indicator; changes carry the family's verdicts.
    changes
        The family of tested changes.
    loyalty_model, repurchase_model
        The two models, or why there is none.
    relations
        What drives loyalty and repeat purchase: one answer a question.
    relationship
        The rest of the relationship scale: one answer a question.
    score
        The relationship score.
    actions
        What to do, best first.
    follow_up
        What came of the earlier audits.
    alerts
        The alerts that the parameters declare, those that fired first.
    benchmarking
        Whether its numbers may enter the benchmarks that a portfolio publishes.
    """

    client: str
    name: str
    language: Language
    industry: str
    audience: str
    currency: str
    as_of: str
    confidentiality: str
    unit_of_analysis: str
    waves: tuple[str, ...]
    horizon_days: int
    small_cell: int
    branding: Branding
    commentary: Mapping[str, str]
    data_quality: DataQuality
    indicators: Indicators
    changes: Changes
    loyalty_model: LoyaltyModel | NotEstimable
    repurchase_model: RepurchaseModel | NotEstimable
    relations: Relations
    relationship: Relationship
    score: RelationshipScore
    actions: tuple[Action, ...]
    follow_up: FollowUp
    alerts: tuple[Alert, ...] = ()
    benchmarking: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the content of audit.json: JSON-ready, without the document's looks and commentary."""
        plain: tuple[str, ...] = ("client", "name", "language", "industry", "audience", "currency", "as_of")
        plain += ("benchmarking", "confidentiality", "unit_of_analysis")
        results: tuple[str, ...] = (
            "data_quality",
            "indicators",
            "changes",
            "loyalty_model",
            "repurchase_model",
            "relations",
        )
        results += ("relationship", "score", "follow_up")
        data: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        data |= {key: getattr(self, key) for key in plain}
        data |= {"waves": list(self.waves), "horizon_days": self.horizon_days, "small_cell": self.small_cell}
        data |= {key: getattr(self, key).to_dict() for key in results}
        data |= {"actions": [action.to_dict() for action in self.actions]}
        return data | {"alerts": [alert.to_dict() for alert in self.alerts]}


def run_audit(params: ClientParams, stored: Sequence[tuple[str, str]] = ()) -> ClientAudit:
    """Read the client's data and compute everything that its documents say.

    Parameters
    ----------
    params
        The client's parameters.
    stored
        Date and text of the audit.json of each earlier audit (`report.earlier.find_stored_audits`).

    Raises
    ------
    DataError
        If the data break the contract beyond what may be repaired; carries every fault.
    """
    logo = load_logo(params.branding.logo, params.params_file)
    data = load_client_data(params)
    indicators, changes = control_false_discoveries(compute_indicators(data, params))
    survey = params.survey if data.has("survey") else None
    loyalty, repurchase = fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params)
    relations = analyse_relations(data, params, loyalty, repurchase)
    relationship = analyse_relationship(data, params, indicators)
    score = relationship.score.score
    book = FactBook(
        Evidence(
            data=data.representative, params=params, indicators=indicators, loyalty=loyalty, repurchase=repurchase,
            relations=relations, score=score, retention=relationship.retention, contacts=relationship.contacts,
            complaints=relationship.complaints,
        )
    )  # fmt: skip
    actions = actions_from(book)
    return ClientAudit(
        client=params.client,
        name=localized(params.name, params.language),
        language=params.language,
        industry=params.industry,
        audience=params.audience,
        currency=params.money.currency,
        as_of=data.as_of.date().isoformat(),
        confidentiality=survey.confidentiality if survey else "",
        unit_of_analysis=survey.unit_of_analysis if survey else "",
        waves=data.waves,
        horizon_days=params.repurchase.horizon_days,
        small_cell=params.limits.small_cell,
        branding=_branding(params, logo),
        commentary=_in_language(params.commentary, params.language),
        data_quality=data.quality,
        indicators=indicators,
        changes=changes,
        loyalty_model=loyalty,
        repurchase_model=repurchase,
        relations=relations,
        relationship=relationship,
        score=score,
        actions=actions,
        follow_up=_follow_up(stored, indicators, data, params, actions),
        alerts=evaluate_alerts(params.alerts, book),
        benchmarking=params.benchmarking,
    )


def _follow_up(
    stored: Sequence[tuple[str, str]],
    indicators: Indicators,
    data: ClientData,
    params: ClientParams,
    actions: Sequence[Action],
) -> FollowUp:
    return follow_up(
        stored,
        indicators,
        data,
        params,
        recommended=[action.key for action in actions],
        titles=action_titles(params),
        concerned=lambda fact, day: dict(concerned_customers([fact], data, params, day)).get(fact),
    )


def _branding(params: ClientParams, logo: str) -> Branding:
    spec, language = params.branding, params.language
    return Branding(
        accent=spec.accent,
        confidentiality=localized(spec.confidentiality, language),
        disclaimer=localized(spec.disclaimer, language),
        prepared_by=localized(spec.prepared_by, language),
        logo=logo,
    )


def _in_language(texts: Mapping[Chapter, LocalizedText], language: Language) -> dict[str, str]:
    return {chapter: localized(text, language) for chapter, text in texts.items()}
