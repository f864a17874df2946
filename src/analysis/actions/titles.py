"""What an action is called today, in the reader's language, whatever language an earlier audit called it in."""

from collections.abc import Callable, Mapping
from typing import Any

from analysis.actions.catalogue import load_catalogue
from analysis.actions.recommend import fill, value_key
from analysis.messages import Message
from analysis.params.base import localized
from analysis.params.model import ClientParams

Titles = Callable[[str, Mapping[str, Any], str], tuple[Message, str, str] | None]
"""Key of an action, what its title was filled with, and the language of that -> title, indicator and first fact."""


def action_titles(params: ClientParams) -> Titles:
    """Return how an action is called by the catalogue: its title, the indicator it aims at, the fact it rests on.

    None for an action that the catalogue does not hold. The title is in the report's language, with what was found
    when it was recommended; questions of the survey are named in the report's language too, and a placeholder that
    nothing is known of is a dash.
    """
    catalogue = load_catalogue(params)

    def title_of(key: str, found: Mapping[str, Any], language: str) -> tuple[Message, str, str] | None:
        entry = catalogue.get(key)
        if entry is None:
            return None
        names = {} if language == params.language else _names(params, language)

        def value_of(placeholder: str) -> Any:
            return _named(found.get(value_key(placeholder)), names)

        title = fill(localized(entry.spec.title, params.language), value_of)
        return title, entry.spec.indicator, entry.conditions[0].fact

    return title_of


def _names(params: ClientParams, language: str) -> dict[str, str]:
    """Return the survey's questions by their name in another language."""
    texts = [item.label or item.wording for item in params.survey.items.values()] if params.survey else []
    return {
        text[language]: localized(text, params.language)
        for text in texts
        if isinstance(text, dict) and language in text and params.language in text
    }


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_named(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
