"""Environment variables go in where they are named, and come out of nothing that is shown."""

import json

import pytest

from analysis.params.secrets import mask_password, passwords_of, redact_text

START = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"
URL = "postgresql://auditor:p%40ss-w0rd@db.internal:5432/crm"


def test_a_variable_is_put_in_wherever_a_text_stands(load, monkeypatch):
    monkeypatch.setenv("ORDERS", "/srv/orders")
    monkeypatch.setenv("DRAWS", "250")
    text = (
        "name: Acme\ndata_folder: ${ORDERS}/${CLIENT}\nbootstrap_draws: ${DRAWS}\n"
        "sources:\n  transactions: {files: ['${ORDERS}/a.csv', b.csv]}\n"
    )
    params = load(text)
    assert params.data_folder == "/srv/orders/acme"
    assert params.bootstrap_draws == 250
    assert params.sources["transactions"].files == ["/srv/orders/a.csv", "b.csv"]
    assert params.environment == {"ORDERS": "/srv/orders", "DRAWS": "250"}


def test_every_undefined_variable_is_named_and_nothing_else_is_said_of_its_value(faults, monkeypatch):
    monkeypatch.setenv("CRM_FOLDER", "x")
    monkeypatch.setenv("EMPTY", "")
    found = faults(
        START + "data_folder: ${CRM_FOLDR}/${NOT_THERE}\nbootstrap_draws: ${DRAWS_}\nsegment: ${EMPTY}\nseed: x\n"
    )
    assert [(fault.what, fault.found) for fault in found] == [
        ("data_folder", "${CRM_FOLDR}, which is not set"),
        ("data_folder", "${NOT_THERE}, which is not set"),
        ("bootstrap_draws", "${DRAWS_}, which is not set"),
        ("segment", "${EMPTY}, which is empty"),
        ("seed", "'x'"),
    ]
    assert found[0].hint == "did you mean 'CRM_FOLDER'?"
    assert found[1].hint == "set it first: export NOT_THERE=..."


@pytest.mark.parametrize("reference", ["${my-folder}", "${}", "${1ST}"])
def test_a_reference_that_cannot_be_a_name_is_refused(faults, reference):
    (fault,) = faults(START + f"data_folder: '{reference}'\n")
    assert (fault.rule, fault.found) == ("must name environment variables as ${NAME}", reference)


def test_what_is_no_reference_stays_text(load):
    assert load(START + "segment: 'costs $5 {a} $HOME ${open'\n").segment == "costs $5 {a} $HOME ${open"


def test_a_value_is_not_searched_for_references_again(load, monkeypatch):
    monkeypatch.setenv("OUTER", "a ${INNER} b")
    assert load(START + "segment: ${OUTER}\n").segment == "a ${INNER} b"


def test_a_fault_shows_the_reference_and_not_the_value(faults, monkeypatch):
    monkeypatch.setenv("SECRET_LANGUAGE", "hunter2hunter2")
    (fault,) = faults(START + "language: ${SECRET_LANGUAGE}\n")
    assert fault.found == "'${SECRET_LANGUAGE}'"
    assert "hunter2" not in str(fault)


def test_no_dump_and_no_repr_shows_a_value(load, monkeypatch):
    monkeypatch.setenv("CRM_URL", URL)
    monkeypatch.setenv("DATA", "/home/someone/data/")
    params = load(
        "name: Acme\ndata_folder: ${DATA}\n"
        "sources:\n  customers: {database: '${CRM_URL}', query: SELECT 1}\n"
        "  transactions: {database: 'mysql://u:inline-pw@h/db', query: SELECT 1}\n"
    )
    dumped = params.model_dump_json()
    assert "params_file" not in dumped
    assert '"environment"' not in dumped
    for shown in (repr(params), str(params), repr(params.sources["customers"]), str(params.public())):
        for secret in (URL, "p%40ss-w0rd", "p@ss-w0rd", "/home/someone", "inline-pw"):
            assert secret not in shown
    assert params.public()["data_folder"] == "${DATA}"
    assert params.public()["sources"]["customers"]["database"] == "${CRM_URL}"
    assert params.public()["sources"]["transactions"]["database"] == "mysql://u:***@h/db"


def test_redact_takes_values_and_passwords_out_of_a_message(load, monkeypatch):
    monkeypatch.setenv("CRM_URL", URL)
    params = load("name: A\nsources:\n  customers: {database: '${CRM_URL}', query: SELECT 1}\n")
    assert params.redact(f"cannot reach {URL}") == "cannot reach ${CRM_URL}"
    assert params.redact("wrong password p@ss-w0rd (p%40ss-w0rd)") == "wrong password ${CRM_URL} (${CRM_URL})"
    assert params.redact("at postgresql://auditor:***@db.internal:5432/crm") == "at ${CRM_URL}"
    assert params.redact("nothing to hide") == "nothing to hide"


def test_the_longest_value_is_taken_out_first_and_replacements_are_left_alone():
    environment = {"A": "data", "B": "/srv/data/acme", "C": "B"}
    assert redact_text("/srv/data/acme, data, B", environment) == "${B}, ${A}, ${C}"


def test_short_values_and_numbers_are_taken_out_only_where_they_stand_alone():
    assert redact_text("3 of 1,234.53 and v3, but 3.", {"N": "3"}) == "${N} of 1,234.53 and v3, but ${N}."
    assert redact_text("25000 of 125000", {"N": "25000"}) == "${N} of 125000"


def test_values_are_found_as_they_stand_in_json_and_html():
    environment = {"FOLDER": "C:\\data\\acme", "URL": "mysql://h/db?a=1&b=2"}
    assert redact_text(json.dumps({"at": environment["FOLDER"]}), environment) == '{"at": "${FOLDER}"}'
    assert redact_text("<p>mysql://h/db?a=1&amp;b=2</p>", environment) == "<p>${URL}</p>"


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        (URL, {"p%40ss-w0rd", "p@ss-w0rd"}),
        ("postgresql://host/db?user=u&password=a%2Bb", {"a%2Bb", "a+b"}),
        ("sqlite:///file.db", set()),
        ("/srv/data", set()),
        ("http://[broken:pw@host", {"pw"}),
    ],
)
def test_passwords_inside_urls(url, passwords):
    assert passwords_of(url) == passwords
    assert not any(password in mask_password(url) for password in passwords)
