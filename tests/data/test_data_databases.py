"""SQL sources: a real PostgreSQL server, SQLite, and how their failures are worded."""

import sqlite3

import pytest
from sqlalchemy import create_engine, text

QUERY = "select client as customer_id, day as ordered_on, amount from orders where amount::text like '%'"


@pytest.fixture(scope="module")
def orders(postgres):
    """Three orders in PostgreSQL: numeric amounts, dates, Chinese text."""
    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("drop table if exists orders"))
        connection.execute(text("create table orders (client text, day date, amount numeric(12,2), region text)"))
        connection.execute(
            text(
                "insert into orders values ('C1', '2024-01-05', 10.50, '华东'), ('C2', '2024-02-01', 20, null),"
                " ('C1', '2024-03-01', -0.5, '华东')"
            )
        )
    engine.dispose()
    return postgres


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_rows_arrive_typed(load, orders, scheme):
    url = orders.replace("postgresql", scheme)
    data = load(
        sources={"transactions": {"database": url, "query": QUERY.replace("amount from", "amount, region from")}}
    )
    table = data.table("transactions")
    assert table["amount"].tolist() == [10.5, 20.0, -0.5]
    assert table["ordered_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-05", "2024-02-01", "2024-03-01"]
    assert table["region"].fillna("-").tolist() == ["华东", "-", "华东"]
    assert set(data.input_hashes) == {"table transactions"}


def test_postgresql_is_read_only(faults_of, orders):
    source = {"database": orders, "query": "select lo_create(0) as customer_id"}
    (fault,) = faults_of(sources={"transactions": source})
    assert "read-only" in fault.found


def test_wrong_password_is_not_repeated(faults_of, orders, postgres):
    url = postgres.replace("s3cret-pa55word", "wr0ng-Passw0rd")
    (fault,) = faults_of(sources={"transactions": {"database": url, "query": "select 1"}})
    assert fault.rule == "must be reachable"
    assert "authentication failed" in fault.found
    assert "wr0ng" not in str(fault)
    assert "auditor" not in fault.found


def test_unreachable_database_from_the_environment_shows_only_its_name(faults_of):
    url = "postgresql://boss:topsecret@127.0.0.1:1/crm"
    sources = {"transactions": {"database": url, "query": "select 1"}}
    (fault,) = faults_of(sources=sources, environment={"CRM_URL": url})
    assert fault.rule == "must be reachable"
    assert "${CRM_URL}" in fault.where
    for secret in ("topsecret", "boss", "127.0.0.1", "crm"):
        assert secret not in str(fault), secret


def test_sql_error_names_the_query(faults_of, orders):
    (fault,) = faults_of(sources={"transactions": {"database": orders, "query": "select nothing from orders"}})
    assert fault.rule == "must run its query"
    assert "nothing" in fault.found


def test_query_without_a_needed_column(faults_of, orders):
    source = {
        "database": orders,
        "query": "select client as customer_id, day as ordered_on, amount as amout from orders",
    }
    (fault,) = faults_of(sources={"transactions": source})
    assert fault.what == "transactions.amount"
    assert fault.hint == "did you mean 'amout'? Then map it: `columns: {amount: amout}`"


def test_text_that_is_no_url(faults_of):
    (fault,) = faults_of(sources={"transactions": {"database": "my pass://:secret@", "query": "select 1"}})
    assert fault.rule == "must have a SQLAlchemy URL"
    assert "secret" not in str(fault)


def test_unknown_driver(faults_of):
    source = {"database": "oracle9://user:secret@host/x", "query": "select 1"}
    (fault,) = faults_of(sources={"transactions": source})
    assert fault.rule == "must have a database driver"
    assert "secret" not in str(fault)


def test_sqlite_relative_to_the_data_folder(load, folder):
    with sqlite3.connect(folder / "crm.db") as connection:
        connection.execute("create table o (c text, d text, a real)")
        connection.executemany("insert into o values (?, ?, ?)", [("007", "2024-01-05", 10), ("8", "2024-01-06", 2.5)])
    connection.close()
    source = {"database": "sqlite:///crm.db", "query": "select c as customer_id, d as ordered_on, a as amount from o"}
    table = load(sources={"transactions": source}).table("transactions")
    assert table["customer_id"].tolist() == ["007", "8"]
    assert table["amount"].sum() == 12.5


def test_missing_sqlite_file_is_not_created(faults_of, folder):
    (fault,) = faults_of(sources={"transactions": {"database": "sqlite:///crm.db", "query": "select 1"}})
    assert fault.found == "no such SQLite file"
    assert list(folder.iterdir()) == []


def test_scrub_hides_every_part_of_the_url_in_plain_and_quoted_form():
    from sqlalchemy.engine import make_url

    from analysis.data.database import scrub

    url = make_url("postgresql://boss:p%40ss%2Fword@db.intern:5433/crm")
    message = 'user "boss" at db.intern port 5433 database crm: p@ss/word, p%40ss%2Fword; crmx stays'
    assert scrub(message, url) == 'user "***" at *** port *** database ***: ***, ***; crmx stays'
