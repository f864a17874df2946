import json
import re
from html.parser import HTMLParser

import pytest

from analysis.batch.plan import Past
from analysis.batch.shapes import Outcome
from analysis.batch.store import OUTCOMES, Entry, latest_report, read_entries, record, refresh_page
from analysis.errors import Fault
from analysis.messages import N_
from analysis.report.publish import INDEX, PORTFOLIO

HOSTILE = "<script>alert(1)</script>\"'& {{ 7*7 }}\u202e"


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.texts, self.cells = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())


def entry(client, state="built", name=None, language="en", **more):
    outcome = Outcome(client=client, state=state, seconds=12.34, peak_bytes=456_000_000, **more)
    return Entry(name=name or client.title(), language=language, outcome=outcome)


def publish(
    out, client, day="2025-12-31", language="en", files=("audit.html", "audit.pdf", "audit.xlsx", "audit.json")
):
    folder = out / client / day
    folder.mkdir(parents=True)
    manifest = {"version": 1, "language": language, "outputs": dict.fromkeys(files, "hash")}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def out(tmp_path):
    (tmp_path / "params").mkdir()
    for client in ("acme", "beta", "gone"):
        (tmp_path / "params" / f"{client}.yml").touch()
    return tmp_path / "reports"


def write(out, *entries, language="en"):
    record({each.outcome.client: each for each in entries}, out, out.parent / "params", language)
    return Page((out / INDEX).read_text("utf-8"))


REVIEW = ("index.html", "portfolio.html", "portfolio.pdf", "portfolio.json")


def test_the_latest_portfolio_review_is_linked_where_there_is_one(out):
    publish(out, "acme")
    assert not any("_portfolio" in link for link in write(out, entry("acme")).links)
    publish(out, PORTFOLIO, "2025-06-30", files=REVIEW)
    publish(out, PORTFOLIO, "2025-12-31", files=REVIEW)
    page = write(out, entry("acme"))
    assert [link for link in page.links if "_portfolio" in link] == [
        f"_portfolio/2025-12-31/{name}" for name in ("index.html", "portfolio.html", "portfolio.pdf")
    ]
    assert "Portfolio review of 31 December 2025" in page.texts
    assert PORTFOLIO not in read_entries(out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_review_made_after_the_page_is_linked_and_nothing_else_changes(out, language):
    publish(out, "acme")
    before = write(out, entry("acme"), language=language)
    publish(out, PORTFOLIO, files=REVIEW)
    outcomes = (out / OUTCOMES).read_bytes()
    refresh_page(out)
    after = Page((out / INDEX).read_text("utf-8"))
    linked = [link for link in after.links if link.startswith(f"{PORTFOLIO}/")]
    assert len(linked) == 3
    assert [link for link in after.links if link not in linked] == before.links
    assert set(before.texts) <= set(after.texts)
    assert "from an earlier run" not in after.texts
    assert (out / OUTCOMES).read_bytes() == outcomes
    later = write(out, entry("beta"), language="en")
    assert "from an earlier run" in later.texts


def test_no_page_is_made_where_there_was_none(out):
    publish(out, PORTFOLIO, files=REVIEW)
    refresh_page(out)
    assert not (out / INDEX).exists()


def test_each_client_has_its_documents_date_and_outcome(out):
    publish(out, "acme", "2025-06-30")
    publish(out, "acme", "2025-12-31")
    page = write(out, entry("acme", name="Acme Ltd"))
    assert page.links == ["#clients"] + [
        f"acme/2025-12-31/audit.{suffix}" for suffix in ("html", "pdf", "xlsx", "json")
    ]
    for text in ("Acme Ltd", "acme", "2025-12-31", "Built", "12.3", "456 MB", "1 client: 1 built."):
        assert text in page.texts


def test_a_client_without_a_report_says_so_and_why(out):
    fault = Fault(what="orders.amount", rule="must be a number", found="'x'", where="orders.csv, row 7")
    refused = entry("acme", "refused", title="The data cannot be used", faults=(fault,))
    failed = entry(
        "beta", "failed", cause=N_("There was not enough memory."), detail="MemoryError: in the value chapter"
    )
    page = write(out, refused, failed)
    assert page.links == ["#clients"]
    for text in (
        "none published",
        "1 fault",
        str(fault),
        "There was not enough memory.",
        "MemoryError: in the value chapter",
    ):
        assert text in page.texts


def test_what_needs_a_look_comes_first_then_names(out):
    entries = [
        entry("acme"),
        entry("beta", "failed"),
        entry("gone", "refused", name="Zulu"),
        entry("nps", alerts=("nps.low < 20: found 12",)),
        entry("able", "unchanged", name="Able"),
    ]
    text = write(out, *entries).texts
    order = [each for each in text if each in ("Acme", "Beta", "Zulu", "Nps", "Able")]
    assert order == ["Beta", "Zulu", "Nps", "Able", "Acme"]
    assert "nps.low < 20: found 12" in text


@pytest.mark.parametrize("field", ["name", "detail", "alert", "fault", "client"])
def test_no_text_becomes_markup(out, field):
    fault = Fault(what=HOSTILE, rule=HOSTILE, found=HOSTILE, where=HOSTILE)
    made = {
        "name": entry("acme", name=HOSTILE),
        "detail": entry("acme", "failed", detail=f"x\n{HOSTILE}"),
        "alert": entry("acme", alerts=(HOSTILE,)),
        "fault": entry("acme", "refused", faults=(fault,)),
        "client": entry(HOSTILE),
    }[field]
    page = write(out, made)
    assert "script" not in [tag for tag, _ in page.tags]
    assert any("<script>alert(1)</script>" in text for text in page.texts)
    text = (out / INDEX).read_text("utf-8")
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in text or "{{ 7*7 }}" in "".join(page.texts)


def test_both_languages_appear_and_the_page_speaks_the_one_that_is_asked_for(out):
    publish(out, "acme")
    publish(out, "beta", language="zh")
    entries = [entry("acme"), entry("beta", name="贝塔机械", language="zh")]
    english = write(out, *entries)
    assert ("html", {"lang": "en"}) in english.tags
    assert ("span", {"lang": "zh-Hans"}) in english.tags
    chinese = write(out, *entries, language="zh")
    assert ("html", {"lang": "zh-Hans"}) in chinese.tags
    assert "贝塔机械" in chinese.texts
    assert "Acme" in chinese.texts


def test_the_page_is_one_file_that_asks_for_nothing_and_reads_well_aloud(out):
    publish(out, "acme")
    page = write(out, entry("acme"))
    text = (out / INDEX).read_text("utf-8")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    assert "url(" not in text
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    headers = [attributes for tag, attributes in page.tags if tag == "th"]
    assert [each["scope"] for each in headers] == ["col"] * 7 + ["row"]
    names = [attributes["aria-label"] for tag, attributes in page.tags if tag == "a" and "aria-label" in attributes]
    assert names == ["HTML: Acme", "PDF: Acme", "Excel: Acme", "JSON: Acme"]


def test_a_later_run_keeps_the_others_and_what_building_took(out):
    write(out, entry("acme"), entry("beta"))
    write(out, entry("beta", "unchanged"))
    known = read_entries(out)
    assert {client: each.outcome.state for client, each in known.items()} == {"acme": "built", "beta": "unchanged"}
    assert known["beta"].past == Past(seconds=12.34, peak_bytes=456_000_000)


def test_a_client_that_is_gone_is_forgotten_unless_it_has_a_report(out):
    publish(out, "gone")
    write(out, entry("acme"), entry("gone"), entry("beta"))
    for client in ("acme", "gone"):
        (out.parent / "params" / f"{client}.yml").unlink()
    write(out, entry("beta"))
    assert set(read_entries(out)) == {"beta", "gone"}


def test_what_a_failed_client_held_counts_next_time(out):
    write(out, entry("acme"))
    broken = Outcome(client="acme", state="failed", seconds=3.0, peak_bytes=5_000_000_000)
    write(out, Entry(name="Acme", language="en", outcome=broken))
    assert read_entries(out)["acme"].past == Past(seconds=12.34, peak_bytes=5_000_000_000)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 99}', '{"version": 1, "clients": {"a": {}}}', '{"version": 1}']
)
def test_a_broken_file_of_outcomes_is_written_anew(out, text):
    out.mkdir()
    (out / OUTCOMES).write_text(text)
    write(out, entry("acme"))
    assert set(read_entries(out)) == {"acme"}


def test_what_a_killed_run_left_beside_the_files_is_swept(out):
    out.mkdir()
    (out / ".index.html-123-dead").write_text("half a page")
    write(out, entry("acme"))
    assert sorted(path.name for path in out.iterdir()) == [INDEX, OUTCOMES]


def test_a_folder_that_is_no_report_has_none(tmp_path):
    (tmp_path / "failed").mkdir()
    (tmp_path / ".build-1").mkdir()
    (tmp_path / ".build-1" / "manifest.json").write_text("{}")
    assert latest_report(tmp_path) is None
