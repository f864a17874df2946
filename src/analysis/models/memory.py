"""What several analyses of one client begin with is computed once: samples, plans and the models that others check."""

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar

from analysis.data.client import ClientData
from analysis.params.model import ClientParams

T = TypeVar("T")


def once_per_client(compute: Callable[[ClientData, ClientParams], T]) -> Callable[[ClientData, ClientParams], T]:
    """Remember an answer for as long as the client's data live.

    The same client means the same objects: neither `ClientData` nor `ClientParams` is ever changed, and whoever wants
    other data or parameters makes new ones. Answers are shared and must not be changed either.
    """
    answers: dict[tuple[int, int], T] = {}

    @functools.wraps(compute)
    def remembered(data: ClientData, params: ClientParams) -> T:
        key = (id(data), id(params))
        if key not in answers:
            answers[key] = compute(data, params)
            for each in (data, params):  # an id may be given to another object once its own is gone
                weakref.finalize(each, answers.pop, key, None)
        return answers[key]

    return remembered
