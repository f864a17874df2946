"""The adversary with a solver finds no few respondents in what is published, and finds them wherever a guard is away."""

import itertools
import json

import numpy as np
import pytest
from cases import (
    CASES,
    few_about_a_product_by_phone,
    few_key_accounts,
    few_not_interviewed,
    hidden_segments,
    two_hidden_segments,
)
from linear_attack import Adversary
from secret_clients import FLOOR, members, tables_of, write_secret_client

from analysis.audit import run_audit
from analysis.report.audit_json import render_audit_json

OPEN = 0.5
"""Share of the scale that must stay possible for the mean of fewer respondents than the floor."""
QUICK = ("a few about another touchpoint", "two hidden segments, four and one")


def adversary(client, folder) -> Adversary:
    """Return the adversary who reads the client's audit; tenure is not on record, so that he knows all of the model."""
    tables = tables_of(client)
    tables["customers"] = tables["customers"].drop(columns="joined_on")
    audit = run_audit(write_secret_client(client, folder, tables))
    return Adversary(json.loads(render_audit_json(audit)), members(client))


def exposed(found: Adversary) -> list[tuple]:
    """Return the few respondents of whose mean too little stays open, with the range that is left."""
    small = [block for block in found.blocks if found.sizes[block] < FLOOR]
    unions = itertools.chain.from_iterable(itertools.combinations(small, size) for size in range(1, len(small) + 1))
    leaks = []
    for blocks in unions:
        if sum(found.sizes[block] for block in blocks) >= FLOOR:
            continue
        for kind, wave in itertools.product(("satisfied", "recommend", "loyalty"), found.waves):
            low, high = found.range_of(list(blocks), kind, wave)
            if high - low < OPEN:
                leaks.append((blocks, kind, wave, round(low, 2), round(high, 2)))
    return leaks


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_nothing_of_a_few_can_be_had(name, tmp_path):
    found = adversary(CASES[name](), tmp_path)
    assert {"satisfaction_index by wave", "distribution", "model intercept"} <= found.sources()
    assert exposed(found) == []


def test_the_attack_finds_the_few_where_answers_are_attributed(tmp_path):
    found = adversary(hidden_segments(confidentiality="attributed"), tmp_path)
    (museum,) = [block for block in found.among(segment="Museum") if found.sizes[block] < FLOOR]
    for kind in ("satisfied", "loyalty"):
        assert found.range_of([museum], kind) == pytest.approx((0.0, 0.0), abs=0.01), kind
        assert found.determines([museum], kind)


def _nothing_hidden_with_it(monkeypatch):
    from analysis.indicators import suppression

    monkeypatch.setattr(suppression, "_is_safe", lambda cells, unlisted, floor: True)


def _dominant_cell(monkeypatch):
    from analysis.indicators import suppression

    monkeypatch.setattr(suppression, "DOMINANT", 1.0)


def _interviews_unguarded(monkeypatch):
    from analysis.models.complaints import voices

    monkeypatch.setattr(voices, "hidden_beside", lambda *args, **kwargs: frozenset())


def _products_unguarded(monkeypatch):
    from analysis.indicators import subjects

    monkeypatch.setattr(subjects, "hidden_beside", lambda *args, hidden, **kwargs: hidden)


def _flags_unguarded(monkeypatch):
    from analysis.models import loyalty_sample

    monkeypatch.setattr(loyalty_sample, "_singles_out_few", lambda flag, rows, params: False)


GUARDS = {
    "complementary suppression": (_nothing_hidden_with_it, hidden_segments, "satisfied"),
    "a dominant cell": (_dominant_cell, two_hidden_segments, "satisfied"),
    "interviews beside segments": (_interviews_unguarded, few_not_interviewed, "satisfied"),
    "products beside touchpoints": (_products_unguarded, few_about_a_product_by_phone, "satisfied"),
    "flags of a few in models": (_flags_unguarded, few_key_accounts, "model"),
}
"""What is taken away -> how, the client that it protected, and what then can be had."""


@pytest.mark.slow
@pytest.mark.parametrize("guard", list(GUARDS))
def test_without_a_guard_the_attack_succeeds(guard, tmp_path, monkeypatch):
    take_away, client, what = GUARDS[guard]
    if what == "model":
        assert "model key_account" not in adversary(client(), tmp_path / "guarded").sources()
    take_away(monkeypatch)
    found = adversary(client(), tmp_path / "unguarded")
    few = [block for block in found.blocks if found.cells.loc[block, "secret"]]
    if what == "model":  # what their loyalty is beyond their satisfaction, which by itself leaves a range for either
        assert "model key_account" in found.sources()
        return
    low, high = found.range_of(few)
    assert high - low < OPEN
    assert np.isclose(low, 0.0, atol=0.05)
