"""What a portfolio's documents say, in both languages and whatever its clients are called; and what is read and left."""

import base64
import datetime as dt
import hashlib
import html
import json
import re
from types import SimpleNamespace

import pytest
from published_audits import BEFORE, DAY, audit, publish, stored, twelve
from ruamel.yaml import YAML

from analysis import cli
from analysis.document.html import render_block
from analysis.document.portfolio.compose import WRITERS, compose_portfolio
from analysis.errors import ParamsError
from analysis.params.model import BenchmarkSpec
from analysis.portfolio.review import review_portfolio
from analysis.report import portfolio_build
from analysis.report.job import BuildResult
from analysis.report.portfolio_build import NOTEBOOK, _PortfolioJob
from analysis.report.portfolio_files import find_audits, hash_audits, load_portfolio, write_portfolio
from analysis.report.progress import NoProgress

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{name}\u202e"


def document(*audits, language="en"):
    portfolio = review_portfolio(stored(*audits), language)
    assert portfolio is not None
    return compose_portfolio(portfolio)


def page(made):
    return "\n".join(render_block(block) for key in WRITERS for block in made[key].blocks)


def words(made):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page(made))))


def test_the_first_page_has_alerts_first_then_what_moved():
    fired = {"condition": "nps < 0", "state": "fired", "name": {"message": "NPS", "values": {}}, "found": None}
    audits = twelve()
    audits[0]["alerts"] = [fired]
    made = document(*twelve(BEFORE, drift=-15.0), *audits)
    kinds = [block.kind for block in made.front.blocks]
    assert kinds[:5] == ["cover", "heading", "prose", "callout", "bullets"]
    text = words(made)
    assert "12 clients, all audited as of 31 December 2025. One alert has fired." in text
    assert re.search(r"(\d+) became better and 0 worse", text)[1] != "0"


def test_two_clients_are_said_not_to_be_drawn_together():
    text = words(document(audit("a", 60.0), audit("b", 70.0)))
    assert "Two clients alone have scores that can be compared; they stand as they are" in text
    assert "Fair score (95% interval)" not in text
    assert "Nothing is drawn together." in text


def test_one_client_is_a_portfolio_too():
    text = words(document(audit("a", 60.0)))
    assert "One client alone has a score that could be compared" in text
    assert "Anything by comparison: there is one client alone." in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chapter_is_written_in_both_languages(language):
    made = document(*twelve(BEFORE), *twelve(), language=language)
    assert made.cover.language == language
    for key in WRITERS:
        assert len(made[key].blocks) >= 2, key
    anchors = [block.anchor for key in WRITERS for block in made[key].blocks if getattr(block, "anchor", "")]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_stay_text(language, tmp_path):
    audits = twelve()
    audits[0]["name"] = HOSTILE
    audits[1]["alerts"] = [{"condition": HOSTILE, "state": "fired", "name": {"message": HOSTILE, "values": {}},
                            "found": {"message": "{missing:text}", "values": {}}}]  # fmt: skip
    audits[2]["actions"] = [{"key": HOSTILE, "title": {"message": HOSTILE, "values": {}}, "due": "x"}]
    audits[3]["industry"] = HOSTILE
    out = publish(tmp_path / "reports", *audits)
    portfolio = load_portfolio(str(out), language=language)
    made = compose_portfolio(portfolio)
    written(portfolio, made, out, tmp_path)
    for text in (page(made), (tmp_path / "index.html").read_text("utf-8")):
        assert "<img" not in text
        assert "\u202e" not in text
        assert text.count("<script") == text.count("</script") <= 1


def written(portfolio, made, out, folder):
    write_portfolio(portfolio, made, folder, str(out))
    return folder


def test_only_what_a_manifest_lists_is_read(tmp_path):
    out = publish(tmp_path, audit("a"), audit("a", day=BEFORE), audit("tampered"), audit("bare"), audit("odd"))
    (out / "tampered" / DAY / "audit.json").write_text(json.dumps(audit("tampered", 99.0)))
    (out / "bare" / DAY / "manifest.json").unlink()
    manifest = out / "odd" / DAY / "manifest.json"
    manifest.write_text(json.dumps({"version": 1, "outputs": {}}))
    (out / "_study" / "x" / DAY).mkdir(parents=True)
    (out / "a" / "failed").mkdir()
    portfolio = load_portfolio(str(out))
    assert [client.client for client in portfolio.clients] == ["a"]
    reasons = {each.client: each.reason.msgid for each in portfolio.unreadable}
    assert "changed after it was published" in reasons["tampered"]
    assert "no manifest" in reasons["bare"]
    assert "does not list" in reasons["odd"]
    assert set(find_audits(out)) == {"a", "tampered", "bare", "odd"}
    assert set(hash_audits(out, BEFORE)) == {f"a/{BEFORE}/audit.json", f"a/{BEFORE}/manifest.json"}


def test_the_language_is_that_of_most_clients_and_the_day_can_be_set(tmp_path):
    out = publish(tmp_path, audit("a", language="zh"), audit("b", language="zh", day=BEFORE), audit("c"))
    portfolio = load_portfolio(str(out))
    assert (portfolio.language, portfolio.as_of) == ("zh", DAY)
    assert load_portfolio(str(out), as_of=BEFORE).as_of == BEFORE
    with pytest.raises(ParamsError, match="must be en or zh"):
        load_portfolio(str(out), language="fr")


def test_benchmarks_are_entries_that_parameters_take_and_name_no_client(tmp_path):
    audits = [audit(f"secret-{i}", 50.0 + 3 * i, industry="food", name=f"Secret {i}") for i in range(6)]
    out = publish(tmp_path / "reports", *audits)
    portfolio = load_portfolio(str(out))
    written(portfolio, compose_portfolio(portfolio), out, tmp_path)
    text = (tmp_path / "benchmarks.yml").read_text("utf-8")
    lists = YAML(typ="safe").load(text)
    assert set(lists) == {"food", "all clients"}
    for entries in lists.values():
        specs = [BenchmarkSpec.model_validate(entry) for entry in entries]
        assert {spec.indicator for spec in specs} == {"satisfaction_index", "repeat_purchase_rate", "response_rate"}
        assert all(spec.low <= spec.value <= spec.high and spec.n is None for spec in specs)
    found = json.loads((tmp_path / "benchmarks.json").read_text("utf-8"))["bands"]
    assert all(band["clients"] == [5, 9] for band in found)
    for name in ("benchmarks.yml", "benchmarks.json"):
        assert "ecret" not in (tmp_path / name).read_text("utf-8")


def test_the_index_allows_its_own_script_alone_and_links_to_what_there_is(tmp_path):
    out = publish(tmp_path / "reports", *twelve())
    portfolio = load_portfolio(str(out))
    folder = out / "_portfolio" / DAY
    folder.mkdir(parents=True)
    written(portfolio, compose_portfolio(portfolio), out, folder)
    text = (folder / "index.html").read_text("utf-8")
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1])
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    links = re.findall(r'<a href="(\.\./[^"]+)"', text)
    assert len(links) == 12 * 3
    assert all((folder / link).is_file() for link in links)
    assert "http:" not in text
    assert "https:" not in text


@pytest.mark.parametrize("has_page", [False, True])
def test_the_index_leads_back_to_the_page_of_all_reports_where_there_is_one(tmp_path, has_page):
    out = publish(tmp_path / "reports", *twelve())
    if has_page:
        (out / "index.html").write_text("all reports")
    portfolio = load_portfolio(str(out))
    folder = out / "_portfolio" / DAY
    folder.mkdir(parents=True)
    written(portfolio, compose_portfolio(portfolio), out, folder)
    text = (folder / "index.html").read_text("utf-8")
    assert ('<a href="../../index.html">All reports</a>' in text) == has_page
    jobs = [_PortfolioJob(params_folder=out, folder=out / "_portfolio", notebook=NOTEBOOK, progress=NoProgress(),
                          out=out, as_of="", language="") for _ in range(2)]  # fmt: skip
    before = jobs[0].origin()
    (out / "index.html").unlink() if has_page else (out / "index.html").write_text("all reports")
    assert jobs[1].origin() != before  # a portfolio that should lead back is made anew


def test_no_audit_at_all_is_a_fault_and_nothing_is_made(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # the folder of the test may be long, and its table would break the words
    assert cli.main(["portfolio", "--out", str(tmp_path / "none")]) == 2
    assert "the published audits" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
    with pytest.raises(ParamsError, match="none that can be read, of 1 clients"):
        load_portfolio(str(publish(tmp_path, audit("a") | {"schema_version": "9.0"})))


def test_the_command_hands_on_what_it_is_given(monkeypatch, tmp_path, capsys):
    given = {}

    def record(**options):
        given.update(options)
        return BuildResult(folder=tmp_path, files=(tmp_path / "portfolio.pdf",), unchanged=False, seconds=1.0)

    monkeypatch.setattr(portfolio_build, "build_portfolio", record)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setenv("AUDIT_LANGUAGE", "zh")
    assert cli.main(["portfolio", "--out", "o", "--as-of", "2025-12-31", "--force"]) == 0
    assert (str(given["out"]), given["as_of"], given["language"], given["force"]) == (
        "o",
        dt.date(2025, 12, 31),
        "zh",
        True,
    )
    assert "portfolio.pdf" in capsys.readouterr().out


def test_a_benchmark_band_is_in_the_audits_text_and_must_be_in_order():
    from analysis.document.prose import state_benchmark
    from analysis.document.translate import Translator
    from analysis.messages import N_
    from analysis.results import Benchmark, Estimate

    benchmark = Benchmark(value=0.6, low=0.5, high=0.7, source="portfolio", year=2025)
    for (low, value, high), word in {
        (0.71, 0.8, 0.9): "above",
        (0.2, 0.3, 0.49): "below",
        (0.4, 0.6, 0.8): "not clearly",
    }.items():
        overall = Estimate(value=value, low=low, high=high, n=50, method="t", unit="proportion")
        result = SimpleNamespace(name=N_("Rate"), unit="proportion", overall=overall, benchmark=benchmark)
        text = state_benchmark(result, Translator("en"))
        assert word in text
        assert "50% to 70%" in text
    assert "low" not in Benchmark(value=1, source="x", year=2020).to_dict()
    for entry in ({"low": 1.0}, {"low": 3.0, "high": 4.0}):
        with pytest.raises(ValueError, match=r"band|between"):
            BenchmarkSpec.model_validate({"indicator": "nps", "value": 2.0, "source": "x", "year": 2020} | entry)
