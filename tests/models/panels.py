"""Panels for the tests: the one that R analysed, and panels drawn from known parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
from model_clients import client_of, make_params
from scipy.stats import norm

from analysis.data.client import ClientData
from analysis.models.panel.account_panel import AccountPanel

REFERENCE = Path(__file__).parents[1] / "reference" / "panel.csv"
CELLS = ("x1", "y1", "x2", "y2", "x3", "y3")


def reference() -> dict[str, np.ndarray]:
    frame = pd.read_csv(REFERENCE)
    return {name: part.sort_values("index")["value"].to_numpy() for name, part in frame.groupby("name")}


def formula_panel(n: int = 160) -> np.ndarray:
    """Return the matrix that tests/reference/panel.R makes by the same formula (NaN: missing)."""
    i = np.arange(n)

    def noise(k):
        return norm.ppf(0.001 + 0.998 * ((np.sin(k * (i + 1)) * 43758.5453) % 1))

    lasting = noise(7)
    trust = 0.6 * lasting + 0.8 * noise(11)
    p1 = noise(13)
    q1 = 0.5 * p1 + 0.8 * noise(17)
    p2, q2 = 0.4 * p1 + 0.1 * q1 + 0.8 * noise(19), 0.3 * p1 + 0.2 * q1
    q2 = q2 + 0.3 * p2 + 0.7 * noise(23)
    p3, q3 = 0.4 * p2 + 0.1 * q2 + 0.8 * noise(29), 0.3 * p2 + 0.2 * q2
    q3 = q3 + 0.3 * p3 + 0.7 * noise(31)
    deviations = [lasting + p1, trust + q1, lasting + p2, trust + q2, lasting + p3, trust + q3]
    values = np.array([65, 60, 66, 60, 64, 61]) + 10 * np.column_stack(deviations)
    gone = np.column_stack([(i * 37) % 10 < 3, (i * 53 + 4) % 11 < 3, (i * 71 + 2) % 13 < 4])
    gone[gone.all(axis=1), 1] = False
    return np.where(np.repeat(gone, 2, axis=1), np.nan, values)


def panel_of(values: np.ndarray, weights=None) -> AccountPanel:
    """Return a panel of a wide matrix; `weights` by account and wave."""
    n, waves = len(values), values.shape[1] // 2
    frame = pd.DataFrame(
        {
            "account": np.repeat([f"a{i:04d}" for i in range(n)], waves),
            "wave_order": np.tile(np.arange(waves), n),
            "satisfaction": values[:, 0::2].ravel(),
            "loyalty": values[:, 1::2].ravel(),
            "weight": np.ones(n * waves) if weights is None else np.asarray(weights, dtype=float).ravel(),
        }
    )
    frame["responded_on"] = pd.Timestamp("2024-01-10") + pd.to_timedelta(180 * frame["wave_order"], "D")
    return AccountPanel(
        rows=frame.dropna().reset_index(drop=True), waves=tuple(f"W{wave + 1}" for wave in range(waves))
    )


def draw_panel(
    rng: np.random.Generator,
    n: int,
    *,
    waves: int = 3,
    same: float = 0.3,
    paths=((0.3, 0.1), (0.2, 0.3)),
    lasting: float = 1.0,
    missing: float = 0.3,
    heavy: bool = False,
) -> np.ndarray:
    """Draw accounts of known parameters: `same` is the effect of satisfaction on loyalty within a wave.

    Lasting levels have the variance `lasting`, correlation .6; deviations start with variance 1. Values are in tens of
    points about 60. `heavy`: tails of t(6).
    """
    phi = np.array(paths)

    def noise(*shape):
        return rng.standard_t(6, shape) / np.sqrt(1.5) if heavy else rng.normal(size=shape)

    trait = np.sqrt(lasting) * noise(n)
    trust = 0.6 * trait + 0.8 * np.sqrt(lasting) * noise(n)
    state = noise(n, 2)
    state[:, 1] = same * state[:, 0] + 0.8 * state[:, 1]
    found = []
    for _ in range(waves):
        found.append(6 + np.column_stack([trait, trust]) + state)
        shock = noise(n, 2) * np.array([0.9, 0.7])
        shock[:, 1] += same * shock[:, 0]
        state = state @ phi.T + shock
    values = 10 * np.hstack(found)
    gone = rng.random((n, waves)) < missing
    gone[gone.all(axis=1), 0] = False
    return np.where(np.repeat(gone, 2, axis=1), np.nan, values)


def panel_client(
    n: int = 160,
    *,
    seed: int = 1,
    waves: int = 3,
    effect: float = 0.0,
    missing: float = 0.2,
    weights: bool = False,
    respondents: int = 2,
    paths=((0.3, 0.1), (0.2, 0.3)),
    gap: int = 365,
) -> ClientData:
    """Draw a client whose accounts answer in `waves`, `gap` days apart, by `respondents` persons each.

    `effect` raises the probability of an order within 60 days after an answer, per 10 points of satisfaction; the
    probability in the 60 days before it is one half.
    """
    rng = np.random.default_rng(seed)
    account = panel_of(draw_panel(rng, n, waves=waves, missing=missing, paths=paths)).rows
    rows = account.loc[account.index.repeat(respondents)].reset_index(drop=True)
    rows["responded_on"] = pd.Timestamp("2023-01-10") + pd.to_timedelta(gap * rows["wave_order"], "D")
    noise = rng.normal(size=(2, len(rows))) * 4
    survey = pd.DataFrame(
        {
            "customer_id": rows["account"],
            "account_key": rows["account"],
            "respondent_key": rows["account"] + "-" + (np.arange(len(rows)) % respondents).astype(str),
            "responded_on": rows["responded_on"],
            "wave": "W" + (rows["wave_order"] + 1).astype(str),
            "wave_order": rows["wave_order"],
            "respondent_level": np.where(np.arange(len(rows)) % 2, "executive", "specialist"),
            "weight": rng.uniform(0.5, 2, len(rows)) if weights else np.ones(len(rows)),
            "satisfaction_index": rows["satisfaction"] + noise[0],
            "loyalty_index": rows["loyalty"] + noise[1],
        }
    )
    survey["recommend"] = np.clip(np.round(survey["loyalty_index"] / 10), 0, 10)
    chance = np.clip(0.5 + effect * (account["satisfaction"] - 60) / 10, 0, 1)
    after = rng.random(len(account)) < chance
    before = rng.random(len(account)) < 0.5
    answered = pd.Timestamp("2023-01-10") + pd.to_timedelta(gap * account["wave_order"], "D")
    orders = pd.concat(
        [
            pd.DataFrame({"customer_id": account.loc[some, "account"], "ordered_on": answered[some] + shift})
            for some, shift in ((after, pd.Timedelta(days=30)), (before, -pd.Timedelta(days=30)))
        ]
        + [pd.DataFrame({"customer_id": ["a0000"], "ordered_on": [pd.Timestamp("2022-06-01")]})]
    )
    orders = orders.assign(revenue=100.0, is_return=False).reset_index(drop=True)
    customers = pd.DataFrame({"segment": "Trade"}, index=pd.Index(account["account"].unique(), name="customer_id"))
    return client_of(survey, orders, customers)


PANEL_PARAMS = make_params(repurchase={"horizon_days": 60, "history_days": 200})
