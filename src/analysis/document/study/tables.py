"""The study's tables as blocks: verdicts, cards, power, pooled estimates, and the models' tables in full."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.formatting import format_number
from analysis.document.study.numbers import decimals_of, write_estimate, write_p
from analysis.document.tables import DASH, end, start
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.params.study import Direction
from analysis.results import Estimate
from analysis.study.evidence import Cell, Format, NumberTable
from analysis.study.pooling import MetaAnalysis
from analysis.study.power import MOST_ACCOUNTS, PowerPlan, Requirement
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, ClientStudy, Hypothesis, PooledCard, Study
from analysis.study.verdicts import verdict_name


def write_cell(cell: Cell, form: Format, t: Translator) -> str:
    """Return a cell as it is printed; a number that is not there is a dash."""
    if cell is None:
        return DASH
    if isinstance(cell, Message | str):
        return t(cell)
    return t.value(cell, form)


def full_table(table: NumberTable, t: Translator, *, prefix: str = "") -> Table:
    """Return a table of numbers as a block; `prefix` makes its anchor unique among clients."""
    kept = [i for i, column in enumerate(table.columns) if not table.printed or column.key in table.printed]
    shown = [table.columns[i] for i in kept]
    columns = [start(t(column.title), 2.6) if column.form == "text" else end(t(column.title)) for column in shown]
    rows = tuple(tuple(write_cell(row[i], table.columns[i].form, t) for i in kept) for row in table.rows)
    return Table(
        title=t(table.title), columns=tuple(columns), rows=rows, notes=tuple(t(note) for note in table.notes),
        anchor=f"table-{prefix}{table.key}",
    )  # fmt: skip


def direction_word(direction: Direction) -> Message:
    """Return the sign that a hypothesis expects."""
    words: dict[Direction, Message] = {
        "positive": N_("above zero"),
        "negative": N_("below zero"),
        "two_sided": N_("either side of zero"),
    }
    return words[direction]


def tabulate_verdicts(cards: Sequence[Card | PooledCard], t: Translator, *, title: Message, anchor: str) -> Table:
    """Return one row a hypothesis: what it says, estimate and interval, corrected p, verdict."""
    rows = tuple(
        (
            f"{card.hypothesis.id} · {t(PROPOSITIONS[card.hypothesis.proposition].name)}",
            write_estimate(card.interval, t.language) if isinstance(card.interval, Estimate) else DASH,
            plain_number(card.hypothesis.smallest_effect, t),
            DASH if card.p_adjusted is None else write_p(card.p_adjusted, t.language).removeprefix("= "),
            t(verdict_name(card.verdict)),
        )
        for card in cards
    )
    columns = (
        start(t(N_("Proposition")), 3.0),
        end(t(N_("Estimate [interval]")), 1.9),
        end(t(N_("Smallest effect")), 0.9),
        end(t(N_("p, corrected")), 1.0),
        start(t(N_("Verdict")), 1.4),
    )
    return Table(title=t(title), columns=columns, rows=rows, anchor=anchor)


def plain_number(value: float, t: Translator) -> str:
    """Return a number as it was written in the parameters."""
    places = next((count for count in range(5) if abs(value - round(value, count)) < 1e-9), 5)
    return format_number(value, t.language, places)


def tabulate_declared(study: ClientStudy, t: Translator) -> Table:
    """Return the declared hypotheses as they were declared."""
    declared = [card.hypothesis for card in study.cards if card.hypothesis.declared]
    rows = tuple(
        (
            f"{h.id} · {h.statement}",
            t(direction_word(h.direction)),
            f"±{plain_number(h.smallest_effect, t)}",
            f"{h.alpha:g}",
        )
        for h in declared
    )
    columns = (
        start(t(N_("Hypothesis")), 4.4),
        start(t(N_("Expected")), 1.2),
        end(t(N_("Smallest effect")), 1.0),
        end(t(N_("alpha")), 0.7),
    )
    title = N_("Declared hypotheses, {date:date}", date=study.declaration.declared_on)
    return Table(title=t(title), columns=columns, rows=rows, anchor=f"table-declared-{study.client}")


def tabulate_card(card: Card, t: Translator, anchor: str) -> Table:
    """Return the theory card of one hypothesis."""
    h, found, evidence = card.hypothesis, card.interval, card.evidence
    rows = [*_question_rows(h, t), (t(N_("Model")), _sentence(t(evidence.model), t))]
    if isinstance(found, Estimate):
        label = N_("Estimate, {level:text} interval", level=f"{100 * found.level:g}%")
        rows.append((t(label), write_estimate(found, t.language)))
        rows.append((t(N_("n")), _sample(found, t)))
    else:
        rows.append((t(N_("Estimate")), t(found.reason)))
    rows += [(t(each.label), _beside(each.outcome, t)) for each in evidence.beside]
    rows.append((t(N_("Published")), t(PROPOSITIONS[h.proposition].published)))
    if card.p_value is not None and card.p_adjusted is not None:
        p = NP_(
            "p {raw:text}; the only test of its kind",
            "p {raw:text}; corrected within {count:int} tests p {adjusted:text}",
            card.family_size,
            raw=write_p(card.p_value, t.language),
            adjusted=write_p(card.p_adjusted, t.language),
        )
        rows.append((t(N_("Test")), t(p)))
    rows.append((t(N_("Verdict")), t(verdict_name(card.verdict))))
    columns = (start(t(N_("Part")), 1.3), start(t(N_("What was found")), 3.2))
    return Table(
        title=t(N_("Theory card {id:text}", id=h.id)), columns=columns, rows=tuple(rows), anchor=anchor,
        notes=tuple(t(note) for note in evidence.notes), emphasis=(len(rows) - 1,),
    )  # fmt: skip


def tabulate_pooled_card(card: PooledCard, studies: Sequence[ClientStudy], t: Translator, anchor: str) -> Table:
    """Return the theory card of one hypothesis over several clients."""
    h, meta = card.hypothesis, card.meta
    names = {study.client: study.name for study in studies}
    rows = _question_rows(h, t)
    rows += [
        (names[client], f"{write_estimate(estimate, t.language)}, {t.n(estimate.n)}")
        for client, estimate in zip(card.clients, card.estimates, strict=True)
    ]
    rows += [(names[client], t(reason)) for client, reason in card.left_out]
    if isinstance(meta, MetaAnalysis) and isinstance(card.interval, Estimate):
        places = decimals_of(card.interval)
        low, high = (format_number(value, t.language, places) for value in (meta.predicted_low, meta.predicted_high))
        label = N_("Mean over clients, {level:text} interval", level=f"{100 * card.interval.level:g}%")
        rows.append((t(label), write_estimate(card.interval, t.language)))
        rows.append((t(N_("Prediction for one more client")), f"[{low}, {high}]"))
        spread = N_(
            "I² = {i2:percent}, τ = {tau:text}; Q({df:int}) = {q:number2}, p {p:text}",
            i2=meta.i2, tau=format_number(meta.tau2**0.5, t.language, places), df=meta.k - 1, q=meta.q,
            p=write_p(meta.q_p_value, t.language),
        )  # fmt: skip
        rows.append((t(N_("How clients differ")), t(spread)))
    elif not isinstance(meta, MetaAnalysis):
        rows.append((t(N_("Mean over clients")), t(meta.reason)))
    if card.correlation is not None:
        rows.append((t(N_("Mean correlation over clients")), write_estimate(card.correlation, t.language)))
    rows.append((t(N_("Published")), t(PROPOSITIONS[h.proposition].published)))
    rows.append((t(N_("Verdict")), t(verdict_name(card.verdict))))
    columns = (start(t(N_("Part")), 1.3), start(t(N_("What was found")), 3.2))
    return Table(
        title=t(N_("Theory card {id:text}", id=h.id)), columns=columns, rows=tuple(rows), anchor=anchor,
        notes=tuple(t(note) for note in card.notes), emphasis=(len(rows) - 1,),
    )  # fmt: skip


def _question_rows(h: Hypothesis, t: Translator) -> list[tuple[str, str]]:
    proposition = PROPOSITIONS[h.proposition]
    values = {"direction": direction_word(h.direction), "smallest": plain_number(h.smallest_effect, t)}
    return [
        (t(N_("Hypothesis")), h.statement or t(proposition.hypothesis)),
        (t(N_("Judged by")), _sentence(t(proposition.quantity), t)),
        (
            t(N_("Expected")),
            t(N_("{direction:message}; smallest effect of interest ±{smallest:text}", **values)),
        ),
    ]


def _sentence(text: str, t: Translator) -> str:
    """Return a clause as a table's own line: with a capital where the language has them."""
    return text if t.language == "zh" else text[:1].upper() + text[1:]


def _sample(estimate: Estimate, t: Translator) -> str:
    if estimate.clusters is None or estimate.clusters == estimate.n:
        return t.number(estimate.n, 0)
    return t(N_("{n:int} in {accounts:int} clusters", n=estimate.n, accounts=estimate.clusters))


def _beside(outcome: object, t: Translator) -> str:
    if isinstance(outcome, Estimate):
        return f"{write_estimate(outcome, t.language)}, {t.n(outcome.n)}"
    return t(outcome.reason) if hasattr(outcome, "reason") else DASH


def tabulate_power(study: Study, t: Translator) -> Table:
    """Return what the next wave needs to see each smallest effect of interest."""
    several = len(study.clients) > 1
    rows = tuple(
        (
            f"{card.hypothesis.id} · {each.name}" if several else card.hypothesis.id,
            DASH if card.power.design_effect is None else t.number(card.power.design_effect, 2),
            f"{t.number(card.power.accounts, 0)} / {t.number(card.power.responses, 0)}",
            t.percent(card.power.power_now),
            *(_needed(requirement, t) for requirement in card.power.requirements),
        )
        for each in study.clients
        for card in each.cards
        if card.power is not None
    )
    columns = (
        start(t(N_("No.")), 1.6 if several else 0.6),
        end(t(N_("Design effect"))),
        end(t(N_("Accounts / responses now")), 1.5),
        end(t(N_("Power now"))),
        end(t(N_("For 80% power")), 1.5),
        end(t(N_("For 90% power")), 1.5),
    )
    note = N_(
        "Accounts / responses needed in the next wave to find the smallest effect of interest at the test's level, with"
        " as many answers an account as now; a dash: more than {most:int} accounts, or a design effect that the model"
        " does not give.",
        most=MOST_ACCOUNTS,
    )
    return Table(
        title=t(N_("Power and sample size for the next wave")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-power",
    )  # fmt: skip


def _needed(requirement: Requirement, t: Translator) -> str:
    if requirement.accounts is None or requirement.responses is None:
        return DASH
    return f"{t.number(requirement.accounts, 0)} / {t.number(requirement.responses, 0)}"


def plan_sentence(hypothesis: str, plan: PowerPlan, t: Translator) -> str:
    """Return one hypothesis's plan as a sentence."""
    eighty = plan.requirements[0]
    values = {
        "id": hypothesis,
        "power": plan.power_now,
        "accounts": plan.accounts,
        "smallest": plain_number(plan.smallest_effect, t),
    }
    if eighty.accounts is None:
        return t(
            N_(
                "{id:text}: with {accounts:int} accounts, an effect of {smallest:text} is found with {power:percent}"
                " probability; no survey of a size that can be had would find it with 80%.",
                **values,
            )
        )
    return t(
        N_(
            "{id:text}: with {accounts:int} accounts, an effect of {smallest:text} is found with {power:percent}"
            " probability; 80% take {needed:int} accounts.",
            needed=eighty.accounts,
            **values,
        )
    )
