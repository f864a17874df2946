"""An adversary with audit.json, the list of customers and a solver: what must be true of a few who answered?

The adversary knows who answered and everything on record about them but the answers. Each published number is an
equation in the answers: a mean in how many of a group gave each answer, its standard error in the same counts' squares,
a regression's coefficient in the sum of the residuals over the group that it holds constant. All of them together leave
a range for the mean of any few respondents; linear programming finds its ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

CODES = np.arange(1, 11)
"""Answers to the question about satisfaction."""
MARKS = np.arange(11)
"""Answers to the question whether one would recommend."""
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Equation:
    """What a published number says: where it stands, the coefficients of the unknowns, and their sum."""

    source: str
    row: np.ndarray
    total: float


class Adversary:
    """What can be had from one audit about the answers of its respondents.

    Parameters
    ----------
    audit
        The content of audit.json.
    people
        One row a customer: the columns of a block, and the waves that it answered.
    """

    def __init__(self, audit: dict, people: pd.DataFrame) -> None:
        self.audit = audit
        self.waves = list(audit["waves"])
        answered = people[people["waves"].map(len) > 0]
        self.cells = answered.groupby("block").first()
        self.sizes = answered.groupby("block").size()
        self.blocks = list(self.cells.index)
        kinds = (("satisfied", len(CODES)), ("recommend", len(MARKS)), ("loyalty", 1))
        self.offset, place = {}, 0
        for block in self.blocks:
            for wave in self.waves:
                if wave in self.cells.loc[block, "waves"]:
                    for kind, count in kinds:
                        self.offset[block, wave, kind] = (place, count)
                        place += count
        self.unknowns = place
        self.equations = [*self._certain(), *self._published()]

    def among(self, **known) -> list[int]:
        """Return the blocks with these attributes."""
        mask = np.logical_and.reduce([self.cells[name] == value for name, value in known.items()])
        return list(self.cells.index[mask])

    def range_of(self, blocks: list[int], kind: str = "satisfied", wave: str | None = None) -> tuple[float, float]:
        """Return the lowest and highest mean (0 to 1 of the scale) of some blocks that the audit leaves possible."""
        wave = wave or self.waves[-1]
        target = self._sum(blocks, wave, kind, self._scaled(kind)) / sum(self.sizes[block] for block in blocks)
        matrix = sparse.csr_array(np.array([equation.row for equation in self.equations]))
        totals = np.array([equation.total for equation in self.equations])
        slack = TOLERANCE * np.maximum(1, np.abs(totals))
        bounds = self._bounds()
        ends = []
        for sign in (1, -1):
            solved = linprog(
                sign * target,
                A_ub=sparse.vstack([matrix, -matrix]),
                b_ub=np.concatenate([totals + slack, slack - totals]),
                bounds=bounds,
                method="highs",
            )
            assert solved.status == 0, solved.message
            ends.append(sign * solved.fun)
        return ends[0], ends[1]

    def determines(self, blocks: list[int], kind: str = "satisfied", wave: str | None = None) -> bool:
        """Return whether the mean of some blocks follows from the equations alone, whatever anybody answered."""
        target = self._sum(blocks, wave or self.waves[-1], kind, self._scaled(kind))
        matrix = np.array([equation.row for equation in self.equations])
        matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        solved = np.linalg.lstsq(matrix.T, target, rcond=1e-9)[0]
        return bool(np.linalg.norm(matrix.T @ solved - target) < TOLERANCE * np.linalg.norm(target))

    def sources(self) -> set[str]:
        """Return which parts of the audit gave equations."""
        return {equation.source for equation in self.equations}

    def _scaled(self, kind: str) -> np.ndarray:
        return {"satisfied": (CODES - 1) / 9, "recommend": MARKS / 10, "loyalty": np.array([0.01])}[kind]

    def _bounds(self) -> list[tuple[float, float]]:
        bounds = [(0.0, 0.0)] * self.unknowns
        for (block, _, kind), (start, count) in self.offset.items():
            most = float(self.sizes[block]) * (100 if kind == "loyalty" else 1)
            bounds[start : start + count] = [(0.0, most)] * count
        return bounds

    def _sum(self, blocks, wave: str, kind: str, values: np.ndarray) -> np.ndarray:
        """Return the coefficients of the sum over blocks of what each answer counts for."""
        row = np.zeros(self.unknowns)
        for block in blocks:
            if (block, wave, kind) in self.offset:
                start, count = self.offset[block, wave, kind]
                row[start : start + count] = values
        return row

    def _people(self, blocks, wave: str) -> float:
        return float(sum(self.sizes[block] for block in blocks if (block, wave, "satisfied") in self.offset))

    def _certain(self) -> Iterator[Equation]:
        """Yield that everybody gave one answer."""
        for block, wave, kind in self.offset:
            if kind != "loyalty":
                values = np.ones(self.offset[block, wave, kind][1])
                yield Equation("certain", self._sum([block], wave, kind, values), float(self.sizes[block]))

    def _published(self) -> Iterator[Equation]:
        yield from self._indicators()
        yield from self._items()
        yield from self._subjects("touchpoint")
        yield from self._subjects("product")
        yield from self._partner_cards()
        yield from self._compared()
        yield from self._regression()

    def _mean(self, source: str, outcome: dict, blocks, wave: str, kind: str, values: np.ndarray, *, spread=True):
        """Yield what a mean says, and what its standard error says of the squares."""
        if not outcome or not outcome.get("estimable") or outcome["n"] != self._people(blocks, wave):
            return
        n = outcome["n"]
        yield Equation(source, self._sum(blocks, wave, kind, values), n * outcome["value"])
        if spread and kind != "loyalty" and outcome.get("method") == "t" and outcome.get("std_error") is not None:
            squares = outcome["std_error"] ** 2 * n * (n - 1) + n * outcome["value"] ** 2
            yield Equation(f"{source} spread", self._sum(blocks, wave, kind, values**2), squares)

    def _indicators(self) -> Iterator[Equation]:
        net = np.where(MARKS >= 9, 100.0, np.where(MARKS <= 6, -100.0, 0.0))
        measured = {
            "satisfaction_index": ("satisfied", 100 * (CODES - 1) / 9),
            "satisfaction_mean": ("satisfied", CODES.astype(float)),
            "satisfaction_top2": ("satisfied", (CODES >= 9).astype(float)),
            "nps": ("recommend", net),
            "loyalty_index": ("loyalty", np.array([1.0])),
        }
        results = self.audit["indicators"]["results"]
        for key, (kind, values) in measured.items():
            result = results.get(key)
            if result is None:
                continue
            for wave, outcome in result["by_period"].items():
                yield from self._mean(f"{key} by wave", outcome, self.blocks, wave, kind, values)
            for column, groups in (("segment", result["by_segment"]), ("partner", result["by_partner"])):
                for name, outcome in groups.items():
                    blocks = self.among(**{column: name})
                    yield from self._mean(f"{key} by {column}", outcome, blocks, self.waves[-1], kind, values)

    def _items(self) -> Iterator[Equation]:
        for item in self.audit["indicators"]["items"]:
            if item["key"] not in ("satisfied", "recommend"):
                continue
            codes = CODES if item["key"] == "satisfied" else MARKS
            people = self._people(self.blocks, self.waves[-1])
            for code, share in item["distribution"].items():
                row = self._sum(self.blocks, self.waves[-1], item["key"], (codes == float(code)).astype(float))
                yield Equation("distribution", row, share * people)

    def _subjects(self, name: str) -> Iterator[Equation]:
        """Yield the scores by what the answers are about."""
        for subject in self.audit["indicators"][f"{name}s"]:
            blocks = self.among(**{name: subject[name]})
            for wave, outcome in subject["by_period"].items():
                yield from self._mean(name, outcome, blocks, wave, "satisfied", 100 * (CODES - 1) / 9)

    def _partner_cards(self) -> Iterator[Equation]:
        cards = self.audit["relationship"]["partners"].get("cards") or []
        for card in cards:
            own = self.among(partner=card["partner_id"])
            rest = [block for block in self.blocks if block not in own]
            for measure in card["measures"]:
                if measure["key"] == "satisfaction_index":
                    for blocks, outcome in ((own, measure["own"]), (rest, measure["rest"])):
                        yield from self._mean(
                            "partner's card", outcome, blocks, self.waves[-1], "satisfied", 100 * (CODES - 1) / 9
                        )

    def _compared(self) -> Iterator[Equation]:
        """Yield the differences between customers interviewed, or with a complaint, and the others."""
        complaints = self.audit["relationship"]["complaints"]
        values, last = 100 * (CODES - 1) / 9, self.waves[-1]
        met = self.among(interviewed=True)
        others = [block for block in self.blocks if block not in met]
        found = (complaints.get("voices") or {}).get("interviewed_satisfaction") or {}
        if found.get("estimable"):
            row = self._sum(met, last, "satisfied", values) / self._people(met, last)
            row = row - self._sum(others, last, "satisfied", values) / self._people(others, last)
            yield Equation("interviewed", row, found["value"])
        around = complaints.get("satisfaction") or {}
        both = [block for block in self.blocks if set(self.waves) <= set(self.cells.loc[block, "waves"])]
        sides = {"change_complained": True, "change_others": False}
        for key, complained in sides.items():
            outcome = around.get(key) or {}
            blocks = [block for block in both if bool(self.cells.loc[block, "complained"]) == complained]
            if outcome.get("estimable") and len(self.waves) == 2 and blocks:
                row = self._sum(blocks, last, "satisfied", values)
                row = row - self._sum(blocks, self.waves[0], "satisfied", values)
                yield Equation("around a complaint", row, outcome["value"] * outcome["n"])

    def _regression(self) -> Iterator[Equation]:
        """Yield that the residuals of loyalty on satisfaction add up to zero over every group held constant."""
        model = self.audit["loyalty_model"]
        terms = {row["term"]: row["estimate"] for row in model.get("coefficients") or []}
        if not terms or "tenure" in terms or model.get("weighted"):
            return
        named = {term.partition("=")[2] for term in terms if term.startswith("segment=")}
        joint = {part: name for name in named for part in name.split(" + ")}
        sets = {term: self._held(term, joint) for term in terms if term != "satisfaction_10"}
        for term, members in sets.items():
            row, total = np.zeros(self.unknowns), 0.0
            for block, wave in members:
                row += self._sum([block], wave, "loyalty", np.array([1.0]))
                slope = terms["satisfaction_10"] / 10
                row -= slope * self._sum([block], wave, "satisfied", 100 * (CODES - 1) / 9)
                held = sum(terms[other] for other, these in sets.items() if (block, wave) in these)
                total += float(self.sizes[block]) * held
            yield Equation(f"model {term.partition('=')[0]}", row, total)

    def _held(self, term: str, joint: dict[str, str]) -> set[tuple[int, str]]:
        segment = self.cells["segment"].fillna("–")
        left_out = set() if "–" in joint or not joint else {"–"}  # answers without a segment are in no such model
        every = {(block, wave) for block, wave, kind in self.offset if kind == "satisfied"}
        every = {(block, wave) for block, wave in every if segment[block] not in left_out}
        name, _, level = term.partition("=")
        if name == "segment":
            return {(block, wave) for block, wave in every if joint.get(segment[block]) == level}
        if name == "wave":
            return {(block, wave) for block, wave in every if wave == level}
        if name == "key_account":
            return {(block, wave) for block, wave in every if self.cells.loc[block, "key_account"]}
        assert name == "intercept", f"a control that the attack does not know: {term}"
        return every
