"""Whatever a parameter file holds, loading it ends in parameters or in a `ParamsError`."""

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import ParamsError
from analysis.params.load import load_params
from analysis.params.model import ClientParams

START = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"
KNOWN = [name for name in ClientParams.model_fields if name not in ("name", "sources")]
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(alphabet=string.printable + "é中文😀\u202e\x00\x85\u2028", max_size=12)
written = st.one_of(
    words,
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(["~", "null", "yes", ".nan", ".inf", "0x1F", "0o17", "1e999", "1_0", "9" * 5000, "2026-13-45",
                     "12:30:45", "!!int x", "!!timestamp x", "!!set {a}", "! x", "${A}", "${", "<<", "*a", "&a b",
                     "2026-01-31T00:00:00+99:99", "[]", "{}", "'", "|", ">-", "%", "@", "`", "=", "- a"]),
)  # fmt: skip
keys = st.one_of(st.sampled_from([*KNOWN, "name", "sources", "client", "<<", "limits: {min_n"]), words)


def loads_or_refuses(folder: Path, text: str) -> None:
    (folder / "acme.yml").write_text(text, encoding="utf-8", newline="")
    try:
        outcome = load_params("acme", folder)
    except ParamsError as error:
        outcome = error
    for fault in getattr(outcome, "faults", ()):
        assert fault.what
        assert fault.rule
        assert fault.found
        assert fault.where.startswith("params/acme.yml")
    assert isinstance(outcome, ClientParams) or outcome.faults


@QUIET
@given(key=keys, value=written)
def test_any_scalar_under_any_key(folder, key, value):
    loads_or_refuses(folder, f"{START}{key}: {value}\n")


@QUIET
@given(
    path=st.sampled_from(["money", "limits", "scale", "branding", "survey", "synthetic", "commentary", "targets"]),
    key=st.one_of(st.sampled_from(["currency", "vat_rate", "levels", "items", "logo", "summary", "seed"]), words),
    value=written,
)
def test_any_scalar_one_level_down(folder, path, key, value):
    loads_or_refuses(folder, f"{START}{path}:\n  {key}: {value}\n")


trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), words),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.one_of(words, st.sampled_from(["min", "max", "role", "scale", "files", "en", "A"])), below, max_size=3
        ),
    ),
    max_leaves=8,
)


@QUIET
@given(key=st.sampled_from([*KNOWN, "name", "sources"]), tree=trees)
def test_any_tree_below_any_known_key(folder, key, tree):
    from io import StringIO

    from ruamel.yaml import YAML

    text = StringIO()
    YAML(typ="safe", pure=True).dump({key: tree}, text)
    loads_or_refuses(folder, text.getvalue())


@QUIET
@given(content=st.binary(max_size=60))
def test_any_bytes(folder, content):
    (folder / "acme.yml").write_bytes(content)
    with pytest.raises(ParamsError):
        load_params("acme", folder)


@QUIET
@given(client=st.text(max_size=12))
def test_any_client_id(folder, client):
    with pytest.raises(ParamsError):
        load_params(client, folder)
