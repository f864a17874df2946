"""The quantities of the relationship scale beyond its indicators, each with its class or why it is not judged."""

from analysis.calibration.quantity import Quantity
from analysis.calibration.relations import FAMILY, TENTHS

HOME = "relationship"
NIL = "nil-400"
ANY = r"[^/]+"
COPY = "It repeats an indicator, which is in the table."
LEAGUE = "The league's own numbers, which are in the table for the indicators that partners are compared on."
GIVEN = "Its weights come from the data and are taken as given: the interval is of the score under these weights."
MANAGERS = "It is the league of partners with other groups of customers; that is in the table."
PREDICTED = "What is counted is predicted by a model of language, whose accuracy is printed beside it."
COMPOSED = "It is made of estimates that are in the table, by the rule of the relationship score."


def relationship() -> tuple[Quantity, ...]:
    """Return what stands under `relationship`, and the effects of the actions."""
    return (
        *_score(), *_lifetime(), *_growth(), *_lifecycle(), *_conversion(), *_contacts(), *_complaints(), *_voices(),
        *_partners(), *_respondents(), *_appraisal(), *_steering(),
    )  # fmt: skip


def _score() -> tuple[Quantity, ...]:
    home = f"{HOME}/score"
    return (
        Quantity(pattern=rf"{home}/score/.*", name="relationship score, again", exempt=COPY),
        Quantity(pattern=rf"{home}/schemes/.*", name="score by another way of weighing", exempt=GIVEN),
        Quantity(pattern=rf"{home}/bootstrap", name="relationship score, resampled accounts"),
        Quantity(pattern=rf"{home}/segments/{ANY}/overall", name="relationship score of a segment"),
        Quantity(pattern=rf"{home}/segments/{ANY}/dimensions/(\w+)/score", name="dimension score of a segment, {0}"),
        Quantity(pattern=rf"{home}/partners/.*", name="score of a partner", exempt=COMPOSED),
    )


def _lifetime() -> tuple[Quantity, ...]:
    home = f"{HOME}/lifetime"
    return (
        # which of two forecasts is used is decided by the data, so what is estimated is the mean over such decisions
        Quantity(pattern=rf"{home}/total", name="lifetime value", scale="customers", reference="draws"),
        Quantity(
            pattern=rf"{home}/segments/{ANY}/value", name="lifetime value of a segment", scale="customers",
            reference="draws",
        ),
        Quantity(pattern=rf"{home}/(?:segments/{ANY}/)?at_risk", name="revenue at risk", scale="customers"),
        Quantity(pattern=rf"{home}/(?:segments/{ANY}/)?gone", name="customers gone", kind="bounded", bounds=(0.0, 1.0)),
        Quantity(pattern=rf"{home}/contracts/.*", name="value of contracts", scale="customers"),
        Quantity(pattern=rf"{home}/potentials/.*", name="spending potential", scale="customers"),
        Quantity(
            pattern=rf"{home}/forecast/(\w+)", name="forecast against the same as last year, {0}", reference="draws"
        ),
        Quantity(pattern=rf"{home}/(?:spend/)?(\w+)", name="lifetime value, {0}"),
    )  # fmt: skip


def _growth() -> tuple[Quantity, ...]:
    home = f"{HOME}/growth"
    return (
        Quantity(pattern=rf"{home}/growth", name="growth, again", exempt=COPY),
        Quantity(pattern=rf"{home}/price_volume/parts/(\w+)/.*", name="growth by {0}", scale="customers"),
        Quantity(pattern=rf"{home}/same_months/growth", name="growth over the same months"),
        Quantity(pattern=rf"{home}/trend/{ANY}/change", name="moving growth of twelve months"),
    )


def _lifecycle() -> tuple[Quantity, ...]:
    stages, kept = f"{HOME}/lifecycle", f"{HOME}/retention"
    return (
        Quantity(pattern=rf"{stages}/stages/.*", name="customers by stage", is_share=True),
        Quantity(pattern=rf"{stages}/transitions/.*", name="moves between stages", is_share=True),
        Quantity(pattern=rf"{stages}/stayed_active", name="active customers that stayed active", is_share=True),
        Quantity(pattern=rf"{stages}/prospects/rate", name="earlier prospects who ordered", is_share=True),
        Quantity(pattern=rf"{stages}/prospects/model/drivers/{ANY}/odds_ratio", name="prospects, odds ratio"),
        Quantity(
            pattern=rf"{stages}/prospects/model/calibration/.*",
            name="prospects, by tenth",
            exempt=TENTHS,
        ),
        Quantity(
            pattern=rf"{stages}/prospects/model/(\w+)",
            name="prospects, held-out {0}",
            kind="bounded",
            reference="draws",
        ),
        Quantity(
            pattern=rf"{stages}/prospects/.*",
            name="chance of a prospect",
            exempt="Each client has other prospects; their chances are those of share and model, in the table.",
        ),
        Quantity(pattern=rf"{kept}/logo", name="customers kept, again", exempt=COPY),
        Quantity(pattern=rf"{kept}/revenue/(\w+)", name="revenue kept, {0}"),
        # which quarters make a cohort depends on how many customers joined in them
        Quantity(
            pattern=rf"{kept}/cohorts/.*", name="customers of a cohort still buying", is_share=True, reference="draws"
        ),
        Quantity(pattern=rf"{kept}/curve/points/.*", name="customers kept so long", is_share=True),
        Quantity(pattern=rf"{kept}/churn/drivers/(\w+)/ratio", name="leaving, hazard ratio of {0}"),
        Quantity(
            pattern=rf"{kept}/churn/diagnostics/.*", name="leaving, proportional hazards", kind="composite", null=NIL
        ),
        Quantity(pattern=rf"{kept}/win_back/median_days", name="days until the silent come back", kind="discrete"),
        Quantity(pattern=rf"{kept}/win_back/(\w+)", name="customers who came back, {0}"),
    )


def _conversion() -> tuple[Quantity, ...]:
    home = f"{HOME}/conversion"
    return (
        Quantity(pattern=rf"{home}/win_rate", name="win rate, again", exempt=COPY),
        Quantity(pattern=rf"{home}/(win_rate_recorded|value_win_rate)", name="conversion, {0}", is_share=True),
        Quantity(pattern=rf"{home}/fates/{ANY}/(won|lost)", name="opportunities {0} so long after", is_share=True),
        Quantity(
            pattern=rf"{home}/(?:stages|segments)/{ANY}/win_rate", name="win rate by stage or segment", is_share=True
        ),
        Quantity(pattern=rf"{home}/cycle_days", name="days until a decision", kind="discrete"),
        Quantity(pattern=rf"{home}/model/drivers/{ANY}/odds_ratio", name="winning, odds ratio"),
        Quantity(pattern=rf"{home}/model/calibration/.*", name="winning, by tenth", exempt=TENTHS),
        Quantity(pattern=rf"{home}/model/(\w+)", name="winning, held-out {0}", kind="bounded", reference="draws"),
        Quantity(
            pattern=rf"{home}/pipeline/expected", name="expected value of open opportunities",
            exempt="The open opportunities are each client's own, and the interval is of their chances alone.",
        ),
        Quantity(
            pattern=rf"{home}/pipeline/.*", name="chance of an open opportunity",
            exempt="Each opportunity is another; the chances are those of the win rates and of the model.",
        ),
    )  # fmt: skip


def _contacts() -> tuple[Quantity, ...]:
    home = f"{HOME}/contacts"
    chosen = "Which openings are shown is chosen for their size; the shares they are made of are in the table."
    return (
        Quantity(pattern=rf"{home}/breadth/next_best/.*", name="openings", exempt=chosen),
        Quantity(pattern=rf"{home}/breadth/spreads/{ANY}/mean", name="breadth, mean"),
        Quantity(pattern=rf"{home}/breadth/spreads/{ANY}/several", name="breadth, more than one", is_share=True),
        Quantity(pattern=rf"{home}/breadth/categories/.*", name="customers of a category", is_share=True),
        Quantity(
            pattern=rf"{home}/(frequency/per_year|frequency/since_last|people/per_customer|tenure/mean_years)",
            name="contacts, {0}",
        ),
        Quantity(pattern=rf"{home}/frequency/channels/.*", name="contacts by channel", is_share=True),
        Quantity(
            pattern=rf"{home}/(?:response|threads)/median\w*", name="contacts, time to an answer", kind="discrete"
        ),
        Quantity(pattern=rf"{home}/levels/.*", name="contacts, share of a level", is_share=True),
        Quantity(pattern=rf"{home}/(.*)", name="contacts, {0}", is_share=True),
    )  # fmt: skip


def _complaints() -> tuple[Quantity, ...]:
    home = f"{HOME}/complaints"
    return (
        Quantity(pattern=rf"{home}/rate/rate", name="complaints a customer and year"),
        Quantity(pattern=rf"{home}/rate/by_(\w+)/.*", name="complaints a customer and year, by {0}"),
        Quantity(pattern=rf"{home}/rate/complainers", name="customers who complained", is_share=True),
        Quantity(pattern=rf"{home}/rate/change/.*", name="complaints a customer and year, change"),
        Quantity(
            pattern=rf"{home}/resolution/(median_days|first_response_days)", name="complaints, {0}", kind="discrete"
        ),
        Quantity(pattern=rf"{home}/resolution/rating", name="rating of the resolution"),
        Quantity(pattern=rf"{home}/resolution/.*", name="complaints settled or answered in time", is_share=True),
        Quantity(pattern=rf"{home}/recovery/groups/{ANY}/share", name="buying again after complaints", is_share=True),
        Quantity(pattern=rf"{home}/recovery/(\w+)", name="buying again, {0}"),
        Quantity(pattern=rf"{home}/satisfaction/(\w+)", name="satisfaction around a complaint, {0}"),
        Quantity(pattern=rf"{home}/voices/.*negative", name="negative feedback", exempt=PREDICTED),
        Quantity(pattern=rf"{home}/voices/.*", name="customers heard", is_share=True),
    )  # fmt: skip


def _voices() -> tuple[Quantity, ...]:
    home = f"{HOME}/voices"
    return (
        Quantity(pattern=rf"{home}/(?:.*/)?negative", name="negative tone", exempt=PREDICTED),
        Quantity(
            pattern=rf"{home}/tone/.*", name="accuracy of the tone",
            exempt="It is of one model on texts held back; the clients drawn say the same sentences again and again.",
        ),
        Quantity(pattern=rf"{home}/themes/{ANY}/prevalence", name="customers who raise a theme", is_share=True),
        Quantity(pattern=rf"{home}/themes/{ANY}/(segments|periods)/.*", name="theme by {0}", is_share=True),
        Quantity(pattern=rf"{home}/themes/{ANY}/(\w+)/effect", name="theme and {0}"),
        Quantity(pattern=rf"{home}/themes/{ANY}/segment_p", name="theme, segments alike", kind="test", null=NIL),
        Quantity(pattern=rf"{home}/themes/.*adjusted_p", name="themes, adjusted", exempt=FAMILY),
    )  # fmt: skip


def _partners() -> tuple[Quantity, ...]:
    home = f"{HOME}/partners"
    return (
        Quantity(
            pattern=rf"{home}/measures/(\w+)", name="partners alike, {0}", kind="composite", null=NIL
        ),  # one family
        Quantity(pattern=rf"{home}/cards/{ANY}/measures/\w+/(?:rank|fair)", name="partner's card", exempt=LEAGUE),
        Quantity(pattern=rf"{home}/cards/{ANY}/measures/(\w+)/(\w+)", name="partner, {0}, {1}"),
        Quantity(pattern=rf"{home}/standings/.*", name="partner's standing", exempt=COMPOSED),
    )


def _respondents() -> tuple[Quantity, ...]:
    home = f"{HOME}/respondents"
    return (
        Quantity(pattern=rf"{home}/coverage", name="customers who answered", is_share=True),
        Quantity(pattern=rf"{home}/rates/.*", name="response rate by group", is_share=True),
        Quantity(pattern=rf"{home}/differences/{ANY}/difference", name="who answered, standardised difference"),
        Quantity(
            pattern=rf"{home}/test", name="who answered, as drawn by lot",
            exempt="Its null, that the answers are a lot's, holds in no client drawn: they depend on satisfaction.",
        ),
        Quantity(pattern=rf"{home}/(?:indicators|models)/{ANY}/(?:answered|reported)", name="as reported", exempt=COPY),
        Quantity(pattern=rf"{home}/indicators/(\w+)/(\w+)", name="raked {0}, {1}"),
        Quantity(pattern=rf"{home}/models/(\w+)/(\w+)", name="raked model of {0}, {1}"),
        Quantity(pattern=rf"{home}/afterwards/(share_\w+)", name="buying after the survey, {0}", is_share=True),
        Quantity(pattern=rf"{home}/afterwards/(\w+)", name="buying after the survey, {0}"),
        Quantity(
            pattern=rf"{home}/bounds/.*", name="bounds of an indicator",
            exempt="Bounds are no interval of a number: they hold whatever those who did not answer would have said.",
        ),
    )  # fmt: skip


def _appraisal() -> tuple[Quantity, ...]:
    home = f"{HOME}/appraisal"
    return (
        Quantity(pattern=rf"{home}/targets/.*", name="held against a target", exempt=COPY),
        Quantity(pattern=rf"{home}/managers/{ANY}/indicators/(\w+)/(\w+)", name="account manager, {0}, {1}"),
        Quantity(pattern=rf"{home}/leagues/(\w+)/rows/{ANY}/raw", name="account manager, {0}, alone"),
        Quantity(pattern=rf"{home}/.*", name="league of account managers", exempt=MANAGERS),
    )


def _steering() -> tuple[Quantity, ...]:
    return (
        Quantity(
            pattern=r"actions/\w+/effect/.*", name="expected effect of an action",
            exempt="It repeats, for all customers or some, what is in the table: uplift, win-back, openings, recovery.",
        ),
        Quantity(
            pattern=r"actions/\w+/evidence/.*", name="evidence of an action",
            exempt="It quotes an indicator, in the table.",
        ),
    )  # fmt: skip
