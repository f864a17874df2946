"""Every indicator there is: key, name, definition, dimension, unit and bounds, in the order of the report."""

from dataclasses import dataclass

from analysis.indicators.estimation import Kind, Measure
from analysis.messages import N_, Message
from analysis.results import Dimension, Unit


@dataclass(frozen=True, kw_only=True)
class IndicatorSpec:
    """What an indicator is, before any data.

    Parameters
    ----------
    key, name, definition
        As in `IndicatorResult`; a module may put numbers of the client into the definition.
    dimension, kind, unit, bounds, higher_is_better
        Where it belongs, what kind of mean it is, its unit, its possible values and its direction.
    fewest_in_group
        Fewest customers of a segment or partner, by Kish's effective number, for an interval that holds; 0 where the
        limits of the parameters suffice.
    """

    key: str
    name: Message
    definition: Message
    dimension: Dimension
    kind: Kind
    unit: Unit
    bounds: tuple[float, float] | None = None
    higher_is_better: bool = True
    fewest_in_group: float = 0.0

    @property
    def measure(self) -> Measure:
        """What the values of its samples are."""
        return Measure(kind=self.kind, unit=self.unit, bounds=self.bounds)


def _share(
    key: str, name: Message, definition: Message, dimension: Dimension, *, higher_is_better: bool = True
) -> IndicatorSpec:
    return IndicatorSpec(
        key=key,
        name=name,
        definition=definition,
        dimension=dimension,
        kind="proportion",
        unit="proportion",
        bounds=(0.0, 1.0),
        higher_is_better=higher_is_better,
    )


def _index(key: str, name: Message, definition: Message, dimension: Dimension) -> IndicatorSpec:
    return IndicatorSpec(
        key=key,
        name=name,
        definition=definition,
        dimension=dimension,
        kind="mean",
        unit="index",
        bounds=(0.0, 100.0),
    )


def _mean(
    key: str, name: Message, definition: Message, dimension: Dimension, unit: Unit, *, fewest_in_group: float = 0.0
) -> IndicatorSpec:
    return IndicatorSpec(
        key=key,
        name=name,
        definition=definition,
        dimension=dimension,
        kind="mean",
        unit=unit,
        fewest_in_group=fewest_in_group,
    )


_SATISFACTION = (
    _index(
        "satisfaction_index",
        N_("Satisfaction index"),
        N_("Mean of the satisfaction questions, each rescaled so that its worst answer is 0 and its best 100."),
        "satisfaction",
    ),
    _mean(
        "satisfaction_mean",
        N_("Mean satisfaction"),
        N_("Mean of the satisfaction questions on their own answer scale."),
        "satisfaction",
        "score",
    ),
    _share(
        "satisfaction_top2",
        N_("Satisfied customers (top two answers)"),
        N_("Share of the satisfaction answers that are one of the two best answers of their scale."),
        "satisfaction",
    ),
    _index(
        "effort_index",
        N_("Ease of doing business"),
        N_("Mean of the questions about effort, rescaled so that the hardest is 0 and the easiest 100."),
        "satisfaction",
    ),
)
_LOYALTY = (
    IndicatorSpec(
        key="nps",
        name=N_("Net Promoter Score"),
        definition=N_("Percentage who would recommend with 9 or 10, minus the percentage with 0 to 6, of 10."),
        dimension="loyalty",
        kind="nps",
        unit="nps",
        bounds=(-100.0, 100.0),
    ),
    _index(
        "loyalty_index",
        N_("Attitudinal loyalty index"),
        N_("Mean of the questions about loyalty, recommendation and repurchase intention, each rescaled to 0-100."),
        "loyalty",
    ),
    _share(
        "repeat_purchase_rate",
        N_("Repeat purchase rate"),
        N_("Share of the customers who bought again within the horizon after their first purchase in the window."),
        "loyalty",
    ),
    _share(
        "retention_rate",
        N_("Retention rate"),
        N_("Share of the customers who are still customers a period later."),
        "loyalty",
    ),
)
_VALUE = (
    _mean(
        "revenue",
        N_("Revenue"),
        N_("Revenue of the twelve months to the date of the audit, without VAT, returns deducted."),
        "value",
        "money",
    ),
    _mean(
        "revenue_growth",
        N_("Revenue growth"),
        N_("Revenue of the last twelve months over that of the twelve months before, minus one, in constant currency."),
        "value",
        "proportion",
    ),
    _mean(
        "revenue_per_customer",
        N_("Revenue per active customer"),
        N_("Mean revenue of the customers who bought in the last twelve months."),
        "value",
        "money",
    ),
    _mean(
        "average_order_value",
        N_("Average order value"),
        N_("Revenue of the purchases of the last twelve months per purchase; purchases of one day count as one."),
        "value",
        "money",
    ),
)
_INTERACTION = (
    _mean(
        "contact_frequency",
        N_("Contact frequency"),
        N_("Mean number of contacts a year with an active customer."),
        "interaction",
        "per_year",
        # of 30 customers the interval held in 90 to 94% of cases, of 60 in 94 to 96% (1,000 draws each)
        fewest_in_group=60.0,
    ),
    _share(
        "contact_coverage",
        N_("Contact coverage"),
        N_("Share of the active customers whose last contact is no older than their planned interval."),
        "interaction",
    ),
    _share(
        "contact_coverage_key_accounts",
        N_("Contact coverage of key accounts"),
        N_("Share of the active key accounts whose last contact is no older than their planned interval."),
        "interaction",
    ),
    _share(
        "response_rate",
        N_("Survey response rate"),
        N_("Share of the invitations to a survey wave that were answered."),
        "interaction",
    ),
)
_DEPTH_BREADTH = (
    _mean(
        "categories_bought",
        N_("Categories bought"),
        N_("Mean number of product categories that an active customer bought in the last twelve months."),
        "depth_breadth",
        "count",
    ),
    _mean(
        "business_units_bought",
        N_("Business units bought from"),
        N_("Mean number of business units that an active customer bought from in the last twelve months."),
        "depth_breadth",
        "count",
    ),
    _share(
        "contact_level_share",
        N_("Customers known at the top"),
        N_("Share of the active customers with a contact at the highest level."),
        "depth_breadth",
    ),
    _share(
        "contact_level_top2_share",
        N_("Customers known at the two top levels"),
        N_("Share of the active customers with a contact at one of the two highest levels."),
        "depth_breadth",
    ),
    _mean(
        "contacts_per_customer",
        N_("Contact persons per customer"),
        N_("Mean number of different contact persons of an active customer."),
        "depth_breadth",
        "count",
        # Most customers are known through one or two persons, and a few through ten: of 30 customers the interval held
        # the truth in 88 to 90% of cases, of 40 in 92%, of 60 and more in 94 to 96% (1,500 draws each).
        fewest_in_group=60.0,
    ),
    _share(
        "single_thread_share",
        N_("Customers that hang on one contact person"),
        N_("Share of the active customers in contact who are known through a single person."),
        "depth_breadth",
        higher_is_better=False,
    ),
)

CATALOGUE: dict[str, IndicatorSpec] = {
    spec.key: spec for spec in (*_SATISFACTION, *_LOYALTY, *_VALUE, *_INTERACTION, *_DEPTH_BREADTH)
}
