"""How each key account stands on the dimensions, and what its points rest on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.samples import Floats
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.params.scale import custom_dimensions
from analysis.scale.anchors import anchors_with, dimension_label, indicator_of
from analysis.scale.combining import letter_of
from analysis.scale.customers import ASKED, components_today, mean_by_dimension
from analysis.scale.key_account_shapes import Health

MOST = 0.75  # of the key accounts must be known on a dimension for the map to compare them on it
PROTECTED = N_("Answers of single customers are not shown.")
UNKNOWN = N_("Nothing is known of it here.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """The key accounts on the dimensions.

    `names` are the dimensions and `members` the components of each; `scores` (points, NaN where none) has one row an
    account and one column a dimension, `is_known` one column a component. `of` says how many components the client has,
    `shares` what each dimension weighs, and `asked` which are made of answers alone.
    """

    names: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    scores: Floats
    is_known: pd.DataFrame
    of: tuple[int, ...]
    shares: Floats
    asked: frozenset[str]
    answers_shown: bool

    def compared(self) -> list[int]:
        """Return the places of the dimensions of some weight, that of value apart, that are known of most accounts."""
        common = np.isfinite(self.scores).mean(axis=0) >= MOST
        return [
            place for place, name in enumerate(self.names) if name != "value" and self._counts[place] and common[place]
        ]

    def whole(self, row: int) -> float | None:
        """Return an account's weighted mean, or None where a dimension of some weight is missing."""
        own, weights = self.scores[row, self._counts], self.shares[self._counts]
        return float(own @ weights / weights.sum()) if len(own) and np.isfinite(own).all() else None

    def components(self, row: int, place: int) -> tuple[str, ...]:
        """Return the components that an account's points on a dimension are the mean of."""
        return tuple(key for key in self.members[place] if bool(self.is_known[key].iloc[row]))

    @property
    def _counts(self) -> NDArray[np.bool_]:
        return np.asarray(self.shares > 0)


def stand_on_dimensions(data: ClientData, params: ClientParams, ids: pd.Index, shares: Mapping[str, float]) -> Standing:
    """Return how the accounts stand, without what was answered where answers of single customers are not shown."""
    everyone = components_today(data, params)
    answers_shown = not answers_are_protected(params)
    asked = {*ASKED, *map(indicator_of, custom_dimensions(params.survey))}
    own = everyone.loc[ids]
    if not answers_shown:
        own = own.assign(**dict.fromkeys(sorted(asked.intersection(own.columns)), np.nan))
    members = {name: [anchor.indicator for anchor in anchors] for name, anchors in anchors_with(params, 2.0).items()}
    return Standing(
        names=tuple(members),
        members=tuple(map(tuple, members.values())),
        scores=mean_by_dimension(own, params).to_numpy(dtype=np.float64),
        is_known=own.notna(),
        of=tuple(int(everyone[keys].notna().any().sum()) for keys in members.values()),
        shares=np.array([shares.get(name, 0.0) for name in members]),
        asked=frozenset(name for name, keys in members.items() if set(keys) <= asked),
        answers_shown=answers_shown,
    )


def health_of(row: int, standing: Standing, params: ClientParams, cuts: Mapping[str, float]) -> tuple[Health, ...]:
    """Return an account's points on every dimension, what they rest on, and why there are none."""
    found = []
    for place, name in enumerate(standing.names):
        score = float(standing.scores[row, place])
        known = bool(np.isfinite(score))
        components = standing.components(row, place)
        reason: Message | None = None
        if not known:
            reason = PROTECTED if name in standing.asked and not standing.answers_shown else UNKNOWN
        found.append(
            Health(
                dimension=name,
                name=dimension_label(name, params),
                score=score if known else None,
                level=letter_of(score, cuts) if known else "",
                known=len(components),
                of=standing.of[place],
                components=components,
                reason=reason,
            )
        )
    return tuple(found)
