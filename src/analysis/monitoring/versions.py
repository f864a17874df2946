"""Which versions of audit.json can be read, and the steps that bring an older one to today's form."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from analysis.messages import N_, Message

NEWEST_MAJOR = 2
"""Audits of this main version and older ones can be read; what later minor versions add is left aside."""
OLDEST = "1.0"
"""The oldest version from which there are steps to today's form."""
_VERSION = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")
TEN_FIRST: Mapping[str, tuple[str, str]] = {
    "restore_contact": ("contact_coverage", "overdue_customers"),
    "win_back": ("retention_rate", "lost_customers"),
    "stop_shrinking": ("revenue_growth", "shrinking_customers"),
    "add_contacts": ("contacts_per_customer", "single_contact_key_accounts"),
    "widen_range": ("categories_bought", "single_category_customers"),
    "close_complaints": ("complaint_rate", "open_complaints"),
    "raise_weakest_item": ("satisfaction_index", "weakest_item"),
    "coach_partners": ("satisfaction_index", "weak_partners"),
    "ask_customers": ("satisfaction_index", "survey"),
    "record_contacts": ("contact_coverage", "interactions"),
}
"""The actions of version 1.1 and before -> the indicator they aimed at, and the fact that they rested on."""


def bring_up_to_date(content: dict[str, Any]) -> dict[str, Any] | Message:
    """Return the content of an audit.json in today's form, or why its version cannot be read.

    Parameters
    ----------
    content
        With a text as its ``schema_version``.
    """
    version = str(content["schema_version"])
    found = _VERSION.fullmatch(version)
    if found is None or int(found[1]) > NEWEST_MAJOR:
        return N_("It is written in version {version:text}, which this software does not know.", version=version)
    if (int(found[1]), int(found[2])) < tuple(map(int, OLDEST.split("."))):
        return N_(
            "Its audit.json is written in version {version:text} (schema_version); audits are brought up to today's"
            " form from version {oldest:text} on, and there is no way from an older one.",
            version=version,
            oldest=OLDEST,
        )
    while (step := MIGRATIONS.get(content["schema_version"])) is not None:
        content = step(content)
    return content


def _from_1_0(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1.1 added what drives loyalty and repeat purchase, of which nothing is used here."""
    return content | {"schema_version": "1.1"}


def _from_1_1(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1.2 says of each action which indicator it aims at and on which facts it rests."""
    actions = content.get("actions")
    migrated = [
        {"indicator": TEN_FIRST.get(str(action.get("key")), ("", ""))[0],
         "facts": [TEN_FIRST.get(str(action.get("key")), ("", ""))[1]], **action}
        for action in (actions if isinstance(actions, list) else [])
        if isinstance(action, dict)
    ]  # fmt: skip
    return content | {"schema_version": "1.2", "actions": migrated}


def _from_1_2(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1.3 judges held-out gains against recency and frequency alone; nothing of the models is used here."""
    return content | {"schema_version": "1.3"}


MIGRATIONS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "1.0": _from_1_0,
    "1.1": _from_1_1,
    "1.2": _from_1_2,
}
"""Version -> the step to the next one."""
