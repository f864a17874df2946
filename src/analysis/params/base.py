"""What all parts of a parameter file share."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


@dataclass(frozen=True)
class Words:
    """What may stand here, where the bare type says too little: follows "must be"; one of it, and several."""

    singular: str
    plural: str


Language = Literal["en", "zh"]
LocalizedText = Annotated[
    str | dict[Language, str],
    Words("text, or one text per language {en: ..., zh: ...}", "texts, each alone or per language {en: ..., zh: ...}"),
]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class BrokenRule(ValueError):  # noqa: N818 - reads as what it is: a rule that several parameters break together
    """A rule between several parameters is broken.

    Parameters
    ----------
    rule
        The rule, as a fragment that follows the subject: "must have its min below its max".
    found
        What was found instead.
    key
        The key below the model that the fault is about, or the empty string for the model as a whole.
    hint
        The remedy, or the empty string.
    """

    def __init__(self, rule: str, found: str, key: str = "", hint: str = "") -> None:
        self.rule, self.found, self.key, self.hint = rule, found, key, hint
        super().__init__(f"{rule}; found {found}" + (f" ({hint})" if hint else ""))


class Spec(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_number_by_accident(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse `true` where a number stands and a number where a date stands: both would be cast silently."""
        annotation = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and annotation in (int, float, int | None, float | None):
            raise ValueError("must be a number, not true or false")
        if isinstance(value, int | float) and annotation in (dt.date, dt.date | None):
            raise ValueError("must be a date, not a number")
        return value


def localized(text: LocalizedText, language: Language) -> str:
    """Return `text` in `language`, or in whatever language there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")
