"""The rest of the relationship scale: customers won, kept and worth, contacts, voices, partners, targets, the score."""

from dataclasses import dataclass

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.appraisal import Appraisal, appraise_managers
from analysis.indicators.shapes import Indicators
from analysis.models.complaints.analysis import analyse_complaints
from analysis.models.complaints.result import Complaints
from analysis.models.contacts.analysis import analyse_contacts
from analysis.models.contacts.result import Contacts
from analysis.models.lifecycle.conversion import Conversion, analyse_conversion
from analysis.models.lifecycle.growth import GrowthParts, analyse_growth
from analysis.models.lifecycle.retention import Retention, analyse_retention
from analysis.models.lifecycle.transitions import Lifecycle, analyse_lifecycle
from analysis.models.lifetime.analysis import analyse_lifetime_value
from analysis.models.lifetime.result import LifetimeValue
from analysis.models.lifetime.valuation import customer_value
from analysis.models.partners.analysis import analyse_partners
from analysis.models.partners.result import Partners
from analysis.models.parts import ModelPart
from analysis.models.respondents.analysis import analyse_respondents
from analysis.models.respondents.result import Respondents
from analysis.models.voices.analysis import analyse_voices
from analysis.models.voices.result import Voices
from analysis.params.model import ClientParams
from analysis.results import NotEstimable
from analysis.scale.analysis import ScoreAnalysis, analyse_score
from analysis.scale.key_account_shapes import KeyAccounts
from analysis.scale.key_accounts import analyse_key_accounts


@dataclass(frozen=True, kw_only=True)
class Relationship(ModelPart):
    """One answer a question of the relationship scale, beside its indicators, or why there is none.

    Parameters
    ----------
    score
        What the relationship score depends on: weights, groups, customers' dimensions.
    lifetime
        What the customers are worth from here on.
    growth
        What growth came from: price, volume, mix, a handful of customers.
    lifecycle, retention, conversion
        Where customers stand and move; whom the client keeps and wins back; how much of what it offers is ordered.
    contacts
        Who is kept in touch with, through whom, and what customers could buy yet.
    complaints, voices
        What complaints cost and whether they are mended; what customers write about.
    partners
        How the customers of each channel partner fare.
    respondents
        Whether those who answered speak for all.
    appraisal
        Targets met and missed, and each account manager's customers.
    key_accounts
        A card for each of the largest customers, and the map of all.
    """

    score: ScoreAnalysis
    lifetime: LifetimeValue | NotEstimable
    growth: GrowthParts | NotEstimable
    lifecycle: Lifecycle | NotEstimable
    retention: Retention | NotEstimable
    conversion: Conversion | NotEstimable
    contacts: Contacts | NotEstimable
    complaints: Complaints | NotEstimable
    voices: Voices | NotEstimable
    partners: Partners | NotEstimable
    respondents: Respondents | NotEstimable
    appraisal: Appraisal | NotEstimable
    key_accounts: KeyAccounts | NotEstimable


def analyse_relationship(data: ClientData, params: ClientParams, indicators: Indicators) -> Relationship:
    """Answer every question that the data carry, beside the indicators and the models."""
    score = analyse_score(data, indicators, params)
    # shares and totals of all customers come from those drawn at random; what is about key accounts, from all of them
    drawn = data.representative
    weights = {dimension.dimension: dimension.weight for dimension in score.score.dimensions}
    return Relationship(
        score=score,
        lifetime=analyse_lifetime_value(drawn, params),
        growth=analyse_growth(drawn, params),
        lifecycle=analyse_lifecycle(drawn, params),
        retention=analyse_retention(drawn, params),
        conversion=analyse_conversion(drawn, params),
        contacts=analyse_contacts(drawn, params),
        complaints=analyse_complaints(drawn, params),
        voices=analyse_voices(drawn, params),
        partners=analyse_partners(drawn, params, indicators),
        respondents=analyse_respondents(drawn, params),
        appraisal=appraise_managers(drawn, params, indicators),
        key_accounts=analyse_key_accounts(data, params, weights=weights, customer_value=_values(data, params)),
    )


def _values(data: ClientData, params: ClientParams) -> pd.DataFrame | None:
    """Return what each customer is worth from here on, where that can be had."""
    found = customer_value(data, params)
    return None if isinstance(found, NotEstimable) else found.rename(columns={"expected_value": "value"})
