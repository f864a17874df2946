"""The clients on one measure: each drawn towards the mean by as much as its own uncertainty deserves, with its rank.

The sampling variances are those of the published intervals. Where fewer than three clients can be compared nothing is
drawn together, since the spread between two cannot be told from their noise.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from scipy import special

from analysis.indicators.league import DRAWS, Posterior, shrink
from analysis.indicators.samples import Floats
from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import SCORE, rows_at, text_at
from analysis.monitoring.earlier import read_message
from analysis.portfolio.comparable import Compared, Reading, compare_measure
from analysis.portfolio.shapes import ClientStanding, Reviewed, Standing
from analysis.results import Estimate

FEWEST = 3
"""With fewer clients the spread between them cannot be told from their noise."""
METHOD = "hierarchical-bayes"
LEVEL = 0.95
SEED = 1
TOP, BOTTOM = 100.0, 0.0


def measures_of_score(clients: Sequence[Reviewed]) -> dict[str, Message]:
    """Return the score and each dimension that any client has, with their names; the clients' own ones last."""
    found: dict[str, Message] = {SCORE: N_("Relationship score")}
    for client in clients:
        for row in rows_at(client.content, "score", "dimensions"):
            key, name = text_at(row, "dimension"), read_message(row.get("name"))
            if key and name is not None:
                found.setdefault(key, name)
    return found


def stand(clients: Sequence[Reviewed], measure: str, name: Message) -> Standing:
    """Return where the clients stand on one measure, best first.

    Parameters
    ----------
    clients
        All of them; those whose number means something else are left out with the reason.
    measure, name
        ``score`` or a dimension, and what it is called.
    """
    compared = compare_measure(clients, measure)
    readings = compared.readings
    if len(readings) < FEWEST:
        return _unranked(compared, measure, name)
    values = np.array([each.estimate.value for each in readings])
    errors = np.array([standard_error(each.estimate) for each in readings])
    posterior = shrink(values, errors**2)
    limits = posterior.limits(LEVEL)
    draws = posterior.draw(np.random.default_rng([SEED, zlib.crc32(measure.encode())]), DRAWS)
    ranks = np.argsort(np.argsort(-draws, axis=1, kind="stable"), axis=1) + 1
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
    top = (ranks <= max(1, round(len(readings) / 4))).mean(axis=0)
    rows = [
        ClientStanding(
            client=each.client,
            name=each.name,
            own=each.estimate,
            shrunken=_shrunken(posterior, limits[place], place, each),
            rank_low=int(low[place]),
            rank_high=int(high[place]),
            p_top_quartile=float(top[place]),
        )
        for place, each in enumerate(readings)
    ]
    order = sorted(range(len(rows)), key=lambda place: (-float(posterior.mean[place]), rows[place].client))
    precision = 1 / (errors**2 + posterior.between_sd**2)
    return Standing(
        measure=measure,
        name=name,
        rows=tuple(rows[place] for place in order),
        mean=float(precision @ values / precision.sum()),
        between_sd=posterior.between_sd,
        p_value=_equality(values, errors**2),
        left_out=compared.left_out,
    )


def standard_error(estimate: Estimate) -> float:
    """Return the standard error that a published interval implies: half its width over the normal quantile."""
    return (estimate.high - estimate.low) / 2 / float(special.ndtri((1 + estimate.level) / 2))


def _equality(values: Floats, variances: Floats) -> float:
    """Return the p-value of all clients being equal, the variances known: Cochran's Q as chi-squared."""
    weights = 1 / variances
    centre = float(weights @ values / weights.sum())
    return float(special.chdtrc(len(values) - 1, float(weights @ (values - centre) ** 2)))


def _unranked(compared: Compared, measure: str, name: Message) -> Standing:
    rows = [
        ClientStanding(
            client=each.client,
            name=each.name,
            own=each.estimate,
            shrunken=None,
            rank_low=None,
            rank_high=None,
            p_top_quartile=None,
        )
        for each in compared.readings
    ]
    return Standing(
        measure=measure,
        name=name,
        rows=tuple(sorted(rows, key=lambda row: (-row.own.value, row.client))),
        mean=None,
        between_sd=None,
        p_value=None,
        left_out=compared.left_out,
    )


def _shrunken(posterior: Posterior, limits: Floats, place: int, reading: Reading) -> Estimate:
    value = float(np.clip(posterior.mean[place], BOTTOM, TOP))
    low, high = (float(np.clip(limit, BOTTOM, TOP)) for limit in limits)
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=reading.estimate.n,
        method=METHOD,
        unit=reading.estimate.unit,
        std_error=float(posterior.spread[place]),
    )
