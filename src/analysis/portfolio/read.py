"""The audits of each client: the latest that can be read, the one before it, and those that cannot be used.

Names that two clients share get the id behind them, so that no two rows of a table read the same.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import mapping_at, read_outcome, rows_at, text_at
from analysis.monitoring.earlier import StoredAudit, open_stored
from analysis.portfolio.shapes import PortfolioClient, Reviewed, Unreadable
from analysis.results import NotEstimable, Outcome

WANTED = 2
"""Audits that are read of each client: the latest and the one before."""
NO_SCORE = NotEstimable(reason=N_("Its audit has no relationship score."))
_INDUSTRY = re.compile(r"[a-z0-9_-]+")


def read_clients(
    stored: Mapping[str, Sequence[tuple[str, str | Message]]],
) -> tuple[tuple[Reviewed, ...], tuple[Unreadable, ...]]:
    """Return the clients with at least one audit that can be used, by name, and the audits that cannot.

    Parameters
    ----------
    stored
        Client -> day and text of its published audits, in any order; a `Message` in place of a text says why there is
        none.
    """
    found: list[Reviewed] = []
    unreadable: list[Unreadable] = []
    for client in sorted(stored):
        audits: list[StoredAudit] = []
        for day, text in sorted(stored[client], key=lambda each: each[0], reverse=True):
            if len(audits) == WANTED:
                break
            opened = text if isinstance(text, Message) else open_stored(text, client=client)
            if isinstance(opened, StoredAudit) and opened.audit.as_of == day:
                audits.append(opened)
            else:
                reason = opened if isinstance(opened, Message) else N_("Its folder is of another day than the audit.")
                unreadable.append(Unreadable(client=client, day=day, reason=reason))
        if audits:
            previous = audits[1] if len(audits) > 1 else None
            name = " ".join(text_at(audits[0].content, "name").split()) or client
            found.append(Reviewed(client=client, name=name, latest=audits[0], previous=previous))
    shared = Counter(each.name for each in found)
    named = [each if shared[each.name] == 1 else replace(each, name=f"{each.name} ({each.client})") for each in found]
    return tuple(sorted(named, key=lambda each: (each.name, each.client))), tuple(unreadable)


def describe_client(reviewed: Reviewed, barrier: Message | None) -> PortfolioClient:
    """Return what is shown of a client.

    Parameters
    ----------
    reviewed
        The client with its audits.
    barrier
        Why its score is not compared, or None.
    """
    content = reviewed.content
    score = mapping_at(content, "score")
    listed = score.get("level_range")
    reach = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    return PortfolioClient(
        client=reviewed.client,
        name=reviewed.name,
        language=text_at(content, "language"),
        industry=industry_of(reviewed),
        audience=text_at(content, "audience"),
        currency=text_at(content, "currency"),
        as_of=reviewed.as_of,
        previous=reviewed.previous.audit.as_of if reviewed.previous is not None else "",
        version=reviewed.latest.audit.version,
        score=score_of(reviewed),
        level=text_at(score, "level"),
        level_range=(reach[0], reach[-1]) if reach else ("", ""),
        dimensions={
            text_at(row, "dimension"): (read_outcome(row.get("score")) or NO_SCORE, text_at(row, "level"))
            for row in rows_at(score, "dimensions")
        },
        barrier=barrier,
    )


def score_of(reviewed: Reviewed) -> Outcome:
    """Return the client's relationship score, or why it has none."""
    return read_outcome(mapping_at(reviewed.content, "score").get("overall")) or NO_SCORE


def industry_of(reviewed: Reviewed) -> str:
    """Return the key of the client's industry; "" where none is said, or what is said is no key."""
    industry = text_at(reviewed.content, "industry")
    return industry if _INDUSTRY.fullmatch(industry) else ""
