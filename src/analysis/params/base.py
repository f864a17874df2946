"""What all parts of a parameter file share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "zh"]
LocalizedText = Annotated[
    str | dict[Language, str],
    Field(description="One text for every reader, or one per language: {en: ..., zh: ...}."),
]


class Spec(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def localized(text: LocalizedText, language: Language) -> str:
    """Return `text` in `language`, or in whatever language there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")
