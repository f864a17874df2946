"""Which line of products an answer is about: one that the account had ordered, sooner one that fits its contentment."""

import numpy as np
import pandas as pd

from analysis.synthetic.answers import SATISFACTION_ITEMS
from analysis.synthetic.truth import ClientSpec, stream
from analysis.synthetic.words import Vocabulary

CANDIDATES = 4  # lines of the account's past orders that come to a respondent's mind
LEANING_SD = 0.5  # how differently content those are who speak of one product or another
OWN_STREAM = "products of answers"


def draw_products(spec: ClientSpec, words: Vocabulary, survey: pd.DataFrame, transactions: pd.DataFrame) -> np.ndarray:
    """Draw a product line (category) for each answer, None where the account had ordered nothing before it.

    The draws have a stream of their own and take the answers as given: of the orders that come to mind, a content
    respondent sooner names a good product, a discontent one a bad one.

    Parameters
    ----------
    spec, words
        Seed, and the catalogue of products.
    survey, transactions
        The answers (codes and days) and the order lines.
    """
    rng = stream(spec.seed, OWN_STREAM)
    names = np.array(list(words.categories), dtype=object)
    leaning = LEANING_SD * stream(0, OWN_STREAM).standard_normal(len(names))
    lines = transactions[transactions["quantity"] > 0].sort_values(["customer_id", "ordered_on"], kind="stable")
    ordered = pd.Index(names).get_indexer(lines["category"])
    first, past = _past_lines(survey, lines)
    pick = np.floor(rng.random((len(survey), CANDIDATES)) * past[:, None]).astype(int)
    product = ordered[np.minimum(first[:, None] + pick, len(lines) - 1)]
    appeal = _contentment(survey)[:, None] * leaning[product] + rng.gumbel(size=product.shape)
    chosen = product[np.arange(len(survey)), appeal.argmax(axis=1)]
    drawn = names[chosen]
    drawn[past == 0] = None
    return drawn


def _past_lines(survey: pd.DataFrame, lines: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return of each answer the position of the account's first line, and how many lines were ordered before it."""
    accounts = pd.Index(lines["customer_id"].unique())
    account = accounts.get_indexer(lines["customer_id"])
    asked = accounts.get_indexer(survey["customer_id"])
    days = [column.to_numpy().astype("datetime64[D]").astype(np.int64) for column in
            (lines["ordered_on"], survey["responded_on"])]  # fmt: skip
    span = 1 + max(int(day.max()) for day in days)
    key = account * span + days[0]  # the lines are in this order already
    first = np.searchsorted(key, asked * span)
    past = np.searchsorted(key, asked * span + days[1]) - first
    return first, np.where(asked >= 0, past, 0)


def _contentment(survey: pd.DataFrame) -> np.ndarray:
    """Return each answer's satisfaction in standard deviations, 0 where it was skipped."""
    answers = survey[[item.key for item in SATISFACTION_ITEMS]].mean(axis=1)
    return ((answers - answers.mean()) / answers.std()).fillna(0.0).to_numpy()
