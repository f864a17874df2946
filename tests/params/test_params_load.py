"""What a sound parameter file becomes."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.params.load import load_params, resolved_data_folder
from analysis.params.model import ClientParams

ROOT = Path(__file__).parents[2]
MINIMAL = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"


def test_a_minimal_file_gets_the_defaults_of_the_model(load):
    params = load(MINIMAL)
    assert (params.client, params.name, params.language) == ("acme", "Acme", "en")
    assert params.sources["transactions"].files == "orders.csv"
    assert params.limits.small_cell == 5
    assert params.as_of is None


def test_defaults_are_laid_under_key_by_key_and_lists_are_replaced(load):
    defaults = "language: zh\nlimits: {small_cell: 7, min_n: 30}\ninteraction: {contact_levels: [a, b, c]}\n"
    params = load(MINIMAL + "limits: {min_n: 40}\ninteraction: {contact_levels: [x]}\n", defaults)
    assert params.language == "zh"
    assert (params.limits.small_cell, params.limits.min_n) == (7, 40)
    assert params.interaction.contact_levels == ["x"]


def test_a_single_value_replaces_a_mapping_of_the_defaults(load):
    params = load(MINIMAL + "branding: {disclaimer: only this}\n", "branding: {disclaimer: {en: a, zh: b}}\n")
    assert params.branding.disclaimer == "only this"


def test_defaults_that_are_empty_of_keys_are_refused_but_a_missing_file_is_fine(load, faults):
    assert load(MINIMAL).client == "acme"
    assert [fault.where for fault in faults(MINIMAL, "# nothing yet\n")] == ["params/defaults.yml"]


def test_the_command_overrides_date_and_language(load):
    params = load(MINIMAL + "as_of: 2025-12-31\nlanguage: en\n", as_of=dt.date(2026, 1, 31), language="zh")
    assert (params.as_of, params.language) == (dt.date(2026, 1, 31), "zh")


@pytest.mark.parametrize("written", ["2026-01-31", "'2026-01-31'", "2026-01-31 00:00:00"])
def test_as_of_is_a_date(load, written):
    assert load(MINIMAL + f"as_of: {written}\n").as_of == dt.date(2026, 1, 31)


def test_no_and_yes_are_texts_as_in_yaml_1_2(load):
    text = "name: Acme\nsources:\n  transactions: {files: a.csv, constants: {region: no, paid: yes, vip: true}}\n"
    assert load(text).sources["transactions"].constants == {"region": "no", "paid": "yes", "vip": True}


def test_numbers_and_dates_where_text_is_expected_are_taken_as_written(load):
    params = load(
        "name: 360\nsources:\n  transactions: {files: [a.csv], missing: [NA, 99, 2020-01-01, 0.10]}\n"
        "targets:\n- {indicator: nps, period: 2026, value: 40}\n"
    )
    assert params.name == "360"
    assert params.sources["transactions"].missing == ["NA", "99", "2020-01-01", "0.10"]
    assert params.targets[0].period == "2026"


def test_keys_are_texts_however_they_look(load):
    text = """
name: Acme
sources:
  survey: {files: s.csv, values: {channel: {1: phone, 02: web, true: other}}}
survey:
  items:
    q1: {role: satisfaction, scale: {min: 1, max: 5}, missing: [98, n/a], waves: {2024: {column: q01}}}
"""
    params = load(text)
    assert params.sources["survey"].values == {"channel": {"1": "phone", "02": "web", "true": "other"}}
    assert list(params.survey.items["q1"].waves) == ["2024"]
    assert params.survey.items["q1"].missing == [98.0, "n/a"]


def test_a_list_of_sources_is_kept_in_order(load):
    params = load("name: A\nsources:\n  transactions:\n  - {files: a.csv}\n  - {files: [b.csv, c.csv]}\n")
    assert [source.files for source in params.sources["transactions"]] == ["a.csv", ["b.csv", "c.csv"]]


def test_anchors_and_merge_keys_save_typing(load):
    text = """
name: Acme
sources: {survey: {files: s.csv}}
survey:
  items:
    q1: &five {role: satisfaction, scale: {min: 1, max: 5}}
    q2: {<<: *five, role: trust}
"""
    items = load(text).survey.items
    assert (items["q2"].role, items["q2"].scale) == ("trust", items["q1"].scale)


def test_chinese_and_a_byte_order_mark_and_windows_line_ends_are_read(folder):
    text = "name: 南方设备\r\nsources:\r\n  transactions: {files: 订单.csv}\r\n"
    (folder / "acme.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    params = load_params("acme", folder)
    assert (params.name, params.sources["transactions"].files) == ("南方设备", "订单.csv")


def test_the_data_folder_is_relative_to_the_parameter_file(load):
    assert resolved_data_folder(load(MINIMAL)) == Path("data/acme")
    assert resolved_data_folder(load(MINIMAL + "data_folder: files\n")) == Path("params/files")
    assert resolved_data_folder(load(MINIMAL + "data_folder: /srv/${CLIENT}\n")) == Path("/srv/acme")


def test_the_data_folder_of_a_model_made_by_hand_names_the_client_too():
    params = ClientParams(client="acme", name="A", sources={}, params_file=Path("p/acme.yml"))
    assert resolved_data_folder(params) == Path("data/acme")


def test_parameters_are_frozen(load):
    params = load(MINIMAL)
    with pytest.raises(ValueError, match="frozen"):
        params.language = "zh"


def test_the_defaults_that_ship_are_valid_and_agree_with_the_model(folder):
    shipped = ROOT / "params" / "defaults.yml"
    (folder / "defaults.yml").write_bytes(shipped.read_bytes())
    (folder / "acme.yml").write_text(MINIMAL)
    params = load_params("acme", folder)
    bare = ClientParams(client="acme", name="Acme", sources=params.sources)
    same = ("language", "audience", "limits", "scale", "repurchase", "interaction", "bootstrap_draws", "seed", "money")
    assert {key: getattr(params, key) for key in same} == {key: getattr(bare, key) for key in same}
    assert params.branding.accent == bare.branding.accent
    assert set(params.branding.disclaimer) == {"en", "zh"}


def test_loading_imports_no_pandas(folder):
    (folder / "acme.yml").write_text(MINIMAL)
    code = (
        "import sys; from pathlib import Path; from analysis.params.load import load_params;"
        "load_params('acme', Path('params'));"
        "print(sorted({'pandas', 'numpy', 'duckdb', 'sqlalchemy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_client_that_ships_is_valid_over_the_defaults_that_ship(monkeypatch):
    files = sorted((ROOT / "params").glob("*.yml"))
    assert ROOT / "params" / "defaults.yml" in files
    for file in files:
        for name in re.findall(r"\$\{(\w+)\}", file.read_text(encoding="utf-8")):
            monkeypatch.setenv(name, "somewhere")
    clients = [file.stem for file in files if file.stem != "defaults"]
    assert [load_params(client, ROOT / "params").client for client in clients] == clients
