"""The value of each concession, by gradient and over the whole range."""

import numpy as np
import pytest

from dealspace.bargaining.concessions import value_concessions

from .toys import axis, linear, make_game, wasteful_pie


def table_of(model, deal, **more):
    game, _ = make_game(model)
    return value_concessions(game, "here", np.asarray(deal, dtype=float), **more)


# AAA's tariff falls from 0.25: a unit costs AAA 4 and brings BBB 6. BBB opens its farms: that costs it 2 and brings 3.
# BBB's second issue helps both; AAA's last helps nobody.
AXES = (
    axis("tariff", "AAA", 0.0, 0.25, toward="low", unit="fraction"),
    axis("farm", "BBB", 0.0, 1.0, toward="high", unit="kt"),
    axis("rules", "BBB", 0.0, 0.1, toward="high", unit="pp"),
    axis("show", "AAA", 0.0, 1.0, toward="high", unit="x"),
)
SLOPES = [[4.0, 3.0, 5.0, -1.0], [-6.0, -2.0, 1.0, -2.0]]


def test_costs_gains_and_ratios_by_hand():
    table = table_of(linear(SLOPES, axes=AXES), [0.1, 0.5, 0.05, 0.5])
    rows = {row.issue: row for row in table.rows}
    tariff = rows["tariff"]
    assert (tariff.giver, tariff.taker, tariff.step) == ("AAA", "BBB", -0.01)
    assert (tariff.cost, tariff.gain) == (pytest.approx(0.04), pytest.approx(0.06))
    assert tariff.ratio == pytest.approx(1.5)
    assert (tariff.full_cost, tariff.full_gain) == (pytest.approx(1.0), pytest.approx(1.5))
    assert (tariff.start, tariff.end, tariff.kind) == (0.25, 0.0, "trade")
    farm = rows["farm"]
    assert (farm.giver, farm.step) == ("BBB", 0.01)
    assert (farm.cost, farm.gain) == (pytest.approx(0.02), pytest.approx(0.03))
    assert (farm.full_cost, farm.full_gain) == (pytest.approx(2.0), pytest.approx(3.0))
    assert (rows["rules"].kind, rows["rules"].ratio) == ("both-gain", float("inf"))
    assert rows["show"].kind == "both-lose"
    assert [row.issue for row in table.rows] == ["rules", "farm", "tariff", "show"]


def test_swaps_are_exchanges_that_help_both():
    table = table_of(linear(SLOPES, axes=AXES), [0.1, 0.5, 0.05, 0.5])
    assert table.swaps == (("tariff", "farm"),)
    # Ratios 0.5 and 1.5 multiply to less than one: no rate of exchange helps both.
    poor = [[12.0, 3.0], [-6.0, -2.0]]
    assert table_of(linear(poor, axes=AXES[:2]), [0.1, 0.5]).swaps == ()
    # Nothing is left to give at the conceded end.
    assert table_of(linear(SLOPES, axes=AXES), [0.0, 0.5, 0.05, 0.5]).swaps == ()


def test_a_point_outside_the_box_is_moved_and_said():
    table = table_of(linear(SLOPES, axes=AXES), [0.4, 0.5, 0.05, 0.5])
    assert table.deal[0] == 0.25
    assert "outside the issue box" in table.sentence


def test_marginal_and_full_values_differ_where_the_model_bends():
    # u1 = x y: at y = 0.5 the split's point is worth 0.005 to AAA; the size's whole range is worth x.
    rows = {row.issue: row for row in table_of(wasteful_pie(), [0.4, 0.5]).rows}
    assert rows["split"].gain == pytest.approx(0.005)
    assert rows["split"].full_gain == pytest.approx(0.5)
    assert rows["size"].cost == pytest.approx(-0.004)
    assert (rows["size"].full_cost, rows["size"].full_gain) == (pytest.approx(-0.4), pytest.approx(0.6))


def test_discrete_issues_are_valued_to_the_next_level():
    axes = (axis("plan", "AAA", 0.0, 4.0, levels=(0.0, 1.0, 4.0), toward="high", unit="plans"),)
    model = linear([[-1.0], [2.0]], axes=axes)
    (row,) = table_of(model, [1.0]).rows
    assert (row.step, row.cost, row.gain) == (3.0, pytest.approx(3.0), pytest.approx(6.0))
    (row,) = table_of(model, [4.0]).rows
    assert (row.step, row.cost, row.gain) == (3.0, pytest.approx(3.0), pytest.approx(6.0))


def test_a_failed_point_and_a_failed_end():
    table = table_of(linear(SLOPES, axes=AXES, fails=lambda x: x[0] > 0.2), [0.22, 0.5, 0.05, 0.5])
    assert (table.status, table.rows) == ("failed", ())
    assert "the toy has no solution there" in table.sentence
    table = table_of(linear(SLOPES, axes=AXES, fails=lambda x: x[0] > 0.2), [0.1, 0.5, 0.05, 0.5])
    rows = {row.issue: row for row in table.rows}
    assert np.isnan(rows["tariff"].full_cost)
    assert rows["tariff"].cost == pytest.approx(0.04)
