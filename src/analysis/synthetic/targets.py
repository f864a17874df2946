"""What the client set out to reach."""

import pandas as pd

from analysis.synthetic.words import Vocabulary


def draw_targets(words: Vocabulary) -> pd.DataFrame:
    """Return the targets; shares are from 0 to 1, as the indicators are."""
    wave = words.waves[-1]
    rows = [
        ("nps", wave, 25.0, None),
        ("nps", wave, 30.0, words.segments[0]),
        ("satisfaction_index", wave, 75.0, None),
        ("satisfaction_index", wave, 70.0, words.segments[3]),
        ("loyalty_index", wave, 72.0, None),
        ("repeat_purchase_rate", "2025", 0.70, None),
    ]
    frame = pd.DataFrame(rows, columns=["indicator", "period", "value", "segment"])
    return frame.assign(account_manager=None, partner_id=None)
