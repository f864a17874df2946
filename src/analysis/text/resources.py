"""The word lists that are installed with the project: themes, stop words and the weights of the general tone models."""

from functools import lru_cache
from importlib import resources
from typing import Any

ROOM = "analysis.text"


def read_resource(name: str) -> str:
    """Return the text of a file of this room."""
    return resources.files(ROOM).joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def load_yaml(name: str) -> Any:
    """Return a YAML file of this room; what comes back is shared and must not be changed."""
    from ruamel.yaml import YAML  # an audit without texts does not pay for it

    return YAML(typ="safe").load(read_resource(name))
