"""A replication bundle reads back as the client's own data do, and nobody can be found in it who was promised so."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis import cli
from analysis.data.load import load_client_data
from analysis.errors import ParamsError, ReportError
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_sample import purchase_days
from analysis.params.load import load_params
from analysis.report.replication import build as replication
from analysis.report.replication.build import build_replication
from analysis.report.replication.editions import choose_edition
from analysis.report.replication.extract import OTHERS, release_data
from analysis.report.replication.files import render_frame
from analysis.report.replication.numbers import NOT_REPRODUCED, list_numbers
from analysis.report.replication.parameters import bundle_params, render_params
from analysis.report.replication.reproduce import made_by_other_models

PARAMS = Path(__file__).parents[2] / "params"
FILES = {
    "README.md", "codebook.csv", "codebook.md", "data/analysis_loyalty.csv", "data/analysis_repurchase.csv",
    "data/customers.csv", "data/survey.csv", "data/transactions.csv", "independent.py", "manifest.json", "params.yml",
    "reproduce.py", "tables/loyalty.csv",
}  # fmt: skip
PLAIN_WORDS = {"calibration"}
"""A product's id in the demonstration, and a word that the bundle has of its own."""


def one_table(data, params):
    """A stand-in for all tables that depends on answers, controls, clusters and order days alike."""
    models = {"loyalty": fit_satisfaction_loyalty(data, params), "repurchase": fit_repeat_purchase(data, params)}
    found = [models["loyalty"].coefficients, getattr(models["repurchase"], "fits", ())]
    rows = [row for part in found for each in part for row in list_numbers(each.to_dict(), "")]
    lines = [f"{i},{row['estimate']:.12g},{row.get('std_error', 0):.12g}" for i, row in enumerate(rows)]
    return {"loyalty.csv": "\r\n".join(["quantity,estimate,std_error", *lines])}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "params").mkdir()
    for name in ("demo.yml", "demo-logo.svg", "defaults.yml"):
        shutil.copy(PARAMS / name, folder / "params")
    text = (folder / "params" / "demo.yml").read_text("utf-8")
    (folder / "params" / "whole.yml").write_text(text, "utf-8")
    text = text.replace("customers: 400", "customers: 240")  # soon generated and fitted
    (folder / "params" / "demo.yml").write_text(text, "utf-8")
    (folder / "params" / "quiet.yml").write_text(
        text.replace("confidentiality: attributed", "confidentiality: aggregate"), "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def demo(project):
    params = load_params("demo", project / "params")
    return load_client_data(params), params


@pytest.fixture(scope="module")
def bundle(project, demo):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replication, "compute_tables", one_table)
        return build_replication("demo", params_folder=project / "params", out=project / "reports").folder


@pytest.fixture(scope="module")
def released(bundle):
    params = load_params("params", bundle)
    return load_client_data(params), params


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def identifying(data, params):
    """Every id, name, label and text of the client's tables that tells somebody or something of the client's."""
    telling = ("name", "comment", "text", "account_manager", "region", "segment")
    found = {
        str(value)
        for frame in data.tables.values()
        for column in frame.columns
        if column.endswith("_id") or column in telling
        for value in frame[column].dropna().unique()
    }
    names = params.name.values() if isinstance(params.name, dict) else [params.name]
    return {text for text in found | set(names) if len(text) > 2} - PLAIN_WORDS


# ---- what is in the bundle, and what is not


def test_a_bundle_is_complete_and_nothing_else_is_left(bundle):
    assert set(content(bundle)) == FILES
    assert bundle.name == "2025-12-31-replication"
    assert bundle.parent.name == "demo"
    assert [path.name for path in bundle.parent.iterdir()] == [bundle.name]


def test_nothing_identifying_is_anywhere_in_the_bundle(bundle, demo):
    words = identifying(*demo)
    assert len(words) > 1500
    text = "\n".join(raw.decode("utf-8") for raw in content(bundle).values())
    assert {word for word in words if word in text} == set()
    assert "Nordwerk" not in text
    assert str(bundle.parents[3]) not in text


def test_only_what_models_read_is_exported(bundle):
    columns = {name: content(bundle)[f"data/{name}.csv"].decode("utf-8-sig").splitlines()[0].split(",") for name in
               ("customers", "transactions")}  # fmt: skip
    assert columns["customers"] == ["customer_id", "segment", "is_key_account", "joined_on", "parent_id"]
    assert columns["transactions"] == ["customer_id", "ordered_on", "is_return", "amount"]


def test_the_bundle_reads_back_as_the_same_answers_in_the_same_order(demo, released):
    (own, params), (data, _) = demo, released
    before, after = own.table("survey"), data.table("survey")
    assert len(before) == len(after)
    for column in ("responded_on", "wave", "weight", "respondent_level", "satisfaction_index", "loyalty_index"):
        pd.testing.assert_series_equal(before[column], after[column], check_dtype=False)
    for column in ("respondent_key", "account_key"):
        assert list(pd.factorize(before[column], sort=True)[0]) == list(pd.factorize(after[column], sort=True)[0])
    assert data.waves == own.waves
    assert data.recorded_until("transactions") == own.recorded_until("transactions")
    assert params.survey.items["effort"].scale.direction == "lower_is_better"
    pd.testing.assert_series_equal(before["effort"], after["effort"], check_dtype=False)


def test_order_days_of_those_who_answered_are_the_same_and_the_others_are_one(demo, released):
    (own, _), (data, _) = demo, released
    codes = dict(zip(own.table("survey")["customer_id"], data.table("survey")["customer_id"], strict=True))
    before, after = purchase_days(own), purchase_days(data)
    kept = before[before["customer_id"].isin(codes)]
    kept = kept.assign(customer_id=kept["customer_id"].map(codes)).sort_values(["customer_id", "day"])
    pd.testing.assert_frame_equal(
        kept.reset_index(drop=True), after[after["customer_id"] != OTHERS].reset_index(drop=True), check_dtype=False
    )
    totals = [frame.table("transactions")["revenue"].sum() for frame in (own, data)]
    shares = [
        frame.table("transactions").groupby("ordered_on")["revenue"].sum() / total
        for frame, total in zip((own, data), totals, strict=True)
    ]
    pd.testing.assert_series_equal(*shares, check_dtype=False)
    assert abs(totals[1] / totals[0] - 1) > 1e-6


def test_readme_and_codebook_name_what_is_not_reproduced(bundle):
    codebook, readme = ((bundle / name).read_text(encoding="utf-8") for name in ("codebook.md", "README.md"))
    assert {"lifetime_uplift"} == NOT_REPRODUCED
    assert all(part in codebook for part in NOT_REPRODUCED)
    assert "without what better performance would add to lifetime value" in " ".join(readme.split())


def test_the_codebook_has_every_column_of_every_file(bundle):
    files = content(bundle)
    book = pd.read_csv(bundle / "codebook.csv", encoding="utf-8-sig")
    for name in [name for name in files if name.startswith("data/")]:
        header = files[name].decode("utf-8-sig").splitlines()[0].split(",")
        assert list(book.loc[book["file"] == name, "column"]) == header
    effort = book[(book["column"] == "effort")].iloc[0]
    assert effort["direction"].startswith("turned")
    assert (effort["scale_min"], effort["scale_max"]) == (1, 7)
    assert effort["question"] == "How much effort does it take to do business with us?"
    page = files["codebook.md"].decode("utf-8")
    assert "pseudonymous, not anonymous" in page
    assert "Groups of fewer than 5 people:" in page


# ---- hostile labels


def test_labels_that_a_spreadsheet_would_run_are_neutralised_and_read_back(demo, tmp_path):
    data, params = demo
    survey = data.table("survey").copy()
    waves = dict(zip(data.waves, ("=1+1", "@sum", "-2"), strict=True))
    levels = dict(zip(sorted(survey["respondent_level"].dropna().unique()), ("+x", "=cmd|'/c calc'!A1", "客户", "a,\"b"),
                      strict=True))  # fmt: skip
    survey = survey.assign(wave=survey["wave"].map(waves), respondent_level=survey["respondent_level"].map(levels))
    hostile = replace(data, tables={**data.tables, "survey": survey}, waves=tuple(waves.values()))
    release = release_data(hostile, params, "full")
    (tmp_path / "data").mkdir()
    for name, frame in release.tables.items():
        (tmp_path / "data" / f"{name}.csv").write_bytes(render_frame(frame).encode())
    (tmp_path / "params.yml").write_text(render_params(params, release, "2025-12-31"), "utf-8")
    written = pd.read_csv(tmp_path / "data" / "survey.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert not written.map(lambda cell: cell.startswith(("=", "+", "@"))).any(axis=None)
    assert not written[["wave", "respondent_level"]].map(lambda cell: cell.startswith("-")).any(axis=None)
    read = load_client_data(load_params("params", tmp_path)).table("survey")
    assert list(read["wave"]) == list(survey["wave"])
    assert list(read["respondent_level"].fillna("")) == list(survey["respondent_level"].fillna(""))


# ---- surveys of other kinds


def test_answers_without_customers_levels_or_with_several_of_one_person_read_back_all(demo, tmp_path):
    data, params = demo
    survey = data.table("survey")
    missing = pd.Series([None] * len(survey), dtype="str")
    nobody = [f"row-{i}" for i in range(1, len(survey) + 1)]
    alone = survey.assign(customer_id=missing, respondent_id=missing, respondent_key=nobody, account_key=nobody)
    several = pd.concat([survey, survey.iloc[:30]]).sort_values("responded_on", kind="stable", ignore_index=True)
    cases = {
        "alone": replace(data, tables={"survey": alone}, customers=data.customers.iloc[:0]),
        "several": replace(data, tables={**data.tables, "survey": several}),
        "bare": replace(data, tables={"survey": survey.drop(columns="respondent_level")}),
    }
    for name, client in cases.items():
        (tmp_path / name / "data").mkdir(parents=True)
        release = release_data(client, params, "full")
        for table, frame in release.tables.items():
            (tmp_path / name / "data" / f"{table}.csv").write_bytes(render_frame(frame).encode())
        (tmp_path / name / "params.yml").write_text(render_params(params, release, "2025-12-31"), "utf-8")
        own = load_params("params", tmp_path / name)
        read, before = load_client_data(own), client.table("survey")
        assert list(read.table("survey")["loyalty_index"].fillna(-1)) == list(before["loyalty_index"].fillna(-1)), name
        wanted = fit_satisfaction_loyalty(client, params).slope
        assert fit_satisfaction_loyalty(read, own).slope.value == pytest.approx(wanted.value, rel=1e-9), name


def test_the_clients_name_is_taken_out_of_questions_and_hypotheses_alone(demo):
    data, params = demo
    items = {
        key: item.model_copy(update={"wording": f"Is Survey good at {key}?"})
        for key, item in params.survey.items.items()
    }
    named = params.model_copy(update={"name": "survey", "survey": params.survey.model_copy(update={"items": items})})
    told = bundle_params(named, release_data(data, named, "full"), "2025-12-31")
    assert told["survey"]["items"]["price"]["wording"] == "Is [client] good at price?"
    assert told["sources"]["survey"] == {"files": "data/survey.csv"}


# ---- the public edition


def test_where_aggregates_were_promised_answers_stand_alone_and_nobody_is_in_a_small_group(project, demo):
    data, params = demo
    quiet = load_params("quiet", project / "params")
    assert choose_edition(params, restricted=False) == "full"
    assert choose_edition(quiet, restricted=False) == "public"
    assert choose_edition(quiet, restricted=True) == "full"
    release = release_data(data, quiet, "public")
    assert set(release.tables) == {"survey", "customers"}
    survey, customers = release.tables["survey"], release.tables["customers"]
    people = survey.merge(customers, on="customer_id", how="left")
    quasi = ["segment", "is_key_account", "respondent_level"]
    assert people.groupby(quasi)["respondent_id"].nunique().min() >= 5
    assert customers.groupby(["segment", "is_key_account", "joined_on"]).size().min() >= 5
    assert survey.groupby("wave")["responded_on"].nunique().max() == 1
    assert "parent_id" not in customers


def test_shuffled_codes_tell_nothing_of_the_order_of_ids(demo):
    data, params = demo
    codes = release_data(data, params, "public").tables["survey"]
    again = release_data(data, params, "public").tables["survey"]
    assert set(codes["customer_id"].dropna()).isdisjoint(set(again["customer_id"].dropna()))
    # answers identify the rows; the order of the codes and that of the ids go together by chance alone
    own = data.table("survey")
    keys = ["wave", "weight", "sat_overall", "recommend", "delivery", "price", "service", "loyalty"]
    joined = own.drop_duplicates(keys, keep=False).merge(codes.drop_duplicates(keys, keep=False), on=keys)
    assert len(joined) > 200
    assert abs(joined["customer_id_x"].rank().corr(joined["customer_id_y"].rank())) < 0.2


def test_anonymous_answers_are_never_put_beside_orders(project):
    params = project / "params"
    text = (params / "demo.yml").read_text("utf-8")
    (params / "anonymous.yml").write_text(
        text.replace("confidentiality: attributed", "confidentiality: anonymous"), "utf-8"
    )
    with pytest.raises(ParamsError, match="must not be anonymous"):
        choose_edition(load_params("anonymous", params), restricted=True)
    assert choose_edition(load_params("anonymous", params), restricted=False) == "public"


def test_attributed_answers_of_an_external_audit_are_not_put_beside_orders_unasked(project):
    params = load_params("demo", project / "params").model_copy(update={"audience": "external"})
    assert choose_edition(params, restricted=False) == "public"


# ---- building


def test_an_unchanged_bundle_stays_and_force_draws_new_codes(project, bundle, monkeypatch):
    monkeypatch.setattr(replication, "compute_tables", lambda data, params: {"loyalty.csv": "a\r\n1"})
    options = {"params_folder": project / "params", "out": project / "reports"}
    before = content(bundle)
    again = build_replication("demo", **options)
    assert again.unchanged
    assert content(bundle) == before
    shutil.copytree(bundle.parent, project / "forced" / "_study" / "demo")
    forced = build_replication("demo", params_folder=project / "params", out=project / "forced", force=True)
    assert not forced.unchanged
    assert content(forced.folder)["data/survey.csv"] != before["data/survey.csv"]


def test_a_bundle_that_does_not_reproduce_is_not_published(project, bundle, monkeypatch):
    before = content(bundle)
    monkeypatch.setattr(
        replication, "compute_tables", lambda data, params: {"loyalty.csv": f"a\r\n{len(data.customers)}"}
    )
    with pytest.raises(ReportError, match=r"does not reproduce .*\n.*row 1, a: \d+ is expected, \d+ was found"):
        build_replication("demo", params_folder=project / "params", out=project / "reports", force=True)
    assert content(bundle) == before
    assert [path.name for path in bundle.parent.iterdir()] == [bundle.name]


def test_a_bundle_knows_whether_the_models_have_changed_since(bundle, tmp_path):
    assert not made_by_other_models(bundle)
    text = (bundle / "manifest.json").read_text("utf-8")
    (tmp_path / "manifest.json").write_text(text.replace('"models": "', '"models": "0'), "utf-8")
    assert made_by_other_models(tmp_path)


# ---- bad input


def test_a_client_without_a_survey_and_one_that_is_not_there_are_answered(project, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    for name in ("AUDIT_CLIENT", "AUDIT_PARAMS", "AUDIT_OUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "400")  # so that no cell of the table of faults is folded
    (tmp_path / "sales.yml").write_text("name: Sales\nsources: {transactions: {files: orders.csv}}\n", "utf-8")
    out = ["--params", str(tmp_path), "--out", str(tmp_path / "out")]
    assert cli.main(["replication", "sales", *out]) == 2
    assert "replication is" in capsys.readouterr().err
    assert cli.main(["replication", "nobody", *out]) == 2
    assert cli.main(["replication", *out]) == 2
    assert not (tmp_path / "out").exists()


# ---- the scripts


def run(script):
    return subprocess.run(
        [sys.executable, script.name], cwd=script.parent, capture_output=True, text=True, check=False, timeout=900
    )


def tamper(path, start):
    """Change the first estimate of the row that begins with `start` in its fourth digit."""
    lines = path.read_text("utf-8-sig").splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith(start))
    cells = lines[row].split(",")
    cells[1] = f"{float(cells[1]) * 1.0005:.12g}"
    lines[row] = ",".join(cells)
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())


@pytest.mark.slow
def test_both_scripts_reproduce_the_demonstration_and_find_a_number_that_was_tampered_with(project):
    bundle = build_replication("whole", params_folder=project / "params", out=project / "whole").folder
    params = load_params("whole", project / "params")
    words = identifying(load_client_data(params), params)
    text = "\n".join(raw.decode("utf-8") for raw in content(bundle).values())
    assert {word for word in words if word in text} == set()
    for script in ("reproduce.py", "independent.py"):
        done = run(bundle / script)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "DIFFERS" not in done.stdout
        assert "Warning" not in done.stderr
    tamper(bundle / "tables" / "audit-loyalty-model.csv", "coefficients[satisfaction_10]")
    for script in ("independent.py", "reproduce.py"):
        done = run(bundle / script)
        assert done.returncode == 1
        assert "DIFFERS" in done.stdout
        assert "estimate" in done.stdout
