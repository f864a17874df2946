"""Targets of single segments and partners: answered by the group's own interval, in the latest period only."""

import pandas as pd
import pytest

from analysis.data.client import ClientData, DataQuality
from analysis.indicators.targets import hold_groups
from analysis.messages import N_
from analysis.params.model import ClientParams, TargetSpec
from analysis.results import Estimate, IndicatorResult, NotEstimable


def estimate(low, high):
    return Estimate(value=(low + high) / 2, low=low, high=high, n=30, method="t", unit="index")


RESULT = IndicatorResult(
    key="satisfaction_index", name=N_("x"), definition=N_("x"), dimension="satisfaction", unit="index",
    unit_of_analysis="account", overall=estimate(60, 70),
    by_period={"2025 H1": estimate(50, 60), "2025 H2": estimate(60, 70)},
    by_segment={"Retail": estimate(60, 70), "Trade": NotEstimable(reason=N_("x"), suppressed=True)},
    by_partner={"P1": estimate(40, 50)},
)  # fmt: skip


def client(**columns):
    tables = {"targets": pd.DataFrame(columns)} if columns else {}
    return ClientData(tables=tables, customers=pd.DataFrame(), waves=(), as_of=pd.Timestamp("2025-12-31"),
                      quality=DataQuality(tables=(), repairs=()))  # fmt: skip


def params(*targets):
    return ClientParams(client="acme", name="Acme", sources={"customers": {"files": "c.csv"}}, targets=list(targets))


def test_a_segments_target_is_held_against_the_segments_interval():
    target = TargetSpec(indicator="satisfaction_index", period="2025 H2", value=75, segment="Retail")
    held = hold_groups(RESULT, client(), params(target))
    assert (held.segment_targets["Retail"].verdict, held.segment_targets["Retail"].target) == ("missed", 75)
    assert held.partner_targets == {}


def test_a_partners_target_comes_from_the_table_of_targets():
    data = client(indicator=["satisfaction_index"] * 2, period=["2025"] * 2, value=[39.0, 70.0],
                  partner_id=["P1", None], segment=[None, None])  # fmt: skip
    held = hold_groups(RESULT, data, params())
    assert {key: attained.verdict for key, attained in held.partner_targets.items()} == {"P1": "met"}
    assert held.segment_targets == {}


@pytest.mark.parametrize("segment", ["Trade", "Nobody"])
def test_a_withheld_or_unknown_group_has_no_attainment(segment):
    target = TargetSpec(indicator="satisfaction_index", period="2025", value=75, segment=segment)
    assert hold_groups(RESULT, client(), params(target)).segment_targets == {}


def test_an_earlier_period_cannot_be_answered_for_a_group():
    target = TargetSpec(indicator="satisfaction_index", period="2025 H1", value=75, segment="Retail")
    assert hold_groups(RESULT, client(), params(target)).segment_targets == {}


def test_a_target_of_the_whole_client_or_of_another_indicator_is_nobodys():
    whole = TargetSpec(indicator="satisfaction_index", period="2025", value=75)
    other = TargetSpec(indicator="nps", period="2025", value=75, segment="Retail")
    held = hold_groups(RESULT, client(), params(whole, other))
    assert (held.segment_targets, held.partner_targets) == ({}, {})
