"""What the models cost: at either depth, against the number of responses, on a million rows, and for twelve drivers.

    python benchmarks/models.py [--sizes 330 1000 3300 10000 33000] [--repeats 3]

Sizes are customers of a synthetic client; each gives about three responses. Cost against responses is a power law
fitted to the fastest of the repeats (one from 10,000 customers on), in processor time; an exponent of 1 is cost in
proportion. Every analysis begins anew: what several share is counted for each. All other figures are ratios or medians
of one run, on the clock on the wall unless they say otherwise.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
MILLION = 1_000_000
MANY = 10_000  # customers, from which on an analysis is run once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[330, 1_000, 3_300, 10_000, 33_000])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print_depths(options.repeats)
    print_scaling(options.sizes, options.repeats)
    print_million(options.repeats)
    print_drivers()


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    started = clock()
    work()
    return clock() - started


def analyses():
    """Return every analysis by name: client data and parameters in, result out."""
    from analysis.models.behaviour.analysis import analyse_behaviour
    from analysis.models.drivers.analysis import analyse_drivers
    from analysis.models.imputation.analysis import compare_imputation
    from analysis.models.loyalty import fit_satisfaction_loyalty
    from analysis.models.mediation.analysis import analyse_mediation
    from analysis.models.moderation.analysis import analyse_moderation
    from analysis.models.panel.analysis import analyse_panel
    from analysis.models.prediction.analysis import analyse_prediction
    from analysis.models.repurchase import fit_repeat_purchase
    from analysis.models.robustness.analysis import analyse_robustness
    from analysis.models.shape.analysis import analyse_shape
    from analysis.models.uplift.analysis import simulate_uplift
    from analysis.models.uplift.lifetime import simulate_lifetime_uplift

    def robustness(data, params):
        return analyse_robustness(
            data, params, fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params)
        )

    return {
        "loyalty": fit_satisfaction_loyalty,
        "repurchase": fit_repeat_purchase,
        "drivers": analyse_drivers,
        "shape": analyse_shape,
        "behaviour": analyse_behaviour,
        "mediation": analyse_mediation,
        "moderation": analyse_moderation,
        "robustness": robustness,
        "imputation": compare_imputation,
        "panel": analyse_panel,
        "prediction": analyse_prediction,
        "uplift": simulate_uplift,
        "lifetime uplift": simulate_lifetime_uplift,
    }


def client(customers: int, depth: str = "board"):
    from analysis.calibration.clients import demo_params, known_client

    params = demo_params(ROOT / "params").model_copy(update={"depth": depth})
    return known_client(11, customers=customers, params=params), params


def print_depths(repeats: int) -> None:
    """Print what the chapter adds to an audit: analyses, and writing its sections with figures and tables."""
    from analysis.audit import run_audit
    from analysis.document.compose import compose_document
    from analysis.models.loyalty import fit_satisfaction_loyalty
    from analysis.models.repurchase import fit_repeat_purchase
    from analysis.params.load import load_params

    for depth in ("board", "full"):
        params = load_params("demo", ROOT / "params").model_copy(update={"depth": depth})
        audit = run_audit(params)
        from analysis.data.load import load_client_data
        from analysis.models.relations import analyse_relations

        data = load_client_data(params)

        def analyse():
            own = params.model_copy()  # noqa: B023 - what is remembered of the client is remembered by its parameters
            analyse_relations(data, own, fit_satisfaction_loyalty(data, own), fit_repeat_purchase(data, own))  # noqa: B023

        def write():
            document = compose_document(audit)  # noqa: B023
            return document["drivers"], document["technical"]

        rounds = repeats if depth == "board" else 1
        for clock, name in ((time.perf_counter, "wall"), (time.process_time, "processor")):
            found = statistics.median(seconds(analyse, clock) for _ in range(rounds))
            written = statistics.median(seconds(write, clock) for _ in range(rounds))
            print(f"depth {depth}, {name}: analyses {found:.2f} s, chapter and appendix {written:.2f} s")


def print_scaling(sizes: list[int], repeats: int) -> None:
    """Print the seconds of each analysis by size, and the exponent of its growth."""
    table: dict[str, list[float]] = {name: [] for name in analyses()}
    responses = []
    for size in sizes:
        data, params = client(size)
        responses.append(len(data.table("survey")))
        for name, work in analyses().items():
            rounds = repeats if size < MANY else 1
            table[name].append(
                min(seconds(lambda: work(data, params.model_copy()), time.process_time) for _ in range(rounds))  # noqa: B023
            )
    table["all"] = list(np.sum(list(table.values()), axis=0))
    print("responses".ljust(16), *(f"{n:>9,}" for n in responses), " exponent", sep="")
    for name, row in table.items():
        exponent = np.polyfit(np.log(responses), np.log(row), 1)[0]
        steepest = np.log(row[-1] / row[-2]) / np.log(responses[-1] / responses[-2])
        cells = (f"{value:>9.2f}" for value in row)
        print(name.ljust(16), *cells, f"{exponent:>9.2f} (last step {steepest:.2f})", sep="")


def print_million(repeats: int) -> None:
    """Print what a million rows of discrete predictors cost on their combinations, and the largest difference."""
    from analysis.models import compressed
    from analysis.models.binomial import fit_binomial
    from analysis.models.linear import fit_linear

    def on_rows(fit: Callable[[], Any]) -> Any:
        limit, compressed.MANY_ROWS = compressed.MANY_ROWS, 2 * MILLION
        try:
            return fit()
        finally:
            compressed.MANY_ROWS = limit

    rng = np.random.default_rng(1)
    answers = rng.integers(1, 11, size=(MILLION, 2)).astype(float)
    segment = rng.integers(0, 4, MILLION)
    design = np.column_stack([np.ones(MILLION), answers, *(segment == level for level in (1, 2, 3))]).astype(float)
    account = rng.integers(0, 5_000, MILLION)
    y = design @ np.array([10.0, 3, 1, 2, 0, -1]) + 10 * rng.normal(size=MILLION) + rng.normal(size=5_000)[account]
    bought = (rng.random(MILLION) < 1 / (1 + np.exp(2 - 0.2 * answers[:, 0]))).astype(float)
    for name, outcome, fit in (("least squares", y, fit_linear), ("logit", bought, fit_binomial)):
        for kind, clusters in (("each its own", None), ("in 5,000 accounts", account)):
            plain, fast = [], []

            def run() -> Any:
                return fit(outcome, design, clusters=clusters)  # noqa: B023

            for _ in range(repeats):
                plain.append(seconds(lambda: on_rows(run)))
                fast.append(seconds(run))
            one, other = on_rows(run), run()
            errors = np.sqrt(np.diag(other.covariance)) / np.sqrt(np.diag(one.covariance)) - 1
            gap = max(float(np.abs(other.coefficients / one.coefficients - 1).max()), float(np.abs(errors).max()))
            ratio = statistics.median(plain) / statistics.median(fast)
            print(
                f"a million rows {kind}, {name}: all rows {statistics.median(plain):.2f} s, combinations "
                f"{statistics.median(fast):.2f} s (ratio {ratio:.1f}); largest relative difference {gap:.1e}"
            )


def print_drivers() -> None:
    """Print the time of exact shares of twelve drivers, 5,000 responses, 1,000 draws of accounts."""
    from analysis.models.drivers.decomposition import decompose_linear, resampled_counts

    rng = np.random.default_rng(2)
    x = rng.normal(size=(5_000, 12)) + rng.normal(size=(5_000, 1))
    y = x @ np.linspace(0, 1, 12) + 3 * rng.normal(size=5_000)
    account = np.repeat(np.arange(2_500), 2)
    spent = seconds(lambda: decompose_linear(y, x, resampled_counts(2_500, 1_000, rng), account, rng))
    print(f"exact shares of 12 drivers, 5,000 responses, 1,000 draws: {spent:.1f} s")


if __name__ == "__main__":
    main()
