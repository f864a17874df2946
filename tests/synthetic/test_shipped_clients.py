"""The parameter files that ship: every one is read, and finds in its files what was put there."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.data.load import load_client_data
from analysis.params.load import load_params, resolved_data_folder
from analysis.synthetic.answers import ITEMS
from analysis.synthetic.draw import draw_client
from analysis.synthetic.write import TRUTH, write_client

PARAMS = Path(__file__).parents[2] / "params"
ITEM_KEYS = [item.key for item in ITEMS]


@pytest.fixture(scope="module", params=["demo", "demo-zh"])
def loaded(request, tmp_path_factory):
    """Return a synthetic client's parameters, its data as loaded, as drawn, and its truth."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(PARAMS, root / "params")
    params = load_params(request.param, root / "params")
    folder = resolved_data_folder(params)
    write_client(params.synthetic, folder, client=params.client)
    truth = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
    return params, load_client_data(params), draw_client(params.synthetic), truth


def test_every_table_arrives(loaded):
    _, data, client, _ = loaded
    assert set(data.tables) == set(client.canonical)
    assert data.waves == client.waves
    assert data.as_of == client.as_of


def test_answers_arrive_as_they_were_drawn(loaded):
    _, data, client, _ = loaded
    key = "response_id"
    read = data.table("survey").set_index(key)[ITEM_KEYS].sort_index()
    drawn = client.canonical["survey"].set_index(key)[ITEM_KEYS].sort_index()
    pd.testing.assert_frame_equal(read, drawn, check_exact=False, rtol=1e-12)


def test_order_lines_arrive_as_they_were_drawn(loaded):
    _, data, client, truth = loaded
    read, drawn = data.table("transactions"), client.canonical["transactions"]
    kept = truth["defects"]["transactions"]["unmatched_customer"] + truth["defects"]["transactions"]["identical_line"]
    assert len(read) == len(drawn) + kept
    columns = ["order_id", "line_id", "customer_id", "ordered_on", "amount", "quantity", "currency", "tax_included"]
    both = drawn[columns].merge(read[columns], on=["order_id", "line_id"], suffixes=("", "_read"))
    assert len(both) == len(drawn) - truth["defects"]["transactions"]["identical_line"]
    for column in columns[2:]:
        assert (both[column] == both[f"{column}_read"]).all(), column


def test_repairs_are_the_defects_that_were_put_there(loaded):
    _, data, _, truth = loaded
    found: dict[str, dict[str, int]] = {}
    for repair in data.quality.repairs:
        rules = found.setdefault(repair.table, {})
        rules[repair.rule] = rules.get(repair.rule, 0) + repair.rows
    for table, defects in truth["defects"].items():
        for rule in ("duplicate_key", "after_as_of", "identical_line", "refund_without_purchase"):
            assert found.get(table, {}).get(rule, 0) == defects.get(rule, 0), (table, rule)
        unmatched = defects.get("unmatched_customer", 0) + defects.get("missing_customer", 0)
        assert found.get(table, {}).get("unmatched_customer", 0) == unmatched, table
    assert found["survey"]["survey_missing_code"] == truth["defects"]["survey"]["missing_code_rows"]


def test_nothing_but_those_defects_is_repaired_and_nothing_is_noted(loaded):
    _, data, _, _ = loaded
    rules = {repair.rule for repair in data.quality.repairs}
    expected = {"duplicate_key", "after_as_of", "identical_line", "refund_without_purchase", "unmatched_customer"}
    assert rules == {*expected, "survey_missing_code"}
    assert not data.quality.notes


def test_chinese_ids_keep_their_leading_zeros(loaded):
    params, data, _, _ = loaded
    pattern = r"\d{7}" if params.client == "demo-zh" else r"C\d{5}"
    assert data.table("customers")["customer_id"].str.fullmatch(pattern).all()


def test_revenue_is_net_of_tax_in_the_audit_s_currency(loaded):
    params, data, client, _ = loaded
    lines = data.table("transactions")
    tax = lines["tax_included"] & (lines["currency"] == params.money.currency)
    assert (lines.loc[tax, "revenue"] * (1 + params.money.vat_rate) - lines.loc[tax, "amount"]).abs().max() < 0.01
    foreign = lines[lines["currency"] != params.money.currency]
    rates = client.canonical["rates"].set_index("date")["rate"]
    month = foreign["ordered_on"].dt.to_period("M").dt.to_timestamp()
    expected = foreign["amount"] * rates.reindex(month).to_numpy()
    assert (foreign["revenue"] - expected).abs().max() < 0.01


# Three orders of two people (`customer_id` is one per order), one of them cancelled; a review that stands twice.
OLIST = {
    "olist_orders": (
        "order_id,customer_id,order_status,order_purchase_timestamp\n"
        "o1,c1,delivered,2018-01-05 10:00:00\no2,c2,delivered,2018-03-01 09:30\no3,c3,canceled,2018-03-02 08:00:00\n"
    ),
    "olist_order_items": (
        "order_id,order_item_id,product_id,seller_id,price,freight_value\n"
        "o1,1,p1,s1,10.00,5.00\no1,2,p2,s2,20.50,5.00\no2,1,p1,s1,11.00,5.00\no3,1,p1,s1,99.00,5.00\n"
    ),
    "olist_customers": "customer_id,customer_unique_id,customer_state\nc1,u1,SP\nc2,u1,RJ\nc3,u2,BA\n",
    "olist_products": '"product_id","product_category_name"\n"p1",perfumaria\n"p2",sem_traducao\n',
    "product_category_name_translation": "\ufeffproduct_category_name,product_category_name_english\nperfumaria,perfumery\n",
    "olist_sellers": "seller_id,seller_state\ns1,SP\ns2,MG\n",
    "olist_order_reviews": (
        "review_id,order_id,review_score,review_comment_title,review_comment_message,review_answer_timestamp\n"
        "r1,o1,5,,muito bom,2018-01-20 11:00:00\nr1,o1,5,,muito bom,2018-01-20 11:00\n"
        "r2,o2,1,ruim,,2018-03-20 11:00:00\nr9,o9,3,,,2018-03-20 11:00:00\n"
    ),
}
NAMES = {
    "dataset": lambda stem: f"{stem}.csv" if stem.startswith("product") else f"{stem}_dataset.csv",
    "union": lambda stem: (
        f"official_{stem}.csv"
        if stem.startswith("product")
        else f"official_{stem}_dataset.csv"
        if stem in ("olist_products", "olist_sellers")
        else f"{stem}_union.csv"
    ),
}


@pytest.mark.parametrize("naming", sorted(NAMES))
def test_olist_joins_orders_reviews_and_people_under_both_namings(naming, tmp_path, monkeypatch):
    for stem, content in OLIST.items():
        (tmp_path / NAMES[naming](stem)).write_text(content, encoding="utf-8")
    monkeypatch.setenv("OLIST_DATA", str(tmp_path))
    data = load_client_data(load_params("olist", PARAMS))
    lines = data.table("transactions")
    assert lines["customer_id"].tolist() == ["u1", "u1", "u1"]
    assert lines["amount"].tolist() == [10.0, 20.5, 11.0]  # without freight, without the cancelled order
    assert lines["category"].tolist() == ["perfumery", "sem_traducao", "perfumery"]
    assert lines["partner_id"].tolist() == ["s1", "s2", "s1"]
    assert lines["ordered_on"].dt.strftime("%Y-%m-%d").tolist() == ["2018-01-05", "2018-01-05", "2018-03-01"]
    answers = data.table("survey")
    assert answers["customer_id"].tolist() == ["u1", "u1"]
    assert answers["satisfaction_index"].tolist() == [100.0, 0.0]
    assert answers["comment"].tolist() == ["muito bom", "ruim"]
    assert answers["wave"].unique().tolist() == ["2018-Q1"]
    assert data.customers.loc["u1", ["region", "segment"]].tolist() == ["RJ", "Other Southeast"]
    assert data.table("partners")["region"].tolist() == ["SP", "MG"]


RETAIL = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,LANTERN,6.0,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,85123a,LANTERN,6.0,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536370,POST,POSTAGE,3.0,2010-12-01 08:45:00,18.00,12583.0,France\n"
    "C536379,85123A,LANTERN,-2.0,2010-12-03 09:41:00,2.55,17850.0,United Kingdom\n"
    "536371,22086,CHAIN,1.0,2010-12-04 09:00:00,2.00,12583.0,France\n"
    "536414,22139,,56.0,2010-12-01 11:52:00,0.0,,United Kingdom\n"
    "A563185,B,Adjust bad debt,1.0,2011-08-12 14:50:00,11062.06,,United Kingdom\n"
)


def test_online_retail_counts_cancellations_as_returns_and_leaves_out_what_is_no_sale(tmp_path, monkeypatch):
    (tmp_path / "onlineretail.csv").write_text(RETAIL, encoding="utf-8")
    monkeypatch.setenv("ONLINE_RETAIL_DATA", str(tmp_path))
    params = load_params("online-retail", PARAMS)
    data = load_client_data(params)
    lines = data.table("transactions").sort_values(["order_id", "amount"])
    assert lines["amount"].tolist() == [15.3, 15.3, 54.0, 2.0, -5.1]
    assert lines["customer_id"].tolist() == ["17850", "17850", "12583", "12583", "17850"]
    assert lines["product_id"].tolist() == ["85123A", "85123A", "POST", "22086", "85123A"]
    assert lines["is_return"].tolist() == [False] * 4 + [True]
    assert data.customers.loc["12583", "segment"] == "Germany and France"
    assert [repair.rule for repair in data.quality.repairs] == ["identical_line"]


def test_no_value_of_the_environment_is_in_the_public_parameters(tmp_path, monkeypatch):
    monkeypatch.setenv("OLIST_DATA", str(tmp_path / "secret-folder"))
    params = load_params("olist", PARAMS)
    assert params.public()["data_folder"] == "${OLIST_DATA}"
    assert "secret-folder" not in str(params)


@pytest.mark.slow
def test_a_year_of_households_is_read_from_its_package():
    data = load_client_data(load_params("completejourney", PARAMS))
    assert data.customers["orders"].gt(0).sum() == 2469
    assert data.table("transactions")["ordered_on"].max() == pd.Timestamp("2017-12-31")
    assert data.customers["segment"].notna().sum() == 801
    assert not data.has("survey")
