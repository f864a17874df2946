"""The quantities an audit prints, by their paths in audit.json: what each is called, and which class it belongs to."""

import re
from collections.abc import Iterable
from functools import cache

from analysis.calibration.follow_up import follow_up
from analysis.calibration.quantity import Quantity, plain_path
from analysis.calibration.relations import FAMILY, SAME, TENTHS, relations
from analysis.calibration.relationship import COPY, LEAGUE, relationship
from analysis.calibration.studies import studies

REPEATED = frozenset({SAME, COPY, LEAGUE, FAMILY})
"""Reasons of numbers that are printed a second time, and judged where they stand first."""

PROPORTIONS = (
    "satisfaction_top2|repeat_purchase_rate|retention_rate|contact_coverage|contact_coverage_key_accounts|"
    "response_rate|contact_level_share|contact_level_top2_share|single_thread_share"
)
"""Indicators that are shares of customers or answers."""


def _indicators() -> tuple[Quantity, ...]:
    home = "indicators/results"
    return (
        Quantity(
            pattern=rf"{home}/revenue/(?:overall|by_period/FY.*)",
            name="revenue",
            scale="customers",
        ),
        Quantity(pattern=rf"{home}/revenue/by_period/.*", name="revenue, by period", scale="customers"),
        Quantity(pattern=rf"{home}/revenue/by_(segment|partner)/.*", name="revenue, by {0}", scale="customers"),
        Quantity(pattern=rf"{home}/revenue/change/difference", name="revenue, change", scale="customers"),
        Quantity(pattern=rf"{home}/({PROPORTIONS})/overall", name="{0}", is_share=True),
        Quantity(pattern=rf"{home}/({PROPORTIONS})/by_(\w+)/.*", name="{0}, by {1}", is_share=True),
        Quantity(pattern=rf"{home}/(\w+)/overall", name="{0}"),
        Quantity(pattern=rf"{home}/(\w+)/by_(\w+)/.*", name="{0}, by {1}"),
        Quantity(pattern=rf"{home}/(\w+)/change/difference", name="{0}, change"),
        Quantity(
            pattern=rf"{home}/(\w+)/change/smallest_detectable",
            name="{0}, smallest detectable change",
            exempt="Neither an interval nor a test; its power is told below the table.",
        ),
    )


def _beside_indicators() -> tuple[Quantity, ...]:
    return (
        Quantity(pattern=r"indicators/items/(\w+)/(mean|index)", name="item {1}, {0}"),
        Quantity(pattern=r"indicators/items/(\w+)/top2", name="item top-2 share, {0}", is_share=True),
        Quantity(pattern=r"indicators/items/(\w+)/by_period/.*", name="item mean by wave, {0}"),
        Quantity(pattern=r"indicators/touchpoints/([^/]*)/score", name="touchpoint score"),
        Quantity(pattern=r"indicators/touchpoints/([^/]*)/by_period/.*", name="touchpoint score by wave"),
        Quantity(pattern=r"indicators/products/([^/]*)/score", name="satisfaction by product"),
        Quantity(pattern=r"indicators/products/([^/]*)/by_period/.*", name="satisfaction by product and wave"),
        Quantity(pattern=r"indicators/items/(\w+)/change/difference", name="item, change"),
        Quantity(pattern=r"indicators/touchpoints/([^/]*)/change/difference", name="touchpoint score, change"),
        Quantity(pattern=r"indicators/products/([^/]*)/change/difference", name="satisfaction by product, change"),
        Quantity(
            pattern=r"changes/answers/.*",
            name="changes of questions, adjusted",
            exempt="The same changes as those of the items, touchpoints and products, which are in the table.",
        ),
        Quantity(pattern=r"indicators/(?:fiscal_)?growth/growth", name="revenue growth, bridge"),
        Quantity(
            pattern=r"indicators/retention_curve/points/0",
            name="retention curve, beginning",
            exempt="All relationships are there on the first day, by definition.",
        ),
        Quantity(pattern=r"indicators/retention_curve/points/.*", name="retention curve", is_share=True),
        Quantity(
            pattern=r"indicators/retention_curve/cohorts/\d+/0",
            name="retention curve of a cohort, beginning",
            exempt="All relationships are there on the first day, by definition.",
        ),
        Quantity(pattern=r"indicators/retention_curve/cohorts/.*", name="retention curve, by cohort", is_share=True),
        Quantity(pattern=r"indicators/partners/\w+", name="partners alike", kind="test", null="nil-400", is_joint=True),
        Quantity(
            pattern=r"indicators/partners/(\w+)/rows/\w+/shrunken",
            name="partner, shrunken, {0}",
            kind="shrunken",
            reference="partner",
        ),
        Quantity(
            pattern=r"indicators/partners/(\w+)/rows/\w+/rank",
            name="partner, rank, {0}",
            kind="discrete",
            reference="rank",
        ),
        Quantity(pattern=r"indicators/partners/\w+/rows/\w+/raw", name="partner, raw", exempt=SAME),
        Quantity(pattern=r"indicators/feedback/resolved_within_30", name="feedback resolved in 30 days", is_share=True),
        # whole days: a single one is the middle of the draws, not the mean of large clients
        Quantity(
            pattern=r"indicators/feedback/median_days",
            name="feedback, median days",
            kind="discrete",
            reference="draws",
        ),
        Quantity(pattern=r"indicators/feedback/resolution_rating", name="feedback, rating of the resolution"),
        Quantity(pattern=r"indicators/opportunities/win_rate", name="win rate", is_share=True),
        Quantity(
            pattern=r"changes(?:/items)?/\w+(?:/change/difference|/adjusted_p)?",
            name="changes, adjusted",
            exempt="The same changes as above; how many of them that are nil are reported is told below the table.",
        ),
        Quantity(pattern=r"score/overall", name="relationship score"),
        Quantity(pattern=r"score/dimensions/(\w+)/score", name="dimension score, {0}"),
        Quantity(pattern=r"score/dimensions/\w+/components/(\w+)/score", name="component score, {0}"),
    )


def _loyalty() -> tuple[Quantity, ...]:
    home = "loyalty_model"
    return (
        Quantity(pattern=rf"{home}/slope", name="loyalty on satisfaction, slope"),
        Quantity(pattern=rf"{home}/slope_unadjusted", name="loyalty on satisfaction, slope without controls"),
        Quantity(pattern=rf"{home}/correlation", name="loyalty and satisfaction, correlation", kind="bounded"),
        Quantity(pattern=rf"{home}/coefficients/.*", name="loyalty on satisfaction, coefficients"),
        Quantity(pattern=rf"{home}/ordered/coefficients/.*", name="ordered logit of loyalty, coefficients"),
        Quantity(pattern=rf"{home}/ordered/cut_points/.*", name="ordered logit of loyalty, cut points"),
        Quantity(pattern=rf"{home}/ordered/(top|bottom)_effect", name="ordered logit of loyalty, {0} effect"),
        Quantity(pattern=rf"{home}/diagnostics/breusch_pagan", name="even scatter", kind="test", null="specification"),
        Quantity(pattern=rf"{home}/diagnostics/reset", name="straight line", kind="test", null="specification"),
        Quantity(pattern=rf"{home}/diagnostics/brant", name="parallel lines", kind="test", null="specification"),
        Quantity(pattern=rf"{home}/curve/points/.*", name="loyalty on satisfaction, curve"),
    )


def _repurchase() -> tuple[Quantity, ...]:
    home = "repurchase_model"
    name = "repeat purchase"
    return (
        Quantity(pattern=rf"{home}/repeat_rate", name=f"{name}, rate of those who answered", is_share=True),
        Quantity(pattern=rf"{home}/satisfaction_effect", name=f"{name}, effect of satisfaction"),
        Quantity(pattern=rf"{home}/satisfaction_direct_effect", name=f"{name}, effect of satisfaction beside loyalty"),
        Quantity(pattern=rf"{home}/loyalty_effect", name=f"{name}, effect of loyalty beside satisfaction"),
        Quantity(pattern=rf"{home}/fits/(\w+)/coefficients/.*", name=f"{name}, coefficients, {{0}}"),
        Quantity(pattern=rf"{home}/fits/(\w+)/effects/.*", name=f"{name}, effects, {{0}}"),
        Quantity(
            pattern=rf"{home}/validation/(baseline|full)/(auc|brier)",
            name=f"{name}, held-out {{1}}, {{0}}",
            kind="bounded",
            reference="draws",
        ),
        Quantity(
            pattern=rf"{home}/validation/(auc|brier)_gain",
            name=f"{name}, held-out gain in {{0}}",
            reference="draws",
            claim=True,
            null="nil-400 partial-400",
        ),
        Quantity(
            pattern=rf"{home}/validation/(baseline|full)/deciles/.*",
            name=f"{name}, calibration by tenth, {{0}}",
            exempt=TENTHS,
        ),
        Quantity(pattern=rf"{home}/placebo", name=f"{name}, placebo"),
        Quantity(
            pattern=rf"{home}/diagnostics/linearity",
            name=f"{name}, straight line in the log odds",
            kind="test",
            null="specification",
        ),
        Quantity(pattern=rf"{home}/curve/points/.*", name=f"{name}, curve"),
    )


@cache
def registry() -> tuple[Quantity, ...]:
    """Return all quantities; the first whose pattern matches a path is the path's."""
    return (
        *follow_up(),
        *_indicators(),
        *_beside_indicators(),
        *_loyalty(),
        *_repurchase(),
        *studies(),
        *relations(),
        *relationship(),
    )


@cache
def quantity_of(path: str) -> Quantity | None:
    """Return the quantity that a path belongs to, or None where nothing is registered for it."""
    return next((each for each in registry() if re.fullmatch(each.pattern, plain_path(path))), None)


def unregistered(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that no quantity speaks for."""
    return tuple(path for path in paths if quantity_of(path) is None)


JUDGED_AS = ("test", "claimed")
"""What stands behind a quantity's name in the row of its test, or of the claim that it is not nil."""


def names_of(paths: Iterable[str]) -> set[str]:
    """Return the names under which paths are judged; what is exempt has none."""
    found = ((quantity_of(path), path) for path in paths)
    return {quantity.label(path) for quantity, path in found if quantity is not None and not quantity.exempt}


def exemptions() -> list[tuple[str, str]]:
    """Return name and reason of everything that is printed and not judged by itself."""
    return sorted({(each.name, each.exempt) for each in registry() if each.exempt})
