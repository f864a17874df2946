"""Write truths.csv from what `make calibrate` has drawn: what `test_calibration_quick.py` holds a few clients against.

Of each quantity a few paths are kept. Run in the project's folder after `make calibrate`:
``python tests/calibration/write_truths.py``.
"""

import csv
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from analysis.calibration.draws import chunks_of, group_of, load_chunks, truth_chunks_of, truth_size
from analysis.calibration.proof import DRAWS, FOLDER, GROUPS
from analysis.calibration.quantities import quantity_of
from analysis.calibration.scenarios import scenarios
from analysis.calibration.truths import truths_of

CELLS = ("demo-400", "nil-400", "audits-400", "audits-nil-400", "demo-1000", "specification")
USUAL = frozenset({"demo-400", "nil-400"})  # the other cells are those of groups that are not drawn in them
MOST = 3  # paths of one quantity
COMMON = 0.6  # of the clients must have a path that is kept


def is_kept(key: str, cells: Collection[str]) -> bool:
    """Return whether a group that is drawn in `cells` is held against the truth in one of them."""
    return key in cells and (key in USUAL or not USUAL & set(cells))


def has_truth(group: str, key: str) -> bool:
    """Return whether what is true of a group in a cell is read from clients; of models drawn anew it is known."""
    return key in USUAL or truth_size(group)[0] > 0


def main() -> None:
    """Write the file beside this one."""
    rows = []
    for key in CELLS:
        scenario = scenarios()[key]
        for group in (name for name in GROUPS if has_truth(name, key) and is_kept(key, group_of(name).CELLS)):
            drawn = load_chunks(chunks_of(group, key, DRAWS, FOLDER)[:10])
            truths = truths_of(
                drawn, load_chunks(truth_chunks_of(group, scenario, FOLDER)), scenario, truth_size(group)[1]
            )
            kept: Counter[str] = Counter()
            for column, path in enumerate(drawn.paths):
                quantity, known = quantity_of(path), truths.get(path)
                has = (drawn.numbers[:, column, 1] < drawn.numbers[:, column, 2]).mean()
                if quantity is None or quantity.exempt or quantity.is_joint or quantity.kind == "shrunken":
                    continue
                if known is None or has < COMMON or (quantity.claim and key in quantity.null.split()):
                    continue
                name = quantity.label(path)
                kept[name] += 1
                if kept[name] <= MOST:
                    rows.append((group, key, path, f"{known.value:.8g}"))
    with Path(__file__).with_name("truths.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("group", "cell", "path", "value"), *rows])


if __name__ == "__main__":
    main()
