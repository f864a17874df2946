"""Themes of the client's own, by which its customers' texts are read."""

from pydantic import Field

from analysis.params.base import LocalizedText, Spec


class ThemeSpec(Spec):
    """A theme looked for in what customers write, besides the built-in ones; a built-in key gets further words."""

    label: LocalizedText = ""
    """What it is called; default: the built-in theme's label, or the key."""
    words: list[str] = Field(min_length=1)
    """Its words, Chinese or English: a Chinese word is found anywhere in a text, an English one as a whole word;
    * stands for any ending (install*)."""
