"""The quantities of the chapter on what drives loyalty and repeat purchase."""

from analysis.calibration.quantity import Quantity

HOME = "relations"
SAME = "The same number stands in another place, where it is counted."
NIL = "nil-400"
SHARE = (0.0, 1.0)


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
            is_share=True,
            reference="draws",
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
    home = rf"{HOME}/mediation/(main|parallel|serial|orders)"
    return (
        Quantity(pattern=rf"{home}/(total|direct\w*)", name="mediation, {0}, {1}"),
        Quantity(pattern=rf"{home}/(indirect)\w*", name="mediation, {0}, {1}", kind="composite"),
        Quantity(pattern=rf"{home}/paths/.*/effect", name="mediation, {0}, paths", kind="composite"),
        Quantity(pattern=rf"{home}/proportion", name="mediation, {0}, proportion"),
        Quantity(pattern=rf"{home}/coefficients/.*", name="mediation, {0}, coefficients"),
        Quantity(
            pattern=rf"{HOME}/mediation/moderated/\d+/answer/conditional/.*",
            name="mediation, conditional",
            kind="composite",
        ),
        Quantity(
            pattern=rf"{HOME}/mediation/moderated/\d+/answer/(\w+)", name="mediation, moderated, {0}", kind="composite"
        ),
    )


def _moderation() -> tuple[Quantity, ...]:
    home = f"{HOME}/moderation"
    return (
        Quantity(pattern=rf"{home}/slope", name="moderation, slope", exempt=SAME),
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
        Quantity(
            pattern=rf"{home}/segments/spread", name="moderation, spread of slopes", kind="bounded", bounds=(0.0, 1e9)
        ),
    )


def _robustness() -> tuple[Quantity, ...]:
    home = f"{HOME}/robustness"
    without = "What would be found without some customers of this client: no quantity of a population."
    return (
        Quantity(pattern=rf"{home}/(\w+)_curve/specifications/.*/effect", name="specifications of {0}"),
        Quantity(pattern=rf"{home}/\w+/declared", name="specification declared", exempt=SAME),
        Quantity(pattern=rf"{home}/\w+_influence/effect", name="influence, effect", exempt=SAME),
        Quantity(pattern=rf"{home}/\w+_influence/(?!effect).*", name="influence", exempt=without),
        Quantity(pattern=rf"{home}/(?:confounding|placebo)/effect", name="robustness, effect", exempt=SAME),
        Quantity(pattern=rf"{home}/confounding/benchmarks/\w+/adjusted", name="confounding, adjusted by a benchmark"),
        Quantity(pattern=rf"{home}/e_value/risk_ratio", name="confounding, risk ratio"),
        Quantity(pattern=rf"{home}/placebo/placebo", name="robustness, placebo"),
        Quantity(pattern=rf"{home}/weights/.*", name="with and without weights"),
    )


def _others() -> tuple[Quantity, ...]:
    return (
        Quantity(pattern=rf"{HOME}/imputation/effects/.*/(complete|imputed)", name="missing answers, {0}"),
        Quantity(pattern=rf"{HOME}/panel/cross_lagged/fit", name="panel, fit", kind="test", null=NIL),
        Quantity(pattern=rf"{HOME}/panel/cross_lagged/(?:paths/)?(\w+)(?:/estimate)?", name="panel, cross-lagged, {0}"),
        Quantity(pattern=rf"{HOME}/panel/(\w+)/(\w+)", name="panel, {0}, {1}"),
        Quantity(
            pattern=rf"{HOME}/prediction/.*/vuong",
            name="prediction, Vuong's test",
            exempt="Its null, two different models equally far from the truth, holds in no client drawn.",
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
