"""The quantities of the chapter on what drives loyalty and repeat purchase."""

from analysis.calibration.quantity import Quantity

HOME = "relations"
SAME = "The same number stands in another place, where it is counted."
NIL = "nil-400"
TENTHS = (
    "Which customers make a tenth is each client's own, so no share is true of all; tenths of customers whose chances "
    "are known are drawn, and in the table."
)
SHARE = (0.0, 1.0)
FAMILY = "The p-value of the same test, in the table, adjusted by Benjamini and Hochberg's rule for its family."


def relations() -> tuple[Quantity, ...]:
    """Return the quantities of all analyses."""
    return (
        *_drivers(),
        *_shape(),
        *_behaviour(),
        *_mediation(),
        *_moderation(),
        *_robustness(),
        *_others(),
    )


def _drivers() -> tuple[Quantity, ...]:
    home = f"{HOME}/drivers"
    return (
        Quantity(
            pattern=rf"{home}/satisfaction",
            name="drivers of satisfaction, any",
            exempt="A test of no relation at all between satisfaction and its parts: no client drawn is so.",
        ),
        Quantity(pattern=rf"{home}/(\w+)", name="drivers of {0}, any", kind="test", null=NIL, is_silent=True),
        Quantity(pattern=rf"{home}/(\w+)/r_squared", name="drivers of {0}, explained", kind="bounded", bounds=SHARE),
        Quantity(pattern=rf"{home}/(\w+)/shares/\w+/share", name="drivers of {0}, share", kind="bounded", bounds=SHARE),
        Quantity(
            pattern=rf"{home}/(\w+)/shares/\w+/rank",
            name="drivers of {0}, all ranks",
            kind="discrete",
            reference="rank",
            is_joint=True,
        ),
        Quantity(pattern=rf"{home}/(\w+)_effects/effects/\w+/effect", name="drivers of {0}, effect"),
        Quantity(pattern=rf"{home}/(\w+)_effects/coefficients/.*", name="drivers of {0}, coefficients"),
        Quantity(pattern=rf"{home}/map/positions/\w+/importance", name="map, importance", exempt=SAME),
        Quantity(pattern=rf"{home}/map/positions/\w+/performance", name="map, performance"),
        Quantity(pattern=rf"{home}/map/positions/(\w+)/region/\d+", name="map, region of {0}", is_joint=True),
    )


def _shape() -> tuple[Quantity, ...]:
    home = f"{HOME}/shape"
    return (
        Quantity(pattern=rf"{home}/curve/points/.*", name="shape of loyalty, curve"),
        Quantity(pattern=rf"{home}/buying_curve/points/.*", name="shape of buying, curve"),
        Quantity(pattern=rf"{home}/zones", name="shape of loyalty, zones alike", kind="test", null=NIL),
        Quantity(pattern=rf"{home}/buying", name="shape of buying, zones alike", kind="test", null=NIL),
        Quantity(pattern=rf"{home}/zones/zones/.*/slope", name="shape of loyalty, slopes of all zones", is_joint=True),
        Quantity(pattern=rf"{home}/buying/zones/.*/slope", name="shape of buying, slopes of all zones", is_joint=True),
        Quantity(pattern=rf"{home}/asymmetry/(\w+)", name="shape of loyalty, asymmetry, {0}"),
        Quantity(pattern=rf"{home}/items/\w+", name="shape of an item, bend", kind="test", null=NIL),
        Quantity(pattern=rf"{home}/items/\w+/(top|bottom)_effect", name="shape of an item, {0} effect"),
    )


def _behaviour() -> tuple[Quantity, ...]:
    home = f"{HOME}/behaviour"
    return (
        Quantity(pattern=rf"{home}/(count|duration)/((?!fits)\w+)", name="{0} of purchases, {1}"),
        Quantity(pattern=rf"{home}/(count|duration)/fits/(\w+)/coefficients/.*", name="{0} of purchases, coefficients"),
        Quantity(
            pattern=rf"{home}/(count|duration)/validation/\w+/(auc|brier)",
            name="{0} of purchases, held-out {1}",
            kind="bounded",
            reference="draws",
        ),
        Quantity(
            pattern=rf"{home}/(count|duration)/validation/\w+/deciles/.*",
            name="{0} of purchases, calibration by tenth",
            exempt=TENTHS,
        ),
        Quantity(
            pattern=rf"{home}/(count|duration)/validation/(\w+)",
            name="{0} of purchases, held-out {1}",
            reference="draws",
            claim=True,
            null=NIL,
        ),
        Quantity(
            pattern=rf"{home}/duration/diagnostics/proportional_hazards",
            name="duration of purchases, proportional hazards",
            kind="test",
            null=NIL,
        ),
        Quantity(
            pattern=rf"{home}/intention/(\w+_correlation)",
            name="intention and buying, {0}",
            kind="bounded",
            bounds=(-1.0, 1.0),
        ),
        Quantity(
            pattern=rf"{home}/intention/table/(?:shares/\d+|bought_if_\w+)",
            name="intention and buying, shares",
            is_share=True,
        ),
        Quantity(pattern=rf"{home}/intention/coefficients_(\w+)/.*", name="intention and buying, coefficients, {0}"),
        Quantity(pattern=rf"{home}/intention/(?:table/)?(\w+)", name="intention and buying, {0}"),
        Quantity(pattern=rf"{home}/comparison/models/.*", name="models of buying compared", exempt=SAME),
    )


def _mediation() -> tuple[Quantity, ...]:
    of_one = (
        each
        for home in (rf"{HOME}/mediation/(main|parallel|serial|orders)", rf"{HOME}/mediation/(drivers)/\w+/answer")
        for each in _mediation_model(home)
    )
    return (
        *of_one,
        Quantity(
            pattern=rf"{HOME}/mediation/moderated/\d+/answer/conditional/.*",
            name="mediation, conditional",
            kind="composite",
        ),
        Quantity(
            pattern=rf"{HOME}/mediation/moderated/\d+/answer/(\w+)", name="mediation, moderated, {0}", kind="composite"
        ),
    )


def _mediation_model(home: str) -> tuple[Quantity, ...]:
    return (
        Quantity(pattern=rf"{home}/(total|direct\w*)", name="mediation, {0}, {1}"),
        Quantity(pattern=rf"{home}/(indirect)\w*", name="mediation, {0}, {1}", kind="composite"),
        Quantity(pattern=rf"{home}/paths/.*/effect", name="mediation, {0}, paths", kind="composite"),
        Quantity(pattern=rf"{home}/proportion", name="mediation, {0}, proportion"),
        Quantity(pattern=rf"{home}/coefficients/.*", name="mediation, {0}, coefficients"),
        Quantity(pattern=rf"{home}/sensitivity/rho", name="mediation, {0}, correlation of errors", kind="composite"),
    )


def _moderation() -> tuple[Quantity, ...]:
    home = f"{HOME}/moderation"
    return (
        Quantity(pattern=rf"{home}/slope", name="moderation, slope", exempt=SAME),
        Quantity(pattern=rf"{home}/interactions/[^/]*/adjusted_p", name="moderation, adjusted", exempt=FAMILY),
        Quantity(
            pattern=rf"{home}/interactions/[^/]*/region",
            name="moderation, slope anywhere along a number",
            kind="composite",
            null=NIL,
        ),
        Quantity(pattern=rf"{home}/interactions/[^/]*", name="moderation, interaction", kind="test", null=NIL),
        Quantity(
            pattern=rf"{home}/interactions/(\w+):[^/]*/contrasts/.*/(?:first|second)_effect",
            name="moderation of {0}, effect in a group",
        ),
        Quantity(
            pattern=rf"{home}/interactions/(\w+):[^/]*/contrasts/.*/difference", name="moderation of {0}, difference"
        ),
        Quantity(pattern=rf"{home}/segments/segments/.*/own", name="moderation, slope of a segment"),
        Quantity(
            pattern=rf"{home}/segments/segments/.*/pooled",
            name="moderation, pooled slope of a segment",
            kind="shrunken",
            reference="own",
        ),
    )


def _robustness() -> tuple[Quantity, ...]:
    home = f"{HOME}/robustness"
    without = "What would be found without some customers of this client: no quantity of a population."
    return (
        Quantity(pattern=rf"{home}/(\w+)_curve/specifications/.*/effect", name="specifications of {0}"),
        Quantity(
            pattern=rf"{home}/(\w+)_curve/joint/median_p", name="whole curve of {0}, median", kind="test", null=NIL
        ),
        # counts of specifications move in steps, so few of them reject less often than 5%
        Quantity(
            pattern=rf"{home}/(\w+)_curve/joint/share_p", name="whole curve of {0}, share", kind="composite", null=NIL
        ),
        Quantity(pattern=rf"{home}/\w+/declared", name="specification declared", exempt=SAME),
        Quantity(pattern=rf"{home}/\w+_influence/effect", name="influence, effect", exempt=SAME),
        Quantity(pattern=rf"{home}/\w+_influence/(?!effect).*", name="influence", exempt=without),
        Quantity(pattern=rf"{home}/(?:confounding|placebo)/effect", name="robustness, effect", exempt=SAME),
        Quantity(pattern=rf"{home}/e_value/risk_ratio", name="confounding, risk ratio"),
        Quantity(pattern=rf"{home}/placebo/placebo", name="robustness, placebo"),
        Quantity(pattern=rf"{home}/(\w+)_weights/(\w+)", name="{0} with and without weights, {1}"),
    )


def _others() -> tuple[Quantity, ...]:
    return (
        Quantity(pattern=rf"{HOME}/imputation/effects/.*/(complete|imputed)", name="missing answers, {0}"),
        Quantity(pattern=rf"{HOME}/panel/cross_lagged/fit", name="panel, fit", kind="test", null=NIL),
        Quantity(pattern=rf"{HOME}/panel/cross_lagged/(?:paths/)?(\w+)(?:/estimate)?", name="panel, cross-lagged, {0}"),
        Quantity(pattern=rf"{HOME}/panel/(\w+)/(\w+)", name="panel, {0}, {1}"),
        Quantity(
            pattern=rf"{HOME}/prediction/.*/vuong/p_\w+",
            name="prediction, a step of Vuong's test",
            exempt="Its two steps make one test, which is in the table.",
        ),
        Quantity(
            pattern=rf"{HOME}/prediction/.*/vuong",
            name="prediction, Vuong's test",
            kind="composite",
            null="specification",
        ),
        Quantity(
            pattern=rf"{HOME}/prediction/(\w+)/.*", name="prediction, {0}", reference="draws", claim=True, null=NIL
        ),
        Quantity(pattern=rf"{HOME}/uplift/drivers/\w+/money", name="uplift, money", scale="customers"),
        Quantity(pattern=rf"{HOME}/uplift/drivers/\w+/(\w+)", name="uplift, {0}"),
        # which forecast values customers is decided by the data, so the truth is the mean over such decisions
        Quantity(
            pattern=rf"{HOME}/lifetime_uplift/drivers/\w+/money",
            name="uplift of lifetime value, money",
            scale="customers",
            reference="draws",
        ),
        Quantity(
            pattern=rf"{HOME}/lifetime_uplift/drivers/\w+/share",
            name="uplift of lifetime value, share",
            reference="draws",
        ),
    )
