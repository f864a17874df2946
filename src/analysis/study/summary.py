"""The study's own tables of numbers: verdicts, power plan, pooled estimates; and the list of all that are exported."""

from dataclasses import replace

from analysis.messages import N_
from analysis.results import Estimate
from analysis.study.evidence import Cell, NumberColumn, NumberTable
from analysis.study.pooling import MetaAnalysis
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, ClientStudy, Study
from analysis.study.verdicts import standard_error, verdict_name

IDENTITY = (
    NumberColumn(key="client", title=N_("Client")),
    NumberColumn(key="hypothesis", title=N_("Hypothesis")),
    NumberColumn(key="proposition", title=N_("Proposition")),
)


def exported_tables(study: Study) -> tuple[NumberTable, ...]:
    """Return every table of a study, keys unique: the summaries, then each client's models.

    With several clients the keys of a model's tables begin with the client's id.
    """
    tables = [verdict_numbers(study), power_numbers(study)]
    if study.pooled:
        tables.append(pooled_numbers(study))
    for each in study.clients:
        prefix = f"{each.client}-" if len(study.clients) > 1 else ""
        tables += [replace(table, key=f"{prefix}{table.key}") for table in model_tables(each)]
    return tuple(tables)


def model_tables(study: ClientStudy) -> tuple[NumberTable, ...]:
    """Return the tables behind a client's cards, each once although several cards may rest on it."""
    found: dict[str, NumberTable] = {}
    for card in study.cards:
        found |= {table.key: table for table in card.evidence.tables if table.key not in found}
    return tuple(found.values())


def verdict_numbers(study: Study) -> NumberTable:
    """Return one row for each hypothesis of each client: estimate, limits, test and verdict."""
    columns = (
        *IDENTITY,
        NumberColumn(key="confirmatory", title=N_("Kind")),
        NumberColumn(key="estimate", title=N_("Estimate"), form="number3"),
        NumberColumn(key="std_error", title=N_("Standard error"), form="number3"),
        NumberColumn(key="conf_low", title=N_("Interval from"), form="number3"),
        NumberColumn(key="conf_high", title=N_("Interval to"), form="number3"),
        NumberColumn(key="smallest_effect", title=N_("Smallest effect of interest"), form="number"),
        NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
        NumberColumn(key="p_adjusted", title=N_("p, corrected"), form="pvalue"),
        NumberColumn(key="n", title=N_("n"), form="int"),
        NumberColumn(key="clusters", title=N_("Clusters"), form="int"),
        NumberColumn(key="verdict", title=N_("Verdict")),
    )
    rows = tuple(_verdict_row(each.client, card) for each in study.clients for card in each.cards)
    return NumberTable(key="verdicts", title=N_("Hypotheses and verdicts"), columns=columns, rows=rows)


def _verdict_row(client: str, card: Card) -> tuple[Cell, ...]:
    h, found = card.hypothesis, card.interval
    kind = N_("confirmatory") if h.confirmatory else N_("exploratory")
    name: tuple[Cell, ...] = (client, h.id, PROPOSITIONS[h.proposition].name, kind)
    if not isinstance(found, Estimate):
        return (*name, None, None, None, None, h.smallest_effect, None, None, None, None, found.reason)
    return (
        *name, found.value, standard_error(found), found.low, found.high, h.smallest_effect, card.p_value,
        card.p_adjusted, found.n, found.clusters, verdict_name(card.verdict),
    )  # fmt: skip


def power_numbers(study: Study) -> NumberTable:
    """Return what the next wave needs, for each hypothesis of each client that has an estimate."""
    columns = (
        *IDENTITY,
        NumberColumn(key="smallest_effect", title=N_("Smallest effect of interest"), form="number"),
        NumberColumn(key="std_error", title=N_("Standard error"), form="number3"),
        NumberColumn(key="design_effect", title=N_("Design effect"), form="number2"),
        NumberColumn(key="accounts", title=N_("Accounts now"), form="int"),
        NumberColumn(key="responses", title=N_("Responses now"), form="int"),
        NumberColumn(key="power_now", title=N_("Power now"), form="number2"),
        NumberColumn(key="accounts_80", title=N_("Accounts for 80%"), form="int"),
        NumberColumn(key="responses_80", title=N_("Responses for 80%"), form="int"),
        NumberColumn(key="accounts_90", title=N_("Accounts for 90%"), form="int"),
        NumberColumn(key="responses_90", title=N_("Responses for 90%"), form="int"),
    )
    rows = tuple(_power_row(each.client, card) for each in study.clients for card in each.cards if card.power)
    return NumberTable(key="power", title=N_("Power and sample size for the next wave"), columns=columns, rows=rows)


def _power_row(client: str, card: Card) -> tuple[Cell, ...]:
    plan, h = card.power, card.hypothesis
    if plan is None:
        raise TypeError("only a hypothesis with an estimate has a plan")
    needed: list[Cell] = [cell for each in plan.requirements for cell in (each.accounts, each.responses)]
    return (
        client, h.id, PROPOSITIONS[h.proposition].name, plan.smallest_effect, plan.std_error, plan.design_effect,
        plan.accounts, plan.responses, plan.power_now, *needed,
    )  # fmt: skip


def pooled_numbers(study: Study) -> NumberTable:
    """Return one row for each proposition over the clients."""
    columns = (
        *IDENTITY[1:],
        NumberColumn(key="k", title=N_("Clients"), form="int"),
        NumberColumn(key="estimate", title=N_("Estimate"), form="number3"),
        NumberColumn(key="std_error", title=N_("Standard error"), form="number3"),
        NumberColumn(key="conf_low", title=N_("Interval from"), form="number3"),
        NumberColumn(key="conf_high", title=N_("Interval to"), form="number3"),
        NumberColumn(key="p_value", title=N_("p"), form="pvalue"),
        NumberColumn(key="predicted_low", title=N_("Prediction from"), form="number3"),
        NumberColumn(key="predicted_high", title=N_("Prediction to"), form="number3"),
        NumberColumn(key="tau2", title=N_("τ²"), form="number3"),
        NumberColumn(key="i2", title=N_("I²"), form="number2"),
        NumberColumn(key="q", title=N_("Q"), form="number2"),
        NumberColumn(key="q_p_value", title=N_("p of Q"), form="pvalue"),
    )
    rows: list[tuple[Cell, ...]] = []
    for card in study.pooled:
        meta = card.meta
        name: tuple[Cell, ...] = (card.hypothesis.id, PROPOSITIONS[card.hypothesis.proposition].name)
        if isinstance(meta, MetaAnalysis):
            rows.append(
                (*name, meta.k, meta.value, meta.std_error, meta.low, meta.high, meta.p_value, meta.predicted_low,
                 meta.predicted_high, meta.tau2, meta.i2, meta.q, meta.q_p_value)
            )  # fmt: skip
        else:
            rows.append((*name, len(card.clients), *(None,) * 11))
    return NumberTable(key="pooled", title=N_("The clients together"), columns=columns, rows=tuple(rows))
