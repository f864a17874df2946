"""What to do next with a key account: the first rule that its records satisfy, the most urgent first."""

from collections.abc import Callable, Sequence

from analysis.messages import N_, NP_, Message
from analysis.scale.key_account_shapes import Complaints, Contact, Health, NextStep, Opportunity

ALIVE = 0.5  # an account more likely gone than not
DROP = 0.3  # of the year before's revenue: as for the action that names shrinking customers
WEAK = ("D", "E")
Rule = Callable[["Facts"], NextStep | None]


class Facts:
    """What the rules ask about one account."""

    def __init__(
        self,
        *,
        contact: Contact | None,
        complaints: Complaints | None,
        opportunity: Opportunity | None,
        health: Sequence[Health],
        revenue: float | None,
        before: float | None,
        p_alive: float | None,
        ended: str | None,
    ) -> None:
        self.contact, self.complaints, self.opportunity = contact, complaints, opportunity
        self.health, self.revenue, self.before = health, revenue, before
        self.p_alive, self.ended = p_alive, ended


def choose_step(facts: Facts) -> NextStep:
    """Return the step of the first rule that applies; to keep in touch (and a record of it) where none does."""
    for rule in RULES:
        step = rule(facts)
        if step is not None:
            return step
    if facts.contact is None:
        return _step("record", N_("Meet the account and record the contact"), N_("No contacts are recorded."))
    return _step(
        "keep", N_("Keep the rhythm of contacts"), N_("Nothing in the records asks for more than the planned contact.")
    )


def _step(key: str, action: Message, evidence: Message) -> NextStep:
    return NextStep(key=key, action=action, evidence=evidence)


def _ended(facts: Facts) -> NextStep | None:
    if facts.ended is None:
        return None
    evidence = N_("The relationship ended on {day:date}.", day=facts.ended)
    return _step("decide", N_("Decide whether to win the account back, and who asks"), evidence)


def _complaint(facts: Facts) -> NextStep | None:
    complaints = facts.complaints
    if complaints is None or not complaints.open:
        return None
    evidence = NP_(
        "One complaint is open, for {days:int} days.",
        "{count:int} complaints are open, the oldest for {days:int} days.",
        complaints.open,
        days=complaints.oldest_days or 0,
    )
    return _step("complaint", N_("Close the open complaint and tell the customer how"), evidence)


def _dying(facts: Facts) -> NextStep | None:
    if facts.p_alive is None or facts.p_alive >= ALIVE:
        return None
    evidence = N_(
        "By its rhythm of buying, the chance that it is still a customer is {chance:percent}.", chance=facts.p_alive
    )
    return _step("alive", N_("Ask whether the account still means to buy, and what holds it back"), evidence)


def _overdue(facts: Facts) -> NextStep | None:
    contact = facts.contact
    if contact is None or not contact.is_overdue:
        return None
    if contact.days is None:
        evidence = N_("No contact is on record; one every {planned:int} days is planned.", planned=contact.planned_days)
    else:
        evidence = N_(
            "The last contact was {days:int} days ago; one every {planned:int} days is planned.",
            days=contact.days,
            planned=contact.planned_days,
        )
    return _step("visit", N_("Visit the account"), evidence)


def _shrinking(facts: Facts) -> NextStep | None:
    if facts.revenue is None or facts.before is None or facts.before <= 0:
        return None
    drop = 1 - max(facts.revenue, 0.0) / facts.before
    if drop < DROP:
        return None
    evidence = N_("It bought {share:percent} less than in the twelve months before.", share=drop)
    return _step("shrinking", N_("Ask why the account buys less"), evidence)


def _opportunity(facts: Facts) -> NextStep | None:
    opportunity = facts.opportunity
    if opportunity is None or opportunity.outcome:
        return None
    evidence = N_("An opportunity of {day:date} is still open.", day=opportunity.created)
    return _step("opportunity", N_("Bring the open opportunity to a decision"), evidence)


def _single(facts: Facts) -> NextStep | None:
    contact = facts.contact
    if contact is None or contact.people is None or contact.people > 1:
        return None
    evidence = NP_(
        "One contact person is known from the last twelve months.",
        "{count:int} contact persons are known from the last twelve months.",
        contact.people,
    )
    return _step("second", N_("Win a second contact person"), evidence)


def _top(facts: Facts) -> NextStep | None:
    if facts.contact is None or facts.contact.reaches_top is not False:
        return None
    evidence = N_("Nobody at the two top levels was met in the last twelve months.")
    return _step("top", N_("Arrange a meeting at management level"), evidence)


def _weak(facts: Facts) -> NextStep | None:
    known = [part for part in facts.health if part.level in WEAK and part.dimension != "value"]  # revenue has its rule
    if not known:
        return None
    weakest = min(known, key=lambda part: part.score or 0.0)
    evidence = N_(
        "{dimension:message} stands at {score:number1} of 100 points, level {level:text}.",
        dimension=weakest.name,
        score=weakest.score,
        level=weakest.level,
    )
    return _step("weakest", N_("Agree with the account on what to improve first"), evidence)


RULES: tuple[Rule, ...] = (
    _ended,
    _complaint,
    _dying,
    _overdue,
    _shrinking,
    _opportunity,
    _single,
    _top,
    _weak,
)
