"""What a client may say about steering: actions taken, and the form of an entry in a catalogue of actions."""

import datetime as dt
import re
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from analysis.params.base import BrokenRule, LocalizedText, Spec, Words
from analysis.params.conditions import ConditionText

Effort = Literal["low", "medium", "high"]
ActionDimension = Literal[
    "satisfaction",
    "loyalty",
    "value",
    "interaction",
    "depth_breadth",
    "partners",
    "feedback",
    "conversion",
    "retention",
    "data_quality",
]
ACTION_DIMENSIONS: tuple[str, ...] = get_args(ActionDimension)
KEY_PATTERN = r"^[a-z][a-z0-9_]*$"
_PLACEHOLDER = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*")


class ActionTakenSpec(Spec):
    """A recommended action that was taken, so that the next audit can ask whether it worked."""

    taken_on: dt.date
    """Day on which it began."""
    owner: str = ""
    """Who did it."""
    customers: list[str] = Field(default_factory=list)
    """Ids of the customers it was done for."""
    segment: str | None = None
    """Or: the segment it was done for."""
    partner_id: str | None = None
    """Or: the channel partner whose customers it was done for."""
    account_manager: str | None = None
    """Or: the account manager whose customers it was done for."""
    key_accounts: bool = False
    """Or: it was done for the key accounts."""

    @property
    def is_for_everybody(self) -> bool:
        """Whether no group is named, so that there is nobody to compare with."""
        return not (self.customers or self.segment or self.partner_id or self.account_manager or self.key_accounts)


class ActionEntrySpec(Spec):
    """One entry of a catalogue of actions."""

    dimension: ActionDimension
    """Part of the relationship that it belongs to."""
    title: LocalizedText
    """What to do; {placeholders} stand for what was found."""
    for_whom: LocalizedText
    """Which customers it is for."""
    when: list[ConditionText]
    """Conditions that must all hold; the first names the fact that the evidence speaks of."""
    evidence: LocalizedText
    """The sentence that says what was found, with {placeholders}: values of the first fact, or fact.value of others."""
    evidence_one: LocalizedText | None = None
    """The same where the count is one."""
    owner: LocalizedText
    """Who would do it."""
    effort: Effort
    """Rough effort."""
    due_days: Annotated[int, Field(ge=1, le=730)]
    """Days from the date of the audit by which it should be done."""
    indicator: str
    """Key of the indicator that it should move."""
    yields_to: list[str] = Field(default_factory=list)
    """Entries that make this one superfluous where they fire."""
    small_too: bool = False
    """Recommend it even where the customers concerned bring next to no revenue."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not self.when:
            raise BrokenRule("must name at least one condition: no evidence, no action", "none", key="when")
        for name in ("title", "for_whom", "evidence", "evidence_one", "owner"):
            text = getattr(self, name)
            for each in text.values() if isinstance(text, dict) else [text or ""]:
                problem = broken_placeholder(each)
                if problem:
                    raise BrokenRule("must hold {placeholders} that are plain names", problem, key=name)
        return self


def broken_placeholder(text: str) -> str:
    """Return what is wrong with the braces of a template, or the empty string."""
    rest = re.sub(r"\{([^{}]*)\}", lambda m: "" if _PLACEHOLDER.fullmatch(m.group(1)) else "{", text)
    return repr(text) if "{" in rest or "}" in rest else ""


CatalogueKey = Annotated[
    str,
    Words("a name of small letters, digits and _", "names of small letters, digits and _"),
    Field(pattern=KEY_PATTERN),
]


class CatalogueSpec(Spec):
    """A catalogue of actions."""

    entries: dict[CatalogueKey, ActionEntrySpec]
    """Key of the action -> its entry."""
