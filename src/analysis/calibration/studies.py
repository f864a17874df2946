"""The quantities that a study prints beside an audit's, and those that no demonstration client brings out."""

from analysis.calibration.quantity import Quantity
from analysis.calibration.relations import FAMILY, HOME, SAME

POOLED = "study/pooled"
ANSWERED = "demo-400 weighted-600"
"""The cells whose clients are asked about competitors as well, once in a world where nothing goes with the answers."""


def studies() -> tuple[Quantity, ...]:
    """Return the quantities of all analyses."""
    return (*_pooled(), *_suppliers(), *_index(), *_bend(), *_leaving(), *_tenths())


def _pooled() -> tuple[Quantity, ...]:
    return (
        Quantity(pattern=rf"{POOLED}/law-(\d+)/mean", name="study, mean of {0} clients of a known law"),
        Quantity(pattern=rf"{POOLED}/law-(\d+)/new", name="study, a new client beside {0} of a known law"),
        Quantity(pattern=rf"{POOLED}/\w+/mean", name="study, mean over clients"),
        Quantity(pattern=rf"{POOLED}/\w+/new", name="study, a new client"),
        Quantity(
            pattern=rf"{POOLED}/\w+/correlation",
            name="study, mean correlation over clients",
            kind="bounded",
            bounds=(-1.0, 1.0),
        ),
        Quantity(pattern=rf"{POOLED}/\w+/alike", name="study, clients alike", kind="test", null="several"),
        Quantity(pattern=rf"{POOLED}/\w+/estimates/\d+", name="study, estimates of the clients pooled", exempt=SAME),
        Quantity(pattern=r"study/(?:pooled|cards)/\w+/p_adjusted", name="study, corrected", exempt=FAMILY),
        Quantity(pattern=r"study/cards/\w+", name="study, estimates of the propositions", exempt=SAME),
    )


def _suppliers() -> tuple[Quantity, ...]:
    asked, unrelated = rf"{HOME}/prediction/rank", rf"{HOME}/prediction/unrelated"
    slopes = "level|rank|level_beside_rank|rank_beside_level"
    name = "share of wallet"
    return (
        Quantity(pattern=rf"{asked}/rule", name=f"{name}, correlation with the rule", kind="bounded", bounds=(-1, 1)),
        Quantity(pattern=rf"{asked}/({slopes})", name=f"{name}, {{0}}"),
        Quantity(
            pattern=rf"{asked}/(between|within)/(?!vuong).*", name=f"{name}, held-out {{0}} accounts", reference="draws"
        ),
        Quantity(pattern=rf"{unrelated}/(?:rule|{slopes})", name=f"{name}, any relation", kind="test", null=ANSWERED),
        Quantity(
            pattern=rf"{unrelated}/\w+/vuong",
            name=f"{name}, Vuong's test",
            kind="composite",
            null=ANSWERED,
            is_silent=True,
        ),
        Quantity(
            pattern=rf"{unrelated}/(between|within)/(?!vuong).*",
            name=f"{name}, held-out {{0}} accounts",
            reference="draws",
            claim=True,
            null=ANSWERED,
        ),
    )


def _index() -> tuple[Quantity, ...]:
    home, buying = rf"{HOME}/mediation/linear/\w+", rf"{HOME}/mediation/buying/\w+"
    return (
        Quantity(pattern=rf"{buying}/conditional/.*", name="mediation, conditional", kind="composite"),
        Quantity(pattern=rf"{buying}/(\w+)", name="mediation, moderated, {0}", kind="composite"),
        Quantity(pattern=rf"{home}/conditional/.*", name="mediation, linear, conditional", kind="composite"),
        Quantity(pattern=rf"{home}/(\w+)", name="mediation, linear, moderated, {0}", kind="composite"),
    )


def _bend() -> tuple[Quantity, ...]:
    return (
        Quantity(
            pattern=rf"{HOME}/shape/threshold",
            name="shape of loyalty, a single bend",
            exempt="Where a line is straight no place is true; clients whose line bends are drawn, and in the table.",
        ),
        Quantity(pattern=rf"{HOME}/shape/bent/threshold", name="shape of loyalty, place of a single bend"),
        Quantity(
            pattern=rf"{HOME}/shape/straight/threshold",
            name="shape of loyalty, a bend placed where there is none",
            kind="composite",
            null="specification",
        ),
    )


def _leaving() -> tuple[Quantity, ...]:
    """Return what only a client whom many have left has: its segments among what goes with leaving."""
    home = "relationship/retention/churn/drivers"
    return (Quantity(pattern=rf"{home}/(\w+)=[^/]*/ratio", name="leaving, hazard ratio of {0}, a level"),)


def _tenths() -> tuple[Quantity, ...]:
    """Return what the tables of tenths are judged by: tenths of customers whose chances are known."""
    return (Quantity(pattern=r"tenths/(equal|weighted)/\d+", name="shares by tenth, {0} weights", kind="discrete"),)
