"""The accent colour: legible on white wherever it is used, in pages, PDF and figures alike."""

import pytest

from analysis.document.accent import contrast_with_white, legible_accent
from analysis.document.theme import Theme
from analysis.errors import ReportError


@pytest.mark.parametrize("colour", ["#ffff00", "#fff", "#7fd1ff", "#1f5a7a", "#000000", "#FF0000"])
def test_accent_can_be_read_on_white(colour):
    legible = legible_accent(colour)
    channels = tuple(int(legible[i : i + 2], 16) for i in (1, 3, 5))
    assert contrast_with_white(channels) >= 4.5
    assert Theme(accent=colour).color == legible, "a figure and its document have one accent"


def test_accent_that_is_dark_enough_stays():
    assert legible_accent("#1F5A7A") == "#1f5a7a"


def test_contrast_matches_the_standard():
    assert contrast_with_white((0, 0, 0)) == pytest.approx(21)
    assert contrast_with_white((255, 255, 255)) == pytest.approx(1)
    assert contrast_with_white((118, 118, 118)) == pytest.approx(4.54, abs=0.01)  # #767676, the known border case


@pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "url(x)", "#123;}"])
def test_accent_must_be_a_colour(colour):
    with pytest.raises(ReportError, match=r"branding\.accent"):
        legible_accent(colour)
