"""A drawn client: every table, the declared shape of the world, and the speed that thousands of draws need."""

import itertools
import time

import numpy as np
import pandas as pd
import pytest

from analysis.data.contract import TABLES, table_schema
from analysis.synthetic.answers import ITEMS
from analysis.synthetic.draw import draw_client
from analysis.synthetic.truth import AS_OF, DrawSpec, Truth

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module", params=LANGUAGES)
def client(request):
    return draw_client(DrawSpec(language=request.param))


@pytest.fixture(scope="module")
def english():
    return draw_client(DrawSpec())


def test_every_canonical_table_is_drawn_and_keeps_the_contract(client):
    assert set(client.canonical) == set(TABLES)
    for name, frame in client.canonical.items():
        assert len(frame) > 5, name
        items = {item.key for item in ITEMS} if name == "survey" else set()
        assert set(frame.columns) <= {column.name for column in TABLES[name].columns} | items
        table_schema(name).validate(frame)


def test_types_are_those_of_the_canonical_tables(client):
    kinds = {"date": "M", "number": "f", "flag": "b"}
    for name, frame in client.canonical.items():
        for column in frame.columns:
            declared = TABLES[name].column(column)
            kind = "number" if declared is None else declared.kind
            if kind in kinds:
                assert frame[column].dtype.kind == kinds[kind], (name, column)
            else:
                assert isinstance(frame[column].dtype, pd.StringDtype), (name, column)


def test_primary_keys_are_unique_and_customers_are_known(client):
    known = set(client.canonical["customers"]["customer_id"])
    for name, frame in client.canonical.items():
        key = [column for column in TABLES[name].key if column in frame]
        if key:
            assert not frame.duplicated(key).any(), name
        if "customer_id" in frame:
            assert set(frame["customer_id"]) <= known, name


def test_nothing_canonical_lies_after_the_audit(client):
    as_of = pd.Timestamp(AS_OF)
    for name in ("survey", "invitations", "transactions", "interactions", "feedback", "opportunity_stages", "rates"):
        assert client.canonical[name][TABLES[name].date].max() <= as_of, name
    for column in ("responded_on", "resolved_on"):
        assert client.canonical["feedback"][column].dropna().max() <= as_of


def test_customers_partners_and_key_accounts_are_as_many_as_declared(client):
    customers = client.canonical["customers"]
    assert len(customers) == 400
    assert customers["is_key_account"].sum() == 30
    assert customers["segment"].nunique() == 4
    assert len(client.canonical["partners"]) == 12
    assert customers["parent_id"].notna().sum() > 20
    assert set(customers["parent_id"].dropna()) <= set(customers["customer_id"])


def test_key_accounts_have_three_to_eight_respondents_and_others_at_most_two(client):
    survey = client.canonical["survey"]
    key = client.canonical["customers"].set_index("customer_id")["is_key_account"]
    answers = survey.groupby(["wave", "customer_id"])["respondent_id"].nunique().reset_index()
    is_key = answers["customer_id"].map(key).astype(bool)
    assert answers.loc[is_key, "respondent_id"].between(3, 8).all()
    assert answers.loc[is_key, "respondent_id"].nunique() > 3
    assert answers.loc[~is_key, "respondent_id"].between(1, 2).all()
    assert not survey.duplicated(["wave", "respondent_id"]).any()


def test_waves_are_half_a_year_apart_and_overlap(client):
    survey = client.canonical["survey"]
    first = survey.groupby("wave")["responded_on"].min()
    assert tuple(first.sort_values().index) == client.waves
    assert first.sort_values().diff().dropna().dt.days.between(170, 190).all()
    panels = [set(survey.loc[survey["wave"] == wave, "respondent_id"]) for wave in client.waves]
    for earlier, later in itertools.pairwise(panels):
        overlap = len(earlier & later) / len(later)
        assert 0.3 < overlap < 0.8


def test_answers_lie_on_their_scales_with_few_skipped(client):
    survey = client.canonical["survey"]
    for item in ITEMS:
        answered = survey[item.key].dropna()
        assert answered.between(item.low, item.high).all(), item.key
        assert 0 < survey[item.key].isna().mean() < 0.06, item.key
    assert (survey["sat_overall"] == 10).mean() > 0.10  # the ceiling is felt
    assert (survey["recommend"] == 0).any()


def test_invitations_cover_every_answer(client):
    invited = client.canonical["invitations"]
    answered = client.canonical["survey"]
    assert not invited.duplicated(["wave", "respondent_id"]).any()
    both = answered.merge(invited, on=["wave", "respondent_id"])
    assert len(both) == len(answered)
    assert (both["responded_on"] >= both["invited_on"]).all()
    completed = invited["outcome"] == client.world.words.outcomes[0]
    assert completed.sum() == len(answered)
    assert (both["channel_x"] == both["channel_y"]).all()  # an answer comes in where it was asked for
    by_channel = completed.groupby(invited["channel"]).mean()
    assert set(by_channel.index) <= set(client.world.words.channels)
    assert by_channel.max() > 1.3 * by_channel.min()


def test_two_currencies_with_rates_and_some_prices_with_tax(client):
    lines = client.canonical["transactions"]
    words = client.world.words
    assert set(lines["currency"]) == {words.currency, words.foreign_currency}
    assert set(client.canonical["rates"]["currency"]) == {words.foreign_currency}
    assert client.canonical["rates"]["date"].min() <= lines["ordered_on"].min()
    assert 0.02 < lines["tax_included"].mean() < 0.30
    assert lines["category"].nunique() == 6
    assert lines["business_unit"].nunique() == 3


def test_every_return_follows_a_purchase_of_the_same_product(client):
    lines = client.canonical["transactions"]
    back = lines[lines["amount"] < 0]
    bought = lines[lines["amount"] > 0]
    assert 0.01 < len(back) / len(lines) < 0.05
    first = bought.groupby(["customer_id", "product_id"])["ordered_on"].min()
    keys = pd.MultiIndex.from_frame(back[["customer_id", "product_id"]])
    assert (first.reindex(keys).to_numpy() < back["ordered_on"].to_numpy()).all()


def test_feedback_reads_as_text_in_the_client_s_language(client):
    texts = client.canonical["feedback"]["text"]
    assert texts.nunique() > 0.6 * len(texts)
    assert not texts.str.contains("[{}]").any()
    chinese = texts.str.contains("[\u4e00-\u9fff]")
    assert chinese.all() if client.spec.language == "zh" else not chinese.any()
    comments = client.canonical["survey"]["comment"]
    assert 0.25 < comments.notna().mean() < 0.45


def test_spring_festival_empties_the_chinese_order_book():
    def orders(language):
        lines = draw_client(DrawSpec(language=language, customers=2000), tables=["transactions"]).canonical[
            "transactions"
        ]
        festival = lines["ordered_on"].between("2025-01-27", "2025-02-07")
        weeks_after = lines["ordered_on"].between("2025-02-10", "2025-02-21")
        return festival.sum() / weeks_after.sum()

    assert orders("zh") < 0.5 < orders("en")


def test_the_same_spec_gives_the_same_client_and_another_seed_another():
    first, again = draw_client(DrawSpec(seed=3)), draw_client(DrawSpec(seed=3))
    for name, frame in first.canonical.items():
        pd.testing.assert_frame_equal(frame, again.canonical[name])
    other = draw_client(DrawSpec(seed=4)).canonical["survey"]
    assert not first.canonical["survey"]["sat_overall"].head(50).equals(other["sat_overall"].head(50))


def test_a_table_does_not_depend_on_which_others_are_drawn(english):
    alone = draw_client(DrawSpec(), tables=["survey", "transactions"])
    assert set(alone.canonical) == {"survey", "transactions"}
    for name, frame in alone.canonical.items():
        pd.testing.assert_frame_equal(frame, english.canonical[name])


def test_changing_an_effect_leaves_everything_before_it_unchanged(english):
    other = draw_client(DrawSpec(), Truth(effect_satisfaction_on_repurchase_logit=0.0))
    assert np.array_equal(other.world.accounts.satisfaction, english.world.accounts.satisfaction)
    assert len(other.canonical["transactions"]) != len(english.canonical["transactions"])


def test_four_hundred_customers_are_drawn_in_well_under_half_a_second(english):
    spent = []
    for seed in range(3):
        began = time.process_time()
        draw_client(DrawSpec(seed=seed))
        spent.append(time.process_time() - began)
    assert min(spent) < 0.5
