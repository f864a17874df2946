import json
import subprocess
import sys

import pytest
from tiny_notebook import write_client, write_notebook

from analysis.params.load import load_params
from analysis.report.manifest import describe_origin, find_unchanged, hash_folder, hash_text, render_manifest


@pytest.fixture
def project(tmp_path):
    write_client(tmp_path)
    write_notebook(tmp_path)
    return tmp_path


def origin(project, **options):
    return describe_origin(load_params("tiny", project / "params", **options), project / "tiny.ipynb")


def publish(project, origin, as_of="2026-06-30"):
    folder = project / "reports" / "tiny" / as_of
    folder.mkdir(parents=True)
    (folder / "audit.pdf").write_text("pdf")
    (folder / "manifest.json").write_text(render_manifest("tiny", as_of, "en", origin, folder))
    return folder


def test_hash_of_a_text_is_its_sha256():
    # echo -n abc | sha256sum
    assert hash_text("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_published_report_of_the_same_origin_is_found(project):
    folder = publish(project, origin(project))
    assert find_unchanged(folder.parent, origin(project)) == folder


def test_each_report_is_found_by_its_own_origin(project):
    whole = publish(project, origin(project))
    translated = publish(project, origin(project, language="zh"), as_of="2026-03-31")
    assert find_unchanged(whole.parent, origin(project)) == whole
    assert find_unchanged(whole.parent, origin(project, language="zh")) == translated


@pytest.mark.parametrize("damage", ["{", "[]", '{"version": 0}', '{"version": 1}', '{"version": 1, "outputs": {}}'])
def test_manifest_that_cannot_be_used_is_no_reason_to_trust_a_report(project, damage):
    folder = publish(project, origin(project))
    (folder / "manifest.json").write_text(damage)
    assert find_unchanged(folder.parent, origin(project)) is None


def test_failed_and_hidden_folders_are_no_reports(project):
    folder = publish(project, origin(project))
    folder.rename(folder.with_name(".build-1"))
    assert find_unchanged(folder.parent, origin(project)) is None


def test_client_whose_data_lie_in_a_database_is_never_unchanged(project):
    params = project / "params" / "tiny.yml"
    params.write_text(
        "name: Tiny\nsources:\n  feedback:\n    database: sqlite:///tiny.db\n    query: select * from feedback\n"
    )
    folder = publish(project, origin(project))
    assert json.loads((folder / "manifest.json").read_text())["inputs"] is None
    assert find_unchanged(folder.parent, origin(project)) is None


def test_value_from_the_environment_counts_but_is_not_written(project, monkeypatch):
    params = project / "params" / "tiny.yml"
    params.write_text(params.read_text().replace("name: Tiny", "name: ${TINY_NAME}"))
    monkeypatch.setenv("TINY_NAME", "Tiny Ltd")
    folder = publish(project, origin(project))
    assert "Tiny Ltd" not in (folder / "manifest.json").read_text()
    assert find_unchanged(folder.parent, origin(project)) == folder
    monkeypatch.setenv("TINY_NAME", "Tiny plc")
    assert find_unchanged(folder.parent, origin(project)) is None


def test_folder_of_the_data_does_not_count_only_what_it_holds(project):
    first = origin(project)
    moved = project / "elsewhere"
    moved.mkdir()
    (project / "params" / "words.csv").rename(moved / "words.csv")
    params = project / "params" / "tiny.yml"
    before = params.read_text()
    params.write_text(before.replace("data_folder: .", f"data_folder: {moved}"))
    second = origin(project)
    assert (second.inputs, second.options) == (first.inputs, first.options)
    assert str(project) not in json.dumps(second.to_dict())


def test_logo_counts_by_its_content(project):
    params = project / "params" / "tiny.yml"
    params.write_text(params.read_text() + "branding:\n  logo: logo.svg\n")
    logo = project / "params" / "logo.svg"
    logo.write_text("<svg/>")
    first = origin(project)
    logo.write_text("<svg></svg>")
    assert first.params["logo.svg"] != origin(project).params["logo.svg"]


def test_folder_hash_knows_names_and_contents_and_no_compiled_files(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = hash_folder(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert hash_folder(tmp_path) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = hash_folder(tmp_path)
    (tmp_path / "b.py").write_text("2")
    assert len({first, renamed, hash_folder(tmp_path)}) == 3


def test_no_data_library_is_loaded_to_find_out(project):
    code = f"""
import sys
from pathlib import Path
from analysis.params.load import load_params
from analysis.report.manifest import describe_origin
describe_origin(load_params("tiny", Path({str(project / "params")!r})), Path({str(project / "tiny.ipynb")!r}))
heavy = [name for name in ("pandas", "numpy", "matplotlib", "nbconvert", "IPython", "typst") if name in sys.modules]
sys.exit(", ".join(heavy) or None)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
