"""How the cost of each chapter of an audit grows with its rows: computing its results, and writing it.

    python benchmarks/chapters.py [--sizes 400 1600 6400] [--repeats 2]

Sizes are customers of the synthetic client `demo`; all its tables grow with them. Seconds are of the processor, the
fewest of the repeats (one at the largest size), within one audit: what several parts share is counted for the one that
asks for it first. Each part is held against its own rows: orders, contacts, feedback, responses, opportunities, or
customers. Growth is a power law fitted over all sizes, and over the last step alone; 1 is cost in proportion. Printed
as Markdown, as docs/performance.md has it.
"""

import argparse
import functools
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SEED = 11
FEWEST_SECONDS = 0.05
"""At the largest size; what costs less has no growth worth telling."""
PARTS: Mapping[str, Mapping[str, str]] = {
    "analysis.audit": {
        "compute_indicators": "transactions",
        "fit_satisfaction_loyalty": "survey",
        "fit_repeat_purchase": "survey",
        "actions_from": "transactions",
    },
    "analysis.models.relations": {
        "analyse_drivers": "survey",
        "analyse_shape": "survey",
        "analyse_behaviour": "survey",
        "analyse_mediation": "survey",
        "analyse_moderation": "survey",
        "analyse_robustness": "survey",
        "compare_imputation": "survey",
        "analyse_panel": "survey",
        "analyse_prediction": "survey",
        "simulate_uplift": "survey",
        "simulate_lifetime_uplift": "survey",
    },
    "analysis.relationship": {
        "analyse_score": "survey",
        "analyse_lifetime_value": "transactions",
        "analyse_growth": "transactions",
        "analyse_lifecycle": "transactions",
        "analyse_retention": "transactions",
        "analyse_conversion": "opportunities",
        "analyse_contacts": "interactions",
        "analyse_complaints": "feedback",
        "analyse_voices": "feedback",
        "analyse_partners": "transactions",
        "analyse_respondents": "survey",
        "appraise_managers": "transactions",
        "analyse_key_accounts": "customers",
    },
}
"""Module -> function of an audit, as that module calls it -> table whose rows it is held against."""
CHAPTERS: Mapping[str, str] = {
    "score": "survey",
    "satisfaction": "survey",
    "loyalty": "survey",
    "value": "transactions",
    "lifecycle": "transactions",
    "interaction": "interactions",
    "depth_breadth": "interactions",
    "key_accounts": "customers",
    "drivers": "survey",
    "partners": "transactions",
    "feedback": "feedback",
    "targets": "transactions",
    "actions": "transactions",
    "technical": "survey",
}
"""Chapter -> table whose rows its writing is held against."""
ROWS = {"transactions": "orders", "survey": "responses", "interactions": "contacts"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[400, 1_600, 6_400])
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    measure(options.sizes[0])  # what is loaded and built up on first use does not count
    found = [
        fewest([measure(size) for _ in range(1 if size == max(options.sizes) else options.repeats)])
        for size in options.sizes
    ]
    rows = [each for each, _ in found]
    spent = [each for _, each in found]
    print_table("computing", {name: table for part in PARTS.values() for name, table in part.items()}, rows, spent)
    print_table("writing", CHAPTERS, rows, spent)
    whole = {"results": "customers", "all chapters": "customers"}
    print_table("the whole audit", whole, rows, spent)


Measured = tuple[dict[str, int], dict[str, float]]


def fewest(runs: list[Measured]) -> Measured:
    """Return the fewest seconds of several runs of one client."""
    return runs[0][0], {name: min(spent[name] for _, spent in runs) for name in runs[0][1]}


def measure(customers: int) -> Measured:
    """Return the rows of a client of so many customers, and the seconds of every part and every chapter."""
    import importlib

    import analysis.audit as audit_module
    from analysis.calibration.clients import demo_params, known_client
    from analysis.document.compose import compose_document

    params = demo_params(ROOT / "params").model_copy()
    data = known_client(SEED, customers=customers, params=params, tables=None)
    spent: dict[str, float] = defaultdict(float)
    kept = []
    for module_name, parts in PARTS.items():
        module = importlib.import_module(module_name)
        for name in parts:
            kept.append((module, name, getattr(module, name)))
            setattr(module, name, timed(getattr(module, name), name, spent))
    kept.append((audit_module, "load_client_data", audit_module.load_client_data))
    audit_module.load_client_data = lambda _params: data
    try:
        audit = timed(audit_module.run_audit, "results", spent)(params)
        document = compose_document(audit)
        for chapter in CHAPTERS:
            timed(document.__getitem__, chapter, spent)(chapter)
        spent["all chapters"] = sum(spent[chapter] for chapter in CHAPTERS)
    finally:
        for module, name, function in kept:
            setattr(module, name, function)
    return {"customers": customers} | {name: len(frame) for name, frame in data.tables.items()}, dict(spent)


def timed(work: Callable, name: str, spent: dict[str, float]) -> Callable:
    """Return the function, which adds its seconds of the processor to `spent`."""

    @functools.wraps(work)
    def run(*args, **options):
        started = time.process_time()  # other work on the machine does not lengthen it
        try:
            return work(*args, **options)
        finally:
            spent[name] += time.process_time() - started

    return run


def print_table(
    title: str, parts: Mapping[str, str], rows: list[dict[str, int]], spent: list[dict[str, float]]
) -> None:
    """Print the seconds of each part by size, and how they grow with the part's own rows."""
    sizes = " | ".join(f"{each['customers']:,}" for each in rows)
    print(f"\n| {title} | against | {sizes} | exponent | last step |")
    print(f"|---|---|{'---|' * len(rows)}---|---|")
    for name, table in parts.items():
        count = np.array([each[table] for each in rows], dtype=float)
        seconds = np.maximum([each.get(name, 0.0) for each in spent], 1e-6)
        last = np.log(seconds[-1] / seconds[-2]) / np.log(count[-1] / count[-2])
        exponent = np.polyfit(np.log(count), np.log(seconds), 1)[0]
        growth = f"{exponent:.2f} | {last:.2f}" if seconds[-1] >= FEWEST_SECONDS else "| "
        cells = " | ".join(f"{each:.2f}" for each in seconds)
        print(f"| {name} | {ROWS.get(table, table)} {int(count[0]):,} to {int(count[-1]):,} | {cells} | {growth} |")


if __name__ == "__main__":
    main()
