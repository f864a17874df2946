"""What the value of customers costs: a small client's fits, a million customers, and how the analysis grows.

    python benchmarks/lifetime.py [--sizes 400 1600 6400] [--repeats 3] [--million 1000000]

Customers are drawn from the models themselves at the published parameters of CDNOW. Times are seconds of the processor,
the fewest of the repeats after import; of the million, one run.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SMALL = 2_357
DAYS = 2 * 365
PARETO, SPEND = (0.553, 10.578, 0.606, 11.669), (6.25, 3.74, 15.44)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[400, 1_600, 6_400])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--million", type=int, default=1_000_000)
    options = parser.parse_args()
    print_fits(SMALL, 273, options.repeats)
    print_fits(options.million, DAYS, 1)
    print_scaling(options.sizes, options.repeats)


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()  # other work on the machine does not lengthen it
    work()
    return time.process_time() - started


def customers(count: int, days: int):
    """Return repeat purchases, days to the last and days watched, and mean amounts, of customers drawn at random."""
    rng = np.random.default_rng(1)
    r, alpha, s, beta = PARETO
    p, q, gamma = SPEND
    rate, leaving = rng.gamma(r, 1 / alpha, count), rng.gamma(s, 1 / beta, count)
    watched = np.rint(rng.uniform(0.7 * days, days, count))
    life = np.minimum(rng.exponential(1 / leaving) * 7, watched)
    frequency = rng.poisson(rate * life / 7).astype(float)
    last = np.rint(life * rng.random(count) ** (1 / np.maximum(frequency, 1)))
    frequency[last < 1] = 0
    last[frequency == 0] = 0
    bought = np.maximum(frequency, 1)
    amounts = rng.gamma(p * bought) / bought / rng.gamma(q, 1 / gamma, count)
    return frequency, last, watched, amounts


def print_fits(count: int, days: int, repeats: int) -> None:
    """Print the seconds of each model, and of all three, for so many customers."""
    from analysis.models.lifetime.beta_geometric import fit_beta_geometric
    from analysis.models.lifetime.pareto import fit_pareto
    from analysis.models.lifetime.spend import fit_gamma_gamma

    frequency, last, watched, amounts = customers(count, days)
    rows = frequency > 0
    work: dict[str, Callable[[], object]] = {
        "BG/NBD": lambda: fit_beta_geometric(frequency, last, watched, 7.0),
        "Pareto/NBD": lambda: fit_pareto(frequency, last, watched, 7.0),
        "Gamma-Gamma": lambda: fit_gamma_gamma(frequency[rows], amounts[rows]),
    }
    found = {name: min(seconds(one) for _ in range(repeats)) for name, one in work.items()}
    parts = ", ".join(f"{name} {value:.3f} s" for name, value in found.items())
    print(f"{count:,} customers fitted: {parts}, together {sum(found.values()):.3f} s")


def print_scaling(sizes: list[int], repeats: int) -> None:
    """Print the seconds of the whole analysis by customers of a synthetic client, and the exponent of its growth."""
    from analysis.calibration.clients import demo_params, known_client
    from analysis.models.lifetime.analysis import analyse_lifetime_value

    tables = ("customers", "survey", "transactions", "rates", "contracts")
    found = []
    for size in sizes:
        spent = []
        for repeat in range(repeats):  # a client of its own each time: what is known of one is remembered
            params = demo_params(ROOT / "params")
            data = known_client(11 + repeat, customers=size, params=params, tables=tables)
            spent.append(seconds(lambda: analyse_lifetime_value(data, params)))  # noqa: B023
        found.append(min(spent))
    exponent = np.polyfit(np.log(sizes), np.log(found), 1)[0]
    cells = ", ".join(f"{size:,}: {value:.2f} s" for size, value in zip(sizes, found, strict=True))
    print(f"whole analysis by customers: {cells} (exponent {exponent:.2f})")


if __name__ == "__main__":
    main()
