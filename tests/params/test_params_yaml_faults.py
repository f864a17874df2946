"""Files that are no YAML, no mapping, or no file: each fault names the file, the line and the remedy."""

from pathlib import Path

import pytest

from analysis.errors import ParamsError
from analysis.params.load import load_params

MINIMAL = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"


@pytest.mark.parametrize(
    ("text", "where", "found", "hint"),
    [
        ("name: Acme\nsources:\n\ttransactions: 3\n\tx: 2\n", "line 3", "line 3, 4", "replace each tab by two spaces"),
        ("name: Acme: Ltd\n", "line 1", "mapping values are not allowed here", "quotes"),
        ("name: @acme\n", "line 1", "cannot start any token", "quotes"),
        ("sources: {a: b\n", "line 1", "that begins on line 1", "a bracket or brace is not closed"),
        ("name: 'Acme\n", "line 1", "that begins on line 1", "a quotation mark is not closed"),
        ("name: *acme\n", "line 1", "found undefined alias", "quotes"),
        ("name: a\n---\nname: b\n", "line 2", "another document", "one file is one document"),
        ("name: a\x01b\n", "line 1", "the control character", ""),
        ("name: a\n- b\n", "line 2", "expected <block end>", "indentation"),
    ],
)
def test_what_is_not_yaml(faults, text, where, found, hint):
    (fault,) = faults(text)
    assert fault.where == f"params/acme.yml, {where}"
    assert found in fault.found
    assert hint in fault.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [("", "an empty file"), ("# only this\n", "an empty file"), ("- a\n", "a list"), ("text\n", "a single value")],
)
def test_what_is_no_mapping(faults, text, found):
    (fault,) = faults(text)
    assert (fault.what, fault.found) == ("params/acme.yml", found)


def test_null_as_the_whole_file(faults):
    (fault,) = faults("~\n")
    assert fault.found == "a single value"


def test_a_duplicate_key_names_both_lines_and_does_not_hide_the_rest(faults):
    duplicate, unknown = faults(MINIMAL + "limits:\n  min_n: 30\n  min_n: 40\n  min_m: 3\n")
    assert (duplicate.what, duplicate.found) == ("limits.min_n", "it on lines 5 and 6")
    assert duplicate.where == "params/acme.yml, line 6"
    assert unknown.what == "limits.min_m"


def test_three_times_the_same_key(faults):
    (fault,) = faults(MINIMAL + "seed: 1\nseed: 2\nseed: 3\n")
    assert (fault.found, fault.count) == ("it on lines 4, 5 and 6", 3)


def test_tags_are_refused_and_nothing_is_constructed(faults):
    (fault,) = faults(MINIMAL + "commentary: {summary: !!python/object/apply:os.getcwd []}\n")
    assert fault.rule == "must be plain YAML without tags"
    assert fault.where == "params/acme.yml, line 4"


def test_a_key_must_be_plain_text(faults):
    found = faults(MINIMAL + "? [a]\n: 3\n")
    assert [fault.rule for fault in found] == ["must have plain texts as keys"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]\n",
        "a: " + "[" * 3000,
        "a: " + "[" * 100 + "]" * 100 + "\n",
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)),
    ],
    ids=["contains itself", "never closed", "deep", "grows without end"],
)
def test_bottomless_files_end_in_a_fault(faults, text):
    assert any(fault.what in ("the nesting", "the YAML") for fault in faults(text))


def test_a_file_in_gb18030_is_named_with_its_line(folder):
    (folder / "acme.yml").write_bytes("name: A\nsegment: 南方\n".encode("gb18030"))
    with pytest.raises(ParamsError) as caught:
        load_params("acme", folder)
    (fault,) = caught.value.faults
    assert (fault.where, fault.rule) == ("params/acme.yml, line 2", "must be text in UTF-8")


def test_both_files_are_read_before_anything_is_said(faults):
    found = faults("name: 'Acme\n", "language: [en\n")
    assert [fault.where for fault in found] == ["params/defaults.yml, line 1", "params/acme.yml, line 1"]


@pytest.mark.parametrize(
    "client",
    [
        "",
        "../acme",
        "a/b",
        "a\\b",
        "acme.yml",
        "Acme",
        "a b",
        "-a",
        "_a",
        "acme\n",
        "南方",
        "a" * 300 + "!",
        "defaults",
    ],
)
def test_a_bad_client_id_is_refused_before_the_disk_is_touched(client):
    class Untouchable(type(Path())):
        def __truediv__(self, other):
            raise AssertionError("the disk was touched")

    with pytest.raises(ParamsError) as caught:
        load_params(client, Untouchable("params"))
    (fault,) = caught.value.faults
    assert fault.what == "the client id"
    assert fault.found.startswith(repr(client)[:70])


def test_a_missing_client_names_those_there_are(folder):
    for name in ("acme", "demo", "defaults"):
        (folder / f"{name}.yml").write_text(MINIMAL)
    with pytest.raises(ParamsError) as caught:
        load_params("acne", folder)
    (fault,) = caught.value.faults
    assert (fault.what, fault.found) == ("params/acne.yml", "no such file")
    assert fault.hint == "did you mean 'acme'? clients there are: acme, demo"


def test_a_missing_folder_and_a_folder_in_place_of_the_file(folder):
    with pytest.raises(ParamsError, match=r"nowhere/acme\.yml must be a file: found no such folder"):
        load_params("acme", Path("nowhere"))
    (folder / "acme.yml").mkdir()
    with pytest.raises(ParamsError, match="found a folder"):
        load_params("acme", folder)


def test_an_absolute_folder_is_shown_relative_to_the_working_directory(folder):
    (folder / "acme.yml").write_text("nam: A\n")
    with pytest.raises(ParamsError) as caught:
        load_params("acme", folder.absolute())
    assert {fault.where for fault in caught.value.faults} == {"params/acme.yml", "params/acme.yml, line 1"}


def test_a_character_escaped_in_two_halves_is_whole(folder):
    """JSON, which is YAML, writes so whatever lies beyond the first 65,536 characters."""
    (folder / "acme.yml").write_text(MINIMAL.replace("Acme", '"Acme \\ud83d\\udc4d"'), encoding="utf-8")
    assert load_params("acme", folder).name == "Acme 👍"


def test_half_a_character_is_a_fault(faults):
    (fault,) = faults(MINIMAL.replace("Acme", '"Acme \\ud83d"'))
    assert (fault.what, fault.found, fault.where) == ("name", "half of one, '\\ud83d'", "params/acme.yml, line 1")
