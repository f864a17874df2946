"""Partners: the leagues as they are, a standing from their own draws, and an answer for the smallest of them."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params
from served_clients import AS_OF, generator, ids_of, orders, served_data, served_params

from analysis.calibration import clients
from analysis.indicators.compute import compute_indicators
from analysis.indicators.league import LeagueDraws
from analysis.models.partners.analysis import analyse_partners
from analysis.models.partners.cards import difference_of
from analysis.models.partners.errors import error_correlation
from analysis.models.partners.measures import collect_measures
from analysis.models.partners.standing import pick_measures, rank_overall
from analysis.results import Estimate, NotEstimable, Point


@pytest.fixture(scope="module")
def demo():
    params = demo_params()
    data = clients.known_client(11, params=params, tables=None)
    indicators = compute_indicators(data, params)
    return data, params, indicators, analyse_partners(data, params, indicators)


def test_the_leagues_of_the_indicators_are_used_as_they_are(demo):
    _, _, indicators, result = demo
    league = indicators.partners["satisfaction_index"]
    standing = {row.partner_id: row for row in league.rows}
    shown = 0
    for card in result.cards:
        measure = next(each for each in card.measures if each.key == "satisfaction_index")
        if card.partner_id in standing:
            row = standing[card.partner_id]
            assert (measure.rank_low, measure.rank_high) == (row.rank_low, row.rank_high)
            assert measure.p_top_quartile == row.p_top_quartile
            assert measure.fair == row.shrunken
            shown += 1
        else:
            assert measure.fair is None
            assert measure.rank_low is None
    assert shown == len(league.rows)


def test_every_partner_has_a_card_and_the_result_becomes_json(demo):
    data, _, _, result = demo
    assert result.partners == data.customers["partner_id"].nunique() == len(result.cards)
    assert {measure.key for measure in result.measures} >= {
        "satisfaction_index", "partner_complaints", "partner_growth", "partner_retention",
    }  # fmt: skip
    assert sum(row.p_top_quartile for row in result.standings) == pytest.approx(
        max(1, round(len(result.standings) / 4))
    )
    assert '"standings"' in json.dumps(result.to_dict(), allow_nan=False)


def partnered(sizes, *, best="P0", seed=1):
    """Partners with so many customers; those of `best` all stay and grow, of the others most leave or shrink."""
    rng, rows, partner = generator(seed), [], {}
    ids = iter(ids_of(sum(sizes.values())))
    for key, size in sizes.items():
        for _ in range(size):
            customer = next(ids)
            partner[customer] = key
            for before in (400, 500, 600, 728):
                rows.append((customer, before, 100.0 * float(rng.lognormal(0, 0.2))))
            factor = 3.0 if key == best else 0.4
            if key == best or rng.random() < 0.6:
                rows += [(customer, before, factor * 100.0 * float(rng.lognormal(0, 0.2))) for before in (30, 130, 230)]
    customers = pd.DataFrame({"partner_id": pd.Series(partner)})
    return served_data({"transactions": orders(rows)}, customers)


def analysed(data, params=None):
    params = params or served_params()
    return analyse_partners(data, params, compute_indicators(data, params))


def test_a_partner_that_is_best_at_everything_leads_beyond_doubt():
    result = analysed(partnered({"P0": 25, "P1": 25, "P2": 25, "P3": 25}))
    first = result.standings[0]
    assert first.partner_id == "P0"
    assert (first.rank_low, first.rank_high) == (1, 1)
    assert first.p_top_quartile > 0.99
    card = next(card for card in result.cards if card.partner_id == "P0")
    growth = next(measure for measure in card.measures if measure.key == "partner_growth")
    assert growth.difference.value > 0
    assert growth.own.n == 25


def test_a_partner_with_two_customers_is_answered_and_not_ranked():
    result = analysed(partnered({"P0": 25, "P1": 25, "P2": 25, "P9": 2}))
    assert "P9" not in {row.partner_id for row in result.standings}
    assert result.unranked == 1
    card = next(card for card in result.cards if card.partner_id == "P9")
    assert card.customers == 2
    assert not card.is_ranked
    assert card.revenue is not None
    assert all(isinstance(measure.own, NotEstimable) and measure.rank_low is None for measure in card.measures)


def test_growth_is_of_those_who_stayed_and_retention_of_all():
    result = analysed(partnered({"P0": 25, "P1": 25, "P2": 25}))
    card = next(card for card in result.cards if card.partner_id == "P0")
    own = {measure.key: measure.own for measure in card.measures}
    assert own["partner_retention"].value == 1.0
    assert 0 < own["partner_growth"].value < 200


def test_one_partner_or_none_gets_an_answer():
    data = partnered({"P0": 25})
    assert "only one" in analysed(data).reason.msgid
    without = dataclasses.replace(data, customers=data.customers.assign(partner_id=pd.NA))
    assert isinstance(analysed(without), NotEstimable)


def test_partners_too_small_to_compare_are_still_answered():
    result = analysed(partnered({"P0": 3, "P1": 3, "P2": 3}))
    assert isinstance(result.standings, NotEstimable)
    assert len(result.cards) == 3
    json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize("dropped", ["transactions", "survey", "feedback", "contracts", "partners"])
def test_missing_tables_get_an_answer(demo, dropped):
    data, params, _, _ = demo
    tables = {name: frame for name, frame in data.tables.items() if name != dropped}
    result = analysed(dataclasses.replace(data, tables=tables), params)
    json.dumps(result.to_dict(), allow_nan=False)
    if dropped == "transactions":
        assert all(card.revenue is None for card in result.cards)


def test_a_hidden_partner_is_hidden_from_its_rest_too(demo):
    data, params, _, _ = demo
    external = params.model_copy(update={"audience": "external"})
    result = analysed(data, external)
    hidden = [m for card in result.cards for m in card.measures if m.own.to_dict().get("suppressed")]
    assert hidden
    assert all(m.fair is None and m.rest.suppressed and m.difference.suppressed for m in hidden)


def test_a_difference_of_shares_is_in_percentage_points_and_has_no_interval():
    shares = [
        Estimate(value=share, low=share - 0.1, high=share + 0.1, n=n, method="wilson", unit="proportion")
        for share, n in ((0.8, 70), (0.6, 80))
    ]
    found = difference_of(*shares)
    assert isinstance(found, Point)
    assert (found.value, found.n, found.unit) == (pytest.approx(20.0), 150, "percentage_points")


def draws(partners, seed=0, lead=0.0):
    values = generator(seed).standard_normal((500, len(partners)))
    values[:, 0] += lead
    return LeagueDraws(partners=tuple(partners), draws=values)


def test_partners_are_ranked_on_the_same_measures_or_not_at_all():
    found = {"a": draws("ABCDEF"), "b": draws("ABCDE"), "c": draws("AB")}
    used, partners = pick_measures(found)
    assert used == ("a", "b")
    assert partners == tuple("ABCDE")
    assert pick_measures({}) == ((), ())


def ranked(found, directions, correlation=0.0):
    return rank_overall(found, directions, {}, dict.fromkeys("ABCD", 9), None, lambda keys: correlation)[0]


def test_lower_is_better_turns_the_ranks_around():
    found = {"a": draws("ABCD", lead=20.0)}
    best = ranked(found, {"a": True})
    worst = ranked(found, {"a": False})
    assert (best[0].partner_id, best[0].rank_high) == ("A", 1)
    assert (worst[-1].partner_id, worst[-1].rank_low) == ("A", 4)
    assert worst[-1].p_top_quartile == 0.0


def test_a_measure_of_noise_makes_ranks_less_certain():
    one = ranked({"a": draws("ABCD", 1, 6.0)}, {"a": True})
    both = ranked({"a": draws("ABCD", 1, 6.0), "b": draws("ABCD", 2)}, {"a": True, "b": True})
    assert both[0].rank_high >= one[0].rank_high
    assert both[0].p_top_quartile <= one[0].p_top_quartile


def test_errors_that_go_together_widen_the_scatter():
    found, directions = {"a": draws("ABCD", 1), "b": draws("ABCD", 2)}, {"a": True, "b": True}
    apart, together = ranked(found, directions), ranked(found, directions, correlation=0.5)
    widths = [{row.partner_id: row.score.high - row.score.low for row in rows} for rows in (apart, together)]
    assert widths[1]["A"] == pytest.approx(widths[0]["A"] * np.sqrt(1.5))


def test_the_errors_of_one_measure_with_itself_go_together_wholly(demo):
    data, params, indicators, result = demo
    compared = collect_measures(data, params, indicators)
    same = {"a": compared["partner_retention"], "b": compared["partner_retention"]}
    assert error_correlation(("a", "b"), same) == pytest.approx(0.9)  # its highest
    assert 0 <= result.error_correlation < 0.9
    assert error_correlation(("a",), same) == 0.0


def test_complaints_count_the_time_of_the_partners_customers():
    data = partnered({"P0": 25, "P1": 25, "P2": 25})
    owners = data.customers["partner_id"]
    served = owners[owners == "P1"].index
    rows = [(customer, 100) for customer in [*served, *served[::2], *owners[owners == "P0"].index[:3]]]
    frame = pd.DataFrame(rows, columns=["customer_id", "before"])
    frame["received_on"] = AS_OF - pd.to_timedelta(frame.pop("before"), unit="D")
    early = pd.DataFrame(
        {"customer_id": [rows[0][0]], "received_on": [AS_OF - pd.Timedelta(days=380)], "kind": "praise"}
    )
    feedback = pd.concat([frame.assign(kind="complaint"), early], ignore_index=True).assign(text="…")
    result = analysed(dataclasses.replace(data, tables=dict(data.tables) | {"feedback": feedback}))
    spec = next(measure for measure in result.measures if measure.key == "partner_complaints")
    assert not spec.higher_is_better
    assert np.isfinite(spec.p_value or 0.0)
    ranks = {
        card.partner_id: next(m for m in card.measures if m.key == "partner_complaints").rank_low
        for card in result.cards
    }
    assert ranks["P1"] == 3
