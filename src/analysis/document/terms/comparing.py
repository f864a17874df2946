"""Terms of comparing: partners, samples, models, periods and themes."""

from analysis.document.terms.term import Term
from analysis.messages import N_

COMPARING: tuple[Term, ...] = (
    Term(
        name=N_("Shrinkage (fair figure)"),
        meaning=N_("A partner's own figure drawn towards the mean of all by as much as its small n deserves."),
        formula=N_("k · own + (1 − k) · mean, k = τ² / (τ² + v), τ averaged over"),
        source="Rubin (1981), J. Educational Statistics 6; Gelman (2006), Bayesian Analysis 1",
    ),
    Term(
        name=N_("Chance of the top quarter"),
        meaning=N_("Chance that a partner truly belongs to the best quarter."),
        formula=N_("share of 2,000 joint draws in which its rank is at most a quarter of their number"),
        source="Goldstein & Spiegelhalter (1996), JRSS A 159",
    ),
    Term(
        name=N_("Rank interval"),
        meaning=N_("Ranks that are compatible with the data, 1 being best."),
        formula=N_("2.5% to 97.5% of its ranks in the joint draws"),
        source="Goldstein & Spiegelhalter (1996), JRSS A 159",
    ),
    Term(
        name=N_("Raking weights"),
        meaning=N_(
            "Weights that bring those who answered to the shares of all customers, characteristic by "
            "characteristic; none above 5 times the mean."
        ),
        formula=N_("iterative proportional fitting to the margins, trimmed and fitted again"),
        source="Deming & Stephan (1940); Potter (1990)",
    ),
    Term(
        name=N_("Design effect"),
        meaning=N_(
            "By how much unequal weights make a sample worth less: n over it is the effective number of answers."
        ),
        formula="n Σ w² / (Σ w)²",
        source="Kish (1992), J. Official Statistics 8",
    ),
    Term(
        name=N_("Bounds"),
        meaning=N_("Where the mean of all customers must lie, whatever those think who did not answer."),
        formula=N_(
            "f m + (1 − f) L … f m + (1 − f) U, f the share who answered, m their mean, L and U the ends of the scale"
        ),
        source="Manski (1989), J. Human Resources 24; Imbens & Manski (2004), Econometrica 72",
    ),
    Term(
        name=N_("Average marginal effect"),
        meaning=N_(
            "By how many percentage points the chance to buy again differs for 10 points of satisfaction, "
            "other things held constant, averaged over customers."
        ),
        formula=N_("mean over rows of P(buy, satisfaction + 10) − P(buy, satisfaction)"),
        source="definitions.md, Repeat purchase",
    ),
    Term(
        name=N_("Importance of a driver (LMG)"),
        meaning=N_(
            "What a part of the service adds to the explained variance, averaged over all orders in which "
            "parts can be added."
        ),
        formula=N_("mean over orders of entry of the gain in R², over R²"),
        source="Grömping (2007), The American Statistician 61; Shapley (1953)",
    ),
    Term(
        name=N_("Indirect effect (mediation)"),
        meaning=N_(
            "The part of the relation of satisfaction and buying again that runs through loyalty, if the "
            "relations are causal."
        ),
        formula=N_("mean of Y(x + 10, M(x + 10)) − Y(x + 10, M(x))"),
        source="Imai, Keele & Tingley (2010), Psychological Methods 15",
    ),
    Term(
        name=N_("Specification curve"),
        meaning=N_("The same relation estimated in every defensible way, to see whether the finding depends on one."),
        formula=N_("the estimates of all combinations of the declared choices, sorted"),
        source="Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4",
    ),
    Term(
        name=N_("E-value, robustness value"),
        meaning=N_("How strong an unseen third factor would have to be to explain a relation away."),
        formula=N_("E = RR + √(RR (RR − 1)); robustness value: ½ (√(f⁴ + 4 f²) − f²), f² = R² / (1 − R²)"),
        source="VanderWeele & Ding (2017), Annals of Internal Medicine 167; Cinelli & Hazlett (2020), JRSS B 82",
    ),
    Term(
        name=N_("Difference in differences"),
        meaning=N_(
            "Change of those acted on less the change of the others over the same days; nothing was drawn by "
            "lot, so selection remains."
        ),
        formula=N_("mean change of those acted on − mean change of the others"),
        source="Bertrand, Duflo & Mullainathan (2004), QJE 119",
    ),
    Term(
        name=N_("Control chart"),
        meaning=N_(
            "Limits of ordinary variation of a series: a value beyond them, or a run of eight on one side of "
            "the mean, is a signal."
        ),
        formula=N_("mean ± 2.66 · mean moving range"),
        source="Wheeler & Chambers (1992), Understanding Statistical Process Control",
    ),
    Term(
        name=N_("Prevalence of a theme"),
        meaning=N_(
            "Share of the customers who wrote of whom a text speaks of the theme; customers are counted, not texts."
        ),
        formula=N_("customers who mention it / customers who wrote"),
        source="definitions.md, What customers write",
    ),
)
