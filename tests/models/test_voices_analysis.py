"""What customers talk about: shares and differences of known truth, what may be shown, and answers to bad input."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import AS_OF, client_of, make_params
from scipy import stats

from analysis.data.client import ClientData
from analysis.models.voices.analysis import analyse_voices
from analysis.models.voices.comparisons import adjusted, segment_p_value
from analysis.models.voices.mentions import segments_of, writers_between
from analysis.models.voices.outcomes import raised_before
from analysis.models.voices.quotes import may_quote
from analysis.models.voices.result import Voices
from analysis.models.voices.texts import gather_texts
from analysis.models.voices.tone import auc_estimate
from analysis.results import Estimate, NotEstimable

LATE, PRICE, NEUTRAL = "The delivery came late again.", "Prices are too high for us.", "We talked about the summer."
DAY, ANSWERED = pd.Timestamp("2025-06-01"), pd.Timestamp("2025-06-11")


def feedback(texts, customers=None, on=DAY, **columns) -> pd.DataFrame:
    size = len(texts)
    ids = [f"c{i:04d}" for i in range(size)] if customers is None else customers
    frame = pd.DataFrame({"text": texts, "customer_id": ids, "received_on": on})
    return frame.assign(**columns)


def client(
    texts: pd.DataFrame | None, survey: pd.DataFrame | None = None, orders: pd.DataFrame | None = None, segments=("A",)
) -> ClientData:
    ids = sorted({str(each) for frame in (texts, survey, orders) if frame is not None and "customer_id" in frame
                  for each in frame["customer_id"].dropna()})  # fmt: skip
    customers = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    customers["segment"] = [segments[i % len(segments)] for i in range(len(ids))]
    customers["name"] = [f"Firm {i}" for i in range(len(ids))]
    data = client_of(survey, orders, customers)
    return dataclasses.replace(data, tables={**data.tables, **({} if texts is None else {"feedback": texts})})


def answers(size: int, satisfaction, comments=None, on=ANSWERED) -> pd.DataFrame:
    ids = [f"c{i:04d}" for i in range(size)]
    frame = pd.DataFrame(
        {
            "customer_id": ids, "account_key": ids, "respondent_key": [f"r{i}" for i in range(size)],
            "responded_on": on, "wave": "W1", "wave_order": 0, "weight": 1.0, "satisfaction_index": satisfaction,
        }
    )  # fmt: skip
    return frame if comments is None else frame.assign(comment=comments)


def themes_of(result: Voices):
    return {theme.key: theme for theme in result.themes}


def test_prevalence_is_of_customers_not_of_texts():
    texts = feedback([LATE] * 30 + [NEUTRAL] * 30)
    # one customer who complains ten times is one customer
    many = feedback([f"{LATE} Case {i}" for i in range(10)], ["c0000"] * 10)
    result = analyse_voices(
        client(pd.concat([texts, many], ignore_index=True)),
        make_params(survey=None, sources={"feedback": {"files": "f.csv"}}),
    )
    delivery = themes_of(result)["delivery"]
    assert (result.n, delivery.customers, delivery.texts) == (60, 30, 40)
    assert delivery.prevalence.value == pytest.approx(0.5)
    z = stats.norm.ppf(0.975)
    centre, half = 0.5, z / (1 + z**2 / 60) * np.sqrt(0.25 / 60 + z**2 / (4 * 60**2))
    assert delivery.prevalence.low == pytest.approx(centre - half)
    assert delivery.prevalence.method == "wilson"
    assert delivery.need == "common"


def test_customers_without_an_id_count_one_a_text_and_repeated_texts_once():
    texts = pd.concat(
        [feedback([LATE] * 40, [None] * 40), feedback([LATE, "the DELIVERY came late again!"], ["x", "x"])]
    )
    result = analyse_voices(client(texts.reset_index(drop=True)), make_params())
    assert result.n == 41
    assert result.coverage.repeated == 1


def test_need_is_individual_where_few_raise_it_or_one_segment_does():
    few = analyse_voices(client(feedback([LATE] * 6 + [NEUTRAL] * 94)), make_params())
    assert themes_of(few)["delivery"].need == "individual"
    # 40 of 120, all of them in segment A
    one_sided = feedback([LATE if i % 3 == 0 else NEUTRAL for i in range(120)])
    result = analyse_voices(client(one_sided, segments=("A", "B", "C")), make_params())
    delivery = themes_of(result)["delivery"]
    assert delivery.prevalence.low > 0.05
    assert delivery.need == "individual"
    assert delivery.segments_differ
    shares = {group.name: group.share.value for group in delivery.segments}
    assert shares == {"A": 1.0, "B": 0.0, "C": 0.0}


def test_the_test_between_segments_is_pearsons_with_n_minus_one():
    params = make_params()
    raised = np.array([True] * 20 + [False] * 30 + [True] * 10 + [False] * 40)
    rows = pd.DataFrame(
        {"customer": range(100), "written_on": DAY, "segment": ["A"] * 50 + ["B"] * 50, "source": "feedback"}
    )
    writers = writers_between(rows, raised[:, None], DAY, DAY)
    p = segment_p_value(writers.raises[:, 0], segments_of(rows, writers, params), params)
    statistic, *_ = stats.chi2_contingency([[20, 10], [30, 40]], correction=False)
    assert p == pytest.approx(stats.chi2.sf(statistic * 99 / 100, 1))
    assert adjusted([0.01, None, 0.04]) == [0.02, None, 0.04]


def test_satisfaction_of_those_who_raise_a_theme_is_compared_with_other_writers():
    rng = np.random.default_rng(4)
    late = np.arange(200) % 4 == 0
    satisfaction = 70 - 10 * late + rng.normal(0, 5, 200)
    survey = answers(220, np.r_[satisfaction, np.full(20, 5.0)])  # 20 who wrote nothing, and are unhappy
    data = client(feedback([LATE if each else PRICE for each in late]), survey)
    result = analyse_voices(data, make_params())
    effect = themes_of(result)["delivery"].satisfaction
    difference = satisfaction[late].mean() - satisfaction[~late].mean()
    assert effect.effect.value == pytest.approx(difference)
    assert effect.effect.method == "hc3-t"
    assert effect.differs
    assert result.satisfaction_n == 200


def test_texts_after_the_answer_or_long_before_it_do_not_count():
    who = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "responded_on": DAY})
    texts = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", None],
            "written_on": [
                DAY,
                DAY + pd.Timedelta(days=1),
                DAY - pd.Timedelta(days=366),
                DAY - pd.Timedelta(days=365),
                DAY,
            ],
        }
    )
    wrote, raised = raised_before(who, texts, np.array([[True, False]] * 5), "customer_id", 365)
    assert wrote.tolist() == [True, False, False, True]
    assert raised.tolist() == [[True, False], [False, False], [False, False], [True, False]]


def buying_client(effect: float, size: int = 600):
    rng = np.random.default_rng(7)
    ids = np.array([f"c{i:04d}" for i in range(size)])
    late = np.arange(size) % 3 == 0
    survey = answers(size, 60 + rng.normal(0, 10, size))
    before = [(each, DAY - pd.Timedelta(days=int(d))) for each in ids for d in rng.integers(1, 150, rng.integers(1, 4))]
    bought = rng.random(size) < 0.5 + effect * late
    after = [(each, DAY + pd.Timedelta(days=40)) for each in ids[bought]]
    orders = pd.DataFrame(before + after, columns=["customer_id", "ordered_on"]).assign(revenue=10.0, is_return=False)
    return client(feedback([LATE if each else PRICE for each in late]), survey, orders), bought, late


def test_buying_again_beside_past_buying():
    data, bought, late = buying_client(-0.25)
    result = analyse_voices(data, make_params())
    delivery = themes_of(result)["delivery"].repurchase
    assert delivery.effect.unit == "percentage_points"
    assert delivery.effect.value == pytest.approx(100 * (bought[late].mean() - bought[~late].mean()), abs=2)
    assert delivery.differs
    assert (result.repurchase_n, result.repurchase_events) == (600, int(bought.sum()))


def test_too_few_customers_per_parameter_give_no_effect_on_buying():
    data, _, _ = buying_client(-0.2, size=60)
    few = analyse_voices(data, make_params(limits={"events_per_parameter": 40}))
    assert isinstance(themes_of(few)["delivery"].repurchase.effect, NotEstimable)


def test_a_theme_that_spreads_is_told_from_the_year_before():
    now = feedback([LATE] * 60 + [PRICE] * 40)
    before = feedback([LATE] * 20 + [PRICE] * 80, on=pd.Timestamp("2024-01-05"))
    result = analyse_voices(client(pd.concat([before, now], ignore_index=True)), make_params())
    change = themes_of(result)["delivery"].change
    assert change.effect.value == pytest.approx(40)
    assert change.differs
    assert [period.share.value for period in themes_of(result)["delivery"].periods] == [0.2, 0.6]
    # the same customers both times: the difference within customers has standard error sd(d) / sqrt(n) (nearly, CR3)
    d = np.r_[np.zeros(20), np.ones(40), np.zeros(40)]
    assert change.effect.std_error == pytest.approx(100 * d.std(ddof=1) / 10, rel=0.03)


def test_tone_is_learnt_from_complaints_and_praise_and_kept_where_the_client_names_it():
    rng = np.random.default_rng(1)
    words = {"complaint": ["rusty", "tardy", "brittle"], "praise": ["prompt", "solid", "neat"]}
    kinds = ["complaint", "praise"] * 100
    texts = [f"Delivery {' '.join(rng.choice(words[kind], 2))} {i}" for i, kind in enumerate(kinds)]
    result = analyse_voices(client(feedback(texts, kind=kinds)), make_params())
    (model,) = result.tone
    assert (model.key, model.learnt_from, model.serves) == ("own", "kinds", True)
    assert model.accuracy.value > 0.95
    assert model.majority == 0.5
    assert themes_of(result)["delivery"].negative.value == 0.5


def test_scores_that_texts_do_not_tell_leave_the_general_model_to_serve():
    rng = np.random.default_rng(2)
    size = 300
    comments = [
        f"{'The delivery was excellent' if rng.random() < 0.5 else 'The delivery was terrible'} {i}"
        for i in range(size)
    ]
    result = analyse_voices(client(None, answers(size, rng.choice([20.0, 90.0], size), comments)), make_params())
    own, general = result.tone
    assert (own.key, own.serves, general.key, general.serves) == ("own", False, "general", True)
    assert own.accuracy.low <= own.majority
    assert result.tone_note is not None
    assert 0.4 < themes_of(result)["delivery"].negative.value < 0.6


def test_auc_by_pairs():
    labels, scores = np.array([1, 1, 0, 0, 1.0]), np.array([3.0, 1.0, 2.0, 0.0, 2.0])
    pairs = [(a > b) + (a == b) / 2 for a in scores[labels == 1] for b in scores[labels == 0]]
    assert auc_estimate(labels, scores, np.arange(5)).value == pytest.approx(np.mean(pairs))
    assert isinstance(auc_estimate(np.ones(5), scores, np.arange(5)), NotEstimable)


def commented(confidentiality: str, audience: str = "internal", size: int = 60) -> Voices:
    params = make_params(audience=audience)
    survey = params.survey.model_copy(update={"confidentiality": confidentiality})
    params = params.model_copy(update={"survey": survey})
    comments = [f"{LATE} Our line stood still, case {i}" for i in range(size)]
    return analyse_voices(client(None, answers(size, 50.0, comments)), params)


def test_comments_of_a_survey_are_quoted_only_as_was_promised():
    assert themes_of(commented("attributed"))["delivery"].quotes
    assert themes_of(commented("anonymous"))["delivery"].quotes  # 60 respondents share it
    hidden = commented("aggregate")
    assert all(theme.quotes == () for theme in hidden.themes)
    assert any("in aggregate only" in note.msgid for note in hidden.notes)
    assert "stood still" not in json.dumps(hidden.to_dict())
    assert commented("anonymous").unit == "respondent"


@pytest.mark.parametrize(
    ("confidentiality", "audience", "sharing", "allowed"),
    [
        ("attributed", "internal", 1, True),
        ("attributed", "external", 4, False),
        ("attributed", "external", 5, True),
        ("anonymous", "internal", 4, False),
        ("anonymous", "internal", 5, True),
        ("aggregate", "internal", 50, False),
    ],
)
def test_who_may_be_quoted(confidentiality, audience, sharing, allowed):
    params = make_params(audience=audience)
    params = params.model_copy(update={"survey": params.survey.model_copy(update={"confidentiality": confidentiality})})
    rows = pd.DataFrame(
        {"source": ["survey"] * sharing + ["feedback"], "respondent": [f"r{i}" for i in range(sharing)] + [None]}
    )
    found = may_quote(rows, np.ones(sharing + 1, dtype=bool), params)
    assert found.tolist() == [allowed] * sharing + [True]


def test_quotes_hide_known_and_unknown_names_and_come_from_different_customers():
    texts = [f"Firm {i} says: the delivery came late, call Mr Baker{i} at 030 12345{i:03d} please" for i in range(60)]
    result = analyse_voices(client(feedback(texts)), make_params())
    quotes = [quote for theme in result.themes for quote in theme.quotes]
    assert quotes
    for quote in quotes:
        assert quote.hidden >= 2
        assert not any(secret in quote.text for secret in ("Firm", "Baker", "12345"))
    assert "Baker" not in json.dumps(result.to_dict())


def test_a_small_segment_of_survey_comments_is_hidden_with_one_more():
    size = 60
    survey = answers(size, 50.0, [f"{LATE} {i}" for i in range(size)])
    data = client(None, survey)
    segments = ["A"] * 30 + ["B"] * 27 + ["C"] * 3
    data.customers["segment"] = segments
    delivery = themes_of(analyse_voices(data, make_params()))["delivery"]
    hidden = {group.name for group in delivery.segments if getattr(group.share, "suppressed", False)}
    assert hidden == {"B", "C"}
    assert "3" not in {str(group.share.n) for group in delivery.segments}


def test_a_clients_own_theme_is_found():
    params = make_params(themes={"forklift": {"label": "Forklifts", "words": ["forklift*", "叉车"]}})
    texts = feedback(["The forklifts are gone"] * 10 + ["叉车坏了没人来"] * 10 + [PRICE] * 30)
    found = themes_of(analyse_voices(client(texts), params))["forklift"]
    assert (found.customers, found.origin, found.label) == (20, "client", "Forklifts")


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["好"] * 50, "None of the texts"),
        (["👍👍"] * 50, "None of the texts"),
        (["Die Lieferung war nicht gut"] * 50, "None of the texts"),
        (["", " ", None] * 20, "no texts"),
        ([LATE] * 7, "Only"),
    ],
)
def test_texts_that_say_nothing_get_an_answer(texts, words):
    result = analyse_voices(client(feedback(texts)), make_params())
    assert isinstance(result, NotEstimable)
    assert words in result.reason.msgid


def test_other_languages_are_counted_and_left_out():
    texts = [LATE] * 30 + ["Die Lieferung war nicht gut und zu spät"] * 5 + ["👍"] * 3 + ["x"] * 2
    result = analyse_voices(client(feedback(texts)), make_params())
    coverage = result.coverage
    assert (coverage.read, coverage.other_language, coverage.symbols, coverage.too_short) == (30, 5, 3, 2)
    assert [note.values.get("count") for note in result.notes] == [5, 5]


def test_no_texts_at_all_and_few_respondents():
    nothing = client(None, answers(30, 50.0))
    assert isinstance(analyse_voices(nothing, make_params()), NotEstimable)
    few = analyse_voices(client(None, answers(3, 50.0, [LATE] * 3)), make_params())
    assert isinstance(few, NotEstimable)
    assert few.n is None
    assert "Fewer than" in few.reason.msgid


@pytest.mark.parametrize("missing", ["customer_id", "segment", "kind"])
def test_missing_columns_are_answered(missing):
    texts = feedback([LATE] * 30 + [PRICE] * 30, kind="complaint").drop(columns=missing, errors="ignore")
    data = client(texts)
    if missing == "segment":
        data = dataclasses.replace(data, customers=data.customers.drop(columns="segment"))
    result = analyse_voices(data, make_params())
    assert isinstance(result, Voices)
    assert isinstance(themes_of(result)["delivery"].satisfaction.effect, NotEstimable)
    assert isinstance(themes_of(result)["delivery"].repurchase.effect, NotEstimable)


def test_texts_without_any_theme_and_equal_answers_are_answered():
    plain = analyse_voices(client(feedback([f"{NEUTRAL} {i}" for i in range(40)])), make_params())
    assert plain.themes == ()
    assert plain.coverage.without_theme == 40
    survey = answers(60, 50.0, [LATE, PRICE] * 30)
    same = analyse_voices(client(None, survey), make_params())
    assert isinstance(themes_of(same)["delivery"].satisfaction.effect, NotEstimable)
    bad_weights = analyse_voices(client(None, survey.assign(weight=np.nan)), make_params())
    assert "weights" in themes_of(bad_weights)["delivery"].satisfaction.effect.reason.msgid


def test_old_texts_count_where_the_last_year_is_empty():
    result = analyse_voices(client(feedback([LATE] * 40, on=AS_OF - pd.Timedelta(days=900))), make_params())
    assert result.n == 40
    assert themes_of(result)["delivery"].periods == ()


def test_hostile_texts_do_not_break_anything():
    texts = ["<script>alert('x')</script> late delivery", "=cmd|' /C calc'!A0 delivery", "\u202edelivery\u0000 late", "delivery " * 3000,
             "送餐" * 5000, "{n:int} delivery %s", "😀delivery😀"]  # fmt: skip
    result = analyse_voices(client(feedback(texts * 10)), make_params())
    json.dumps(result.to_dict(), allow_nan=False)
    assert themes_of(result)["delivery"].customers == 70


def test_the_same_again_and_in_any_order_of_rows():
    rng = np.random.default_rng(3)
    texts = feedback([f"{LATE if rng.random() < 0.5 else PRICE} {i}" for i in range(120)])
    first = analyse_voices(client(texts), make_params())
    again = analyse_voices(client(texts.copy()), make_params())
    assert first.to_dict() == again.to_dict()
    shuffled = analyse_voices(client(texts.sample(frac=1, random_state=1).reset_index(drop=True)), make_params())
    assert {t.key: t.prevalence.value for t in shuffled.themes} == {t.key: t.prevalence.value for t in first.themes}


def test_dates_and_sources_of_the_texts():
    found = gather_texts(client(feedback([LATE] * 3), answers(2, [80.0, 20.0], [PRICE, PRICE])), make_params())
    assert found.rows["source"].tolist() == ["feedback"] * 3 + ["survey"] * 2
    assert found.rows["label"].tolist()[3:] == [1.0, 0.0]
    assert found.rows["customer"].nunique() == 3
    assert isinstance(
        themes_of(analyse_voices(client(feedback([LATE] * 30)), make_params()))["delivery"].prevalence, Estimate
    )
