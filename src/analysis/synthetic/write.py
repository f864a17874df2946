"""Writes a synthetic client's files as a real client would send them, and the truth beside them."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from analysis.errors import DataError, Fault
from analysis.synthetic.defects import Flawed, add_defects
from analysis.synthetic.draw import World, draw_world
from analysis.synthetic.files import write_table
from analysis.synthetic.layout import file_layouts
from analysis.synthetic.population import population_truth
from analysis.synthetic.truth import AS_OF, START, WAVE_STARTS, ClientSpec, Truth, key_accounts

MARK = ".generated.json"
TRUTH = "truth.json"
WEEKS_TO_AS_OF = (AS_OF - START).days // 7  # who leaves later is no loss yet
POPULATION_CUSTOMERS = 30_000  # half a second; the Monte-Carlo error is written beside each number


def write_client(spec: ClientSpec, folder: Path, *, client: str) -> None:
    """Write the files of a synthetic client into `folder`, unless they are there already.

    Parameters
    ----------
    spec
        Seed, size and language; the language decides which of the two clients it is.
    folder
        The client's data folder. It is replaced as a whole; a folder that was not written by this function is
        never touched.
    client
        Id of the client, kept in ``truth.json``.

    Raises
    ------
    DataError
        If the folder holds files that this function did not write.

    Notes
    -----
    ``.generated.json`` holds a hash of the spec and of the generator's code, and the files' names; as long as both
    fit, nothing is done. The same spec gives the same bytes.
    """
    fingerprint = _fingerprint(spec, client)
    mark = _read_mark(folder)
    if mark is not None and mark["fingerprint"] == fingerprint and _complete(folder, mark["files"]):
        return
    if mark is None and folder.is_dir() and any(folder.iterdir()):
        raise DataError([
            Fault(
                what=f"data folder of {client}", rule="must be empty or have been generated", found="other files",
                where=f"folder '{folder.name}'", hint="a synthetic client replaces its folder: choose another one",
            )
        ])  # fmt: skip
    folder.parent.mkdir(parents=True, exist_ok=True)
    built = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        files = _write_all(spec, built, client)
        _write_json(built / MARK, {"fingerprint": fingerprint, "files": files})
        built.chmod(0o755)  # mkdtemp makes a private folder; a data folder is an ordinary one
        _swap(built, folder)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def _write_all(spec: ClientSpec, built: Path, client: str) -> list[str]:
    world = draw_world(spec)
    flawed = add_defects(world)
    files = []
    for layout in file_layouts(spec.language):
        files += write_table(flawed.frames[layout.table], layout, built)
    _write_json(built / TRUTH, truth_of(world, flawed, client))
    return [*files, TRUTH]


def truth_of(world: World, flawed: Flawed, client: str) -> dict[str, Any]:
    """Return everything that a test of the known truth needs, as JSON-ready data."""
    spec, truth = world.spec, world.truth
    accounts, answers = world.accounts, world.answers
    return {
        "client": client,
        "spec": {"seed": spec.seed, "customers": spec.customers, "language": spec.language},
        "calendar": {
            "start": START.isoformat(),
            "as_of": AS_OF.isoformat(),
            "waves": dict(zip(world.words.waves, (start.isoformat() for start in WAVE_STARTS), strict=True)),
        },
        "structure": truth.to_dict(),
        "partner_effects": {
            f"P{number + 1:02d}": round(float(effect), 6) for number, effect in enumerate(accounts.partner_effect)
        },
        "estimands": _rounded(population_truth(truth, 1, customers=POPULATION_CUSTOMERS, language=spec.language)),
        "rows": {name: len(frame) for name, frame in flawed.frames.items()},
        "defects": flawed.counts,
        "customers": {
            "all": spec.customers,
            "key": key_accounts(spec.customers),
            "prospects": int(accounts.is_prospect.sum()),
            "left": int((world.purchases.churn_week < WEEKS_TO_AS_OF).sum()),
        },
        "answers_by_wave": {
            wave: int((answers.completed & (answers.wave == number)).sum())
            for number, wave in enumerate(world.words.waves)
        },
    }


def _rounded(estimands: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the numbers with the digits that do not depend on the machine."""
    return {name: {key: float(f"{value:.8g}") for key, value in entry.items()} for name, entry in estimands.items()}


def _fingerprint(spec: ClientSpec, client: str) -> str:
    """Return a hash of everything the files depend on."""
    digest = hashlib.sha256(f"{client}|{spec.seed}|{spec.customers}|{spec.language}|{Truth()}".encode())
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.name.encode() + module.read_bytes())
    return digest.hexdigest()


def _read_mark(folder: Path) -> dict[str, Any] | None:
    path = folder / MARK
    if not path.is_file():
        return None
    mark: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return mark


def _complete(folder: Path, files: list[str]) -> bool:
    return all((folder / name).is_file() for name in files)


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _swap(built: Path, folder: Path) -> None:
    """Put `built` in the place of `folder`; whoever looks finds the old files or the new ones, whole."""
    if folder.is_dir():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.replace(old / "old")
        built.replace(folder)
        shutil.rmtree(old)
    else:
        built.replace(folder)
