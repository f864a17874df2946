"""Benchmark bands that others may quote: how clients of an industry are spread, and no client to be told from it.

A band is the estimated distribution of the clients' true values (random effects: mean, and the standard deviation
between clients, REML [1]_), not their order statistics, which would be single clients' numbers. What protects a client:

- at least five clients, and none with more than a third of the weight;
- every number is rounded to a step no finer than the standard error of the mean (Hartung-Knapp), so that one client's
  value moves the mean by less than the rounding unless it moves by more than about the square root of the number of
  clients times the spread between them;
- the number of clients is given as a class;
- the band over all clients is left out where it and the bands by industry would give away a remainder of one or two
  clients, and a band is not renewed where one or two clients differ from any earlier edition (`editions`).

References
----------
.. [1] Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model.
   Journal of Educational and Behavioral Statistics 30, 261-293.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scipy import special

from analysis.indicators.catalogue import CATALOGUE
from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import mapping_at, number_at, text_at
from analysis.monitoring.earlier import is_day, read_message
from analysis.portfolio.comparable import Compared, Reading, choose_definition, compare_measure, indicator_reading
from analysis.portfolio.read import industry_of
from analysis.portfolio.shapes import Band, BandNumbers, Reviewed
from analysis.portfolio.standing import standard_error
from analysis.results import Unit
from analysis.study.pooling import pool_estimates

FEWEST = 5
LARGEST_SHARE = 1 / 3
FEWEST_APART = 3
"""So many clients at least tell one published group from another, or one edition from the next."""
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
CLASSES = ((5, 9), (10, 19), (20, 49), (50, 99), (100, None))
STEPS = (1.0, 2.0, 5.0)
QUOTABLE: Mapping[str, tuple[float, float]] = {
    "proportion": (0.0, 1.0),
    "index": (0.0, 100.0),
    "nps": (-100.0, 100.0),
    "per_year": (0.0, math.inf),
}
"""Units that mean the same at every client, with the ends of their scales; growth is not held to those of shares."""
UNBOUNDED = ("revenue_growth",)
NOT_QUOTED = ("contact_frequency",)
"""How often a client means to call is its own plan."""
COMPANY = ""


def find_bands(clients: Sequence[Reviewed], measures: Mapping[str, Message], edition: str) -> tuple[Band, ...]:
    """Return the bands over all clients and by industry, those without numbers with the reason.

    Parameters
    ----------
    clients
        Those whose numbers may enter.
    measures
        The score and its dimensions, with their names.
    edition
        Day of the portfolio.
    """
    found: list[Band] = []
    for measure, name in measures.items():
        found += _bands_of(clients, compare_measure(clients, measure), measure, name, "index", edition)
    for key, (name, unit) in _indicators(clients).items():
        compared = choose_definition([indicator_reading(client, key) for client in clients])
        found += _bands_of(clients, compared, key, name, unit, edition)
    return tuple(sorted(found, key=lambda band: band.industry))


def _indicators(clients: Sequence[Reviewed]) -> dict[str, tuple[Message, Unit]]:
    found: dict[str, tuple[Message, Unit]] = {}
    for client in clients:
        for key, result in mapping_at(client.content, "indicators", "results").items():
            name, unit = read_message(mapping_at(result, "name")), text_at(result, "unit")
            if name is not None and unit in QUOTABLE and key not in NOT_QUOTED:
                found.setdefault(key, (name, unit))  # type: ignore[arg-type]
    return found


def _bands_of(
    clients: Sequence[Reviewed], compared: Compared, measure: str, name: Message, unit: Unit, edition: str
) -> Iterator[Band]:
    """Yield the band over all and by industry of one measure; groups below five clients have none and no line."""
    industries = {client.client: industry_of(client) for client in clients}
    groups = sorted({industries[each.client] for each in compared.readings} - {COMPANY})
    by_industry = []
    for industry in groups:
        own = [each for each in compared.readings if industries[each.client] == industry]
        by_industry.append(_band(own, compared.definition, industry, measure, name, unit, edition))
    whole = _band(compared.readings, compared.definition, COMPANY, measure, name, unit, edition)
    yield from (protect_remainder(whole, by_industry), *by_industry)


def protect_remainder(whole: Band, by_industry: Sequence[Band]) -> Band:
    """Return the band over all, without numbers where the bands by industry would leave one or two clients over.

    Parameters
    ----------
    whole, by_industry
        The bands of one measure.
    """
    members = {client for client, _, _ in whole.basis}
    published = [{client for client, _, _ in band.basis} for band in by_industry if band.numbers is not None]
    remainders = [len(members - each) for each in published]
    remainders.append(len(members - set().union(*published)) if published else len(members))
    if whole.numbers is None or all(rest == 0 or rest >= FEWEST_APART for rest in remainders):
        return whole
    reason = N_("With the bands by industry it would tell of one or two clients.")
    return replace(whole, numbers=None, reason=reason)


def _band(
    readings: Sequence[Reading], definition: str, industry: str, measure: str, name: Message, unit: Unit, edition: str
) -> Band:
    numbers = band_of([each.estimate.value for each in readings],
                      [standard_error(each.estimate) for each in readings],
                      (-math.inf, math.inf) if measure in UNBOUNDED else QUOTABLE[unit])  # fmt: skip
    return Band(
        industry=industry,
        measure=measure,
        name=name,
        unit=unit,
        definition=definition,
        numbers=numbers if isinstance(numbers, BandNumbers) else None,
        reason=numbers if isinstance(numbers, Message) else None,
        edition=edition,
        basis=tuple((each.client, each.as_of, each.estimate.value) for each in readings),
    )


def band_of(values: Sequence[float], errors: Sequence[float], bounds: tuple[float, float]) -> BandNumbers | Message:
    """Return the band of some clients, or why there is none.

    Parameters
    ----------
    values, errors
        Of the clients: published values, and the standard errors that their intervals imply.
    bounds
        Ends of the scale.
    """
    if len(values) < FEWEST:
        return N_("Fewer than {fewest:int} clients can be compared.", fewest=FEWEST)
    meta = pool_estimates(values, errors)
    if max(meta.weights) > LARGEST_SHARE:
        return N_("One client alone would make up more than a third of it.")
    step = step_above(meta.std_error)
    spread = math.sqrt(meta.tau2)
    numbers = [
        min(max(round((meta.value + float(special.ndtri(share)) * spread) / step) * step, bounds[0]), bounds[1])
        for share in QUANTILES
    ]
    fewest, most = next((low, high) for low, high in CLASSES if high is None or len(values) <= high)
    p10, p25, p50, p75, p90 = (float(f"{number:.6g}") + 0.0 for number in numbers)
    return BandNumbers(p10=p10, p25=p25, p50=p50, p75=p75, p90=p90, step=step, fewest=fewest, most=most)


def step_above(error: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is no finer than an error.

    >>> step_above(3.2), step_above(0.011), step_above(5.0)
    (5.0, 0.02, 5.0)
    """
    if error <= 0:
        raise ValueError("a step needs an error above 0")
    power = math.floor(math.log10(error))
    candidates = (digit * 10.0**exponent for exponent in (power, power + 1) for digit in STEPS)
    return float(f"{next(step for step in candidates if step >= error * (1 - 1e-9)):.6g}")


def quotable(bands: Sequence[Band]) -> tuple[Band, ...]:
    """Return the bands of indicators that have numbers: what another client's parameters may quote."""
    return tuple(band for band in bands if band.numbers is not None and band.measure in CATALOGUE)


def read_bands(content: Mapping[str, object]) -> tuple[Band, ...]:
    """Return the bands with numbers that an earlier edition's portfolio.json holds; what is odd in it is left out."""
    rows = content.get("bands")
    return tuple(band for row in (rows if isinstance(rows, list) else []) if (band := _read_band(row)) is not None)


def _read_band(row: object) -> Band | None:
    name = read_message(mapping_at(row, "name"))
    numbers, unit = mapping_at(row, "numbers"), text_at(row, "unit")
    basis = row.get("basis") if isinstance(row, dict) else None
    keys = ("p10", "p25", "p50", "p75", "p90", "step", "fewest")
    found = {key: number_at(numbers, key) for key in keys}
    edition = text_at(row, "edition")
    if unit not in QUOTABLE or not is_day(edition) or None in found.values():
        return None
    if name is None or not isinstance(basis, list):
        return None
    members = [
        (each[0], each[1], float(each[2]))
        for each in basis
        if isinstance(each, list) and len(each) == 3 and isinstance(each[2], int | float)
    ]
    most = number_at(numbers, "most")
    return Band(
        industry=text_at(row, "industry"),
        measure=text_at(row, "measure"),
        name=name,
        unit=unit,  # type: ignore[arg-type]
        definition=text_at(row, "definition"),
        numbers=BandNumbers(
            **{key: float(found[key] or 0.0) for key in keys[:-1]},
            fewest=int(found["fewest"] or FEWEST),
            most=None if most is None else int(most),
        ),
        reason=None,
        edition=edition,
        basis=tuple(members),
    )
