import datetime as dt
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.messages import N_
from analysis.report.audit_json import render_audit_json, write_audit_json


def audit(**data):
    return SimpleNamespace(to_dict=lambda: data)


def test_numbers_are_rounded_to_twelve_significant_digits():
    data = json.loads(render_audit_json(audit(third=1 / 3, big=123456789012345.6, small=1e-20 / 3, whole=7)))
    assert data == {"third": 0.333333333333, "big": 123456789012000.0, "small": 3.33333333333e-21, "whole": 7}


def test_negative_zero_is_zero():
    assert '"x": 0.0' in render_audit_json(audit(x=-0.0))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float64("nan")])
def test_a_number_that_is_none_is_refused_and_located(number):
    with pytest.raises(ValueError, match=r"audit\.score\[1\] is"):
        render_audit_json(audit(score=[1.0, number]))


def test_values_of_libraries_become_jsons_own():
    data = audit(
        n=np.int64(3),
        flag=np.bool_(True),
        share=np.float64(0.5),
        day=pd.Timestamp("2026-06-30"),
        date=dt.date(2026, 1, 2),
    )
    assert json.loads(render_audit_json(data)) == {
        "n": 3, "flag": True, "share": 0.5, "day": "2026-06-30", "date": "2026-01-02"
    }  # fmt: skip


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError, match=r"audit\.groups holds a set"):
        render_audit_json(audit(groups={1, 2}))


def test_messages_and_nested_results_describe_themselves():
    data = json.loads(render_audit_json(audit(reason=N_("only {n:int} answers", n=np.int64(3)))))
    assert data == {"reason": {"message": "only {n:int} answers", "values": {"n": 3}}}


def test_order_of_keys_is_the_results_own():
    assert list(json.loads(render_audit_json(audit(waves={"2025H2": 1, "2025H1": 2})))["waves"]) == ["2025H2", "2025H1"]


def test_file_is_utf8_and_none_is_written_without_a_folder(tmp_path):
    write_audit_json(audit(name="苏州"), tmp_path)
    assert "苏州" in (tmp_path / "audit.json").read_text("utf-8")
    write_audit_json(audit(name="苏州"), "")
    assert [path.name for path in tmp_path.iterdir()] == ["audit.json"]
