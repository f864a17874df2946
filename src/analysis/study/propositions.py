"""The eight propositions of the theory cards: hypothesis in words, quantity that is judged, and what was published."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.messages import N_, Message
from analysis.params.study import Direction, PropositionKey


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A published work: authors and year as cited in a text, and the full reference."""

    short: str
    full: str


@dataclass(frozen=True, kw_only=True)
class Proposition:
    """One proposition of the literature on satisfaction and loyalty.

    Parameters
    ----------
    key, name
        Stable name, and what it is called.
    hypothesis
        In words, for those who declare none of their own.
    quantity
        What the estimate is, with its unit: the smallest effect of interest is in the same unit.
    direction, smallest_effect
        Taken where nothing was declared.
    published
        What the literature says, with its numbers.
    citations
        The works that `published` names.
    shares_horizon
        Whether the estimate depends on the horizon of repeat purchase, so that clients with different horizons must
        not be pooled.
    """

    key: PropositionKey
    name: Message
    hypothesis: Message
    quantity: Message
    direction: Direction
    smallest_effect: float
    published: Message
    citations: tuple[Citation, ...]
    shares_horizon: bool = True


CURTIS = Citation(
    short="Curtis et al., 2011",
    full="Curtis, T., Abratt, R., Rhoades, D., & Dion, P. (2011). Customer loyalty, repurchase and satisfaction: A"
    " meta-analytical review. Journal of Consumer Satisfaction, Dissatisfaction and Complaining Behavior, 24, 1–26.",
)
SEIDERS = Citation(
    short="Seiders et al., 2005",
    full="Seiders, K., Voss, G. B., Grewal, D., & Godfrey, A. L. (2005). Do satisfied customers buy more? Examining"
    " moderating influences in a retailing context. Journal of Marketing, 69(4), 26–43.",
)
MITTAL = Citation(
    short="Mittal et al., 2023",
    full="Mittal, V., Han, K., Frennea, C., Blut, M., Shaik, M., Bosukonda, N., & Sridhar, S. (2023). Customer"
    " satisfaction, loyalty behaviors, and firm financial performance: What 40 years of research tells us. Marketing"
    " Letters, 34, 171–187.",
)
ANDERSON = Citation(
    short="Anderson & Mittal, 2000",
    full="Anderson, E. W., & Mittal, V. (2000). Strengthening the satisfaction-profit chain. Journal of Service"
    " Research, 3(2), 107–120.",
)
JONES = Citation(
    short="Jones & Sasser, 1995",
    full="Jones, T. O., & Sasser, W. E. (1995). Why satisfied customers defect. Harvard Business Review, 73(6), 88–99.",
)
STREUKENS = Citation(
    short="Streukens & de Ruyter, 2004",
    full="Streukens, S., & de Ruyter, K. (2004). Reconsidering nonlinearity and asymmetry in customer satisfaction and"
    " loyalty models: An empirical study in three retail service settings. Marketing Letters, 15(2–3), 99–111.",
)
GUSTAFSSON = Citation(
    short="Gustafsson et al., 2005",
    full="Gustafsson, A., Johnson, M. D., & Roos, I. (2005). The effects of customer satisfaction, relationship"
    " commitment dimensions, and triggers on customer retention. Journal of Marketing, 69(4), 210–218.",
)
VERHOEF = Citation(
    short="Verhoef, 2003",
    full="Verhoef, P. C. (2003). Understanding the effect of customer relationship management efforts on customer"
    " retention and customer share development. Journal of Marketing, 67(4), 30–45.",
)
COOIL = Citation(
    short="Cooil et al., 2007",
    full="Cooil, B., Keiningham, T. L., Aksoy, L., & Hsu, M. (2007). A longitudinal analysis of customer satisfaction"
    " and share of wallet: Investigating the moderating effect of customer characteristics. Journal of Marketing,"
    " 71(1), 67–83.",
)
RANK = Citation(
    short="Keiningham et al., 2015",
    full="Keiningham, T. L., Cooil, B., Malthouse, E. C., Larivière, B., Buoye, A., Aksoy, L., & De Keyser, A. (2015)."
    " Perceptions are relative: An examination of the relationship between relative satisfaction metrics and share of"
    " wallet. Journal of Service Management, 26(1), 2–43.",
)
NPS = Citation(
    short="Keiningham et al., 2007",
    full="Keiningham, T. L., Cooil, B., Andreassen, T. W., & Aksoy, L. (2007). A longitudinal examination of net"
    " promoter and firm revenue growth. Journal of Marketing, 71(3), 39–51.",
)
DE_HAAN = Citation(
    short="De Haan et al., 2015",
    full="De Haan, E., Verhoef, P. C., & Wiesel, T. (2015). The predictive ability of different customer feedback"
    " metrics for retention. International Journal of Research in Marketing, 32(2), 195–206.",
)
USAMI = Citation(
    short="Usami et al., 2019",
    full="Usami, S., Murayama, K., & Hamaker, E. L. (2019). A unified framework of longitudinal models to examine"
    " reciprocal relations. Psychological Methods, 24(5), 637–657.",
)


_ALL = (
    Proposition(
        key="satisfaction_raises_loyalty",
        name=N_("Satisfaction raises loyalty"),
        hypothesis=N_("Customers who are more satisfied are more loyal in what they say."),
        quantity=N_("points of the loyalty index (0 to 100) per 10 points of the satisfaction index"),
        direction="positive",
        smallest_effect=1.0,
        published=N_(
            "Meta-analysis: correlation of about .54 with loyalty and .63 with the intention to buy again"
            " (Curtis et al., 2011)."
        ),
        citations=(CURTIS,),
        shares_horizon=False,
    ),
    Proposition(
        key="intention_is_not_behaviour",
        name=N_("Intention is not behaviour"),
        hypothesis=N_(
            "Satisfaction goes more strongly with the intention to buy again than with buying again, on the same"
            " customers."
        ),
        quantity=N_(
            "effect on the intention minus effect on buying again, in percentage points per 10 points of the"
            " satisfaction index"
        ),
        direction="positive",
        smallest_effect=1.0,
        published=N_(
            "Satisfaction correlates .63 with the intention to buy again, and hardly with buying again (Curtis et"
            " al., 2011); moderators act on behaviour and not on intention (Seiders et al., 2005); over 535"
            " correlations all outcomes are positive on average (Mittal et al., 2023)."
        ),
        citations=(CURTIS, SEIDERS, MITTAL),
    ),
    Proposition(
        key="relation_is_nonlinear",
        name=N_("The relation is nonlinear or asymmetric"),
        hypothesis=N_(
            "Falling short of the average satisfaction goes with more loyalty lost than exceeding it goes with"
            " loyalty gained."
        ),
        quantity=N_(
            "slope below minus slope above the average satisfaction, in points of the loyalty index per 10 points"
        ),
        direction="two_sided",
        smallest_effect=1.0,
        published=N_(
            "Argued for by Jones & Sasser (1995) and Anderson & Mittal (2000); no better than a straight line in"
            " three settings (Streukens & de Ruyter, 2004)."
        ),
        citations=(JONES, ANDERSON, STREUKENS),
        shares_horizon=False,
    ),
    Proposition(
        key="loyalty_mediates",
        name=N_("Loyalty mediates the way to buying again"),
        hypothesis=N_("Part of what satisfaction goes with in buying again passes through loyalty."),
        quantity=N_("indirect effect, in percentage points of buying again per 10 points of the satisfaction index"),
        direction="positive",
        smallest_effect=0.5,
        published=N_(
            "The studies disagree about commitment as the link: Verhoef (2003) finds it, Gustafsson et al. (2005)"
            " find satisfaction itself."
        ),
        citations=(VERHOEF, GUSTAFSSON),
    ),
    Proposition(
        key="relation_is_moderated",
        name=N_("The relation depends on whom one asks"),
        hypothesis=N_("How satisfaction goes with loyalty or buying again differs between kinds of customers."),
        quantity=N_(
            "effect of 10 points of satisfaction for one kind of customers minus that for another, in points of the"
            " loyalty index (or percentage points of buying again)"
        ),
        direction="two_sided",
        smallest_effect=1.0,
        published=N_(
            "Convenience, competition, involvement and income moderate the step from satisfaction to purchases"
            " (Seiders et al., 2005); income and the length of the relationship that to share of wallet (Cooil et"
            " al., 2007)."
        ),
        citations=(SEIDERS, COOIL),
    ),
    Proposition(
        key="rank_beats_level",
        name=N_("Rank, not level, drives share of wallet"),
        hypothesis=N_("A supplier's rank among its competitors predicts better than the level of satisfaction."),
        quantity=N_("mean log score of rank minus that of level on answers held back, times 100"),
        direction="positive",
        smallest_effect=0.5,
        published=N_("Relative rank explains share of wallet, the level hardly (Keiningham et al., 2015)."),
        citations=(RANK,),
        shares_horizon=False,
    ),
    Proposition(
        key="nps_beats_satisfaction",
        name=N_("Recommendation predicts better than satisfaction"),
        hypothesis=N_("The answer on recommendation predicts buying again better than satisfaction does."),
        quantity=N_("mean log score of recommendation minus that of satisfaction on customers held back, times 100"),
        direction="positive",
        smallest_effect=0.5,
        published=N_(
            "Not replicated over 21 firms (Keiningham et al., 2007); about equal, and better together (De Haan et"
            " al., 2015)."
        ),
        citations=(NPS, DE_HAAN),
    ),
    Proposition(
        key="satisfaction_precedes_purchases",
        name=N_("Satisfaction precedes purchases, not the reverse"),
        hypothesis=N_(
            "When an account is more satisfied than it usually is, it buys more often afterwards, and not already"
            " before."
        ),
        quantity=N_(
            "difference of buying again after and before the answer, within accounts, in percentage points per 10"
            " points of the satisfaction index"
        ),
        direction="positive",
        smallest_effect=1.0,
        published=N_(
            "Half of the panel studies reviewed have two waves only, and cannot tell the two directions apart"
            " (Usami et al., 2019)."
        ),
        citations=(USAMI,),
    ),
)
PROPOSITIONS: Mapping[PropositionKey, Proposition] = {each.key: each for each in _ALL}
"""In the order in which they are told."""
