"""The finished files, all of them, say the same of two clients that differ in whom the bad answers came from."""

import pytest
from cases import hidden_partners, hidden_segments
from published_files import contents, table_rows
from secret_clients import exchange, members, tables_of, write_project

from analysis.params.load import load_params
from analysis.report.build import build_report

FORMATS = ("pptx", "charts")


def reports(client, folder, column):
    """Return the published folders of a client and of the one in which groups are exchanged."""
    people, tables = members(client), tables_of(client)
    few = list(people.loc[people["secret"], "customer_id"])
    answering = people[(people["twin"] != "") & ~people["secret"] & (people["waves"].map(len) > 0)]
    both = {"one": tables, "other": exchange(tables, few, list(answering["customer_id"])[: len(few)], column)}
    found = []
    for name, each in both.items():
        params = write_project(client, folder / name, each)
        found.append(build_report("secret", params_folder=params, out=folder / name / "reports").folder)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("client", "column", "hidden"),
    [(hidden_segments(), "segment", "Museum"), (hidden_partners(), "partner_id", "Dealer P4")],
    ids=["segment", "partner"],
)
def test_no_file_tells_which_hidden_group_it_was(client, column, hidden, language, tmp_path):
    client = type(client)(**(vars(client) | {"params": {"language": language, "formats": list(FORMATS)}}))
    first, second = reports(client, tmp_path, column)
    said = [contents(folder) for folder in (first, second)]
    assert {"audit.html", "audit.json", "audit.ipynb", "audit.pdf", "audit.xlsx"} <= set(said[0])
    assert any(name.startswith("charts/") for name in said[0])
    assert "audit.pptx" in said[0]
    for name in sorted(set(said[0]) | set(said[1])):
        assert said[0].get(name) == said[1].get(name), f"{name} differs"
    assert all(hidden in said[0][name] for name in ("audit.html", "audit.json", "audit.pdf", "audit.xlsx"))


@pytest.mark.slow
def test_with_consent_the_files_differ(tmp_path):
    client = hidden_segments(confidentiality="attributed")
    first, second = reports(client, tmp_path, "segment")
    said = [contents(folder) for folder in (first, second)]
    for name in ("audit.html", "audit.json", "audit.ipynb", "audit.pdf", "audit.xlsx"):
        assert said[0][name] != said[1][name], name
    assert load_params("secret", tmp_path / "one" / "params").survey.confidentiality == "attributed"
    assert table_rows(first, "Export") != table_rows(second, "Export")
