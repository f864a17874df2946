"""Loads in advance what reading any text needs: word lists, themes, dictionaries and the general models of tone."""

from analysis.text.language import detect_language
from analysis.text.polarity import ACCURACY, general_scores
from analysis.text.segmentation import cut_chinese, stop_words
from analysis.text.themes import Matcher, theme_dictionary


def load_words() -> None:
    """Read what texts of any client are read with; what depends on the client is not touched."""
    detect_language("a")
    cut_chinese("\u4e00")
    for language in ACCURACY:
        stop_words(language)
        general_scores(["a"], language)
    Matcher(theme_dictionary())  # its patterns stay compiled
