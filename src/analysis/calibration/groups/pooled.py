"""What a study of several clients prints: their mean effect, its test, whether they differ, and one more such client.

The client drawn only gives the seed. The sets are of small clients that are analysed one by one, as a study analyses
them, in turn of the three laws; and of estimates drawn from a normal law with known errors, of sets of other sizes.
"""

import numpy as np

from analysis.calibration.clients import MODEL_TABLES
from analysis.calibration.groups.common import is_large
from analysis.calibration.readings import Reading
from analysis.calibration.several import LAWS, TrueCurves, draw_set, true_curves
from analysis.data.client import ClientData
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable
from analysis.study.cards import list_hypotheses
from analysis.study.declaration import describe_declaration
from analysis.study.evidence import Evidence
from analysis.study.pooled import pool_clients
from analysis.study.pooling import MetaAnalysis, pool_estimates
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, ClientStudy, Hypothesis, PooledCard
from analysis.study.verdicts import at_level, p_value_of

TABLES = MODEL_TABLES
CELLS = {"several": 1.0}
TRUTH = (4, 5_500)
HOME = "study/pooled"
POOLED = "satisfaction_raises_loyalty"
SEED = 11  # of the populations in which the true effect of a new client is read
KNOWN_LAWS = ((5, 3.0), (8, 1.0), (20, 1.0))
"""Clients, and the variance between them over the mean variance of their estimates."""
UNEVEN = 0.8  # half the range of the logarithms of the variances of their estimates
KNOWN_MEAN = 1.0


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one set, or of a large client what is true of all sets."""
    seed = round(100 * float(data.table("transactions")["amount"].abs().sum()))
    if is_large(data):
        return _truth(seed)
    rng = np.random.default_rng(seed)
    found = _of_known_laws(rng)
    name = list(LAWS)[seed % len(LAWS)]
    curves = true_curves(name, SEED)
    studies = [_study(number, each, params) for number, each in enumerate(draw_set(curves.law, rng, params))]
    card = next(each for each in pool_clients(studies) if each.hypothesis.proposition == POOLED)
    if not isinstance(card.meta, MetaAnalysis):
        return found
    return found | _of_clients(name, card, card.meta, curves, rng)


def _of_clients(
    name: str, card: PooledCard, meta: MetaAnalysis, curves: TrueCurves, rng: np.random.Generator
) -> dict[str, Reading]:
    """Return what is read of a set of clients: of clients alike only the test that they are.

    Where clients are alike the spread between them is at its bound, and an interval that admits a spread holds the
    truth more often than it says.
    """
    home = f"{HOME}/{name}"
    if curves.law.spread == 0:
        return {f"{home}/alike": Reading(p_value=meta.q_p_value)}
    new = float(curves.slope(curves.law.draw(rng)))
    found = {
        f"{home}/mean": Reading(value=meta.value, low=meta.low, high=meta.high, p_value=meta.p_value),
        f"{home}/new": _prediction(meta, new),
    }
    if isinstance(card.correlation, Estimate):
        own = card.correlation
        found[f"{home}/correlation"] = Reading(value=own.value, low=own.low, high=own.high, p_value=own.p_value or 0.0)
    return found


def _of_known_laws(rng: np.random.Generator) -> dict[str, Reading]:
    found = {}
    for clients, between in KNOWN_LAWS:
        variances = np.exp(np.linspace(-UNEVEN, UNEVEN, clients))
        errors = np.sqrt(variances / variances.mean())
        effects = rng.normal(KNOWN_MEAN, np.sqrt(between), clients + 1)
        meta = pool_estimates(effects[1:] + errors * rng.standard_normal(clients), errors)
        found[f"{HOME}/law-{clients}/mean"] = Reading(value=meta.value, low=meta.low, high=meta.high)
        found[f"{HOME}/law-{clients}/new"] = _prediction(meta, float(effects[0]))
    return found


def _prediction(meta: MetaAnalysis, new: float) -> Reading:
    """Return the prediction interval relative to the effect of a client that is not in the set, so that 0 is true."""
    return Reading(value=meta.value - new, low=meta.predicted_low - new, high=meta.predicted_high - new)


def _truth(seed: int) -> dict[str, Reading]:
    found = {f"{HOME}/law-{clients}/mean": Reading(value=KNOWN_MEAN) for clients, _ in KNOWN_LAWS}
    found |= {f"{HOME}/law-{clients}/new": Reading(value=0.0) for clients, _ in KNOWN_LAWS}
    for name in (name for name, law in LAWS.items() if law().spread > 0):
        curves = true_curves(name, seed)
        found |= {
            f"{HOME}/{name}/mean": Reading(value=curves.mean_slope()),
            f"{HOME}/{name}/correlation": Reading(value=curves.mean_correlation()),
            f"{HOME}/{name}/new": Reading(value=0.0),
        }
    return found


def _study(number: int, data: ClientData, params: ClientParams) -> ClientStudy:
    """Return the study of one client with the one card that is pooled; nothing is asked of the other propositions."""
    day, survey = data.as_of.date(), data.table("survey")
    return ClientStudy(
        client=f"client-{number}",
        name=f"Client {number}",
        as_of=day.isoformat(),
        declaration=describe_declaration(None, day, day),
        cards=tuple(_card(each, data, params) for each in list_hypotheses(None, False, params.language)),
        waves=data.waves,
        answers=len(survey),
        accounts=int(survey["account_key"].nunique()),
        customers=len(data.customers),
        horizon_days=params.repurchase.horizon_days,
        scales=(),
        draws=params.bootstrap_draws,
        seed=params.seed,
    )


def _card(hypothesis: Hypothesis, data: ClientData, params: ClientParams) -> Card:
    words = PROPOSITIONS[hypothesis.proposition].quantity
    model = fit_satisfaction_loyalty(data, params) if hypothesis.proposition == POOLED else NotEstimable(reason=words)
    if isinstance(model, NotEstimable):
        return Card(hypothesis=hypothesis, evidence=Evidence(estimate=model, model=words), interval=model)
    evidence = Evidence(estimate=model.slope, model=words, correlation=model.correlation)
    if not isinstance(model.slope, Estimate):
        return Card(hypothesis=hypothesis, evidence=evidence, interval=model.slope)
    interval, p_value = at_level(model.slope, hypothesis.alpha), p_value_of(model.slope)
    return Card(hypothesis=hypothesis, evidence=evidence, interval=interval, p_value=p_value)
