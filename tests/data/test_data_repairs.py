"""Every repair rule by hand: which rows, removed or kept, and what it does to revenue; and what stops the audit."""

import pandas as pd
import pytest

LENIENT = {"max_repair_share": 1.0}
HEAD = "customer_id,ordered_on,amount"


@pytest.fixture
def orders(load, write):
    def read(text, more=None, limits=None, **fields):
        write("o.csv", text)
        sources = {"transactions": {"files": "o.csv"}} | (more or {})
        return load(sources=sources, limits=LENIENT if limits is None else limits, **fields)

    return read


def only(data, rule, table="transactions"):
    (repair,) = [each for each in data.quality.repairs if (each.rule, each.table) == (rule, table)]
    return repair


def test_clean_data_need_no_repair(orders):
    data = orders(f"{HEAD}\nA,2024-01-05,10\nB,2024-01-05,10\n")
    assert data.quality.repairs == ()
    assert data.table("transactions")["is_identical_line"].tolist() == [False, False]


def test_duplicate_key_that_agrees_is_counted_once_and_filled_up(orders):
    text = f"{HEAD},order_id,line_id,region\nA,2024-01-05,10,o1,1,\nA,2024-01-05,10,o1,1,N\nA,2024-01-05,10,o1,2,N\n"
    data = orders(text)
    repair = only(data, "duplicate_key")
    assert (repair.rows, repair.total, repair.removed, repair.revenue_effect) == (1, 3, True, -10.0)
    assert data.table("transactions")["region"].tolist() == ["N", "N"]
    assert data.customers.loc["A", "revenue"] == 20.0


def test_contradicting_order_lines_stop_the_audit(faults_of, write):
    write("o.csv", f"{HEAD},order_id,line_id\nA,2024-01-05,10,o1,1\nA,2024-01-05,11,o1,1\n")
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    assert fault.what == "transactions.order_id+line_id"
    assert fault.found == "'o1 / 1' with contradicting amount (10, 11)"
    assert fault.where == "o.csv, rows 2, 3"


def test_customer_with_contradicting_rows_stops_the_audit(faults_of, write):
    write("c.csv", "customer_id,region,joined_on\nA,N,2024-01-01\nB,S,2024-01-01\nA,S,2024-01-01\nB,N,2024-01-01\n")
    (fault,) = faults_of(sources={"customers": {"files": "c.csv"}})
    assert fault.what == "customers.customer_id"
    assert fault.found == "'A' with contradicting region ('N', 'S'), and 1 more"
    assert fault.where == "c.csv, rows 2, 4"
    assert fault.count == 2


def test_customer_rows_that_agree_are_merged(load, write):
    write("c.csv", "customer_id,name,region,joined_on\nA,Acme,,2024-01-01\nA,,N,\nB,Bay,S,2024-02-01\n")
    data = load(sources={"customers": {"files": "c.csv"}}, limits=LENIENT)
    assert data.customers[["name", "region"]].to_numpy().tolist() == [["Acme", "N"], ["Bay", "S"]]
    assert only(data, "duplicate_key", "customers").rows == 1


def test_identical_lines_without_a_key_are_kept_and_flagged(orders):
    data = orders(
        f"{HEAD},order_id\nA,2024-01-05,10,o1\nA,2024-01-05,10,o1\nA,2024-01-05,10,o2\n", limits={"max_repair_share": 0}
    )
    repair = only(data, "identical_line")
    assert (repair.rows, repair.removed, repair.revenue_effect, repair.examples) == (1, False, 0.0, ("o1",))
    assert repair.description.values["amount"] == 10.0
    assert data.table("transactions")["is_identical_line"].sum() == 1
    assert data.customers.loc["A", "revenue"] == 30.0


def test_rows_without_a_customer_are_removed_with_their_revenue(orders):
    data = orders(f"{HEAD}\nA,2024-01-05,10\n,2024-01-06,7\nNA,2024-01-07,-2\n")
    repair = only(data, "unmatched_customer")
    assert (repair.rows, repair.total, repair.removed, repair.revenue_effect) == (2, 3, True, -5.0)
    assert repair.examples == ("o.csv:3", "o.csv:4")
    assert len(data.table("transactions")) == 1


def test_customers_missing_from_the_list_are_kept_and_derived(orders, write):
    write("c.csv", "customer_id,segment\nA,gold\n")
    data = orders(f"{HEAD}\nA,2024-01-05,10\nB,2024-01-06,7\n", {"customers": {"files": "c.csv"}})
    repair = only(data, "unmatched_customer")
    assert (repair.rows, repair.removed, repair.revenue_effect) == (1, False, 0.0)
    assert data.customers["revenue"].to_dict() == {"A": 10.0, "B": 7.0}
    assert data.customers["segment"].fillna("-").tolist() == ["gold", "-"]


def test_refund_without_an_earlier_purchase_is_left_out(orders):
    text = f"{HEAD}\nA,2024-01-05,10\nA,2024-01-05,-4\nB,2024-01-05,-3\nC,2024-01-04,-2\nC,2024-01-05,20\n"
    data = orders(text)
    repair = only(data, "refund_without_purchase")
    assert (repair.rows, repair.total, repair.removed, repair.revenue_effect) == (2, 5, True, 5.0)
    assert data.customers["revenue"].to_dict() == {"A": 6.0, "C": 20.0}
    assert data.table("transactions")["is_return"].sum() == 1


def test_rows_after_as_of_are_set_aside_without_limit(orders):
    text = f"{HEAD}\nA,2024-01-05,10\nA,2024-01-06,5\nA,2024-02-01,3\n"
    data = orders(text, as_of="2024-01-05", limits={"max_repair_share": 0})
    repair = only(data, "after_as_of")
    assert (repair.rows, repair.total, repair.removed, repair.revenue_effect) == (2, 3, True, -8.0)
    assert data.as_of == pd.Timestamp("2024-01-05")
    assert data.customers.loc["A", "last_order"] == pd.Timestamp("2024-01-05")


def test_outcomes_after_as_of_are_forgotten_but_a_contract_end_is_known(load, write):
    write(
        "p.csv",
        "opportunity_id,customer_id,created_on,closed_on,is_won\n1,A,2024-01-05,2024-03-01,yes\n2,A,2024-01-05,2024-01-20,no\n",
    )
    write("k.csv", "customer_id,starts_on,ends_on\nA,2024-01-01,2024-12-31\n")
    write("c.csv", "customer_id,joined_on,ended_on\nA,2020-01-01,2024-02-01\n")
    sources = {"opportunities": {"files": "p.csv"}, "contracts": {"files": "k.csv"}, "customers": {"files": "c.csv"}}
    data = load(sources=sources, as_of="2024-01-31")
    won = data.table("opportunities")["is_won"]
    assert won.isna().tolist() == [True, False]
    assert data.table("opportunities")["closed_on"].isna().tolist() == [True, False]
    assert data.table("contracts")["ends_on"].tolist() == [pd.Timestamp("2024-12-31")]
    assert data.customers["ended_on"].isna().all()
    assert only(data, "after_as_of", "opportunities").removed is False


def test_as_of_is_the_last_day_on_which_something_happened(load, write):
    write("i.csv", "customer_id,occurred_on\nA,2024-03-05\n")
    write("f.csv", "received_on,text\n2024-03-07 10:00,late\n")
    write("k.csv", "customer_id,starts_on\nA,2024-06-01\nA,2024-01-01\n")
    sources = {"interactions": {"files": "i.csv"}, "feedback": {"files": "f.csv"}, "contracts": {"files": "k.csv"}}
    data = load(sources=sources)
    assert data.as_of == pd.Timestamp("2024-03-07")
    assert len(data.table("contracts")) == 1
    assert data.first_date == pd.Timestamp("2024-03-05")


def test_data_without_any_date_need_as_of(faults_of, load, write):
    write("c.csv", "customer_id\nA\n")
    (fault,) = faults_of(sources={"customers": {"files": "c.csv"}})
    assert "as_of" in fault.hint
    assert load(sources={"customers": {"files": "c.csv"}}, as_of="2024-01-01").customers.index.tolist() == ["A"]


def test_impossible_dates_are_set_missing(load, write):
    write("c.csv", "customer_id,joined_on,ended_on\nA,2024-01-05,2023-01-01\nB,2024-01-05,9999-12-31\nC,2024-01-05,\n")
    write("f.csv", "received_on,text,resolved_on\n2024-01-05,x,2024-01-04\n2024-01-05,y,2024-01-05\n")
    data = load(
        sources={"customers": {"files": "c.csv"}, "feedback": {"files": "f.csv"}}, limits=LENIENT, as_of="2024-02-01"
    )
    assert data.customers["ended_on"].isna().all()
    assert only(data, "impossible_dates", "customers").rows == 1
    assert data.table("feedback")["resolved_on"].isna().tolist() == [True, False]


def test_last_of_several_responses_of_a_wave_is_kept(load, write):
    write(
        "s.csv",
        "responded_on,respondent_id,wave,touchpoint,q1\n2024-01-01,r1,a,shop,1\n2024-01-03,r1,a,shop,5\n"
        "2024-01-02,r1,a,phone,2\n2024-01-02,r2,a,shop,3\n2024-01-02,,a,shop,4\n2024-01-02,,a,shop,4\n",
    )
    items = {"q1": {"role": "satisfaction", "scale": {"min": 1, "max": 5}}}
    sources = {"survey": {"files": "s.csv"}}
    data = load(sources=sources, survey={"items": items}, limits=LENIENT)
    assert sorted(data.table("survey")["q1"]) == [2, 3, 4, 4, 5]
    assert only(data, "duplicate_response", "survey").rows == 1
    by_date = load(sources=sources, survey={"items": items, "wave_by": "year"}, limits=LENIENT)
    assert len(by_date.table("survey")) == 6


def test_too_many_repairs_stop_the_audit_and_name_the_limit(faults_of, write):
    write("o.csv", f"{HEAD}\n" + "A,2024-01-05,10\n" * 18 + ",2024-01-06,7\n" * 2)
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    assert fault.what == "transactions: repair unmatched_customer"
    assert fault.rule == "must concern at most 5.0% of the rows"
    assert fault.found == "2 of 20 rows (10.0%)"
    assert "max_repair_share_by_rule" in fault.hint


def test_limit_by_rule_wins(orders):
    text = f"{HEAD}\n" + "A,2024-01-05,10\n" * 18 + ",2024-01-06,7\n" * 2
    data = orders(text, limits={"max_repair_share_by_rule": {"unmatched_customer": 0.1}})
    assert only(data, "unmatched_customer").rows == 2


# ---- money


def test_vat_currency_and_constant_rates(orders, write):
    write(
        "r.csv", "currency,date,rate,source\nUSD,2024-01-01,0.9,ECB\nUSD,2024-02-01,0.8,ECB\nUSD,2024-06-01,0.5,ECB\n"
    )
    text = (
        f"{HEAD},currency,tax_included\nA,2024-01-31,119,EUR,yes\nA,2024-01-31,119,,no\nA,2024-01-31,100,USD,no\n"
        "A,2024-02-01,119,USD,yes\nA,2024-03-01,-10,USD,\n"
    )
    data = orders(text, {"rates": {"files": "r.csv"}}, money={"currency": "EUR", "vat_rate": 0.19}, as_of="2024-03-01")
    table = data.table("transactions").sort_values(["ordered_on", "revenue"])
    assert table["revenue"].round(9).tolist() == [90.0, 100.0, 119.0, 80.0, -8.0]
    assert table["revenue_constant"].round(9).tolist() == [80.0, 100.0, 119.0, 80.0, -8.0]
    assert data.customers.loc["A", "revenue"] == pytest.approx(381.0)


def test_margins_contracts_and_opportunities_are_converted_where_they_have_a_currency(load, write):
    write("o.csv", "customer_id,ordered_on,amount,margin,currency\nA,2024-01-10,100,30,USD\nA,2024-02-10,100,30,\n")
    write(
        "k.csv",
        "customer_id,starts_on,value,currency\nA,2024-01-15,1000,USD\nB,2024-02-15,1000,USD\nC,2024-02-15,7,EUR\n",
    )
    write("p.csv", "opportunity_id,customer_id,created_on,amount,currency\n1,A,2024-02-20,50,USD\n2,A,2024-02-20,50,\n")
    write("r.csv", "currency,date,rate\nUSD,2024-01-01,0.5\nUSD,2024-02-01,0.8\n")
    names = {"transactions": "o.csv", "contracts": "k.csv", "opportunities": "p.csv", "rates": "r.csv"}
    data = load(sources={table: {"files": name} for table, name in names.items()}, money={"currency": "EUR"})
    assert data.table("transactions")["margin"].tolist() == [15.0, 30.0]
    assert data.table("contracts").set_index("customer_id")["value"].to_dict() == {"A": 500.0, "B": 800.0, "C": 7.0}
    assert data.table("opportunities").set_index("opportunity_id")["amount"].to_dict() == {"1": 40.0, "2": 50.0}


def test_contract_in_a_currency_without_a_rate_stops_the_audit(faults_of, write):
    write("k.csv", "customer_id,starts_on,value,currency\nA,2024-01-15,1000,USD\nB,2024-01-15,,USD\n")
    (fault,) = faults_of(sources={"contracts": {"files": "k.csv"}})
    assert (fault.what, fault.found, fault.where) == ("contracts.currency", "'USD' (once)", "k.csv, row 2")


@pytest.mark.parametrize("rates", [None, "USD,2024-01-06,0.9\n", "GBP,2024-01-01,1.2\n"])
def test_currency_without_a_rate_stops_the_audit(faults_of, write, rates):
    write("o.csv", f"{HEAD},currency\nA,2024-01-05,10,USD\nA,2024-01-07,10,EUR\n")
    sources = {"transactions": {"files": "o.csv"}}
    if rates:
        write("r.csv", f"currency,date,rate\n{rates}")
        sources["rates"] = {"files": "r.csv"}
    (fault,) = faults_of(sources=sources)
    assert (fault.what, fault.found, fault.where) == ("transactions.currency", "'USD' (once)", "o.csv, row 2")


# ---- customers


def test_customers_are_derived_from_all_tables(orders, write):
    write("c.csv", "customer_id,segment,is_key_account,partner_id,potential\nA,gold,1,p1,100\nZ,,,,\n")
    write("i.csv", "customer_id,occurred_on\nB,2024-01-05\nA,2024-01-02\nA,2024-01-03\n")
    write("f.csv", "received_on,text,customer_id\n2024-01-05,x,D\n2024-01-05,y,\n")
    text = f"{HEAD},partner_id,region\nA,2024-01-05,10,p9,S\nA,2024-01-05,5,p9,S\nA,2024-01-07,-3,p8,N\nB,2024-01-06,4,p2,S\nB,2024-01-07,4,p3,N\n"
    data = orders(
        text, {"customers": {"files": "c.csv"}, "interactions": {"files": "i.csv"}, "feedback": {"files": "f.csv"}}
    )
    customers = data.customers
    assert customers.index.tolist() == ["A", "B", "D", "Z"]
    assert customers["orders"].tolist() == [1, 2, 0, 0]
    assert customers["revenue"].tolist() == [12.0, 8.0, 0.0, 0.0]
    assert customers["partner_id"].fillna("-").tolist() == ["p1", "p3", "-", "-"]
    assert customers["region"].fillna("-").tolist() == ["N", "N", "-", "-"]
    assert customers["is_key_account"].tolist() == [True, False, False, False]
    assert customers["last_contact"].dt.day.fillna(0).tolist() == [3, 5, 0, 0]
    assert customers.loc["A", ["first_order", "last_order"]].tolist() == [pd.Timestamp("2024-01-05")] * 2
    summary = {table.table: table for table in data.quality.tables}["transactions"]
    assert (summary.rows_read, summary.rows_kept, summary.customers) == (5, 5, 2)
    assert (summary.first, summary.last) == ("2024-01-05", "2024-01-07")
