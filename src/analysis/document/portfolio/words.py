"""The sentences and cells that several chapters of a portfolio share."""

import datetime as dt
from collections.abc import Sequence

from analysis.document.formatting import format_day
from analysis.document.periods import format_period
from analysis.document.portfolio.context import short
from analysis.document.tables import DASH
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.monitoring.earlier import is_day
from analysis.portfolio.shapes import Band, BandNumbers, ClientAlert, ClientStanding, Movement, PortfolioClient
from analysis.results import Estimate, Outcome, Unit


def industry_name(industry: str) -> Message:
    """Return an industry as a reader sees it; "" are all clients."""
    return N_("{industry:text}", industry=industry) if industry else N_("All clients")


def own_industry(industry: str) -> Message:
    """Return a client's industry, or that none is said."""
    return N_("{industry:text}", industry=industry) if industry else N_("not said")


def rank_words(row: ClientStanding) -> Message | str:
    """Return the interval of a rank."""
    if row.rank_low is None or row.rank_high is None:
        return DASH
    if row.rank_low == row.rank_high:
        return N_("{rank:int}", rank=row.rank_low)
    return N_("{low:int} to {high:int}", low=row.rank_low, high=row.rank_high)


def score_cell(outcome: Outcome | None, level: str, t: Translator) -> str:
    """Return a score with its level in one cell, without its interval."""
    if not isinstance(outcome, Estimate):
        return DASH
    number = t.unit(outcome.value, "index")
    return f"{number} {level}" if level else number


def dimension_cell(client: PortfolioClient, dimension: str, t: Translator) -> str:
    """Return a client's dimension with its level in one cell."""
    found = client.dimensions.get(dimension)
    return DASH if found is None else score_cell(*found, t)


def class_words(numbers: BandNumbers) -> Message:
    """Return how many clients are behind a band, as a class."""
    if numbers.most is None:
        return N_("{fewest:int} or more", fewest=numbers.fewest)
    return N_("{fewest:int} to {most:int}", fewest=numbers.fewest, most=numbers.most)


def band_number(value: float, band: Band, t: Translator) -> str:
    """Return a number of a band with as many decimals as its step has."""
    return unit_number(value, band.unit, band.numbers.step if band.numbers is not None else 1.0, t)


def unit_number(value: float, unit: Unit, step: float, t: Translator) -> str:
    """Return a rounded number in its unit."""
    if unit == "proportion":
        text = t.number(100 * value, 0 if step >= 0.01 else 1 if step >= 0.001 else 2)
        return f"{text}%"
    return t.number(value, 0 if step >= 1 else 1 if step >= 0.1 else 2)


def day_text(day: str, t: Translator) -> str:
    """Return a day in short, for a cell."""
    return format_day(dt.date.fromisoformat(day), t.language)


def period_words(label: str, t: Translator) -> str:
    """Return a period as a reader writes it; a label that only looks like one, as it stands."""
    try:
        return day_text(label, t) if is_day(label) else format_period(label, t.language)
    except ValueError:
        return short(label)


def movement_words(moved: Sequence[Movement], t: Translator) -> Message:
    """Return what moved at one client as a sentence: how much of it for the better, and the surest of all.

    Parameters
    ----------
    moved
        The client's movements, the surest first; at least one.
    t
        How numbers are written.
    """
    surest = moved[0]
    return N_(
        "{client:text}: {better:int} better, {worse:int} worse; the surest: {name:message}, {difference:text}"
        " ({earlier:text} → {later:text})",
        client=short(surest.name),
        better=sum(each.good is True for each in moved),
        worse=sum(each.good is False for each in moved),
        name=surest.label,
        difference=t.difference(surest.difference),
        earlier=period_words(surest.earlier, t),
        later=period_words(surest.later, t),
    )


def alert_words(alert: ClientAlert) -> Message:
    """Return an alert that fired as a sentence."""
    values = {"client": short(alert.name), "condition": short(alert.condition, 80)}
    if alert.found is None:
        return N_("{client:text}: {condition:text}", **values)
    return N_("{client:text}: {condition:text}; found {found:message}", found=alert.found, **values)
