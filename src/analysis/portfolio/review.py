"""The whole portfolio from the texts of the published audits."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.messages import Message
from analysis.params.base import Language
from analysis.portfolio.bands import find_bands, read_bands
from analysis.portfolio.editions import renew
from analysis.portfolio.movers import find_movements
from analysis.portfolio.quality import judge_quality
from analysis.portfolio.read import describe_client, read_clients
from analysis.portfolio.shapes import Portfolio
from analysis.portfolio.standing import measures_of_score, stand
from analysis.portfolio.steering import find_actions, find_alerts

Stored = Mapping[str, Sequence[tuple[str, str | Message]]]


def review_portfolio(
    stored: Stored, language: Language, editions: Sequence[Mapping[str, Any]] = (), *, as_of: str = ""
) -> Portfolio | None:
    """Return everything that the documents of a portfolio say; None where no audit can be read.

    Parameters
    ----------
    stored
        Client -> day and text of its published audits, or the reason why there is no text.
    language
        Of the documents.
    editions
        portfolio.json of earlier editions, oldest first: their bands are not renewed for one or two clients.
    as_of
        Day of the portfolio; default: that of the latest audit.
    """
    clients, unreadable = read_clients(stored)
    if not clients:
        return None
    day = as_of or max(client.as_of for client in clients)
    measures = measures_of_score(clients)
    standings = tuple(stand(clients, measure, name) for measure, name in measures.items())
    barriers = dict(standings[0].left_out)
    allowed = [client for client in clients if client.content.get("benchmarking") is not False]
    bands = renew(find_bands(allowed, measures, day), [read_bands(edition) for edition in editions])
    return Portfolio(
        as_of=day,
        language=language,
        clients=tuple(describe_client(client, barriers.get(client.client)) for client in clients),
        standings=standings,
        bands=bands,
        movements=find_movements(clients),
        alerts=find_alerts(clients),
        actions=find_actions(clients, day),
        quality=judge_quality(clients, day),
        unreadable=unreadable,
    )
