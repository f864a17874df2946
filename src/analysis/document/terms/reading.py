"""Terms that a reader of any number needs, and those of the score."""

from analysis.document.terms.term import Term
from analysis.messages import N_

READING: tuple[Term, ...] = (
    Term(
        name=N_("95% interval"),
        meaning=N_("The range that holds the true value in 95 of 100 such audits; wide means uncertain."),
        formula=N_(
            "most: estimate ± t(0.975; accounts − 1) · standard error; by resampling: its 2.5% and 97.5% percentiles"
        ),
        source="definitions.md, Intervals",
        in_print=True,
    ),
    Term(
        name=N_("n"),
        meaning=N_("How many respondents, accounts or customers a number rests on."),
        source="definitions.md, Reading an estimate",
        in_print=True,
    ),
    Term(
        name=N_("p-value"),
        meaning=N_("How often chance alone would show a difference at least this large, if there were none."),
        source="definitions.md, Reading an estimate",
        in_print=True,
    ),
    Term(
        name=N_("Benjamini-Hochberg, adjusted p"),
        meaning=N_(
            "What a p-value becomes when many changes are tested at once, so that of those called changes at "
            "most 5% are chance on average."
        ),
        formula=N_("p(i) · m / i, made monotone from the largest down"),
        source="Benjamini & Hochberg (1995), JRSS B 57",
    ),
    Term(
        name=N_("Percentage point"),
        meaning=N_("Difference of two percentages; from 40% to 44% are 4 percentage points."),
        formula=N_("100 (later share − earlier share)"),
        source="definitions.md, Reading an estimate",
        in_print=True,
    ),
    Term(
        name=N_("Net Promoter Score (NPS)"),
        meaning=N_("Share answering 9 or 10 of 10 to recommending, less the share answering 0 to 6."),
        formula=N_("100 (promoters − detractors) / n"),
        source="Reichheld (2003), Harvard Business Review 81(12)",
        in_print=True,
    ),
    Term(
        name=N_("Top two answers"),
        meaning=N_("Share of answers in the two best categories of a question."),
        formula=N_("answers in the two best categories / answers"),
        source="definitions.md, Satisfaction",
        in_print=True,
    ),
    Term(
        name=N_("Index"),
        meaning=N_("Answers put on 0 (worst) to 100 (best), whatever the question's own scale."),
        formula=N_("100 (answer − worst) / (best − worst)"),
        source="definitions.md, Satisfaction",
        in_print=True,
    ),
    Term(
        name=N_("RFM"),
        meaning=N_("Customers by how recently, how often and for how much they bought."),
        formula=N_("recency, frequency and monetary value, each in classes"),
        source="definitions.md, Value",
        in_print=True,
    ),
    Term(
        name=N_("Constant currency"),
        meaning=N_("All amounts at one exchange rate, so that rates do not look like growth."),
        formula=N_("amount · latest rate"),
        source="definitions.md, Value",
        in_print=True,
    ),
    Term(
        name=N_("Confounder"),
        meaning=N_("Something that drives both what is compared, and so feigns or hides a relation."),
        source="definitions.md, Robustness",
        in_print=True,
    ),
    Term(
        name=N_("Relationship score"),
        meaning=N_("Weighted mean of the dimensions, 0 to 100; none where a dimension with a weight is missing."),
        formula=N_(
            "Σ w_d s_d / Σ w_d, s_d = mean over the dimension's components of 100 (value − zero) / (full − "
            "zero), cut at 0 and 100"
        ),
        source="definitions.md, Relationship score",
    ),
    Term(
        name=N_("Level A to E"),
        meaning=N_("A score or dimension as a letter, by cuts that the client sets."),
        formula=N_("A where the score is at least the cut of A, else B, C, D; below the cut of D it is E"),
        source="params: scale.levels",
    ),
    Term(
        name=N_("Score 0 at, score 100 at"),
        meaning=N_("The two values of an indicator between which it is put on 0 to 100."),
        formula=N_("(value − zero) / (full − zero) × 100"),
        source="definitions.md, Relationship score",
    ),
    Term(
        name=N_("Pairwise comparison, consistency ratio"),
        meaning=N_(
            "Weights from judgements of which of two dimensions matters more; above 0.10 the judgements "
            "contradict each other noticeably, above 0.20 they are refused."
        ),
        formula=N_("((λ − n) / (n − 1)) / RI(n), λ the largest eigenvalue of the matrix of comparisons"),
        source="Saaty (1980), The Analytic Hierarchy Process",
    ),
    Term(
        name=N_("Entropy weights"),
        meaning=N_("A dimension weighs more the more customers differ on it."),
        formula="d / Σ d, d = 1 + Σ p log p / log n",
        source="Shannon (1948); Zeleny (1982), Multiple Criteria Decision Making",
    ),
)
