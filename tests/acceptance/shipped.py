"""Building shipped clients with the real command, once in a test run."""

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """A published report and what the command printed."""

    folder: Path
    params_folder: Path
    output: str

    def read(self, name):
        """Return one of the published files as text."""
        return (self.folder / name).read_text(encoding="utf-8")


def run_audit_command(*arguments, **environment):
    """Run the `audit` command as a user does and return the finished process."""
    command = [sys.executable, "-m", "analysis.cli", *map(str, arguments)]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AUDIT_", "COV_", "PYTEST_"))}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=clean | environment, check=False
    )


def build_once(root, client):
    params_folder, marker = root / "params", root / f"{client}.txt"
    with (root / f"{client}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists():
            shutil.copytree(ROOT / "params", params_folder, dirs_exist_ok=True)
            done = run_audit_command("report", client, "--params", params_folder, "--out", root / "reports")
            assert done.returncode == 0, done.stdout + done.stderr
            marker.write_text(done.stdout + done.stderr, encoding="utf-8")
    (manifest,) = (root / "reports" / client).glob("*/manifest.json")
    return Built(manifest.parent, params_folder, marker.read_text(encoding="utf-8"))
