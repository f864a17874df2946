"""Respondents against the base: standardised differences with intervals, and one test of all together.

A difference is the mean over those who answered less the mean over the base, in standard deviations of the base. Its
variance is linearised over the customers: with x the characteristic, m and m_r the two means, s the base's standard
deviation and n, n_r the customers, a customer contributes

    [r (x - m_r) / n_r - (x - m) / n - d ((x - m)^2 - s^2) / (2 s n)] / s

with r whether it answered; t has n_r - 1 degrees of freedom. The test of all is that of a randomised allocation [1]_:
the squared length of the difference of all means, measured by their covariance over the base, is (n - 1) times the
R squared of answering regressed on the characteristics, and is referred to F as Hotelling's two-sample T squared.

References
----------
.. [1] Hansen, B. B. & Bowers, J. (2008). Covariate balance in simple, stratified and clustered comparative studies.
       Statistical Science 23, 219-236.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.indicators.estimation import LEVEL
from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.respondents.base import LABELS, LOGGED, UNITS, Base, Groups
from analysis.models.respondents.result import BalanceTest, StandardisedDifference
from analysis.models.terms import is_redundant
from analysis.results import Estimate, NotEstimable, Outcome

METHOD = "t"
FEWEST_DEGREES = 10


def compare_respondents(base: Base, groups: tuple[Groups, ...]) -> tuple[StandardisedDifference, ...]:
    """Return a row for each group's share and each number, those of `groups` and of the base's numbers.

    A characteristic of two groups is one row, since the second share follows from the first.
    """
    rows = []
    for group in groups:
        names = group.names[:1] if len(group.names) == 2 else group.names
        for code, name in enumerate(names):
            values = (group.codes == code).astype(float)
            label = N_("{what:message}: {name:message}", what=LABELS[group.key], name=name)
            rows.append(_row(f"{group.key}={code}", label, "proportion", values, values, base.answered))
    for key, values in base.numbers.items():
        measured = np.log1p(values) if key in LOGGED else values
        rows.append(_row(key, LABELS[key], UNITS[key], values, measured, base.answered))
    return tuple(rows)


def _row(
    key: str, label: Message, unit: str, values: Floats, measured: Floats, answered: NDArray[np.bool_]
) -> StandardisedDifference:
    return StandardisedDifference(
        key=key,
        label=label,
        unit=unit,  # type: ignore[arg-type]
        base=float(values.mean()),
        respondents=float(values[answered].mean()),
        difference=standardised_difference(measured, answered),
    )


def standardised_difference(values: Floats, answered: NDArray[np.bool_]) -> Outcome:
    """Return the mean of those who answered less the mean of all, in standard deviations of all.

    Parameters
    ----------
    values, answered
        Shape (customers,).
    """
    count, replies = len(values), int(answered.sum())
    spread = float(values.std(ddof=0))
    if replies < 2 or replies == count or spread == 0:
        reason = N_("All customers are alike in it, so the data carry no sign of its uncertainty.")
        return NotEstimable(reason=reason, n=replies)
    mean, own = float(values.mean()), float(values[answered].mean())
    difference = (own - mean) / spread
    parts = answered * (values - own) / replies - (values - mean) / count
    parts = (parts - difference * ((values - mean) ** 2 - spread**2) / (2 * spread * count)) / spread
    error = float(np.sqrt((parts**2).sum() * replies / (replies - 1)))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, replies - 1)) * error
    return Estimate(
        value=difference,
        low=difference - half,
        high=difference + half,
        n=replies,
        method=METHOD,
        unit="ratio",
        std_error=error,
        p_value=float(2 * stats.t.sf(abs(difference) / error, replies - 1)) if error > 0 else None,
    )


def balance_test(base: Base) -> BalanceTest | NotEstimable:
    """Test that those who answered are a random part of the base in all characteristics together."""
    columns: list[Floats] = [np.ones(base.n)]
    used: list[Message] = []
    for group in base.groups:
        before = len(columns)
        for code in range(1, len(group.names)):
            _add(columns, (group.codes == code).astype(float))
        used += [LABELS[group.key]] if len(columns) > before else []
    for key, values in base.numbers.items():
        before = len(columns)
        _add(columns, np.log1p(values) if key in LOGGED else values)
        used += [LABELS[key]] if len(columns) > before else []
    count = len(columns) - 1
    rest = base.n - 1 - count
    if count == 0:
        return NotEstimable(reason=N_("Nothing is known of both those who answered and all customers."), n=base.n)
    if rest < FEWEST_DEGREES or base.answered.all():
        return NotEstimable(reason=N_("Too few customers, or all of them answered."), n=base.n)
    design = np.column_stack(columns)
    reply = base.answered.astype(float)
    fitted = design @ np.linalg.lstsq(design, reply, rcond=None)[0]
    explained = float(((fitted - reply.mean()) ** 2).sum())
    unexplained = float(((reply - fitted) ** 2).sum())
    if unexplained <= 0:
        return NotEstimable(reason=N_("Who answered follows from what is known of the customers."), n=base.n)
    statistic = (explained / count) / (unexplained / rest)
    return BalanceTest(
        statistic=statistic,
        df=count,
        df_residual=rest,
        p_value=float(stats.f.sf(statistic, count, rest)),
        characteristics=tuple(used),
    )


def _add(columns: list[Floats], values: Floats) -> None:
    centred = values - values.mean()
    spread = float(centred.std())
    if spread > 0 and not is_redundant(centred / spread, columns):
        columns.append(centred / spread)
