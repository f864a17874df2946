"""The catalogue of actions: the one that is shipped, with the client's own entries laid over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from analysis.errors import ParamsError
from analysis.params.catalogue import load_own_catalogue, parse_catalogue
from analysis.params.conditions import Condition, parse_condition
from analysis.params.model import ClientParams
from analysis.params.steering import ActionEntrySpec

FILE_NAME = "catalogue.yml"


@dataclass(frozen=True)
class Entry:
    """One entry of the catalogue, its conditions read.

    Parameters
    ----------
    key, spec
        Key of the action, and the entry as it was written.
    """

    key: str
    spec: ActionEntrySpec

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions, in their order."""
        return tuple(parse_condition(text) for text in self.spec.when)


@lru_cache(maxsize=1)
def shipped_catalogue() -> Mapping[str, Entry]:
    """Return the entries that come with the software, in their order.

    Raises
    ------
    ParamsError
        The file breaks its own form.
    """
    text = files("analysis.actions").joinpath(FILE_NAME).read_text("utf-8")
    entries, _, faults = parse_catalogue(text, FILE_NAME)
    if faults:
        raise ParamsError(faults)
    return {key: Entry(key, spec) for key, spec in entries.items()}


def load_catalogue(params: ClientParams) -> Mapping[str, Entry]:
    """Return the shipped entries with the client's own laid over them, by key.

    Raises
    ------
    ParamsError
        The client's own file cannot be used; carries every fault of it.
    """
    own, _ = load_own_catalogue(params.actions, params.params_file)
    return {**shipped_catalogue(), **{key: Entry(key, spec) for key, spec in own.items()}}
