"""What a reader must know of the sample and the assumptions behind the customers' value."""

from analysis.messages import N_, NP_, Message
from analysis.models.lifetime.purchases import YEAR_DAYS
from analysis.models.lifetime.valuation import Valuation
from analysis.results import Estimate, Outcome

REGULAR = 1.5
"""From this k on (its lower limit) waits are so even that the models misread a pause (Platzer & Reutterer 2016)."""


def lifetime_notes(found: Valuation, regularity: Outcome, independence: Outcome) -> tuple[Message, ...]:
    """Return the notes that hold of a client, the gravest first."""
    notes = [
        _naive(found),
        _regular(regularity),
        _dependent(independence),
        _singles(found),
        _unidentified(found),
        _own_amounts(found),
        _short(found),
        N_(
            "Customers count from their first purchase on record; prices, the season and the client's own selling are"
            " taken to stay as they are, and customers to come are not counted."
        ),
    ]
    return tuple(note for note in notes if note is not None)


def _naive(found: Valuation) -> Message | None:
    if found.source == "model":
        return None
    return N_(
        "The same as last year counts every customer as staying: over several years it is too high where customers"
        " leave. The chances of still being there come from the purchase model all the same."
    )


def _regular(regularity: Outcome) -> Message | None:
    if not isinstance(regularity, Estimate) or regularity.low <= REGULAR:
        return None
    return N_(
        "Customers buy more regularly than at random, as the models take them to do: who is overdue is more likely to"
        " have left than is shown here, and who is not yet due is less."
    )


def _dependent(independence: Outcome) -> Message | None:
    if not isinstance(independence, Estimate) or independence.low <= 0 <= independence.high:
        return None
    if independence.value > 0:
        return N_(
            "Customers who buy often spend more on a purchase; the model of the amounts takes the two to be unrelated,"
            " so that customers with few purchases are valued too high."
        )
    return N_(
        "Customers who buy often spend less on a purchase; the model of the amounts takes the two to be unrelated, so"
        " that customers with few purchases are valued too low."
    )


def _singles(found: Valuation) -> Message | None:
    singles = int((found.summary.frequency == 0).sum())
    if found.processes[0].family.key != "bg_nbd" or not singles:
        return None
    return NP_(
        "One customer bought once; the BG/NBD model, in which customers leave only after a repeat purchase, takes it as"
        " still there.",
        "{count:int} customers bought once; the BG/NBD model, in which customers leave only after a repeat purchase,"
        " takes them as still there.",
        singles,
    )


def _unidentified(found: Valuation) -> Message | None:
    if found.processes[0].fit.identified:
        return None
    return N_(
        "The data do not tell all parameters of the purchase model: customers leave so seldom, or are so alike, that"
        " other values would do as well. How fast the leaving slows down is then not known, and the intervals of what"
        " lies years ahead are too narrow."
    )


def _own_amounts(found: Valuation) -> Message | None:
    if found.amounts.reason is None:
        return None
    return N_(
        "A purchase is taken to bring what the customer's own purchases brought on average: {reason:message}.",
        reason=found.amounts.reason,
    )


def _short(found: Valuation) -> Message | None:
    if found.history.days >= YEAR_DAYS:
        return None
    return N_(
        "The record of orders covers {days:int} days only, which is less than the year that is spoken of.",
        days=found.history.days,
    )
