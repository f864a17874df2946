"""Columns, labels, numbers, dates and flags: what maps, and how a value that does not is reported."""

import pandas as pd
import pytest

HEAD = "customer_id,ordered_on,amount\n"


@pytest.fixture
def orders(load, write):
    def read(text, **source):
        write("o.csv", text)
        return load(sources={"transactions": {"files": "o.csv"} | source}).table("transactions")

    return read


@pytest.fixture
def refused(faults_of, write):
    def read(text, **source):
        write("o.csv", text)
        return faults_of(sources={"transactions": {"files": "o.csv"} | source})

    return read


def test_columns_constants_and_values(orders):
    table = orders(
        "Kunde,Datum,Wert,Sparte,Netto\n A ,2024-01-05,10,X,ja\nB,2024-01-06,5,Y,nein\n",
        columns={
            "customer_id": "Kunde",
            "ordered_on": "Datum",
            "amount": "Wert",
            "category": "Sparte",
            "tax_included": "Netto",
        },
        values={"category": {"X": "Pumps"}, "tax_included": {"ja": False, "nein": True}},
        constants={"business_unit": "Nord", "quantity": 2},
    )
    assert table["customer_id"].tolist() == ["A", "B"]
    assert table["category"].tolist() == ["Pumps", "Y"]
    assert table["tax_included"].tolist() == [False, True]
    assert table["business_unit"].tolist() == ["Nord", "Nord"]
    assert table["quantity"].tolist() == [2.0, 2.0]


def test_missing_texts(orders):
    table = orders(HEAD.replace("\n", ",region\n") + "A,2024-01-05,1,NA\nA,2024-01-06,1,-\n", missing=["-"])
    assert table["region"].fillna("?").tolist() == ["NA", "?"]


@pytest.mark.parametrize(
    ("written", "source", "expected"),
    [
        ('"1,234.50"', {"thousands": ","}, 1234.5),
        ('"1.234,50"', {"thousands": ".", "decimal": ","}, 1234.5),
        ("1 234.5", {"thousands": " "}, 1234.5),
        ("¥12.5", {}, 12.5),
        ("１２", {}, 12.0),
        ("1e2", {}, 100.0),
    ],
)
def test_numbers(orders, written, source, expected):
    assert orders(f"{HEAD}A,2024-01-05,{written}\n", **source)["amount"].tolist() == [expected]


@pytest.mark.parametrize(
    ("written", "source", "hint"),
    [
        ("12 kg", {}, ""),
        ('"12,5"', {}, "probably a decimal comma: `decimal: ','`"),
        ('"1,234"', {}, "probably a thousands mark: `thousands: ','`"),
        ("12.5", {"decimal": ","}, "probably a decimal point, or `thousands: '.'`"),
        ("15%", {}, "a per cent sign: map the values, or compute in a query"),
        ("inf", {}, ""),
    ],
)
def test_text_in_a_number_column(refused, written, source, hint):
    (fault, *_) = refused(f"{HEAD}A,2024-01-05,{written}\nA,2024-01-05,{written}\nA,2024-01-06,3\n", **source)
    assert (fault.what, fault.rule) == ("transactions.amount", "must be a number")
    assert fault.found.endswith("(2 times)")
    assert fault.where == "o.csv, rows 2, 3"
    assert fault.hint == hint


@pytest.mark.parametrize(
    ("written", "format_"),
    [
        ("2024-01-05", None),
        ("20240105", None),
        ("2024/1/5", None),
        ("2024-01-05T23:59:59+08:00", None),
        ("05.01.2024", "%d.%m.%Y"),
        ("2024年1月5日", "%Y年%m月%d日"),
        ("1704412800000", "epoch_ms"),
        ("45296", "excel"),
    ],
)
def test_dates(orders, written, format_):
    table = orders(f"{HEAD}A,{written},1\n", dates={"ordered_on": format_} if format_ else {})
    assert table["ordered_on"].tolist() == [pd.Timestamp("2024-01-05")]


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        (["2024-01-05", "31/01/2024"], "two formats in one column: these read as %d/%m/%Y"),
        (["2024-01-05", "01/02/2024"], "two formats in one column: these read as %d/%m/%Y or %m/%d/%Y"),
        (["31.01.2024"], "these read as %d.%m.%Y: see `dates`"),
        (
            ["1704412800000"],
            "milliseconds since 1970: `epoch_ms` under `dates`, or `epoch_ms+08:00` for days by China's clock",
        ),
        (["45296"], "day numbers of a spreadsheet: `excel` under `dates`"),
        (["soon"], ""),
    ],
)
def test_dates_that_cannot_be_read(refused, texts, hint):
    faults = refused(HEAD + "".join(f"A,{text},1\n" for text in texts))
    assert faults[0].what == "transactions.ordered_on"
    assert faults[0].found == f"'{texts[-1]}' (once)"
    assert faults[0].hint == hint


def test_dates_in_two_formats_with_a_declared_one(refused):
    (fault, *_) = refused(f"{HEAD}A,05.01.2024,1\nA,2024-01-06,1\n", dates={"ordered_on": "%d.%m.%Y"})
    assert fault.rule == "must be a date in the form %d.%m.%Y"
    assert "ISO 8601" in fault.hint


def test_required_column_absent_names_the_nearest(refused):
    (fault,) = refused("Customer ID,ordered_on,amount\nA,2024-01-05,1\n")
    assert fault.what == "transactions.customer_id"
    assert fault.rule == "needs a column"
    assert fault.hint == "did you mean 'Customer ID'? Then map it: `columns: {customer_id: Customer ID}`"


def test_mapped_column_absent(refused):
    (fault,) = refused(f"{HEAD}A,2024-01-05,1\n", columns={"region": "Gebiet"})
    assert (fault.what, fault.found) == ("transactions.region", "no column 'Gebiet'")


def test_required_column_twice(refused):
    (fault,) = refused("customer_id,ordered_on,amount,amount\nA,2024-01-05,1,2\n")
    assert (fault.what, fault.found) == ("transactions.amount", "column 'amount' present twice")


def test_unused_column_twice_does_not_matter(orders):
    assert len(orders("customer_id,ordered_on,amount,x,x\nA,2024-01-05,1,2,3\n")) == 1


@pytest.mark.parametrize("key", ["columns", "values", "constants", "dates"])
def test_unknown_canonical_name(refused, key):
    entry = {"values": {"A": "B"}}.get(key, "x")
    faults = refused(f"{HEAD}A,2024-01-05,1\n", **{key: {"custmer_id": entry}})
    assert faults[0].what == f"transactions: {key}"
    assert faults[0].hint == "did you mean 'customer_id'?"


def test_flag_that_is_neither_yes_nor_no(refused):
    (fault,) = refused("customer_id,ordered_on,amount,tax_included\nA,2024-01-05,1,maybe\n")
    assert (fault.what, fault.found) == ("transactions.tax_included", "'maybe' (once)")


@pytest.mark.parametrize(
    ("row", "what", "rule"),
    [
        ("A,,1", "transactions.ordered_on", "must be given in every row"),
        ("A,2024-01-05,", "transactions.amount", "must be given in every row"),
        ("A,9999-12-31,1", "transactions.ordered_on", "must lie in the years 1900 to 2199"),
    ],
)
def test_rows_that_break_the_contract(faults_of, write, row, what, rule):
    write("o.csv", f"{HEAD}A,2024-01-04,1\n{row}\n")
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}}, as_of="9999-12-31")
    assert (fault.what, fault.rule, fault.where) == (what, rule, "o.csv, row 3")


def test_rates_must_be_positive_and_currencies_codes(faults_of, write):
    write("o.csv", "customer_id,ordered_on,amount,currency\nA,2024-01-04,1,euro\n")
    write("r.csv", "currency,date,rate\nUSD,2024-01-01,0\n")
    found = faults_of(sources={"transactions": {"files": "o.csv"}, "rates": {"files": "r.csv"}})
    assert ("rates.rate", "must be above 0") in [(fault.what, fault.rule) for fault in found]
    rule = "must be an ISO 4217 code of three capital letters"
    assert ("transactions.currency", rule) in [(fault.what, fault.rule) for fault in found]


def test_extra_segment_column_of_the_customers(load, write):
    write("c.csv", "customer_id,Grösse,region\nA,gross,N\nB,klein,S\n")
    source = {"files": "c.csv", "columns": {"size": "Grösse"}, "constants": {"joined_on": "2024-01-01"}}
    customers = load(sources={"customers": source}, segment="size").customers
    assert customers["size"].tolist() == customers["segment"].tolist() == ["gross", "klein"]
    assert load(sources={"customers": source | {"columns": {}}}, segment="region").customers["segment"].tolist() == [
        "N",
        "S",
    ]


# ---- what survey tools and customer databases export


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,234.50", 1234.5),
        ("-$5.00", -5.0),
        ("$-5.00", -5.0),
        ("($1,200.00)", -1200.0),
        ("12.50-", -12.5),
        ("￥１２", 12.0),
        ("3元", 3.0),
    ],
)
def test_amounts_as_accountants_write_them(load, write, text, number):
    write("o.csv", f'customer_id,ordered_on,amount\nA,2024-01-01,1\nA,2024-01-02,"{text}"\nA,2024-01-03,5000\n')
    source = {"files": "o.csv", "thousands": ","}
    data = load(sources={"transactions": source}, limits={"max_repair_share": 1})
    lines = data.table("transactions").set_index("ordered_on")["amount"]
    kept = lines.get("2024-01-02")
    assert kept == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1 EUR", "a currency's code beside the number"),
        ("USD 12.50", "a currency's code beside the number"),
        ("$1,022.19", "probably a thousands mark: `thousands: ','`"),
    ],
)
def test_amounts_that_need_a_declaration(faults_of, write, text, hint):
    write("o.csv", f'customer_id,ordered_on,amount\nA,2024-01-01,"{text}"\n')
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    assert fault.hint.startswith(hint)


@pytest.mark.parametrize(
    ("format_", "day"),
    [("epoch_ms", "2024-01-04"), ("epoch_ms+08:00", "2024-01-05"), ("epoch_ms-05:30", "2024-01-04")],
)
def test_midnight_in_shanghai_is_the_day_before_in_utc(load, write, format_, day):
    midnight = int(pd.Timestamp("2024-01-05", tz="Asia/Shanghai").timestamp() * 1000)
    write("o.csv", f"customer_id,ordered_on,amount\nA,{midnight},1\n")
    data = load(sources={"transactions": {"files": "o.csv", "dates": {"ordered_on": format_}}})
    assert data.table("transactions")["ordered_on"].tolist() == [pd.Timestamp(day)]


def test_label_mapped_to_nothing_is_missing(load, write):
    write("p.csv", "opportunity_id,customer_id,created_on,is_won\n1,A,2024-01-01,赢单\n2,A,2024-01-01,进行中\n")
    source = {"files": "p.csv", "values": {"is_won": {"赢单": True, "进行中": ""}}}
    won = load(sources={"opportunities": source}).table("opportunities")["is_won"]
    assert won.isna().tolist() == [False, True]
    assert won.iloc[0]


def test_flag_that_is_neither_says_how_to_map_it(faults_of, write):
    write("p.csv", "opportunity_id,customer_id,created_on,is_won\n1,A,2024-01-01,赢单\n")
    (fault,) = faults_of(sources={"opportunities": {"files": "p.csv"}})
    assert fault.hint == 'map the values: `values: {is_won: {"赢单": true}}`, or "" where there is neither'


def test_blanks_around_a_column_name_do_not_matter(load, write):
    write("o.csv", "customer_id,下单日期 ,amount\nA,2024-01-05,1\n")
    data = load(sources={"transactions": {"files": "o.csv", "columns": {"ordered_on": "下单日期 "}}})
    assert len(data.table("transactions")) == 1


def test_date_that_no_row_has_is_offered_as_a_constant(faults_of, write):
    write("i.csv", "customer_id,提交答卷时间\nA,\nB,\n")
    source = {"files": "i.csv", "columns": {"occurred_on": "提交答卷时间"}}
    found = faults_of(sources={"interactions": source}, as_of="2024-12-31")
    assert found[0].hint == "if one date holds for all rows: `constants: {occurred_on: 2026-01-31}`"
