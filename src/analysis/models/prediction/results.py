"""What the comparisons of predictors answer with."""

from dataclasses import dataclass

from analysis.messages import Message
from analysis.models.panel.results import Proposition
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome


@dataclass(frozen=True, kw_only=True)
class PredictorScore(ModelPart):
    """How well one set of predictors does on what the model has not seen.

    Parameters
    ----------
    key, name
        Stable name and words.
    log_score
        Mean log density of the held-out outcomes, times 100 (higher is better).
    gain
        Its difference from the first set's, the controls alone; None for that set.
    """

    key: str
    name: Message
    log_score: float
    gain: Outcome | None


@dataclass(frozen=True, kw_only=True)
class ScoreDifference(ModelPart):
    """Held-out log score of one set minus that of another, times 100; above 0: the first predicts better."""

    first: str
    second: str
    difference: Outcome


@dataclass(frozen=True, kw_only=True)
class VuongTest(ModelPart):
    """Vuong's test of two models neither of which contains the other, weighted and clustered.

    Parameters
    ----------
    first, second
        Keys of the sets.
    n, clusters
        Rows, and the accounts or groups of companies that the variance is clustered by.
    difference
        Mean difference of the log densities (first minus second), times 100.
    statistic, p_difference
        Its t statistic, and the two-sided p on t(G - 1) against equal fit.
    p_distinguishable
        Against both models being the same distribution, where the statistic would be no t.
    p_value
        Of the two steps together: the larger of the two.
    draws
        Draws behind `p_distinguishable`.
    """

    first: str
    second: str
    n: int
    clusters: int
    difference: float
    statistic: float
    p_difference: float
    p_distinguishable: float
    p_value: float
    draws: int


@dataclass(frozen=True, kw_only=True)
class OutcomeComparison(ModelPart):
    """The sets compared on one outcome.

    Parameters
    ----------
    key, label
        The outcome: stable name and words.
    n, clusters
        Rows; accounts or groups of companies.
    scores
        The sets, controls alone first.
    differences
        The comparisons that the proposition is about; the first is the proposition's own estimate.
    vuong
        The first comparison's test.
    """

    key: str
    label: Message
    n: int
    clusters: int
    scores: tuple[PredictorScore, ...]
    differences: tuple[ScoreDifference, ...]
    vuong: VuongTest | NotEstimable

    def difference(self, first: str, second: str) -> Outcome:
        """Return one comparison; raise KeyError where it was not made."""
        for each in self.differences:
            if (each.first, each.second) == (first, second):
                return each.difference
        raise KeyError((first, second))


@dataclass(frozen=True, kw_only=True)
class NpsComparison(ModelPart):
    """Recommendation against satisfaction as predictors of what customers buy.

    Parameters
    ----------
    n, events, horizon_days
        Customers, of whom so many bought again within so many days.
    weighted
        Whether survey weights differ.
    folds, repeats
        Of the cross-validation.
    repurchase, purchases
        The comparison for having bought again, and for on how many days.
    proposition
        What the literature says.
    controls
        What every set holds constant.
    """

    n: int
    events: int
    horizon_days: int
    weighted: bool
    folds: int
    repeats: int
    repurchase: OutcomeComparison | NotEstimable
    purchases: OutcomeComparison | NotEstimable
    proposition: Proposition
    controls: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class RankComparison(ModelPart):
    """Rank among suppliers against level of satisfaction, for share of wallet.

    Parameters
    ----------
    n, accounts, suppliers
        Answers, accounts, and the mean number of suppliers rated (the client included).
    level, rank
        Percentage points of the share of wallet per 10 points of satisfaction, and per 10 points of the share that the
        Wallet Allocation Rule predicts, each alone.
    level_beside_rank, rank_beside_level
        The same, each beside the other.
    rule
        Correlation of the predicted with the stated share.
    between
        The comparison on accounts the model has not seen.
    within
        The same with account effects, where accounts answered in several waves.
    proposition, formula
        What the literature says; the rule in words.
    """

    n: int
    accounts: int
    suppliers: float
    weighted: bool
    folds: int
    repeats: int
    level: Outcome
    rank: Outcome
    level_beside_rank: Outcome
    rank_beside_level: Outcome
    rule: Outcome
    between: OutcomeComparison | NotEstimable
    within: OutcomeComparison | NotEstimable
    proposition: Proposition
    formula: Message


@dataclass(frozen=True, kw_only=True)
class PredictionComparison(ModelPart):
    """Both comparisons of one client."""

    nps: NpsComparison | NotEstimable
    rank: RankComparison | NotEstimable
