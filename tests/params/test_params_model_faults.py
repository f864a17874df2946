"""Values the model refuses: which key, on which line, in which words, and what was probably meant."""

import pytest

START = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"
SURVEY = "name: Acme\nsources: {survey: {files: s.csv}}\nsurvey:\n  items:\n    q1: "


def only(found):
    (fault,) = found
    return fault


@pytest.mark.parametrize(
    ("line", "what", "rule", "value"),
    [
        ("language: fr", "language", "must be one of en, zh", "'fr'"),
        ("as_of: 2026-02-30", "as_of", "must be a date such as 2026-01-31, or null", "'2026-02-30'"),
        ("as_of: 86400", "as_of", "must be a date such as 2026-01-31, or null", "86400"),
        ("as_of: 2026-01-31 12:30:00", "as_of", "must be a date such as 2026-01-31, or null", "2026-01-31 12:30:00"),
        ("seed: 1.5", "seed", "must be a whole number of at least 0", "1.5"),
        ("seed: true", "seed", "must be a whole number of at least 0", "true"),
        ("bootstrap_draws: 99", "bootstrap_draws", "must be a whole number of at least 100", "99"),
        ("segment: true", "segment", "must be text, or null", "true"),
        ("data_folder: [a]", "data_folder", "must be text", "a list of 1"),
        (
            "money: 3",
            "money",
            "must be a mapping with the keys currency, vat_rate, fiscal_year_start and spring_festival",
            "3",
        ),
        ("money: {currency: euro}", "money.currency", "must be three capital letters such as EUR", "'euro'"),
        ("money: {vat_rate: 1}", "money.vat_rate", "must be a number of at least 0 and below 1", "1"),
        ("money: {vat_rate: .nan}", "money.vat_rate", "must be a number of at least 0 and below 1", ".nan"),
        ("money: {fiscal_year_start: 13}", "money.fiscal_year_start", "must be a whole number from 1 to 12", "13"),
        ("money: {spring_festival: maybe}", "money.spring_festival", "must be true or false", "'maybe'"),
        (
            "limits: {max_repair_share_by_rule: {x: 2}}",
            "limits.max_repair_share_by_rule.x",
            "must be a number from 0 to 1",
            "2",
        ),
        ("limits: {events_per_parameter: 0}", "limits.events_per_parameter", "must be a number above 0", "0"),
        ("branding: {accent: red}", "branding.accent", 'must be a colour such as "#1f5a7a", in quotes', "'red'"),
        ("interaction: {contact_levels: top}", "interaction.contact_levels", "must be a list of texts", "'top'"),
        ("targets: [{indicator: nps, period: w1, value: much}]", "targets[0].value", "must be a number", "'much'"),
        ("scale: {loyalty: -1}", "scale.loyalty", "must be a number of at least 0", "-1"),
        ("scale: {levels: {A: .inf}}", "scale.levels.A", "must be a number", ".inf"),
    ],
)
def test_a_value_out_of_its_type_or_range(faults, line, what, rule, value):
    fault = only(faults(START + line + "\n"))
    assert (fault.what, fault.rule, fault.found) == (what, rule, value)
    assert fault.where == "params/acme.yml, line 4"


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        ("languge: en", "languge", "did you mean 'language'?"),
        ("Seed: 3", "Seed", "did you mean 'seed'?"),
        ("currency: EUR", "currency", "it belongs below money"),
        ("limits: {small_cel: 5}", "limits.small_cel", "did you mean 'small_cell'?"),
        ("repurchase: {zzz: 5}", "repurchase.zzz", "known here: horizon_days, history_days"),
        ("commentary: {sumary: text}", "commentary.sumary", "did you mean 'summary'?"),
        ("scale: {levels: {a: 1}}", "scale.levels.a", "known here: A, B, C, D"),
        ("branding: {disclaimer: {fr: x}}", "branding.disclaimer.fr", "known here: en, zh"),
        ("parms_file: x", "parms_file", "known here: name, language"),
    ],
)
def test_an_unknown_key_is_held_against_the_keys_of_its_own_group(faults, line, what, hint):
    fault = only(faults(START + line + "\n"))
    assert (fault.what, fault.rule) == (what, "is not a known key here")
    assert fault.hint.startswith(hint)


@pytest.mark.parametrize("key", ["client", "params_file", "environment"])
def test_what_the_loader_fills_in_may_not_be_written(faults, key):
    fault = only(faults(START + f"{key}: acme\n"))
    assert (fault.what, fault.rule) == (key, "must not be written in the file")


def test_a_value_close_to_an_allowed_one_is_suggested(faults):
    assert only(faults(START + "audience: externl\n")).hint == "did you mean 'external'?"
    item = "{role: satisfied, scale: {min: 1, max: 5}}\n"
    assert only(faults(SURVEY + item)).hint == "did you mean 'satisfaction'?"


def test_a_missing_key_is_named_with_its_meaning(faults):
    found = faults("language: en\n")
    assert [(fault.what, fault.rule, fault.where) for fault in found] == [
        ("name", "must be given", "params/acme.yml"),
        ("sources", "must be given", "params/acme.yml"),
    ]
    assert found[0].hint == "The client's name."
    missing = only(faults(SURVEY + "{scale: {min: 1, max: 5}}\n"))
    assert (missing.what, missing.where) == ("survey.items.q1.role", "params/acme.yml, line 5")


def test_a_group_left_empty_says_so(faults):
    fault = only(faults(START + "money:\n"))
    assert (fault.found, fault.hint) == ("nothing", "leave the key out to use the default")


def test_a_text_in_two_languages_gives_one_fault(faults):
    for value, found in (("[a]", "a list of 1"), ("true", "true")):
        fault = only(faults(START + f"branding: {{prepared_by: {value}}}\n"))
        assert fault.rule == "must be text, or one text per language {en: ..., zh: ...}"
        assert fault.found == found
    fault = only(faults(START + "branding: {prepared_by: {en: [a]}}\n"))
    assert (fault.what, fault.rule) == ("branding.prepared_by.en", "must be text")


def test_a_source_gives_one_fault_for_what_was_meant(faults):
    fault = only(faults("name: A\nsources:\n  orders: {files: a.csv}\n  customers: {files: c.csv}\n"))
    assert (fault.what, fault.where) == ("sources.orders", "params/acme.yml, line 3")
    fault = only(faults("name: A\nsources:\n  customers:\n    fils: c.csv\n"))
    assert (fault.what, fault.hint) == ("sources.customers.fils", "did you mean 'files'?")
    fault = only(faults("name: A\nsources:\n  customers:\n  - files: c.csv\n  - files: c.csv\n    sheet: [1]\n"))
    assert (fault.what, fault.rule) == ("sources.customers[1].sheet", "must be text or a whole number, or null")
    assert fault.where == "params/acme.yml, line 6"
    fault = only(faults("name: A\nsources:\n  customers: c.csv\n"))
    assert fault.rule.startswith("must be a mapping with the keys files, ")
    assert fault.found == "'c.csv'"
    fault = only(faults("name: A\nsources:\n  customers: {files: [a.csv, {b: c}]}\n"))
    assert (fault.what, fault.rule) == ("sources.customers.files[1]", "must be text")


def test_constants_are_single_values(faults):
    fault = only(faults("name: A\nsources:\n  customers: {files: c.csv, constants: {region: [north]}}\n"))
    assert fault.rule == "must be text, a whole number, a number or true or false"


@pytest.mark.parametrize(
    ("source", "what", "rule", "found"),
    [
        ("{}", "", "must have exactly one of files, inputs, database and package", "none"),
        (
            "{files: a, package: b}",
            "",
            "must have exactly one of files, inputs, database and package",
            "files and package",
        ),
        ("{database: sqlite://}", "", "must have a `query` beside `database`", "none"),
        (
            "{files: a, query: SELECT 1}",
            ".query",
            "must not have a `query` beside `files`: a query reads `inputs` or a `database`",
            "both",
        ),
        (
            "{files: a, encoding: utf9}",
            ".encoding",
            "must be an encoding that Python knows, such as utf-8 or gb18030",
            "'utf9'",
        ),
    ],
)
def test_a_source_has_one_origin(faults, source, what, rule, found):
    fault = only(faults(f"name: A\nsources:\n  customers: {source}\n"))
    assert (fault.what, fault.rule, fault.found) == (f"sources.customers{what}", rule, found)
    assert fault.where == "params/acme.yml, line 3"


def test_rules_between_parameters_are_sentences_with_the_line_of_their_cause(faults):
    fault = only(faults(SURVEY + "\n      role: trust\n      scale: {min: 7, max: 5}\n"))
    assert str(fault) == (
        "survey.items.q1.scale must have its min below its max: found min 7, max 5 (params/acme.yml, line 7)"
    )
    fault = only(faults(SURVEY + "\n      role: recommendation\n      scale: {min: 1, max: 10}\n"))
    assert (fault.what, fault.found, fault.where) == ("survey.items.q1.scale", "1 to 10", "params/acme.yml, line 7")
    assert fault.rule == "must be 0 to 10 for a recommendation item"
    assert fault.hint.startswith("recode the answers")
    fault = only(faults(START + "scale:\n  levels: {A: 50, B: 60}\n  loyalty: 2\n"))
    assert fault.what == "scale.levels"
    assert fault.rule == "must give A, B, C and D, each below the one before"
    assert (fault.found, fault.where) == ("A 50, B 60", "params/acme.yml, line 5")
    zeros = ", ".join(f"{name}: 0" for name in ("satisfaction", "loyalty", "value", "interaction", "depth_breadth"))
    assert only(faults(START + f"scale: {{{zeros}}}\n")).rule == "must give at least one dimension a weight above 0"


def test_a_survey_needs_its_questionnaire_whatever_else_is_wrong(faults):
    text = "name: A\nsources:\n  survey: {files: s.csv}\n"
    fault = only(faults(text))
    assert (fault.what, fault.where) == ("survey", "params/acme.yml, line 3")
    assert [fault.what for fault in faults(text + "seed: x\n")] == ["survey", "seed"]


@pytest.mark.parametrize(
    ("source", "what", "rule"),
    [
        ("[]", "", "must name at least one source"),
        ("{files: []}", ".files", "must name at least one file, and none with an empty name"),
        ("{files: ''}", ".files", "must name at least one file, and none with an empty name"),
        ("{inputs: {}, query: SELECT 1}", ".inputs", "must name at least one input"),
        ("{inputs: {a: {encoding: utf-8}}, query: SELECT 1}", ".inputs", "must have `files` for each input"),
    ],
)
def test_a_table_comes_from_something(faults, source, what, rule):
    fault = only(faults(f"name: A\nsources:\n  customers: {source}\n"))
    assert (fault.what, fault.rule) == (f"sources.customers{what}", rule)


def test_no_table_at_all(faults):
    assert only(faults("name: A\nsources: {}\n")).rule == "must name at least one table"


def test_all_faults_come_at_once_in_the_order_of_the_lines(faults):
    found = faults(
        "name: A\nlanguage: fr\nsources:\n  customers: {fils: a}\nseed: x\nlimits: {min_n: 0, min_n: 1}\nsed: ${NO_SUCH}\n",
        "limits: {small_cell: 0}\nmoney: {currency: EUR}\n",
    )
    assert [(fault.where, fault.what) for fault in found] == [
        ("params/acme.yml, line 2", "language"),
        ("params/acme.yml, line 4", "sources.customers.fils"),
        ("params/acme.yml, line 5", "seed"),
        ("params/acme.yml, line 6", "limits.min_n"),
        ("params/acme.yml, line 6", "limits.min_n"),
        ("params/acme.yml, line 7", "sed"),
        ("params/defaults.yml, line 1", "limits.small_cell"),
    ]


def test_a_fault_of_the_command_says_where_it_was_given(faults):
    fault = only(faults(START, language="fr"))
    assert (fault.what, fault.rule, fault.where) == ("language", "must be one of en, zh", "given with the command")


def test_long_and_strange_values_are_shortened_and_printable(faults):
    fault = only(faults(START + f"audience: {'x' * 500}\n"))
    assert len(fault.found) == 60
    fault = only(faults(START + '"a\\u202eb": 3\n'))
    assert fault.what.isprintable()


def test_a_password_written_in_the_file_is_not_quoted(faults):
    fault = only(faults("name: A\nsources:\n  customers: {databse: 'postgresql://u:s3cret@h/db', files: a}\n"))
    assert fault.found == "'postgresql://u:***@h/db'"
