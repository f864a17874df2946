"""How strong an unseen third factor would have to be to explain a relation away.

For the regression of loyalty: the robustness value, partial R squared and bounds by measured controls of Cinelli and
Hazlett [1]_. The bias of a factor with given partial R squared is exact algebra of (weighted) least squares; for the
interval its standard error is the one clustered by account, taken to shrink with the factor as the ordinary one does.
For buying again: the E-value of VanderWeele and Ding [2]_, which is defined for risk ratios only.

References
----------
.. [1] Cinelli, C. and Hazlett, C. (2020). Making sense of sensitivity: extending omitted variable bias. Journal of the
   Royal Statistical Society B 82, 39-67.
.. [2] VanderWeele, T. J. and Ding, P. (2017). Sensitivity analysis in observational research: introducing the E-value.
   Annals of Internal Medicine 167, 268-274.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import expit

from analysis.messages import N_, Message
from analysis.models.binomial import Logit, population_mean
from analysis.models.clustering import LEVEL, Floats, critical_value, p_value
from analysis.models.linear import LinearFit
from analysis.models.loyalty import slope_estimate
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.robustness.unseen_factor import Benchmark, Confounding, EValue
from analysis.models.terms import Design
from analysis.results import Estimate, NotEstimable, Outcome, Point

MULTIPLES = (1, 2, 3)
TEN_POINTS = 1.0  # satisfaction is in tens in the design
HIGHEST = 10.0
EXPLAINS_NOTHING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """What the formulas need of one coefficient.

    Parameters
    ----------
    estimate, std_error
        The coefficient and the standard error that its interval is made with.
    scale
        Standard deviation of the outcome over that of the treatment, both without what the other columns explain: what
        a factor's bias is a multiple of. For an ordinary standard error it is ``std_error * sqrt(df)``.
    df
        Residual degrees of freedom, n - k.
    quantile
        Critical value of the interval.
    """

    estimate: float
    std_error: float
    scale: float
    df: float
    quantile: float

    @property
    def cohens_f(self) -> float:
        """Return the partial Cohen's f of treatment and outcome."""
        return abs(self.estimate) / self.scale

    @property
    def partial_r2(self) -> float:
        """Return the share of the outcome's remaining variance that goes with the treatment."""
        return self.cohens_f**2 / (1 + self.cohens_f**2)


def ordinary_sensitivity(estimate: float, std_error: float, df: float, level: float = LEVEL) -> Sensitivity:
    """Return the sensitivity of a coefficient with its ordinary (homoskedastic) standard error, as in [1]_."""
    return Sensitivity(
        estimate=estimate,
        std_error=std_error,
        scale=std_error * np.sqrt(df),
        df=df,
        quantile=float(stats.t.ppf((1 + level) / 2, df - 1)),
    )


def robustness_value(sensitivity: Sensitivity, *, share: float = 1.0, significant: bool = False) -> float:
    """Return the robustness value: equal strength with treatment and outcome that would change the conclusion, 0 to 1.

    Parameters
    ----------
    sensitivity
        Of the coefficient.
    share
        Share of the estimate to explain away (q).
    significant
        Whether the conclusion is that the interval excludes what is left (else: the estimate itself).
    """
    strength = share * sensitivity.cohens_f
    if not significant:
        return float(_equal_strength(strength))
    margin = sensitivity.quantile * sensitivity.std_error / sensitivity.scale
    margin *= np.sqrt(sensitivity.df / (sensitivity.df - 1))
    if strength <= margin:
        return 0.0
    if strength * margin > 1:  # so strong a relation that the factor would explain more of the treatment alone
        return float((strength**2 - margin**2) / (1 + strength**2))
    return float(_equal_strength(strength - margin))


def _equal_strength(strength: float) -> float:
    return (np.sqrt(strength**4 + 4 * strength**2) - strength**2) / 2


def adjust(sensitivity: Sensitivity, with_treatment: float, with_outcome: float) -> tuple[float, float]:
    """Return estimate and standard error were a factor with these partial R squared held constant, at the worst."""
    bias = np.sqrt(with_outcome * with_treatment / (1 - with_treatment)) * sensitivity.scale
    value = np.sign(sensitivity.estimate) * (abs(sensitivity.estimate) - bias)
    error = sensitivity.std_error * np.sqrt(
        (1 - with_outcome) / (1 - with_treatment) * sensitivity.df / (sensitivity.df - 1)
    )
    return float(value), float(error)


def bound(treatment_r2: float, outcome_r2: float, multiple: float) -> tuple[float, float] | None:
    """Return the partial R squared, with treatment and outcome, of a factor `multiple` times as strong as a control.

    Parameters
    ----------
    treatment_r2, outcome_r2
        Partial R squared of the control with the treatment (given the other controls) and with the outcome (given the
        treatment too).
    multiple
        How many times as strong the factor is, with both.

    Returns
    -------
    tuple or None
        None where no factor can be so strong.
    """
    with_treatment = multiple * treatment_r2 / (1 - treatment_r2)
    if with_treatment >= 1 or multiple * treatment_r2 >= 1:
        return None
    shared = multiple * treatment_r2**2 / ((1 - multiple * treatment_r2) * (1 - treatment_r2))
    if shared >= 1:
        return None
    factor = (np.sqrt(multiple) + np.sqrt(shared)) / np.sqrt(1 - shared)
    with_outcome = factor**2 * outcome_r2 / (1 - outcome_r2)
    return None if with_outcome > 1 else (float(with_treatment), float(with_outcome))


def assess_confounding(sample: LoyaltySample, design: Design, outcome: Floats, fit: LinearFit) -> Confounding:
    """Return how strong a third factor must be to explain the slope of loyalty on satisfaction."""
    effect = slope_estimate(fit)
    weights = fit.weights
    others = np.delete(design.matrix, 1, axis=1)
    treatment = _residual(others, design.matrix[:, 1], weights)
    df = len(outcome) - design.matrix.shape[1]
    sensitivity = Sensitivity(
        estimate=effect.value,
        std_error=float(effect.std_error or 0.0),
        scale=float(np.sqrt((weights @ fit.residuals**2) / (weights @ treatment**2))),
        df=df,
        quantile=critical_value(fit.accounts),
    )
    return Confounding(
        effect=effect,
        partial_r2=sensitivity.partial_r2,
        robustness_value=robustness_value(sensitivity),
        robustness_value_alpha=robustness_value(sensitivity, significant=True),
        benchmarks=tuple(
            benchmark
            for key, name, columns in _control_columns(sample, design)
            for benchmark in _benchmarks(key, name, columns, design, outcome, fit, sensitivity)
        ),
    )


def _control_columns(sample: LoyaltySample, design: Design) -> list[tuple[str, Message, list[int]]]:
    """Return each control that is in the design with its columns."""
    places = {term.key: place for place, term in enumerate(design.terms)}
    found = []
    for control in sample.controls:
        columns = [places[term.key] for term in control.terms if term.key in places]
        if columns:
            found.append((control.terms[0].key.partition("=")[0], control.name, columns))
    return found


def _benchmarks(
    key: str, name: Message, columns: list[int], design: Design, outcome: Floats, fit: LinearFit, base: Sensitivity
) -> list[Benchmark]:
    matrix, weights = design.matrix, fit.weights
    rest = [column for column in range(matrix.shape[1]) if column not in columns]
    others = [column for column in rest if column != 1]
    treatment_r2 = _partial_r2(matrix[:, others], matrix[:, columns], matrix[:, 1], weights)
    outcome_r2 = _partial_r2(matrix[:, rest], matrix[:, columns], outcome, weights)
    rows = []
    for multiple in MULTIPLES:
        strengths = bound(treatment_r2, outcome_r2, multiple)
        adjusted: Point | NotEstimable = NotEstimable(
            reason=N_("No factor can be so strong beside what is measured."), n=len(outcome)
        )
        if strengths is not None:
            adjusted = Point(value=adjust(base, *strengths)[0], n=len(outcome), unit="index")
        rows.append(
            Benchmark(
                key=key,
                name=name,
                multiple=multiple,
                with_satisfaction=strengths[0] if strengths else 1.0,
                with_outcome=strengths[1] if strengths else 1.0,
                adjusted=adjusted,
            )
        )
    return rows


def fit_method(fit: LinearFit) -> str:
    """Return the key of the interval's method."""
    return "hc3-t" if fit.accounts == len(fit.fitted) else "cr3-t"


def _residual(columns: Floats, values: Floats, weights: Floats) -> Floats:
    root = np.sqrt(weights)
    coefficients = np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)[0]
    return np.asarray(values - columns @ coefficients)


def _partial_r2(given: Floats, added: Floats, values: Floats, weights: Floats) -> float:
    """Return the share of the variance left by `given` that `added` explains, weighted; 0 where nothing is left."""
    before = float(weights @ _residual(given, values, weights) ** 2)
    after = float(weights @ _residual(np.column_stack([given, added]), values, weights) ** 2)
    return max(0.0, 1 - after / before) if before > EXPLAINS_NOTHING else 0.0


def assess_e_value(fit: Logit, column: int) -> EValue | NotEstimable:
    """Return the E-value of the risk ratio of buying again were each customer 10 points more satisfied (at most 100).

    Parameters
    ----------
    fit
        Of buying again; `column` is satisfaction in tens.
    """
    ratio = risk_ratio(fit, column)
    if isinstance(ratio, NotEstimable):
        return ratio
    includes_one = ratio.low <= 1 <= ratio.high
    nearest = 1.0 if includes_one else ratio.low if ratio.value > 1 else ratio.high
    return EValue(risk_ratio=ratio, value=e_value(ratio.value), limit_value=e_value(nearest))


def e_value(ratio: float) -> float:
    """Return the E-value of a risk ratio: ``RR + sqrt(RR (RR - 1))``, of its inverse below 1."""
    upward = ratio if ratio >= 1 else 1 / ratio
    return float(upward + np.sqrt(upward * (upward - 1)))


def risk_ratio(fit: Logit, column: int) -> Outcome:
    """Return the chance with 10 points more satisfaction over the chance as it is, its interval on the logarithm."""
    more = np.minimum(fit.design[:, column] + TEN_POINTS, np.maximum(fit.design[:, column], HIGHEST))

    def raised(design: Floats) -> tuple[Floats, Floats]:
        moved = design.copy()
        moved[:, column] = more
        return _chances(fit, moved)

    high, high_moves = population_mean(fit, raised)
    base, base_moves = population_mean(fit, lambda design: _chances(fit, design))
    moves = high_moves / high - base_moves / base
    error = float(np.sqrt(moves @ moves))
    if error <= EXPLAINS_NOTHING:
        return NotEstimable(reason=N_("All customers are at the top of the scale already."), n=len(more))
    log_ratio = float(np.log(high / base))
    margin = critical_value(fit.accounts) * error
    return Estimate(
        value=high / base,
        low=float(np.exp(log_ratio - margin)),
        high=float(np.exp(log_ratio + margin)),
        n=len(more),
        method="log-cr3-t",
        unit="ratio",
        std_error=error * high / base,
        clusters=fit.accounts,
        p_value=p_value(log_ratio / error, fit.accounts),
    )


def _chances(fit: Logit, design: Floats) -> tuple[Floats, Floats]:
    chance = expit(design @ fit.coefficients)
    return chance, design * (chance * (1 - chance))[:, None]
