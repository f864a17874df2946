"""Two clients that differ only in whom the bad answers came from must have the same audit.

Customers of a hidden group exchange their group with as many of the group that is hidden with it. Nothing that anybody
is told may change: no number, no sentence, no mark in a figure. So no attack whatever can tell the two apart.
"""

import json

import pytest
from cases import hidden_partners, hidden_segments
from secret_clients import LAST, exchange, members, tables_of, write_secret_client

from analysis.audit import run_audit
from analysis.data.load import load_client_data
from analysis.document.compose import compose_document
from analysis.document.html import render_block
from analysis.indicators.compute import compute_indicators
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.report.audit_json import render_audit_json


def parties(client, *, silent: bool):
    """Return the secret customers, and as many twins of theirs in the other hidden group who answered (or did not)."""
    people = members(client)
    few = list(people.loc[people["secret"], "customer_id"])
    twins = people[(people["twin"] != "") & ~people["secret"]]
    others = list(twins.loc[twins["waves"].map(len).eq(0) == silent, "customer_id"])
    return (few[:1], others[:1]) if silent else (few, others[: len(few)])


def clients(client, folder, column, *, silent=False):
    """Return the parameters of a client whose files are written, and of the one in which groups are exchanged."""
    tables = tables_of(client)
    first, second = parties(client, silent=silent)
    both = (tables, exchange(tables, first, second, column))
    return [write_secret_client(client, folder / str(place), each) for place, each in enumerate(both)]


def audits(client, folder, column, *, silent=False):
    """Return the audit of a client, and of the one in which groups are exchanged."""
    return [run_audit(params) for params in clients(client, folder, column, silent=silent)]


def said(audit):
    """Return audit.json with numbers to nine digits: the order of adding up leaves a trace in the last ones."""
    return json.loads(render_audit_json(audit), parse_float=lambda text: float(f"{float(text):.9g}"))


def test_nobody_can_tell_which_hidden_segment_the_bad_answers_came_from(tmp_path):
    first, second = audits(hidden_segments(), tmp_path, "segment")
    hidden = first.indicators.results["satisfaction_index"].by_segment
    assert {name for name, outcome in hidden.items() if getattr(outcome, "suppressed", False)} == {"Export", "Museum"}
    assert said(first) == said(second)


@pytest.mark.slow
def test_nor_in_any_chapter_of_the_document(tmp_path):
    both = audits(hidden_segments(), tmp_path, "segment")
    first, second = (
        "".join(render_block(block) for chapter in compose_document(each).chapters for block in chapter.blocks)
        for each in both
    )
    assert "Museum" in first
    assert first == second


def test_nor_how_many_answered_in_it(tmp_path):
    first, second = audits(hidden_segments(4), tmp_path, "segment", silent=True)
    assert said(first) == said(second)


@pytest.mark.slow
@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize(
    ("client", "column"),
    [(hidden_segments(1, 8), "segment"), (hidden_partners(), "partner_id")],
    ids=["a segment of one", "a partner of three"],
)
def test_nor_of_other_hidden_groups(client, column, silent, tmp_path):
    if silent and column == "segment":
        client = hidden_segments(2, 8)
    first, second = audits(client, tmp_path, column, silent=silent)
    assert said(first) == said(second)


def test_with_consent_and_inside_the_exchange_shows(tmp_path):
    client = hidden_segments(confidentiality="attributed")
    both = clients(client, tmp_path, "segment")
    data = [load_client_data(params) for params in both]
    found = [compute_indicators(each, params) for each, params in zip(data, both, strict=True)]
    outcomes = [each.results["satisfaction_index"].by_segment["Export"] for each in found]
    assert outcomes[0].value > outcomes[1].value + 5
    answers = members(client)["waves"].map(lambda waves: LAST in waves).sum()
    assert answers == fit_satisfaction_loyalty(data[0], both[0]).n / 2
