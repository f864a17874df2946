"""A client without a survey: a year of real household purchases, reported as far as purchases go."""

import json
import subprocess
import sys

import pytest
from shipped import ROOT

pytestmark = pytest.mark.slow

MEMORY_LIMIT_BYTES = 1_000_000_000


# Linux counts for a process what the one that started it held by then, which may be a worker of many tests: hence a
# small process in between, which tells what its child has held at most.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the folder of the finished report and the peak memory of the largest process, in bytes."""
    out = tmp_path_factory.mktemp("completejourney")
    command = [sys.executable, "-m", "analysis.cli", "report", "completejourney", "--params", str(ROOT / "params")]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command, "--out", str(out)], stdout=subprocess.PIPE, text=True, check=True
    )
    code, size = map(int, measured.stdout.split())
    assert code == 0
    (folder,) = (path.parent for path in out.glob("completejourney/*/manifest.json"))
    return folder, size if sys.platform == "darwin" else size * 1024


def test_a_year_of_purchases_stays_below_a_gigabyte(built):
    assert built[1] < MEMORY_LIMIT_BYTES


def test_what_cannot_be_concluded_without_a_survey_is_said_and_the_rest_is_reported(built):
    audit = json.loads((built[0] / "audit.json").read_text(encoding="utf-8"))
    results = audit["indicators"]["results"]
    assert {
        key for key in ("satisfaction_index", "nps", "loyalty_index") if results[key]["overall"]["estimable"]
    } == set()
    assert results["repeat_purchase_rate"]["overall"]["estimable"]
    assert results["categories_bought"]["overall"]["estimable"]
    assert {"satisfaction"} <= set(audit["indicators"]["silences"])
    assert not audit["loyalty_model"].get("estimable", True)
    assert not audit["repurchase_model"].get("estimable", True)
    assert not audit["score"]["overall"]["estimable"]
