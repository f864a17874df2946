"""What the analysis of complaints answers with."""

from dataclasses import dataclass

from analysis.models.parts import ModelPart
from analysis.results import Change, NotEstimable, Outcome


@dataclass(frozen=True, kw_only=True)
class GroupRate(ModelPart):
    """Complaints of one group: `label`, how many, and how many a customer and year."""

    label: str
    complaints: int
    rate: Outcome


@dataclass(frozen=True, kw_only=True)
class ComplaintRate(ModelPart):
    """How often customers complain.

    Parameters
    ----------
    window
        Days that are counted, as an ISO interval: up to twelve months to the date of the audit.
    complaints, customers
        Complaints of customers of the window, and these customers.
    unattributed
        Complaints of the window that name no customer of it; they are not in any rate.
    exposure_years
        Years that these customers were customers in the window, added up.
    rate
        Complaints a customer and year, clustered by customer.
    complainers
        Share of the customers who complained at all in the window, 0 to 1.
    by_segment, by_severity
        Rates by segment of the customer, and by severity of the complaint.
    by_kind
        The same rate for every kind of feedback, praise and questions included.
    change
        This window against the same days a year before, or why they cannot be compared.
    """

    window: str
    complaints: int
    customers: int
    unattributed: int
    exposure_years: float
    rate: Outcome
    complainers: Outcome
    by_segment: tuple[GroupRate, ...]
    by_severity: tuple[GroupRate, ...]
    by_kind: tuple[GroupRate, ...]
    change: Change | NotEstimable


@dataclass(frozen=True, kw_only=True)
class SeverityResolution(ModelPart):
    """How complaints of one severity are settled: how many, and the share within 30 days, 0 to 1."""

    label: str
    complaints: int
    within_30: Outcome


@dataclass(frozen=True, kw_only=True)
class Resolution(ModelPart):
    """How soon complaints of the window are answered and settled; open ones are censored, clustered by customer.

    Parameters
    ----------
    complaints, settled
        Complaints of the window, and those settled by the date of the audit.
    within_30
        Share settled within 30 days, 0 to 1 (Kaplan-Meier).
    median_days
        Days by which half were settled.
    first_response_days
        Days by which half had a first answer; a settled complaint was answered by then.
    answered_within_3
        Share answered within 3 days, 0 to 1.
    rating
        Mean rating of the resolution, in the client's own units.
    by_severity
        The same by severity.
    """

    complaints: int
    settled: int
    within_30: Outcome
    median_days: Outcome
    first_response_days: Outcome
    answered_within_3: Outcome
    rating: Outcome
    by_severity: tuple[SeverityResolution, ...]


@dataclass(frozen=True, kw_only=True)
class ServedGroup(ModelPart):
    """Customers of one group, how many bought again within the horizon, and their share adjusted (0 to 1)."""

    key: str
    customers: int
    bought_again: int
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class Recovery(ModelPart):
    """Whether complainers who are served well buy again more than others; past buying held.

    Parameters
    ----------
    landmark_days, horizon_days
        A complaint counts as served well where it is settled within `landmark_days`; buying is counted in the
        `horizon_days` after that day, whether it was settled or not.
    n, events, accounts
        Customers, those who bought again (or did not, whichever are fewer), and groups of companies.
    groups
        ``well``, ``badly`` and ``none`` (no complaint near their landmark), with their adjusted shares.
    well_against_badly, well_against_none, badly_against_none
        Differences of the adjusted shares, in percentage points.
    per_rating
        Difference for one point more of the rating of the resolution, among rated complaints, in percentage points.
    estimator
        ``ml``, or ``firth`` where some group all bought again or none did.
    controls
        What was held, as keys: ``orders``, ``recency``, ``revenue``.
    """

    landmark_days: int
    horizon_days: int
    n: int
    events: int
    accounts: int
    groups: tuple[ServedGroup, ...]
    well_against_badly: Outcome
    well_against_none: Outcome
    badly_against_none: Outcome
    per_rating: Outcome
    estimator: str
    controls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SatisfactionAround(ModelPart):
    """Satisfaction of customers before and after a complaint, beside that of the others over the same waves.

    Parameters
    ----------
    complained, others
        Pairs of neighbouring waves of a customer with a complaint between them, and without.
    change_complained, change_others
        Mean change of the satisfaction index (0 to 100) between the two waves.
    difference
        Of the two changes, within the same pair of waves.
    """

    complained: int | None
    others: int | None
    change_complained: Outcome
    change_others: Outcome
    difference: Outcome


@dataclass(frozen=True, kw_only=True)
class Channel(ModelPart):
    """One way by which customers are heard, in the last twelve months.

    Parameters
    ----------
    key, label
        ``survey``, ``interview``, or ``feedback`` with the client's word for the channel in `label`.
    pieces, customers
        What came in, and customers behind it (None where it names none).
    reach
        Share of the active customers heard by it, 0 to 1.
    negative
        Share of complaints among its complaints and praise, 0 to 1; for the survey, of detractors among the answers to
        the recommendation question is another matter and stands elsewhere.
    """

    key: str
    label: str
    pieces: int
    customers: int | None
    reach: Outcome
    negative: Outcome


@dataclass(frozen=True, kw_only=True)
class Voices(ModelPart):
    """Who is heard, and by which way.

    Parameters
    ----------
    channels
        The survey, interviews, and every channel of feedback, in this order, the busiest first.
    customers
        Active customers.
    unheard
        Share of them heard by none of these, 0 to 1.
    interviewed_satisfaction
        Satisfaction index of the interviewed less that of the other respondents (latest wave), in points.
    """

    channels: tuple[Channel, ...]
    customers: int
    unheard: Outcome
    interviewed_satisfaction: Outcome


@dataclass(frozen=True, kw_only=True)
class Complaints(ModelPart):
    """What customers complain about, how it is settled, whether they come back, and who is heard at all."""

    rate: ComplaintRate | NotEstimable
    resolution: Resolution | NotEstimable
    recovery: Recovery | NotEstimable
    satisfaction: SatisfactionAround | NotEstimable
    voices: Voices | NotEstimable
