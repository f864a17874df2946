"""A portfolio is published complete or not at all, once, from the notebook; and its bands are not renewed for one client."""

import datetime as dt
import json
from pathlib import Path

import nbformat
import pytest
from published_audits import BEFORE, DAY, audit, publish, twelve

from analysis.document.portfolio.compose import WRITERS
from analysis.report.portfolio_build import NOTEBOOK, build_portfolio

FILES = ["benchmarks.json", "benchmarks.yml", "index.html", "manifest.json", "portfolio.html", "portfolio.ipynb",
         "portfolio.json", "portfolio.pdf"]  # fmt: skip


def test_the_notebook_has_every_chapter_in_order():
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    chapters = [cell for cell in cells if "chapter" in cell.metadata.get("audit", {})]
    assert [cell.metadata.audit.chapter for cell in chapters] == list(WRITERS)
    assert [cell.source for cell in chapters] == [
        "document.front",
        *(f'document["{key}"]' for key in list(WRITERS)[1:]),
    ]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_a_portfolio_is_published_whole_once_and_anew_where_an_audit_changes(tmp_path):
    out = publish(tmp_path / "reports", *twelve(BEFORE), *twelve())
    first = build_portfolio(out=out)
    assert first.folder == out / "_portfolio" / DAY
    assert [path.name for path in first.files] == FILES
    assert not first.unchanged
    before = content(first.folder)
    assert build_portfolio(out=out).unchanged
    assert content(build_portfolio(out=out, force=True).folder) == before
    assert not any(str(tmp_path).encode() in data for data in before.values())
    publish(out, audit("client-12", 90.0, industry="food"))
    again = build_portfolio(out=out)
    assert not again.unchanged
    bands = {name: json.loads(data["portfolio.json"])["bands"] for name, data in
             {"old": before, "new": content(again.folder)}.items()}  # fmt: skip
    food = {name: next(b for b in listed if (b["industry"], b["measure"]) == ("food", "satisfaction_index"))
            for name, listed in bands.items()}  # fmt: skip
    assert food["new"] == food["old"]  # one client more: the last published band stays
    assert len(json.loads(content(again.folder)["portfolio.json"])["clients"]) == 13
    earlier = build_portfolio(out=out, as_of=dt.date.fromisoformat(BEFORE), language="zh")
    assert earlier.folder.name == BEFORE
    assert 'lang="zh' in (earlier.folder / "portfolio.html").read_text("utf-8")
