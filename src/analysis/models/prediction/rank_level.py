"""Rank against level: whether share of wallet follows the place among a customer's suppliers or the satisfaction.

The Wallet Allocation Rule turns a rank into a share [1]_: with N suppliers in use and the client on place r (ties share
the mean of their places), ``share = (1 - r / (N + 1)) * 2 / N``. Rank and level are compared on accounts that the model
has not seen and, where accounts answered in several waves, within accounts [2]_.

References
----------
.. [1] Keiningham, T. L., Aksoy, L., Buoye, A. and Cooil, B. (2011). Customer loyalty isn't enough. Grow your share of
   wallet. Harvard Business Review 89(10), 29-31.
.. [2] Keiningham, T. L., Cooil, B., Malthouse, E. C., Lariviere, B., Buoye, A., Aksoy, L. and De Keyser, A. (2015).
   Perceptions are relative: an examination of the relationship between relative satisfaction metrics and share of
   wallet. Journal of Service Management 26, 2-43.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.linear import fit_linear
from analysis.models.loyalty import correlation
from analysis.models.loyalty_sample import survey_weights
from analysis.models.panel.fixed_effects import independent, slope_of, wave_columns, within_account
from analysis.models.panel.results import Proposition, PublishedFinding
from analysis.models.prediction.heldout import FOLDS, REPEATS, score_held_out
from analysis.models.prediction.results import OutcomeComparison, RankComparison
from analysis.models.prediction.vuong import normal_density, vuong_test
from analysis.params.model import ClientParams
from analysis.params.survey import ItemSpec, Role
from analysis.results import NotEstimable, Outcome

NAMES: dict[str, Message] = {
    "baseline": N_("Neither"),
    "level": N_("Level of satisfaction"),
    "rank": N_("Rank among suppliers"),
    "both": N_("Level and rank"),
}
SHORT_NAMES: dict[str, Message] = {"level": N_("level"), "rank": N_("rank"), "both": N_("level and rank together")}
PAIRS = (("rank", "level"), ("both", "level"), ("both", "rank"))
FORMULA = N_(
    "Wallet Allocation Rule (Keiningham, Aksoy, Buoye and Cooil 2011): share = (1 − rank / (number of suppliers + 1)) ×"
    " 2 / number of suppliers; suppliers rated alike share the mean of their ranks."
)
PROPOSITION = Proposition(
    key="rank_beats_level",
    hypothesis=N_("The rank among a customer's suppliers, not the level of satisfaction, goes with share of wallet."),
    direction="positive",
    anchors=(
        PublishedFinding(
            finding=N_("Relative satisfaction explains share of wallet better than its level, within customers too."),
            source="Keiningham, Cooil, Malthouse, Lariviere, Buoye, Aksoy & De Keyser, Perceptions are relative, "
            "Journal of Service Management 26",
            year=2015,
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class RankSample:
    """Answers that rate the client and a competitor and tell the share of wallet.

    Parameters
    ----------
    level, predicted, share
        Own rating rescaled to 0-100; the share that the rule predicts and the stated share, 0-100.
    suppliers
        Suppliers rated, the client included.
    wave, accounts, weights
        By row; weights of mean 1.
    """

    level: Floats
    predicted: Floats
    share: Floats
    suppliers: Floats
    wave: Codes
    accounts: Codes
    weights: Floats


def wallet_share(rank: Floats, suppliers: Floats) -> Floats:
    """Return the share of wallet, 0 to 1, that the Wallet Allocation Rule gives to a rank among so many suppliers.

    >>> wallet_share(np.array([1.0, 2.0, 1.5]), np.array([2.0, 2.0, 2.0])).round(3).tolist()
    [0.667, 0.333, 0.5]
    """
    return np.asarray((1 - rank / (suppliers + 1)) * 2 / suppliers)


def place_among(own: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return the rank of `own` (n,) among `others` (n, k; NaN: not rated), 1 the best, and the suppliers rated."""
    rated = np.isfinite(others)
    better = (rated & (others > own[:, None])).sum(axis=1)
    alike = (rated & (others == own[:, None])).sum(axis=1)
    return 1 + better + alike / 2, 1.0 + rated.sum(axis=1)


def compare_rank_level(data: ClientData, params: ClientParams) -> RankComparison | NotEstimable:
    """Compare rank and level as predictors of the share of wallet.

    Needs items of the roles `competitor_rating` and `share_of_wallet` besides satisfaction.
    """
    lacking = _missing(data, params)
    if lacking is not None:
        return NotEstimable(reason=lacking)
    sample = build_rank_sample(data, params)
    if isinstance(sample, NotEstimable):
        return sample
    refused = _refuse(sample, params)
    if refused is not None:
        return refused
    level, rank, waves = sample.level, sample.predicted, _waves(sample)
    alone = [_slopes(sample, [values], waves)[0] for values in (level, rank)]
    level_beside, rank_beside = _slopes(sample, [level, rank], waves)
    ones = np.ones(len(level))
    fit = fit_linear(sample.share, np.column_stack([ones, rank]), weights=sample.weights, clusters=sample.accounts)
    return RankComparison(
        n=len(level),
        accounts=int(sample.accounts.max()) + 1,
        suppliers=float(np.average(sample.suppliers, weights=sample.weights)),
        weighted=bool(np.ptp(sample.weights) > 0),
        folds=FOLDS,
        repeats=REPEATS,
        level=alone[0],
        rank=alone[1],
        level_beside_rank=level_beside,
        rank_beside_level=rank_beside,
        rule=correlation(rank, sample.share, fit),
        between=_compare(sample, {"level": level, "rank": rank}, sample.share, waves, params, "share_of_wallet"),
        within=_compare_within(sample, params),
        proposition=PROPOSITION,
        formula=FORMULA,
    )


def build_rank_sample(data: ClientData, params: ClientParams) -> RankSample | NotEstimable:
    """Return the answers that can be used; the items must be there."""
    items = _items(params, "competitor_rating", data)
    survey = data.table("survey")
    own = _own_rating(survey, data, params, next(iter(items.values())))
    others = np.column_stack([rescaled(survey[key], item) for key, item in items.items()])
    wallet, asked = next(iter(_items(params, "share_of_wallet", data).items()))
    share = rescaled(survey[wallet], asked)
    usable = np.isfinite(own) & np.isfinite(share) & np.isfinite(others).any(axis=1)
    rows = survey[usable]
    if rows["respondent_key"].nunique() < params.limits.small_cell:
        return NotEstimable(
            reason=N_(
                "Fewer than {least:int} answers rate a competitor and tell the share of wallet.",
                least=params.limits.small_cell,
            )
        )
    weights = survey_weights(rows, params)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(rows))
    rank, suppliers = place_among(own[usable], others[usable])
    return RankSample(
        level=own[usable],
        predicted=100 * wallet_share(rank, suppliers),
        share=share[usable],
        suppliers=suppliers,
        wave=rows["wave_order"].to_numpy(dtype=int),
        accounts=cluster_codes(rows["account_key"].astype(str), len(rows)),
        weights=checked_weights(weights, len(rows)),
    )


def rescaled(answers: pd.Series, item: ItemSpec) -> Floats:
    """Return answers on 0-100, from the lowest to the highest code of the item's scale."""
    return np.asarray(100 * (answers.to_numpy(dtype=float) - item.scale.min) / (item.scale.max - item.scale.min))


def _items(params: ClientParams, role: Role, data: ClientData) -> dict[str, ItemSpec]:
    items = params.survey.items if params.survey is not None else {}
    return {key: item for key, item in items.items() if item.role == role and data.has("survey", key)}


def _own_rating(survey: pd.DataFrame, data: ClientData, params: ClientParams, competitor: ItemSpec) -> Floats:
    """Return the satisfaction item on the competitors' scale, so that ties are ties; without one, the index."""
    for key, item in _items(params, "satisfaction", data).items():
        if (item.scale.min, item.scale.max) == (competitor.scale.min, competitor.scale.max):
            return rescaled(survey[key], item)
    return survey["satisfaction_index"].to_numpy(dtype=float)


def _missing(data: ClientData, params: ClientParams) -> Message | None:
    if not data.has("survey", "satisfaction_index"):
        return N_("There is no survey answer about satisfaction.")
    if not _items(params, "competitor_rating", data):
        return N_("The survey does not ask how customers rate other suppliers.")
    if not _items(params, "share_of_wallet", data):
        return N_("The survey does not ask for the client's share of the customers' spending.")
    return None


def _refuse(sample: RankSample, params: ClientParams) -> NotEstimable | None:
    n, accounts = len(sample.share), int(sample.accounts.max()) + 1
    least = max(params.limits.min_n, params.limits.min_clusters, 2 * (4 + len(np.unique(sample.wave))))
    if min(n, accounts) < least:
        return NotEstimable(
            reason=N_(
                "Answers that rate a competitor and tell the share of wallet come from {accounts:int} accounts; at"
                " least {least:int} are needed.",
                accounts=accounts,
                least=least,
            ),
            n=n,
        )
    for values, same in (
        (sample.level, N_("All but a few of {accounts:int} accounts gave the same satisfaction.", accounts=accounts)),
        (sample.predicted, N_("The client has the same rank in all but a few accounts.")),
        (sample.share, N_("The share of wallet is the same in all but a few accounts.")),
    ):
        if differing_accounts(values, sample.accounts) < FEWEST_DIFFERING:
            return NotEstimable(reason=same, n=n)
    return None


def _waves(sample: RankSample) -> Floats:
    return np.column_stack([np.ones(len(sample.wave)), wave_columns(sample.wave)])


def _slopes(sample: RankSample, focal: list[Floats], others: Floats) -> list[Outcome]:
    """Return percentage points of share per 10 points of each focal column."""
    matrix = independent(focal, others)
    if matrix is None:
        reason = N_("The data cannot tell the rank from the level of satisfaction.")
        return [NotEstimable(reason=reason, n=len(sample.share)) for _ in focal]
    fit = fit_linear(sample.share, matrix, weights=sample.weights, clusters=sample.accounts)
    return [slope_of(fit, column, unit="percentage_points") for column in range(len(focal))]


def _compare(
    sample: RankSample, focal: dict[str, Floats], share: Floats, others: Floats, params: ClientParams, key: str
) -> OutcomeComparison | NotEstimable:
    """Compare the sets on accounts held out; `others` are columns that every set has."""
    sets = {"level": ["level"], "rank": ["rank"], "both": ["level", "rank"]}
    designs = {name: independent([focal[each] for each in used], others) for name, used in sets.items()}
    if any(design is None for design in designs.values()):
        reason = N_("The data cannot tell the rank from the level of satisfaction.")
        return NotEstimable(reason=reason, n=len(share))
    known = {name: design for name, design in designs.items() if design is not None}
    held_out = score_held_out(
        share,
        {"baseline": others, **known},
        sample.weights,
        sample.accounts,
        model_generator(f"rank-level-{key}", params),
        "normal",
    )
    if isinstance(held_out, NotEstimable):
        return held_out
    densities = [(name, normal_density(share, known[name], sample.weights)) for name in PAIRS[0]]
    generator = model_generator(f"vuong-{key}", params)
    return OutcomeComparison(
        key=key,
        label=N_("Share of wallet") if key == "share_of_wallet" else N_("Share of wallet, within accounts"),
        n=len(share),
        clusters=int(sample.accounts.max()) + 1,
        scores=held_out.summary(NAMES),
        differences=held_out.differences(PAIRS),
        vuong=vuong_test(densities[0], densities[1], sample.weights, sample.accounts, generator),
    )


def _compare_within(sample: RankSample, params: ClientParams) -> OutcomeComparison | NotEstimable:
    """Compare the sets within accounts that answered in more than one wave: deviations from the account's own mean."""
    frame = pd.DataFrame({"account": sample.accounts, "wave": sample.wave})
    often = (frame.groupby("account")["wave"].transform("nunique") > 1).to_numpy()
    accounts = len(np.unique(sample.accounts[often]))
    least = max(params.limits.min_n, params.limits.min_clusters)
    if accounts < least:
        if 0 < accounts < params.limits.small_cell:
            few = N_("Fewer than {least:int} accounts answered in more than one wave.", least=params.limits.small_cell)
            return NotEstimable(reason=few)
        return NotEstimable(
            reason=N_(
                "Only {accounts:int} accounts answered in more than one wave; at least {least:int} are needed.",
                accounts=accounts,
                least=least,
            ),
            n=accounts,
        )
    codes = cluster_codes(sample.accounts[often], int(often.sum()))
    w = checked_weights(sample.weights[often], len(codes))
    moved = {
        name: within_account(values[often], w, codes)
        for name, values in (("level", sample.level), ("rank", sample.predicted), ("share", sample.share))
    }
    if any(len(np.unique(codes[values != 0])) < FEWEST_DIFFERING for values in moved.values()):
        reason = N_("Rank, satisfaction or share of wallet hardly changed within accounts.")
        return NotEstimable(reason=reason, n=len(codes))
    rows = RankSample(
        level=moved["level"],
        predicted=moved["rank"],
        share=moved["share"],
        suppliers=sample.suppliers[often],
        wave=sample.wave[often],
        accounts=codes,
        weights=w,
    )
    waves = within_account(wave_columns(rows.wave), w, codes)
    focal = {"level": rows.level, "rank": rows.predicted}
    return _compare(rows, focal, rows.share, waves, params, "share_of_wallet_within")
