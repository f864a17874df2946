"""The dimensions, and the anchors between which an indicator becomes a component of one of them."""

from collections.abc import Mapping

from analysis.messages import N_, Message
from analysis.params.base import localized
from analysis.params.model import ClientParams
from analysis.params.scale import DIMENSIONS, custom_dimensions
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome
from analysis.scale.shapes import Anchor

DAYS_PER_YEAR = 365.25
GROWTH_AT_0, GROWTH_AT_100 = -0.2, 0.2
"""Growth of revenue a year that is worth 0 points, and 100."""


def dimension_names() -> dict[str, Message]:
    """Return the dimensions' names, in their fixed order."""
    return {
        "satisfaction": N_("Satisfaction"),
        "loyalty": N_("Loyalty"),
        "value": N_("Customer value"),
        "interaction": N_("Interaction"),
        "depth_breadth": N_("Depth and breadth"),
    }


def dimension_label(dimension: str, params: ClientParams) -> Message:
    """Return the name of a dimension, one of the five or the client's own."""
    own = dimension_names().get(dimension)
    if own is not None:
        return own
    listed = params.scale.custom.get(dimension)
    name = localized(listed.name, params.language) if listed is not None else ""
    return N_("{dimension:text}", dimension=name or dimension)


def indicator_of(dimension: str) -> str:
    """Return the key of the indicator that a custom dimension is made of."""
    return f"custom.{dimension}"


def direct_weights(params: ClientParams) -> dict[str, float]:
    """Return the weights that the parameters give, as shares, by dimension; a custom one not listed weighs 1."""
    names = (*DIMENSIONS, *custom_dimensions(params.survey))
    given = {name: params.scale.given.get(name, 1.0) for name in names}
    total = sum(given.values())
    return {name: weight / total for name, weight in given.items()}


def anchors_of(params: ClientParams, indicators: Mapping[str, IndicatorResult]) -> dict[str, tuple[Anchor, ...]]:
    """Return the components of each dimension with their anchors, those of the client's own dimensions last.

    Shares run from none to all. The remaining anchors are: growth of revenue from -20% to +20% a year, so that 50 is
    standing still; contacts a year from none to as many as the planned interval asks for; categories bought from one to
    all that the client sells.
    """
    breadth = indicators.get("categories_bought")
    return anchors_with(params, breadth.bounds[1] if breadth is not None and breadth.bounds is not None else 1.0)


def anchors_with(params: ClientParams, offered: float) -> dict[str, tuple[Anchor, ...]]:
    """Return the components of each dimension with their anchors, where so many categories are sold."""
    planned = DAYS_PER_YEAR / params.interaction.planned_revisit_days
    own = {name: (Anchor(indicator=indicator_of(name), zero=0, full=100),) for name in custom_dimensions(params.survey)}
    return {
        "satisfaction": (Anchor(indicator="satisfaction_index", zero=0, full=100),),
        "loyalty": (
            Anchor(indicator="loyalty_index", zero=0, full=100),
            Anchor(indicator="repeat_purchase_rate", zero=0, full=1),
            Anchor(indicator="retention_rate", zero=0, full=1),
        ),
        "value": (Anchor(indicator="revenue_growth", zero=GROWTH_AT_0, full=GROWTH_AT_100),),
        "interaction": (
            Anchor(indicator="contact_coverage", zero=0, full=1),
            Anchor(indicator="contact_frequency", zero=0, full=planned),
        ),
        "depth_breadth": (
            Anchor(indicator="contact_level_top2_share", zero=0, full=1),
            Anchor(indicator="categories_bought", zero=1, full=max(offered, 2.0)),
        ),
        **own,
    }


def put_on_scale(outcome: Outcome, anchor: Anchor) -> Outcome:
    """Put an outcome on 0-100 between its anchors, cut off at both ends.

    An interval that lies wholly beyond an anchor keeps half its width on the inner side: none has zero width.
    """
    if isinstance(outcome, NotEstimable):
        return outcome
    low, value, high = (
        min(max(100 * (number - anchor.zero) / (anchor.full - anchor.zero), 0.0), 100.0)
        for number in (outcome.low, outcome.value, outcome.high)
    )
    if low == high:
        half = 50 * (outcome.high - outcome.low) / abs(anchor.full - anchor.zero)
        low, high = max(low - half, 0.0), min(high + half, 100.0)
    return Estimate(
        value=value, low=low, high=high, n=outcome.n, method=outcome.method, unit="index", level=outcome.level
    )


def is_beyond(outcome: Outcome, anchor: Anchor) -> bool:
    """Return whether an indicator lies beyond one of its anchors with all of its interval."""
    if isinstance(outcome, NotEstimable):
        return False
    lowest, highest = sorted((anchor.zero, anchor.full))
    return outcome.low >= highest or outcome.high <= lowest
