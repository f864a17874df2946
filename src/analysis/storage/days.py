"""Which folders of a client hold a report: those whose name is a day."""

import re

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_day(name: str) -> bool:
    """Return whether a folder of this name is a published report's."""
    return _DAY.fullmatch(name) is not None
