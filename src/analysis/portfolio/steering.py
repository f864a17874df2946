"""Alerts and recommended actions of all clients, as their latest audits have them."""

from collections.abc import Sequence

from analysis.messages import N_
from analysis.monitoring.comparison.published import rows_at, text_at
from analysis.monitoring.earlier import is_day, read_message
from analysis.portfolio.shapes import ClientAlert, OpenActions, Reviewed

STATES = ("fired", "unknown")


def find_alerts(clients: Sequence[Reviewed]) -> tuple[ClientAlert, ...]:
    """Return the alerts that fired and those that the data could not answer, the former first."""
    found = [
        ClientAlert(
            client=client.client,
            name=client.name,
            state=text_at(row, "state"),
            condition=text_at(row, "condition"),
            found=read_message(row.get("found")),
        )
        for client in clients
        for row in rows_at(client.content, "alerts")
        if text_at(row, "state") in STATES
    ]
    return tuple(sorted(found, key=lambda each: (STATES.index(each.state), each.name, each.client)))


def find_actions(clients: Sequence[Reviewed], as_of: str) -> tuple[OpenActions, ...]:
    """Return what each client's latest audit recommends; clients with the most that is overdue come first.

    Parameters
    ----------
    clients
        All of them.
    as_of
        Day of the portfolio: what was due before it is overdue.
    """
    found = []
    for client in clients:
        rows = rows_at(client.content, "actions")
        if not rows:
            continue
        due = sorted(day for row in rows if is_day(day := text_at(row, "due")))
        found.append(
            OpenActions(
                client=client.client,
                name=client.name,
                count=len(rows),
                first=read_message(rows[0].get("title")) or N_("{text:text}", text=text_at(rows[0], "key")),
                due=due[0] if due else "",
                overdue=sum(day < as_of for day in due),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.overdue, each.due or "9", each.name, each.client)))
