"""Targets of single groups: one row each, with the group's own estimate and the verdict in words."""

import dataclasses

import pytest

from analysis.document.target_table import tabulate_group_targets
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.results import Estimate, IndicatorResult, TargetAttainment

ESTIMATE = Estimate(value=60, low=55, high=65, n=30, method="t", unit="index")
RESULT = IndicatorResult(
    key="satisfaction_index", name=N_("Satisfaction index"), definition=N_("x"), dimension="satisfaction",
    unit="index", unit_of_analysis="account", overall=ESTIMATE, by_segment={"Retail": ESTIMATE},
    by_partner={"P1": ESTIMATE},
    segment_targets={"Retail": TargetAttainment(target=70, period="2025", verdict="missed")},
    partner_targets={"P1": TargetAttainment(target=50, period="2025", verdict="met")},
)  # fmt: skip


@pytest.mark.parametrize(("language", "verdicts"), [("en", ["missed", "met"]), ("zh", ["未达成", "已达成"])])
def test_each_target_has_its_group_estimate_and_verdict(language, verdicts):
    table = tabulate_group_targets([RESULT], Translator(language, "EUR"), partners={"P1": "Nord"}, anchor="a")
    assert [row[1] for row in table.rows] == ["Retail", "Nord"]
    assert [row[4] for row in table.rows] == verdicts
    assert all("60" in row[2] and "55" in row[2] for row in table.rows)
    assert [row[3] for row in table.rows] == ["70", "50"]


def test_without_such_targets_there_is_no_table():
    plain = dataclasses.replace(RESULT, segment_targets={}, partner_targets={})
    assert tabulate_group_targets([plain], Translator("en", "EUR"), partners={}, anchor="a") is None
