"""Terms of what customers are worth, whether they stay, and how revenue grows."""

from analysis.document.terms.term import Term
from analysis.messages import N_

CUSTOMERS: tuple[Term, ...] = (
    Term(
        name=N_("Customer lifetime value"),
        meaning=N_(
            "What a customer is expected to bring within the horizon, discounted; revenue where no margin is known."
        ),
        formula=N_("P(alive) · ∫ from 0 to H of rate(u) (1 + d)^−u du · expected amount · share not returned · margin"),
        source="Fader, Hardie & Lee (2005), Marketing Science 24; Fader & Hardie (2013)",
    ),
    Term(
        name=N_("P(alive)"),
        meaning=N_("Chance that a customer still is one, given when and how often it bought."),
        formula=N_("first term of the likelihood of BG/NBD or Pareto/NBD over the whole likelihood"),
        source="Schmittlein, Morrison & Colombo (1987), Management Science 33; Fader, Hardie & Lee (2005)",
    ),
    Term(
        name=N_("BG/NBD, Pareto/NBD"),
        meaning=N_(
            "Models of how often customers buy and when they leave without saying so; the one that fits better is used."
        ),
        formula=N_(
            "purchases Poisson with gamma rates; leaving after a purchase with beta chances (BG/NBD), or after "
            "an exponential time (Pareto/NBD)"
        ),
        source="Fader, Hardie & Lee (2005); Schmittlein, Morrison & Colombo (1987)",
    ),
    Term(
        name=N_("Gamma-Gamma"),
        meaning=N_(
            "Model of the amount of a purchase: a customer's mean drawn towards that of all by as much as its "
            "few purchases deserve."
        ),
        formula="p (γ + x z) / (p x + q − 1)",
        source="Fader & Hardie (2013)",
    ),
    Term(
        name=N_("Revenue at risk"),
        meaning=N_("Revenue of the last twelve months times the chance that the customer has left, summed."),
        formula=N_("Σ revenue (1 − P(alive))"),
        source="definitions.md, Customer lifetime value",
    ),
    Term(
        name=N_("Spending potential"),
        meaning=N_(
            "What customers could buy more: by the share of wallet they state, else by the distance to the "
            "upper quartile of their peers."
        ),
        formula=N_("revenue (1 / share of wallet − 1); else upper quartile of peers − own revenue, where positive"),
        source="definitions.md, Potential",
    ),
    Term(
        name=N_("Gini coefficient"),
        meaning=N_("How unequally revenue is spread over customers: 0 all alike, 1 one customer has all."),
        formula=N_("1 − Σ (R_i + R_(i−1)) / (n R_n), R the cumulated revenue"),
        source="Cowell (2011), Measuring Inequality",
    ),
    Term(
        name=N_("Customers kept (retention rate)"),
        meaning=N_(
            "Share of relationships that survived the year, by recorded ends or by whether customers bought again."
        ),
        formula=N_("Kaplan-Meier, or customers who bought in both windows / customers who bought in the first"),
        source="Kalbfleisch & Prentice (2002); Gupta & Lehmann (2005)",
    ),
    Term(
        name=N_("Gross retention of revenue"),
        meaning=N_("Revenue kept from the customers of the year before, without what they bought more."),
        formula=N_("Σ min(x, y) / Σ x, x and y revenue of the earlier and the later twelve months"),
        source="Gupta & Lehmann (2005), Managing Customers as Investments",
    ),
    Term(
        name=N_("Net retention of revenue"),
        meaning=N_("Revenue of the customers of the year before, with what they bought more; it may exceed 100%."),
        formula=N_("Σ y / Σ x over the same customers"),
        source="Gupta & Lehmann (2005), Managing Customers as Investments",
    ),
    Term(
        name=N_("Kaplan-Meier"),
        meaning=N_("Share still there (or still open) after a time, from cases of which some are not over yet."),
        formula=N_("Π (1 − ended / at risk) over the times at which cases end"),
        source="Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data",
    ),
    Term(
        name=N_("Hazard ratio (Cox)"),
        meaning=N_("How many times as likely customers are to leave at any time, for one step of a predictor."),
        formula=N_("exp(β), hazard(t) = h0(t) exp(β x)"),
        source="Cox (1972), JRSS B 34; Therneau & Grambsch (2000)",
    ),
    Term(
        name=N_("Prices, quantity, mix"),
        meaning=N_(
            "Parts of growth: what dearer products, more pieces and dearer products bought instead of cheaper "
            "ones brought; they add up to the change."
        ),
        formula=N_("prices Σ (q0 + q1)/2 (p1 − p0); quantity P (Q1 − Q0); mix Σ (p0 + p1)/2 (q1 − q0) − P (Q1 − Q0)"),
        source="Bennet (1920), JRSS 83; Diewert (2005)",
    ),
    Term(
        name=N_("Win rate"),
        meaning=N_("Won of the opportunities closed in the last twelve months; open ones are not in it."),
        formula=N_("won / closed"),
        source="definitions.md, Conversion",
    ),
    Term(
        name=N_("Coverage (met as planned)"),
        meaning=N_("Share of customers whose last contact is not older than their planned interval."),
        formula=N_("customers with days since last contact ≤ planned days / active customers"),
        source="definitions.md, Interaction",
    ),
)
