"""What the client set out to reach."""

import numpy as np
import pandas as pd

from analysis.synthetic.labels import manager_codes, partner_codes
from analysis.synthetic.truth import MANAGERS
from analysis.synthetic.words import Vocabulary

OF_MANAGERS = (("contact_coverage", "2025", 0.75), ("retention_rate", "2025", 0.85), ("contact_coverage", "2024", 0.70))
"""What every account manager was to reach: indicator, year, share."""
OF_PARTNERS = (("response_rate", None, 0.45), ("retention_rate", "2025", 0.85))
"""What the first three dealers were to reach; None stands for the latest wave."""


def draw_targets(words: Vocabulary) -> pd.DataFrame:
    """Return the targets; shares are from 0 to 1, as the indicators are."""
    before, wave = words.waves[-2:]
    rows = [
        ("nps", wave, 25.0, None),
        ("nps", wave, 30.0, words.segments[0]),
        ("satisfaction_index", wave, 75.0, None),
        ("satisfaction_index", wave, 70.0, words.segments[3]),
        ("loyalty_index", wave, 72.0, None),
        ("repeat_purchase_rate", "2025", 0.70, None),
        ("satisfaction_index", before, 72.0, None),
        ("nps", before, 20.0, words.segments[1]),
    ]
    whole = pd.DataFrame(rows, columns=["indicator", "period", "value", "segment"]).assign(
        account_manager=None, partner_id=None
    )
    managers = pd.DataFrame(
        [
            (key, period, value, code)
            for key, period, value in OF_MANAGERS
            for code in manager_codes(np.arange(MANAGERS))
        ],
        columns=["indicator", "period", "value", "account_manager"],
    )
    partners = pd.DataFrame(
        [
            (key, period or wave, value, code)
            for key, period, value in OF_PARTNERS
            for code in partner_codes(np.arange(3))
        ],
        columns=["indicator", "period", "value", "partner_id"],
    )
    return pd.concat([whole, managers, partners], ignore_index=True)[list(whole.columns)]
