"""From evidence to improvement actions: each names what was found, whom it concerns and what it may be worth.

No evidence, no action. The ranking is by the revenue of the customers concerned (a fact), not by a promised effect (a
guess). Then come the actions without named customers for which a model says what they may bring, the highest first,
then the others in the order of the catalogue.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis.actions.catalogue import Entry, load_catalogue
from analysis.actions.effects import Effect, expected_effect
from analysis.actions.factbook import Evidence, FactBook
from analysis.actions.facts import Fact
from analysis.actions.judge import Facts, judge
from analysis.data.client import ClientData
from analysis.indicators.shapes import Indicators
from analysis.messages import Message
from analysis.models.loyalty_result import LoyaltyModel
from analysis.models.relations import Relations
from analysis.models.repurchase_result import RepurchaseModel
from analysis.params.base import Language, LocalizedText, localized
from analysis.params.model import ClientParams
from analysis.params.steering import Effort
from analysis.results import Estimate, NotEstimable, Outcome

MATERIAL = 0.01  # of last year's revenue: less than this is no business of a board, open complaints apart
Basis = Literal["simulated", "concerned", "none"]
_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


@dataclass(frozen=True, kw_only=True)
class Action:
    """One recommended action.

    Parameters
    ----------
    key
        Stable name.
    title, evidence, owner
        What to do, what was found, and who would do it.
    customers, revenue
        Customers concerned, and their revenue in the audit's currency (which revenue, the evidence says); None where
        no customers can be named.
    effort
        Rough effort.
    dimension
        Part of the relationship that it belongs to.
    for_whom
        Which customers it is for, in words.
    due
        Day by which it should be done, ISO 8601; "" where none is proposed.
    indicator
        Key of the indicator that it should move.
    conditions
        The conditions that held.
    facts
        The facts that they asked about; the first says whom it concerns.
    effect, no_effect
        What it may bring, where a model says; else None, and why nobody can say.
    """

    key: str
    title: Message
    evidence: Message
    owner: Message
    effort: Effort
    customers: int | None = None
    revenue: float | None = None
    dimension: str = ""
    for_whom: Message | None = None
    due: str = ""
    indicator: str = ""
    conditions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    effect: Effect | None = None
    no_effect: Message | None = None

    @property
    def basis(self) -> Basis:
        """What its worth rests on: a simulation, the revenue concerned, or nothing."""
        if self.effect is not None and self.effect.kind == "simulated":
            return "simulated"
        return "none" if self.revenue is None else "concerned"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        texts = {key: getattr(self, key).to_dict() for key in ("title", "evidence", "owner")}
        texts["for_whom"] = None if self.for_whom is None else self.for_whom.to_dict()
        texts["no_effect"] = None if self.no_effect is None else self.no_effect.to_dict()
        effect = None if self.effect is None else self.effect.to_dict()
        lists = {"conditions": list(self.conditions), "facts": list(self.facts)}
        return vars(self) | texts | lists | {"effect": effect, "basis": self.basis}


def recommend_actions(
    data: ClientData,
    indicators: Indicators,
    params: ClientParams,
    *,
    loyalty: LoyaltyModel | NotEstimable | None = None,
    repurchase: RepurchaseModel | NotEstimable | None = None,
    relations: Relations | None = None,
    score: object | None = None,
    more: Mapping[str, Outcome] | None = None,
) -> tuple[Action, ...]:
    """Return the actions for which the data hold evidence, most revenue concerned first.

    Parameters
    ----------
    data, indicators, params
        The client's data, results and parameters. Survey answers enter only through `indicators`, which have the
        small-cell rules applied.
    loyalty, repurchase, relations, score, more
        As in `Evidence`; what is not given is not asked.

    Raises
    ------
    ParamsError
        The client's own catalogue cannot be used.
    """
    evidence = Evidence(
        data=data, params=params, indicators=indicators, loyalty=loyalty, repurchase=repurchase, relations=relations,
        score=score, more=more,
    )  # fmt: skip
    return actions_from(FactBook(evidence))


def actions_from(book: FactBook) -> tuple[Action, ...]:
    """Return the recommended actions of a book of facts, best first."""
    params = book.evidence.params
    catalogue = load_catalogue(params)
    firing = fired(catalogue, book)
    least = MATERIAL * book.revenue_of_last_year
    found = [_action(catalogue[key], book, params) for key in firing]
    worth = [x for x in found if x.revenue is None or x.revenue >= least or catalogue[x.key].spec.small_too]
    return tuple(sorted(worth, key=_rank))


def fired(catalogue: Mapping[str, Entry], facts: Facts) -> tuple[str, ...]:
    """Return the keys of the entries whose conditions all hold, those that yield to another that fires left out."""
    holding = [
        key
        for key, entry in catalogue.items()
        if all(judge(condition, facts) == "holds" for condition in entry.conditions)
    ]
    return tuple(key for key in holding if not set(catalogue[key].spec.yields_to) & set(holding))


def _rank(action: Action) -> tuple[int, float]:
    if action.revenue is not None:
        return 0, -action.revenue
    if action.effect is None:
        return 2, 0.0
    gain = action.effect.revenue
    return 1, -gain.value if isinstance(gain, Estimate) else 0.0


def _action(entry: Entry, book: FactBook, params: ClientParams) -> Action:
    spec, language = entry.spec, params.language
    subject = book.get(entry.conditions[0].fact) or Fact(kind="flag")
    count = subject.values.get("count")
    texts = [spec.title, spec.for_whom, spec.evidence, spec.evidence_one or spec.evidence, spec.owner]
    title, for_whom, many, one, owner = (template(text, language, subject, book) for text in texts)
    evidence = many
    if spec.evidence_one is not None and isinstance(count, int):
        evidence = Message(one.msgid, {**many.values, **one.values}, many.msgid, count)
    named = subject.customers is not None and len(subject.customers) > 0
    effect = expected_effect(entry.conditions[0].fact, subject, spec.dimension, book)
    return Action(
        key=entry.key,
        title=title,
        evidence=evidence,
        owner=owner,
        effort=spec.effort,
        customers=len(subject.customers) if subject.customers is not None and named else None,
        revenue=subject.revenue if named else None,
        dimension=spec.dimension,
        for_whom=for_whom,
        due=(book.evidence.data.as_of + pd.Timedelta(days=spec.due_days)).date().isoformat(),
        indicator=spec.indicator,
        conditions=tuple(condition.text for condition in entry.conditions),
        facts=tuple(condition.fact for condition in entry.conditions),
        effect=effect if isinstance(effect, Effect) else None,
        no_effect=effect if isinstance(effect, Message) else None,
    )


def template(text: LocalizedText, language: Language, subject: Fact, facts: Facts) -> Message:
    """Return a text of the catalogue as a message in the report's language, its placeholders bound.

    ``{value}`` is a value of `subject`, ``{nps.value}`` of another fact; the format follows from what the value is: an
    int is a count, a float money. A placeholder that nothing stands for is shown as a dash.
    """

    def value_of(placeholder: str) -> Any:
        fact, _, name = placeholder.rpartition(".")
        source = facts.get(fact) if fact else subject
        return None if source is None else source.values.get(name)

    return fill(localized(text, language), value_of)


def fill(text: str, value_of: Callable[[str], Any]) -> Message:
    """Return a text of the catalogue as a message: each placeholder bound to its value, in the format of its kind."""
    values: dict[str, Any] = {}

    def bind(found: re.Match[str]) -> str:
        value = value_of(found.group(1))
        key = value_key(found.group(1))
        values[key] = list(value) if isinstance(value, tuple) else value
        return f"{{{key}:{_format(value)}}}"

    return Message(_PLACEHOLDER.sub(bind, text), values)


def value_key(placeholder: str) -> str:
    """Return the name that a placeholder's value has in a message."""
    return placeholder.replace(".", "_")


def _format(value: Any) -> str:
    if isinstance(value, Message):
        return "message"
    if isinstance(value, tuple | list):
        return "list"
    return "int" if isinstance(value, int) else "money" if isinstance(value, float) else "text"
