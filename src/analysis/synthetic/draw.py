"""A synthetic client in memory: canonical tables without defects, and the truth they were drawn from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.synthetic.accounts import Accounts, draw_accounts
from analysis.synthetic.answers import Answers, draw_answers
from analysis.synthetic.labels import as_text
from analysis.synthetic.masters import draw_contracts, draw_customers, draw_opportunities, draw_partners
from analysis.synthetic.products import draw_products
from analysis.synthetic.purchases import Purchases, draw_purchases
from analysis.synthetic.sales import draw_rates, draw_transactions, yearly_revenue
from analysis.synthetic.targets import draw_targets
from analysis.synthetic.truth import AS_OF, ClientSpec, Truth
from analysis.synthetic.voice import draw_feedback, draw_interactions, draw_invitations, draw_survey
from analysis.synthetic.words import Vocabulary, vocabulary


@dataclass(frozen=True, kw_only=True)
class World:
    """The simulation behind a client, and the frames drawn from it, each made when it is first asked for.

    Every frame has the canonical columns of `analysis.data.contract`; sales and feedback may reach past `AS_OF`.
    """

    spec: ClientSpec
    truth: Truth
    words: Vocabulary
    accounts: Accounts
    purchases: Purchases
    answers: Answers

    @cached_property
    def rates(self) -> pd.DataFrame:
        """Return the currency's rates."""
        return draw_rates(self.spec, self.words)

    @cached_property
    def transactions(self) -> pd.DataFrame:
        """Return the order lines, up to two weeks after `AS_OF`."""
        return draw_transactions(self.spec, self.words, self.accounts, self.purchases, self.rates)

    @cached_property
    def revenue(self) -> pd.Series:
        """Return the last year's revenue by customer."""
        return yearly_revenue(self.transactions, self.rates, self.words)

    @cached_property
    def contracts(self) -> pd.DataFrame:
        """Return the contracts."""
        return draw_contracts(self.spec, self.words, self.accounts, self.purchases, self.revenue)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Return the customers."""
        return draw_customers(self.spec, self.words, self.accounts, self.purchases, self.contracts, self.revenue)

    @cached_property
    def survey(self) -> pd.DataFrame:
        """Return the completed answers, each with the product that it is about."""
        survey = draw_survey(self.spec, self.words, self.accounts, self.answers)
        return survey.assign(product_id=draw_products(self.spec, self.words, survey, self.transactions))

    @cached_property
    def invitations(self) -> pd.DataFrame:
        """Return the invitations."""
        return draw_invitations(self.spec, self.words, self.answers)

    @cached_property
    def interactions(self) -> pd.DataFrame:
        """Return the contacts."""
        return draw_interactions(self.spec, self.words, self.accounts, self.purchases)

    @cached_property
    def feedback(self) -> pd.DataFrame:
        """Return the feedback."""
        return draw_feedback(self.spec, self.words, self.accounts, self.purchases)

    @cached_property
    def _pipeline(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return draw_opportunities(self.spec, self.words, self.accounts, self.purchases)

    @property
    def opportunities(self) -> pd.DataFrame:
        """Return the opportunities."""
        return self._pipeline[0]

    @property
    def opportunity_stages(self) -> pd.DataFrame:
        """Return the stages entered."""
        return self._pipeline[1]

    @cached_property
    def partners(self) -> pd.DataFrame:
        """Return the dealers."""
        return draw_partners(self.spec, self.words)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Return the targets."""
        return draw_targets(self.words)


TABLES: dict[str, Callable[[World], pd.DataFrame]] = {
    "customers": lambda world: world.customers,
    "contracts": lambda world: world.contracts,
    "survey": lambda world: world.survey,
    "invitations": lambda world: world.invitations,
    "transactions": lambda world: world.transactions,
    "interactions": lambda world: world.interactions,
    "feedback": lambda world: world.feedback,
    "opportunities": lambda world: world.opportunities,
    "opportunity_stages": lambda world: world.opportunity_stages,
    "partners": lambda world: world.partners,
    "targets": lambda world: world.targets,
    "rates": lambda world: world.rates,
}


@dataclass(frozen=True, kw_only=True)
class SyntheticClient:
    """A client whose truth is known.

    Parameters
    ----------
    spec, truth
        What it was drawn from.
    canonical
        Canonical name -> frame, clean, cut at `as_of`, before the data layer's derived columns: survey items turned
        so that higher is better, NaN where missing; texts are `str`, dates midnight, numbers float64.
    waves
        Wave labels in time order.
    as_of
        Date of the audit.
    world
        The simulation itself, for tests that need what no file holds.
    """

    spec: ClientSpec
    truth: Truth
    canonical: dict[str, pd.DataFrame]
    waves: tuple[str, ...]
    as_of: pd.Timestamp
    world: World


def draw_world(spec: ClientSpec, truth: Truth | None = None) -> World:
    """Draw the simulation of a client; its frames are made when they are asked for."""
    truth = truth or Truth()
    accounts = draw_accounts(truth, spec.customers, spec.seed)
    purchases = draw_purchases(truth, accounts, spec.seed, spec.language)
    answers = draw_answers(truth, accounts, purchases, spec.seed)
    words = vocabulary(spec.language)
    return World(spec=spec, truth=truth, words=words, accounts=accounts, purchases=purchases, answers=answers)


def draw_client(
    spec: ClientSpec, truth: Truth | None = None, *, tables: Collection[str] | None = None
) -> SyntheticClient:
    """Draw a client in memory.

    Parameters
    ----------
    spec
        Seed, size and language.
    truth
        The structural parameters; default: those of the demo clients.
    tables
        Canonical tables to draw; default: all. A table does not depend on which others are drawn.

    Returns
    -------
    SyntheticClient
        Frames without defects, cut at the audit's date.
    """
    world = draw_world(spec, truth)
    as_of = pd.Timestamp(AS_OF)
    names = [name for name in TABLES if tables is None or name in tables]
    frames = {name: as_text(TABLES[name](world)) for name in names}
    if "transactions" in frames:
        lines = frames["transactions"]
        frames["transactions"] = lines[lines["ordered_on"] <= as_of].reset_index(drop=True)
    if "rates" in frames:
        frames["rates"] = frames["rates"][frames["rates"]["date"] <= as_of].reset_index(drop=True)
    return SyntheticClient(
        spec=spec, truth=world.truth, canonical=frames, waves=world.words.waves, as_of=as_of, world=world
    )
