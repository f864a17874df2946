"""The declared grid: which clients are drawn, how large they are, and what is true of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import stats

from analysis.calibration.clients import MODEL_TABLES, demo_params, known_client
from analysis.data.client import ClientData
from analysis.params.model import ClientParams
from analysis.synthetic.truth import PARTNERS, Truth

FIRST_SEED = 100_000
"""Seeds of the draws; those of the large clients that the truth is read from begin at `TRUTH_SEED`."""
TRUTH_SEED = 900_000


def known_partners(truth: Truth) -> Truth:
    """Return a truth whose accounts are draws of one population, served by partners who are the same in every draw.

    The partners' effects are the quantiles of their normal distribution, so that they are a typical dozen.
    """
    quantiles = stats.norm.ppf((np.arange(PARTNERS) + 0.5) / PARTNERS) * truth.partner_sd
    order = np.random.default_rng(0).permutation(PARTNERS)
    return replace(truth, partner_effects=tuple(float(each) for each in quantiles[order]), is_key_by_chance=True)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One cell of the grid.

    Parameters
    ----------
    key, name
        Stable key, and the words that stand behind a quantity's name in the table.
    customers
        Size of each client drawn.
    truth
        What is true of them.
    population
        Key of the population that the truth is read from: cells which differ in size alone share one.
    is_weighted
        Answers thinned with known probabilities and weighted; the unit is then the respondent, and retention is judged
        by activity, so that the intervals of these choices are drawn too.
    note
        What is drawn in it, where that is not told by size and truth; "" where it is.
    """

    key: str
    name: str
    customers: int
    truth: Truth
    population: str
    is_weighted: bool = False
    note: str = ""

    @cached_property
    def params(self) -> ClientParams:
        """Return the parameters under which the clients are analysed: the demonstration client's."""
        params = demo_params(Path("params").resolve())
        if not self.is_weighted or params.survey is None:
            return params
        survey = params.survey.model_copy(update={"weight_kind": "survey", "unit_of_analysis": "respondent"})
        retention = params.retention.model_copy(update={"kind": "non_contractual"})
        return params.model_copy(update={"survey": survey, "retention": retention})

    @property
    def identity(self) -> str:
        """Return in a text what the clients depend on, beside their size and the code."""
        used = ("survey", "segment", "seed", "bootstrap_draws", "depth", "repurchase", "retention", "interaction",
                "limits", "money", "scale")  # fmt: skip
        return f"{self.truth} {self.is_weighted} {[(name, getattr(self.params, name)) for name in used]}"

    def draw(
        self, seed: int, *, customers: int | None = None, tables: Collection[str] | None = MODEL_TABLES
    ) -> ClientData:
        """Draw one client of this cell."""
        return known_client(
            seed,
            self.truth,
            customers or self.customers,
            params=self.params,
            tables=tables,
            is_thinned=self.is_weighted,
        )


def _nil() -> Truth:
    """Return a world in which nothing goes with anything, nothing changes between waves, and partners are all alike."""
    truth = replace(Truth().without_effects(), driver_shifts={}, partner_sd=0.0)
    return known_partners(truth)


def _strong() -> Truth:
    """Return a world of strong effects, in which partners differ much."""
    truth = Truth()
    return known_partners(
        replace(
            truth,
            effect_satisfaction_on_loyalty=1.0,
            effect_satisfaction_on_repurchase_logit=0.6,
            effect_loyalty_on_repurchase_logit=0.4,
            effect_satisfaction_on_churn_log_hazard=-0.6,
            partner_sd=1.2,
        )
    )


def _partly_nil() -> Truth:
    """Return a world in which satisfaction moves loyalty, and neither moves buying: an indirect effect that is nil."""
    return known_partners(
        replace(
            Truth(),
            effect_satisfaction_on_repurchase_logit=0.0,
            effect_loyalty_on_repurchase_logit=0.0,
            effect_satisfaction_on_churn_log_hazard=0.0,
            confounder_on_repurchase_logit=0.0,
        )
    )


def _differing() -> Truth:
    """Return a world of strong effects, in which the partners differ by far, and the slopes of the segments too."""
    return known_partners(replace(_strong(), partner_sd=3.0, segment_factors=(0.3, 0.7, 1.3, 1.7)))


def _grid() -> tuple[Scenario, ...]:
    default = known_partners(Truth())
    return (
        Scenario(key="demo-400", name="400 customers", customers=400, truth=default, population="demo"),
        Scenario(key="nil-400", name="nil effects, 400 customers", customers=400, truth=_nil(), population="nil"),
        Scenario(
            key="weighted-600",
            name="weighted respondents, 600 customers",
            customers=600,
            truth=default,
            population="weighted",
            is_weighted=True,
        ),
        Scenario(key="demo-120", name="120 customers", customers=120, truth=default, population="demo"),
        Scenario(
            key="partial-400",
            name="partly nil, 400 customers",
            customers=400,
            truth=_partly_nil(),
            population="partial",
        ),
        Scenario(
            key="strong-400", name="strong effects, 400 customers", customers=400, truth=_strong(), population="strong"
        ),
        Scenario(
            key="specification",
            name="assumptions true, 400 customers",
            customers=400,
            truth=default,
            population="specification",
        ),
        Scenario(
            key="differing-400",
            name="partners and segments differ, 400 customers",
            customers=400,
            truth=_differing(),
            population="differing",
        ),
        *_larger(default),
        *_of_several_audits(default),
    )


def _larger(default: Truth) -> tuple[Scenario, ...]:
    return (
        Scenario(key="demo-1000", name="1,000 customers", customers=1000, truth=default, population="demo"),
        Scenario(
            key="differing-1000",
            name="partners and segments differ, 1,000 customers",
            customers=1000,
            truth=_differing(),
            population="differing",
        ),
    )


def _of_several_audits(default: Truth) -> tuple[Scenario, ...]:
    return (
        # only the seed of the sets: their clients' sizes and effects stand in `analysis.calibration.several`
        Scenario(
            key="several",
            name="8 clients of 80 to 210",
            customers=100,
            truth=default,
            population="several",
            note="sets of 8 clients of 80 to 210 customers, whose effects of satisfaction on loyalty are draws of a "
            "normal distribution with a standard deviation of 0.25 around 0.6 or, without any other effect, around 0, "
            "or all 0.6; beside them sets of 5, 8 and 20 estimates drawn from laws with known errors",
        ),
        Scenario(
            key="audits-400", name="earlier audits, 400 customers", customers=400, truth=default, population="demo"
        ),
        Scenario(
            key="audits-nil-400",
            name="earlier audits, nil effects, 400 customers",
            customers=400,
            truth=_nil(),
            population="nil",
        ),
    )


def scenarios() -> dict[str, Scenario]:
    """Return the grid by key, the most telling cells first."""
    return {scenario.key: scenario for scenario in _grid()}
