"""Rank among suppliers against level of satisfaction: clients whose survey asks about competitors and share of wallet.

No client drawn has such questions, so the answers to them are drawn here, for the drawn client's own respondents:
ratings of two competitors that an account's answers share in part, and a share of wallet that follows both the rank and
the level, with noise of the account; and once more a share of wallet that follows neither.
"""

import dataclasses

import numpy as np
import pandas as pd

from analysis.calibration.groups.common import read_model
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.prediction.rank_level import compare_rank_level, place_among, wallet_share
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"demo-400": 0.9, "weighted-600": 0.1}
TRUTH = (5, 10_000)
HOME = "relations/prediction"
OWN = "sat_overall"  # the item on the competitors' scale
RIVALS = ("rival_a", "rival_b")
WALLET = "wallet"
MEANS, SPREAD = (6.9, 6.3), 1.6  # of the ratings of the competitors
SHARED = 0.4  # of the variance of ratings and shares, the same in the answers of one account
SILENT = 0.15  # of the ratings are not given
BASE, OF_RANK, OF_LEVEL, NOISE = 10.0, 0.45, 0.15, 15.0  # of the share of wallet, in percentage points
MOST = 100.0

_ASKED: dict[int, tuple[ClientParams, ClientParams]] = {}


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    asked = with_questions(params)
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    found: dict[str, Reading] = {}
    for name, follows in (("rank", True), ("unrelated", False)):
        found |= read_model(compare_rank_level(with_answers(data, rng, follows=follows), asked), f"{HOME}/{name}")
    return found


def with_questions(params: ClientParams) -> ClientParams:
    """Return the parameters with questions about competitors and share of wallet."""
    if id(params) not in _ASKED:  # the same object for all clients, as their own parameters are
        if params.survey is None:
            raise ValueError("the parameters of a known client have a questionnaire")
        scale = params.survey.items[OWN].scale
        questions = {key: ItemSpec(role="competitor_rating", scale=scale) for key in RIVALS}
        questions[WALLET] = ItemSpec.model_validate({"role": "share_of_wallet", "scale": {"min": 0, "max": MOST}})
        survey = params.survey.model_copy(update={"items": {**params.survey.items, **questions}})
        _ASKED[id(params)] = params, params.model_copy(update={"survey": survey})
    return _ASKED[id(params)][1]


def with_answers(data: ClientData, rng: np.random.Generator, *, follows: bool) -> ClientData:
    """Return a client whose respondents also say how they rate competitors, and what share of wallet is the client's.

    `follows` is whether that share follows rank and level.
    """
    survey = data.table("survey")
    accounts = pd.factorize(survey["account_key"])[0]
    own = survey[OWN].to_numpy(dtype=float)
    ratings = [np.clip(np.rint(mean + SPREAD * _of_accounts(rng, accounts)), 1, 10) for mean in MEANS]
    others = np.column_stack([np.where(rng.random(len(own)) < SILENT, np.nan, rating) for rating in ratings])
    rank, suppliers = place_among(own, others)
    share = BASE + NOISE * _of_accounts(rng, accounts)
    if follows:
        share = share + OF_RANK * MOST * wallet_share(rank, suppliers) + OF_LEVEL * MOST * (own - 1) / 9
    else:
        share = share + MOST / 3
    answers = {**dict(zip(RIVALS, others.T, strict=True)), WALLET: np.clip(np.rint(share), 0, MOST)}
    return dataclasses.replace(data, tables={**data.tables, "survey": survey.assign(**answers)})


def _of_accounts(rng: np.random.Generator, accounts: np.ndarray) -> np.ndarray:
    own, shared = rng.standard_normal(len(accounts)), rng.standard_normal(int(accounts.max()) + 1)
    return np.asarray(np.sqrt(SHARED) * shared[accounts] + np.sqrt(1 - SHARED) * own)
