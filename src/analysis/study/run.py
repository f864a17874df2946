"""The whole study on one page: clients' parameters in, every card out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.data.client import ClientData
from analysis.data.load import load_client_data
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws
from analysis.params.base import localized
from analysis.params.logo import load_logo
from analysis.params.model import ClientParams
from analysis.study.cards import judge_cards, list_hypotheses, write_card
from analysis.study.declaration import describe_declaration
from analysis.study.pooled import pool_clients
from analysis.study.results import ClientStudy, Study, StudyLooks
from analysis.study.workbench import Workbench


def run_study(clients: Sequence[ClientParams]) -> Study:
    """Test every proposition on each client's data and pool the clients.

    Parameters
    ----------
    clients
        Parameters of at least one client; language, currency and looks are those of the first.

    Raises
    ------
    ValueError
        Without any client.
    DataError
        If a client's data break the contract beyond what may be repaired; carries every fault.
    """
    if not clients:
        raise ValueError("a study needs at least one client")
    first = clients[0]
    studies = tuple(study_client(params, load_client_data(params), first.language) for params in clients)
    looks, language = first.branding, first.language
    return Study(
        name=" + ".join(each.name for each in studies),
        language=language,
        currency=first.money.currency,
        as_of=max(each.as_of for each in studies),
        depth=first.depth,
        clients=studies,
        pooled=pool_clients(studies) if len(studies) > 1 else (),
        looks=StudyLooks(
            accent=looks.accent,
            confidentiality=localized(looks.confidentiality, language),
            disclaimer=localized(looks.disclaimer, language),
            prepared_by=localized(looks.prepared_by, language),
            logo=load_logo(looks.logo, first.params_file),
        ),
    )


def study_client(params: ClientParams, data: ClientData, language: str | None = None) -> ClientStudy:
    """Test every proposition on one client's data.

    Parameters
    ----------
    params, data
        Of the client.
    language
        Of the statements; default: the client's own.
    """
    words = params.language if language is None else language
    data_from = params.study.data_from if params.study else None
    data, notes = restrict_answers(data, data_from)
    first, last, answers, accounts = _answers(data)
    declaration = describe_declaration(params.study, first, last)
    hypotheses = list_hypotheses(params.study, declaration.in_time, words)
    bench = Workbench(data, params)
    return ClientStudy(
        client=params.client,
        name=localized(params.name, "zh" if words == "zh" else "en"),
        as_of=data.as_of.date().isoformat(),
        declaration=declaration,
        cards=judge_cards([write_card(hypothesis, bench) for hypothesis in hypotheses]),
        waves=data.waves,
        answers=answers,
        accounts=accounts,
        customers=len(data.customers),
        horizon_days=params.repurchase.horizon_days,
        scales=_scales(params),
        draws=model_draws(params),
        seed=params.seed,
        notes=notes,
    )


def restrict_answers(data: ClientData, first_day: dt.date | None) -> tuple[ClientData, tuple[Message, ...]]:
    """Return the data without the survey answers from before `first_day`, and what was left out; None leaves all."""
    if first_day is None or not data.has("survey", "responded_on"):
        return data, ()
    survey = data.table("survey")
    kept = survey[survey["responded_on"] >= pd.Timestamp(first_day)].reset_index(drop=True)
    note = N_(
        "Only answers from {day:date} on are used, as declared: {left:int} earlier ones are left out.",
        day=first_day.isoformat(), left=len(survey) - len(kept),
    )  # fmt: skip
    if "wave_order" in kept:
        kept = kept.assign(wave_order=kept["wave_order"].rank(method="dense").sub(1).astype(int))
    answered = set(kept["wave"].astype(str)) if "wave" in kept else set()
    tables = {name: frame for name, frame in data.tables.items() if name != "survey"}
    tables |= {} if kept.empty else {"survey": kept}
    waves = tuple(wave for wave in data.waves if wave in answered)
    return replace(data, tables=tables, waves=waves), (note,)


def _answers(data: ClientData) -> tuple[dt.date, dt.date, int, int]:
    """Return first and last day of the answers, their number and that of their accounts; the data's own without any."""
    if not data.has("survey", "responded_on"):
        last = data.as_of
        first = data.first_date if data.first_date is not None else last
        return first.date(), last.date(), 0, 0
    survey = data.table("survey")
    days = survey["responded_on"].dropna()
    return days.min().date(), days.max().date(), len(survey), int(survey["account_key"].nunique())


def _scales(params: ClientParams) -> tuple[str, ...]:
    items = params.survey.items.values() if params.survey else ()
    return tuple(sorted({f"{i.scale.min:g}–{i.scale.max:g}" for i in items if i.role == "satisfaction"}))
