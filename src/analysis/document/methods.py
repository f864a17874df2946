"""How intervals are made and what one observation is, in words; nothing of the statistics is imported for it."""

from collections.abc import Mapping

from analysis.document.translate import Translator
from analysis.messages import N_, Message

METHODS: Mapping[str, Message] = {
    "wilson": N_("Wilson score"),
    "wilson-bound": N_("Wilson, one answer only"),
    "wilson-cluster": N_("Wilson with the effective n of clustered answers"),
    "cluster-t": N_("t, clustered by account"),
    "stacked-cluster-t": N_("t, both periods stacked and clustered by account"),
    "t": N_("Student's t"),
    "cr2-t": N_("t with cluster-robust errors (CR2)"),
    "cr3-t": N_("t with cluster-robust errors (CR3)"),
    "hc3-t": N_("t with heteroskedasticity-robust errors (HC3)"),
    "kaplan-meier": N_("Kaplan-Meier, log-log interval"),
    "kaplan-meier-cluster": N_("Kaplan-Meier, clustered by customer"),
    "hall-t": N_("t, corrected for skewness (Hall)"),
    "bootstrap-t": N_("studentised bootstrap over customers"),
    "hierarchical-bayes": N_("hierarchical Bayes"),
    "nps": N_("t with the variance of promoters minus detractors"),
    "jackknife-fisher-z-t": N_("Fisher's z, jackknife by account"),
    "ame-delta-cr3-t": N_("delta method with cluster-robust errors"),
    "combined-limits": N_("limits of the components, combined with their correlations"),
    "corrected-resampled-t": N_("t, corrected for repeated cross-validation"),
    "bootstrap-percentile": N_("bootstrap over accounts, percentiles"),
    "bootstrap-se-t": N_("t with bootstrap errors, accounts resampled"),
    "delta-cr3-t": N_("delta method with cluster-robust errors"),
    "log-cr3-t": N_("t for the logarithm, with cluster-robust errors"),
    "max-t-cr3": N_("t with cluster-robust errors, all stretches together"),
    "hartung-knapp-t": N_("t over clients, random effects (Hartung-Knapp)"),
    "rubin-t": N_("t over multiple imputations (Rubin)"),
    "aalen-johansen-cluster": N_("Aalen-Johansen, clustered by group of companies"),
    "did-cluster-t": N_("t for the difference of two groups' changes, clustered by account"),
    "published-limits": N_("limits of the two published intervals, combined"),
    "linearised-t": N_("t, linearised over all customers (raking)"),
    "mover": N_("limits of the parts, combined (MOVER)"),
    "log-delta-t": N_("t for the logarithm of a ratio of shares"),
    "order-statistics": N_("median between order statistics"),
    "joint-simulation": N_("draws from the joint sampling distribution"),
}
UNITS_OF_ANALYSIS: Mapping[str, Message] = {
    "respondent": N_("respondent"),
    "account": N_("account"),
    "account_revenue": N_("account, weighted by its revenue"),
    "customer": N_("customer"),
    "order": N_("purchase"),
    "invitation": N_("invitation"),
}


def method_name(key: str, t: Translator) -> str:
    """Return an interval method in words; a method without words keeps its key."""
    return t(METHODS.get(key, key))
